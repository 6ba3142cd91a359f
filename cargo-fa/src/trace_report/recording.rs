//! A recording as columns: what a series said, by frame.

use std::collections::BTreeMap;

use super::lives::{FollowedBlocks, ReadingLives};
use super::sites::{ReadingSites, Sites};
use super::totals::{HeapTotals, SystemTotals};
use framealloc_trace::{Decoder, Definition, FlightFigures, Frame, Item, Kind, Outcome, TraceError};

/// Bytes that were taken while no tag was open, and those that no tag accounts for.
const NO_TAG: &str = "no tag";
const NOT_ATTRIBUTED: &str = "not attributed";

/// What a frame says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameLine {
    pub(super) number: u64,
    pub(super) start: u64,
    pub(super) duration: u64,
    pub(super) bytes: u64,
    pub(super) high_water: u64,
    pub(super) heap_fallbacks: u64,
    pub(super) allocator_calls: Option<u64>,
    /// What frames in flight held; `None` where there could be none.
    pub(super) flights: Option<FlightFigures>,
}

/// One figure by frame. Frames that do not mention it are left out, so that memory follows the size of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    pub(super) name: String,
    /// Index of the frame and figure, in the order of the frames.
    pub(super) points: Vec<(u32, u64)>,
}

impl Series {
    pub(super) fn add(&mut self, frame: u32, figure: u64) {
        match self.points.last_mut() {
            Some((last, sum)) if *last == frame => *sum = sum.saturating_add(figure),
            _ => self.points.push((frame, figure)),
        }
    }

    /// The figure of the last frame, 0 if it does not mention it.
    pub(super) fn at_end(&self, frames: usize) -> u64 {
        self.points.last().filter(|(frame, _)| *frame as usize + 1 == frames).map_or(0, |(_, figure)| *figure)
    }

    /// The figure of every frame, 0 where there is none.
    pub(super) fn dense(&self, frames: usize) -> Vec<u64> {
        let mut figures = vec![0; frames];
        for (frame, figure) in &self.points {
            figures[*frame as usize] = *figure;
        }
        figures
    }
}

/// A system: bytes by frame, and what is only summed up.
#[derive(Clone, Debug, Default)]
pub(super) struct System {
    pub(super) bytes: Series,
    pub(super) calls: u64,
    pub(super) largest_call: u64,
    /// `None` where no frame says.
    pub(super) heap: Option<HeapTotals>,
}

/// A pool: live objects by frame, and what is only summed up.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    pub(super) live: Series,
    pub(super) high_water: u64,
    pub(super) bytes: u64,
}

/// A phase: bytes by frame and its time.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase {
    pub(super) bytes: Series,
    pub(super) calls: u64,
    pub(super) nanoseconds: u64,
    pub(super) longest: u64,
}

/// A request that met a budget.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) frame: u32,
    pub(super) asked: u64,
    pub(super) left: u64,
    pub(super) outcome: Outcome,
}

/// A budget and what it met.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    pub(super) name: String,
    pub(super) limit: u64,
    pub(super) hits: Vec<Hit>,
}

/// What a tag has of the heap: live bytes by frame, and what is of the last frame or only summed up.
#[derive(Clone, Debug, Default)]
pub(super) struct HeapTag {
    pub(super) live: Series,
    /// Bytes that it should have at most; 0 for no limit.
    pub(super) budget: u64,
    pub(super) blocks: u64,
    pub(super) peak: u64,
    pub(super) allocations: u64,
    pub(super) frees: u64,
}

/// What zones of a tag did: what it pinned by frame, and what is only summed up.
#[derive(Clone, Debug, Default)]
pub(super) struct Zones {
    pub(super) pinned: Series,
    pub(super) escaped: u64,
    pub(super) refused: u64,
    pub(super) exhausted: u64,
}

/// Everything a file says.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// How the file is called in reports.
    pub(super) name: String,
    pub(super) frames: Vec<FrameLine>,
    pub(super) tags: Vec<Series>,
    pub(super) threads: Vec<Series>,
    pub(super) systems: Vec<System>,
    pub(super) pools: Vec<Pool>,
    pub(super) phases: Vec<Phase>,
    pub(super) budgets: Vec<Budget>,
    /// The heap by tag; none where it was not known.
    pub(super) heap: Vec<HeapTag>,
    /// The places that ask for memory; none where nothing was sampled.
    pub(super) sites: Sites,
    /// Blocks of the heap that were followed; none where that was not asked for.
    pub(super) lives: FollowedBlocks,
    /// Zones by tag; none where nothing escaped from any.
    pub(super) zones: Vec<Zones>,
    /// Why there is no more of it.
    pub(super) damage: Option<TraceError>,
}

/// What frames say, by number of the definition.
#[derive(Default)]
struct Reading {
    names: BTreeMap<(Kind, u32), Definition>,
    frames: Vec<FrameLine>,
    tags: BTreeMap<u32, Series>,
    threads: BTreeMap<u32, Series>,
    systems: BTreeMap<u32, System>,
    pools: BTreeMap<u32, Pool>,
    phases: BTreeMap<u32, Phase>,
    budgets: BTreeMap<u32, Budget>,
    heap: BTreeMap<u32, HeapTag>,
    sites: ReadingSites,
    lives: ReadingLives,
    zones: BTreeMap<u32, Zones>,
}

impl Recording {
    /// Reads a recording that reports call `name`.
    ///
    /// What is cut off or damaged is left out, and the recording says so in its reports.
    ///
    /// # Errors
    /// The bytes are none, are no recording, or are one of another version.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, TraceError> {
        let mut reading = Reading::default();
        let mut damage = None;
        match Decoder::new(bytes) {
            Ok(items) => {
                for item in items {
                    match item {
                        Ok(Item::Definition(definition)) => {
                            reading.names.insert((definition.kind, definition.id), definition);
                        }
                        Ok(Item::Frame(frame)) => reading.frame(&frame),
                        Ok(Item::Call(call)) => reading.sites.call(call),
                        Ok(Item::Stack(stack)) => reading.sites.stack(stack),
                        Ok(Item::Site(site)) => reading.sites.site(site),
                        Ok(Item::Samples(samples)) => {
                            // Of the frame before; where there is none, of nothing.
                            if let Some(frame) = reading.last_frame() {
                                reading.sites.samples(frame, &samples);
                            }
                        }
                        Ok(Item::Lives(lives)) => {
                            if let Some(frame) = reading.frames.last() {
                                reading.lives.lives(frame.number, &lives);
                            }
                        }
                        Ok(_) => {}
                        Err(error) => damage = Some(error),
                    }
                }
            }
            // Cut inside of the header: a recording that was killed at once.
            Err(error @ TraceError::Truncated { .. }) => damage = Some(error),
            Err(error) => return Err(error),
        }
        Ok(reading.finish(name, damage))
    }

    /// The name of the file that it was read from.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What each of its systems did in all frames, by name.
    pub fn systems(&self) -> impl Iterator<Item = (&str, SystemTotals)> {
        self.systems.iter().map(|system| {
            let System { calls, largest_call, heap, .. } = *system;
            let bytes = system.bytes.points.iter().fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
            (system.bytes.name.as_str(), SystemTotals { calls, bytes, largest_call, heap })
        })
    }

    /// The most bytes of a frame under each of its tags that have a name, by that.
    pub fn tags(&self) -> impl Iterator<Item = (&str, u64)> {
        let named = self.tags.iter().filter(|tag| tag.name != NO_TAG && tag.name != NOT_ATTRIBUTED);
        named.map(|tag| {
            let most = tag.points.iter().map(|(_, bytes)| *bytes).max();
            (tag.name.as_str(), most.unwrap_or(0))
        })
    }

    /// How many frames there are, and the bytes of all of them.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        let bytes = self.frames.iter().fold(0_u64, |sum, frame| sum.saturating_add(frame.bytes));
        (self.frames.len() as u64, bytes)
    }

    /// Whether no frame was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether it knows places of the program.
    pub(super) fn has_sites(&self) -> bool {
        self.sites.every > 0 || self.lives.every > 0
    }

    /// Whether it knows how long blocks of the heap live.
    #[must_use]
    pub fn has_lifetimes(&self) -> bool {
        self.lives.every > 0
    }

    /// Bytes that frames in flight held at the end of each frame; `None` if none ever did.
    pub(super) fn in_flight(&self) -> Option<Vec<u64>> {
        let bytes: Vec<u64> =
            self.frames.iter().map(|frame| frame.flights.map_or(0, |flights| flights.bytes)).collect();
        bytes.iter().any(|bytes| *bytes > 0).then_some(bytes)
    }

    /// Bytes of the heap that lived at the end of each frame; `None` where it was not known.
    pub(super) fn heap_bytes(&self) -> Option<Vec<u64>> {
        (!self.heap.is_empty()).then(|| sum_of(self.heap.iter().map(|tag| &tag.live), self.frames.len()))
    }

    /// Whether the file ends early or is damaged.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.damage.is_some()
    }

    /// The note that every report of an incomplete recording carries.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let damage = self.damage?;
        let count = super::units::count(self.frames.len() as u64);
        Some(format!("{damage}; this report shows the {count} whole frames before it"))
    }
}

impl Reading {
    /// The index of the frame that was read last.
    fn last_frame(&self) -> Option<u32> {
        u32::try_from(self.frames.len().checked_sub(1)?).ok()
    }

    fn frame(&mut self, frame: &Frame) {
        // A frame is 24 bytes at least: 100 GiB before this is wrong.
        let Ok(index) = u32::try_from(self.frames.len()) else { return };
        self.frames.push(FrameLine {
            number: frame.number,
            start: frame.start,
            duration: frame.duration,
            bytes: frame.bytes,
            high_water: frame.high_water,
            heap_fallbacks: frame.heap_fallbacks,
            allocator_calls: frame.allocator_calls,
            flights: frame.flights,
        });
        for (id, bytes) in &frame.tags {
            self.tags.entry(*id).or_default().add(index, *bytes);
        }
        for (id, bytes) in &frame.threads {
            self.threads.entry(*id).or_default().add(index, *bytes);
        }
        for figures in &frame.systems {
            let system = self.systems.entry(figures.id).or_default();
            system.bytes.add(index, figures.bytes);
            system.calls = system.calls.saturating_add(figures.calls);
            system.largest_call = system.largest_call.max(figures.largest_call);
            if let Some(heap) = figures.heap {
                let sum = system.heap.get_or_insert_default();
                sum.calls = sum.calls.saturating_add(heap.calls);
                sum.bytes = sum.bytes.saturating_add(heap.bytes);
            }
        }
        for figures in &frame.pools {
            let pool = self.pools.entry(figures.id).or_default();
            pool.live.add(index, figures.live);
            pool.high_water = pool.high_water.max(figures.high_water);
            pool.bytes = pool.bytes.max(figures.bytes);
        }
        for figures in &frame.phases {
            let phase = self.phases.entry(figures.id).or_default();
            phase.bytes.add(index, figures.bytes);
            phase.calls = phase.calls.saturating_add(figures.calls);
            phase.nanoseconds = phase.nanoseconds.saturating_add(figures.nanoseconds);
            phase.longest = phase.longest.max(figures.longest);
        }
        for figures in &frame.heap {
            let tag = self.heap.entry(figures.id).or_default();
            tag.live.add(index, figures.bytes);
            tag.blocks = figures.blocks;
            tag.peak = tag.peak.max(figures.peak);
            tag.allocations = tag.allocations.saturating_add(figures.allocations);
            tag.frees = tag.frees.saturating_add(figures.frees);
        }
        for figures in &frame.zones {
            let zones = self.zones.entry(figures.id).or_default();
            zones.pinned.add(index, figures.pinned);
            zones.escaped = zones.escaped.saturating_add(figures.escaped);
            zones.refused = zones.refused.saturating_add(figures.refused);
            zones.exhausted = zones.exhausted.saturating_add(figures.exhausted);
        }
        for hit in &frame.budgets {
            let hits = &mut self.budgets.entry(hit.id).or_default().hits;
            hits.push(Hit { frame: index, asked: hit.asked, left: hit.left, outcome: hit.outcome });
        }
    }

    fn finish(mut self, name: &str, damage: Option<TraceError>) -> Recording {
        // A budget that was never met has a line in the picture all the same.
        for (_, id) in self.names.keys().filter(|(kind, _)| *kind == Kind::Budget) {
            self.budgets.entry(*id).or_default();
        }
        let names = &self.names;
        let label = |kind, noun: &str, id| match names.get(&(kind, id)).map(|definition| definition.name.as_str()) {
            Some("") => format!("no {noun}"),
            Some(name) => name.to_owned(),
            None => format!("{noun} {id}"),
        };
        let (sites, order) = self.sites.finish(
            &self.lives.bytes_by_site(),
            |id| label(Kind::Tag, "tag", id),
            |id| label(Kind::System, "system", id),
        );
        let titled = |kind, noun: &str, id, series: Series| Series { name: label(kind, noun, id), ..series };
        let mut tags: Vec<Series> =
            self.tags.into_iter().map(|(id, series)| titled(Kind::Tag, "tag", id, series)).collect();
        tags.extend(unattributed(&self.frames, &tags));
        let mut recording = Recording {
            name: name.to_owned(),
            tags,
            threads: (self.threads.into_iter())
                .map(|(id, series)| titled(Kind::Thread, "thread", id, series))
                .collect(),
            systems: (self.systems.into_iter())
                .map(|(id, system)| System { bytes: titled(Kind::System, "system", id, system.bytes), ..system })
                .collect(),
            pools: (self.pools.into_iter())
                .map(|(id, pool)| Pool { live: titled(Kind::Pool, "pool", id, pool.live), ..pool })
                .collect(),
            phases: (self.phases.into_iter())
                .map(|(id, phase)| Phase { bytes: titled(Kind::Phase, "phase", id, phase.bytes), ..phase })
                .collect(),
            budgets: (self.budgets.into_iter())
                .map(|(id, budget)| Budget {
                    name: label(Kind::Budget, "budget", id),
                    limit: names.get(&(Kind::Budget, id)).map_or(0, |definition| definition.limit),
                    ..budget
                })
                .collect(),
            heap: (self.heap.into_iter())
                .map(|(id, tag)| HeapTag {
                    live: titled(Kind::Tag, "tag", id, tag.live),
                    budget: names.get(&(Kind::Tag, id)).map_or(0, |definition| definition.limit),
                    ..tag
                })
                .collect(),
            lives: self.lives.finish(|id| order.get(&id).copied()),
            sites,
            zones: (self.zones.into_iter())
                .map(|(id, zones)| Zones { pinned: titled(Kind::Tag, "tag", id, zones.pinned), ..zones })
                .collect(),
            frames: self.frames,
            damage,
        };
        // The largest first; equal ones by name, so that the same file always gives the same report.
        by_total(&mut recording.tags, |tag| tag);
        by_total(&mut recording.threads, |thread| thread);
        by_total(&mut recording.systems, |system| &system.bytes);
        by_total(&mut recording.phases, |phase| &phase.bytes);
        by_total(&mut recording.heap, |tag| &tag.live);
        by_total(&mut recording.zones, |tag| &tag.pinned);
        recording.pools.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.live.name.cmp(&b.live.name)));
        recording
    }
}

/// The sum of series, by frame.
pub(super) fn sum_of<'s>(series: impl Iterator<Item = &'s Series>, frames: usize) -> Vec<u64> {
    let mut sums = vec![0_u64; frames];
    for (frame, figure) in series.flat_map(|series| &series.points) {
        let sum = &mut sums[*frame as usize];
        *sum = sum.saturating_add(*figure);
    }
    sums
}

fn by_total<T>(items: &mut [T], series: impl Fn(&T) -> &Series) {
    items.sort_by_cached_key(|item| {
        let series = series(item);
        let total: u128 = series.points.iter().map(|(_, figure)| u128::from(*figure)).sum();
        (std::cmp::Reverse(total), series.name.clone())
    });
}

/// Bytes of frames that no tag accounts for.
fn unattributed(frames: &[FrameLine], tags: &[Series]) -> Option<Series> {
    let mut rest: Vec<u64> = frames.iter().map(|frame| frame.bytes).collect();
    for (frame, bytes) in tags.iter().flat_map(|tag| &tag.points) {
        let rest = &mut rest[*frame as usize];
        *rest = rest.saturating_sub(*bytes);
    }
    let points: Vec<(u32, u64)> = (0..).zip(rest).filter(|(_, bytes)| *bytes > 0).collect();
    (!points.is_empty()).then(|| Series { name: NOT_ATTRIBUTED.to_owned(), points })
}
