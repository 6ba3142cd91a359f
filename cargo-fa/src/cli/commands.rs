//! Commands besides the check, and their options.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::build_flags::BuildFlags;
use super::target::selector;
use crate::model::codes::{Code, Selector};

/// Commands besides the check.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Tell what a code means, with bad and good code
    Explain {
        /// Its number or name, such as FA601 or frame-escape
        #[arg(value_parser = code)]
        code: &'static Code,
    },
    /// Report one file, with everything that is suppressed or only a guess
    Show {
        /// The file
        file: PathBuf,
        /// Which build to analyse.
        #[command(flatten)]
        build: BuildFlags,
    },
    /// List the codes
    List {
        /// Only this group: threading, budgets, heap, dirtymem, async-safety, architecture, …
        #[arg(short, long, value_parser = selector)]
        category: Option<Selector>,
        /// Format of the list
        #[arg(short, long, default_value = "text")]
        format: ListFormat,
    },
    /// Write a .fa.toml that fits the workspace
    Init {
        /// Overwrite the one that is there
        #[arg(long)]
        force: bool,
    },
    /// Print the tags and the calls between them, with the ones that .fa.toml forbids
    Graph {
        /// Format of the graph
        #[arg(short, long, default_value = "mermaid")]
        format: GraphFormat,
        /// Which build to analyse.
        #[command(flatten)]
        build: BuildFlags,
    },
    /// Show what a recording of frames says, as text, a page or a picture, or compare two
    Report(super::trace_report::Arguments),
    /// Show what a game uses while it runs: from the recording that it writes, or over a socket
    Watch(super::watch::Arguments),
    /// Build programs and tell what the linked result says of systems that declare an effect
    Prove(super::prove::Arguments),
    /// Serve an editor: figures beside systems, how they come about, and fixes, also of what is not saved
    Lsp(super::lsp::Arguments),
    /// Print completions of the command line for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff
    Man,
    /// Print a JSON Schema
    Schema {
        /// Of what
        #[arg(value_name = "OF", default_value = "config")]
        subject: SchemaOf,
    },
}

/// Formats of `cargo fa list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table for people.
    Text,
    /// An array.
    Json,
    /// A table for documents.
    Markdown,
}

/// Formats of `cargo fa graph`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For Markdown that is shown on the web.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// For programs.
    Json,
}

/// What `cargo fa schema` describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `.fa.toml`.
    Config,
    /// `--format json`.
    Report,
    /// `--write-baseline`.
    Baseline,
}

fn code(word: &str) -> Result<&'static Code, String> {
    if let Some(code) = Code::find(word) {
        return Ok(code);
    }
    Err(match Selector::parse(word) {
        Ok(_) => format!("`{word}` means several codes; `cargo fa list --category {word}` shows them"),
        Err(error) => error.to_string(),
    })
}
