//! Measures the analyser against its bars, on trees made of sources that the registry has anyway.
//!
//! `cargo run --release -p cargo-fa --example speed [-- --rounds N] [--lines N] [--games PERCENT] [--keep] [--check]`
//!
//! With `--check` it also times `cargo check` beside the analysis, on what is committed of this repository.
//!
//! Every figure is of a whole process that does what `cargo fa` does: the example starts itself anew for each. Runs of the
//! analyser and of bare syn take turns, so that what else the machine does hits both; medians count, and next to wall time
//! stands the time of the processor, which the load of the machine moves less.
#![forbid(unsafe_code)]

mod beside;
mod child;
mod editor;
mod measure;
mod tree;

use std::path::Path;

use measure::{Figures, Row, median};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The targets: see `docs/internals/analyser.md`.
mod bar {
    pub(super) const LINES_PER_SECOND: f64 = 0.5e6;
    pub(super) const TO_BARE_SYN: f64 = 1.25;
    pub(super) const WARM: f64 = 150.0;
    pub(super) const GAME: f64 = 150.0;
    pub(super) const MEMORY: f64 = 300.0;
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((what, rest)) = arguments.split_first()
        && what.starts_with("child-")
    {
        child::run(what, rest);
        return;
    }
    let number = |flag: &str, default: usize| {
        let at = arguments.iter().position(|argument| argument == flag);
        at.and_then(|at| arguments.get(at + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let rounds = number("--rounds", 5).max(1);
    let lines = number("--lines", 300_000);
    let games = number("--games", 20).min(100);
    let directory = tempfile::Builder::new().prefix("cargo-fa-speed").tempdir().expect("a directory for the trees");
    let large = tree::large(&directory.path().join("large"), lines, lines * games / 100);
    let game = tree::game(&directory.path().join("game"), 20_000);
    println!("{rounds} rounds, 2 threads, {}", measure::load());
    let mut rows = Vec::new();
    println!("large tree: {} packages, {} of them use framealloc", large.packages, large.users);
    whole(&large, rounds, &mut rows);
    println!("game:");
    whole(&game, rounds, &mut rows);
    editor::whole(&game.root, &game.root.join("src/module_0/shooter.rs"), rounds, &mut rows);
    if arguments.iter().any(|argument| argument == "--check") {
        beside::whole(&directory.path().join("repository"), rounds);
    }
    println!();
    for row in &rows {
        println!("{row}");
    }
    if arguments.iter().any(|argument| argument == "--keep") {
        println!("kept in {}", directory.keep().display());
    }
}

/// One tree: cold and bare syn in turns, then warm.
fn whole(tree: &tree::Tree, rounds: usize, rows: &mut Vec<Row>) {
    let cache = tree.root.join("target");
    let list = tree.root.join("files.txt");
    let counted = child::list(&tree.root, &list);
    println!("  {} files, {} lines, {} findings", counted.files, counted.lines, counted.findings);
    let (mut cold, mut bare, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let _ = std::fs::remove_dir_all(&cache);
        cold.push(measure::child("child-check", &[tree.root.as_os_str()]));
        bare.push(measure::child("child-bare", &[list.as_os_str()]));
    }
    for round in 0..rounds {
        edit(&tree.edited, round);
        warm.push(measure::child("child-check", &[tree.root.as_os_str()]));
    }
    let (cold, bare, warm) = (Figures::of(&cold), Figures::of(&bare), Figures::of(&warm));
    println!("  cold      {cold}");
    println!("  bare syn  {bare}");
    println!("  one edit  {warm}");
    let ratios: Vec<f64> = cold.wall.iter().zip(&bare.wall).map(|(cold, bare)| cold / bare).collect();
    if tree.large {
        let lines = f64::from(counted.lines);
        let speed = lines / (median(&cold.wall) / 1e3);
        rows.push(Row::at_least("cold, million lines/s", speed / 1e6, bar::LINES_PER_SECOND / 1e6));
        rows.push(Row::at_most("cold / bare syn, wall time", median(&ratios), bar::TO_BARE_SYN));
        let own = median(&cold.own) / median(&bare.own);
        rows.push(Row::at_most("cold / bare syn, processor time", own, bar::TO_BARE_SYN));
        rows.push(Row::at_most("one file edited, ms", median(&warm.wall), bar::WARM));
        rows.push(Row::at_most("peak memory, MiB", cold.peak.max(warm.peak), bar::MEMORY));
    } else {
        rows.push(Row::at_most("game of 20 000 lines cold, ms", median(&cold.wall), bar::GAME));
    }
}

fn edit(file: &Path, round: usize) {
    let text = std::fs::read_to_string(file).expect("the file to edit is there");
    std::fs::write(file, format!("{text}\npub fn edited_{round}(x: u32) -> u32 {{ x + {round} }}\n")).expect("written");
}
