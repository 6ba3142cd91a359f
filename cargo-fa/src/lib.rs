//! The analyser behind `cargo fa`: it reads the attributes that the macros of framealloc read, and finds what types cannot see.
//!
//! The layers, from the bottom: [`project`] (manifests, modules), facts (syntax lowered to owned data), resolve (names), flow
//! (where memory comes from and goes), summary (calls), rules. They meet the rest at [`analysis`]: a request and a
//! configuration go in, findings come out.
//!
//! Above that border, [`run`] selects, suppresses, gives levels and compares with a baseline; [`report`] writes the result in
//! nine formats; [`cli`] and [`app`] are the command line. [`codes`] is the one registry of FA codes, [`explain`] their texts.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod app;
pub mod baseline;
pub mod cli;
pub mod codes;
pub mod config;
pub mod engine;
pub mod exit;
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
pub mod trace_report;
