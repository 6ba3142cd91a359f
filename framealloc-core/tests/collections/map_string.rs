//! Maps, sets and strings in frame memory: what is special about them there.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{AllocError, SmartAlloc, frame_format, try_frame_format};

/// More entries than any machine has room for; with 32 bits, more than a value may have: what is less might be granted there.
const TOO_MUCH: usize = match 1_usize.checked_shl(50) {
    Some(entries) => entries,
    None => usize::MAX / 64,
};
const WORDS: &str = if usize::BITS == 64 { "out of memory" } else { "capacity overflow" };

#[test]
fn a_refused_map_says_so_and_is_as_it_was() {
    let alloc = SmartAlloc::default();
    let mut map = alloc.frame_map::<u64, u64>();
    map.extend((0..10).map(|key| (key, key)));
    assert_eq!(map.try_reserve(usize::MAX), Err(AllocError::CapacityOverflow));
    let refusal = map.try_reserve(TOO_MUCH).unwrap_err();
    assert!(refusal.to_string().starts_with(WORDS), "{refusal}");
    // The panicking form uses the same words and does not end the process.
    let words = catch_unwind(AssertUnwindSafe(|| map.reserve(TOO_MUCH))).unwrap_err();
    assert!(words.downcast::<String>().unwrap().starts_with(WORDS));
    // So does a call of the table underneath, which knows nothing of frames.
    let words = catch_unwind(AssertUnwindSafe(|| drop(map.clone_with_room(TOO_MUCH)))).unwrap_err();
    assert!(words.downcast::<String>().unwrap().starts_with(WORDS));
    assert!((0..10).all(|key| map[&key] == key) && map.len() == 10);
    assert!(alloc.try_frame_map_with_capacity::<u8, u8>(usize::MAX).is_err());
    assert!(alloc.try_frame_set_with_capacity::<u8>(usize::MAX).is_err());
}

trait CloneWithRoom {
    fn clone_with_room(&self, room: usize) -> Self;
}

impl CloneWithRoom for framealloc_core::FrameMap<'_, u64, u64> {
    fn clone_with_room(&self, room: usize) -> Self {
        let mut copy = self.clone();
        copy.reserve(room);
        copy
    }
}

#[test]
fn a_key_whose_hash_panics_leaves_the_map_usable() {
    #[derive(PartialEq, Eq, Debug)]
    struct Key(u32, std::rc::Rc<std::cell::Cell<u32>>);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.1.set(self.1.get().wrapping_sub(1));
            assert!(self.1.get() != 0, "fuse");
            self.0.hash(state);
        }
    }
    let fuse = std::rc::Rc::new(std::cell::Cell::new(u32::MAX));
    for at in 1..60 {
        let alloc = SmartAlloc::default();
        let mut map = alloc.frame_map();
        for key in 0..28 {
            map.insert(Key(key, fuse.clone()), key.to_string());
        }
        fuse.set(at);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            map.try_insert(Key(28, fuse.clone()), String::new()).unwrap();
            map.reserve(100);
        }));
        fuse.set(u32::MAX);
        assert!(map.iter().all(|(key, value)| key.0 == 28 || key.0.to_string() == *value));
        map.insert(Key(99, fuse.clone()), "99".to_owned());
        assert_eq!(map.get(&Key(99, fuse.clone())).map(String::as_str), Some("99"));
        // A refusal is a panic again, not the end of the process.
        assert!(catch_unwind(AssertUnwindSafe(|| map.reserve(TOO_MUCH))).is_err());
        assert!(panicked.is_err() || at > 20);
    }
    assert_eq!(std::rc::Rc::strong_count(&fuse), 1, "every key was dropped once");
}

#[test]
fn the_order_of_a_map_is_the_same_in_every_run() {
    let order = || {
        let alloc = SmartAlloc::default();
        let mut map = alloc.frame_map();
        map.extend((0..100_u32).map(|key| (key * 7919, key)));
        map.keys().copied().collect::<Vec<_>>()
    };
    assert_eq!(order(), order());
}

#[test]
fn formatting_reports_refusals_and_survives_bad_implementations() {
    struct Bad;
    impl fmt::Display for Bad {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    struct Nosy<'f>(&'f SmartAlloc);
    impl fmt::Display for Nosy<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&frame_format!(self.0, "<{}>", 1))
        }
    }
    let alloc = SmartAlloc::default();
    assert_eq!(frame_format!(alloc, "{}{}{:>3}", Nosy(&alloc), "a", 2), "<1>a  2");
    assert_eq!(frame_format!(&alloc, "plain"), "plain");
    let frame = alloc.frame_scope();
    assert_eq!(frame_format!(frame, "{0}{0}", 'x'), "xx");
    assert_eq!(try_frame_format!(frame.frame(), "{}", 1).unwrap(), "1");
    assert!(catch_unwind(AssertUnwindSafe(|| drop(frame_format!(alloc, "{Bad}")))).is_err());
}

#[test]
fn strings_refuse_indices_inside_characters() {
    let alloc = SmartAlloc::default();
    let mut string = frame_format!(alloc, "aße");
    for bad in [
        catch_unwind(AssertUnwindSafe(|| string.insert(2, 'x'))).is_err(),
        catch_unwind(AssertUnwindSafe(|| string.truncate(2))).is_err(),
        catch_unwind(AssertUnwindSafe(|| {
            string.remove(2);
        }))
        .is_err(),
        catch_unwind(AssertUnwindSafe(|| {
            string.remove(4);
        }))
        .is_err(),
    ] {
        assert!(bad);
    }
    assert_eq!(string, "aße");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        string.retain(|character| {
            assert!(character != 'e', "fuse");
            character != 'a'
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(string, "ße", "what the closure had not seen stays");
}

#[cfg(all(feature = "allocator-api2", not(feature = "nightly")))]
#[test]
fn a_foreign_vector_lives_in_a_frame_and_grows_in_place() {
    use framealloc_core::compat::allocator_api2::{boxed::Box, vec::Vec};
    #[repr(align(256))]
    struct Aligned(#[expect(dead_code, reason = "fills the memory")] [u8; 64]);
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        let mut vec = Vec::with_capacity_in(4, frame);
        vec.extend(0..4);
        let start = vec.as_ptr();
        vec.extend(4..100);
        assert_eq!(vec.as_ptr(), start);
        let younger = Box::new_in([7_u8; 100], frame);
        vec.extend(100..200);
        assert_ne!(vec.as_ptr(), start);
        assert!(vec.iter().copied().eq(0..200) && *younger == [7; 100]);
        vec.shrink_to_fit();
        drop(younger);
        drop(vec);
        let aligned = Box::new_in(Aligned([1; 64]), frame);
        assert_eq!(std::ptr::from_ref(&*aligned).addr() % 256, 0);
    });
}
