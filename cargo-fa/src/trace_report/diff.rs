//! What changed from one recording to another: bytes per frame, by tag, system and phase, and what frames in flight held.

use std::collections::BTreeMap;
use std::fmt::Write;

use framealloc_syntax::{SizeError, parse_size};

use super::figures::Spread;
use super::recording::{Recording, Series};
use super::text::{aligned, bar, escaped, markdown_table, printable, shortened};
use super::units;

/// Growth below this is noise to a threshold in per cent: a tag of ten bytes may double.
const NOISE: f64 = 1024.0;

/// Changes below this are not listed.
const VISIBLE: f64 = 0.5;

/// How much the bytes per frame may grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// By this part of what they were, and by more than 1 KiB.
    Part(f64),
    /// By this many bytes.
    Bytes(u64),
}

impl Threshold {
    /// Reads `5%` or `64KiB`.
    ///
    /// # Errors
    /// The text is neither, with a hint at what was probably meant.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(number) = text.strip_suffix('%') {
            let part = number.trim().parse::<f64>().ok().filter(|part| part.is_finite() && *part >= 0.0);
            return part.map(|part| Self::Part(part / 100.0)).ok_or_else(|| format!("`{text}` is no percentage"));
        }
        parse_size(text).map(Self::Bytes).map_err(|error| match &error {
            SizeError::Malformed { suggestion: Some(meant) } => format!("{error}; did you mean `{meant}`?"),
            _ => format!("{error}, or a percentage such as `5%`"),
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "thresholds are far below 2^52 bytes")]
    fn is_passed(self, change: &Change) -> bool {
        let growth = change.after - change.before;
        match self {
            Self::Part(part) => growth > NOISE && growth > change.before * part,
            Self::Bytes(bytes) => growth > bytes as f64,
        }
    }
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Bytes,
    Times,
}

/// One figure in both recordings, mostly mean bytes per frame.
#[derive(Clone, Debug)]
struct Change {
    kind: &'static str,
    name: String,
    unit: Unit,
    before: f64,
    after: f64,
}

impl Change {
    fn growth(&self) -> f64 {
        self.after - self.before
    }

    fn percent(&self) -> String {
        if self.growth() == 0.0 {
            return "same".to_owned();
        }
        if self.before == 0.0 {
            return "new".to_owned();
        }
        if self.after == 0.0 {
            return "gone".to_owned();
        }
        let part = self.growth() / self.before * 100.0;
        format!("{}{:.1} %", if part < 0.0 { "−" } else { "+" }, part.abs())
    }

    fn cells(&self) -> Vec<String> {
        let figures = match self.unit {
            Unit::Bytes => [units::bytes(self.before), units::bytes(self.after), units::signed_bytes(self.growth())],
            Unit::Times => {
                let sign = if self.growth() < 0.0 { "−" } else { "+" };
                let growth = format!("{sign}{}", units::number(self.growth().abs()));
                [units::number(self.before), units::number(self.after), growth]
            }
        };
        let mut cells = vec![self.name.clone()];
        cells.extend(figures);
        cells.push(self.percent());
        cells
    }
}

/// What changed from one recording to another.
#[derive(Clone, Debug)]
pub struct Diff {
    names: [String; 2],
    notes: Vec<String>,
    frames: [usize; 2],
    /// Mean, 99th percentile and maximum of whole frames.
    whole: Vec<Change>,
    /// Bytes held, frames and refusals, where either recording has frames in flight.
    flights: Vec<Change>,
    parts: Vec<Change>,
    threshold: Threshold,
}

impl Diff {
    /// Compares two recordings; each must hold a frame.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "sizes are shown with three digits")]
    pub fn new(before: &Recording, after: &Recording, threshold: Threshold) -> Self {
        let (from, to) = (before.frame_bytes(), after.frame_bytes());
        let whole = |name: &str, before, after| Change {
            kind: "frame",
            name: name.to_owned(),
            unit: Unit::Bytes,
            before,
            after,
        };
        let mut parts = Vec::new();
        parts.extend(changes("tag", [&before.tags, &after.tags], [before, after]));
        let systems = |recording: &Recording| -> Vec<Series> {
            recording.systems.iter().map(|system| system.bytes.clone()).collect()
        };
        parts.extend(changes("system", [&systems(before), &systems(after)], [before, after]));
        let phases = |recording: &Recording| -> Vec<Series> {
            recording.phases.iter().map(|phase| phase.bytes.clone()).collect()
        };
        // Of one that was not sampled nothing is known.
        if before.sites.every > 0 && after.sites.every > 0 {
            let sites = |recording: &Recording| -> Vec<Series> {
                recording.sites.places(false).into_iter().map(|place| place.bytes).collect()
            };
            parts.extend(changes("site", [&sites(before), &sites(after)], [before, after]));
        }
        parts.extend(changes("phase", [&phases(before), &phases(after)], [before, after]));
        let heap =
            |recording: &Recording| -> Vec<Series> { recording.heap.iter().map(|tag| tag.live.clone()).collect() };
        parts.extend(changes("heap", [&heap(before), &heap(after)], [before, after]));
        let note =
            |recording: &Recording| recording.note().map(|note| format!("{}: {note}", printable(&recording.name)));
        Self {
            names: [before.name.clone(), after.name.clone()],
            notes: [before, after].into_iter().filter_map(note).collect(),
            frames: [before.frames.len(), after.frames.len()],
            whole: vec![
                whole("mean frame", from.mean, to.mean),
                whole("p99 frame", from.p99 as f64, to.p99 as f64),
                whole("largest frame", from.max as f64, to.max as f64),
            ],
            flights: flights(before, after),
            parts,
            threshold,
        }
    }

    /// Whether the mean frame, what is in flight, a tag, a system, a phase or the heap of a tag grew by more than the threshold.
    #[must_use]
    pub fn has_grown(&self) -> bool {
        self.grown().next().is_some()
    }

    /// A single extreme frame is no trend: the percentile and the maximum are shown and not judged. Neither are sites, which are
    /// estimates: their tags and systems are exact.
    fn grown(&self) -> impl Iterator<Item = &Change> {
        self.whole
            .iter()
            .take(1)
            .chain(self.flights.iter().take(1))
            .chain(self.parts.iter().filter(|change| change.kind != "site"))
            .filter(|change| self.threshold.is_passed(change))
    }

    fn of_kind(&self, kind: &str) -> Vec<&Change> {
        self.parts.iter().filter(|change| change.kind == kind && change.growth().abs() >= VISIBLE).collect()
    }

    /// The sites that changed most.
    fn largest_of_sites(&self) -> Vec<&Change> {
        self.of_kind("site").into_iter().take(CHANGED_SITES).collect()
    }

    fn limit(&self) -> String {
        match self.threshold {
            Threshold::Part(part) => format!("{} and 1 KiB per frame", units::percent(part)),
            #[expect(clippy::cast_precision_loss, reason = "sizes are shown with three digits")]
            Threshold::Bytes(bytes) => format!("{} per frame", units::bytes(bytes as f64)),
        }
    }

    fn frame_counts(&self) -> String {
        let [before, after] = self.frames.map(|frames| units::count(frames as u64));
        format!("{before} frames before, {after} after")
    }

    /// For a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let [before, after] = [0, 1].map(|side| printable(&self.names[side]));
        let mut out = format!("{before} → {after} ({})\n", self.frame_counts());
        for note in &self.notes {
            let _ = writeln!(out, "note: {note}");
        }
        let rows = |changes: &[&Change]| -> Vec<Vec<String>> {
            changes.iter().map(|change| shown(change, |name| shortened(&printable(name)))).collect()
        };
        out.push_str(&aligned(&COLUMNS, &rows(&self.whole.iter().collect::<Vec<_>>())));
        if !self.flights.is_empty() {
            let _ = writeln!(out, "\nFrames in flight");
            out.push_str(&aligned(&COLUMNS, &rows(&self.flights.iter().collect::<Vec<_>>())));
        }
        for (kind, title) in KINDS {
            let changed = self.of_kind(kind);
            let _ = writeln!(out, "\n{title}, mean bytes per frame");
            if changed.is_empty() {
                out.push_str("  no change\n");
            } else {
                out.push_str(&aligned(&COLUMNS, &rows(&changed)));
            }
        }
        let heap = self.of_kind("heap");
        if !heap.is_empty() {
            let _ = writeln!(out, "\n{HEAP}, mean of what lived");
            out.push_str(&aligned(&COLUMNS, &rows(&heap)));
        }
        let sites = self.largest_of_sites();
        if !sites.is_empty() {
            let _ = writeln!(out, "\n{SITES}, mean bytes per frame, estimated");
            out.push_str(&aligned(&COLUMNS, &rows(&sites)));
        }
        let _ = writeln!(out, "\n{}", self.verdict(printable));
        out
    }

    /// For a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        let [before, after] = [0, 1].map(|side| escaped(&self.names[side]));
        let mut out = format!("## Frame memory: {before} → {after}\n\n{}\n\n", self.frame_counts());
        for note in &self.notes {
            let _ = writeln!(out, "> {}\n", escaped(note));
        }
        let _ = writeln!(out, "**{}**\n", self.verdict(escaped));
        let rows = |changes: &[&Change]| -> Vec<Vec<String>> {
            // Bars of one table have one scale.
            let most = changes.iter().map(|change| change.before.max(change.after)).fold(0.0, f64::max);
            let with_bar = |change: &&Change| {
                let mut cells = shown(change, escaped);
                cells.push(bar(change.before, change.after, most));
                cells
            };
            changes.iter().map(with_bar).collect()
        };
        out.push_str(&markdown_table(&DRAWN, &rows(&self.whole.iter().collect::<Vec<_>>())));
        if !self.flights.is_empty() {
            let _ = writeln!(out, "\n### Frames in flight\n");
            out.push_str(&markdown_table(&DRAWN, &rows(&self.flights.iter().collect::<Vec<_>>())));
        }
        for (kind, title) in KINDS {
            let changed = self.of_kind(kind);
            if !changed.is_empty() {
                let _ = writeln!(out, "\n### {title}\n");
                out.push_str(&markdown_table(&DRAWN, &rows(&changed)));
            }
        }
        let heap = self.of_kind("heap");
        if !heap.is_empty() {
            let _ = writeln!(out, "\n### {HEAP}\n");
            out.push_str(&markdown_table(&DRAWN, &rows(&heap)));
        }
        let sites = self.largest_of_sites();
        if !sites.is_empty() {
            let _ = writeln!(out, "\n### {SITES}\n\nEstimated from samples.\n");
            out.push_str(&markdown_table(&COLUMNS, &rows(&sites)));
        }
        out
    }

    /// One line: what grew too much, or that nothing did.
    fn verdict(&self, name: impl Fn(&str) -> String) -> String {
        let grown: Vec<String> = self
            .grown()
            .map(|change| {
                let kind = if change.kind == "frame" { String::new() } else { format!("{} ", change.kind) };
                // What lives is not of a frame.
                let each = if change.kind == "heap" { "" } else { "/frame" };
                format!("{kind}{} {}{each}", name(&change.name), units::signed_bytes(change.growth()))
            })
            .collect();
        if grown.is_empty() {
            format!("Nothing grew by more than {}.", self.limit())
        } else {
            format!("Grew by more than {}: {}.", self.limit(), grown.join(", "))
        }
    }
}

const COLUMNS: [&str; 5] = ["Name", "Before", "After", "Change", ""];
/// Beside the figures what a comment can show of a picture: pictures of recordings have no address that a forge would fetch.
const DRAWN: [&str; 6] = ["Name", "Before", "After", "Change", "", "█ both ▒ more ░ less"];
const KINDS: [(&str, &str); 3] = [("tag", "Tags"), ("system", "Systems"), ("phase", "Phases")];
/// What lives, where either recording knows it.
const HEAP: &str = "Heap by tag";
/// Places that ask for memory, where both recordings know them.
const SITES: &str = "Sites";
/// The most of them that are shown.
const CHANGED_SITES: usize = 20;

fn shown(change: &Change, name: impl Fn(&str) -> String) -> Vec<String> {
    let mut cells = change.cells();
    cells[0] = name(&change.name);
    cells
}

/// Changes of the series of one kind, matched by name: numbers are given out anew in every run. The largest change first.
fn changes(kind: &'static str, series: [&[Series]; 2], recordings: [&Recording; 2]) -> Vec<Change> {
    let mut means: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for side in 0..2 {
        for series in series[side] {
            let mean = Spread::of_series(series, recordings[side].frames.len()).mean;
            means.entry(&series.name).or_default()[side] += mean;
        }
    }
    let mut changes: Vec<Change> = means
        .into_iter()
        .map(|(name, [before, after])| Change { kind, name: name.to_owned(), unit: Unit::Bytes, before, after })
        .collect();
    changes.sort_by(|a, b| b.growth().abs().total_cmp(&a.growth().abs()));
    changes
}

/// What frames in flight held, if either recording has any: the mean first, which is judged.
#[expect(clippy::cast_precision_loss, reason = "figures are shown with three digits")]
fn flights(before: &Recording, after: &Recording) -> Vec<Change> {
    let all = [before, after].map(|recording| {
        let flights = recording.frames.iter().map(|frame| frame.flights.unwrap_or_default());
        let bytes = Spread::of_all(flights.clone().map(|flights| flights.bytes));
        let most = flights.clone().map(|flights| flights.frames).max().unwrap_or(0);
        let refused: u64 = flights.map(|flights| flights.refused).sum();
        [bytes.mean, bytes.max as f64, most as f64, refused as f64]
    });
    if all.iter().flatten().all(|figure| *figure == 0.0) {
        return Vec::new();
    }
    let names = [
        ("held, mean", Unit::Bytes),
        ("held at most", Unit::Bytes),
        ("frames at most", Unit::Times),
        ("refused ends", Unit::Times),
    ];
    let changes = names.into_iter().enumerate();
    changes
        .map(|(index, (name, unit))| Change {
            kind: "in flight",
            name: name.to_owned(),
            unit,
            before: all[0][index],
            after: all[1][index],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_sizes_or_percentages() {
        assert_eq!(Threshold::parse("5%"), Ok(Threshold::Part(0.05)));
        assert_eq!(Threshold::parse("0%"), Ok(Threshold::Part(0.0)));
        assert_eq!(Threshold::parse("64KiB"), Ok(Threshold::Bytes(65_536)));
        assert!(Threshold::parse("64KB").unwrap_err().contains("64KiB"));
        for wrong in ["five%", "-1%", "inf%", "%", "", "lots"] {
            assert!(Threshold::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_percentage_does_not_fail_for_a_few_bytes() {
        let change = |before, after| Change { kind: "tag", name: String::new(), unit: Unit::Bytes, before, after };
        let five = Threshold::Part(0.05);
        assert!(!five.is_passed(&change(10.0, 1000.0)));
        assert!(!five.is_passed(&change(100_000.0, 104_000.0)));
        assert!(five.is_passed(&change(100_000.0, 106_000.0)));
        assert!(five.is_passed(&change(0.0, 2000.0)));
        assert!(!five.is_passed(&change(2000.0, 0.0)));
        assert!(Threshold::Bytes(0).is_passed(&change(10.0, 11.0)));
    }
}
