//! R3, R4: a panic in the k-th drop, clone or closure of any operation loses at worst the element it came from.
//!
//! Every operation runs once for every k, on types with and without size. Each element is dropped once, and what is
//! left in the vector can be used.

use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{FrameVec, SmartAlloc};

use crate::fuse::{CALLS, DROPPED, FUSE, MADE, step};

trait Element: Clone {
    fn make(id: u8) -> Self;
    fn check(&self);
}

/// Has size, owns heap memory: a second drop or a read of garbage shows under any sanitizer.
struct Sized(Box<u8>, u8);
/// Has none: only the counts can tell.
struct Unsized;

impl Element for Sized {
    fn make(id: u8) -> Self {
        MADE.set(MADE.get() + 1);
        Self(Box::new(id), id)
    }
    fn check(&self) {
        assert_eq!(*self.0, self.1);
    }
}

impl Element for Unsized {
    fn make(_: u8) -> Self {
        MADE.set(MADE.get() + 1);
        Self
    }
    fn check(&self) {}
}

impl Clone for Sized {
    fn clone(&self) -> Self {
        step();
        Self::make(self.1)
    }
}

impl Clone for Unsized {
    fn clone(&self) -> Self {
        step();
        Self::make(0)
    }
}

impl Drop for Sized {
    fn drop(&mut self) {
        self.check();
        DROPPED.set(DROPPED.get() + 1);
        step();
    }
}

impl Drop for Unsized {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
        step();
    }
}

fn starting<T: Element>(alloc: &SmartAlloc, count: u8) -> FrameVec<'_, T> {
    let mut vec = alloc.frame_vec();
    for id in 0..count {
        vec.push(T::make(id));
    }
    vec
}

/// Runs `operation` on ten elements with the fuse at every step that it takes, and without.
fn matrix<T: Element>(name: &str, operation: impl Fn(&mut FrameVec<'_, T>)) {
    let mut fuse = 0;
    loop {
        let alloc = SmartAlloc::default();
        MADE.set(0);
        DROPPED.set(0);
        CALLS.set(0);
        FUSE.set(usize::MAX);
        let mut vec = starting::<T>(&alloc, 10);
        let below = alloc.frame_slice_copy(&[0xA5_u8; 64]);
        FUSE.set(fuse);
        let panicked = catch_unwind(AssertUnwindSafe(|| operation(&mut vec))).is_err();
        FUSE.set(usize::MAX);
        vec.iter().for_each(T::check);
        // The vector works on.
        vec.push(T::make(99));
        vec.insert(0, T::make(98));
        vec.iter().for_each(T::check);
        assert_eq!(
            MADE.get() - DROPPED.get(),
            vec.len(),
            "{name}, panic at call {fuse}: elements were lost or made up"
        );
        drop(vec);
        assert_eq!(MADE.get(), DROPPED.get(), "{name}, panic at call {fuse}");
        assert_eq!(*below, [0xA5; 64]);
        if !panicked {
            assert!(CALLS.get() <= fuse + 200, "{name}: the matrix ended early");
            return;
        }
        fuse += 1;
    }
}

/// Operations that take the vector by value: run the same way, over a fresh one.
fn consuming<T: Element>(name: &str, operation: impl Fn(FrameVec<'_, T>)) {
    matrix::<T>(name, |vec| {
        let whole = vec.split_off(0);
        operation(whole);
    });
}

fn all_operations<T: Element>() {
    matrix::<T>("truncate", |vec| vec.truncate(3));
    matrix::<T>("clear", |vec| {
        vec.clear();
        assert!(vec.is_empty());
    });
    matrix::<T>("remove", |vec| drop(vec.remove(4)));
    matrix::<T>("swap_remove", |vec| drop(vec.swap_remove(4)));
    matrix::<T>("pop", |vec| drop(vec.pop()));
    matrix::<T>("insert", |vec| vec.insert(3, T::make(7)));
    matrix::<T>("insert refused", |vec| {
        if catch_unwind(AssertUnwindSafe(|| vec.insert(100, T::make(7)))).is_ok() {
            unreachable!("the index is out of range");
        }
    });
    matrix::<T>("retain, closure and drops", |vec| {
        let mut index = 0;
        vec.retain(|value| {
            step();
            value.check();
            index += 1;
            index % 3 == 0
        });
    });
    matrix::<T>("retain_mut, keep all", |vec| {
        vec.retain_mut(|_| {
            step();
            true
        });
    });
    matrix::<T>("dedup_by", |vec| {
        let mut index = 0;
        vec.dedup_by(|value, before| {
            step();
            value.check();
            before.check();
            index += 1;
            index % 2 == 0
        });
    });
    matrix::<T>("drain, all taken", |vec| vec.drain(2..7).for_each(drop));
    matrix::<T>("drain, some taken", |vec| drop(vec.drain(2..7).nth(1)));
    matrix::<T>("drain, from both ends", |vec| {
        let mut drain = vec.drain(1..9);
        drop(drain.next_back());
        drop(drain.next());
    });
    matrix::<T>("drain, none taken", |vec| drop(vec.drain(..)));
    matrix::<T>("extract_if", |vec| {
        let mut index = 0;
        vec.extract_if(.., |value| {
            step();
            value.check();
            index += 1;
            index % 2 == 0
        })
        .take(3)
        .for_each(drop);
    });
    matrix::<T>("extend_from_slice", |vec| {
        let source = [T::make(1), T::make(2), T::make(3)];
        vec.extend_from_slice(&source);
    });
    matrix::<T>("extend_from_within", |vec| vec.extend_from_within(2..9));
    matrix::<T>("extend, iterator panics", |vec| {
        vec.extend((0..40).map(|id| {
            step();
            T::make(id)
        }));
    });
    matrix::<T>("resize up", |vec| vec.resize(30, T::make(5)));
    matrix::<T>("resize down", |vec| vec.resize(3, T::make(5)));
    matrix::<T>("resize_with", |vec| {
        vec.resize_with(30, || {
            step();
            T::make(5)
        });
    });
    matrix::<T>("append", |vec| {
        let mut other = vec.split_off(5);
        vec.append(&mut other);
        vec.truncate(4);
    });
    matrix::<T>("clone", |vec| drop(vec.clone()));
    matrix::<T>("clone_from", |vec| {
        let source = vec.split_off(5);
        vec.clone_from(&source);
    });
    consuming::<T>("into_iter, some taken", |vec| drop(vec.into_iter().nth(3)));
    consuming::<T>("into_iter, from the back", |vec| drop(vec.into_iter().next_back()));
    consuming::<T>("into_boxed", |vec| drop(vec.into_boxed()));
    consuming::<T>("into_boxed, into_iter", |vec| drop(vec.into_boxed().into_iter().nth(2)));
    consuming::<T>("drop", |vec| drop(vec));
}

/// Those on ranges, and those that make something else of the vector.
fn reshaping_operations<T: Element>() {
    matrix::<T>("extract_if of a range", |vec| {
        let mut index = 0;
        vec.extract_if(2..8, |value| {
            step();
            value.check();
            index += 1;
            index % 3 != 0
        })
        .for_each(drop);
    });
    for (range, count) in [(2..5, 3), (2..5, 8), (2..9, 2), (0..10, 0), (4..4, 5), (10..10, 4)] {
        let values = move || {
            (0..count).map(|id| {
                step();
                T::make(50 + id)
            })
        };
        matrix::<T>("splice, nobody looks", |vec| drop(vec.splice(range.clone(), values())));
        matrix::<T>("splice, some taken", |vec| drop(vec.splice(range.clone(), values()).nth(1)));
        matrix::<T>("splice, no hint", |vec| {
            let mut values = values();
            vec.splice(range.clone(), std::iter::from_fn(|| values.next())).rev().for_each(drop);
        });
    }
    matrix::<T>("push_mut, insert_mut", |vec| {
        vec.push_mut(T::make(6)).check();
        vec.insert_mut(4, T::make(7)).check();
        vec.insert_mut(0, T::make(8)).check();
    });
    matrix::<T>("take", |vec| {
        let whole = vec.take();
        assert!(vec.is_empty());
        vec.extend(whole.into_iter().skip(2));
    });
    matrix::<T>("into an array, as many", |vec| {
        let array = <[T; 10]>::try_from(vec.take()).ok().expect("there are ten");
        vec.extend(array);
    });
    matrix::<T>("into an array, not as many", |vec| {
        *vec = <[T; 3]>::try_from(vec.take()).err().expect("there are ten");
    });
    matrix::<T>("of an array", |vec| {
        let made = vec.frame().frame_vec_from_array([T::make(1), T::make(2), T::make(3)]);
        vec.clone_from(&made);
    });
    matrix::<T>("of a value and its clones", |vec| *vec = vec.frame().frame_vec_from_elem(T::make(1), 12));
    matrix::<T>("flattened", |vec| {
        let frame = vec.frame();
        let pairs = frame.frame_vec_from_elem([T::make(1), T::make(2)], 3);
        vec.append(&mut pairs.into_flattened());
    });
    matrix::<T>("of a box", |vec| {
        let frame = vec.frame();
        let boxed = frame.frame_slice_fill_with(5, |_| {
            step();
            T::make(3)
        });
        *vec = FrameVec::from_boxed_in(boxed, frame);
        *vec = FrameVec::from_boxed_in(vec.take().into_boxed(), frame);
    });
    matrix::<T>("frame_collect", |vec| {
        let frame = vec.frame();
        *vec = frame.frame_collect::<FrameVec<'_, T>>(vec.take().into_iter().filter(|value| {
            step();
            value.check();
            true
        }));
    });
    matrix::<T>("frame_collect of results", |vec| {
        let mut index = 0;
        let values = vec.take().into_iter().map(|value| {
            step();
            index += 1;
            if index == 7 { Err(value) } else { Ok(value) }
        });
        let collected: Result<FrameVec<'_, T>, T> = vec.frame().frame_collect(values);
        assert!(collected.is_err());
    });
    matrix::<T>("try_clone", |vec| *vec = vec.try_clone().expect("there is memory"));
    matrix::<T>("into a Vec", |vec| drop(Vec::from(vec.take())));
}

#[test]
fn r3_a_panic_anywhere_loses_and_doubles_nothing_with_size() {
    all_operations::<Sized>();
    reshaping_operations::<Sized>();
}

#[test]
fn r3_a_panic_anywhere_loses_and_doubles_nothing_without_size() {
    all_operations::<Unsized>();
    reshaping_operations::<Unsized>();
}

#[test]
fn a_vector_is_as_it_was_where_the_values_of_a_splice_panic() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    vec.extend((0..5).map(|n| n.to_string()));
    let values = (5..40).map(|n| {
        assert!(n != 30, "fuse");
        n.to_string()
    });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(vec.splice(1..4, values)))).is_err());
    assert_eq!(vec, ["0", "1", "2", "3", "4"]);
}

#[test]
fn memory_comes_back_only_after_the_drops_even_when_one_panics() {
    struct Nosy<'f>(&'f framealloc_core::Frame, u64);
    impl Drop for Nosy<'_> {
        fn drop(&mut self) {
            // Were the memory free already, this would be written over the elements that are still to drop.
            let mut scratch = self.0.frame_vec();
            scratch.resize(64, u64::MAX);
            assert!(self.1 < 10);
            assert!(self.1 != 3, "fuse");
        }
    }
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        let ways: [fn(FrameVec<'_, Nosy<'_>>); 3] =
            [|vec| drop(vec), |vec| drop(vec.into_iter().nth(1)), |vec| drop(vec.into_boxed())];
        for way in ways {
            let mut vec = frame.frame_vec();
            for n in 0..10 {
                vec.push(Nosy(frame, n));
            }
            let words = *catch_unwind(AssertUnwindSafe(|| way(vec))).unwrap_err().downcast::<&str>().unwrap();
            assert_eq!(words, "fuse");
        }
    });
}
