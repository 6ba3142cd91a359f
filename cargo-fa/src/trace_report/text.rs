//! The summary that a terminal or a pull request shows.

use std::fmt::Write;

use super::lives::Lifetimes;
use super::recording::Recording;
use super::tables::{Cell, Fact, Table};
use super::units;

/// Names longer than this lose their middle in a terminal.
const NAME_WIDTH: usize = 44;

/// The summary for a terminal.
#[must_use]
pub fn summary(recording: &Recording) -> String {
    let mut out = format!("{}\n", printable(&recording.name));
    if let Some(note) = recording.note() {
        let _ = writeln!(out, "note: {note}");
    }
    if recording.frames.is_empty() {
        out.push_str("The recording holds no frame.\n");
        return out;
    }
    for fact in recording.facts() {
        let _ = writeln!(out, "  {:<16} {:>12}   {}", fact.label, fact.value, fact_detail(&fact));
    }
    for table in recording.tables() {
        let _ = writeln!(out, "\n{} ({})", table.title, lower_first(table.caption));
        let (columns, rows) = printed(&table, |name| shortened(&printable(name)));
        out.push_str(&aligned(&columns, &rows));
    }
    out
}

/// The answer to a question about how long blocks of the heap live, for a terminal.
#[must_use]
pub fn lifetimes(recording: &Recording, question: Lifetimes) -> String {
    let mut out = format!("{}: {}\n", printable(&recording.name), question.words());
    if let Some(note) = recording.note() {
        let _ = writeln!(out, "note: {note}");
    }
    let _ = writeln!(out, "  {}", recording.answer(question));
    let table = recording.lives.table(question, &recording.sites);
    if !table.rows.is_empty() {
        let (columns, rows) = printed(&table, |name| shortened(&printable(name)));
        let _ = write!(out, "\n{}", aligned(&columns, &rows));
    }
    out
}

/// The answer to a question about how long blocks of the heap live, for a pull request.
#[must_use]
pub fn lifetimes_markdown(recording: &Recording, question: Lifetimes) -> String {
    let mut out = format!("## Lifetimes: {}\n", escaped(&recording.name));
    if let Some(note) = recording.note() {
        let _ = writeln!(out, "\n> {note}");
    }
    let _ = writeln!(out, "\n{}: {}", escaped(&question.words()), recording.answer(question));
    let table = recording.lives.table(question, &recording.sites);
    if !table.rows.is_empty() {
        let (columns, rows) = printed(&table, escaped);
        let _ = write!(out, "\n{}", markdown_table(&columns, &rows));
    }
    out
}

impl Recording {
    /// The sum of an answer, and how good it is.
    #[expect(clippy::cast_precision_loss, reason = "sizes are shown with three digits")]
    fn answer(&self, question: Lifetimes) -> String {
        let (samples, bytes) = self.lives.sum(question);
        if samples == 0 {
            return "no block that was followed fits".to_owned();
        }
        let error = units::percent(1.0 / (samples as f64).sqrt());
        let missed = self.lives.missed;
        let left = if missed > 0 {
            format!("; {} more found no place to be followed", units::count(missed))
        } else {
            String::new()
        };
        format!(
            "{} of the heap, estimated from {} blocks (±{error}) of those that were followed, one in {}{left}",
            units::bytes(bytes as f64),
            units::count(samples),
            units::bytes(self.lives.every as f64)
        )
    }
}

/// The summary for a pull request.
#[must_use]
pub fn markdown(recording: &Recording) -> String {
    let mut out = format!("## Frame memory: {}\n", escaped(&recording.name));
    if let Some(note) = recording.note() {
        let _ = writeln!(out, "\n> {note}");
    }
    if recording.frames.is_empty() {
        out.push_str("\nThe recording holds no frame.\n");
        return out;
    }
    out.push('\n');
    for fact in recording.facts() {
        let _ = writeln!(out, "- {}: **{}** {}", fact.label, fact.value, fact_detail(&fact));
    }
    for table in recording.tables() {
        let _ = writeln!(out, "\n### {}\n\n{}\n", table.title, table.caption);
        let (columns, rows) = printed(&table, escaped);
        out.push_str(&markdown_table(&columns, &rows));
    }
    out
}

pub(super) fn fact_detail(fact: &Fact) -> String {
    let frame = fact.frame.map(|(_, number)| format!("frame #{}", units::count(number)));
    [Some(fact.detail.clone()).filter(|detail| !detail.is_empty()), frame]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

fn lower_first(text: &str) -> String {
    text.chars().take(1).flat_map(char::to_lowercase).chain(text.chars().skip(1)).collect()
}

/// A table without its curves, which text cannot draw.
fn printed<'t>(table: &Table, name: impl Fn(&str) -> String) -> (Vec<&'t str>, Vec<Vec<String>>) {
    let columns = table.columns.iter().copied().filter(|column| *column != "Over time").collect();
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().filter_map(|cell| match cell {
            Cell::Name(text) => Some(name(text)),
            Cell::Figure { text, .. } => Some(text.clone()),
            Cell::Frame(frame) => {
                Some(frame.map_or("–".to_owned(), |(_, number)| format!("#{}", units::count(number))))
            }
            Cell::Curve(_) => None,
        });
        cells.collect()
    });
    (columns, rows.collect())
}

/// Columns as wide as what is in them; the first to the left, the others to the right.
pub(super) fn aligned(columns: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([columns[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut out = String::new();
    let head: Vec<String> = columns.iter().map(ToString::to_string).collect();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = if index == 0 { write!(line, "  {cell:<width$}") } else { write!(line, "  {cell:>width$}") };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// A table in Markdown; cells must be escaped.
pub(super) fn markdown_table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = format!("| {} |\n|---|", columns.join(" | "));
    out.push_str(&"---:|".repeat(columns.len().saturating_sub(1)));
    out.push('\n');
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

/// A name that a terminal shows instead of obeying.
pub(super) fn printable(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

pub(super) fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME_WIDTH {
        return name.to_owned();
    }
    // The end of a path tells more than its begin.
    let end: String = name.chars().skip(length - (NAME_WIDTH - 1)).collect();
    format!("…{end}")
}

/// A name that Markdown does not read as markup: paths have underscores, generics have angles, tables have bars.
pub(super) fn escaped(name: &str) -> String {
    let mut out = String::new();
    for letter in printable(name).chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '!' | '@' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}
/// A bar of what both have (`█`), and what is more (`▒`) or less (`░`) than before, where the largest of its table has 20.
pub(super) fn bar(before: f64, after: f64, most: f64) -> String {
    const WIDTH: f64 = 20.0;
    if most <= 0.0 || before.max(after) <= 0.0 {
        return String::new();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 20")]
    let cells = |value: f64| (value / most * WIDTH).ceil() as usize;
    let (both, all) = (cells(before.min(after)), cells(before.max(after)));
    let rest = if after < before { "░" } else { "▒" };
    format!("`{}{}`", "█".repeat(both), rest.repeat(all - both))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_what_stayed_and_what_came_or_went() {
        assert_eq!(bar(10.0, 20.0, 20.0), format!("`{}{}`", "█".repeat(10), "▒".repeat(10)));
        assert_eq!(bar(20.0, 5.0, 20.0), format!("`{}{}`", "█".repeat(5), "░".repeat(15)));
        assert_eq!(bar(0.0, 0.001, 20.0), "`▒`", "what is there is seen");
        assert_eq!((bar(0.0, 0.0, 20.0), bar(0.0, 0.0, 0.0)), (String::new(), String::new()));
    }
}
