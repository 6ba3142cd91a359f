//! What is known, as the lines of a screen.

use super::keys::Shown;
use crate::trace_report::{bytes, count};
use crate::watch::lines::summary;
use crate::watch::live::exact;
use crate::watch::tables::{Section, Table, Weight, width};
use crate::watch::view::{State, View};

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// As text.
    #[default]
    Plain,
    /// The bar on top, and that of the keys.
    Bar,
    /// The head of a table.
    Head,
    /// Something that is nearly full.
    Near,
    /// Something that is full, or failed.
    Full,
}

/// One line of the screen; it may be too long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// How it looks.
    pub ink: Ink,
    /// What it says.
    pub text: String,
}

const HELP: [&str; 11] = [
    "q, Ctrl-C   end",
    "s           sort by bytes, peak, name",
    "p, space    pause; frames that arrive meanwhile are counted, not shown",
    "/           show rows only that have a text in their name; Enter keeps it, Esc clears it",
    "1 to 5      tags, systems, budgets, pools or events alone; 0 or Esc for all",
    "Tab         the next one alone",
    "Up, Down    move in a table that is shown alone; Page Up, Page Down, Home",
    "?           this",
    "",
    "`bytes` is of the last frame, `peak` the most of any frame that arrived; `taken` of a budget includes what was given",
    "back before the end of the frame, so it is full before the frame is refused something, not after.",
];

/// What a screen of this size shows.
#[must_use]
pub fn screen(view: &View, shown: &Shown, width: usize, height: usize) -> Vec<Line> {
    let mut lines = vec![top(view, shown, width), Line { ink: Ink::Plain, text: summary(view) }];
    if let Some(message) = &view.message {
        let ink = if view.state == State::Failed { Ink::Full } else { Ink::Near };
        lines.push(Line { ink, text: message.clone() });
    }
    if height > 12 && !view.timeline.is_empty() {
        lines.push(Line { ink: Ink::Plain, text: timeline(view, width) });
    }
    let room = height.saturating_sub(lines.len() + 1);
    if shown.help {
        lines.extend(HELP.iter().take(room).map(|text| Line { ink: Ink::Plain, text: (*text).to_owned() }));
    } else {
        lines.extend(match shown.alone {
            Some(section) => alone(&Table::of(section, view, &shown.wanted), shown.above, room),
            None => all(view, shown, room),
        });
    }
    lines.truncate(height.saturating_sub(1));
    lines.resize(height.saturating_sub(1), Line::default());
    if height > 0 {
        lines.push(bottom(shown));
    }
    lines
}

fn top(view: &View, shown: &Shown, columns: usize) -> Line {
    let paused = if shown.paused { "paused" } else { view.state.name() };
    let left = format!(" cargo fa watch  {}", view.source);
    let right = format!("{paused}  sorted by {} ", shown.wanted.sort.name());
    let blanks = columns.saturating_sub(width(&left) + width(&right)).max(1);
    Line { ink: Ink::Bar, text: format!("{left}{}{right}", " ".repeat(blanks)) }
}

fn bottom(shown: &Shown) -> Line {
    let text = match (&shown.typing, shown.wanted.filter.as_str()) {
        (Some(typed), _) => format!("/{typed}_"),
        (None, "") => " q end  s sort  p pause  / filter  1-5 alone  ? help".to_owned(),
        (None, filter) => format!(" q end  s sort  p pause  / filter: {filter}  1-5 alone  ? help"),
    };
    Line { ink: Ink::Bar, text }
}

/// The most bytes of each tenth of a second, as bars of eighths.
fn timeline(view: &View, columns: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let label = " most ";
    let skipped = view.timeline.len().saturating_sub(columns.saturating_sub(24));
    let shown = &view.timeline[skipped..];
    let most = shown.iter().copied().max().unwrap_or(0);
    let bar = |bytes: &u64| match u128::from(*bytes) * 7 / u128::from(most.max(1)) {
        0 if *bytes == 0 => ' ',
        eighths => BARS[usize::try_from(eighths).unwrap_or(0).min(7)],
    };
    let bars: String = shown.iter().map(bar).collect();
    format!("{bars}{label}{}", bytes(exact(most)))
}

/// One table with all of its rows.
fn alone(table: &Table, above: usize, room: usize) -> Vec<Line> {
    let most = table.rows.len().saturating_sub(room.saturating_sub(1));
    let above = above.min(most);
    let mut lines = part(table, above, room.saturating_sub(1));
    if above > 0 || most > above {
        let below = table.rows.len() - (above + room.saturating_sub(1)).min(table.rows.len());
        if let Some(head) = lines.first_mut() {
            head.text += &format!("   {} above, {} below", count(above as u64), count(below as u64));
        }
    }
    lines
}

/// All tables that have rows, each with those that there is room for.
fn all(view: &View, shown: &Shown, room: usize) -> Vec<Line> {
    let tables: Vec<Table> = Section::ALL.iter().map(|section| Table::of(*section, view, &shown.wanted)).collect();
    let tables: Vec<Table> = tables.into_iter().filter(|table| !table.rows.is_empty()).collect();
    let mut lines = Vec::new();
    for (table, rows) in tables.iter().zip(shares(&tables, room)) {
        if rows == 0 {
            continue;
        }
        lines.extend(part(table, 0, rows));
        let hidden = table.rows.len() - rows.min(table.rows.len());
        if hidden > 0 {
            let at = lines.len() - 1 - rows.min(table.rows.len());
            lines[at].text += &format!("   {} more", count(hidden as u64));
        }
    }
    lines
}

/// How many rows each table gets of so many lines, of which each table's head takes one.
fn shares(tables: &[Table], room: usize) -> Vec<usize> {
    let mut shares = vec![0; tables.len()];
    let mut left = room;
    // A head and a row each, then a row each in turns, from the top.
    for share in &mut shares {
        if left >= 2 {
            (*share, left) = (1, left - 2);
        }
    }
    loop {
        let before = left;
        for (share, table) in shares.iter_mut().zip(tables) {
            if left > 0 && *share > 0 && *share < table.rows.len() {
                (*share, left) = (*share + 1, left - 1);
            }
        }
        if left == before {
            return shares;
        }
    }
}

/// The head of a table, and rows of it.
fn part(table: &Table, above: usize, rows: usize) -> Vec<Line> {
    let widths = table.widths();
    let row = |cells: &[String]| crate::watch::lines::row(cells, &widths).trim_end().to_owned();
    let head: Vec<String> = table.head.iter().map(|name| name.to_uppercase()).collect();
    let mut lines = vec![Line { ink: Ink::Head, text: row(&head) }];
    lines.extend(table.rows.iter().skip(above).take(rows).map(|(weight, cells)| Line {
        ink: match weight {
            Weight::Usual => Ink::Plain,
            Weight::Near => Ink::Near,
            Weight::Full => Ink::Full,
        },
        text: row(cells),
    }));
    lines
}
