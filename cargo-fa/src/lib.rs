//! The analyser behind `cargo fa`.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod codes;
pub mod config;
pub mod finding;
mod nearest;
pub mod source;
pub mod suppress;
