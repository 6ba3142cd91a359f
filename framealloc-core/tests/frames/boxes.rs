//! Boxes in frame memory do what boxes do: other types for the same value, comparisons, iterators, errors.

use std::any::Any;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use framealloc_core::{AllocConfig, AllocError, FrameBox, FrameVec, SmartAlloc, frame_unsize, kilobytes};

trait Shape {
    fn area(&self) -> u32;
}

struct Square<'a>(u32, &'a Cell<u32>);

impl Shape for Square<'_> {
    fn area(&self) -> u32 {
        self.0 * self.0
    }
}

impl Drop for Square<'_> {
    fn drop(&mut self) {
        self.1.set(self.1.get() + 1);
    }
}

#[test]
fn a_list_of_trait_objects_drops_each_once() {
    let drops = Cell::new(0);
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let mut list: FrameVec<'_, FrameBox<'_, dyn Shape + '_>> = frame.frame_vec();
    for side in 1..4 {
        list.push(frame_unsize!(frame.frame_box(Square(side, &drops)) => dyn Shape + '_));
    }
    assert_eq!(list.iter().map(|shape| shape.area()).sum::<u32>(), 14);
    drop(list.pop());
    assert_eq!(drops.get(), 1);
    drop(list);
    assert_eq!(drops.get(), 3);
}

#[test]
fn a_leaked_box_and_a_reference_coerce_without_a_macro() {
    let drops = Cell::new(0);
    let alloc = SmartAlloc::default();
    let leaked: &mut dyn Shape = FrameBox::leak(alloc.frame_box(Square(2, &drops)));
    let reference: &mut dyn fmt::Debug = alloc.frame_ref(5);
    assert_eq!((leaked.area(), format!("{reference:?}")), (4, "5".to_owned()));
    assert_eq!(drops.get(), 0);
}

#[test]
fn values_without_size_and_arrays_are_unsized() {
    #[derive(Debug)]
    struct Empty;
    let alloc = SmartAlloc::default();
    let empty: FrameBox<'_, dyn fmt::Debug> = frame_unsize!(alloc.frame_box(Empty) => dyn fmt::Debug);
    assert_eq!(format!("{empty:?}"), "Empty");
    let names = frame_unsize!(alloc.frame_box([String::from("a"), String::from("b")]) => [String]);
    assert_eq!(names.into_iter().collect::<String>(), "ab");
    let none = frame_unsize!(alloc.frame_box([0_u64; 0]) => [u64]);
    assert!(none.is_empty());
}

#[test]
fn any_finds_its_type_again() {
    let alloc = SmartAlloc::default();
    let value = frame_unsize!(alloc.frame_box(String::from("text")) => dyn Any + Send);
    let value = value.downcast::<u32>().unwrap_err();
    assert_eq!(FrameBox::into_inner(value.downcast::<String>().unwrap()), "text");
}

#[test]
fn a_value_goes_through_a_pointer_and_back() {
    let drops = Cell::new(0);
    let alloc = SmartAlloc::default();
    let raw = FrameBox::into_raw(alloc.frame_box(Square(3, &drops)));
    assert_eq!(drops.get(), 0);
    // SAFETY: just given up, and `alloc` is still borrowed.
    let square: FrameBox<'_, Square<'_>> = unsafe { FrameBox::from_raw(raw) };
    assert_eq!(square.area(), 9);
    drop(square);
    let mut slot = alloc.frame_alloc::<Square<'_>>();
    slot.as_uninit().write(Square(4, &drops));
    // SAFETY: just written.
    assert_eq!(unsafe { slot.assume_init() }.area(), 16);
    assert_eq!(drops.get(), 2);
}

#[test]
fn slices_and_arrays_turn_into_each_other() {
    let alloc = SmartAlloc::default();
    let slice: FrameBox<'_, [u8]> = alloc.frame_box([1, 2, 3]).into();
    let slice = FrameBox::<[u8; 2]>::try_from(slice).unwrap_err();
    let array = FrameBox::<[u8; 3]>::try_from(slice).unwrap();
    assert_eq!(*array, [1, 2, 3]);
}

#[test]
fn boxes_compare_with_what_is_not_boxed_both_ways() {
    let alloc = SmartAlloc::default();
    assert_eq!(alloc.frame_box(5), 5);
    assert!(alloc.frame_box(2.5) < 3.0);
    assert_eq!(alloc.frame_box([1, 2]), [1, 2]);
    let slice = alloc.frame_slice_from_iter(0_u32..2);
    assert_eq!(slice, [0, 1]);
    assert_eq!([0, 1], slice);
    assert_eq!(slice, &[0, 1]);
    assert_eq!(&[0, 1], slice);
    assert_eq!(slice, &[0, 1][..]);
    assert_eq!(&[0, 1][..], slice);
    assert_eq!(slice, &mut [0, 1][..]);
    assert_eq!(&mut [0, 1][..], slice);
    assert_eq!(slice, vec![0, 1]);
    assert_eq!(vec![0, 1], slice);
    assert!([0, 1][..] == slice);
    assert!(slice == [0, 1][..]);
    let text = alloc.frame_format_boxed("wave");
    assert_eq!(text, "wave");
    assert_eq!("wave", text);
    assert_eq!(text, String::from("wave"));
    assert_eq!(String::from("wave"), text);
    assert_eq!(text, Cow::Borrowed("wave"));
    assert_eq!(Cow::Borrowed("wave"), text);
    assert!(text == *"wave");
    assert!(*"wave" == text);
}

/// A boxed string, as `FrameString::into_boxed_str` makes it.
trait Boxed {
    fn frame_format_boxed<'f>(&'f self, text: &str) -> FrameBox<'f, str>;
}

impl Boxed for SmartAlloc {
    fn frame_format_boxed<'f>(&'f self, text: &str) -> FrameBox<'f, str> {
        let mut string = self.frame_string();
        string.push_str(text);
        string.into_boxed_str()
    }
}

#[test]
fn boxes_are_iterators_where_their_values_are() {
    let alloc = SmartAlloc::default();
    let mut sized = alloc.frame_box(vec![1, 2, 3].into_iter());
    assert_eq!((sized.len(), sized.next_back(), sized.nth(1)), (3, Some(3), Some(2)));
    let boxed = frame_unsize!(alloc.frame_box((0..4).map(|n| n * n)) => dyn Iterator<Item = u32>);
    assert_eq!(boxed.collect::<Vec<_>>(), [0, 1, 4, 9]);
    let both = frame_unsize!(alloc.frame_box(0..4_u32) => dyn DoubleEndedIterator<Item = u32> + Send);
    assert_eq!(both.rev().collect::<Vec<_>>(), [3, 2, 1, 0]);
    let exact = frame_unsize!(alloc.frame_box(0..4_usize) => dyn ExactSizeIterator<Item = usize>);
    assert_eq!(exact.len(), 4);
}

#[derive(Debug)]
struct Outer(fmt::Error);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("outer")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn boxes_are_errors_hashers_futures_and_pointers_where_their_values_are() {
    let alloc = SmartAlloc::default();
    let error = frame_unsize!(alloc.frame_box(Outer(fmt::Error)) => dyn Error);
    assert!(error.source().is_some());

    let mut hasher = frame_unsize!(alloc.frame_box(DefaultHasher::new()) => dyn Hasher);
    "text".hash(&mut hasher);
    let mut plain = DefaultHasher::new();
    "text".hash(&mut plain);
    assert_eq!(hasher.finish(), plain.finish());

    let future = pin!(alloc.frame_box(std::future::ready(3)));
    assert_eq!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(3));

    let value = alloc.frame_box(1_u64);
    assert_eq!(format!("{value:p}"), format!("{:p}", FrameBox::as_ptr(&value)));
}

#[test]
fn a_clone_goes_where_it_is_told() {
    let alloc = SmartAlloc::default();
    let (one, many) = alloc.scoped(|scope| {
        let one = scope.frame_box(String::from("one"));
        let many = scope.frame_slice_clone(&[String::from("a"), String::from("b")]);
        (FrameBox::clone_in(&one, alloc.frame()), FrameBox::clone_in(&many, alloc.frame()))
    });
    assert_eq!((one.as_str(), many.concat().as_str()), ("one", "ab"));

    let small = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(kilobytes(1)));
    let large = alloc.frame_box([0_u8; 2000]);
    let refused = FrameBox::try_clone_in(&large, small.frame());
    assert!(matches!(refused, Err(AllocError::BudgetExceeded { .. })));
}

#[test]
fn a_boxed_slice_turns_into_a_vector_that_grows_anywhere() {
    let alloc = SmartAlloc::default();
    let outer = alloc.frame();
    alloc.scoped(|scope| {
        for len in [0, 1, 7, 300] {
            // An object of another arena, an object of the same one, and the newest growable.
            let boxes = [
                outer.frame_slice_fill_with(len, |index| index.to_string()),
                scope.frame_slice_fill_with(len, |index| index.to_string()),
                scope.frame_slice_from_iter((0..len).map(|index| index.to_string())),
            ];
            for elements in boxes {
                let canary = scope.frame_slice_copy(&[0xA5_u8; 64]);
                let mut list = FrameVec::from_boxed_in(elements, scope);
                list.extend((len..len + 400).map(|index| index.to_string()));
                assert!(list.iter().enumerate().all(|(index, text)| *text == index.to_string()));
                list.truncate(3);
                list.shrink_to_fit();
                assert_eq!(list.pop().map(|text| text.len()), Some(1));
                assert_eq!(canary, [0xA5; 64]);
            }
        }
        let units = FrameVec::from_boxed_in(scope.frame_slice_fill_with(5, |_| ()), scope);
        assert_eq!((units.len(), units.capacity()), (5, usize::MAX));
    });
}

#[test]
fn a_boxed_slice_of_another_thread_grows_here() {
    let alloc = SmartAlloc::default();
    let elements = alloc.frame_slice_fill_with(40, |index| index.to_string());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut list = FrameVec::from_boxed_in(elements, alloc.frame());
            list.extend((40..100).map(|index| index.to_string()));
            assert!(list.iter().enumerate().all(|(index, text)| *text == index.to_string()));
        });
    });
}
