//! Every transfer is received once or counted as lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use framealloc_core::{PoolBox, SmartAlloc, TransferHandle};

#[test]
fn figures_follow_what_happened_in_each_frame() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let first = alloc.frame_box_for_transfer(String::from("job"));
    let second = alloc.frame_box_for_transfer(1_u32);
    let lost = alloc.frame_box_for_transfer(2_u32);
    drop(lost);
    let received: PoolBox<String> = first.receive();
    assert_eq!(*received, "job");
    alloc.end_frame();
    let stats = alloc.stats().transfers;
    assert_eq!((stats.sent, stats.received, stats.dropped, stats.in_flight), (3, 1, 1, 1));
    assert_eq!(stats.unreceived.iter().map(|lost| (lost.type_name, lost.count)).collect::<Vec<_>>(), [("u32", 1)]);

    alloc.whole_frame(|_| assert_eq!(*second.receive(), 1));
    let stats = alloc.stats().transfers;
    assert_eq!((stats.sent, stats.received, stats.dropped, stats.in_flight), (0, 1, 0, 0));
    assert!(stats.unreceived.is_empty());
}

#[test]
fn handles_cross_threads_and_outlive_the_allocator() {
    let (jobs, queue) = mpsc::channel::<TransferHandle<Vec<u32>>>();
    let worker =
        std::thread::spawn(move || queue.into_iter().map(|job| job.receive().iter().sum::<u32>()).sum::<u32>());
    let mut alloc = SmartAlloc::default();
    for frame in 0..100 {
        alloc.begin_frame();
        for job in 0..10 {
            jobs.send(alloc.frame_box_for_transfer(vec![frame, job])).unwrap();
        }
        alloc.end_frame();
    }
    drop(alloc);
    drop(jobs);
    assert_eq!(worker.join().unwrap(), 10 * 4950 + 100 * 45);
}

#[test]
fn a_lost_value_is_dropped_once_even_when_that_panics() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("lost");
        }
    }
    let mut alloc = SmartAlloc::default();
    let handle = alloc.transfer(alloc.pool_box(Panics));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(handle))).is_err());
    alloc.end_frame();
    let stats = alloc.stats().transfers;
    assert_eq!((stats.sent, stats.dropped, stats.in_flight), (1, 1, 0));
    assert!(stats.unreceived[0].type_name.ends_with("Panics"));
}

#[test]
fn handles_are_send_whatever_they_carry() {
    fn assert_send<T: Send + 'static>(_: &T) {}
    let alloc = SmartAlloc::default();
    let handle = alloc.frame_box_for_transfer(std::cell::Cell::new(3));
    assert_send(&handle);
    assert_eq!(handle.receive().get(), 3);
}
