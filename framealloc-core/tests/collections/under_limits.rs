//! Collections against budgets and a refusing system, across threads, and over values with forbidden bit patterns.

use std::num::NonZeroU8;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::collections::{Drain, ExtractIf, IntoIter, SliceIntoIter, StringDrain};
use framealloc_core::{
    AllocConfig, AllocError, FrameMap, FrameSet, FrameString, FrameVec, SmartAlloc, kilobytes, try_frame_format,
};

fn limited() -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_tag_budget("small", kilobytes(64)))
}

#[test]
fn r16_a_refused_push_changes_nothing_and_the_next_smaller_one_works() {
    let mut alloc = limited();
    alloc.whole_frame(|alloc| {
        let mut vec = alloc.tagged("small").frame_vec::<u64>();
        let refusal = loop {
            if let Err(error) = vec.try_push(vec.len() as u64) {
                break error;
            }
        };
        assert!(matches!(refusal, AllocError::BudgetExceeded { .. }), "{refusal}");
        let (len, start) = (vec.len(), vec.as_ptr());
        assert!(len > kilobytes(16) / 8 && len <= kilobytes(64) / 8, "{len} elements in 64 KiB");
        assert!(vec.try_insert(0, 7).is_err() && vec.try_reserve(1).is_err() && vec.try_extend([1, 2]).is_err());
        assert!(vec.try_extend_from_slice(&[1; 9]).is_err() && vec.try_extend_from_slice_copy(&[1; 9]).is_err());
        assert!(vec.try_resize(len + 9, 0).is_err() && vec.try_extend_from_within(..).is_err());
        assert!(vec.try_split_off(0).is_err());
        assert!(vec.try_push_mut(7).is_err() && vec.try_insert_mut(0, 7).is_err() && vec.try_clone().is_err());
        assert!(vec.try_extend_from_slices_copy(&[&[1; 5], &[1; 5]]).is_err());
        assert!(vec.try_splice(3..5, std::iter::repeat_n(7, 9)).is_err(), "for which the hint asks at once");
        let endless = std::iter::from_fn(|| Some(7));
        assert!(vec.try_splice(3..5, endless).is_err(), "which nobody knows before");
        assert_eq!((vec.len(), vec.as_ptr()), (len, start));
        assert!(vec.iter().copied().eq(0..len as u64));

        let words = catch_unwind(AssertUnwindSafe(|| vec.push(1))).unwrap_err();
        assert!(words.downcast::<String>().unwrap().contains("the budget of tag `small` is exceeded"));
        vec.pop();
        vec.push(1);
        // Another tag has another budget.
        alloc.tagged("large").frame_vec_with_capacity::<u64>(100_000).push(1);
    });
    alloc.whole_frame(|alloc| alloc.tagged("small").frame_vec_with_capacity::<u64>(4000).push(1));
}

#[test]
fn r16_refused_maps_and_strings_say_so_too() {
    let mut alloc = limited();
    alloc.whole_frame(|alloc| {
        let small = alloc.tagged("small");
        let mut map = small.frame_map::<u64, u64>();
        let refusal = (0..).find_map(|key| map.try_insert(key, key).err()).unwrap();
        assert!(matches!(refusal, AllocError::BudgetExceeded { .. }), "{refusal}");
        let len = map.len() as u64;
        assert!(len > 100 && (0..len).all(|key| map[&key] == key));
        let words = catch_unwind(AssertUnwindSafe(|| map.insert(len, len))).unwrap_err();
        assert!(words.downcast::<String>().unwrap().contains("the budget of tag `small` is exceeded"));
        assert!((0..len).all(|key| map[&key] == key));

        let mut text = small.frame_string();
        let refusal = std::iter::repeat_with(|| text.try_push_str("0123456789")).find_map(Result::err);
        assert!(matches!(refusal, Some(AllocError::BudgetExceeded { .. })));
        assert_eq!(text.len() % 10, 0);
        let refusal = try_frame_format!(small, "{:65000}", 1).unwrap_err();
        assert!(matches!(refusal, AllocError::BudgetExceeded { .. }), "{refusal}");
        assert!(small.try_frame_slice_from_iter(0..100_000_u64).is_err());
    });
}

#[test]
fn r16_a_refused_change_of_a_string_changes_nothing() {
    let mut alloc = limited();
    alloc.whole_frame(|alloc| {
        let small = alloc.tagged("small");
        let mut text = FrameString::from_str_in("ß", small);
        while text.try_extend_from_within(..2).is_ok() {}
        while text.try_push('x').is_ok() {}
        let before = String::from(text.as_str());
        let start = text.as_ptr();
        assert!(text.try_insert(0, 'y').is_err() && text.try_insert_str(2, "y").is_err());
        assert!(text.try_push('y').is_err() && text.try_push_str("y").is_err());
        assert!(text.try_extend(["y"]).is_err() && text.try_extend(['y']).is_err());
        assert!(text.try_replace_range(2..4, "abc").is_err() && text.try_replace_range(4..4, "a").is_err());
        assert!(text.try_extend_from_within(..2).is_err() && text.try_split_off(0).is_err());
        assert!(text.try_reserve(1).is_err() && text.try_reserve_exact(1).is_err() && text.try_clone().is_err());
        assert!(text == before && text.as_ptr() == start);
        // No room is needed for what is not longer.
        text.try_replace_range(0..2, "ab").unwrap();
        text.try_replace_range(0..2, "").unwrap();
        assert_eq!(text, before[2..]);

        let units = vec![0x61_u16; 70_000];
        assert!(FrameString::try_from_str_in(&"a".repeat(70_000), small).is_err());
        assert!(FrameString::try_from_utf8_lossy_in(&vec![0xff; 30_000], small).is_err(), "three bytes for one");
        assert!(FrameString::try_from_utf16_in(&units, small).is_err());
        assert!(FrameString::try_from_utf16_lossy_in(&units, small).is_err());
        let words = catch_unwind(AssertUnwindSafe(|| text.replace_range(.., &before.repeat(2)))).unwrap_err();
        assert!(words.downcast::<String>().unwrap().contains("the budget of tag `small` is exceeded"));
        assert_eq!(text, before[2..]);
    });
}

#[test]
fn r16_what_cannot_be_collected_is_dropped_and_said() {
    let mut alloc = limited();
    let owner = std::rc::Rc::new(());
    alloc.whole_frame(|alloc| {
        let small = alloc.tagged("small");
        let owners = || (0..10_000).map(|n| (n, owner.clone()));
        let refused = |error| matches!(error, AllocError::BudgetExceeded { .. });
        let no_hint = || owners().filter(|(n, _)| *n < 9_999);
        assert!(small.try_frame_collect::<FrameVec<'_, _>>(owners()).is_err_and(refused));
        assert!(small.try_frame_collect::<FrameVec<'_, _>>(no_hint()).is_err_and(refused));
        assert!(small.try_frame_collect::<FrameMap<'_, _, _>>(owners()).is_err_and(refused));
        assert!(small.try_frame_collect::<FrameMap<'_, _, _>>(no_hint()).is_err_and(refused));
        assert!(small.try_frame_collect::<FrameSet<'_, _>>(owners()).is_err_and(refused));
        assert!(small.try_frame_collect::<FrameSet<'_, _>>(no_hint()).is_err_and(refused));
        assert!(small.try_frame_collect::<FrameString<'_>>(std::iter::repeat_n('x', 70_000)).is_err_and(refused));
        let endless = std::iter::repeat_with(|| "text");
        assert!(small.try_frame_collect::<FrameString<'_>>(endless).is_err_and(refused));
        let results = no_hint().map(Ok::<_, ()>);
        assert!(small.try_frame_collect::<Result<FrameVec<'_, _>, ()>>(results).is_err_and(refused));
        let many: [_; 3_000] = std::array::from_fn(|n| (n as u64, [0_u64; 2], owner.clone()));
        assert!(small.try_frame_vec_from_array(many).is_err_and(refused));
        assert!(small.try_frame_vec_from_elem(owner.clone(), 9_000).is_err_and(refused));
        let words = catch_unwind(AssertUnwindSafe(|| small.frame_collect::<FrameVec<'_, _>>(no_hint()))).unwrap_err();
        assert!(words.downcast::<String>().unwrap().contains("the budget of tag `small` is exceeded"));
    });
    assert_eq!(std::rc::Rc::strong_count(&owner), 1);
}

#[test]
fn the_most_that_a_value_may_have_is_refused_by_the_allocator_and_more_than_that_by_the_types() {
    let alloc = SmartAlloc::default();
    let no_memory = |error: AllocError| matches!(error, AllocError::OutOfMemory { .. });
    let too_large = |error: AllocError| error == AllocError::CapacityOverflow;
    for less in [0, 1, 7, 8, 63, 64, 4096] {
        let bytes = isize::MAX as usize - less;
        assert!(alloc.frame_vec::<u8>().try_reserve(bytes).is_err_and(no_memory), "{less}");
        assert!(alloc.frame_vec::<u8>().try_reserve_exact(bytes).is_err_and(no_memory), "{less}");
        assert!(alloc.try_frame_vec_with_capacity::<u8>(bytes).is_err_and(no_memory), "{less}");
        assert!(alloc.try_frame_string_with_capacity(bytes).is_err_and(no_memory), "{less}");
        assert!(alloc.frame_string().try_reserve(bytes).is_err_and(no_memory), "{less}");
        assert!(alloc.try_frame_slice_fill_with::<u8>(bytes, |_| 0).is_err_and(no_memory), "{less}");
        assert!(alloc.try_frame_slice_zeroed::<u8>(bytes).is_err_and(no_memory), "{less}");
        assert!(alloc.try_frame_vec_with_capacity::<u64>(bytes / 8).is_err_and(no_memory), "{less}");
        let layout = std::alloc::Layout::from_size_align(bytes & !4095, 4096).unwrap();
        assert!(alloc.try_frame_bytes(layout).is_err_and(no_memory), "{less}");
        // In a window that is open, and with something in it, too.
        let mut vec = alloc.frame_vec::<u8>();
        vec.push(1);
        assert_eq!(vec.try_reserve(bytes).is_err_and(too_large), less == 0, "{less}");
    }
    for more in [1, 8, 64] {
        let bytes = isize::MAX as usize + more;
        assert!(alloc.frame_vec::<u8>().try_reserve(bytes).is_err_and(too_large));
        assert!(alloc.try_frame_string_with_capacity(bytes).is_err_and(too_large));
        assert!(alloc.try_frame_slice_fill_with::<u8>(bytes, |_| 0).is_err_and(too_large));
        assert!(alloc.try_frame_vec_with_capacity::<u64>(bytes / 8 + 1).is_err_and(too_large));
    }
}

/// `Not<Marker>` holds only for types that are neither `Send` nor `Sync`: else two implementations apply.
macro_rules! assert_stays_on_its_thread {
    ($($type:ty),+ $(,)?) => {$({
        trait IfNot<Marker> {
            fn here() {}
        }
        struct IsSend;
        struct IsSync;
        impl<T: ?Sized> IfNot<()> for T {}
        impl<T: ?Sized + Send> IfNot<IsSend> for T {}
        impl<T: ?Sized + Sync> IfNot<IsSync> for T {}
        <$type as IfNot<_>>::here();
    })+};
}

fn travels<T: Send + Sync>(values: T) -> T {
    values
}

#[test]
fn r5_what_grows_stays_on_its_thread_and_boxes_go_where_their_values_may() {
    type Filter = fn(&mut u8) -> bool;
    assert_stays_on_its_thread!(
        FrameVec<'static, u8>,
        FrameMap<'static, u8, u8>,
        FrameSet<'static, u8>,
        FrameString<'static>,
        IntoIter<'static, u8>,
        Drain<'static, 'static, u8>,
        ExtractIf<'static, 'static, u8, Filter>,
        StringDrain<'static, 'static>,
        SliceIntoIter<'static, std::rc::Rc<u8>>,
    );
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    vec.extend(["a".to_owned(), "b".to_owned()]);
    let values = travels(vec.into_boxed().into_iter());
    let joined = std::thread::scope(|scope| scope.spawn(|| values.collect::<String>()).join().unwrap());
    assert_eq!(joined, "ab");
}

#[test]
fn r8_values_with_forbidden_bit_patterns_are_only_ever_written_whole() {
    let alloc = SmartAlloc::default();
    let text = String::from("kept");
    let mut references: FrameVec<'_, &str> = alloc.frame_vec_with_capacity(3);
    let mut numbers: FrameVec<'_, Option<NonZeroU8>> = alloc.frame_vec();
    for round in 1..100 {
        references.push(&text);
        numbers.push(NonZeroU8::new(round));
        references.retain(|text| text.len() == 4);
        if round % 7 == 0 {
            numbers.drain(1..3);
            references.truncate(2);
            numbers.shrink_to_fit();
        }
        assert!(references.iter().all(|reference| *reference == "kept"));
        assert!(numbers.iter().all(Option::is_some));
    }
    let flags: Vec<bool> = alloc.frame_slice_from_iter((0..50).map(|n| n % 3 == 0)).into_iter().rev().collect();
    assert_eq!(flags.iter().filter(|flag| **flag).count(), 17);
}

#[test]
fn the_same_vocabulary_on_the_allocator_and_in_a_scope() {
    let alloc = SmartAlloc::default();
    // What a scope makes must come from the scope's arena, not from the whole frame's behind it.
    let whole = alloc.frame().used_bytes();
    alloc.scoped(|frame| {
        let vec = frame.frame_vec_with_capacity::<u64>(100);
        let map = frame.frame_map_with_capacity::<u64, u64>(100);
        let set = frame.frame_set_with_capacity::<u64>(100);
        let string = frame.frame_string_with_capacity(100);
        let slice = frame.frame_slice_from_iter(0..100_u64);
        let text = framealloc_core::frame_format!(frame, "{:100}", 1);
        assert!(frame.used_bytes() > 3000);
        for other in [vec.frame(), map.frame(), set.frame(), string.frame(), text.frame()] {
            assert!(std::ptr::eq(other, frame));
        }
        assert_eq!(slice.len(), 100);
    });
    assert_eq!(alloc.frame().used_bytes(), whole);
}
