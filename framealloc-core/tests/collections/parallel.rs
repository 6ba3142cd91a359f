//! The feature `rayon`: what the pool makes is in the frame afterwards, in order; a refusal loses nothing that is there.

use std::collections::{BTreeMap, HashMap, HashSet};

use framealloc_core::{AllocConfig, AllocError, SmartAlloc, kilobytes};
use rayon::prelude::*;

#[test]
fn what_the_pool_makes_is_in_the_frame_in_order() {
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        let mut vec = frame.frame_vec();
        vec.push(String::from("first"));
        vec.par_extend((0..1000_u32).into_par_iter().map(|n| n.to_string()));
        vec.par_extend((0..1000_u32).into_par_iter().filter(|n| n % 7 == 0).map(|n| n.to_string()));
        let theirs = (0..1000).chain((0..1000).filter(|n| n % 7 == 0)).map(|n: u32| n.to_string());
        assert!(vec[0] == "first" && vec.iter().skip(1).cloned().eq(theirs));

        let mut deque = frame.frame_deque();
        deque.push_back(9);
        deque.push_front(8);
        deque.par_extend((0..100).into_par_iter());
        assert!(deque.iter().copied().eq([8, 9].into_iter().chain(0..100)));
        deque.par_iter_mut().for_each(|value| *value += 1);
        assert_eq!(deque.par_iter().sum::<i32>(), deque.iter().sum::<i32>());

        let mut heap = frame.frame_heap();
        heap.par_extend((0..100).into_par_iter());
        assert_eq!((heap.par_iter().count(), heap.pop()), (100, Some(99)));

        let mut map = frame.frame_map();
        map.par_extend((0..100).into_par_iter().map(|key| (key, key * 2)));
        map.par_iter_mut().for_each(|(_, value)| *value += 1);
        map.par_values_mut().for_each(|value| *value += 1);
        assert_eq!(map, (0..100).map(|key| (key, key * 2 + 2)).collect::<HashMap<_, _>>());
        assert_eq!(map.par_iter().map(|(key, _)| *key).sum::<i32>(), (0..100).sum::<i32>());

        let mut set = frame.frame_set();
        set.par_extend((0..100).into_par_iter().map(|value| value / 2));
        assert_eq!(set.par_iter().copied().collect::<HashSet<i32>>(), (0..50).collect());

        let mut sorted = frame.frame_sorted_map();
        sorted.par_extend((0..100).into_par_iter().rev().map(|key| (key, key)));
        assert_eq!(sorted, (0..100).map(|key| (key, key)).collect::<BTreeMap<_, _>>());
        assert_eq!(sorted.par_iter().map(|(key, value)| key + value).sum::<i32>(), (0..100).sum::<i32>() * 2);

        let mut text = frame.frame_string();
        text.par_extend("héllo".par_chars());
        text.par_extend(["a", "b"].into_par_iter());
        text.par_extend((0..3).into_par_iter().map(|n| n.to_string()));
        assert_eq!(text, "hélloab012");
    });
}

#[test]
fn a_refused_par_extend_says_so() {
    let config = AllocConfig::default().with_tag_budget("small", kilobytes(64));
    SmartAlloc::new(config).whole_frame(|alloc| {
        let small = alloc.tagged("small");
        let mut vec = small.frame_vec::<u64>();
        vec.extend([1, 2]);
        let refusal = vec.try_par_extend((0..100_000).into_par_iter()).unwrap_err();
        assert!(matches!(refusal, AllocError::BudgetExceeded { .. }) && vec[..2] == [1, 2]);
        let mut map = small.frame_map::<u64, u64>();
        assert!(map.try_par_extend((0..100_000).into_par_iter().map(|key| (key, key))).is_err());
        assert!(map.iter().all(|(key, value)| key == value));
        drop(vec);
        assert!(map.try_par_extend([(1, 1)].into_par_iter()).is_ok() && map[&1] == 1);
    });
}

#[test]
fn elements_are_read_and_changed_where_they_are() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    vec.extend(0..1000_u64);
    let used = alloc.frame().used_bytes();
    vec.par_iter_mut().for_each(|value| *value *= 2);
    assert_eq!(vec.par_iter().sum::<u64>(), 999_000);
    assert!((&vec).into_par_iter().copied().eq((0..1000_u32).into_par_iter().map(|n| u64::from(n) * 2)));
    let mut boxed = vec.into_boxed();
    boxed.par_iter_mut().for_each(|value| *value += 1);
    assert_eq!((boxed[999], alloc.frame().used_bytes()), (1999, used));
}
