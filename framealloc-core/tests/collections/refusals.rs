//! Maps, sets, queues and sorted maps against budgets and across threads: a refused call changes nothing and says why.

use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::collections::{
    DequeDrain, DequeIntoIter, DequeIter, HeapIntoIter, MapDrain, MapIntoIter, SetDrain, SetIntoIter, SortedDrain,
    SortedIntoIter, SortedIter,
};
use framealloc_core::{
    AllocConfig, AllocError, Frame, FrameDeque, FrameHeap, FrameMap, FrameSet, FrameSortedMap, FrameVec, SmartAlloc,
    kilobytes,
};

/// Calls `body` with a frame that has no room for more than it has.
fn with_limit(body: impl FnOnce(&Frame)) {
    let config = AllocConfig::default().with_tag_budget("small", kilobytes(64));
    SmartAlloc::new(config).whole_frame(|alloc| body(alloc.tagged("small").frame()));
}

#[track_caller]
fn is_refused<T>(result: Result<T, AllocError>) {
    match result {
        Err(AllocError::BudgetExceeded { .. }) => {}
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("it was not refused"),
    }
}

/// Takes the room that is left.
fn fill(frame: &Frame) -> FrameVec<'_, u64> {
    let mut filled = frame.frame_vec();
    while filled.try_push(0).is_ok() {}
    filled
}

#[track_caller]
fn panics<T>(body: impl FnOnce() -> T) {
    let words = catch_unwind(AssertUnwindSafe(|| drop(body()))).unwrap_err();
    assert!(words.downcast::<String>().unwrap().contains("the budget of tag `small` is exceeded"));
}

#[test]
fn a_refused_map_is_as_it_was() {
    with_limit(|frame| {
        let mut map: FrameMap<'_, u64, u64> = frame.frame_map();
        is_refused((0..).try_for_each(|key| map.try_insert(key, key).map(drop)));
        let filled = fill(frame);
        let (len, used) = (map.len() as u64, frame.used_bytes());
        is_refused(map.try_entry(len).map(drop));
        is_refused(map.try_entry_ref(&len).map(drop));
        is_refused(map.try_reserve(1));
        is_refused(map.try_extend([(len, 1)]));
        is_refused(map.try_clone());
        is_refused(frame.try_frame_map_with_capacity::<u64, u64>(4000));
        is_refused(FrameMap::<u64, u64, _>::try_with_capacity_and_hasher(frame, 4000, std::hash::RandomState::new()));
        assert_eq!(map.try_reserve(usize::MAX), Err(AllocError::CapacityOverflow));
        panics(|| map.entry(len));
        panics(|| map.entry_ref(&len));
        panics(|| map.insert(len, 0));
        panics(|| map.reserve(1));
        panics(|| map.extend([(len, 1)]));
        panics(|| map.extend([(&len, &1)]));
        panics(|| map.clone());
        // A map that cannot move into a smaller table stays where it is.
        map.retain(|key, _| *key == 0);
        let capacity = map.capacity();
        map.shrink_to(map.capacity() / 3);
        assert!(map.capacity() >= capacity && map.len() == 1 && map[&0] == 0);
        assert!(frame.used_bytes() >= used);
        drop(filled);
        map.shrink_to_fit();
        assert!(map.capacity() < capacity && map.len() == 1 && map[&0] == 0);
    });
}

#[test]
fn a_refused_set_is_as_it_was() {
    with_limit(|frame| {
        let mut set: FrameSet<'_, u64> = frame.frame_set();
        is_refused((0..).try_for_each(|value| set.try_insert(value).map(drop)));
        let _filled = fill(frame);
        let (len, value) = (set.len(), u64::MAX);
        is_refused(set.try_entry(value).map(drop));
        is_refused(set.try_replace(value));
        is_refused(set.try_get_or_insert(value));
        is_refused(set.try_get_or_insert_with(&value, |value| *value));
        is_refused(set.try_reserve(1));
        is_refused(set.try_extend([value]));
        is_refused(set.try_clone());
        is_refused(frame.try_frame_set_with_capacity::<u64>(8000));
        panics(|| set.insert(value));
        panics(|| set.entry(value));
        panics(|| set.replace(value));
        panics(|| *set.get_or_insert(value));
        panics(|| *set.get_or_insert_with(&value, |value| *value));
        panics(|| set.reserve(1));
        panics(|| set.extend([value]));
        panics(|| set.clone());
        assert!(set.len() == len && (0..len as u64).all(|value| set.contains(&value)));
    });
}

#[test]
fn a_refused_queue_is_as_it_was() {
    with_limit(|frame| {
        let mut deque: FrameDeque<'_, u64> = frame.frame_deque();
        deque.push_front(0);
        is_refused((1..).try_for_each(|value| deque.try_push_back(value)));
        let len = deque.len();
        is_refused(deque.try_push_front(1));
        is_refused(deque.try_insert(3, 1));
        is_refused(deque.try_reserve(1));
        is_refused(deque.try_reserve_exact(1));
        is_refused(deque.try_extend([1]));
        is_refused(deque.try_resize(len + 1, 1));
        is_refused(deque.try_clone());
        is_refused(deque.try_split_off(0));
        let elsewhere = SmartAlloc::default();
        let mut others = elsewhere.frame_deque();
        others.extend([1, 2]);
        is_refused(deque.try_append(&mut others));
        assert_eq!(others, [1, 2]);
        is_refused(frame.try_frame_deque_with_capacity::<u64>(8000));
        assert_eq!(deque.try_reserve(usize::MAX), Err(AllocError::CapacityOverflow));
        panics(|| deque.push_back(1));
        panics(|| deque.push_front(1));
        panics(|| deque.insert(0, 1));
        panics(|| deque.reserve(1));
        panics(|| deque.append(&mut others));
        panics(|| deque.split_off(0));
        panics(|| deque.clone());
        assert!(deque.iter().copied().eq(0..len as u64));
        deque.pop_front();
        deque.push_back(7);
    });
}

#[test]
fn a_refused_priority_queue_is_as_it_was() {
    with_limit(|frame| {
        let mut heap = frame.frame_heap();
        is_refused((0..).try_for_each(|value| heap.try_push(Reverse(value))));
        let len = heap.len();
        is_refused(heap.try_reserve(1));
        is_refused(heap.try_reserve_exact(1));
        is_refused(heap.try_extend([Reverse(1)]));
        is_refused(heap.try_clone());
        let elsewhere = SmartAlloc::default();
        let mut others = elsewhere.frame_heap();
        others.push(Reverse(3_u64));
        is_refused(heap.try_append(&mut others));
        assert_eq!(others.len(), 1);
        is_refused(frame.try_frame_heap_with_capacity::<u64>(8000));
        panics(|| heap.push(Reverse(1)));
        panics(|| heap.append(&mut others));
        assert_eq!((heap.len(), heap.peek()), (len, Some(&Reverse(0))));
        assert!(heap.into_sorted_vec().into_iter().rev().eq((0..len as u64).map(Reverse)));
    });
}

#[test]
fn a_refused_sorted_map_is_as_it_was() {
    with_limit(|frame| {
        let mut map = frame.frame_sorted_map();
        is_refused((0_u64..).try_for_each(|key| map.try_insert(2 * key, key).map(drop)));
        let len = map.len();
        is_refused(map.try_insert(1, 1));
        is_refused(map.try_entry(1).map(drop));
        is_refused(map.try_reserve(1));
        is_refused(map.try_extend([(1, 1)]));
        is_refused(map.try_clone());
        is_refused(frame.try_frame_sorted_map_with_capacity::<u64, u64>(8000));
        assert_eq!(*map.try_entry(2).unwrap().or_default(), 1);
        panics(|| map.insert(1, 1));
        panics(|| *map.entry(1).or_default());
        panics(|| map.extend([(1, 1)]));
        assert!(map.len() == len && map.iter().all(|(key, value)| *key == 2 * value));
        assert_eq!(map.insert(2, 9), Some(1));
    });
}

#[test]
fn what_was_put_in_before_a_failure_stays() {
    with_limit(|frame| {
        let mut map = frame.frame_sorted_map();
        // In falling order, so that all but the first are sorted in at the end.
        is_refused(map.try_extend((0..u64::MAX).rev().take(100_000).map(|key| (key, key)).filter(|_| true)));
        assert!(map.len() > 1000 && map.keys().is_sorted());
        let mut heap = frame.frame_heap();
        drop(map);
        is_refused(heap.try_extend((0..100_000_u64).filter(|_| true)));
        let greatest = heap.len() as u64 - 1;
        assert_eq!(heap.pop(), Some(greatest));
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

#[test]
fn r5_queues_and_sorted_maps_stay_on_their_thread() {
    fn travels<T: Send + Sync>(values: T) -> T {
        values
    }
    assert_stays_on_its_thread!(
        FrameDeque<'static, u8>,
        FrameHeap<'static, u8>,
        FrameSortedMap<'static, u8, u8>,
        DequeIntoIter<'static, u8>,
        DequeDrain<'static, 'static, u8>,
        HeapIntoIter<'static, u8>,
        SortedIntoIter<'static, u8, u8>,
        SortedDrain<'static, 'static, u8, u8>,
        MapIntoIter<'static, u8, u8>,
        MapDrain<'static, 'static, u8, u8>,
        SetIntoIter<'static, u8>,
        SetDrain<'static, 'static, u8>,
    );
    let alloc = SmartAlloc::default();
    let mut deque = alloc.frame_deque();
    deque.extend([1, 2]);
    let borrowed: DequeIter<'_, i32> = travels(deque.iter());
    assert_eq!(borrowed.sum::<i32>(), 3);
    let mut map = alloc.frame_sorted_map();
    map.insert(1, 2);
    let borrowed: SortedIter<'_, i32, i32> = travels(map.iter());
    assert_eq!(borrowed.count(), 1);
    assert_eq!(travels(deque.into_vec().into_boxed()).len(), 2);
}

#[test]
fn queues_and_sorted_maps_of_a_scope_are_in_its_memory() {
    let alloc = SmartAlloc::default();
    let whole = alloc.frame().used_bytes();
    alloc.scoped(|frame| {
        let deque = frame.frame_deque_with_capacity::<u64>(100);
        let heap = frame.frame_heap_with_capacity::<u64>(100);
        let map = frame.frame_sorted_map_with_capacity::<u64, u64>(100);
        let table = FrameMap::<u64, u64, _>::with_capacity_and_hasher(frame, 100, std::hash::RandomState::new());
        assert!(frame.used_bytes() > 4000);
        for other in [deque.frame(), heap.frame(), map.frame(), table.frame(), map.clone().frame()] {
            assert!(std::ptr::eq(other, frame));
        }
    });
    assert_eq!(alloc.frame().used_bytes(), whole);
}

#[test]
fn what_is_taken_leaves_an_empty_collection_of_the_same_frame() {
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        let mut map = frame.frame_map();
        map.insert(1, 2);
        let mut set = frame.frame_set();
        set.insert(1);
        let mut deque = frame.frame_deque();
        deque.push_back(1);
        let mut heap = frame.frame_heap();
        heap.push(1);
        let mut sorted = frame.frame_sorted_map();
        sorted.insert(1, 2);
        assert_eq!((map.take().len(), set.take_all().len(), deque.take().len()), (1, 1, 1));
        assert_eq!((heap.take().len(), sorted.take().len()), (1, 1));
        assert!(map.is_empty() && set.is_empty() && deque.is_empty() && heap.is_empty() && sorted.is_empty());
        assert!(std::ptr::eq(map.frame(), frame) && std::ptr::eq(deque.frame(), frame));
        map.insert(3, 4);
        deque.push_front(4);
        assert_eq!(map[&3] + deque[0], 8);
    });
}

#[test]
fn collections_compare_with_their_like_in_the_standard_library() {
    use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
    let alloc = SmartAlloc::default();
    let (mut map, mut set, mut deque) = (alloc.frame_map(), alloc.frame_set(), alloc.frame_deque());
    map.extend([(1, 2), (3, 4)]);
    map.extend([(&5, &6)]);
    set.extend([1, 2]);
    set.extend(&[3]);
    deque.extend([2, 3]);
    deque.push_front(1);
    let theirs = HashMap::from([(1, 2), (3, 4), (5, 6)]);
    assert!(map == theirs && map == map.clone());
    let theirs = HashSet::from([1, 2, 3]);
    assert!(set == theirs && set == set.clone());
    let theirs = VecDeque::from([1, 2, 3]);
    assert_eq!(deque, theirs);
    assert_eq!(theirs, deque);
    assert_eq!(deque, vec![1, 2, 3]);
    assert_eq!([1, 2, 3], deque);
    assert_eq!(deque, deque.clone());
    assert!(deque == [1, 2, 3][..] && deque == [1, 2, 3]);
    assert!([1, 2, 3][..] == deque);
    let mut longer = deque.clone();
    longer.push_back(0);
    assert!(deque < longer && longer.cmp(&deque).is_gt());
    let mut sorted = alloc.frame_sorted_map();
    sorted.extend([(3, 4), (1, 2)]);
    let theirs = BTreeMap::from([(1, 2), (3, 4)]);
    // What compared with one type only still does: this would need a type else.
    assert!(theirs == [(3, 4), (1, 2)].into_iter().collect());
    assert!(sorted == theirs && sorted == sorted.clone() && sorted[&3] == 4);
}

#[test]
fn queues_and_sorted_maps_are_collected() {
    let alloc = SmartAlloc::default();
    let deque: FrameDeque<'_, i32> = alloc.frame_collect(0..3);
    assert_eq!(deque, [0, 1, 2]);
    let mut heap = alloc.frame_collect::<FrameHeap<'_, _>>([2, 9, 4]);
    assert_eq!((heap.pop(), heap.pop()), (Some(9), Some(4)));
    let map: FrameSortedMap<'_, _, _> = alloc.frame_collect([(2, "b"), (1, "a"), (2, "c")]);
    assert_eq!(map.as_slice(), [(1, "a"), (2, "c")]);
}
