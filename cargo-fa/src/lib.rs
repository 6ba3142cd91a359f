//! The analyser behind `cargo fa`.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod app;
pub mod baseline;
pub mod cli;
pub mod codes;
pub mod config;
pub mod explain;
pub mod finding;
pub mod fix;
pub mod graph;
pub mod init;
pub mod levels;
pub mod list;
pub mod progress;
pub mod report;
pub mod run;
pub mod selection;
pub mod source;
pub mod suppress;
