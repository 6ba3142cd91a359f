//! What all frames so far say of a game that runs.

use std::collections::{BTreeMap, VecDeque};

use framealloc_trace::{
    BudgetHit, Definition, FlightFigures, Frame, HeapFigures, Item, Kind, Limits, Outcome, PoolFigures, SystemFigures,
};

use crate::trace_report::bytes;

/// Names and rows of a kind are kept up to this number; a program has at most some hundred. What a hostile peer makes up
/// beyond that is left out.
const ROWS: usize = 4096;

/// Letters of a name that are kept.
const LETTERS: usize = 200;

/// Events that are kept, each with how often it happened.
const EVENTS: usize = 100;

/// Stretches of the game's time that the timeline has, and how long each is.
const STRETCHES: usize = 240;
const STRETCH: u64 = 100_000_000;

/// A tag.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tag {
    pub(super) bytes: u64,
    pub(super) peak: u64,
    pub(super) heap: Option<HeapFigures>,
}

/// A system.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct System {
    /// Of the last frame; all 0 where it did not run.
    pub(super) now: SystemFigures,
    pub(super) peak: u64,
    pub(super) largest_call: u64,
}

/// A budget.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    /// Frames in which it was met.
    pub(super) hits: u64,
    pub(super) last: Option<Outcome>,
}

/// Something that happened, once or often.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// What makes two events the same.
    key: String,
    /// The first frame, and the last.
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) count: u64,
    /// What is said of the last time.
    pub(super) text: String,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Live {
    names: BTreeMap<(Kind, u32), Definition>,
    /// The last frame, without its lists.
    pub(super) last: Option<Frame>,
    pub(super) frames: u64,
    /// Frames that are missing between those that arrived.
    pub(super) left_out: u64,
    pub(super) longest: u64,
    pub(super) tags: BTreeMap<u32, Tag>,
    /// The most of one thread, in the last frame and in any.
    pub(super) thread: (u64, u64),
    pub(super) systems: BTreeMap<u32, System>,
    pub(super) pools: BTreeMap<u32, PoolFigures>,
    pub(super) budgets: BTreeMap<u32, Budget>,
    events: VecDeque<Event>,
    /// The most bytes of a frame, by stretch of the game's time, the last one last.
    pub(super) timeline: VecDeque<u64>,
    /// The stretch that the last one is.
    stretch: u64,
}

/// The row of a number, if there is one or room for one.
fn row<T: Default>(rows: &mut BTreeMap<u32, T>, id: u32) -> Option<&mut T> {
    if rows.len() >= ROWS && !rows.contains_key(&id) {
        return None;
    }
    Some(rows.entry(id).or_default())
}

impl Live {
    /// Another recording begins: what is known goes, but what happened stays.
    pub(super) fn begin(&mut self) {
        *self = Self { events: std::mem::take(&mut self.events), ..Self::default() };
    }

    /// A game was started anew, and writes where it wrote before; names that it had not used yet are kept.
    fn begin_again(&mut self) {
        let names = std::mem::take(&mut self.names);
        self.begin();
        self.note("the frames begin anew");
        for id in names.keys().filter(|(kind, _)| *kind == Kind::Budget).map(|(_, id)| *id) {
            row(&mut self.budgets, id);
        }
        self.names = names;
    }

    pub(super) fn add(&mut self, item: Item) {
        match item {
            Item::Definition(definition) => self.define(definition),
            Item::Frame(frame) => self.frame(&frame),
            // What later versions record.
            _ => {}
        }
    }

    fn define(&mut self, definition: Definition) {
        let key = (definition.kind, definition.id);
        if self.names.len() >= 4 * ROWS && !self.names.contains_key(&key) {
            return;
        }
        if definition.kind == Kind::Budget {
            row(&mut self.budgets, definition.id);
        }
        // They come from another program, and go to a terminal.
        let tame = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
        let name = definition.name.chars().map(tame).take(LETTERS).collect();
        self.names.insert(key, Definition { name, ..definition });
    }

    fn frame(&mut self, frame: &Frame) {
        if self.last.as_ref().is_some_and(|last| last.number >= frame.number) {
            self.begin_again();
        }
        if let Some(last) = &self.last {
            let missing = frame.number.saturating_sub(last.number).saturating_sub(1);
            if missing > 0 {
                self.left_out = self.left_out.saturating_add(missing);
                let text = "frames were left out: their writer was slower than the game".to_owned();
                self.happened("left out", frame.number, missing, text);
            }
        }
        self.frames = self.frames.saturating_add(1);
        self.longest = self.longest.max(frame.duration);
        self.tags(frame);
        let most = frame.threads.iter().map(|(_, bytes)| *bytes).max().unwrap_or(0);
        self.thread = (most, self.thread.1.max(most));
        for system in self.systems.values_mut() {
            system.now = SystemFigures { id: system.now.id, ..SystemFigures::default() };
        }
        for figures in &frame.systems {
            if let Some(system) = row(&mut self.systems, figures.id) {
                system.now = *figures;
                system.peak = system.peak.max(figures.bytes);
                system.largest_call = system.largest_call.max(figures.largest_call);
            }
        }
        for figures in &frame.pools {
            if let Some(pool) = row(&mut self.pools, figures.id) {
                *pool = *figures;
            }
        }
        for hit in &frame.budgets {
            self.hit(frame.number, hit);
        }
        if frame.heap_fallbacks > 0 {
            let text = "requests went to the heap instead of frame or pool".to_owned();
            self.happened("fallbacks", frame.number, frame.heap_fallbacks, text);
        }
        if let Some(FlightFigures { refused: 1.., frames, .. }) = frame.flights {
            let text = format!("an end of a frame in flight was refused: {frames} are in flight");
            self.happened("flights", frame.number, 1, text);
        }
        self.draw(frame.start / STRETCH, frame.bytes);
        let Frame { number, start, duration, bytes, high_water, heap_fallbacks, allocator_calls, flights, .. } = *frame;
        let figures = Frame { number, start, duration, bytes, high_water, heap_fallbacks, ..Frame::default() };
        self.last = Some(Frame { allocator_calls, flights, ..figures });
    }

    fn tags(&mut self, frame: &Frame) {
        self.tags.values_mut().for_each(|tag| tag.bytes = 0);
        for (id, bytes) in &frame.tags {
            if let Some(tag) = row(&mut self.tags, *id) {
                tag.bytes = tag.bytes.saturating_add(*bytes);
                tag.peak = tag.peak.max(tag.bytes);
            }
        }
        for figures in &frame.heap {
            if let Some(tag) = row(&mut self.tags, figures.id) {
                tag.heap = Some(*figures);
            }
        }
    }

    fn hit(&mut self, number: u64, hit: &BudgetHit) {
        if let Some(budget) = row(&mut self.budgets, hit.id) {
            budget.hits = budget.hits.saturating_add(1);
            budget.last = Some(hit.outcome);
        }
        let name = self.name(Kind::Budget, hit.id);
        let (asked, left) = (bytes(exact(hit.asked)), bytes(exact(hit.left)));
        let text = format!("{name}: {asked} {}, {left} left", became(hit.outcome));
        self.happened(&format!("{} {}", hit.id, outcome(hit.outcome)), number, 1, text);
    }

    /// Notes what happened in a frame: a line of its own, or one more of what happened before.
    fn happened(&mut self, key: &str, number: u64, count: u64, text: String) {
        let known = self.events.iter().position(|event| event.key == key).and_then(|at| self.events.remove(at));
        let (first, before) = known.map_or((number, 0), |event| (event.first, event.count));
        let count = count.saturating_add(before);
        self.events.push_back(Event { key: key.to_owned(), first, last: number, count, text });
        if self.events.len() > EVENTS {
            self.events.pop_front();
        }
    }

    /// Notes what happened outside of the recording.
    pub(super) fn note(&mut self, text: &str) {
        let number = self.last.as_ref().map_or(0, |frame| frame.number);
        self.happened(text, number, 1, text.to_owned());
    }

    /// The events, the last one first.
    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().rev()
    }

    fn draw(&mut self, stretch: u64, bytes: u64) {
        let missing = stretch.saturating_sub(self.stretch).min(STRETCHES as u64);
        if self.timeline.is_empty() {
            self.timeline.push_back(bytes);
        } else {
            // No frame ended there.
            (0..missing).for_each(|_| self.timeline.push_back(0));
            if let Some(last) = self.timeline.back_mut() {
                *last = (*last).max(bytes);
            }
        }
        self.stretch = stretch;
        let beyond = self.timeline.len().saturating_sub(STRETCHES);
        self.timeline.drain(..beyond);
    }

    /// What a number is called.
    pub(super) fn name(&self, kind: Kind, id: u32) -> String {
        let noun = match kind {
            Kind::Tag => "tag",
            Kind::System => "system",
            Kind::Pool => "pool",
            Kind::Budget => "budget",
            _ => "number",
        };
        match self.names.get(&(kind, id)).map(|definition| definition.name.as_str()) {
            Some("") => format!("(no {noun})"),
            Some(name) => name.to_owned(),
            None => format!("{noun} {id}"),
        }
    }

    /// The limit that a definition says, if it says one.
    pub(super) fn limit(&self, kind: Kind, id: u32) -> Option<u64> {
        self.names.get(&(kind, id)).map(|definition| definition.limit).filter(|limit| *limit > 0)
    }

    /// What a budget limits, if the recording says.
    pub(super) fn limits(&self, id: u32) -> Option<Limits> {
        self.names.get(&(Kind::Budget, id)).and_then(|definition| definition.limits)
    }
}

/// What became of a request, for programs.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Refused => "refused",
        Outcome::Warned => "warned",
        Outcome::Allowed => "allowed",
        Outcome::Promoted => "promoted",
        Outcome::Soft => "soft",
        _ => "other",
    }
}

/// What became of a request, for people.
fn became(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Refused => "refused",
        Outcome::Warned => "served beyond it, with a warning",
        Outcome::Allowed => "served beyond it",
        Outcome::Promoted => "sent to the heap",
        Outcome::Soft => "served beyond the soft limit",
        _ => "asked for",
    }
}

#[expect(clippy::cast_precision_loss, reason = "bytes are shown with three digits")]
pub(super) fn exact(value: u64) -> f64 {
    value as f64
}
