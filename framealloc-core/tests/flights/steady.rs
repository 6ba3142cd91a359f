//! Steady frames with flights that cycle call the global allocator not once, and hold a bounded number of bytes.

use std::collections::VecDeque;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use framealloc_core::{CountingAlloc, FrameHandle, FrameInFlight, SmartAlloc};

use crate::alloc;

fn frame(alloc: &SmartAlloc, number: u64) -> FrameHandle<[FrameHandle<str>]> {
    for tag in ["fs_a", "fs_b", "fs_c"] {
        let _ = alloc.tagged(tag).frame_share_slice_copy(&[number; 200]);
    }
    alloc.frame_slice_fill_copy(1000, number);
    alloc.scoped(|frame| {
        let texts = ["one", "two", "three"];
        frame.frame_share_slice_from_iter(texts.iter().map(|text| frame.frame_share_str(text)))
    })
}

#[test]
fn steady_frames_in_flight_call_no_allocator() {
    for limit in [1, 2, 3] {
        let mut alloc = alloc(limit);
        let mut held = VecDeque::with_capacity(limit);
        let mut run = |frames: u64, alloc: &mut SmartAlloc| {
            for number in 0..frames {
                alloc.begin_frame();
                let texts = frame(alloc, number);
                // Sometimes all come back, sometimes one, and some frames end as ever.
                match number % 7 {
                    0 => held.clear(),
                    3 => {
                        alloc.end_frame();
                        continue;
                    }
                    _ if held.len() == limit => drop(held.pop_front()),
                    _ => {}
                }
                let flight = alloc.end_frame_in_flight();
                let texts = flight.get(texts).unwrap();
                assert_eq!(flight.get(texts[2]), Some("three"));
                held.push_back(flight);
            }
        };
        run(50, &mut alloc);
        let before = CountingAlloc::thread_calls();
        run(10_000, &mut alloc);
        assert_eq!((CountingAlloc::thread_calls() - before).total(), 0, "{limit} in flight");
        let capacity = alloc.capacity() + alloc.flight_stats().capacity;
        run(1000, &mut alloc);
        assert_eq!(alloc.capacity() + alloc.flight_stats().capacity, capacity, "memory is flat");
    }
}

#[test]
fn steady_frames_read_by_two_threads_call_no_allocator() {
    const LIMIT: usize = 2;
    let mut alloc = alloc(LIMIT);
    let (send, receive): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::sync_channel::<(FrameInFlight, _)>(LIMIT)).unzip();
    let readers: Vec<_> = receive
        .into_iter()
        .map(|receive| {
            thread::spawn(move || {
                let mut read = |(flight, texts): (FrameInFlight, FrameHandle<[FrameHandle<str>]>)| {
                    flight.get(texts).unwrap().iter().map(|text| flight.get(*text).unwrap().len()).sum::<usize>()
                };
                // A channel makes what it needs for the thread when it waits for the first time.
                let warm: usize = receive.iter().take(200).map(&mut read).sum();
                let before = CountingAlloc::thread_calls();
                let sum: usize = receive.iter().take(2000).map(&mut read).sum();
                ((CountingAlloc::thread_calls() - before).total(), warm + sum)
            })
        })
        .collect();
    // As many at once as may be, so that all memory is there.
    let held: Vec<_> = (0..LIMIT as u64)
        .map(|number| {
            alloc.begin_frame();
            frame(&alloc, number);
            alloc.end_frame_in_flight()
        })
        .collect();
    drop(held);
    let mut calls = 0;
    for number in 0..2200 {
        let before = CountingAlloc::thread_calls();
        alloc.begin_frame();
        let texts = frame(&alloc, number);
        assert!(alloc.wait_for_flights(LIMIT - 1, Duration::from_secs(60)));
        let flight = alloc.end_frame_in_flight();
        if number >= 200 {
            calls += (CountingAlloc::thread_calls() - before).total();
        }
        for send in &send {
            send.send((flight.clone(), texts)).unwrap();
        }
    }
    let read: Vec<_> = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
    assert_eq!((calls, read), (0, vec![(0, 2200 * 11); 2]));
}
