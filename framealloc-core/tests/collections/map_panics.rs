//! One panicking drop in a map or a set loses no other value, whichever call drops them; nor do several.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{FrameMap, FrameSet, SmartAlloc};

thread_local! {
    static ALIVE: Cell<i32> = const { Cell::new(0) };
    static FUSES: Cell<u64> = const { Cell::new(0) };
}

/// Counts itself. Its drop panics where the fuse of its number is set, once.
struct Value(Box<u32>);

fn value(number: u32) -> Value {
    ALIVE.set(ALIVE.get() + 1);
    Value(Box::new(number))
}

impl Clone for Value {
    fn clone(&self) -> Self {
        value(*self.0)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
        let fuse = 1 << *self.0;
        if FUSES.get() & fuse != 0 {
            FUSES.set(FUSES.get() & !fuse);
            panic!("fuse");
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Keys carry 0 to 9, values 10 to 19.
type Entries<'f> = FrameMap<'f, Value, Value>;
type Values<'f> = FrameSet<'f, Value>;

/// Runs `body` with each of the fuses set alone, and with several; afterwards nothing is alive.
fn each_fuse(name: &str, body: impl Fn(&SmartAlloc)) {
    let alone = (0..20).map(|number| 1_u64 << number);
    let mut panics = 0;
    // Not the key and the value of one entry: the language ends the program there.
    for fuses in alone.chain([0, 0b11, 0b10_0000_0000_0110, 0x3FF]) {
        ALIVE.set(0);
        let alloc = SmartAlloc::default();
        FUSES.set(fuses);
        let panicked = catch_unwind(AssertUnwindSafe(|| body(&alloc)));
        FUSES.set(0);
        if let Err(payload) = panicked {
            assert_eq!(payload.downcast_ref::<&str>(), Some(&"fuse"), "{name}, fuses {fuses:b}");
            panics += 1;
        }
        assert_eq!(ALIVE.get(), 0, "{name}, fuses {fuses:b}: values were lost or made up");
    }
    assert!(panics >= 10, "{name}: the drops did not panic");
}

fn map(alloc: &SmartAlloc) -> Entries<'_> {
    let mut map = alloc.frame_map();
    map.extend((0..10).map(|number| (value(number), value(number + 10))));
    map
}

fn set(alloc: &SmartAlloc) -> Values<'_> {
    let mut set = alloc.frame_set();
    set.extend((0..20).map(value));
    set
}

#[test]
fn a_panicking_drop_loses_no_other_entry_of_a_map() {
    each_fuse("drop", |alloc| drop(map(alloc)));
    each_fuse("clear", |alloc| map(alloc).clear());
    each_fuse("into_iter", |alloc| drop(map(alloc).into_iter()));
    each_fuse("into_iter, half way", |alloc| drop(map(alloc).into_iter().nth(4)));
    each_fuse("into_keys", |alloc| drop(map(alloc).into_keys().nth(4)));
    each_fuse("into_values", |alloc| drop(map(alloc).into_values().nth(4)));
    each_fuse("drain", |alloc| drop(map(alloc).drain()));
    each_fuse("drain, half way", |alloc| drop(map(alloc).drain().nth(4)));
    each_fuse("retain", |alloc| map(alloc).retain(|key, _| *key.0 > 10));
    each_fuse("extract_if", |alloc| map(alloc).extract_if(|key, _| *key.0 % 2 == 0).for_each(drop));
    each_fuse("assigned", |alloc| {
        let mut map = map(alloc);
        let old = std::mem::replace(&mut map, alloc.frame_map());
        map = old;
        map.clone_from(&alloc.frame_map());
    });
    each_fuse("clone", |alloc| drop(map(alloc).clone()));
    each_fuse("clone_from", |alloc| {
        let mut other = alloc.frame_map();
        other.insert(value(1), value(10));
        other.clone_from(&map(alloc));
    });
    each_fuse("take", |alloc| drop(map(alloc).take()));
    each_fuse("shrink", |alloc| {
        let mut map = map(alloc);
        map.reserve(1000);
        map.shrink_to_fit();
        assert!(map.len() == 10 && map.capacity() < 100);
    });
    each_fuse("extend with what is there", |alloc| {
        map(alloc).extend((0..10).map(|number| (value(number), value(number + 10))));
    });
    each_fuse("remove", |alloc| {
        let mut map = map(alloc);
        let key = std::mem::ManuallyDrop::new(value(3));
        ALIVE.set(ALIVE.get() - 1);
        drop(map.remove(&*key));
    });
    each_fuse("by a panic of something else", |alloc| {
        let _map = map(alloc);
        panic!("fuse");
    });
}

#[test]
fn a_panicking_drop_loses_no_other_value_of_a_set() {
    each_fuse("drop", |alloc| drop(set(alloc)));
    each_fuse("clear", |alloc| set(alloc).clear());
    each_fuse("into_iter", |alloc| drop(set(alloc).into_iter()));
    each_fuse("into_iter, half way", |alloc| drop(set(alloc).into_iter().nth(4)));
    each_fuse("drain", |alloc| drop(set(alloc).drain()));
    each_fuse("drain, half way", |alloc| drop(set(alloc).drain().nth(4)));
    each_fuse("retain", |alloc| set(alloc).retain(|value| *value.0 > 30));
    each_fuse("extract_if", |alloc| set(alloc).extract_if(|value| *value.0 % 2 == 0).for_each(drop));
    each_fuse("clone_from", |alloc| {
        let mut other = set(alloc);
        other.clone_from(&alloc.frame_set());
    });
    each_fuse("take_all", |alloc| drop(set(alloc).take_all()));
    each_fuse("replace", |alloc| {
        let mut set = set(alloc);
        for number in 0..20 {
            drop(set.replace(value(number)));
        }
    });
}

#[test]
fn a_map_can_be_used_after_a_panicking_drop_in_it() {
    let alloc = SmartAlloc::default();
    let mut map = map(&alloc);
    FUSES.set(1 << 5);
    assert!(catch_unwind(AssertUnwindSafe(|| map.clear())).is_err());
    assert!(map.is_empty());
    map.insert(value(1), value(11));
    FUSES.set(1 << 11);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map.drain()))).is_err());
    assert!(map.is_empty());
    map.insert(value(1), value(11));
    assert_eq!(*map[&value(1)].0, 11);
}
