//! What code written for `Vec`, `String` and bumpalo's expects to find: comparisons, literals, `collect`, conversions.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{IoSlice, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

use framealloc_core::collections::{FromFrameIterator, FromUtf8Error, FromUtf16Error};
use framealloc_core::{
    AllocError, Frame, FrameBox, FrameDeque, FrameHeap, FrameMap, FrameSet, FrameSortedMap, FrameString, FrameVec,
    SmartAlloc, frame_format, frame_vec, try_frame_vec,
};

/// Both ways, equal and not.
macro_rules! equal_both_ways {
    ($ours:expr, $different:expr; $($other:expr),+ $(,)?) => {$(
        assert!($ours == $other && $other == $ours, stringify!($other));
        assert!($different != $other && $other != $different, stringify!($other));
    )+};
}

#[test]
fn a_vector_equals_every_kind_of_slice_in_both_directions() {
    let alloc = SmartAlloc::default();
    let (v, other, longer) = (frame_vec![in alloc; 1, 2], frame_vec![in alloc; 1, 3], frame_vec![in alloc; 1, 2, 3]);
    let boxed = v.clone().into_boxed();
    for different in [other, longer] {
        equal_both_ways! {
            v, different;
            [1, 2], &[1, 2], &mut [1, 2], [1, 2][..], &[1, 2][..], &mut [1, 2][..], vec![1, 2],
            Cow::Borrowed(&[1, 2][..]), Cow::<[i32]>::Owned(vec![1, 2]), VecDeque::from([1, 2]), v.clone(), boxed,
        }
    }
    // Elements of another type that compare.
    let texts = frame_vec![in alloc; "a".to_owned()];
    equal_both_ways!(texts, FrameVec::<String>::new_in(alloc.frame()); ["a"], &["a"][..], vec!["a"], frame_vec![in alloc; "a"]);
    assert!(frame_vec![in alloc; 1, 2] < frame_vec![in alloc; 1, 3]);
}

#[test]
fn a_string_equals_every_kind_of_text_in_both_directions() {
    let alloc = SmartAlloc::default();
    let (s, different) = (frame_format!(alloc, "x{}", 1), frame_format!(alloc, "x2"));
    let boxed = s.clone().into_boxed_str();
    equal_both_ways! {
        s, different;
        "x1", *"x1", &mut *"x1".to_owned(), String::from("x1"), Cow::Borrowed("x1"), Cow::<str>::Owned("x1".to_owned()),
        s.clone(), boxed,
    }
    assert!(s < different && s.cmp(&different).is_lt());
}

#[test]
fn a_literal_works_with_whatever_derefs_to_a_frame_and_clones_one_less_than_it_holds() {
    #[derive(Debug)]
    struct Counted(Rc<Cell<u32>>);
    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.set(self.0.get() + 1);
            Self(self.0.clone())
        }
    }
    let alloc = SmartAlloc::default();
    let clones = Rc::new(Cell::new(0));
    let counted = || Counted(clones.clone());
    let listed = frame_vec![in alloc; counted(), counted(), counted()];
    assert_eq!((listed.len(), listed.capacity(), clones.get()), (3, 3, 0));
    let filled = frame_vec![in alloc; counted(); 5];
    assert_eq!((filled.len(), filled.capacity(), clones.get()), (5, 5, 4));
    assert!(frame_vec![in alloc; counted(); 0].is_empty() && clones.get() == 4);

    let scope = alloc.frame_scope();
    let frame: &Frame = &scope;
    let shared = std::sync::Arc::new(SmartAlloc::default());
    assert_eq!(frame_vec![in scope; 1, 2,], frame_vec![in frame; 1, 2]);
    assert_eq!(frame_vec![in shared; 0_u8; 3], [0; 3]);
    assert!(std::ptr::eq(frame_vec![in frame; ()].frame(), frame));
    let nested = frame_vec![in alloc; frame_vec![in alloc; 1], frame_vec![in alloc], frame_vec![in &alloc;]];
    assert_eq!(nested, [&[1][..], &[], &[]]);
    assert_eq!(try_frame_vec![in alloc; 1, 2].unwrap(), [1, 2]);
    assert_eq!(try_frame_vec![in frame].map(|none: FrameVec<'_, u8>| none.len()), Ok(0));
}

#[test]
fn everything_in_a_frame_can_be_collected_into() {
    let alloc = SmartAlloc::default();
    let numbers = || (0..100_u32).filter(|n| n % 3 == 0);
    assert!(alloc.frame_collect::<FrameVec<'_, _>>(numbers()).into_iter().eq(numbers()));
    let boxed: FrameBox<'_, [u32]> = alloc.frame_collect(numbers());
    assert!(boxed.iter().copied().eq(numbers()));
    let map: FrameMap<'_, u32, String> = alloc.frame_collect(numbers().map(|n| (n, n.to_string())));
    assert_eq!((map.len(), map[&27].as_str()), (34, "27"));
    let set: FrameSet<'_, u32> = alloc.frame_collect(numbers().map(|n| n % 2));
    assert_eq!(set.len(), 2);
    // A hasher of one's own, as long as it has a default.
    let other: FrameMap<'_, u8, u8, std::collections::hash_map::RandomState> = alloc.frame_collect([(1, 2)]);
    assert_eq!(other[&1], 2);
    assert_eq!(alloc.frame_collect::<FrameString<'_>>(['a', 'ß']), "aß");
    assert_eq!(alloc.frame_collect::<FrameString<'_>>(&['a', 'b']), "ab");
    assert_eq!(alloc.frame_collect::<FrameString<'_>>(["a", "", "b"]), "ab");
    assert_eq!(alloc.frame_collect::<FrameString<'_>>(vec!["a".to_owned(), "b".to_owned()]), "ab");
    let text: FrameBox<'_, str> = alloc.frame_collect([Cow::Borrowed("c"), Cow::Owned("d".to_owned())]);
    assert_eq!(&*text, "cd");
    let deque: FrameDeque<'_, u32> = alloc.frame_collect(numbers());
    assert!(deque.into_iter().eq(numbers()));
    let heap: FrameHeap<'_, u32> = alloc.frame_collect(numbers());
    assert_eq!(heap.into_sorted_vec().last(), Some(&99));
    let sorted: FrameSortedMap<'_, u32, u32> = alloc.frame_collect([(3, 1), (1, 2), (3, 4)]);
    assert!(sorted.into_iter().eq([(1, 2), (3, 4)]));
    // In the frame that is asked.
    alloc.scoped(|frame| {
        let vec: FrameVec<'_, _> = frame.frame_collect([1, 2]);
        assert!(std::ptr::eq(vec.frame(), frame));
    });
}

#[test]
fn collecting_results_stops_at_the_first_error() {
    let alloc = SmartAlloc::default();
    let asked = Cell::new(0);
    let values = |wrong: u32| {
        asked.set(0);
        let asked = &asked;
        std::iter::from_fn(move || {
            asked.set(asked.get() + 1);
            Some(asked.get())
        })
        .map(move |n| if n == wrong { Err("wrong") } else { Ok(n) })
    };
    let failed: Result<FrameVec<'_, u32>, &str> = alloc.frame_collect(values(40));
    assert_eq!((failed, asked.get()), (Err("wrong"), 40));
    let made: Result<FrameVec<'_, u32>, &str> = alloc.frame_collect(values(0).take(50));
    assert!(made.unwrap().into_iter().eq(1..=50));
    let failed: Option<FrameSet<'_, u32>> = alloc.frame_collect(values(9).map(Result::ok));
    assert!(failed.is_none() && asked.get() == 9);
    let made: Option<FrameString<'_>> = alloc.frame_collect([Some('a'), Some('b')]);
    assert_eq!(made.unwrap(), "ab");
}

#[test]
fn an_iterator_that_has_ended_is_not_asked_again() {
    /// Goes on after it has ended.
    struct Again(u32);
    impl Iterator for Again {
        type Item = u32;
        fn next(&mut self) -> Option<u32> {
            self.0 += 1;
            (self.0 != 20).then_some(self.0)
        }
    }
    let alloc = SmartAlloc::default();
    for room in 0..40 {
        let mut vec = alloc.frame_vec_with_capacity(room);
        vec.extend(Again(0));
        assert!(vec.iter().copied().eq(1..20), "room for {room}");
    }
}

#[test]
fn a_collection_of_ones_own_is_collected_like_ours() {
    struct Sum(u32);
    impl<'f> FromFrameIterator<'f, u32> for Sum {
        fn try_from_frame_iter(values: impl IntoIterator<Item = u32>, frame: &'f Frame) -> Result<Self, AllocError> {
            Ok(Self(FrameVec::try_from_frame_iter(values, frame)?.iter().sum()))
        }
    }
    let alloc = SmartAlloc::default();
    assert_eq!(alloc.frame_collect::<Sum>(0..10).0, 45);
    let nested: FrameVec<'_, FrameVec<'_, u8>> =
        alloc.frame_collect((0..3).map(|n| alloc.frame_collect::<FrameVec<'_, _>>(0..n)));
    assert_eq!(nested[2], [0, 1]);
}

#[test]
fn a_taken_collection_leaves_an_empty_one_of_the_same_frame() {
    struct Batch<'f> {
        items: FrameVec<'f, u32>,
        text: FrameString<'f>,
    }
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        let mut batch = Batch { items: frame.frame_vec(), text: frame.frame_string() };
        batch.items.push(1);
        batch.text.push('x');
        let (items, text) = (batch.items.take(), batch.text.take());
        assert!(items == [1] && text == "x" && batch.items.is_empty() && batch.text.is_empty());
        assert!(std::ptr::eq(batch.items.frame(), frame) && std::ptr::eq(batch.text.frame(), frame));
        batch.items.push(2);
        batch.text.push('y');
        assert!(items == [1] && text == "x");
    });
}

#[test]
fn what_a_vector_turns_into_lives_as_long_as_its_frame_and_is_not_moved() {
    let alloc = SmartAlloc::default();
    let mut out: Vec<(u32, &[u32])> = Vec::new();
    let vec = frame_vec![in alloc; 1, 2];
    let start = vec.as_ptr();
    let pair = (1, vec.into_shared_slice());
    for &(id, list) in &[pair, pair] {
        out.push((id, list));
    }
    assert!(out[0].1.as_ptr() == start && out == [(1, &[1, 2][..]), (1, &[1, 2])]);
    let texts: [&str; 2] = [frame_format!(alloc, "{}", 7).into_shared_str(); 2];
    assert_eq!(texts, ["7", "7"]);
    let flat = frame_vec![in alloc; [1, 2], [3, 4]];
    let start = flat.as_ptr().addr();
    let mut flat = flat.into_flattened();
    assert_eq!((flat.as_ptr().addr(), flat.capacity()), (start, 4));
    flat.push(5);
    assert_eq!(flat, [1, 2, 3, 4, 5]);
    assert_eq!(Vec::from(flat), [1, 2, 3, 4, 5]);
}

#[test]
fn arrays_without_size_and_without_elements_flatten() {
    let alloc = SmartAlloc::default();
    let mut none: FrameVec<'_, u64> = frame_vec![in alloc; [0_u64; 0]; 7].into_flattened();
    assert!(none.is_empty());
    none.push(1);
    assert_eq!(none, [1]);
    let mut units = frame_vec![in alloc; [(); 3]; 5].into_flattened();
    assert_eq!((units.len(), units.capacity()), (15, usize::MAX));
    units.push(());
    assert_eq!(<[(); 16]>::try_from(units), Ok([(); 16]));
    let panic = catch_unwind(|| {
        let alloc = SmartAlloc::default();
        frame_vec![in alloc; [(); usize::MAX]; 2].into_flattened().len()
    });
    assert!(panic.unwrap_err().downcast::<String>().unwrap().contains("more elements than a vector can have"));
}

#[test]
fn vectors_of_bytes_are_written_to_in_parts() {
    let alloc = SmartAlloc::default();
    let mut bytes = alloc.frame_vec();
    let parts = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cde")];
    assert_eq!(bytes.write_vectored(&parts).unwrap(), 5);
    write!(bytes, "{}", 7).unwrap();
    bytes.extend_from_slices_copy(&[b"x", b"", b"yz"]);
    assert_eq!(bytes, b"abcde7xyz");
}

#[test]
fn strings_are_made_of_bytes_and_units_of_every_kind() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let (long, emoji) = ("x".repeat(70), "a😀ß".to_owned());
    for bytes in
        [&b""[..], b"plain", emoji.as_bytes(), b"\xff", b"a\xf0\x9f\x98", b"\xf0\x9f\x98b\xc3\x28", long.as_bytes()]
    {
        assert_eq!(FrameString::from_utf8_lossy_in(bytes, frame), String::from_utf8_lossy(bytes));
        assert_eq!(FrameString::try_from_utf8_lossy_in(bytes, frame).unwrap(), String::from_utf8_lossy(bytes));
        let mut vec = alloc.frame_vec();
        vec.extend_from_slice_copy(bytes);
        let start = vec.as_ptr();
        match (FrameString::from_utf8(vec), String::from_utf8(bytes.to_vec())) {
            (Ok(ours), Ok(theirs)) => assert!(ours == theirs && ours.as_ptr() == start),
            (Err(ours), Err(theirs)) => {
                assert_eq!((ours.utf8_error(), ours.to_string()), (theirs.utf8_error(), theirs.to_string()));
                assert_eq!(ours.as_bytes(), bytes);
                assert_eq!(ours.into_bytes(), bytes);
            }
            (ours, theirs) => panic!("{ours:?} {theirs:?}"),
        }
    }
    let broken = [0x61, 0xd83d, 0x62];
    for units in
        ["", "plain", &emoji].map(|text| text.encode_utf16().collect::<Vec<_>>()).into_iter().chain([broken.to_vec()])
    {
        assert_eq!(FrameString::from_utf16_lossy_in(&units, frame), String::from_utf16_lossy(&units));
        assert_eq!(FrameString::try_from_utf16_lossy_in(&units, frame).unwrap(), String::from_utf16_lossy(&units));
        assert_eq!(
            FrameString::from_utf16_in(&units, frame).ok().as_deref(),
            String::from_utf16(&units).ok().as_deref()
        );
        assert_eq!(FrameString::try_from_utf16_in(&units, frame).unwrap().is_ok(), String::from_utf16(&units).is_ok());
    }
    let error: FromUtf16Error = FrameString::from_utf16_in(&broken, frame).unwrap_err();
    assert_eq!(error.to_string(), "invalid utf-16: a surrogate stands alone");
    let error: Result<FrameString<'_>, FromUtf8Error<'_>> = frame_vec![in alloc; 0xff].try_into();
    assert!(error.is_err());
    // SAFETY: one byte of ASCII.
    let mut text = unsafe { FrameString::from_utf8_unchecked(frame_vec![in alloc; b'a']) };
    // SAFETY: ASCII goes in.
    unsafe { text.as_mut_vec() }.push(b'b');
    assert_eq!(text, "ab");
}

#[test]
fn strings_are_extended_joined_and_turned_into_what_string_is() {
    let alloc = SmartAlloc::default();
    let mut string = FrameString::from_str_in("a", alloc.frame());
    let (letters, piece) = (['b', 'c'], frame_format!(alloc, "{}", 1));
    string.extend(&letters);
    string.extend(letters);
    string.extend(["d".to_owned()]);
    string.extend([Cow::Borrowed("e"), Cow::Owned("f".to_owned())]);
    string.extend([&piece]);
    string.extend([piece]);
    string.extend([Box::<str>::from("g")]);
    let string = string + "h" + "i";
    assert_eq!(string, "abcbcdef11ghi");
    assert_eq!(Path::new("x").join(&string), Path::new("x").join("abcbcdef11ghi"));
    assert_eq!(
        (AsRef::<OsStr>::as_ref(&string), AsRef::<Path>::as_ref(&string)),
        (OsStr::new(&*string), Path::new(&*string))
    );
    assert_eq!(AsRef::<[u8]>::as_ref(&string), string.as_bytes());
    let text: String = string.clone().into();
    assert_eq!(text, string);
    let bytes: FrameVec<'_, u8> = string.into();
    assert_eq!(bytes, b"abcbcdef11ghi");
}

#[test]
fn a_drain_of_a_string_shows_whole_characters_and_takes_its_range_or_nothing() {
    let alloc = SmartAlloc::default();
    let mut string = frame_format!(alloc, "a😀ßc!");
    std::mem::forget(string.drain(1..5));
    assert_eq!(string, "a😀ßc!");
    let mut drain = string.drain(1..8);
    assert_eq!((drain.next(), drain.as_str(), drain.size_hint()), (Some('😀'), "ßc", (1, Some(3))));
    assert_eq!((drain.next_back(), drain.next(), drain.next(), drain.next_back()), (Some('c'), Some('ß'), None, None));
    drop(drain);
    assert_eq!(string, "a!");
    string.drain(..);
    assert_eq!(string, "");
}

#[test]
fn ranges_inside_characters_are_refused_and_change_nothing() {
    let alloc = SmartAlloc::default();
    let string = || frame_format!(alloc, "aßb");
    let ways: [fn(&mut FrameString<'_>); 7] = [
        |s| drop(s.drain(2..)),
        |s| s.replace_range(..2, "x"),
        |s| s.replace_range(3..9, "x"),
        |s| drop(s.split_off(2)),
        |s| s.extend_from_within(2..3),
        |s| s.insert_str(2, "x"),
        #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
        |s| s.replace_range(3..1, "x"),
    ];
    for (index, way) in ways.into_iter().enumerate() {
        let mut string = string();
        let panic = catch_unwind(AssertUnwindSafe(|| way(&mut string)));
        assert!(panic.is_err() && string == "aßb", "{index}");
    }
}

#[test]
fn v7_a_panic_in_what_a_string_calls_leaves_whole_characters() {
    let alloc = SmartAlloc::default();
    let fuse = |at: usize| {
        let mut asked = 0;
        move || {
            asked += 1;
            assert!(asked != at, "fuse");
        }
    };
    for at in 1..6 {
        type Way = fn(&mut FrameString<'_>, &mut dyn FnMut());
        let mut string = frame_format!(alloc, "ß😀ab");
        let ways: [(&str, Way); 3] = [
            ("extend", |string, step| string.extend(std::iter::repeat_with(|| (step(), "ö").1))),
            ("retain", |string, step| {
                string.retain(|character| (step(), character != '😀').1);
                step();
                step();
            }),
            ("drain", |string, step| string.drain(2..).for_each(|_| step())),
        ];
        for (name, way) in ways {
            let panic = catch_unwind(AssertUnwindSafe(|| way(&mut string, &mut fuse(at))));
            assert!(panic.is_err() || at > 2, "{name}");
            assert!(std::str::from_utf8(string.as_bytes()).is_ok() && string.starts_with('ß'), "{name} {at}: {string}");
            string.push('x');
        }
    }
}
