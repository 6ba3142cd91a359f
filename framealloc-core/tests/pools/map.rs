//! What a `PoolMap` promises: keys that notice, values that stay where they are, drops exactly once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use framealloc_core::pool::{self, Pool, PoolBox, PoolKey, PoolMap, PoolSpec, Pooled};
use framealloc_core::{AllocError, PoolStats};

use crate::random::Random;

#[test]
fn a_key_is_eight_bytes_and_so_is_an_option_of_it() {
    fn is_send_and_copy<T: Send + Sync + Copy + Ord + std::hash::Hash>() {}
    assert_eq!((size_of::<PoolKey<String>>(), size_of::<Option<PoolKey<String>>>()), (8, 8));
    is_send_and_copy::<PoolKey<Rc<u8>>>();
}

/// Against a map whose keys are never used again.
#[test]
fn keys_find_their_value_and_nothing_else() {
    let mut random = Random::seeded(0x5EED_0011);
    let mut map = PoolMap::new();
    let mut model: BTreeMap<PoolKey<u64>, u64> = BTreeMap::new();
    let mut gone: Vec<PoolKey<u64>> = Vec::new();
    for step in 0..20_000_u64 {
        match random.below(8) {
            0..=3 => {
                let key = if step % 2 == 0 { map.insert(step) } else { map.insert_boxed(pool::boxed(step)) };
                assert_eq!(model.insert(key, step), None, "{key:?} is used twice");
            }
            4..=6 if !model.is_empty() => {
                let chosen = random.below(model.len());
                let (key, value) = model.iter().nth(chosen).map(|(key, value)| (*key, *value)).expect("it is there");
                model.remove(&key);
                assert_eq!(map.remove(key), Some(value));
                gone.push(key);
            }
            _ => {
                let keep = random.below(8);
                if keep == 0 {
                    model.retain(|_, value| *value % 3 != 0);
                    map.retain(|key, value| {
                        if *value % 3 == 0 {
                            gone.push(key);
                        }
                        *value % 3 != 0
                    });
                }
            }
        }
        assert_eq!(map.len(), model.len());
        if step % 500 == 0 {
            assert!(gone.iter().all(|key| map.get(*key).is_none() && !map.contains_key(*key)));
            assert!(gone.iter().all(|key| map.remove(*key).is_none()));
            assert!(model.iter().all(|(key, value)| map.get(*key) == Some(value)));
            let mut listed: Vec<_> = map.iter().map(|(key, value)| (key, *value)).collect();
            assert_eq!(map.iter().len(), listed.len());
            assert!(listed.is_sorted(), "iteration is in the order of places");
            listed.sort_unstable();
            assert!(listed.iter().copied().eq(model.iter().map(|(key, value)| (*key, *value))));
        }
    }
    assert!(gone.len() > 1000);
    let keys: Vec<_> = map.keys().collect();
    assert!(map.drain().map(|(key, _)| key).eq(keys.iter().copied()));
    assert!(map.is_empty() && keys.iter().all(|key| map.get(*key).is_none()));
}

#[test]
fn values_stay_where_they_are() {
    let mut map = PoolMap::new();
    let first = map.insert([1_u64; 4]);
    let address = core::ptr::from_ref(&map[first]).addr();
    let others: Vec<_> = (0..5000).map(|n| map.insert([n; 4])).collect();
    assert_eq!(core::ptr::from_ref(&map[first]).addr(), address);
    let boxed = map.remove_boxed(first).expect("it is there");
    assert_eq!((core::ptr::from_ref(&*boxed).addr(), map.get(first)), (address, None));
    let again = map.insert_boxed(boxed);
    assert_eq!(core::ptr::from_ref(&map[again]).addr(), address);
    assert_ne!(again, first);
    assert!(others.iter().zip(0..).all(|(key, n)| map[*key] == [n; 4]));
}

#[derive(Debug)]
struct Bullet(u64);

impl Pooled for Bullet {
    fn pool() -> &'static Pool<Self> {
        static POOL: Pool<Bullet> = Pool::new(PoolSpec::new("pool_map Bullet").capacity(3).fixed());
        &POOL
    }
}

fn stats() -> PoolStats {
    Bullet::pool().stats()
}

#[test]
fn a_map_of_a_pooled_type_holds_what_its_pool_holds() {
    let mut map = PoolMap::pooled();
    let keys = [map.insert(Bullet(1)), map.insert(Bullet(2)), map.insert(Bullet(3))];
    assert_eq!(stats().live, 3);
    let refused = map.try_insert(Bullet(4)).expect_err("the pool is full");
    assert!(matches!(refused.error(), AllocError::PoolFull { capacity: 3, .. }));
    assert_eq!((refused.into_value().0, map.len()), (4, 3));
    let error = map.try_insert_with_key(|_| unreachable!("not without a slot")).expect_err("the pool is full");
    assert!(matches!(error, AllocError::PoolFull { .. }));
    assert!(catch_unwind(AssertUnwindSafe(|| map.insert(Bullet(5)))).is_err());
    assert_eq!((map.len(), stats().live), (3, 3));
    assert_eq!(map.remove(keys[1]).map(|bullet| bullet.0), Some(2));
    assert_eq!(stats().live, 2);
    let key = map.insert(Bullet(6));
    assert_eq!((map[key].0, map.get(keys[1]).is_none()), (6, true));
    drop(map);
    assert_eq!(stats().live, 0);
}

/// Writes its number down when it is dropped; some panic then.
struct Noisy<'a>(u32, &'a RefCell<Vec<u32>>);

impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
        assert!(self.0 % 10 != 5, "planned");
    }
}

#[test]
fn every_value_is_dropped_exactly_once_whoever_panics() {
    let dropped = RefCell::new(Vec::new());
    let filled = || {
        dropped.borrow_mut().clear();
        let mut map = PoolMap::new();
        let keys: Vec<_> = (0..10).map(|n| map.insert(Noisy(n, &dropped))).collect();
        (map, keys)
    };
    let all: Vec<u32> = (0..10).collect();

    let (mut map, keys) = filled();
    catch_unwind(AssertUnwindSafe(|| map.clear())).expect_err("one panics");
    assert_eq!((&*dropped.borrow(), map.len()), (&all, 0));
    assert!(keys.iter().all(|key| map.get(*key).is_none()));
    let key = map.insert(Noisy(11, &dropped));
    assert!(map.contains_key(key));

    let (map, _) = filled();
    catch_unwind(AssertUnwindSafe(|| drop(map))).expect_err("one panics");
    assert_eq!(*dropped.borrow(), all);

    let (mut map, _) = filled();
    catch_unwind(AssertUnwindSafe(|| map.retain(|_, value| value.0 < 3))).expect_err("one panics");
    assert_eq!((&*dropped.borrow(), map.len()), (&vec![3, 4, 5], 7));
    catch_unwind(AssertUnwindSafe(|| map.retain(|_, value| if value.0 == 7 { panic!("user") } else { true })))
        .expect_err("the user panics");
    assert_eq!(map.values().map(|value| value.0).collect::<Vec<_>>(), [0, 1, 2, 6, 7, 8, 9]);
    drop(map);
    assert_eq!(dropped.borrow().len(), 10);

    // What a drain that is forgotten has not given out stays.
    let (mut map, keys) = filled();
    let mut drain = map.drain();
    assert_eq!(drain.next().map(|(key, value)| (key, value.0)), Some((keys[0], 0)));
    std::mem::forget(drain);
    assert_eq!((map.len(), map.contains_key(keys[0]), map.contains_key(keys[1])), (9, false, true));
    assert!(map.remove(keys[5]).is_some_and(|value| catch_unwind(AssertUnwindSafe(|| drop(value))).is_err()));
    drop(map);
    let mut once = dropped.borrow().clone();
    once.sort_unstable();
    assert_eq!(once, all);

    let (map, _) = filled();
    let mut values = map.into_iter();
    assert_eq!((values.len(), values.next().map(|(_, value)| value.0)), (10, Some(0)));
    catch_unwind(AssertUnwindSafe(|| drop(values))).expect_err("one panics");
    assert_eq!(*dropped.borrow(), all);
}

#[test]
fn a_panic_in_a_constructor_leaves_the_map_as_it_was() {
    let mut map = PoolMap::new();
    let first = map.insert(1);
    let seen = Cell::new(None);
    let made = catch_unwind(AssertUnwindSafe(|| {
        map.insert_with_key(|key| {
            seen.set(Some(key));
            panic!("planned")
        })
    }));
    assert!(made.is_err());
    let key = seen.get().expect("it was called");
    assert_eq!((map.len(), map.get(key), map[first]), (1, None, 1));
    assert_eq!(map.insert(2), key);
}

#[test]
fn several_values_are_changed_at_once() {
    let mut map = PoolMap::new();
    let keys: Vec<_> = (0..6).map(|n| map.insert(n)).collect();
    map.remove(keys[3]);
    let [a, b, c] = map.get_disjoint_mut([keys[5], keys[0], keys[2]]).expect("all are there");
    assert_eq!((*a, *b, *c), (5, 0, 2));
    core::mem::swap(a, b);
    assert_eq!((map[keys[5]], map[keys[0]]), (0, 5));
    assert!(map.get_disjoint_mut([keys[1], keys[3]]).is_none(), "one was removed");
    assert!(map.get_disjoint_mut([keys[1], keys[2], keys[1]]).is_none(), "one is there twice");
    let newer = map.insert(7);
    assert!(map.get_disjoint_mut([newer, keys[3]]).is_none(), "one place, two generations");
    assert_eq!(map.get_disjoint_mut([]), Some([]));
    let mut small = PoolMap::new();
    let own = small.insert(1);
    assert!(small.get_disjoint_mut([own, newer]).is_none(), "another map's key, beyond the end");
    let other = PoolBox::into_inner(map.remove_boxed(newer).expect("it is there"));
    assert_eq!(other, 7);
}
