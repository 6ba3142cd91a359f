//! What can be said to every command, and to the check, and what it means.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::levels::{LevelFlag, Levels, category};
use crate::model::codes::{Level, Selector};
use crate::report::Format;

pub use super::build_flags::BuildFlags;
pub use super::target::Output;
use super::target::{LevelWord, level_word, output, selector};
pub use super::version_control::Allowed;

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// Path of the Cargo.toml to start from [default: the nearest one above]
    #[arg(long, global = true, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Configuration to use [default: the nearest .fa.toml up to the root of the workspace]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Print findings and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Tell what is done
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Threads to use [default: one per processor]
    #[arg(short, long, global = true, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub jobs: usize,
    /// Read everything again instead of using the cache below the target directory
    #[arg(long, global = true)]
    pub no_cache: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to check and how to report it.
#[expect(clippy::struct_excessive_bools, reason = "these are the flags of a command line")]
#[expect(clippy::doc_markdown, reason = "the help of the command line is no Markdown")]
#[derive(Clone, Debug, Default, Args)]
pub struct Check {
    /// Files and directories to report [default: all of the selected packages]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Frame escapes, hot loops, missing boundaries, the heap on the frame path (FA4xx, FA5xx, FA6xx)
    #[arg(long, help_heading = "Categories (none is all)")]
    pub dirtymem: bool,
    /// Frames and async (FA7xx)
    #[arg(long, help_heading = "Categories (none is all)")]
    pub async_safety: bool,
    /// Frames and threads (FA2xx)
    #[arg(long, help_heading = "Categories (none is all)")]
    pub threading: bool,
    /// Tags and modules (FA8xx)
    #[arg(long, help_heading = "Categories (none is all)")]
    pub architecture: bool,
    /// Budgets and bounds (FA3xx)
    #[arg(long, help_heading = "Categories (none is all)")]
    pub budgets: bool,
    /// Everything
    #[arg(short, long, help_heading = "Categories (none is all)")]
    pub all: bool,

    /// Report as errors: codes, prefixes, names, groups, or `warnings`
    #[arg(short = 'D', long, value_name = "CODE", value_delimiter = ',', value_parser = level_word, help_heading = "Levels (the last one wins)")]
    deny: Vec<LevelWord>,
    /// Report as warnings
    #[arg(short = 'W', long, value_name = "CODE", value_delimiter = ',', value_parser = level_word, help_heading = "Levels (the last one wins)")]
    warn: Vec<LevelWord>,
    /// Do not report
    #[arg(short = 'A', long, value_name = "CODE", value_delimiter = ',', value_parser = level_word, help_heading = "Levels (the last one wins)")]
    allow: Vec<LevelWord>,
    /// Report as errors, whatever comments in the source say
    #[arg(short = 'F', long, value_name = "CODE", value_delimiter = ',', value_parser = level_word, help_heading = "Levels (the last one wins)")]
    forbid: Vec<LevelWord>,
    /// Look for these codes only
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = selector, help_heading = "Levels (the last one wins)")]
    pub only: Vec<Selector>,
    /// Do not look for these codes
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = selector, help_heading = "Levels (the last one wins)")]
    pub skip: Vec<Selector>,
    /// Report nothing below this level
    #[arg(long, value_name = "LEVEL", help_heading = "Levels (the last one wins)")]
    pub min_severity: Option<Severity>,
    /// Also report what is only a guess, and codes that are off by default
    #[arg(long, help_heading = "Levels (the last one wins)")]
    pub pedantic: bool,
    /// Stop after the first finding at the level deny
    #[arg(long, help_heading = "Levels (the last one wins)")]
    pub fail_fast: bool,
    /// Exit with 3 if a file could not be analysed
    #[arg(long, help_heading = "Levels (the last one wins)")]
    pub strict: bool,

    /// Which build to analyse.
    #[command(flatten)]
    pub build: BuildFlags,

    /// Packages to report, by name or glob
    #[arg(short, long, value_name = "SPEC", help_heading = "Selection")]
    pub package: Vec<String>,
    /// Report every package of the workspace
    #[arg(long, help_heading = "Selection")]
    pub workspace: bool,
    /// Leave out: a path glob if it holds `/`, `**` or ends with `.rs`, else packages and parts of paths of that name
    #[arg(short, long, value_name = "GLOB", help_heading = "Selection")]
    pub exclude: Vec<String>,
    /// Leave out paths that fit a glob
    #[arg(long, value_name = "GLOB", help_heading = "Selection")]
    pub exclude_path: Vec<String>,
    /// Leave out packages whose name fits a glob
    #[arg(long, value_name = "GLOB", help_heading = "Selection")]
    pub exclude_package: Vec<String>,
    /// Also analyse tests and benches
    #[arg(long, help_heading = "Selection")]
    pub tests: bool,
    /// Also analyse examples
    #[arg(long, help_heading = "Selection")]
    pub examples: bool,
    /// Also analyse tests, benches and examples
    #[arg(long, help_heading = "Selection")]
    pub all_targets: bool,

    /// Format of the report, `FORMAT=FILE` to write it to a file; may be repeated
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = output, help_heading = "Report")]
    pub format: Vec<Output>,
    /// As in cargo: `json` writes messages as cargo does, for editors
    #[arg(long, value_name = "FORMAT", conflicts_with = "format", help_heading = "Report")]
    pub message_format: Option<MessageFormat>,
    /// Run cargo's own check first and pass its messages on, for editors that have one command
    #[arg(long, value_name = "COMMAND", num_args = 0..=1, require_equals = true, default_missing_value = "check", help_heading = "Report")]
    pub with_check: Option<WithCheck>,
    /// Directory that paths in reports start from [default: the root of the workspace; for github, gitlab and sarif that of the repository]
    #[arg(long, value_name = "DIRECTORY", help_heading = "Report")]
    pub path_base: Option<PathBuf>,
    /// Tell how long each layer took
    #[arg(long, help_heading = "Report")]
    pub timings: bool,

    /// Put what this run of the program counted beside the findings, the dearest first, and report what nobody predicted: a recording, or the JSON of a snapshot; may be repeated
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "write_baseline"], help_heading = "Report")]
    pub trace: Vec<PathBuf>,

    /// Do not report what this file lists
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = crate::cli::baseline::FILE_NAME, help_heading = "Baseline and fixes")]
    pub baseline: Option<PathBuf>,
    /// List all findings in this file, so that later runs report only new ones
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = crate::cli::baseline::FILE_NAME, conflicts_with = "baseline", help_heading = "Baseline and fixes")]
    pub write_baseline: Option<PathBuf>,
    /// Apply the fixes that keep the meaning of the program
    #[arg(long, conflicts_with_all = ["baseline", "write_baseline"], help_heading = "Baseline and fixes")]
    pub fix: bool,
    /// With --fix: print the changes instead of making them
    #[arg(long, requires = "fix", help_heading = "Baseline and fixes")]
    pub dry_run: bool,

    /// What does not keep `--fix` from changing files.
    #[command(flatten)]
    pub allowed: Allowed,

    /// Level flags of all kinds in the order of the command line.
    #[arg(skip)]
    pub level_flags: Vec<LevelFlag>,
}

/// The levels that findings can be reported at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Severity {
    /// Everything.
    Hint,
    /// Warnings and errors.
    #[value(alias = "warning")]
    Warn,
    /// Errors.
    #[value(alias = "error")]
    Deny,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Hint => Self::Hint,
            Severity::Warn => Self::Warn,
            Severity::Deny => Self::Deny,
        }
    }
}

/// The commands of cargo that `--with-check` can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WithCheck {
    /// `cargo check`.
    Check,
    /// `cargo clippy`.
    Clippy,
}

/// The values of cargo's `--message-format` that make sense here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// For people.
    Human,
    /// One line each.
    Short,
    /// Messages of cargo that hold rustc's diagnostics.
    Json,
}

impl Check {
    /// What `cargo fa show` asks for: every level and every guess in one file.
    #[must_use]
    pub fn everything_about(file: &std::path::Path) -> Self {
        Self {
            paths: vec![file.to_owned()],
            pedantic: true,
            all_targets: true,
            min_severity: Some(Severity::Hint),
            ..Self::default()
        }
    }

    /// What an editor shows: the whole workspace, with hints.
    #[must_use]
    pub fn in_an_editor() -> Self {
        Self { workspace: true, min_severity: Some(Severity::Hint), ..Self::default() }
    }

    /// The reports to write, in the order of the command line; the terminal's if none was asked for.
    #[must_use]
    pub fn outputs(&self) -> Vec<Output> {
        let mut outputs = self.format.clone();
        if let Some(format) = self.message_format {
            let format = match format {
                MessageFormat::Human => Format::Terminal,
                MessageFormat::Short => Format::Compact,
                MessageFormat::Json => Format::CargoJson,
            };
            outputs.push(Output { format, file: None });
        }
        if outputs.iter().all(|output| output.file.is_some()) {
            // Files do not replace what a person sees.
            outputs.push(Output { format: Format::Terminal, file: None });
        }
        outputs
    }

    /// Lays what the command line says over the levels of the configuration.
    pub fn lay_over(&self, levels: &mut Levels) {
        levels.flags.clone_from(&self.level_flags);
        levels.pedantic = self.pedantic;
        levels.only.clone_from(&self.only);
        levels.skip.clone_from(&self.skip);
        if let Some(severity) = self.min_severity {
            levels.min_severity = Some(severity.into());
        }
        if !self.all {
            let asked = [
                (self.dirtymem, "dirtymem"),
                (self.async_safety, "async-safety"),
                (self.threading, "threading"),
                (self.architecture, "architecture"),
                (self.budgets, "budgets"),
            ];
            levels.groups =
                asked.iter().filter(|(asked, _)| *asked).flat_map(|(_, name)| category(name)).copied().collect();
        }
    }
}
