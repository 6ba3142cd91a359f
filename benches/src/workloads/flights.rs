//! i: frames in flight, sharing and retirement, next to what does the same without them.

use std::hint::black_box;
use std::time::Instant;

use framealloc::{AllocConfig, Drain, PoolBox, RetireQueue, SmartAlloc};

use crate::harness::{Contender, Workload};
use crate::peers::SIZE;

pub(crate) const END: &str = "framealloc end_frame";
pub(crate) const IN_FLIGHT: &str = "framealloc end_frame_in_flight";
const WITH_DROP: &str = "framealloc in flight, and its drop";
pub(crate) const COPY_SLICE: &str = "framealloc frame_slice_copy";
pub(crate) const SHARE_SLICE: &str = "framealloc frame_share_slice_copy";
pub(crate) const POOL: &str = "framealloc pool_box";
pub(crate) const RETIRE: &str = "framealloc retire";

/// Values that a frame shares.
const VALUES: usize = 100;
/// Slices of this many bytes, as many.
const SLICE: usize = 256;
/// Values that are retired between two drains.
const RETIRED: usize = 50;

/// An allocator of the size that all contenders have.
pub(super) fn allocator(frames_in_flight: usize) -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_frame_chunk(SIZE).with_frames_in_flight(frames_in_flight))
}

/// Has a drop, as what is worth sharing often has.
pub(super) struct Value(pub(super) u64);

impl Drop for Value {
    fn drop(&mut self) {
        black_box(self.0);
    }
}

/// The time of the ends of frames that share values, without that of sharing. What an end returns is dropped when the next one
/// is there, as by a renderer a frame behind, and that is not of the time.
fn ends<R: 'static>(name: &'static str, end: fn(&mut SmartAlloc) -> R) -> Contender {
    let mut alloc = allocator(2);
    let mut behind: Option<R> = None;
    Contender::timed(name, move |times| {
        let mut nanos = 0;
        for _ in 0..times {
            alloc.begin_frame();
            for value in 0..VALUES as u64 {
                let _ = black_box(alloc.frame_share(Value(value)));
            }
            let start = Instant::now();
            let ended = end(&mut alloc);
            nanos += start.elapsed().as_nanos();
            behind = Some(ended);
        }
        black_box(&behind);
        nanos as f64
    })
}

fn contenders_of_ends() -> Vec<Contender> {
    vec![
        ends(END, |alloc| {
            alloc.end_frame();
        }),
        ends(WITH_DROP, |alloc| drop(alloc.end_frame_in_flight())),
        ends(IN_FLIGHT, SmartAlloc::end_frame_in_flight),
    ]
}

fn slices(name: &'static str, put: fn(&SmartAlloc, &[u8])) -> Contender {
    let (mut alloc, source) = (allocator(0), [7_u8; SLICE]);
    Contender::new(name, move || {
        {
            let alloc = black_box(&alloc);
            for _ in 0..VALUES {
                put(alloc, black_box(&source));
            }
        }
        alloc.end_frame();
    })
}

fn contenders_of_slices() -> Vec<Contender> {
    vec![
        slices(COPY_SLICE, |alloc, source| {
            black_box(alloc.frame_slice_copy(source));
        }),
        slices(SHARE_SLICE, |alloc, source| {
            let _ = black_box(alloc.frame_share_slice_copy(source));
        }),
    ]
}

fn contenders_of_retirement() -> Vec<Contender> {
    let mut kept: Vec<PoolBox<[u64; 6]>> = Vec::with_capacity(RETIRED);
    let alloc = allocator(0);
    let pool = Contender::timed(POOL, move |times| {
        let mut nanos = 0;
        for _ in 0..times {
            let start = Instant::now();
            for value in 0..RETIRED as u64 {
                kept.push(alloc.pool_box(black_box([value; 6])));
            }
            nanos += start.elapsed().as_nanos();
            kept.clear();
        }
        nanos as f64
    });
    let queue = RetireQueue::new();
    let retire = Contender::timed(RETIRE, move |times| {
        let mut nanos = 0;
        for _ in 0..times {
            let start = Instant::now();
            for value in 0..RETIRED as u64 {
                queue.retire(black_box([value; 6]));
            }
            nanos += start.elapsed().as_nanos();
            black_box(queue.drain(Drain::all()));
        }
        nanos as f64
    });
    vec![pool, retire]
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![
        Workload {
            name: "i1",
            about: "the end of a frame that shared 100 values with a drop: time on the wall",
            operations: 1.0,
            unit: "end",
            base: END,
            contenders: contenders_of_ends,
        },
        Workload {
            name: "i2",
            about: "100 slices of 256 bytes, end of the frame",
            operations: VALUES as f64,
            unit: "slice",
            base: COPY_SLICE,
            contenders: contenders_of_slices,
        },
        Workload {
            name: "i3",
            about: "50 values of 48 bytes put into a pool, or retired: time on the wall",
            operations: RETIRED as f64,
            unit: "value",
            base: POOL,
            contenders: contenders_of_retirement,
        },
    ]
}
