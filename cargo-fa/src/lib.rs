//! The analyser behind `cargo fa`: it reads the attributes that the macros of framealloc read, and finds what types cannot see.
//!
//! Rooms, from the bottom, each of which uses only those before it:
//!
//! - [`model`]: codes, findings, sources, configuration and suppressions, which everybody speaks of.
//! - [`analysis`]: the border of the engine. A request and a configuration go in, findings come out.
//! - [`engine`]: reads a workspace and finds. Above it only `analysis` is seen; `main` puts the two together.
//! - [`explain`]: what each code means.
//! - [`report`]: findings in nine formats.
//! - [`trace_report`]: what a recording of frames says, as text, page and picture.
//! - [`cli`]: the command line, which selects, suppresses, gives levels, compares with a baseline and fixes.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod cli;
pub mod engine;
pub mod explain;
pub mod model;
pub mod report;
pub mod trace_report;
