//! Steady frames that are published call the global allocator not once, on any thread, and reading never does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

use framealloc_core::{CountingAlloc, Drain, FlightError, FrameHandle, FramePublisher, RetireQueue, SmartAlloc};

use crate::alloc;

/// Values that each reader retires before anything is counted: its magazines and those of the publisher have been exchanged.
const WARM: u64 = 500;
const FRAMES: u64 = 10_000;

struct Root {
    number: u64,
    values: FrameHandle<[u64]>,
    texts: FrameHandle<[FrameHandle<str>]>,
}

fn simulate(alloc: &SmartAlloc, number: u64) -> FrameHandle<Root> {
    let values = alloc.tagged("ps_values").frame_share_slice_copy(&[number; 200]);
    let texts = alloc.frame_share_slice_from_iter(["one", "two"].map(|text| alloc.frame_share_str(text)));
    alloc.frame_slice_fill_copy(1000, number);
    alloc.frame_share(Root { number, values, texts })
}

/// Two in flight, two readers, a retire queue: the program of the promise.
#[test]
fn ten_thousand_frames_with_two_readers_and_a_retire_queue_call_no_allocator() {
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<Root>::new();
    let queue = Arc::new(RetireQueue::new());
    // As many at once as may be, so that all memory is there.
    let mut holds = publisher.reader();
    for _ in 0..10 {
        alloc.begin_frame();
        let root = simulate(&alloc, 0);
        let held = holds.latest();
        publisher.publish(&mut alloc, root).unwrap();
        drop(held);
    }
    // More places than three threads ever have in their magazines: the pool does not grow after that.
    (0..1000).for_each(|_| queue.retire([0_u64; 10]));
    queue.drain(Drain::all());
    let (warm, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let readers = [0_u32, 1].map(|_| {
        let mut reader = publisher.reader();
        let (queue, warm, over) = (Arc::clone(&queue), Arc::clone(&warm), Arc::clone(&over));
        thread::spawn(move || {
            let (mut newest, mut reads, mut retired, mut calls) = (0, 0_u64, 0, 0);
            while !over.load(SeqCst) {
                let before = CountingAlloc::thread_calls();
                if let Some(root) = reader.latest() {
                    assert!(root.number >= newest, "never back");
                    assert!(root.get(root.values).unwrap().iter().all(|value| *value == root.number));
                    let texts = root.get(root.texts).unwrap();
                    assert_eq!(root.get(texts[1]), Some("two"));
                    if root.number > newest {
                        queue.retire([root.number; 10]);
                        retired += 1;
                    }
                    newest = root.number;
                    reads += 1;
                }
                if retired > WARM {
                    calls += (CountingAlloc::thread_calls() - before).total();
                } else if retired == WARM {
                    retired += 1;
                    warm.fetch_add(1, SeqCst);
                }
                thread::yield_now();
            }
            (calls, reads, newest)
        })
    });
    let (mut calls, mut unpublished, mut counted) = (0, 0, 0);
    for number in 1.. {
        let is_warm = warm.load(SeqCst) == 2;
        let before = CountingAlloc::thread_calls();
        alloc.begin_frame();
        let root = simulate(&alloc, number);
        let refused = match publisher.publish(&mut alloc, root) {
            Ok(_) => 0,
            Err(FlightError::Unpublished { .. }) => 1,
            Err(error) => panic!("{error}"),
        };
        unpublished += refused;
        queue.drain(Drain::all().at_most(8));
        thread::yield_now();
        assert!(alloc.flight_stats().frames <= 2);
        // A frame that is refused is no steady one: it is reported (FA009), in words that take memory.
        if is_warm && refused == 0 {
            calls += (CountingAlloc::thread_calls() - before).total();
            counted += 1;
            if counted == FRAMES {
                break;
            }
        }
    }
    over.store(true, SeqCst);
    let readers = readers.map(|reader| reader.join().unwrap());
    let read: u64 = readers.iter().map(|(_, reads, _)| reads).sum();
    println!("{read} reads, {unpublished} frames unpublished");
    assert!(read > 0);
    // What is pooled comes back in whole magazines at times: that takes a lock of the pool, and no memory.
    assert_eq!((calls, readers.map(|(calls, _, _)| calls)), (0, [0, 0]));
}

#[test]
fn the_memory_of_published_frames_is_flat() {
    let mut alloc = alloc(3);
    let mut publisher = FramePublisher::<Root>::new();
    let mut reader = publisher.reader();
    let mut run = |frames: u64, alloc: &mut SmartAlloc| {
        for number in 0..frames {
            alloc.begin_frame();
            let root = simulate(alloc, number);
            let held = if number % 5 == 0 { reader.latest() } else { None };
            publisher.publish(alloc, root).unwrap();
            drop(held);
        }
    };
    run(100, &mut alloc);
    let capacity = alloc.capacity() + alloc.flight_stats().capacity;
    let before = CountingAlloc::thread_calls();
    run(5000, &mut alloc);
    assert_eq!((CountingAlloc::thread_calls() - before).total(), 0);
    assert_eq!(alloc.capacity() + alloc.flight_stats().capacity, capacity);
}
