//! The analyser behind `cargo fa`.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod codes;
pub mod config;
pub mod explain;
pub mod finding;
pub mod levels;
pub mod report;
pub mod selection;
pub mod source;
pub mod suppress;
