//! What a flight holds, and how many there may be.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use framealloc_core::{AllocConfig, FlightError, FrameHandle, FrameInFlight, Importance, RetentionPolicy, SmartAlloc};

use crate::alloc;
use crate::drops::Drops;

/// Far longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

struct Scene {
    number: u64,
    name: FrameHandle<str>,
    draws: FrameHandle<[u64]>,
    lists: FrameHandle<[Vec<u64>]>,
}

/// A frame whose values refer to each other, in several tags, scopes and threads.
fn scene(alloc: &SmartAlloc, number: u64) -> FrameHandle<Scene> {
    let (draws, lists) = thread::scope(|threads| {
        let draws = threads.spawn(|| alloc.scoped(|frame| frame.frame_share_slice_from_iter(0..number * 10)));
        let lists = threads.spawn(|| {
            let make = |n: usize| vec![number; n];
            alloc.tagged("fl_lists").frame_share_slice_fill_with(20, make)
        });
        (draws.join().unwrap(), lists.join().unwrap())
    });
    // Scratch, to be overwritten by the frames after it.
    alloc.frame_slice_fill_copy(5000, number);
    let name = alloc.scoped(|frame| frame.tagged("fl_names").frame_share_str(&format!("scene {number}")));
    alloc.frame_share(Scene { number, name, draws, lists })
}

fn check(flight: &FrameInFlight, scene: FrameHandle<Scene>, number: u64) {
    let scene = flight.get(scene).unwrap();
    assert_eq!(scene.number, number);
    assert_eq!(flight.get(scene.name), Some(&*format!("scene {number}")));
    assert!(flight.get(scene.draws).unwrap().iter().copied().eq(0..number * 10));
    let lists = flight.get(scene.lists).unwrap();
    assert!(lists.iter().enumerate().all(|(n, list)| *list == vec![number; n]));
}

#[test]
fn a_flight_is_read_while_the_next_frames_run() {
    for limit in [1, 2, 3, usize::MAX] {
        let mut alloc = alloc(limit);
        let mut held = std::collections::VecDeque::new();
        for _ in 1..100 {
            alloc.begin_frame();
            let number = alloc.frame_number();
            let root = scene(&alloc, number);
            assert!(root.get(&alloc).is_some());
            if held.len() == limit.min(4) {
                held.pop_front();
            }
            let flight = alloc.end_frame_in_flight();
            assert!(root.get(&alloc).is_none() && !alloc.is_in_frame());
            assert_eq!((flight.frame_number(), flight.report()), (number, alloc.frame_report()));
            held.push_back((flight, root));
            for (flight, root) in &held {
                check(flight, *root, flight.frame_number());
            }
            // A frame in between that ends as ever.
            if number % 5 == 0 {
                alloc.whole_frame(|alloc| assert!(scene(alloc, number).get(alloc).is_some()));
                for (flight, root) in &held {
                    check(flight, *root, flight.frame_number());
                }
            }
        }
    }
}

#[test]
fn a_handle_is_resolved_by_the_flight_of_its_own_frame_and_allocator_only() {
    let (mut one, mut other) = (alloc(4), alloc(4));
    let of_one = one.frame_share(1_u32);
    let of_other = other.frame_share(2_u32);
    let (first, others) = (one.end_frame_in_flight(), other.end_frame_in_flight());
    let open = one.frame_share(3_u32);
    assert_eq!((first.get(of_one), others.get(of_other)), (Some(&1), Some(&2)));
    assert_eq!((first.get(of_other), others.get(of_one)), (None, None));
    assert_eq!((first.get(open), open.get(&one)), (None, Some(&3)));
    let second = one.end_frame_in_flight();
    assert_eq!((second.get(of_one), second.get(open), first.get(open)), (None, Some(&3), None));
    // 16 and 8 bits of a number come around.
    drop(second);
    for _ in 0..(1 << 16) - 2 {
        one.end_frame();
    }
    let late = one.frame_share(4_u32);
    let last = one.end_frame_in_flight();
    assert_eq!((last.get(of_one), first.get(late), first.get(of_one)), (None, None, Some(&1)));
}

#[test]
fn clones_are_one_frame_in_flight_and_the_last_of_them_ends_it() {
    let drops = Drops::default();
    let mut alloc = alloc(1);
    let value = alloc.frame_share(drops.value());
    let flight = alloc.end_frame_in_flight();
    let clones: Vec<_> = (0..10).map(|_| flight.clone()).collect();
    assert_eq!(alloc.flight_stats().frames, 1);
    drop(flight);
    for clone in clones {
        assert_eq!((drops.count(), alloc.flight_stats().frames), (0, 1));
        assert!(clone.get(value).is_some());
    }
    assert_eq!((drops.count(), drops.holders(), alloc.flight_stats().frames), (1, 1, 0));
}

#[test]
fn at_the_limit_the_frame_stays_open_and_nothing_is_lost() {
    for limit in [0, 1, 3] {
        let drops = Drops::default();
        let mut alloc = alloc(limit);
        let held: Vec<_> = (0..limit)
            .map(|_| {
                alloc.begin_frame();
                let _ = alloc.frame_share(drops.value());
                alloc.end_frame_in_flight()
            })
            .collect();
        alloc.begin_frame();
        let shared = alloc.frame_share_slice_fill_with(3, |_| drops.value());
        let key = alloc.frame_with_importance(Importance::Reusable).write(drops.value()).key();
        let figures = alloc.flight_stats();
        let refused = FlightError::LimitReached { limit };
        assert_eq!(alloc.try_end_frame_in_flight().unwrap_err(), refused);
        assert_eq!(alloc.try_end_frame_in_flight_with_promotions().unwrap_err(), refused);
        let panic = catch_unwind(AssertUnwindSafe(|| alloc.end_frame_in_flight())).unwrap_err();
        assert_eq!(*panic.downcast::<String>().unwrap(), refused.to_string());
        let panic = catch_unwind(AssertUnwindSafe(|| alloc.end_frame_in_flight_with_promotions())).unwrap_err();
        assert_eq!(*panic.downcast::<String>().unwrap(), refused.to_string());
        assert!(refused.to_string().starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()));
        assert_eq!((alloc.is_in_frame(), drops.count(), alloc.flight_stats()), (true, 0, figures));
        // Sharing goes on.
        let more = alloc.frame_share_str("more");
        assert!(shared.get(&alloc).is_some() && more.get(&alloc) == Some("more"));
        drop(held);
        assert_eq!(drops.count(), limit);
        if limit == 0 {
            assert!(alloc.end_frame_with_promotions().take(key).is_some());
        } else {
            let (flight, mut promotions) = alloc.end_frame_in_flight_with_promotions();
            assert_eq!((flight.get(shared).map(<[_]>::len), flight.get(more)), (Some(3), Some("more")));
            assert!(promotions.take(key).is_some());
            assert_eq!(promotions.report(), flight.report());
        }
        assert_eq!((drops.count(), drops.holders()), (limit + 4, 1));
    }
}

#[test]
fn retained_values_go_where_they_went_and_are_not_in_flight() {
    let drops = Drops::default();
    let mut alloc = alloc(1);
    alloc.frame_retain(drops.value(), RetentionPolicy::PromoteToPool);
    let flight = alloc.end_frame_in_flight();
    assert_eq!((drops.count(), flight.bytes()), (1, 0));
}

#[test]
fn waiting_ends_when_a_flight_comes_back_and_not_before() {
    let mut alloc = alloc(3);
    assert!(alloc.wait_for_flights(0, Duration::ZERO));
    let held: Vec<_> = (0..3).map(|_| alloc.end_frame_in_flight()).collect();
    assert!(alloc.wait_for_flights(3, Duration::ZERO) && !alloc.wait_for_flights(2, Duration::ZERO));
    // Who holds a flight itself waits in vain.
    let started = Instant::now();
    assert!(!alloc.wait_for_flights(2, Duration::from_millis(20)));
    assert!(started.elapsed() >= Duration::from_millis(20));
    thread::scope(|threads| {
        let waiters = [2, 1, 0, 0].map(|at_most| {
            let alloc = &alloc;
            threads.spawn(move || alloc.wait_for_flights(at_most, LONG))
        });
        for flight in held {
            thread::sleep(Duration::from_millis(2));
            drop(flight);
        }
        assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap()));
    });
    assert!(alloc.wait_for_flights(0, Duration::MAX));
    assert!(SmartAlloc::new(AllocConfig::default()).wait_for_flights(0, Duration::ZERO));
}

#[test]
fn no_wake_up_is_lost() {
    // Each round ends only if the wait of the round does.
    let mut alloc = alloc(2);
    let (send, receive) = std::sync::mpsc::channel::<FrameInFlight>();
    let reader = thread::spawn(move || receive.into_iter().for_each(drop));
    for round in 0..5000 {
        alloc.begin_frame();
        let _ = alloc.frame_share(round);
        send.send(alloc.end_frame_in_flight()).unwrap();
        assert!(alloc.wait_for_flights(round % 2, LONG), "round {round}");
    }
    drop(send);
    reader.join().unwrap();
}
