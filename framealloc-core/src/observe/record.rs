//! Recordings: what every frame used, written to a file by a thread of its own, unless asked otherwise. The calls that start
//! and end one are in `record_calls.rs`.
//!
//! A frame encodes its figures into a buffer it has; a full buffer is handed to the writer without waiting. Where the disk is
//! slower than the game, frames are left out and counted: no frame ever waits for the disk.

use core::fmt;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::path::PathBuf;

use framealloc_trace::{
    BudgetHit, Encoder, FlightFigures, FrameView, HeapFigures, Kind, Limits, Outcome, PhaseFigures, PoolFigures,
    SystemFigures, SystemHeap, ZoneFigures,
};

use super::record_lives::RecordedLives;
use super::record_sink::{Fate, Finished, Sink};
use super::record_sites::KnownSites;
use super::recorded_zones::RecordedZones;
use crate::budget::BudgetOutcome;
use crate::clock::Instant;
use crate::error::Limit;
use crate::frame::FlightStats;
use crate::panics::Payload;
use crate::phase::PhaseId;
use crate::pool::{self, PoolStats};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::heap_frames::HeapFrame;
use crate::raw::frames::report::FrameReport;
use crate::raw::frames::sampling::samples::SampledBy;
use crate::raw::global::by_tag::figures::OWN;
use crate::rows::row_at;
use crate::sampling::SiteSampling;
use crate::site::HeapBySystem;
use crate::tag::TagId;

/// A buffer is handed to the writer at this many bytes, or when it is this old.
pub(super) const HAND_OVER_BYTES: usize = 32 << 10;
const HAND_OVER_AFTER: Duration = Duration::from_millis(100);

/// How a recording is made.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// `None` for what fits the destination.
    pub(super) max_bytes: Option<u64>,
    pub(super) allocator_calls: Option<fn() -> u64>,
    pub(super) writer: WrittenBy,
}

/// Who writes the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrittenBy {
    OwnThread,
    FrameThread,
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self { max_bytes: None, allocator_calls: None, writer: WrittenBy::OwnThread }
    }
}

impl RecordOptions {
    /// Limits the recording. Frames beyond are left out and counted. The default of files and of memory is 256 MiB, some
    /// hours of a game; what others read as it is made has none.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Has the file written by the thread that ends the frames instead of one of its own: 32 KiB at a time, or what ten
    /// frames a second leave. Frames wait for the disk then, and none is left out for it. For targets without threads,
    /// and programs that may not start one.
    #[must_use]
    pub fn on_this_thread(mut self) -> Self {
        self.writer = WrittenBy::FrameThread;
        self
    }

    /// Has the calls of the global allocator recorded: `calls` returns how many there were so far, for example
    /// `|| GLOBAL.calls().total()` of a [`CountingAlloc`](crate::CountingAlloc).
    ///
    /// Where it panics the frame is recorded without a count ([`RecordSummary::uncounted`]), the frame ends, and the panic is
    /// resumed by what ended it.
    #[must_use]
    pub fn with_allocator_calls(mut self, calls: fn() -> u64) -> Self {
        self.allocator_calls = Some(calls);
        self
    }
}

/// Why a recording could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecordError {
    /// The file could not be made or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The writer that was given failed or panicked, or the listener that was given cannot be used.
    Write {
        /// What it says.
        source: io::Error,
    },
    /// The thread that writes could not be started: for files [`RecordOptions::on_this_thread`] needs none.
    Thread {
        /// What the system says.
        source: io::Error,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, source } => write!(f, "cannot record to `{}`: {source}", path.display()),
            Self::Write { source } => write!(f, "cannot pass the recording on: {source}"),
            Self::Thread { source } => write!(f, "cannot start the thread that writes the recording: {source}"),
        }
    }
}

impl core::error::Error for RecordError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } | Self::Write { source } | Self::Thread { source } => Some(source),
        }
    }
}

/// What became of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordSummary {
    /// Frames in the recording.
    pub frames: u64,
    /// Frames left out: the disk or the reader was too slow, or the recording had its full size. Where it goes on behind
    /// them, the numbers of its frames show how many.
    pub left_out: u64,
    /// Frames in the recording without the calls of the global allocator, because the function that counts them panicked.
    pub uncounted: u64,
    /// Bytes of the recording.
    pub bytes: u64,
}

/// A recording under way.
pub(crate) struct Recorder {
    options: RecordOptions,
    max_bytes: u64,
    encoder: Encoder,
    sink: Sink,
    started: Instant,
    frame_began: Instant,
    handed_over: Instant,
    /// Bytes handed over so far.
    bytes: u64,
    /// Frames in the buffer at hand, and in all before it.
    buffered: u64,
    frames: u64,
    left_out: u64,
    /// Of those in the buffer at hand, and in all before it.
    buffered_uncounted: u64,
    uncounted: u64,
    /// `None` where nobody counts, or the function that does panicked.
    calls_before: Option<u64>,
    /// What has the heap counted in all systems; `None` where nobody can count.
    heap: Option<HeapBySystem>,
    zones: RecordedZones,
    known: Known,
    sites: KnownSites,
    /// Blocks of the heap that are followed, if any are.
    lives: Option<RecordedLives>,
    lists: Lists,
}

/// The number of what framealloc takes for itself, which is no tag's.
const OWN_ID: u32 = u32::MAX;

/// The names that the file has.
#[derive(Default)]
struct Known {
    tags: Vec<bool>,
    systems: Vec<bool>,
    threads: Vec<Option<Box<str>>>,
    pools: Vec<&'static str>,
    budgets: Vec<Limit>,
    phases: Vec<bool>,
    /// What framealloc takes for itself.
    own: bool,
    /// The budgets of the configuration, which stand first among the budgets.
    configured: bool,
}

/// The lists of a frame, kept for their memory.
#[derive(Default)]
struct Lists {
    tags: Vec<(u32, u64)>,
    threads: Vec<(u32, u64)>,
    systems: Vec<SystemFigures>,
    pools: Vec<PoolFigures>,
    budgets: Vec<BudgetHit>,
    phases: Vec<PhaseFigures>,
    heap: Vec<HeapFigures>,
    zones: Vec<ZoneFigures>,
}

impl Recorder {
    pub(super) fn start(
        sink: Sink,
        options: RecordOptions,
        calls_before: Option<u64>,
        sampling: Option<SiteSampling>,
    ) -> Self {
        let now = Instant::now();
        let max_bytes = options.max_bytes.unwrap_or_else(|| sink.usual_limit());
        Self {
            options,
            max_bytes,
            encoder: Encoder::new(Vec::with_capacity(2 * HAND_OVER_BYTES)),
            sink,
            started: now,
            frame_began: now,
            handed_over: now,
            bytes: 0,
            buffered: 0,
            frames: 0,
            left_out: 0,
            buffered_uncounted: 0,
            uncounted: 0,
            calls_before,
            heap: HeapBySystem::begin(),
            zones: RecordedZones::begin(),
            known: Known::default(),
            sites: KnownSites::default(),
            lives: RecordedLives::begin(sampling),
            lists: Lists::default(),
        }
    }

    /// Notes when the frame began. Returns the panic of the counting function.
    pub(crate) fn begin(&mut self) -> Option<Payload> {
        self.frame_began = Instant::now();
        let panicked;
        (self.calls_before, panicked) = self.count_calls();
        panicked
    }

    /// The calls of the global allocator so far, where they are counted, and the panic of the function that counts them.
    fn count_calls(&self) -> (Option<u64>, Option<Payload>) {
        match self.options.allocator_calls.map(catch_unwind) {
            Some(Ok(calls)) => (Some(calls), None),
            Some(Err(panicked)) => (None, Some(panicked)),
            None => (None, None),
        }
    }

    /// Adds the frame that has just ended. Returns the panic of the counting function.
    pub(crate) fn end(&mut self, alloc: &SmartAlloc, report: FrameReport) -> Option<Payload> {
        let now = Instant::now();
        if self.bytes + self.encoder.as_bytes().len() as u64 >= self.max_bytes {
            self.left_out += 1;
            // Of what comes now the recording says nothing any more.
            self.lives = None;
            return None;
        }
        let (calls, panicked) = self.count_calls();
        let allocator_calls = self.calls_before.zip(calls).map(|(before, calls)| calls.saturating_sub(before));
        let heap_fallbacks = self.collect(alloc);
        let Lists { tags, threads, systems, pools, budgets, phases, heap, zones } = &self.lists;
        self.encoder.frame(&FrameView {
            number: report.frame,
            start: nanoseconds(self.frame_began - self.started),
            duration: nanoseconds(now - self.frame_began),
            bytes: report.bytes as u64,
            high_water: report.high_water as u64,
            heap_fallbacks,
            allocator_calls,
            tags,
            threads,
            systems,
            pools,
            budgets,
            phases,
            flights: flights_of(alloc),
            heap,
            zones,
        });
        self.sample(alloc, report.frame);
        self.buffered += 1;
        self.buffered_uncounted += u64::from(self.options.allocator_calls.is_some() && allocator_calls.is_none());
        let waiting = self.encoder.as_bytes().len();
        if waiting >= HAND_OVER_BYTES || now - self.handed_over >= HAND_OVER_AFTER {
            self.hand_over(now);
        }
        panicked
    }

    /// Fills the lists, and writes the names that are new. Returns the requests that went to the heap.
    fn collect(&mut self, alloc: &SmartAlloc) -> u64 {
        let Self { encoder, known, lists, heap, zones, .. } = self;
        lists.tags.clear();
        let mut heap_fallbacks = 0;
        for (index, figures) in alloc.raw_tags() {
            heap_fallbacks += figures.fallbacks.count as u64;
            if figures.high_water == 0 {
                continue;
            }
            define_tag(alloc, encoder, &mut known.tags, index);
            lists.tags.push((number(index), figures.bytes as u64));
        }
        lists.systems.clear();
        for (index, figures) in alloc.raw_sites() {
            define_system(encoder, &mut known.systems, index);
            let (calls, bytes, largest_call) = (figures.calls as u64, figures.bytes as u64, figures.largest as u64);
            let (heap_calls, heap_bytes) = (figures.heap.calls as u64, figures.heap.bytes as u64);
            let heap = heap.as_ref().map(|_| SystemHeap { calls: heap_calls, bytes: heap_bytes });
            lists.systems.push(SystemFigures { id: number(index), calls, bytes, largest_call, heap });
        }
        lists.threads.clear();
        alloc.raw_threads(|index, name, bytes| {
            let known = row_at(&mut known.threads, index);
            // A heap may pass to another thread: the name is written again then.
            if known.as_deref() != Some(name) {
                encoder.define(Kind::Thread, number(index), name, 0);
                *known = Some(Box::from(name));
            }
            lists.threads.push((number(index), bytes as u64));
        });
        lists.pools.clear();
        let mut index = 0;
        pool::for_each_own(|PoolStats { name, live, high_water, bytes, .. }| {
            if known.pools.get(index) != Some(&name) {
                encoder.define(Kind::Pool, number(index), name, 0);
                known.pools.truncate(index);
                known.pools.push(name);
            }
            let (live, high_water, bytes) = (live as u64, high_water as u64, bytes as u64);
            lists.pools.push(PoolFigures { id: number(index), live, high_water, bytes });
            index += 1;
        });
        lists.budgets.clear();
        if !known.configured {
            define_budgets(alloc, encoder, known);
        }
        for event in alloc.budget_events() {
            let position = known.budgets.iter().position(|limit| *limit == event.limit);
            let index = position.unwrap_or_else(|| {
                define_met(encoder, number(known.budgets.len()), event.limit, &lists.systems);
                known.budgets.push(event.limit);
                known.budgets.len() - 1
            });
            let (asked, left) = (event.asked as u64, event.left as u64);
            lists.budgets.push(BudgetHit { id: number(index), asked, left, outcome: outcome(event.outcome) });
        }
        lists.phases.clear();
        for (index, figures) in alloc.raw_phases() {
            define_once(&mut known.phases, index, |id| {
                encoder.define(Kind::Phase, id, PhaseId::from_index(index).path(), 0);
            });
            lists.phases.push(PhaseFigures {
                id: number(index),
                calls: figures.calls as u64,
                bytes: figures.bytes as u64,
                nanoseconds: nanoseconds(figures.duration),
                longest: nanoseconds(figures.longest),
            });
        }
        lists.heap.clear();
        for frame in alloc.raw_heap_tags() {
            let &HeapFrame { path, row, now, allocations, frees, .. } = frame;
            let id = if row == OWN { OWN_ID } else { row };
            if id == OWN_ID {
                if !core::mem::replace(&mut known.own, true) {
                    encoder.define(Kind::Tag, OWN_ID, path, 0);
                }
            } else {
                define_tag(alloc, encoder, &mut known.tags, row as usize);
            }
            let (bytes, peak) = (now.bytes as u64, now.peak as u64);
            lists.heap.push(HeapFigures { id, bytes, blocks: now.blocks, peak, allocations, frees });
        }
        zones.end_frame(&mut lists.zones, |index| {
            define_tag(alloc, encoder, &mut known.tags, index);
        });
        heap_fallbacks
    }

    /// Adds what was sampled in the frame with this number, which has just been added.
    fn sample(&mut self, alloc: &SmartAlloc, frame: u64) {
        let Self { encoder, known, sites, lives, .. } = self;
        let mut define = |encoder: &mut Encoder, by: SampledBy| {
            define_tag(alloc, encoder, &mut known.tags, by.tag.index());
            if let Some(system) = by.system.checked_sub(1) {
                define_system(encoder, &mut known.systems, system as usize);
            }
        };
        sites.write(alloc, encoder, &mut define);
        if let Some(lives) = lives {
            lives.write(encoder, frame, sites, define);
        }
    }

    /// Gives the buffer to the writer, if it can take one.
    fn hand_over(&mut self, now: Instant) {
        self.handed_over = now;
        let full = core::mem::take(&mut self.encoder).into_bytes();
        let bytes = full.len();
        let unnamed = if self.sink.gives_names() { self.sites.take_unnamed() } else { Vec::new() };
        let (buffer, fate) = self.sink.hand_over(full, unnamed);
        self.encoder = Encoder::resume(buffer);
        if fate == Fate::Busy && bytes < 8 * HAND_OVER_BYTES {
            return;
        }
        let (frames, uncounted) = (core::mem::take(&mut self.buffered), core::mem::take(&mut self.buffered_uncounted));
        if fate == Fate::Taken {
            self.bytes += bytes as u64;
            self.frames += frames;
            self.uncounted += uncounted;
            return;
        }
        self.left_out += frames;
        // The disk is too slow, or the writer has stopped: what is here goes, and the names in it are written again.
        self.encoder.clear();
        self.known = Known::default();
        self.sites.write_again();
        if let Some(lives) = &mut self.lives {
            lives.write_again();
        }
    }

    /// Writes what is left and closes the recording; returns what was recorded in memory.
    pub(super) fn stop(mut self) -> Result<(RecordSummary, Vec<u8>), RecordError> {
        let rest = core::mem::take(&mut self.encoder).into_bytes();
        let Finished { bytes, rest, memory } = self.sink.finish(rest, self.sites.take_unnamed())?;
        if rest {
            self.frames += self.buffered;
            self.uncounted += self.buffered_uncounted;
        } else {
            self.left_out += self.buffered;
        }
        let Self { frames, left_out, uncounted, .. } = self;
        Ok((RecordSummary { frames, left_out, uncounted, bytes }, memory))
    }
}

/// What flies when a frame has ended, that frame included if it does.
fn flights_of(alloc: &SmartAlloc) -> Option<FlightFigures> {
    let FlightStats { frames, limit, bytes, capacity, refused } = alloc.flight_stats();
    (limit > 0).then_some(FlightFigures {
        frames: frames as u64,
        bytes: bytes as u64,
        capacity: capacity as u64,
        refused,
    })
}

fn define_once(known: &mut Vec<bool>, index: usize, define: impl FnOnce(u32)) {
    if !core::mem::replace(row_at(known, index), true) {
        define(number(index));
    }
}

fn define_tag(alloc: &SmartAlloc, encoder: &mut Encoder, known: &mut Vec<bool>, index: usize) {
    define_once(known, index, |id| {
        let path = TagId::from_index(index).path();
        encoder.define(Kind::Tag, id, path, heap_budget_of(alloc, path));
    });
}

fn define_system(encoder: &mut Encoder, known: &mut Vec<bool>, index: usize) {
    define_once(known, index, |id| {
        let budget = crate::site::budget_of(index).unwrap_or(0) as u64;
        encoder.define(Kind::System, id, crate::site::name_of(index), budget);
    });
}

/// Writes a budget that is no part of the configuration when it is met: that of a system, or one that a thread was given. Where
/// nobody knows its bytes they are 0, which readers show as no limit.
#[cold]
fn define_met(encoder: &mut Encoder, id: u32, limit: Limit, systems: &[SystemFigures]) {
    let name = limit.to_string();
    let met = |figures: &&SystemFigures| limit == Limit::System(crate::site::name_of(figures.id as usize));
    match systems.iter().find(met) {
        Some(system) => {
            let bytes = crate::site::budget_of(system.id as usize).unwrap_or(0);
            encoder.define_budget(id, &name, bytes as u64, Limits::System(system.id));
        }
        None => encoder.define(Kind::Budget, id, &name, 0),
    }
}

/// Bytes of the heap that a tag should have at most, where the configuration says so; else 0.
fn heap_budget_of(alloc: &SmartAlloc, path: &str) -> u64 {
    alloc.config().heap_budget_of(path).unwrap_or(0) as u64
}

/// Writes the budgets of the configuration, so that whoever watches sees how full they are before one is met.
#[cold]
fn define_budgets(alloc: &SmartAlloc, encoder: &mut Encoder, known: &mut Known) {
    known.configured = true;
    let config = alloc.config();
    let tags = config.tag_budgets.iter().map(|(tag, _)| (Limit::Tag(tag.path()), Limits::Tag(number(tag.index()))));
    let limits = [(Limit::Global, Limits::Allocator), (Limit::Thread, Limits::Thread)].into_iter().chain(tags);
    for (limit, what) in limits {
        // None, or one that only counts.
        let Some(budget) = config.budget_of(limit).filter(|budget| budget.bytes() < usize::MAX) else { continue };
        encoder.define_budget(number(known.budgets.len()), &limit.to_string(), budget.bytes() as u64, what);
        known.budgets.push(limit);
    }
}

fn outcome(outcome: BudgetOutcome) -> Outcome {
    match outcome {
        BudgetOutcome::SoftLimit => Outcome::Soft,
        BudgetOutcome::Refused => Outcome::Refused,
        BudgetOutcome::Warned => Outcome::Warned,
        BudgetOutcome::Allowed => Outcome::Allowed,
        BudgetOutcome::Promoted => Outcome::Promoted,
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
