//! The analyser behind `cargo fa`.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod codes;
pub mod config;
pub mod finding;
pub mod levels;
mod nearest;
pub mod selection;
pub mod source;
pub mod suppress;
