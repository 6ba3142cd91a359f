//! Programs that do what nobody should.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, RwLock};

use framealloc_core::{AllocConfig, FlightError, FrameInFlight, SmartAlloc};

use crate::alloc;
use crate::drops::Drops;

#[test]
fn a_flight_in_a_value_of_the_next_frame_lives_as_long_as_that() {
    let drops = Drops::default();
    let mut alloc = alloc(10);
    let mut chain: Option<FrameInFlight> = None;
    for _ in 0..10 {
        let _ = alloc.frame_share((drops.value(), chain.take()));
        chain = Some(alloc.end_frame_in_flight());
    }
    assert_eq!((alloc.flight_stats().frames, drops.count()), (10, 0));
    drop(chain);
    assert_eq!((alloc.flight_stats().frames, drops.count(), drops.holders()), (0, 10, 1));
    assert!(alloc.try_end_frame_in_flight().is_ok());
}

#[test]
fn a_flight_in_a_value_of_its_own_frame_leaks_and_nothing_else() {
    let drops = Drops::default();
    let mut alloc = alloc(2);
    let own = alloc.frame_share((drops.value(), Mutex::new(None::<FrameInFlight>)));
    let flight = alloc.end_frame_in_flight();
    *flight.get(own).unwrap().1.lock().unwrap() = Some(flight.clone());
    drop(flight);
    assert_eq!((drops.count(), alloc.flight_stats().frames), (0, 1));
    for _ in 0..10 {
        let _ = alloc.frame_share(drops.value());
        drop(alloc.end_frame_in_flight());
    }
    drop(alloc);
    assert_eq!((drops.count(), drops.holders()), (10, 2));
}

#[test]
fn forgotten_flights_are_held_for_ever_and_ends_of_frames_go_on() {
    let mut alloc = alloc(2);
    (0..2).for_each(|_| std::mem::forget(alloc.end_frame_in_flight()));
    for _ in 0..10 {
        alloc.begin_frame();
        let shared = alloc.frame_share(1);
        assert_eq!(alloc.try_end_frame_in_flight().err(), Some(FlightError::LimitReached { limit: 2 }));
        assert_eq!(shared.get(&alloc), Some(&1));
        alloc.end_frame();
    }
    assert!(!alloc.wait_for_flights(1, std::time::Duration::from_millis(1)));
}

#[test]
fn values_that_use_the_allocator_in_their_drop_find_it_whole() {
    struct Uses(Arc<RwLock<SmartAlloc>>, Drops);
    impl Drop for Uses {
        fn drop(&mut self) {
            let mut alloc = self.0.write().unwrap();
            let _ = alloc.frame_share(self.1.value());
            let _ = alloc.frame_share_slice_fill_with(5, |_| self.1.value());
            // A drop in the middle of a drop.
            drop(alloc.end_frame_in_flight());
            assert!(!alloc.wait_for_flights(0, std::time::Duration::ZERO), "this one is on its way yet");
        }
    }
    let drops = Drops::default();
    let shared = Arc::new(RwLock::new(alloc(3)));
    for _ in 0..10 {
        let flight = {
            let mut alloc = shared.write().unwrap();
            let _ = alloc.frame_share_slice_fill_with(3, |_| Uses(Arc::clone(&shared), drops.clone()));
            alloc.end_frame_in_flight()
        };
        drop(flight);
    }
    assert_eq!((drops.count(), drops.holders()), (10 * 3 * 6, 1));
    assert_eq!(shared.read().unwrap().flight_stats().frames, 0);
}

#[test]
fn the_allocator_may_be_dropped_by_a_value_in_flight() {
    struct Owns(#[expect(dead_code, reason = "held for its drop")] Arc<RwLock<SmartAlloc>>);
    let drops = Drops::default();
    let shared = Arc::new(RwLock::new(alloc(1)));
    let flight = {
        let mut alloc = shared.write().unwrap();
        let _ = alloc.frame_share(drops.value());
        let _ = alloc.frame_share(Owns(Arc::clone(&shared)));
        let _ = alloc.frame_share(drops.value());
        alloc.end_frame_in_flight()
    };
    {
        // What is shared and not in flight goes with the allocator.
        let _ = shared.read().unwrap().frame_share(drops.value());
    }
    drop(shared);
    assert_eq!(drops.count(), 0);
    drop(flight);
    assert_eq!((drops.count(), drops.holders()), (3, 1));
}

#[test]
fn values_of_the_last_frame_that_hold_flights_drop_with_the_allocator() {
    let drops = Drops::default();
    let mut alloc = alloc(2);
    let _ = alloc.frame_share(drops.value());
    let flight = alloc.end_frame_in_flight();
    let _ = alloc.frame_share((flight.clone(), drops.value()));
    drop(flight);
    drop(alloc);
    assert_eq!((drops.count(), drops.holders()), (2, 1));
}

#[test]
fn over_aligned_large_and_promoted_values_fly() {
    #[repr(align(4096))]
    struct Page(u8);
    let config = AllocConfig::default().with_frames_in_flight(1).with_heap_threshold(10_000);
    let mut alloc = SmartAlloc::new(config);
    for n in 0..5_u8 {
        let pages = alloc.frame_share_slice_fill_with(3, |_| Page(n));
        let large = alloc.frame_share_slice_from_iter((0..50_000).map(|_| n));
        let nothing = alloc.frame_share_slice_fill_with(100, |_| ());
        let flight = alloc.end_frame_in_flight();
        let values = flight.get(pages).unwrap();
        assert!(values.iter().all(|page| page.0 == n && std::ptr::from_ref(page).addr() % 4096 == 0));
        assert!(flight.get(large).unwrap().iter().all(|value| *value == n));
        assert_eq!(flight.get(nothing).map(<[_]>::len), Some(100));
        assert!(flight.bytes() >= 3 * 4096 + 50_000);
    }
}

#[test]
fn frames_whose_drops_panic_at_their_end_do_not_take_flights_along() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a retained value");
        }
    }
    let drops = Drops::default();
    let mut alloc = alloc(1);
    let _ = alloc.frame_share(drops.value());
    alloc.frame_retain(Bomb, framealloc_core::RetentionPolicy::Discard);
    assert!(catch_unwind(AssertUnwindSafe(|| alloc.end_frame_in_flight())).is_err());
    assert_eq!((drops.count(), alloc.flight_stats().frames, alloc.is_in_frame()), (1, 0, false));
}

#[test]
fn a_thread_that_ended_leaves_its_values_to_the_flight() {
    let drops = Drops::default();
    let mut alloc = alloc(2);
    for _ in 0..200 {
        let value = std::thread::scope(|threads| {
            threads.spawn(|| alloc.scoped(|frame| frame.frame_share(drops.value()))).join().unwrap()
        });
        let flight = alloc.end_frame_in_flight();
        assert!(flight.get(value).is_some());
    }
    assert_eq!((drops.count(), drops.holders()), (200, 1));
}
