//! What observers cost those who come: the first pool operation and the first frame allocation of a thread, alone and while
//! eight threads take one snapshot after the other.
//!
//! ```text
//! cargo run --release -p framealloc-benches --bin observers [STARTS]
//! ```
//!
//! Prints the ratios of the medians and of the worst; the bar is 3 for the medians.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use framealloc::pool::{Pool, PoolSpec};
use framealloc::{AllocConfig, SmartAlloc};

static POOL: Pool<[u64; 4]> = Pool::new(PoolSpec::new("observed"));

/// Threads that take snapshots.
const OBSERVERS: usize = 8;
/// Threads that live meanwhile and have memory, so that there is something to walk.
const RESIDENTS: usize = 16;
/// Starts in a row before observers come or go: what else the machine does then meets both alike.
const IN_A_ROW: usize = 10;
/// The most that the median may be of what it is without observers.
const BAR: f64 = 3.0;

/// What one thread waited.
#[derive(Clone, Copy)]
struct Start {
    pool: Duration,
    frame: Duration,
}

fn start(alloc: &SmartAlloc) -> Start {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let begin = Instant::now();
            let object = black_box(POOL.boxed([1; 4]));
            let pool = begin.elapsed();
            let begin = Instant::now();
            black_box(alloc.frame_box([1_u64; 4]));
            let frame = begin.elapsed();
            drop(object);
            Start { pool, frame }
        });
        thread.join().expect("nothing panics there")
    })
}

fn starts(alloc: &SmartAlloc, number: usize) -> Vec<Start> {
    (0..number).map(|_| start(alloc)).collect()
}

/// So many starts, with or without observers.
fn measured(alloc: &SmartAlloc, observers: usize) -> Vec<Start> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..observers {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    black_box(alloc.snapshot());
                }
            });
        }
        let measured = starts(alloc, IN_A_ROW);
        over.store(true, Ordering::Relaxed);
        measured
    })
}

/// The median and the worst, in microseconds.
fn figures(starts: &[Start], of: impl Fn(&Start) -> Duration) -> (f64, f64) {
    let mut waits: Vec<_> = starts.iter().map(|start| of(start).as_secs_f64() * 1e6).collect();
    waits.sort_by(f64::total_cmp);
    (waits[waits.len() / 2], waits[waits.len() - 1])
}

fn main() -> ExitCode {
    let number = std::env::args().nth(1).and_then(|number| number.parse().ok()).unwrap_or(100_usize);
    let mut alloc = SmartAlloc::new(AllocConfig::default());
    let leave = std::sync::Barrier::new(RESIDENTS + 1);
    let there = std::sync::Barrier::new(RESIDENTS + 1);
    let (mut alone, mut observed) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let alloc = &alloc;
        for _ in 0..RESIDENTS {
            scope.spawn(|| {
                let object = POOL.boxed([1; 4]);
                black_box(alloc.frame_box(1_u64));
                there.wait();
                leave.wait();
                drop(object);
            });
        }
        there.wait();
        // Once each before it counts.
        starts(alloc, IN_A_ROW);
        measured(alloc, OBSERVERS);
        while alone.len() < number {
            alone.extend(measured(alloc, 0));
            observed.extend(measured(alloc, OBSERVERS));
        }
        leave.wait();
    });
    alloc.end_frame();
    let mut within = true;
    for (name, of) in [
        ("first pool operation", (|start| start.pool) as fn(&Start) -> Duration),
        ("first frame allocation", |start| start.frame),
    ] {
        let (quiet, busy) = (figures(&alone, of), figures(&observed, of));
        let ratio = busy.0 / quiet.0;
        within &= ratio <= BAR;
        println!(
            "{name}: median {:.2} us, with {OBSERVERS} observers {:.2} us: {ratio:.2}; worst {:.1} us and {:.1} us: {:.2}",
            quiet.0,
            busy.0,
            quiet.1,
            busy.1,
            busy.1 / quiet.1,
        );
    }
    println!("of {} starts each; the bar for the medians is {BAR}", alone.len());
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
