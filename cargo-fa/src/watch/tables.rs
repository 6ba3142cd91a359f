//! Rows as cells of text.

use super::view::{BudgetRow, EventRow, PoolRow, SystemRow, TagRow, View};
use crate::trace_report::{bytes, count, percent};

use super::live::exact;

/// What rows are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Tags.
    Tags,
    /// Systems.
    Systems,
    /// Budgets.
    Budgets,
    /// Pools.
    Pools,
    /// Events.
    Events,
}

impl Section {
    /// All of them, from the top.
    pub const ALL: [Self; 5] = [Self::Tags, Self::Systems, Self::Budgets, Self::Pools, Self::Events];
}

/// By what rows are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sort {
    /// By what the last frame took, budgets by how full they are.
    #[default]
    Bytes,
    /// By the most of any frame.
    Peak,
    /// By the alphabet.
    Name,
}

impl Sort {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Bytes => Self::Peak,
            Self::Peak => Self::Name,
            Self::Name => Self::Bytes,
        }
    }

    /// How it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Peak => "peak",
            Self::Name => "name",
        }
    }
}

/// How much a row wants to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// Nothing is wrong.
    #[default]
    Usual,
    /// A budget is nearly full.
    Near,
    /// A budget is full, or was met.
    Full,
}

/// A budget is nearly full from this part on: where the soft limit usually is.
const NEAR: f64 = 0.8;

/// Rows of one section.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub title: &'static str,
    /// What its columns are called; the first is on the left, all others on the right.
    pub head: Vec<&'static str>,
    /// Cells, and how much the row wants to be looked at.
    pub rows: Vec<(Weight, Vec<String>)>,
}

/// Which rows are wanted, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// In which order.
    pub sort: Sort,
    /// Rows that have this in their name; all if it is empty. Letters may be large or small.
    pub filter: String,
}

impl Wanted {
    fn has(&self, name: &str) -> bool {
        self.filter.is_empty() || name.to_lowercase().contains(&self.filter.to_lowercase())
    }

    /// Rows that are wanted, the largest first, or by name.
    fn of<'r, T>(&self, rows: &'r [T], name: fn(&T) -> &str, now: fn(&T) -> f64, peak: fn(&T) -> f64) -> Vec<&'r T> {
        let mut rows: Vec<&T> = rows.iter().filter(|row| self.has(name(row))).collect();
        let by = |figure: fn(&T) -> f64| move |one: &&T, other: &&T| figure(other).total_cmp(&figure(one));
        match self.sort {
            // Rows of a view are in that order, and stay in it where they are equal.
            Sort::Name => {}
            Sort::Bytes => rows.sort_by(by(now)),
            Sort::Peak => rows.sort_by(by(peak)),
        }
        rows
    }
}

impl Table {
    /// The table of one section.
    #[must_use]
    pub fn of(section: Section, view: &View, wanted: &Wanted) -> Self {
        match section {
            Section::Tags => tags(view, wanted),
            Section::Systems => systems(view, wanted),
            Section::Budgets => budgets(view, wanted),
            Section::Pools => pools(view, wanted),
            Section::Events => events(view, wanted),
        }
    }

    /// How wide each column is.
    #[must_use]
    pub fn widths(&self) -> Vec<usize> {
        let cells = self.rows.iter().map(|(_, cells)| cells);
        let mut widths: Vec<usize> = self.head.iter().map(|name| width(name)).collect();
        for (widest, cell) in cells.flat_map(|cells| (0..).zip(cells)) {
            widths[widest] = widths[widest].max(width(cell));
        }
        widths
    }
}

/// Columns that text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

fn size(value: u64) -> String {
    bytes(exact(value))
}

fn maybe(value: Option<u64>, text: fn(u64) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), text)
}

fn tags(view: &View, wanted: &Wanted) -> Table {
    let rows: Vec<&TagRow> = wanted.of(&view.tags, |tag| &tag.name, |tag| exact(tag.bytes), |tag| exact(tag.peak));
    // A column that says nothing is none.
    let heap = view.tags.iter().any(|tag| tag.heap.is_some());
    let head = ["tag", "bytes", "peak", "heap live", "heap peak"];
    let cells = |tag: &TagRow| {
        let mut cells = vec![tag.name.clone(), size(tag.bytes), size(tag.peak)];
        if heap {
            cells.push(maybe(tag.heap.map(|heap| heap.live), size));
            cells.push(maybe(tag.heap.map(|heap| heap.peak), size));
        }
        (Weight::Usual, cells)
    };
    let columns = if heap { 5 } else { 3 };
    Table { title: "Tags", head: head[..columns].to_vec(), rows: rows.into_iter().map(cells).collect() }
}

fn systems(view: &View, wanted: &Wanted) -> Table {
    let rows: Vec<&SystemRow> =
        wanted.of(&view.systems, |row| &row.name, |row| exact(row.bytes), |row| exact(row.peak));
    let heap = view.systems.iter().any(|row| row.heap_calls.is_some());
    let head = ["system", "calls", "bytes", "peak", "heap calls"];
    let cells = |row: &SystemRow| {
        let mut cells = vec![row.name.clone(), count(row.calls), size(row.bytes), size(row.peak)];
        if heap {
            cells.push(maybe(row.heap_calls, count));
        }
        (Weight::Usual, cells)
    };
    let columns = if heap { 5 } else { 4 };
    Table { title: "Systems", head: head[..columns].to_vec(), rows: rows.into_iter().map(cells).collect() }
}

fn budgets(view: &View, wanted: &Wanted) -> Table {
    let peak = |row: &BudgetRow| row.limit.zip(row.peak).map_or(0.0, |(limit, peak)| exact(peak) / exact(limit));
    let rows: Vec<&BudgetRow> = wanted.of(&view.budgets, |row| &row.name, |row| row.full.unwrap_or(0.0), peak);
    let cells = |row: &BudgetRow| {
        let weight = match row.full {
            Some(full) if full >= 1.0 => Weight::Full,
            _ if row.hits > 0 => Weight::Full,
            Some(full) if full >= NEAR => Weight::Near,
            _ => Weight::Usual,
        };
        let full = row.full.map_or_else(|| "-".to_owned(), percent);
        let name = row.name.strip_prefix("the ").unwrap_or(&row.name).to_owned();
        let mut met = count(row.hits);
        if let Some(outcome) = row.outcome {
            met = format!("{met}, {outcome}");
        }
        (weight, vec![name, full, maybe(row.used, size), maybe(row.limit, size), maybe(row.peak, size), met])
    };
    let head = vec!["budget", "full", "taken", "limit", "peak", "met"];
    Table { title: "Budgets", head, rows: rows.into_iter().map(cells).collect() }
}

fn pools(view: &View, wanted: &Wanted) -> Table {
    let rows: Vec<&PoolRow> =
        wanted.of(&view.pools, |row| &row.name, |row| exact(row.bytes), |row| exact(row.high_water));
    let cells = |row: &PoolRow| {
        (Weight::Usual, vec![row.name.clone(), count(row.live), count(row.high_water), size(row.bytes)])
    };
    let head = vec!["pool", "live", "high water", "bytes"];
    Table { title: "Pools", head, rows: rows.into_iter().map(cells).collect() }
}

fn events(view: &View, wanted: &Wanted) -> Table {
    let rows = view.events.iter().filter(|event| wanted.has(&event.text));
    let cells = |event: &EventRow| (Weight::Usual, vec![event.text.clone(), count(event.count), count(event.frame)]);
    Table { title: "Events", head: vec!["event", "times", "last frame"], rows: rows.map(cells).collect() }
}
