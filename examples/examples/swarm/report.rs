//! Times and counts of a run, and the tables they end up in.

use std::fmt::Write;
use std::time::{Duration, Instant};

use framealloc::{AllocCalls, Pooled, SmartAlloc};

use crate::args::Args;
use crate::world::Dart;

/// The systems of a frame, in the order they run.
#[derive(Clone, Copy, Debug)]
pub enum System {
    SpatialHash,
    Neighbours,
    Think,
    Steer,
    Collide,
    Fly,
    Resolve,
    Integrate,
    Render,
}

const SYSTEMS: [(System, &str); 9] = [
    (System::SpatialHash, "spatial_hash"),
    (System::Neighbours, "neighbours"),
    (System::Think, "think"),
    (System::Steer, "steer"),
    (System::Collide, "collide"),
    (System::Fly, "fly"),
    (System::Resolve, "resolve"),
    (System::Integrate, "integrate"),
    (System::Render, "render"),
];

/// Takes the times of one simulation. Its memory is there before the first frame, so that it is in nobody's count.
#[derive(Debug)]
pub struct Stopwatch {
    systems: [Vec<Duration>; SYSTEMS.len()],
    frames: Vec<Duration>,
    counted: u32,
    calls: AllocCalls,
    running: bool,
}

impl Stopwatch {
    pub fn new(frames: usize) -> Self {
        let room = || Vec::with_capacity(frames);
        Self {
            systems: std::array::from_fn(|_| room()),
            frames: room(),
            counted: 0,
            calls: AllocCalls::default(),
            running: false,
        }
    }

    /// Times one system of the frame.
    pub fn time<R>(&mut self, system: System, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = work();
        if self.running {
            self.systems[system as usize].push(start.elapsed());
        }
        result
    }

    /// Times a frame.
    pub fn timed<R>(&mut self, frame: impl FnOnce(&mut Self) -> R) -> R {
        self.running = true;
        let start = Instant::now();
        let result = frame(self);
        self.frames.push(start.elapsed());
        self.running = false;
        result
    }

    /// Books the allocator calls of a frame that was not timed.
    pub fn count(&mut self, calls: AllocCalls) {
        self.counted += 1;
        self.calls.allocations += calls.allocations;
        self.calls.frees += calls.frees;
        self.calls.bytes += calls.bytes;
    }

    /// What each timed frame took.
    pub fn frames(&self) -> &[Duration] {
        &self.frames
    }

    fn per_frame(&self, count: u64) -> f64 {
        count as f64 / f64::from(self.counted.max(1))
    }
}

/// The value that so many per cent of the durations do not exceed, in milliseconds.
pub fn percentile(durations: &[Duration], per_cent: usize) -> f64 {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let index = (sorted.len() * per_cent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
}

/// Everything that there is to say about a run.
pub fn report(args: &Args, alloc: &SmartAlloc, ours: &Stopwatch, std: &Stopwatch, equal: bool) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = tables(&mut text, args, alloc, ours, std, equal);
    text
}

fn tables(
    out: &mut String,
    args: &Args,
    alloc: &SmartAlloc,
    ours: &Stopwatch,
    std: &Stopwatch,
    equal: bool,
) -> std::fmt::Result {
    let Args { agents, frames, threads, .. } = args;
    let stats = alloc.stats();
    writeln!(out, "{agents} agents, {frames} frames, {threads} threads\n")?;

    writeln!(out, "{:<20} {:>14} {:>14}", "tag", "bytes/frame", "high water")?;
    for tag in stats.tags.iter().filter(|tag| tag.high_water > 0) {
        writeln!(out, "{:<20} {:>14} {:>14}", tag.path, tag.bytes, tag.high_water)?;
    }
    writeln!(out, "{:<20} {:>14} {:>14}\n", "all", stats.bytes, stats.high_water)?;

    writeln!(out, "{}\n", Dart::pool().stats())?;

    writeln!(
        out,
        "{:<20} {:>8} {:>16} {:>14} {:>12}",
        "system", "calls", "scratch bytes", "framealloc ms", "Vec/Box ms"
    )?;
    for (system, name) in SYSTEMS {
        let (calls, bytes) = stats
            .systems
            .iter()
            .find(|figures| figures.name == name)
            .map_or((1, 0), |figures| (figures.calls, figures.bytes));
        let [ours, std] = [ours, std].map(|watch| percentile(&watch.systems[system as usize], 50));
        writeln!(out, "{name:<20} {calls:>8} {bytes:>16} {ours:>14.3} {std:>12.3}")?;
    }

    writeln!(
        out,
        "\n{:<20} {:>14} {:>14} {:>16} {:>16}",
        "", "median ms", "p99 ms", "allocator calls", "bytes asked for"
    )?;
    for (name, watch) in [("framealloc", ours), ("Vec/Box", std)] {
        writeln!(
            out,
            "{name:<20} {:>14.3} {:>14.3} {:>16.1} {:>16.0}",
            percentile(&watch.frames, 50),
            percentile(&watch.frames, 99),
            watch.per_frame(watch.calls.total()),
            watch.per_frame(watch.calls.bytes),
        )?;
    }
    if args.sealed {
        sealed(out, alloc)?;
    }
    let verdict = if equal { "are equal, bit for bit" } else { "DIFFER: one of the simulations is wrong" };
    writeln!(out, "\nafter {frames} frames both worlds {verdict}")
}

/// What has grown since memory was sealed: tables for what threads have not met before, at most.
fn sealed(out: &mut String, alloc: &SmartAlloc) -> std::fmt::Result {
    let growth = alloc.growth_since_seal();
    let refused: usize = growth.iter().map(|growth| growth.refused).sum();
    let (region, passed) = (SmartAlloc::region_stats(), growth.iter().map(|growth| growth.bytes).sum::<usize>());
    writeln!(out, "\nsealed: {refused} requests were refused, {passed} bytes of tables passed")?;
    writeln!(out, "sealed: {} of {} bytes of the region were used at most", region.peak_bytes, region.bytes)?;
    growth.iter().try_for_each(|growth| writeln!(out, "sealed: {} took {} bytes", growth.by, growth.bytes))
}
