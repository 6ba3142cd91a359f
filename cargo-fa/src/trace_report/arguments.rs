//! The command line of `cargo fa report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::diff::Threshold;

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
