//! `cargo fa report`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::exit::{CLEAN, FOUND, INCOMPLETE, UsageError};
use crate::trace_report::{Diff, Recording, Threshold, markdown, page, picture, summary};

const EXIT_CODES: &str = "Exit codes:
  0    the report was made
  1    with --diff: the mean bytes per frame of the whole, a tag, a system or a phase grew by more than the threshold
  2    the command line is wrong, or a file is missing, empty, no recording, or of another version
  3    with --strict: a recording is cut off or damaged, so the report is incomplete
  101  cargo-fa itself failed";

/// What to report of which recordings.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Arguments {
    /// The recording; with --diff two, the old one first
    #[arg(required = true, num_args = 1..=2, value_name = "TRACE")]
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
    /// With --diff: the growth of mean bytes per frame that fails, such as `64KiB` or `5%` (which leaves out growth below 1KiB)
    #[arg(long, value_name = "SIZE|PERCENT", value_parser = Threshold::parse, requires = "diff", default_value = "5%")]
    pub threshold: Threshold,
    /// Format of what is printed
    #[arg(short, long, default_value = "text")]
    pub format: TextFormat,
    /// Exit with 3 if a recording is cut off or damaged
    #[arg(long)]
    pub strict: bool,
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
    let recordings = match (arguments.diff, arguments.traces.as_slice()) {
        (false, [_]) | (true, [_, _]) => {
            arguments.traces.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?
        }
        (true, _) => return Err(UsageError("`--diff` compares two recordings, the old one first".to_owned())),
        (false, _) => return Err(UsageError("two recordings are compared with `--diff`".to_owned())),
    };
    let incomplete = recordings.iter().any(Recording::is_incomplete);
    let code = if arguments.strict && incomplete { INCOMPLETE } else { CLEAN };
    let mut messages = Vec::new();
    if let [before, after] = recordings.as_slice() {
        for recording in [before, after] {
            if recording.is_empty() {
                return Err(UsageError(format!("{} holds no frame to compare", recording.name())));
            }
        }
        let diff = Diff::new(before, after, arguments.threshold);
        let text = match arguments.format {
            TextFormat::Text => diff.text(),
            TextFormat::Markdown => diff.markdown(),
        };
        return Ok(Made { text, messages, code: if diff.has_grown() { FOUND } else { code } });
    }
    let recording = &recordings[0];
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

fn open(path: &Path) -> Result<Recording, UsageError> {
    let wrong = |error: &dyn std::fmt::Display| UsageError(format!("{}: {error}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(&error))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Recording::read(&name, &bytes).map_err(|error| wrong(&error))
}
