//! What is known, as rows: what scripts read as JSON, and the page and the terminal show.

use framealloc_trace::{Kind, Limits};
use serde::Serialize;

use super::live::{Live, exact, outcome};

/// How it stands with the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is none yet.
    Waiting,
    /// Frames arrive.
    Live,
    /// No frame has arrived for a second or more.
    Quiet,
    /// The game has closed its connection; another may come.
    Gone,
    /// What is there cannot be read.
    Failed,
}

impl State {
    /// How it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Live => "live",
            Self::Quiet => "quiet",
            Self::Gone => "gone",
            Self::Failed => "failed",
        }
    }
}

/// What is known now.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    /// Raised when a field changes its meaning or goes.
    pub schema_version: u32,
    /// What is watched.
    pub source: String,
    /// How it stands.
    pub state: State,
    /// Why, where there is a reason.
    pub message: Option<String>,
    /// Seconds since a frame arrived.
    pub seconds_since_frame: Option<f64>,
    /// The number of the last frame.
    pub frame: Option<u64>,
    /// Frames that arrived.
    pub frames: u64,
    /// Frames between them that did not, because their writer was slower than the game.
    pub left_out: u64,
    /// Nanoseconds of the last frame.
    pub frame_nanoseconds: u64,
    /// Nanoseconds of the longest frame.
    pub longest_nanoseconds: u64,
    /// Bytes that the last frame took.
    pub bytes: u64,
    /// The most bytes of any frame of the game.
    pub high_water: u64,
    /// Requests of the last frame that went to the heap.
    pub heap_fallbacks: u64,
    /// Calls of the global allocator in the last frame, where they are counted.
    pub allocator_calls: Option<u64>,
    /// Bytes of the heap that live, over all tags, where that is known.
    pub heap_bytes: Option<u64>,
    /// Frames in flight and their bytes, where there may be any.
    pub flights: Option<FlightsRow>,
    /// The most bytes of a frame in each tenth of a second of the game, the last one last.
    pub timeline: Vec<u64>,
    /// Tags.
    pub tags: Vec<TagRow>,
    /// Systems.
    pub systems: Vec<SystemRow>,
    /// Budgets of the allocator, threads, tags and systems, and of tags' heap.
    pub budgets: Vec<BudgetRow>,
    /// Pools.
    pub pools: Vec<PoolRow>,
    /// What happened, the last one first.
    pub events: Vec<EventRow>,
}

/// Frames in flight.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FlightsRow {
    /// How many.
    pub frames: u64,
    /// Bytes that are shared in them.
    pub bytes: u64,
}

/// A tag.
#[derive(Clone, Debug, Serialize)]
pub struct TagRow {
    /// Its path.
    pub name: String,
    /// Bytes in the last frame.
    pub bytes: u64,
    /// The most bytes of a frame that arrived.
    pub peak: u64,
    /// Its part of the heap, where that is known.
    pub heap: Option<HeapRow>,
}

/// What a tag has of the heap.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HeapRow {
    /// Bytes that live.
    pub live: u64,
    /// Blocks that live.
    pub blocks: u64,
    /// The most bytes that lived at once.
    pub peak: u64,
}

/// A system.
#[derive(Clone, Debug, Serialize)]
pub struct SystemRow {
    /// The function.
    pub name: String,
    /// Calls in the last frame.
    pub calls: u64,
    /// Bytes in the last frame.
    pub bytes: u64,
    /// The most bytes of a frame that arrived.
    pub peak: u64,
    /// Calls of the heap in the last frame, where they are counted.
    pub heap_calls: Option<u64>,
}

/// A budget.
#[derive(Clone, Debug, Serialize)]
pub struct BudgetRow {
    /// What it limits.
    pub name: String,
    /// Its bytes, where the recording says.
    pub limit: Option<u64>,
    /// Bytes that were taken of it in the last frame, those that were given back before its end included.
    pub used: Option<u64>,
    /// The most of a frame that arrived.
    pub peak: Option<u64>,
    /// `used` as a part of `limit`: 1 is full.
    pub full: Option<f64>,
    /// Frames in which it was met.
    pub hits: u64,
    /// What became of the last request that met it.
    pub outcome: Option<&'static str>,
}

/// A pool.
#[derive(Clone, Debug, Serialize)]
pub struct PoolRow {
    /// Its type.
    pub name: String,
    /// Objects that live.
    pub live: u64,
    /// The most that lived at once.
    pub high_water: u64,
    /// Bytes that it holds.
    pub bytes: u64,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow {
    /// The frame in which it happened first.
    pub first_frame: u64,
    /// And last.
    pub frame: u64,
    /// How often.
    pub count: u64,
    /// What.
    pub text: String,
}

impl BudgetRow {
    fn new(name: String, limit: Option<u64>, used: Option<(u64, u64)>) -> Self {
        let (used, peak) = used.unzip();
        let full = limit.zip(used).map(|(limit, used)| exact(used) / exact(limit));
        Self { name, limit, used, peak, full, hits: 0, outcome: None }
    }
}

impl Live {
    /// All of it as rows, in the order of the names.
    pub(super) fn view(&self, source: &str, state: State, message: Option<String>, since: Option<f64>) -> View {
        let last = self.last.as_ref();
        let of_heap = |tag: &super::live::Tag| tag.heap.map(|heap| heap.bytes);
        let mut view = View {
            schema_version: 1,
            source: source.to_owned(),
            state,
            message,
            seconds_since_frame: since,
            frame: last.map(|frame| frame.number),
            frames: self.frames,
            left_out: self.left_out,
            frame_nanoseconds: last.map_or(0, |frame| frame.duration),
            longest_nanoseconds: self.longest,
            bytes: last.map_or(0, |frame| frame.bytes),
            high_water: last.map_or(0, |frame| frame.high_water),
            heap_fallbacks: last.map_or(0, |frame| frame.heap_fallbacks),
            allocator_calls: last.and_then(|frame| frame.allocator_calls),
            heap_bytes: self.tags.values().filter_map(of_heap).reduce(u64::saturating_add),
            flights: last
                .and_then(|frame| frame.flights)
                .map(|all| FlightsRow { frames: all.frames, bytes: all.bytes }),
            timeline: self.timeline.iter().copied().collect(),
            tags: self.tag_rows(),
            systems: self.system_rows(),
            budgets: self.budget_rows(),
            pools: Vec::new(),
            events: Vec::new(),
        };
        view.pools.extend(self.pools.iter().map(|(id, pool)| PoolRow {
            name: self.name(Kind::Pool, *id),
            live: pool.live,
            high_water: pool.high_water,
            bytes: pool.bytes,
        }));
        view.events.extend(self.events().map(|event| EventRow {
            first_frame: event.first,
            frame: event.last,
            count: event.count,
            text: event.text.clone(),
        }));
        view.tags.sort_by(|one, other| one.name.cmp(&other.name));
        view.systems.sort_by(|one, other| one.name.cmp(&other.name));
        view.budgets.sort_by(|one, other| one.name.cmp(&other.name));
        view.pools.sort_by(|one, other| one.name.cmp(&other.name));
        view
    }

    fn tag_rows(&self) -> Vec<TagRow> {
        let row = |(id, tag): (&u32, &super::live::Tag)| TagRow {
            name: self.name(Kind::Tag, *id),
            bytes: tag.bytes,
            peak: tag.peak,
            heap: tag.heap.map(|heap| HeapRow { live: heap.bytes, blocks: heap.blocks, peak: heap.peak }),
        };
        self.tags.iter().map(row).collect()
    }

    fn system_rows(&self) -> Vec<SystemRow> {
        let row = |(id, system): (&u32, &super::live::System)| SystemRow {
            name: self.name(Kind::System, *id),
            calls: system.now.calls,
            bytes: system.now.bytes,
            peak: system.peak,
            heap_calls: system.now.heap.map(|heap| heap.calls),
        };
        self.systems.iter().map(row).collect()
    }

    fn budget_rows(&self) -> Vec<BudgetRow> {
        let (bytes, most) = self.last.as_ref().map_or((0, 0), |frame| (frame.bytes, frame.high_water));
        let of_tag = |id: u32| self.tags.get(&id).map_or((0, 0), |tag| (tag.bytes, tag.peak));
        let of_call =
            |id: u32| self.systems.get(&id).map_or((0, 0), |system| (system.now.largest_call, system.largest_call));
        let mut rows = Vec::new();
        for (id, met) in &self.budgets {
            let limits = self.limits(*id);
            let used = limits.and_then(|limits| match limits {
                Limits::Allocator => Some((bytes, most)),
                Limits::Thread => Some(self.thread),
                Limits::Tag(tag) => Some(of_tag(tag)),
                Limits::System(system) => Some(of_call(system)),
                _ => None,
            });
            let row = BudgetRow::new(self.name(Kind::Budget, *id), self.limit(Kind::Budget, *id), used);
            rows.push(BudgetRow { hits: met.hits, outcome: met.last.map(outcome), ..row });
        }
        // Those of systems are budgets of their own when they are met; those of the heap never are.
        let met: Vec<Option<Limits>> = self.budgets.keys().map(|id| self.limits(*id)).collect();
        for id in self.systems.keys().filter(|id| !met.contains(&Some(Limits::System(**id)))) {
            let Some(limit) = self.limit(Kind::System, *id) else { continue };
            let name = format!("the budget of system `{}`", self.name(Kind::System, *id));
            rows.push(BudgetRow::new(name, Some(limit), Some(of_call(*id))));
        }
        for (id, heap) in self.tags.iter().filter_map(|(id, tag)| Some((id, tag.heap?))) {
            let Some(limit) = self.limit(Kind::Tag, *id) else { continue };
            let name = format!("the heap budget of tag `{}`", self.name(Kind::Tag, *id));
            rows.push(BudgetRow::new(name, Some(limit), Some((heap.bytes, heap.peak))));
        }
        rows
    }
}
