//! A recording that arrives in pieces says what the whole one says, and no input makes its reader keep more than a block.

use framealloc_trace::{
    Call, Decoder, Encoder, Frame, Head, Item, Kind, Site, SiteFigures, Stack, StreamDecoder, TraceError,
};
use proptest::prelude::*;

fn frame(number: u64) -> Frame {
    Frame { number, bytes: 64 * number, tags: vec![(1, 64 * number)], ..Frame::default() }
}

fn recording(frames: u64) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::Tag, 1, "physics", 0);
    for number in 1..=frames {
        encoder.frame(&frame(number).as_view());
    }
    encoder.into_bytes()
}

/// What a stream says of what it was fed so far.
fn drained(decoder: &mut StreamDecoder, items: &mut Vec<Item>) -> Result<(), TraceError> {
    while let Some(item) = decoder.next_item()? {
        items.push(item);
    }
    Ok(())
}

proptest! {
    #[test]
    fn pieces_of_any_length_say_what_the_whole_says(frames in 0..20_u64, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let whole = recording(frames);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(whole.len())).collect();
        cuts.sort_unstable();
        let (mut decoder, mut items, mut from) = (StreamDecoder::default(), Vec::new(), 0);
        for cut in cuts.into_iter().chain([whole.len()]) {
            decoder.feed(&whole[from..cut]);
            prop_assert_eq!(drained(&mut decoder, &mut items), Ok(()));
            from = cut;
        }
        let all: Vec<Item> = Decoder::new(&whole).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(items, all);
        prop_assert_eq!(decoder.pending(), 0);
        prop_assert!(decoder.has_begun());
    }

    #[test]
    fn a_damaged_byte_is_told_or_waited_for_and_nothing_is_made_up(frames in 1..6_u64, at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut bytes = recording(frames);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let (mut decoder, mut items) = (StreamDecoder::default(), Vec::new());
        decoder.feed(&bytes);
        let told = drained(&mut decoder, &mut items);
        // A length that grew is waited for; everything else is told.
        prop_assert!(told.is_err() || decoder.pending() > 0);
        let whole: Vec<Item> = Decoder::new(&recording(frames)).unwrap().map(Result::unwrap).collect();
        prop_assert!(whole.starts_with(&items));
    }

    #[test]
    fn random_bytes_are_no_recording_and_none_of_them_are_kept(bytes in prop::collection::vec(any::<u8>(), 9..300)) {
        prop_assume!(!bytes.starts_with(b"FATRACE\0"));
        let (mut decoder, mut items) = (StreamDecoder::default(), Vec::new());
        decoder.feed(&bytes);
        prop_assert_eq!(drained(&mut decoder, &mut items), Err(TraceError::NotATrace));
        decoder.feed(&recording(3));
        prop_assert_eq!(drained(&mut decoder, &mut items), Err(TraceError::NotATrace));
        prop_assert_eq!((items.len(), decoder.pending()), (0, 0));
    }

    #[test]
    fn whoever_comes_late_reads_names_and_the_frames_from_then_on(late in 0..6_usize) {
        // Each piece is of whole blocks, as a recorder hands them over.
        let mut encoder = Encoder::new(Vec::new());
        let (mut head, mut joined) = (Head::default(), Vec::new());
        for piece in 0..6 {
            if piece == late {
                joined = head.to_bytes();
            }
            // The name of 200 changes, and a name stays for a frame that comes much later.
            encoder.define(Kind::Thread, 200, &format!("worker {piece}"), 0);
            if piece == 0 {
                encoder.define(Kind::Tag, 1, "physics", 0);
            }
            encoder.frame(&frame(piece as u64).as_view());
            let blocks = if piece == 0 { Head::strip(encoder.as_bytes()) } else { encoder.as_bytes() };
            head.note(blocks);
            if piece >= late {
                joined.extend(blocks);
            }
            encoder.clear();
        }
        let items: Vec<Item> = Decoder::new(&joined).unwrap().map(Result::unwrap).collect();
        let frames: Vec<u64> =
            items.iter().filter_map(|item| if let Item::Frame(frame) = item { Some(frame.number) } else { None }).collect();
        prop_assert_eq!(frames, (late as u64..6).collect::<Vec<_>>());
        let named = |name: &str| items.iter().any(|item| matches!(item, Item::Definition(known) if known.name == name));
        prop_assert!(named("physics") && named("worker 5"));
        let first = items.iter().filter(|item| matches!(item, Item::Definition(_))).count();
        prop_assert!(first <= 2 + 6 - late, "one definition for each number: {:?}", items);
    }
}

#[test]
fn a_block_that_says_it_is_huge_is_told_before_it_arrives() {
    let mut bytes = recording(1);
    let at = bytes.len();
    bytes.extend([2, 0xFF, 0xFF, 0xFF, 0xFF]);
    let (mut decoder, mut items) = (StreamDecoder::default(), Vec::new());
    decoder.feed(&bytes);
    let error = drained(&mut decoder, &mut items).unwrap_err();
    assert_eq!(error, TraceError::TooLong { at, length: u32::MAX });
    assert_eq!(
        error.to_string(),
        format!("the recording is damaged: the block at byte {at} says that it has 4294967295 bytes")
    );
    assert_eq!(items.len(), 2);
}

#[test]
fn another_version_is_told_as_soon_as_it_is_known() {
    let mut decoder = StreamDecoder::default();
    decoder.feed(b"FATRACE\0");
    assert_eq!(decoder.next_item(), Ok(None));
    assert!(!decoder.has_begun());
    decoder.feed(&[9]);
    assert_eq!(decoder.next_item(), Err(TraceError::WrongVersion { found: 9 }));
}

#[test]
fn who_joins_late_is_told_what_the_numbers_of_sites_mean() {
    let mut encoder = Encoder::new(Vec::new());
    let call = Call { id: 3, function: "game::ai::plan".to_owned(), file: "src/ai.rs".to_owned(), line: 7 };
    let site = Site { id: 300, tag: 1, system: None, stack: Some(9) };
    encoder.call(&call);
    encoder.stack(9, &[3]);
    encoder.site(&site);
    encoder.samples(65_536, &[SiteFigures { id: 300, samples: 1, blocks: 1, bytes: 64 }]);
    let mut head = Head::default();
    head.note(Head::strip(&encoder.into_bytes()));
    let items: Vec<Item> = Decoder::new(&head.to_bytes()).unwrap().map(Result::unwrap).collect();
    assert_eq!(items, [Item::Call(call), Item::Stack(Stack { id: 9, calls: vec![3] }), Item::Site(site)]);
}
