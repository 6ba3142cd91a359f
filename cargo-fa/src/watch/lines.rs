//! What is known, as lines: for logs and pipes.

use std::fmt::Write as _;

use super::live::exact;
use super::tables::{Section, Table, Wanted, width};
use super::view::{State, View};
use crate::trace_report::{bytes, count, percent, time};

/// Tags that a line names.
const TAGS: usize = 4;

/// Writes lines as a game goes on, and events when they happen.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    wanted: Wanted,
    /// The frame of the last line.
    frame: Option<u64>,
    told: Option<(State, Option<String>)>,
    /// The text and count of the events that were told.
    events: Vec<(String, u64)>,
}

impl Lines {
    /// Makes lines about what is wanted.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Returns the lines about what is new; none if nothing is.
    pub fn next(&mut self, view: &View) -> String {
        let mut out = String::new();
        // Live and quiet say nothing that the frames do not.
        let state = (view.state, view.message.clone());
        if self.told.as_ref() != Some(&state) {
            // A failure ends the program, which tells it then.
            if let (State::Waiting | State::Gone, Some(message)) = &state {
                let _ = writeln!(out, "{}: {message}", view.state.name());
            }
            self.told = Some(state);
        }
        for event in view.events.iter().rev() {
            let known = self.events.iter().find(|(text, _)| *text == event.text).map_or(0, |(_, count)| *count);
            if event.count > known {
                let times = if event.count == 1 { String::new() } else { format!(" ({} times)", count(event.count)) };
                let _ = writeln!(out, "frame {}: {}{times}", count(event.frame), event.text);
            }
        }
        self.events = view.events.iter().map(|event| (event.text.clone(), event.count)).collect();
        if view.frame.is_some() && view.frame != self.frame {
            self.frame = view.frame;
            out += &self.line(view);
            out.push('\n');
        }
        out
    }

    fn line(&self, view: &View) -> String {
        let mut line = String::new();
        line += &summary(view);
        let tags = Table::of(Section::Tags, view, &self.wanted);
        let named: Vec<String> =
            tags.rows.iter().take(TAGS).map(|(_, cells)| format!("{} {}", cells[0], cells[1])).collect();
        if !named.is_empty() {
            let _ = write!(line, " | {}", named.join(", "));
        }
        let part = |full: Option<f64>| full.unwrap_or(0.0);
        let fullest = view.budgets.iter().filter(|budget| budget.full.is_some());
        if let Some(fullest) = fullest.max_by(|one, other| part(one.full).total_cmp(&part(other.full))) {
            let name = fullest.name.strip_prefix("the ").unwrap_or(&fullest.name);
            let _ = write!(line, " | {name} {}", percent(part(fullest.full)));
        }
        line
    }
}

/// One line of the whole frame.
pub(super) fn summary(view: &View) -> String {
    let Some(frame) = view.frame else { return String::new() };
    let mut line = format!(
        "frame {}  {}  high water {}  {}",
        count(frame),
        bytes(exact(view.bytes)),
        bytes(exact(view.high_water)),
        time(exact(view.frame_nanoseconds)),
    );
    if let Some(heap) = view.heap_bytes {
        let _ = write!(line, "  heap {}", bytes(exact(heap)));
    }
    if let Some(flights) = view.flights {
        let _ = write!(line, "  in flight {}", bytes(exact(flights.bytes)));
    }
    if view.left_out > 0 {
        let _ = write!(line, "  left out {}", count(view.left_out));
    }
    line
}

/// All tables, as `cargo fa watch --once` prints them.
#[must_use]
pub fn tables(view: &View, wanted: &Wanted) -> String {
    let mut out = format!("{}: {}\n", view.source, summary(view));
    for section in Section::ALL {
        let table = Table::of(section, view, wanted);
        if table.rows.is_empty() {
            continue;
        }
        let widths = table.widths();
        out.push('\n');
        let head: Vec<String> = table.head.iter().map(|name| name.to_uppercase()).collect();
        out += &row(&head, &widths);
        table.rows.iter().for_each(|(_, cells)| out += &row(cells, &widths));
    }
    out
}

/// A line of a table: the first cell on the left, the others on the right.
pub(super) fn row(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (at, (cell, column)) in cells.iter().zip(widths).enumerate() {
        let blanks = " ".repeat(column.saturating_sub(width(cell)));
        line += &if at == 0 { format!("{cell}{blanks}") } else { format!("  {blanks}{cell}") };
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}
