//! `cargo fa report`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::exit::{CLEAN, FOUND, INCOMPLETE, UsageError};
use crate::report::changes::Changes;
use crate::trace_report::{
    Diff, LifeEnd, Lifetimes, Recording, Threshold, lifetimes, lifetimes_markdown, markdown, page, picture, summary,
};

const EXIT_CODES: &str = "Exit codes:
  0    the report was made
  1    with --diff: the mean bytes per frame of the whole, a tag, a system or a phase grew by more than the threshold;
       with --findings-after: a finding of the level deny is new
  2    the command line is wrong, or a file is missing, empty, no recording, or of another version
  3    with --strict: a recording is cut off or damaged, so the report is incomplete
  101  cargo-fa itself failed";

/// What to report of which recordings.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Arguments {
    /// The recording; with --diff two, the old one first
    #[arg(required_unless_present = "findings_after", num_args = 1..=2, value_name = "TRACE")]
    pub traces: Vec<PathBuf>,
    /// Write a page that needs no network: timeline, tags, systems, budgets, pools, threads
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the timeline as a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Compare two recordings
    #[arg(long, conflicts_with_all = ["html", "svg"])]
    pub diff: bool,
    /// Which blocks of the heap were made in these frames, such as `100..200`, `100..` or `..200` (both ends included), by the
    /// place that made them
    #[arg(long, value_name = "FRAMES", value_parser = MadeIn::parse, conflicts_with_all = ["diff", "html", "svg"])]
    pub made: Option<MadeIn>,
    /// With --made, or of all: only those that were freed after this frame, or never
    #[arg(long, value_name = "FRAME", conflicts_with_all = ["diff", "html", "svg"])]
    pub freed_after: Option<u64>,
    /// With --made, or of all: only those that live when the recording ends
    #[arg(long, conflicts_with_all = ["diff", "html", "svg", "freed_after"])]
    pub never_freed: bool,
    /// With --diff: the growth of mean bytes per frame that fails, such as `64KiB` or `5%` (which leaves out growth below 1KiB)
    #[arg(long, value_name = "SIZE|PERCENT", value_parser = Threshold::parse, requires = "diff", default_value = "5%")]
    pub threshold: Threshold,
    /// Compare two analyses, too: the report of the old one, as `cargo fa --format json=FILE` wrote it
    #[arg(long, value_name = "FILE", requires = "findings_after")]
    pub findings_before: Option<PathBuf>,
    /// The report of the new analysis
    #[arg(long, value_name = "FILE", requires = "findings_before")]
    pub findings_after: Option<PathBuf>,
    /// Also write what changed as the comment of a pull request: Markdown, after a line by which the next run finds it
    #[arg(long, value_name = "FILE")]
    pub comment: Option<PathBuf>,
    /// Also append it to the summary of the job: Markdown, to the file that `GITHUB_STEP_SUMMARY` names
    #[arg(long)]
    pub job_summary: bool,
    /// Format of what is printed
    #[arg(short, long, default_value = "text")]
    pub format: TextFormat,
    /// Exit with 3 if a recording is cut off or damaged
    #[arg(long)]
    pub strict: bool,
}

/// Frames from one to another, both included; open where `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeIn(pub Option<u64>, pub Option<u64>);

impl MadeIn {
    fn parse(text: &str) -> Result<Self, String> {
        Lifetimes::parse_made(text).map(|(from, to)| Self(from, to))
    }
}

/// Formats of what `cargo fa report` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// For a terminal.
    Text,
    /// For a pull request.
    Markdown,
}

/// What a run of `cargo fa report` has to say.
#[derive(Clone, Debug)]
pub struct Made {
    /// For standard output.
    pub text: String,
    /// Lines for standard error: what was written, and what is wrong with a recording.
    pub messages: Vec<String>,
    /// The exit code.
    pub code: u8,
}

/// Does what the command line says.
///
/// # Errors
/// The command line is wrong, a file cannot be read or written, or is no recording.
pub fn run(arguments: &Arguments) -> Result<Made, UsageError> {
    let changes = changes(arguments)?;
    if !arguments.diff && changes.is_none() && (arguments.comment.is_some() || arguments.job_summary) {
        let message =
            "`--comment` and `--job-summary` say what changed: `--diff`, or `--findings-before` and `--findings-after`";
        return Err(UsageError(message.to_owned()));
    }
    let recordings = match (arguments.diff, arguments.traces.as_slice()) {
        (false, []) => Vec::new(),
        (false, [_]) | (true, [_, _]) => {
            arguments.traces.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?
        }
        (true, _) => return Err(UsageError("`--diff` compares two recordings, the old one first".to_owned())),
        (false, _) => return Err(UsageError("two recordings are compared with `--diff`".to_owned())),
    };
    let incomplete = recordings.iter().any(Recording::is_incomplete);
    let code = if arguments.strict && incomplete { INCOMPLETE } else { CLEAN };
    let mut messages = Vec::new();
    if recordings.len() != 1 {
        let diff = difference(&recordings, arguments)?;
        let markdown = || join(changes.as_ref().map(Changes::markdown), diff.as_ref().map(Diff::markdown));
        let text = match arguments.format {
            TextFormat::Text => join(changes.as_ref().map(Changes::text), diff.as_ref().map(Diff::text)),
            TextFormat::Markdown => markdown(),
        };
        write_for_review(arguments, markdown, &mut messages)?;
        let fails =
            diff.is_some_and(|diff| diff.has_grown()) || changes.is_some_and(|changes| changes.has_new_errors());
        return Ok(Made { text, messages, code: if fails { FOUND } else { code } });
    }
    if changes.is_some() {
        let message = "findings are compared alone or with `--diff`, not beside one recording";
        return Err(UsageError(message.to_owned()));
    }
    let recording = &recordings[0];
    if let Some(question) = question(arguments) {
        if !recording.has_lifetimes() {
            let message = format!(
                "{} does not follow blocks of the heap: `AllocConfig::with_sites(SiteSampling::default().with_lifetimes(…))`",
                recording.name()
            );
            return Err(UsageError(message));
        }
        let text = match arguments.format {
            TextFormat::Text => lifetimes(recording, question),
            TextFormat::Markdown => lifetimes_markdown(recording, question),
        };
        return Ok(Made { text, messages, code });
    }
    for (file, render) in [(&arguments.html, page as fn(&Recording) -> String), (&arguments.svg, picture)] {
        if let Some(file) = file {
            std::fs::write(file, render(recording))
                .map_err(|error| UsageError(format!("{}: {error}", file.display())))?;
            messages.push(format!("cargo-fa: wrote {}", file.display()));
        }
    }
    let mut text = String::new();
    if messages.is_empty() {
        text = match arguments.format {
            TextFormat::Text => summary(recording),
            TextFormat::Markdown => markdown(recording),
        };
    } else if let Some(note) = recording.note() {
        messages.push(format!("note: {note}"));
    }
    Ok(Made { text, messages, code })
}

/// What is asked about lifetimes, if anything is.
fn question(arguments: &Arguments) -> Option<Lifetimes> {
    let end = match (arguments.freed_after, arguments.never_freed) {
        (Some(frame), _) => LifeEnd::After(frame),
        (None, true) => LifeEnd::Never,
        (None, false) => LifeEnd::Any,
    };
    let MadeIn(from, to) = match (arguments.made, end) {
        (None, LifeEnd::Any) => return None,
        (made, _) => made.unwrap_or(MadeIn(None, None)),
    };
    Some(Lifetimes { made: (from, to), end })
}

/// The first line of a comment, by which whoever posts it finds the one of the run before.
const MARK: &str = "<!-- cargo-fa report -->";

/// Findings that came and went, if reports are given.
fn changes(arguments: &Arguments) -> Result<Option<Changes>, UsageError> {
    let (Some(before), Some(after)) = (&arguments.findings_before, &arguments.findings_after) else { return Ok(None) };
    let read =
        |path: &Path| std::fs::read_to_string(path).map_err(|error| UsageError(format!("{}: {error}", path.display())));
    let changes = Changes::between(&read(before)?, &read(after)?);
    let wrong = |(which, error): (usize, String)| UsageError(format!("{}: {error}", [before, after][which].display()));
    changes.map(Some).map_err(wrong)
}

/// What changed between two recordings, if there are two.
fn difference(recordings: &[Recording], arguments: &Arguments) -> Result<Option<Diff>, UsageError> {
    let [before, after] = recordings else { return Ok(None) };
    for recording in recordings {
        if recording.is_empty() {
            return Err(UsageError(format!("{} holds no frame to compare", recording.name())));
        }
    }
    Ok(Some(Diff::new(before, after, arguments.threshold)))
}

fn join(first: Option<String>, second: Option<String>) -> String {
    first.into_iter().chain(second).collect::<Vec<_>>().join("\n")
}

/// Writes the comment and the summary that are asked for.
fn write_for_review(
    arguments: &Arguments,
    markdown: impl Fn() -> String,
    messages: &mut Vec<String>,
) -> Result<(), UsageError> {
    let wrong = |path: &Path, error: &std::io::Error| UsageError(format!("{}: {error}", path.display()));
    if let Some(comment) = &arguments.comment {
        std::fs::write(comment, format!("{MARK}\n{}", markdown())).map_err(|error| wrong(comment, &error))?;
        messages.push(format!("cargo-fa: wrote {}", comment.display()));
    }
    if arguments.job_summary {
        let file = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from);
        let file = file.ok_or_else(|| UsageError("`--job-summary`: GITHUB_STEP_SUMMARY names no file".to_owned()))?;
        let open = std::fs::OpenOptions::new().create(true).append(true).open(&file);
        open.and_then(|mut open| std::io::Write::write_all(&mut open, markdown().as_bytes()))
            .map_err(|error| wrong(&file, &error))?;
    }
    Ok(())
}

fn open(path: &Path) -> Result<Recording, UsageError> {
    let wrong = |error: &dyn std::fmt::Display| UsageError(format!("{}: {error}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(&error))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Recording::read(&name, &bytes).map_err(|error| wrong(&error))
}
