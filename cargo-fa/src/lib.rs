//! The analyser behind `cargo fa`.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod app;
pub mod baseline;
pub mod cli;
pub mod codes;
pub mod config;
mod engine;
pub mod explain;
mod facts;
pub mod finding;
pub mod fix;
mod flow;
pub mod graph;
pub mod init;
pub mod levels;
pub mod list;
pub mod progress;
pub mod project;
pub mod report;
mod resolve;
mod rules;
pub mod run;
pub mod selection;
pub mod source;
mod summary;
pub mod suppress;
