//! Benchmarks of framealloc against its peers, as ratios: all contenders of a workload in one process, in turns.
//!
//! `cargo run --release -p framealloc-benches -- --help` tells how to run them.
#![forbid(unsafe_code)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and nanoseconds here are far below what a float holds exactly"
)]
#![allow(clippy::new_without_default, reason = "contenders are made by name")]

pub mod ambient;
mod arena;
mod clock;
mod document;
pub mod gameplay;
mod harness;
mod options;
mod peers;
mod report;
mod targets;
mod workloads;

use std::process::ExitCode;
use std::sync::OnceLock;

static GLOBAL_NAME: OnceLock<&'static str> = OnceLock::new();

/// The name of the global allocator, as the binary gave it.
fn global_name() -> &'static str {
    GLOBAL_NAME.get_or_init(|| "global allocator")
}

/// Runs what the command line asks for; `global` names the global allocator of the binary.
pub fn run(global: &'static str) -> ExitCode {
    GLOBAL_NAME.get_or_init(|| global);
    let workloads = workloads::all();
    let options = match options::parse(std::env::args().skip(1), &workloads) {
        Ok(options::Asked::Run(options)) => options,
        Ok(options::Asked::Help) => {
            println!("{}", options::help(&workloads));
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    let mut document = document::Document::default();
    let mut verdicts = Vec::new();
    for workload in workloads.iter().filter(|workload| options.wants(workload.name)) {
        let figures = harness::measure(workload, options.effort);
        if options.json {
            report::json(workload, &figures);
        } else {
            report::table(workload, &figures);
        }
        document.table(workload, &figures);
        verdicts.extend(targets::judge(workload.name, &figures));
    }
    let missed = report::verdicts(&verdicts, options.json);
    if let Some(path) = &options.write {
        if let Err(error) = document.write(path, &verdicts) {
            eprintln!("error: {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    if options.gate && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
