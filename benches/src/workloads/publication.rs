//! n: the newest value for whoever comes: published frames, `arc-swap`, `triple_buffer`, `crossbeam-epoch`.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_epoch as epoch;
use framealloc::{FrameHandle, FramePublisher, FrameReader, SmartAlloc};

use super::flights::{Value, allocator};
use crate::harness::{Contender, Workload};

pub(crate) const READER: &str = "framealloc latest";
pub(crate) const ARC_SWAP: &str = "arc-swap load";
pub(crate) const PLAIN: &str = "framealloc end_frame";
pub(crate) const PUBLISH: &str = "framealloc publish";

/// What is published.
type Root = [u64; 16];

/// Reads in one go.
const READS: u64 = 100;

/// Values that a frame shares beside its root.
const VALUES: u64 = 100;

/// Shares values with a drop, as what is worth publishing has.
fn share_values(alloc: &SmartAlloc) {
    for value in 0..VALUES {
        let _ = black_box(alloc.frame_share(Value(value)));
    }
}

/// A frame that publishes a root, as long as readers let it.
fn publish(alloc: &mut SmartAlloc, publisher: &mut FramePublisher<Root>, number: u64) {
    alloc.begin_frame();
    let root = alloc.frame_share([number; 16]);
    black_box(publisher.publish(alloc, root).is_ok());
}

/// A value behind the pointer of an epoch, with a collector of its own.
struct ByEpoch {
    newest: Arc<epoch::Atomic<Root>>,
    collector: epoch::Collector,
}

impl ByEpoch {
    fn new() -> Self {
        Self { newest: Arc::new(epoch::Atomic::new([1; 16])), collector: epoch::Collector::new() }
    }
}

/// Reads through a pin; a value that is replaced stays, as there is no unsafe code here.
#[inline(always)]
fn read_by_epoch(newest: &epoch::Atomic<Root>, local: &epoch::LocalHandle) -> bool {
    let guard = local.pin();
    black_box(!newest.load(Ordering::Acquire, &guard).is_null())
}

fn contenders_of_reads() -> Vec<Contender> {
    let (mut alloc, mut publisher) = (allocator(2), FramePublisher::new());
    publish(&mut alloc, &mut publisher, 1);
    let mut reader: FrameReader<Root> = publisher.reader();
    let ours = Contender::new(READER, move || {
        for _ in 0..READS {
            if let Some(root) = black_box(&mut reader).latest() {
                black_box(root[3]);
            }
        }
        // Kept, so that what is read is there.
        black_box(&publisher);
    });
    let newest = ArcSwap::from_pointee([1_u64; 16]);
    let swap = Contender::new(ARC_SWAP, move || {
        for _ in 0..READS {
            black_box(black_box(&newest).load()[3]);
        }
    });
    let newest = ArcSwap::from_pointee([1_u64; 16]);
    let full = Contender::new("arc-swap load_full", move || {
        for _ in 0..READS {
            black_box(black_box(&newest).load_full()[3]);
        }
    });
    let (mut input, mut output) = triple_buffer::triple_buffer(&[1_u64; 16]);
    input.write([2; 16]);
    let triple = Contender::new("triple_buffer read", move || {
        for _ in 0..READS {
            black_box(black_box(&mut output).read()[3]);
        }
        black_box(&input);
    });
    let by_epoch = ByEpoch::new();
    let local = by_epoch.collector.register();
    let pins = Contender::new("crossbeam-epoch pin and load", move || {
        for _ in 0..READS {
            read_by_epoch(black_box(&by_epoch.newest), black_box(&local));
        }
    });
    vec![swap, ours, full, triple, pins]
}

/// What a thread that publishes is to do.
const SLEEP: u8 = 0;
const WORK: u8 = 1;
const END: u8 = 2;

/// A thread that publishes over and over while it is told to: there are few processors, and each contender has its turn.
struct Busy {
    told: Arc<AtomicU8>,
    thread: Option<JoinHandle<()>>,
}

impl Busy {
    fn new(mut publish: impl FnMut(u64) + Send + 'static) -> Self {
        let told = Arc::new(AtomicU8::new(SLEEP));
        let tells = Arc::clone(&told);
        let thread = std::thread::spawn(move || {
            for number in 2_u64.. {
                publish(number);
                // A frame every ten microseconds or so: hundreds of times what a game publishes.
                let start = Instant::now();
                while start.elapsed() < Duration::from_micros(10) {
                    std::hint::spin_loop();
                }
                while tells.load(Ordering::Relaxed) == SLEEP {
                    std::thread::park();
                }
                if tells.load(Ordering::Relaxed) == END {
                    break;
                }
            }
        });
        Self { told, thread: Some(thread) }
    }

    fn tell(&self, what: u8) {
        self.told.store(what, Ordering::Relaxed);
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.tell(END);
        if let Some(thread) = self.thread.take() {
            // It panics only if a publication does.
            let _ = thread.join();
        }
    }
}

/// The 99th percentile of single reads while another thread publishes, as if it were the time of each; the clock is in it.
fn p99(name: &'static str, busy: Busy, mut read: impl FnMut() + 'static) -> Contender {
    let mut samples = Vec::new();
    Contender::timed(name, move |times| {
        let count = times * READS;
        samples.clear();
        samples.reserve(count as usize);
        busy.tell(WORK);
        for _ in 0..count {
            let start = Instant::now();
            read();
            samples.push(start.elapsed().as_nanos() as f64);
        }
        busy.tell(SLEEP);
        samples.sort_by(f64::total_cmp);
        samples[samples.len() * 99 / 100] * count as f64
    })
}

fn contenders_under_load() -> Vec<Contender> {
    let (mut alloc, mut publisher) = (allocator(3), FramePublisher::new());
    let mut reader = publisher.reader();
    let busy = Busy::new(move |number| publish(&mut alloc, &mut publisher, number));
    let ours = p99(READER, busy, move || {
        if let Some(root) = reader.latest() {
            black_box(root[3]);
        }
    });
    let newest = Arc::new(ArcSwap::from_pointee([1_u64; 16]));
    let stored = Arc::clone(&newest);
    let busy = Busy::new(move |number| stored.store(Arc::new([number; 16])));
    let swap = p99(ARC_SWAP, busy, move || {
        black_box(newest.load()[3]);
    });
    let (mut input, mut output) = triple_buffer::triple_buffer(&[1_u64; 16]);
    let busy = Busy::new(move |number| input.write([number; 16]));
    let triple = p99("triple_buffer read", busy, move || {
        black_box(output.read()[3]);
    });
    let busy = Busy::new(|_| ());
    let clock = p99("the clock alone", busy, || ());
    vec![swap, ours, triple, clock]
}

/// The time of ends of frames, without that of what is shared before them.
fn ends(
    name: &'static str,
    share: fn(&SmartAlloc),
    mut end: impl FnMut(&mut SmartAlloc, FrameHandle<Root>) + 'static,
) -> Contender {
    let mut alloc = allocator(2);
    Contender::timed(name, move |times| {
        let mut nanos = 0;
        for number in 0..times {
            alloc.begin_frame();
            share(&alloc);
            let root = alloc.frame_share([number; 16]);
            let start = Instant::now();
            end(&mut alloc, root);
            nanos += start.elapsed().as_nanos();
        }
        nanos as f64
    })
}

/// An end of a frame, and one that publishes it for two readers, as the audio and the network.
fn both_ends(share: fn(&SmartAlloc)) -> Vec<Contender> {
    let plain = ends(PLAIN, share, |alloc, _| {
        alloc.end_frame();
    });
    let mut publisher = FramePublisher::new();
    let readers = [publisher.reader(), publisher.reader()];
    let ours = ends(PUBLISH, share, move |alloc, root| {
        black_box(publisher.publish(alloc, root).is_ok());
        black_box(&readers);
    });
    vec![plain, ours]
}

fn contenders_of_publications() -> Vec<Contender> {
    both_ends(share_values)
}

fn contenders_of_small_publications() -> Vec<Contender> {
    let newest = ArcSwap::from_pointee([1_u64; 16]);
    let swap = Contender::new("arc-swap store", move || newest.store(Arc::new(black_box([1; 16]))));
    let (mut input, output) = triple_buffer::triple_buffer(&[1_u64; 16]);
    let triple = Contender::new("triple_buffer write", move || {
        input.write(black_box([1; 16]));
        black_box(&output);
    });
    let mut contenders = both_ends(|_| ());
    contenders.extend([swap, triple]);
    contenders
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![
        Workload {
            name: "n1",
            about: "the newest value is found and read",
            operations: READS as f64,
            unit: "read",
            base: ARC_SWAP,
            contenders: contenders_of_reads,
        },
        Workload {
            name: "n2",
            about: "the same while another thread publishes every 10 microseconds: 99th percentile on the wall",
            operations: READS as f64,
            unit: "read",
            base: ARC_SWAP,
            contenders: contenders_under_load,
        },
        Workload {
            name: "n3",
            about: "the end of a frame that shared 100 values with a drop, or its publication: time on the wall",
            operations: 1.0,
            unit: "end",
            base: PLAIN,
            contenders: contenders_of_publications,
        },
        Workload {
            name: "n4",
            about: "the same for a frame that shared one value of 128 bytes, and what peers take to store that",
            operations: 1.0,
            unit: "end",
            base: PLAIN,
            contenders: contenders_of_small_publications,
        },
    ]
}
