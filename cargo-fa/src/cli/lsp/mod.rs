//! `cargo fa lsp`: what a check cannot show in an editor, over the Language Server Protocol.
//!
//! - `documents`: the texts that an editor has, and places in them as the protocol counts.
//! - `folders`: the folders of the editor, each with its session.
//! - `session`: the program in one as it was analysed last.
//! - `answers`: hints, hovers, actions and diagnostics of it.
//! - `server`: the messages.

mod answers;
mod documents;
mod folders;
mod server;
mod session;

use std::path::PathBuf;

use clap::Args;

use super::arguments::{BuildFlags, Common};
use super::exit::UsageError;
use super::session::Open;

/// What the server knows beside the sources.
#[derive(Clone, Debug, Args)]
pub struct Arguments {
    /// A recording, or the JSON of a snapshot, whose figures stand beside the systems; read again when it changes; may be repeated
    #[arg(long, value_name = "FILE")]
    pub trace: Vec<PathBuf>,
    /// Also publish the findings, for editors in which no check of cargo shows them
    #[arg(long)]
    pub diagnostics: bool,
    /// Which build to analyse.
    #[command(flatten)]
    pub build: BuildFlags,
}

/// Serves the editor on standard input and output until it says that it leaves.
///
/// # Errors
/// The editor does not speak the protocol.
pub fn run(arguments: &Arguments, common: &Common, open: Open) -> Result<(), UsageError> {
    let (connection, threads) = lsp_server::Connection::stdio();
    server::serve(&connection, arguments, common, open)?;
    // The thread that writes ends when nobody can send any more.
    drop(connection);
    threads.join().map_err(|error| UsageError(format!("the editor is gone: {error}")))
}
