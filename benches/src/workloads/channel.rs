//! g: objects made on one thread and freed on another.

use std::hint::black_box;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

use allocator_api2::alloc::System;
use allocator_api2::boxed::Box as BoxIn;

use super::pools::{FIXED, Fixed, OWN, Object, Owned, names};
use crate::harness::{Contender, Workload};
use crate::peers::allocator;

/// Objects that are handed over at once.
const BATCH: usize = 256;
/// Batches on their way.
const DEPTH: usize = 8;

/// Two threads, and lists that go round between them. Both channels put a thread that waits to sleep.
///
/// Where the host puts the two processors decides more than the allocator does; ratios inside one run hold.
struct Line<T> {
    full: Option<SyncSender<Vec<T>>>,
    empty: Receiver<Vec<T>>,
    consumer: Option<JoinHandle<u64>>,
    /// The lists, between two samples.
    idle: Vec<Vec<T>>,
}

impl<T: Send + 'static> Line<T> {
    fn new(read: fn(&T) -> u64) -> Self {
        let (full, arriving) = sync_channel::<Vec<T>>(DEPTH);
        let (returning, empty) = sync_channel(DEPTH);
        let consumer = std::thread::spawn(move || {
            let mut sum = 0_u64;
            for mut list in arriving {
                for object in list.drain(..) {
                    sum = sum.wrapping_add(read(&object));
                }
                if returning.send(list).is_err() {
                    break;
                }
            }
            black_box(sum)
        });
        let idle = (0..DEPTH).map(|_| Vec::with_capacity(BATCH)).collect();
        Self { full: Some(full), empty, consumer: Some(consumer), idle }
    }

    /// Hands over this many batches and waits until all are freed; returns the nanoseconds.
    fn run(&mut self, batches: u64, make: &impl Fn(u64) -> T) -> f64 {
        let start = Instant::now();
        for batch in 0..batches {
            let Some(mut list) = self.idle.pop().or_else(|| self.empty.recv().ok()) else { return f64::NAN };
            list.extend((0..BATCH as u64).map(|index| make(batch ^ index)));
            if self.full.as_ref().is_none_or(|full| full.send(list).is_err()) {
                return f64::NAN;
            }
        }
        while self.idle.len() < DEPTH {
            let Ok(list) = self.empty.recv() else { return f64::NAN };
            self.idle.push(list);
        }
        start.elapsed().as_secs_f64() * 1e9
    }
}

impl<T> Drop for Line<T> {
    fn drop(&mut self) {
        // The consumer ends when nothing more can arrive.
        self.full = None;
        if let Some(consumer) = self.consumer.take() {
            // It panics only if a drop does, and objects have none.
            let _ = consumer.join();
        }
    }
}

fn contender<T: Send + 'static>(
    name: &'static str,
    make: impl Fn(u64) -> T + 'static,
    read: fn(&T) -> u64,
) -> Contender {
    let mut line = Line::new(read);
    Contender::timed(name, move |times| line.run(times, &make))
}

fn contenders() -> Vec<Contender> {
    let alloc = allocator();
    vec![
        contender::<Box<Object>>(crate::global_name(), |value| Box::new([value; 8]), |object| object[0]),
        contender(names::SYSTEM, |value| BoxIn::new_in([value; 8], System), |object: &BoxIn<Object, System>| object[0]),
        contender(names::CLASS, move |value| alloc.pool_box([value; 8]), |object| object[0]),
        contender(names::OWN, |value| OWN.boxed(Owned([value; 8])), |object| object.0[0]),
        contender(names::FIXED, |value| FIXED.boxed(Fixed([value; 8])), |object| object.0[0]),
        contender("no allocator (by value)", |value| [value; 8], |object: &Object| object[0]),
    ]
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![Workload {
        name: "g",
        about: "objects of 64 bytes made on one thread and freed on another: time on the wall",
        operations: BATCH as f64,
        unit: "object",
        base: crate::global_name(),
        contenders,
    }]
}
