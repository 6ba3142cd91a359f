//! What is written is read; what is cut or damaged is told, and never more than that.

use framealloc_trace::{
    BudgetHit, Call, Decoder, Definition, Encoder, FlightFigures, Frame, HeapFigures, Item, Kind, Life, Limits, Lives,
    Outcome, PhaseFigures, PoolFigures, Samples, Site, SiteFigures, Stack, SystemFigures, SystemHeap, TraceError,
    ZoneFigures,
};
use proptest::prelude::*;

fn pairs() -> impl Strategy<Value = Vec<(u32, u64)>> {
    prop::collection::vec(any::<(u32, u64)>(), 0..6)
}

prop_compose! {
    fn frame()(
        figures in any::<[u64; 6]>(),
        allocator_calls in prop::option::of(0..u64::MAX),
        tags in pairs(),
        threads in pairs(),
        systems in prop::collection::vec(any::<(u32, u64, u64, u64, Option<(u64, u64)>)>(), 0..4),
        pools in prop::collection::vec(any::<(u32, u64, u64, u64)>(), 0..4),
        budgets in prop::collection::vec(any::<(u32, u64, u64)>(), 0..4),
        phases in prop::collection::vec(any::<(u32, u64, u64, u64, u64)>(), 0..4),
        flights in prop::option::of(any::<(u64, u64, u64, u64)>()),
        heap in prop::collection::vec(any::<(u32, [u64; 5])>(), 0..4),
        zones in prop::collection::vec(any::<(u32, [u64; 4])>(), 0..4),
    ) -> Frame {
        let [number, start, duration, bytes, high_water, heap_fallbacks] = figures;
        Frame {
            number, start, duration, bytes, high_water, heap_fallbacks, allocator_calls, tags, threads,
            systems: systems.into_iter()
                .map(|(id, calls, bytes, largest_call, heap)| {
                    let heap = heap.map(|(calls, bytes)| SystemHeap { calls, bytes });
                    SystemFigures { id, calls, bytes, largest_call, heap }
                }).collect(),
            pools: pools.into_iter()
                .map(|(id, live, high_water, bytes)| PoolFigures { id, live, high_water, bytes }).collect(),
            budgets: budgets.into_iter()
                .map(|(id, asked, left)| BudgetHit { id, asked, left, outcome: Outcome::Promoted }).collect(),
            phases: phases.into_iter()
                .map(|(id, calls, bytes, nanoseconds, longest)| PhaseFigures { id, calls, bytes, nanoseconds, longest })
                .collect(),
            flights: flights
                .map(|(frames, bytes, capacity, refused)| FlightFigures { frames, bytes, capacity, refused }),
            heap: heap.into_iter()
                .map(|(id, [bytes, blocks, peak, allocations, frees])| {
                    HeapFigures { id, bytes, blocks, peak, allocations, frees }
                }).collect(),
            zones: zones.into_iter()
                .map(|(id, [pinned, escaped, refused, exhausted])| {
                    ZoneFigures { id, pinned, escaped, refused, exhausted }
                }).collect(),
        }
    }
}

fn recording(frames: &[Frame]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::Tag, 1, "ai::pathfinding", 0);
    encoder.define(Kind::Budget, 2, "physics", 4096);
    for frame in frames {
        encoder.frame(&frame.as_view());
    }
    encoder.into_bytes()
}

fn frames_of(bytes: &[u8]) -> (Vec<Frame>, Option<TraceError>) {
    let mut frames = Vec::new();
    match Decoder::new(bytes) {
        Err(error) => return (frames, Some(error)),
        Ok(items) => {
            for item in items {
                match item {
                    Ok(Item::Frame(frame)) => frames.push(frame),
                    Ok(_) => {}
                    Err(error) => return (frames, Some(error)),
                }
            }
        }
    }
    (frames, None)
}

proptest! {
    #[test]
    fn what_is_written_is_read(frames in prop::collection::vec(frame(), 0..5)) {
        prop_assert_eq!(frames_of(&recording(&frames)), (frames, None));
    }

    #[test]
    fn a_recording_cut_anywhere_opens_up_to_its_last_whole_block(frames in prop::collection::vec(frame(), 1..4), cut in any::<prop::sample::Index>()) {
        let whole = recording(&frames);
        let (read, error) = frames_of(&whole[..cut.index(whole.len())]);
        prop_assert!(frames.starts_with(&read));
        prop_assert!(read.len() < frames.len());
        // No error only where the cut is between two blocks.
        let told = matches!(error, None | Some(TraceError::Empty | TraceError::Truncated { .. }));
        prop_assert!(told, "{:?}", error);
    }

    #[test]
    fn a_damaged_byte_is_told_and_nothing_is_made_up(frames in prop::collection::vec(frame(), 1..4), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut bytes = recording(&frames);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let (read, error) = frames_of(&bytes);
        prop_assert!(frames.starts_with(&read));
        prop_assert!(error.is_some() || read.len() == frames.len(), "a damaged definition may leave all frames");
        prop_assert!(error.is_some());
    }

    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = frames_of(&bytes);
        let mut with_header = recording(&[]);
        with_header.extend(&bytes);
        let _ = frames_of(&with_header);
    }
}

#[test]
fn what_is_no_recording_is_told_why() {
    assert_eq!(Decoder::new(b"").err(), Some(TraceError::Empty));
    assert_eq!(Decoder::new(b"{\"frames\": []}").err(), Some(TraceError::NotATrace));
    assert_eq!(Decoder::new(b"FATR").err(), Some(TraceError::Truncated { at: 0 }));
    assert_eq!(Decoder::new(b"FATRACE\0\x09rest").err(), Some(TraceError::WrongVersion { found: 9 }));
}

#[test]
fn blocks_of_later_kinds_are_skipped() {
    let mut bytes = recording(&[]);
    // Kind 0x4D, empty; its checksum is that of the kind alone.
    let sum = (0x811C_9DC5_u32 ^ 0x4D).wrapping_mul(0x0100_0193);
    bytes.extend([0x4D, 0, 0, 0, 0]);
    bytes.extend(sum.to_le_bytes());
    let mut encoder = Encoder::resume(bytes);
    encoder.frame(&Frame { number: 3, ..Frame::default() }.as_view());
    let (frames, error) = frames_of(encoder.as_bytes());
    assert_eq!((frames.len(), frames[0].number, error), (1, 3, None));
}

#[test]
fn a_frame_of_a_real_game_is_small_and_steady_frames_take_no_memory() {
    let frame = Frame {
        number: 100_000,
        start: 1_666_666_666_666,
        duration: 16_666_666,
        bytes: 3 << 20,
        high_water: 4 << 20,
        tags: (0..20).map(|id| (id, 150_000)).collect(),
        threads: (0..8).map(|id| (id, 400_000)).collect(),
        systems: (0..50)
            .map(|id| SystemFigures { id, calls: 1, bytes: 60_000, largest_call: 60_000, heap: None })
            .collect(),
        pools: (0..4).map(|id| PoolFigures { id, live: 20_000, high_water: 30_000, bytes: 2 << 20 }).collect(),
        ..Frame::default()
    };
    let mut encoder = Encoder::new(Vec::with_capacity(4096));
    encoder.clear();
    encoder.frame(&frame.as_view());
    assert!(encoder.as_bytes().len() < 700, "{} bytes", encoder.as_bytes().len());
    let buffer = encoder.as_bytes().as_ptr();
    for _ in 0..1000 {
        encoder.clear();
        encoder.frame(&frame.as_view());
    }
    assert_eq!(encoder.as_bytes().as_ptr(), buffer);
}

/// A block of a kind with a payload, as [`Encoder`] writes it.
fn block(kind: u8, payload: &[u8]) -> Vec<u8> {
    let step = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    let sum = payload.iter().fold(step(0x811C_9DC5, &kind), step);
    let mut block = vec![kind];
    block.extend(u32::try_from(payload.len()).unwrap().to_le_bytes());
    block.extend(payload);
    block.extend(sum.to_le_bytes());
    block
}

#[test]
fn frames_of_older_recordings_are_read_as_they_are() {
    let frame = Frame { number: 3, bytes: 64, tags: vec![(1, 64)], ..Frame::default() };
    let mut encoder = Encoder::new(Vec::new());
    encoder.frame(&frame.as_view());
    let now = encoder.into_bytes();
    // Head of the file, then kind and length of the block; the payload ends with the lists of flights, of the
    // heap by tag, of the heap by system and of zones, and 4 bytes follow.
    let (head, payload) = (&now[..9], &now[14..now.len() - 4]);
    let (rest, lists) = payload.split_at(payload.len() - 4);
    assert_eq!(lists, [0; 4]);
    for known in 0..4 {
        let old = [head, &block(2, &payload[..rest.len() + known])].concat();
        assert_eq!(frames_of(&old), (vec![frame.clone()], None));
    }
    // What stands behind zones is not looked at either.
    let later = [head, &block(2, &[payload, &[1, 2, 3]].concat())].concat();
    assert_eq!(frames_of(&later), (vec![frame], None));
    // A payload that ends in the middle of them is damaged.
    let cut = [head, &block(2, &[rest, &[1, 7]].concat())].concat();
    assert_eq!(frames_of(&cut), (vec![], Some(TraceError::Damaged { at: 9 })));
}

#[test]
fn sites_are_read_as_they_are_written() {
    let call = Call { id: 1, function: "game::ai::plan".to_owned(), file: "src/ai.rs".to_owned(), line: 7 };
    let sites = [
        Site { id: 0, tag: 3, system: Some(0), stack: Some(u32::MAX - 1) },
        Site { id: 1, tag: 0, system: None, stack: None },
    ];
    let figures = SiteFigures { id: 1, samples: 2, blocks: 100, bytes: 1 << 40 };
    let mut encoder = Encoder::new(Vec::new());
    encoder.call(&call);
    encoder.stack(9, &[1, 1]);
    for site in &sites {
        encoder.site(site);
    }
    encoder.samples(65_536, &[figures]);
    let bytes = encoder.into_bytes();
    let items: Vec<Item> = Decoder::new(&bytes).unwrap().map(Result::unwrap).collect();
    let expected = [
        Item::Call(call),
        Item::Stack(Stack { id: 9, calls: vec![1, 1] }),
        Item::Site(sites[0]),
        Item::Site(sites[1]),
        Item::Samples(Samples { every: 65_536, sites: vec![figures] }),
    ];
    assert_eq!(items, expected);
    // Cut anywhere, the rest is whole.
    for len in 9..bytes.len() {
        let read = Decoder::new(&bytes[..len]).unwrap().take_while(Result::is_ok).count();
        assert!(read <= items.len());
    }
}

#[test]
fn lives_are_read_as_they_are_written_and_older_readers_skip_them() {
    let lives = Lives {
        every: 65_536,
        missed: 3,
        anew: true,
        born: vec![Life { id: 7, site: 1, frame: u64::MAX, blocks: 12, bytes: 1 << 40 }, Life::default()],
        died: vec![u32::MAX, 0],
    };
    let frame = Frame { number: 3, ..Frame::default() };
    let mut encoder = Encoder::new(Vec::new());
    encoder.frame(&frame.as_view());
    encoder.lives(&lives);
    encoder.lives(&Lives::default());
    let bytes = encoder.into_bytes();
    let items: Vec<Item> = Decoder::new(&bytes).unwrap().map(Result::unwrap).collect();
    assert_eq!(items, [Item::Frame(frame), Item::Lives(lives), Item::Lives(Lives::default())]);
    // A block of its own kind, behind the frame: who does not know the kind goes on behind it.
    let frame_ends = 9 + 5 + u32::from_le_bytes(bytes[10..14].try_into().unwrap()) as usize + 4;
    assert_eq!(bytes[frame_ends], 7);
    for len in frame_ends..bytes.len() {
        let read: Vec<_> = Decoder::new(&bytes[..len]).unwrap().filter_map(Result::ok).collect();
        assert!(items.starts_with(&read));
    }
}

#[test]
fn a_budget_says_what_it_limits_and_older_ones_do_not() {
    let all = [Limits::Allocator, Limits::Thread, Limits::Tag(300), Limits::System(7)];
    let mut encoder = Encoder::new(Vec::new());
    for (id, limits) in (0..).zip(all) {
        encoder.define_budget(id, "a budget", 4096, limits);
    }
    encoder.define(Kind::Budget, 4, "an old budget", 4096);
    let mut bytes = encoder.into_bytes();
    // What a later version may limit: kind, number, limit, length of the name, then 9 and a number.
    bytes.extend(block(1, &[4, 5, 1, 0, 9, 1]));
    // Half of it is damage.
    bytes.extend(block(1, &[4, 6, 1, 0, 2]));
    let items: Vec<_> = Decoder::new(&bytes).unwrap().collect();
    let limits: Vec<_> = (items.iter().flatten())
        .map(|item| if let Item::Definition(Definition { limits, .. }) = item { *limits } else { panic!("{item:?}") })
        .collect();
    assert_eq!(limits, [all.map(Some).as_slice(), &[None, None]].concat());
    assert!(matches!(items.last(), Some(Err(TraceError::Damaged { .. }))));
}
