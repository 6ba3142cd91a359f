//! The command line: what is asked for, what each command does, and how it ends.

pub mod app;
pub mod arguments;
pub mod baseline;
mod build_flags;
pub mod command_line;
pub mod commands;
pub mod exit;
pub mod fix;
pub mod graph;
pub mod init;
pub mod levels;
pub mod list;
pub mod lsp;
pub mod progress;
pub mod prove;
mod prove_join;
pub mod run;
mod runs;
pub mod selection;
pub mod session;
mod target;
pub mod trace_report;
mod version_control;
pub mod watch;
