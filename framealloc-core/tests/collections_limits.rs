//! Collections against budgets and a refusing system, across threads, and over values with forbidden bit patterns.

use std::num::NonZeroU8;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::collections::{Drain, ExtractIf, IntoIter, SliceIntoIter};
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
