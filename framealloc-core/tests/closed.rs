//! Closed memory: what is taken at the start, and what becomes of growth after the seal.
//!
//! The region and the seal of pools are the whole process's: these tests have one to themselves, and take turns in it.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::pool::{Pool, PoolSpec};
use framealloc_core::{
    AllocConfig, AllocError, Budget, BudgetPolicy, CountingAlloc, Drain, Grower, HeapBox, RetireQueue, SmartAlloc, pool,
};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

const KIB: usize = 1 << 10;

/// An allocator with a region.
fn with_region(bytes: usize) -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_frame_chunk(16 * KIB).with_region(bytes))
}

/// An allocator with a region in which so many bytes are left at least, whatever pools have of it.
fn closed(bytes: usize) -> SmartAlloc {
    let region = SmartAlloc::region_stats();
    with_region(bytes + region.bytes - region.left_bytes)
}

fn growers(alloc: &SmartAlloc) -> Vec<Grower> {
    alloc.growth_since_seal().iter().map(|growth| growth.by).collect()
}

static STEER: Site = Site::new("closed::steer", "closed.rs", 1).with_tag("steering");
static DARTS: Pool<[u64; 6]> = Pool::new(PoolSpec::new("Dart").capacity(64));

/// All that a game does in a frame: systems, tags, scopes, pools, values that are shared, retired and in flight.
fn play(alloc: &SmartAlloc, queue: &RetireQueue, frame: usize) {
    let size = 100 + frame % 1000;
    with_frame(alloc, &STEER, |frame| {
        let near = frame.frame_slice_zeroed::<u64>(size);
        frame.scoped(|scope| assert_eq!(scope.frame_slice_copy(near).len(), size));
    });
    alloc.with_tag("ai", |ai| {
        let mut plan = ai.frame_vec::<usize>();
        plan.extend(0..size);
        assert_eq!(plan.len(), size);
    });
    let darts: Vec<_> = Vec::from([DARTS.boxed([1; 6]), DARTS.boxed([2; 6])]);
    let text = alloc.pool_box([frame; 20]);
    queue.retire(text);
    drop(darts);
    let mut cursor = alloc.cursor();
    assert_eq!(*cursor.alloc(frame), frame);
}

#[test]
fn ten_thousand_sealed_frames_ask_nothing_of_the_global_allocator() {
    const FRAMES: usize = 10_000;
    const WORKERS: usize = 2;
    let _turn = turn();
    let config = AllocConfig::default().with_frame_chunk(16 * KIB).with_region(4096 * KIB).with_frames_in_flight(1);
    let alloc = RwLock::new(SmartAlloc::new(config));
    let queue = RetireQueue::new();
    let barrier = Barrier::new(WORKERS + 1);
    let read = || alloc.read().unwrap_or_else(PoisonError::into_inner);
    let write = || alloc.write().unwrap_or_else(PoisonError::into_inner);
    // The first frames are the level: they find what a frame needs. The calls are those of the library alone: two for the list.
    let frame = |number: usize| {
        let before = CountingAlloc::thread_calls();
        {
            let mut alloc = write();
            alloc.begin_frame();
        }
        barrier.wait();
        play(&read(), &queue, number);
        let shared = read().frame_share(number);
        barrier.wait();
        queue.drain(Drain::all());
        let flight = write().end_frame_in_flight();
        assert_eq!(flight.get(shared), Some(&number));
        drop(flight);
        (CountingAlloc::thread_calls() - before).total()
    };
    thread::scope(|threads| {
        for _ in 0..WORKERS {
            threads.spawn(|| {
                for number in 0..FRAMES + 1000 {
                    barrier.wait();
                    play(&read(), &queue, number);
                    barrier.wait();
                }
            });
        }
        (0..1000).for_each(|number| _ = frame(number));
        write().seal();
        let missed = SmartAlloc::region_stats().missed;
        let calls: u64 = (1000..FRAMES + 1000).map(frame).sum();
        assert_eq!(calls, 2 * FRAMES as u64, "the vector of each frame is made and freed, and nothing else");
        assert_eq!(read().growth_since_seal(), []);
        assert_eq!(SmartAlloc::region_stats().missed, missed);
    });
}

#[test]
fn a_region_is_one_request_and_serves_frames_and_pools() {
    let _turn = turn();
    let before = SmartAlloc::region_stats();
    let wanted = 2048 * KIB + before.bytes - before.left_bytes;
    let alloc = with_region(wanted);
    let calls = CountingAlloc::thread_calls();
    let mine = SmartAlloc::region_stats();
    let kept = alloc.frame_slice_zeroed::<u8>(700 * KIB);
    assert!(SmartAlloc::region_stats().left_bytes <= mine.left_bytes - 700 * KIB);
    assert_eq!(kept.len(), 700 * KIB);
    let taken = CountingAlloc::thread_calls() - calls;
    assert!(taken.total() < 20, "what the library keeps of a thread, and no chunk: {taken:?}");
    let others: Vec<_> = (0..3).map(|n| pool::boxed([n; 700])).collect();
    assert!(SmartAlloc::region_stats().left_bytes <= mine.left_bytes - 764 * KIB);
    assert_eq!(SmartAlloc::region_stats().missed, before.missed);
    drop((others, alloc));
    // The next allocator has what this one had.
    let bytes = SmartAlloc::region_stats().bytes;
    let next = with_region(wanted);
    assert_eq!(SmartAlloc::region_stats().bytes, bytes);
    let beside = with_region(bytes - wanted + 128 * KIB);
    assert_eq!(SmartAlloc::region_stats().bytes, bytes + 128 * KIB);
    drop((next, beside));
}

#[test]
fn growth_after_the_seal_is_refused_and_says_who_asked_for_how_much() {
    let _turn = turn();
    let mut alloc = closed(256 * KIB);
    alloc.seal();
    assert!(alloc.is_sealed());
    let left = SmartAlloc::region_stats().left_bytes;
    let error = alloc.with_tag("ai", |ai| ai.try_frame_slice_zeroed::<u8>(left + KIB).map(|_| ()));
    let Err(AllocError::Sealed { by: Grower::Frames("ai"), asked, left: reported }) = error else {
        panic!("{error:?}");
    };
    assert!(asked > left && reported <= left);
    let caught = catch_unwind(AssertUnwindSafe(|| alloc.tagged("ai").frame_slice_zeroed::<u8>(left + KIB).len()));
    let words = caught.expect_err("there is no room").downcast::<String>().expect("words");
    assert_eq!(
        *words,
        format!(
            "memory is sealed: the frame memory of tag `ai` asked for {asked} bytes, {reported} bytes are left in the region"
        )
    );
    // What fits is served.
    assert!(alloc.try_frame_slice_zeroed::<u8>(20 * KIB).is_ok());
    let growth = alloc.growth_since_seal();
    let ai: Vec<_> = growth.iter().filter(|growth| growth.by == Grower::Frames("ai")).collect();
    assert_eq!(
        ai.iter().map(|growth| (growth.requests, growth.refused)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
        (2, 2)
    );
    assert_eq!(ai[0].site.is_some(), cfg!(feature = "debug"));
    if let Some(site) = ai[0].site {
        assert!(site.file().ends_with("closed.rs"), "{site}");
    }
    alloc.unseal();
    assert!(!alloc.is_sealed());
    assert!(alloc.tagged("ai").try_frame_slice_zeroed::<u8>(left + KIB).is_ok());
    assert_eq!(alloc.growth_since_seal(), growth, "it is remembered");
    alloc.end_frame();
    alloc.seal();
    assert_eq!(alloc.growth_since_seal(), []);
}

#[test]
fn a_chunk_that_does_not_fit_is_a_smaller_one_that_does() {
    let _turn = turn();
    let mut alloc = closed(512 * KIB);
    alloc.seal();
    let left = SmartAlloc::region_stats().left_bytes;
    let fill = |alloc: &SmartAlloc| {
        (0..10_000).find_map(|count| alloc.try_frame_slice_zeroed::<u8>(10 * KIB).err().zip(Some(count)))
    };
    // Arenas double: near the end the next chunk would be as large as all that was used before.
    let (error, count) = fill(&alloc).expect("it ends");
    assert!(matches!(error, AllocError::Sealed { left, .. } if left < 100 * KIB), "{error:?}");
    assert!(count * 10 * KIB + 100 * KIB >= left, "{count} of {left} bytes");
    // And the next frame has as much.
    alloc.end_frame();
    let again = fill(&alloc).expect("it ends").1;
    assert!(again + 10 >= count, "{again} of {count}");
}

#[test]
fn a_pool_that_is_sealed_refuses_and_its_objects_still_come_and_go() {
    static WIDE: Pool<[u64; 1000]> = Pool::new(PoolSpec::new("Wide").capacity(8));
    let _turn = turn();
    let mut alloc = with_region(0);
    let mut kept = vec![WIDE.boxed([1; 1000])];
    alloc.seal();
    assert_eq!(pool::trim(), 0, "what is held is kept");
    let mut refused = None;
    while refused.is_none() && kept.len() < 10_000 {
        match WIDE.try_boxed([2; 1000]) {
            Ok(value) => kept.push(value),
            Err(value) => refused = Some(value.error().clone()),
        }
    }
    let refused = refused.expect("the pool was sealed");
    assert!(matches!(refused, AllocError::Sealed { by: Grower::Pool("Wide"), .. }), "{refused}");
    assert!(growers(&alloc).contains(&Grower::Pool("Wide")));
    kept.pop();
    assert!(WIDE.try_boxed([3; 1000]).is_ok());
    assert!(catch_unwind(|| (0..100).map(|_| WIDE.boxed([4; 1000])).collect::<Vec<_>>().len()).is_err());
    drop((alloc, kept));
    assert!(WIDE.try_boxed([5; 1000]).is_ok(), "the seal goes with its allocator");
    pool::flush_thread();
    assert!(pool::trim() > 0);
}

#[test]
fn a_list_of_retired_values_that_is_sealed_gives_the_value_back() {
    let _turn = turn();
    let queue = RetireQueue::new();
    (0..100).for_each(|number| queue.retire([number; 30]));
    while queue.drain(Drain::all()).dropped > 0 {}
    let mut alloc = with_region(0);
    alloc.seal();
    let refused = (0..1_000_000).find_map(|number| queue.try_retire([number; 30]).err()).expect("it grows");
    assert!(matches!(refused.error(), AllocError::Sealed { by: Grower::Retired, .. }));
    assert!(refused.into_value()[0] > 0);
    while queue.drain(Drain::all()).dropped > 0 {}
    assert!(queue.try_retire([1_u64; 30]).is_ok(), "there is room again");
}

#[test]
fn the_policy_of_a_budget_sends_to_the_heap_what_the_seal_refuses() {
    let _turn = turn();
    let promoted = Budget::new(4096 * KIB).with_policy(BudgetPolicy::Promote);
    let config = AllocConfig::default().with_tag_budget("closed_hud", promoted).with_global_frame_budget(64 << 20);
    let mut alloc = SmartAlloc::new(config);
    alloc.seal();
    alloc.begin_frame();
    assert_eq!(alloc.tagged("closed_hud").frame_slice_zeroed::<u8>(300 * KIB).len(), 300 * KIB);
    assert!(alloc.tagged("closed_other").try_frame_slice_zeroed::<u8>(300 * KIB).is_err());
    let growth = alloc.growth_since_seal();
    let of = |tag| growth.iter().find(|growth| growth.by == Grower::Frames(tag)).map(|growth| growth.refused);
    assert_eq!((of("closed_hud"), of("closed_other")), (Some(0), Some(1)));
    alloc.end_frame();
    let stats = alloc.stats();
    assert_eq!(stats.tag("closed_hud").map(|tag| (tag.heap_fallbacks, tag.heap_bytes)), Some((1, 300 * KIB)));
}

#[test]
fn other_allocators_are_not_sealed_and_regions_of_this_one_are() {
    let _turn = turn();
    let mut alloc = with_region(0);
    let level = alloc.scratch("closed_level");
    alloc.seal();
    assert!(level.is_sealed());
    assert!(matches!(level.try_frame_slice_zeroed::<u8>(KIB), Err(AllocError::Sealed { .. })));
    let other = SmartAlloc::default();
    assert!(!other.is_sealed());
    assert!(other.try_frame_slice_zeroed::<u8>(KIB).is_ok());
    let _heap = HeapBox::new([0_u8; 100]);
}

#[test]
fn memory_is_kept_while_it_is_sealed() {
    let _turn = turn();
    // With a region and without: where there is one, less could be had from it.
    for mut alloc in [SmartAlloc::default(), closed(4096 * KIB)] {
        thread::scope(|threads| {
            threads.spawn(|| alloc.frame_slice_zeroed::<u8>(500 * KIB).len());
        });
        alloc.frame_slice_zeroed::<u8>(500 * KIB);
        alloc.end_frame();
        alloc.seal();
        let held = alloc.capacity();
        // So many that an idle thread gives its memory back, and an arena what it does not need.
        (0..2000).for_each(|_| alloc.whole_frame(|alloc| _ = alloc.frame_box(1)));
        assert_eq!(alloc.capacity(), held);
        alloc.whole_frame(|alloc| assert!(alloc.try_frame_slice_zeroed::<u8>(500 * KIB).is_ok()));
        alloc.unseal();
        (0..2000).for_each(|_| alloc.whole_frame(|alloc| _ = alloc.frame_box(1)));
        assert!(alloc.capacity() < held);
    }
}

#[test]
fn a_new_thread_and_a_new_tag_are_told() {
    let _turn = turn();
    let mut alloc = closed(64 * KIB);
    alloc.frame_box(1);
    alloc.seal();
    thread::scope(|threads| {
        threads.spawn(|| alloc.try_frame_box(1).map(|value| *value).ok());
    });
    alloc.with_tag("closed_new_tag", |tag| tag.try_frame_box(1).is_ok());
    let growers = growers(&alloc);
    assert!(growers.contains(&Grower::Table("threads")) && growers.contains(&Grower::Table("tags")), "{growers:?}");
    let tables = alloc.growth_since_seal().into_iter().filter(|growth| matches!(growth.by, Grower::Table(_)));
    assert_eq!(tables.map(|growth| growth.refused).sum::<usize>(), 0, "nobody is refused those");
}

/// Large parts of what the system gives, so that nothing is left of which half of all addresses could be had: where addresses
/// have 32 bits, they can be otherwise.
fn all_that_is_large() -> Vec<Vec<u8>> {
    let mut parts = Vec::with_capacity(16);
    while parts.len() < 16 {
        let mut part: Vec<u8> = Vec::new();
        if part.try_reserve_exact(isize::MAX as usize / 4).is_err() {
            break;
        }
        parts.push(part);
    }
    parts
}

#[test]
fn a_region_that_cannot_be_had_is_an_error() {
    let _turn = turn();
    let bytes = SmartAlloc::region_stats().bytes;
    let config = AllocConfig::default().with_region(isize::MAX as usize - (128 << 10));
    let parts = all_that_is_large();
    assert!(matches!(SmartAlloc::try_new(config.clone()), Err(AllocError::OutOfMemory { .. })));
    drop(parts);
    let config = config.with_region(usize::MAX);
    assert_eq!(SmartAlloc::try_new(config).err(), Some(AllocError::CapacityOverflow));
    assert_eq!(SmartAlloc::region_stats().bytes, bytes);
    assert!(closed(64 * KIB).try_frame_box(1).is_ok());
}
