//! The drops of shared values in flight: once each, in their order, on whichever thread, by panics as well.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use framealloc_core::SmartAlloc;

use crate::alloc;
use crate::allocator::{LARGE, held_in_large_blocks};
use crate::drops::{Counted, Drops};

/// Says when it is dropped.
struct Tells(usize, Arc<Mutex<Vec<usize>>>);

impl Drop for Tells {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
    }
}

/// Panics when it is dropped.
struct Bomb(Drops, usize);

impl Drop for Bomb {
    fn drop(&mut self) {
        drop(self.0.value());
        panic_any(self.1);
    }
}

#[test]
fn values_of_a_thread_drop_newest_first_and_threads_in_the_order_they_came() {
    let told = Arc::<Mutex<Vec<usize>>>::default();
    let tells = |number| Tells(number, Arc::clone(&told));
    let mut alloc = alloc(1);
    let _ = alloc.frame_share(tells(1));
    let _ = alloc.tagged("fd_other").frame_share(tells(2));
    let _ = alloc.frame_share_slice_fill_with(3, |n| tells(10 + n));
    let _ = alloc.scoped(|frame| frame.frame_share(tells(3)));
    thread::scope(|threads| {
        let _ = threads.spawn(|| alloc.frame_share_slice_from_iter([tells(20), tells(21)])).join().unwrap();
    });
    let flight = alloc.end_frame_in_flight();
    assert!(told.lock().unwrap().is_empty());
    drop(flight);
    assert_eq!(*told.lock().unwrap(), [3, 10, 11, 12, 2, 1, 20, 21]);
}

#[test]
fn drops_that_panic_lose_no_value_and_no_memory_and_wake_who_waits() {
    for (in_slice, bombs) in [(false, 1), (false, 3), (true, 1), (true, 5)] {
        let drops = Drops::default();
        let mut alloc = alloc(1);
        for _ in 0..3 {
            let _ = alloc.frame_share(drops.value());
            if in_slice {
                let _ = alloc.frame_share_slice_fill_with(bombs, |n| Bomb(drops.clone(), n));
            } else {
                for n in 0..bombs {
                    let _ = alloc.frame_share(Bomb(drops.clone(), n));
                }
            }
            let _ = alloc.frame_share_slice_fill_with(2, |_| drops.value());
            let flight = alloc.end_frame_in_flight();
            let before = drops.count();
            let ended = thread::scope(|threads| {
                let waiter = threads.spawn(|| alloc.wait_for_flights(0, Duration::from_secs(60)));
                let ended = catch_unwind(AssertUnwindSafe(|| drop(flight)));
                assert!(waiter.join().unwrap());
                ended
            });
            // The first that dropped: of values the newest, of a slice the first.
            let first = if in_slice { 0 } else { bombs - 1 };
            assert_eq!(*ended.unwrap_err().downcast::<usize>().unwrap(), first);
            assert_eq!(drops.count() - before, 3 + bombs);
            assert_eq!((drops.holders(), alloc.flight_stats().frames, alloc.flight_stats().capacity), (1, 0, 0));
        }
    }
}

#[test]
fn a_payload_whose_drop_panics_ends_nothing() {
    struct Worse;
    impl Drop for Worse {
        fn drop(&mut self) {
            panic!("the payload as well");
        }
    }
    struct Throws(Drops);
    impl Drop for Throws {
        fn drop(&mut self) {
            drop(self.0.value());
            panic_any(Worse);
        }
    }
    let drops = Drops::default();
    let mut alloc = alloc(1);
    let _ = alloc.frame_share_slice_fill_with(3, |_| Throws(drops.clone()));
    for _ in 0..3 {
        let _ = alloc.frame_share(Throws(drops.clone()));
    }
    let flight = alloc.end_frame_in_flight();
    let payload = catch_unwind(AssertUnwindSafe(|| drop(flight))).unwrap_err();
    assert!(payload.is::<Worse>());
    std::mem::forget(payload);
    assert_eq!((drops.count(), drops.holders(), alloc.flight_stats().frames), (6, 1, 0));
}

#[test]
fn a_flight_that_drops_in_an_unwinding_does_not_end_the_program() {
    let drops = Drops::default();
    let mut alloc = alloc(1);
    let _ = alloc.frame_share(Bomb(drops.clone(), 1));
    let _ = alloc.frame_share(drops.value());
    let flight = alloc.end_frame_in_flight();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _held = flight;
        panic_any("first");
    }));
    assert_eq!(*ended.unwrap_err().downcast::<&str>().unwrap(), "first");
    assert_eq!((drops.count(), drops.holders(), alloc.flight_stats().frames), (2, 1, 0));
}

#[test]
fn a_subscriber_that_panics_ends_the_frame_and_drops_what_it_shared() {
    let drops = Drops::default();
    let mut alloc = alloc(1);
    let subscription = alloc.on_frame_event(|_, event| {
        assert!(!matches!(event, framealloc_core::FrameEvent::Ended { .. }), "a subscriber");
    });
    for _ in 0..2 {
        alloc.begin_frame();
        let _ = alloc.frame_share(drops.value());
        alloc.frame_retain(drops.value(), framealloc_core::RetentionPolicy::PromoteToPool);
        assert!(catch_unwind(AssertUnwindSafe(|| alloc.end_frame_in_flight())).is_err());
        assert_eq!((alloc.is_in_frame(), alloc.flight_stats().frames), (false, 0));
    }
    assert_eq!((drops.count(), drops.holders()), (4, 1));
    drop(subscription);
    drop(alloc.end_frame_in_flight());
}

#[test]
fn the_last_holder_may_be_a_thread_that_never_used_the_allocator() {
    let drops = Drops::default();
    let mut alloc = alloc(1);
    for round in 1..20 {
        let value = alloc.frame_share(drops.value());
        let flight = alloc.end_frame_in_flight();
        thread::spawn(move || assert!(flight.get(value).is_some())).join().unwrap();
        assert_eq!((drops.count(), alloc.flight_stats().frames), (round, 0));
    }
}

#[test]
fn the_last_holder_may_be_a_thread_local_destructor() {
    struct Late(#[expect(dead_code, reason = "held for its drop")] framealloc_core::FrameInFlight);
    thread_local! {
        static LATE: std::cell::RefCell<Vec<Late>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    let drops = Drops::default();
    let alloc = Arc::new(Mutex::new(alloc(2)));
    for uses_first in [false, true] {
        let (alloc, value) = (Arc::clone(&alloc), drops.value());
        thread::spawn(move || {
            let mut alloc = alloc.lock().unwrap();
            if uses_first {
                drop(alloc.frame_box(1));
            }
            LATE.with_borrow_mut(|late| {
                let _ = alloc.frame_share(value);
                late.push(Late(alloc.end_frame_in_flight()));
            });
        })
        .join()
        .unwrap();
    }
    assert_eq!((drops.count(), drops.holders()), (2, 1));
    assert_eq!(alloc.lock().unwrap().flight_stats().frames, 0);
}

#[test]
fn flights_outlive_their_allocator() {
    let large = held_in_large_blocks();
    for held in 1..4 {
        let drops = Drops::default();
        let mut alloc = alloc(held);
        let flights: Vec<_> = (0..held)
            .map(|n| {
                let values = alloc.frame_share_slice_fill_with(n + 1, |_| drops.value());
                let text = alloc.tagged("fd_gone").frame_share_str("still here");
                let _ = alloc.frame_share_slice_fill_with(LARGE, |_| 0_u8);
                (alloc.end_frame_in_flight(), values, text)
            })
            .collect();
        drop(alloc);
        assert_eq!(drops.count(), 0);
        for (n, (flight, values, text)) in flights.into_iter().enumerate() {
            let clone = flight.clone();
            drop(flight);
            assert_eq!((clone.get(values).map(<[Counted]>::len), clone.get(text)), (Some(n + 1), Some("still here")));
        }
        assert_eq!((drops.count(), drops.holders()), (held * (held + 1) / 2, 1));
        assert_eq!(held_in_large_blocks(), large, "they freed their memory");
    }
}

#[test]
fn the_allocator_goes_while_its_flights_come_back() {
    for _ in 0..300 {
        let drops = Drops::default();
        let mut alloc = alloc(3);
        let flights: Vec<_> = (0..3)
            .map(|_| {
                let _ = alloc.frame_share_slice_fill_with(10, |_| drops.value());
                alloc.end_frame_in_flight()
            })
            .collect();
        thread::scope(|threads| {
            for flight in flights {
                threads.spawn(move || drop(flight));
            }
            drop::<SmartAlloc>(alloc);
        });
        assert_eq!((drops.count(), drops.holders()), (30, 1));
    }
}
