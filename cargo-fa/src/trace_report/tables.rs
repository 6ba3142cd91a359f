//! The tables of a report. Text, Markdown and the page print the same ones, so that they cannot disagree.

use framealloc_trace::Outcome;

use super::figures::{Spread, peaks};
use super::lives::{LifeEnd, Lifetimes};
use super::recording::{Budget, Recording, Series};
use super::units;

/// Points of the small curve beside a name.
const CURVE: usize = 96;

/// The most places of a program that a table has.
const PLACES: usize = 30;

/// A figure as it is shown and as it is sorted.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Name(String),
    Figure {
        text: String,
        value: f64,
    },
    /// A frame: its index and its number.
    Frame(Option<(u32, u64)>),
    /// The peaks of a series along the recording.
    Curve(Vec<u64>),
}

/// A table of a report.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) title: &'static str,
    /// What the figures are, in a few words.
    pub(super) caption: &'static str,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A fact about the whole recording.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) detail: String,
    /// The frame that it is about.
    pub(super) frame: Option<(u32, u64)>,
}

#[expect(clippy::cast_precision_loss, reason = "only for the order of a column")]
pub(super) fn figure(value: u64, text: String) -> Cell {
    Cell::Figure { text, value: value as f64 }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are shown with three digits")]
pub(super) fn bytes(value: u64) -> Cell {
    figure(value, units::bytes(value as f64))
}

fn mean_bytes(value: f64) -> Cell {
    Cell::Figure { text: units::bytes(value), value }
}

pub(super) fn count(value: u64) -> Cell {
    figure(value, units::count(value))
}

#[expect(clippy::cast_precision_loss, reason = "a mean is shown with three digits")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Recording {
    fn at(&self, index: Option<u32>) -> Option<(u32, u64)> {
        index.map(|index| (index, self.frames[index as usize].number))
    }

    /// The first frame for which `wanted` holds.
    fn first(&self, wanted: impl Fn(&super::recording::FrameLine) -> bool) -> Option<(u32, u64)> {
        (0..).zip(&self.frames).find(|(_, frame)| wanted(frame)).map(|(index, frame)| (index, frame.number))
    }

    /// Bytes of whole frames.
    pub(super) fn frame_bytes(&self) -> Spread {
        Spread::of_all(self.frames.iter().map(|frame| frame.bytes))
    }

    /// Calls of the global allocator of those frames that count them.
    fn allocator_calls(&self) -> Option<(u64, u64)> {
        let counted = self.frames.iter().filter_map(|frame| frame.allocator_calls);
        let calls = counted.clone().fold(0, u64::saturating_add);
        self.frames.iter().any(|frame| frame.allocator_calls.is_some()).then(|| (calls, counted.count() as u64))
    }

    /// What is said of the whole recording.
    #[expect(clippy::cast_precision_loss, reason = "sizes and times are shown with three digits")]
    pub(super) fn facts(&self) -> Vec<Fact> {
        let (Some(first), Some(last)) = (self.frames.first(), self.frames.last()) else { return Vec::new() };
        let length = last.start.saturating_add(last.duration).saturating_sub(first.start);
        let (frame, time) = (self.frame_bytes(), Spread::of_all(self.frames.iter().map(|frame| frame.duration)));
        let high_water = self.frames.iter().map(|frame| frame.high_water).max().unwrap_or(0);
        let fallbacks = self.frames.iter().map(|frame| frame.heap_fallbacks).fold(0, u64::saturating_add);
        let mut facts = vec![
            Fact {
                label: "Frames",
                value: units::count(self.frames.len() as u64),
                detail: format!(
                    "#{} to #{}, {}",
                    units::count(first.number),
                    units::count(last.number),
                    units::time(length as f64)
                ),
                frame: None,
            },
            Fact {
                label: "Bytes per frame",
                value: units::bytes(frame.mean),
                detail: format!("mean; p99 {}", units::bytes(frame.p99 as f64)),
                frame: None,
            },
            Fact {
                label: "Largest frame",
                value: units::bytes(frame.max as f64),
                detail: String::new(),
                frame: self.at(frame.worst),
            },
            Fact {
                label: "High water",
                value: units::bytes(high_water as f64),
                detail: "reached in".to_owned(),
                frame: self.first(|frame| frame.high_water == high_water),
            },
            Fact {
                label: "Frame time",
                value: units::time(time.mean),
                detail: format!("mean; p99 {}, longest {}", units::time(time.p99 as f64), units::time(time.max as f64)),
                frame: self.at(time.worst),
            },
            Fact {
                label: "Heap fallbacks",
                value: units::count(fallbacks),
                detail: if fallbacks == 0 { "none".to_owned() } else { "first in".to_owned() },
                frame: self.first(|frame| frame.heap_fallbacks > 0),
            },
        ];
        facts.extend(self.in_flight().map(|bytes| {
            let spread = Spread::of_all(bytes.into_iter());
            let most = self.frames.iter().filter_map(|frame| frame.flights).map(|flights| flights.frames).max();
            Fact {
                label: "In flight",
                value: units::bytes(spread.max as f64),
                detail: format!(
                    "the most, beside the frame; mean {}, up to {} at once; in",
                    units::bytes(spread.mean),
                    units::count(most.unwrap_or(0))
                ),
                frame: self.at(spread.worst),
            }
        }));
        facts.extend(self.heap_bytes().map(|bytes| {
            let spread = Spread::of_all(bytes.into_iter());
            Fact {
                label: "Heap",
                value: units::bytes(spread.max as f64),
                detail: format!("the most that lived at the end of a frame; mean {}; in", units::bytes(spread.mean)),
                frame: self.at(spread.worst),
            }
        }));
        facts.push(match self.allocator_calls() {
            None => Fact {
                label: "Allocator calls",
                value: "not counted".to_owned(),
                detail: "the recording does not hold them".to_owned(),
                frame: None,
            },
            Some((calls, frames)) => Fact {
                label: "Allocator calls",
                value: units::count(calls),
                detail: format!(
                    "{} per frame{}",
                    units::number(ratio(calls, frames)),
                    if calls > 0 { ", most in" } else { "" }
                ),
                frame: self.at(self.worst_of(|frame| frame.allocator_calls.unwrap_or(0))).filter(|_| calls > 0),
            },
        });
        let hits: usize = self.budgets.iter().map(|budget| budget.hits.len()).sum();
        let first_hit = self.budgets.iter().filter_map(|budget| budget.hits.first()).map(|hit| hit.frame).min();
        facts.push(Fact {
            label: "Budget hits",
            value: units::count(hits as u64),
            detail: if hits == 0 { "none".to_owned() } else { "first in".to_owned() },
            frame: self.at(first_hit),
        });
        facts
    }

    fn worst_of(&self, figure: impl Fn(&super::recording::FrameLine) -> u64) -> Option<u32> {
        Spread::of_all(self.frames.iter().map(figure)).worst
    }

    /// All tables that have a row.
    pub(super) fn tables(&self) -> Vec<Table> {
        let tables = [
            self.series_table("Tags", "Bytes per frame, by tag", &self.tags),
            self.systems_table(),
            self.sites_table(),
            self.budgets_table(),
            self.heap_table(),
            self.lives.table(Lifetimes { end: LifeEnd::Never, ..Lifetimes::default() }, &self.sites),
            self.zones_table(),
            self.pools_table(),
            self.series_table("Threads", "Bytes per frame, by thread", &self.threads),
            self.phases_table(),
        ];
        tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
    }

    fn curve(&self, series: &Series) -> Cell {
        Cell::Curve(peaks(series, self.frames.len(), CURVE))
    }

    fn series_table(&self, title: &'static str, caption: &'static str, series: &[Series]) -> Table {
        let whole: f64 = self.frame_bytes().mean;
        let rows = series.iter().map(|series| {
            let spread = Spread::of_series(series, self.frames.len());
            let share = if whole > 0.0 { spread.mean / whole } else { 0.0 };
            vec![
                Cell::Name(series.name.clone()),
                self.curve(series),
                mean_bytes(spread.mean),
                bytes(spread.p99),
                bytes(spread.max),
                Cell::Figure { text: units::percent(share), value: share },
                Cell::Frame(self.at(spread.worst)),
            ]
        });
        let columns = vec!["Name", "Over time", "Mean", "p99", "Max", "Share", "Worst frame"];
        Table { title, caption, columns, rows: rows.collect() }
    }

    fn systems_table(&self) -> Table {
        let frames = self.frames.len() as u64;
        let rows = self.systems.iter().map(|system| {
            let spread = Spread::of_series(&system.bytes, self.frames.len());
            let calls = ratio(system.calls, frames);
            vec![
                Cell::Name(system.bytes.name.clone()),
                self.curve(&system.bytes),
                Cell::Figure { text: units::number(calls), value: calls },
                mean_bytes(spread.mean),
                bytes(spread.p99),
                bytes(spread.max),
                bytes(system.largest_call),
                Cell::Frame(self.at(spread.worst)),
            ]
        });
        Table {
            title: "Systems",
            caption: "Bytes per frame, by function with #[frame_system]",
            columns: vec!["Name", "Over time", "Calls/frame", "Mean", "p99", "Max", "Largest call", "Worst frame"],
            rows: rows.collect(),
        }
    }

    fn sites_table(&self) -> Table {
        let whole = self.frame_bytes().mean;
        let places = self.sites.places(true);
        let rows = places.iter().take(PLACES).map(|place| {
            let spread = Spread::of_series(&place.bytes, self.frames.len());
            let share = if whole > 0.0 { spread.mean / whole } else { 0.0 };
            let blocks = ratio(place.blocks, self.frames.len() as u64);
            vec![
                Cell::Name(place.bytes.name.clone()),
                self.curve(&place.bytes),
                mean_bytes(spread.mean),
                Cell::Figure { text: format!("±{}", units::percent(place.error())), value: place.error() },
                Cell::Figure { text: units::percent(share), value: share },
                Cell::Figure { text: units::number(blocks), value: blocks },
                count(place.samples),
            ]
        });
        Table {
            title: "Sites",
            caption: "Places that ask for frame memory, the largest, estimated from samples",
            columns: vec!["Name", "Over time", "Mean", "Error", "Share", "Blocks/frame", "Samples"],
            rows: rows.collect(),
        }
    }

    fn budgets_table(&self) -> Table {
        let rows = self.budgets.iter().map(|budget| {
            let least = budget.hits.iter().map(|hit| hit.left).min();
            vec![
                Cell::Name(budget.name.clone()),
                bytes(budget.limit),
                count(budget.hits.len() as u64),
                Cell::Figure { text: outcomes(budget), value: 0.0 },
                least.map_or_else(|| Cell::Figure { text: "–".to_owned(), value: f64::MAX }, bytes),
                bytes(budget.hits.iter().map(|hit| hit.asked).max().unwrap_or(0)),
                Cell::Frame(self.at(budget.hits.first().map(|hit| hit.frame))),
                Cell::Frame(self.at(budget.hits.last().map(|hit| hit.frame))),
            ]
        });
        Table {
            title: "Budgets",
            caption: "Limits, and the requests that met them",
            columns: vec!["Name", "Limit", "Hits", "Outcome", "Least left", "Most asked", "First frame", "Last frame"],
            rows: rows.collect(),
        }
    }

    fn heap_table(&self) -> Table {
        let frames = self.frames.len() as u64;
        let rows = self.heap.iter().map(|tag| {
            let spread = Spread::of_series(&tag.live, self.frames.len());
            let (made, freed) = (ratio(tag.allocations, frames), ratio(tag.frees, frames));
            let budget = if tag.budget == 0 {
                Cell::Figure { text: "–".to_owned(), value: f64::MAX }
            } else {
                bytes(tag.budget)
            };
            vec![
                Cell::Name(tag.live.name.clone()),
                self.curve(&tag.live),
                bytes(tag.live.points.last().map_or(0, |(_, live)| *live)),
                count(tag.blocks),
                mean_bytes(spread.mean),
                bytes(spread.max),
                bytes(tag.peak),
                budget,
                Cell::Figure { text: units::number(made), value: made },
                Cell::Figure { text: units::number(freed), value: freed },
                Cell::Frame(self.at(spread.worst)),
            ]
        });
        Table {
            title: "Heap",
            caption: "What lives of the heap at the end of frames, by tag",
            columns: vec![
                "Name",
                "Over time",
                "Live at end",
                "Blocks",
                "Mean",
                "Max",
                "Peak",
                "Budget",
                "Made/frame",
                "Freed/frame",
                "Worst frame",
            ],
            rows: rows.collect(),
        }
    }

    fn zones_table(&self) -> Table {
        let rows = self.zones.iter().map(|tag| {
            let spread = Spread::of_series(&tag.pinned, self.frames.len());
            vec![
                Cell::Name(tag.pinned.name.clone()),
                self.curve(&tag.pinned),
                count(tag.escaped),
                bytes(tag.pinned.at_end(self.frames.len())),
                mean_bytes(spread.mean),
                bytes(spread.max),
                count(tag.refused),
                count(tag.exhausted),
                Cell::Frame(self.at(spread.worst)),
            ]
        });
        Table {
            title: "Zones",
            caption: "Blocks that outlived their zone, and bytes of the chunks that they pin at the end of frames, by tag",
            columns: vec![
                "Name",
                "Over time",
                "Escaped",
                "Pinned at end",
                "Mean",
                "Max",
                "Refused",
                "Exhausted",
                "Worst frame",
            ],
            rows: rows.collect(),
        }
    }

    fn pools_table(&self) -> Table {
        let rows = self.pools.iter().map(|pool| {
            let spread = Spread::of_series(&pool.live, self.frames.len());
            vec![
                Cell::Name(pool.live.name.clone()),
                self.curve(&pool.live),
                count(pool.live.points.last().map_or(0, |(_, live)| *live)),
                count(spread.max),
                count(pool.high_water),
                bytes(pool.bytes),
                Cell::Frame(self.at(spread.worst)),
            ]
        });
        Table {
            title: "Pools",
            caption: "Live objects at the end of frames",
            columns: vec!["Name", "Over time", "Live at end", "Most", "High water", "Memory", "Worst frame"],
            rows: rows.collect(),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "times are shown with three digits")]
    fn phases_table(&self) -> Table {
        let rows = self.phases.iter().map(|phase| {
            let spread = Spread::of_series(&phase.bytes, self.frames.len());
            let time = ratio(phase.nanoseconds, phase.calls);
            let calls = ratio(phase.calls, self.frames.len() as u64);
            vec![
                Cell::Name(phase.bytes.name.clone()),
                self.curve(&phase.bytes),
                Cell::Figure { text: units::number(calls), value: calls },
                mean_bytes(spread.mean),
                bytes(spread.p99),
                bytes(spread.max),
                Cell::Figure { text: units::time(time), value: time },
                figure(phase.longest, units::time(phase.longest as f64)),
                Cell::Frame(self.at(spread.worst)),
            ]
        });
        Table {
            title: "Phases",
            caption: "Bytes per frame and time, by named span",
            columns: vec![
                "Name",
                "Over time",
                "Calls/frame",
                "Mean",
                "p99",
                "Max",
                "Mean time",
                "Longest",
                "Worst frame",
            ],
            rows: rows.collect(),
        }
    }
}

/// The word for what happened to a request.
pub(super) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Refused => "refused",
        Outcome::Warned => "warned",
        Outcome::Allowed => "allowed",
        Outcome::Promoted => "promoted",
        Outcome::Soft => "soft limit",
        _ => "other",
    }
}

fn outcomes(budget: &Budget) -> String {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for hit in &budget.hits {
        let word = word(hit.outcome);
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    if counts.is_empty() {
        return "never met".to_owned();
    }
    let parts: Vec<String> = counts.iter().map(|(word, count)| format!("{} {word}", units::count(*count))).collect();
    parts.join(", ")
}
