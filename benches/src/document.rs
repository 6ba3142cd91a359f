//! Writes the figures into a document, between two markers.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, io};

use crate::harness::{Figures, Workload};
use crate::targets::Verdict;

const BEGIN: &str = "<!-- benches: begin -->";
const END: &str = "<!-- benches: end -->";

/// The tables of one run, in Markdown.
#[derive(Debug, Default)]
pub(crate) struct Document {
    tables: String,
}

impl Document {
    /// Adds the table of one workload.
    pub(crate) fn table(&mut self, workload: &Workload, figures: &[Figures]) {
        // Writing to a `String` cannot fail, here and below.
        let _ = write!(
            self.tables,
            "\n### {}: {}\n\n| contender | ns per {} | ratio to {} | range |\n|---|---:|---:|---:|\n",
            workload.name, workload.about, workload.unit, workload.base
        );
        for row in figures {
            let (least, most) = row.range();
            let _ = writeln!(
                self.tables,
                "| {} | {:.2} | {:.2} | {least:.2}–{most:.2} |",
                row.contender.replace('<', "\\<"),
                row.p10,
                row.ratio()
            );
        }
    }

    /// Replaces what is between the markers of the file.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written, or does not have one pair of markers; it is left as it was then.
    pub(crate) fn write(&self, path: &Path, verdicts: &[Verdict]) -> io::Result<()> {
        let text = fs::read_to_string(path)?;
        let replaced =
            replaced(&text, &format!("{}{}{}", head(), targets(verdicts), self.tables)).ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("needs `{BEGIN}` and `{END}` once each, in this order"),
                )
            })?;
        fs::write(path, replaced)
    }
}

/// The text with what is between its markers replaced.
fn replaced(text: &str, generated: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (old, after) = rest.split_once(END)?;
    let markers_left = [before, old, after].iter().any(|part| part.contains(BEGIN) || part.contains(END));
    (!markers_left).then(|| format!("{before}{BEGIN}\n{generated}\n{END}{after}"))
}

/// When, where and how the figures were taken.
fn head() -> String {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let days = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    let (year, month, day) = date(days);
    format!(
        "Taken on {year}-{month:02}-{day:02} by `cargo run --release -p framealloc-benches -- {}`\non {}.\n",
        arguments.join(" "),
        processor()
    )
}

/// The processor, as the system names it.
fn processor() -> String {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let system = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = system.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let name = match (field("model name"), field("cpu family"), field("model")) {
        (Some(name), Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        (Some(name), ..) => name,
        _ => format!("a processor of the kind {}", env::consts::ARCH),
    };
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    match load.split(' ').next() {
        Some(load) if !load.is_empty() => format!("{name}, {threads} threads, load {load} at the end"),
        _ => format!("{name}, {threads} threads"),
    }
}

/// The day in the proleptic Gregorian calendar, from days since 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut left) = (1970, days);
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

/// What was aimed at, and what came out.
fn targets(verdicts: &[Verdict]) -> String {
    let mut text = String::from(
        "\n### Targets\n\n| workload | contender | against | target | measured | |\n|---|---|---|---:|---:|---|\n",
    );
    for verdict in verdicts {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.2} | {:.2} | {} |",
            verdict.workload,
            verdict.contender,
            verdict.against,
            verdict.aim,
            verdict.ratio,
            if verdict.is_met() { "met" } else { "**missed**" }
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let text = format!("before {BEGIN} old {END} after");
        assert_eq!(replaced(&text, "new").unwrap(), format!("before {BEGIN}\nnew\n{END} after"));
        assert_eq!(replaced("before, after", "new"), None);
        assert_eq!(replaced(&format!("{END} {BEGIN}"), "new"), None);
        assert_eq!(replaced(&format!("{text}{END}"), "new"), None);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_785), (2026, 11, 28));
    }
}
