//! Models of frames in flight: the last of several holders, and a flight that comes back while frames end, while somebody waits
//! for it, and while the allocator goes away; over the code that programs run. What a flight holds is a watched cell.

use core::time::Duration;

use framealloc_core::{AllocConfig, FrameHandle, FrameInFlight, SmartAlloc};
use loom::sync::Arc;
use loom::thread;

use crate::drops::{Drops, Value};

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

fn alloc(frames: usize) -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_frames_in_flight(frames))
}

/// Ends a frame in flight that shares a value.
fn fly(alloc: &mut SmartAlloc, number: u64, drops: &Drops) -> (FrameInFlight, FrameHandle<Value>) {
    let handle = alloc.frame_share(Value::new(number, drops));
    (alloc.end_frame_in_flight(), handle)
}

fn read(flight: &FrameInFlight, handle: FrameHandle<Value>, number: u64) {
    assert_eq!(flight.get(handle).map(|value| value.number()), Some(number));
}

#[test]
fn the_last_of_several_holders_drops_the_values_after_all_have_read() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(1);
        let (flight, handle) = fly(&mut alloc, 7, &drops);
        let readers = [0, 1].map(|_| {
            let flight = flight.clone();
            thread::spawn(move || read(&flight, handle, 7))
        });
        read(&flight, handle, 7);
        drop(flight);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        assert_eq!((drops.count(), alloc.flight_stats().frames), (1, 0));
    });
}

#[test]
fn a_flight_comes_back_while_frames_end() {
    model(3, || {
        // Each flight has its own count: they come back at once.
        let drops = [Drops::new(), Drops::new(), Drops::new()];
        let mut alloc = alloc(2);
        let (first, handle) = fly(&mut alloc, 1, &drops[0]);
        let reader = thread::spawn(move || read(&first, handle, 1));
        let (second, handle) = fly(&mut alloc, 2, &drops[1]);
        alloc.end_frame();
        if let Ok(flight) = alloc.try_end_frame_in_flight() {
            drop(flight);
        }
        read(&second, handle, 2);
        drop(second);
        reader.join().unwrap();
        alloc.end_frame();
        let (flight, handle) = fly(&mut alloc, 3, &drops[2]);
        read(&flight, handle, 3);
        drop(flight);
        assert_eq!(drops.map(|drops| drops.count()), [1; 3]);
    });
}

#[test]
fn two_flights_come_back_at_once() {
    model(3, || {
        let drops = [Drops::new(), Drops::new(), Drops::new()];
        let mut alloc = alloc(3);
        let flights = [1, 2].map(|number| (fly(&mut alloc, number, &drops[number as usize]), number));
        let readers = flights.map(|((flight, handle), number)| thread::spawn(move || read(&flight, handle, number)));
        // While they come: one of them, both or none is used again.
        let (flight, handle) = fly(&mut alloc, 3, &drops[0]);
        read(&flight, handle, 3);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        drop(flight);
        assert_eq!((drops.map(|drops| drops.count()), alloc.flight_stats().frames), ([1; 3], 0));
    });
}

#[test]
fn a_flight_comes_back_while_the_allocator_goes_away() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(2);
        let (flight, handle) = fly(&mut alloc, 1, &drops);
        let (other, _) = fly(&mut alloc, 2, &drops);
        drop(other);
        let reader = thread::spawn(move || read(&flight, handle, 1));
        drop(alloc);
        reader.join().unwrap();
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn who_waits_wakes_after_the_values_are_dropped() {
    model(3, || {
        let drops = [Drops::new(), Drops::new()];
        let mut alloc = alloc(2);
        let flights = [0, 1].map(|number| (fly(&mut alloc, number, &drops[number as usize]), number));
        let readers = flights.map(|((flight, handle), number)| thread::spawn(move || read(&flight, handle, number)));
        assert!(alloc.wait_for_flights(0, Duration::MAX));
        // No reader has been joined: only the wait orders this.
        assert_eq!(drops.map(|drops| drops.count()), [1; 2]);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn two_wait_for_one_flight() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(1);
        let (flight, handle) = fly(&mut alloc, 1, &drops);
        let alloc = Arc::new(alloc);
        let reader = thread::spawn(move || read(&flight, handle, 1));
        let waiter = thread::spawn({
            let alloc = alloc.clone();
            move || alloc.wait_for_flights(0, Duration::MAX)
        });
        assert!(alloc.wait_for_flights(0, Duration::MAX) && waiter.join().unwrap());
        reader.join().unwrap();
    });
}

#[test]
fn who_sees_that_a_flight_is_back_finds_its_memory() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(1);
        let (flight, handle) = fly(&mut alloc, 1, &drops);
        let of_one = alloc.flight_stats().capacity;
        let reader = thread::spawn(move || read(&flight, handle, 1));
        assert!(alloc.wait_for_flights(0, Duration::MAX));
        let (flight, _) = fly(&mut alloc, 2, &drops);
        // What the second one took is with it, what the first one had is with the arenas again.
        assert_eq!((alloc.flight_stats().capacity, alloc.capacity()), (of_one, of_one));
        drop(flight);
        reader.join().unwrap();
    });
}

#[test]
fn two_wait_for_one_flight_and_for_both() {
    model(2, || {
        let drops = [Drops::new(), Drops::new()];
        let mut alloc = alloc(2);
        let flights = [0, 1].map(|number| fly(&mut alloc, number, &drops[number as usize]).0);
        let alloc = Arc::new(alloc);
        let waiter = thread::spawn({
            let alloc = alloc.clone();
            move || alloc.wait_for_flights(1, Duration::MAX)
        });
        let reader = thread::spawn(move || drop(flights));
        // The other one is through after the first flight, and must not stop this one from being woken after the second.
        assert!(alloc.wait_for_flights(0, Duration::MAX) && waiter.join().unwrap());
        reader.join().unwrap();
    });
}
