//! What code that knows nothing of frames pays for its heap, inside of a zone and outside: one program per global allocator,
//! since a process has one, and one that runs them in turns.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};

use framealloc::{SmartAlloc, heap_tag};

use crate::clock::thread_nanos;
use crate::gameplay;

/// Samples of a workload in a process; the tenth percentile counts.
const SAMPLES: usize = 60;

/// What is measured: a name, how often a sample does it, and what that is.
type Workload = (&'static str, usize, fn(&SmartAlloc, usize));

const WORKLOADS: [Workload; 8] = [
    ("64 bytes, allocated and freed", 20_000, |alloc, times| alloc.ambient(|| pairs(times))),
    ("the same, outside of zones", 20_000, |_, times| pairs(times)),
    ("the same, under a tag of the heap", 20_000, |_, times| heap_tag("audio", || pairs(times))),
    ("1000 boxes in a list", 20, |alloc, times| alloc.ambient(|| list(times))),
    ("growth from 32 to 8192 bytes", 400, |alloc, times| alloc.ambient(|| growth(times))),
    ("64 survivors at random", 20_000, |alloc, times| alloc.ambient(|| churn(times))),
    ("a frame of texts, maps and lists", 10, |alloc, times| (0..times).for_each(|_| alloc.ambient(frame))),
    ("a zone with one block", 2000, |alloc, times| (0..times).for_each(|n| alloc.ambient(|| drop(boxed(n))))),
];

fn boxed(n: usize) -> Box<[usize; 8]> {
    black_box(Box::new([n; 8]))
}

fn pairs(times: usize) {
    for n in 0..times {
        drop(boxed(n));
    }
}

fn list(times: usize) {
    for _ in 0..times {
        let boxes: Vec<_> = (0..1000).map(boxed).collect();
        drop(black_box(boxes));
    }
}

fn growth(times: usize) {
    for _ in 0..times {
        let mut bytes: Vec<u8> = Vec::with_capacity(32);
        while bytes.capacity() < 8192 {
            bytes.reserve_exact(bytes.capacity() * 2);
            bytes.resize(bytes.capacity(), 1);
            bytes = black_box(bytes);
        }
    }
}

fn churn(times: usize) {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut survivors: [Option<Box<[u8]>>; 64] = [const { None }; 64];
    for _ in 0..times {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let size = 16 + (random >> 40) as usize % 240;
        survivors[(random >> 33) as usize % 64] = Some(black_box(vec![0; size].into_boxed_slice()));
    }
}

/// What gameplay code does that was not ported: names are formatted, things are sorted into buckets and lists.
fn frame() {
    let names: Vec<String> = (0..200).map(|n| format!("unit {n} of squad {}", n % 7)).collect();
    let mut squads: HashMap<usize, Vec<&str>> = HashMap::new();
    for (n, name) in names.iter().enumerate() {
        squads.entry(n % 7).or_default().push(name);
    }
    let mut order: Vec<(usize, Box<str>)> = squads.iter().map(|(n, squad)| (*n, squad.concat().into())).collect();
    order.sort();
    let paths: Vec<Vec<(f32, f32)>> = (0..50).map(|n| (0..n).map(|m| (m as f32, n as f32)).collect()).collect();
    black_box((order, paths));
}

/// Measures all workloads and prints nanoseconds of each, one a line; with `gameplay` as the argument those of
/// [`gameplay`].
pub fn measure() {
    if std::env::args().nth(1).as_deref() == Some("gameplay") {
        return gameplay::measure();
    }
    let alloc = SmartAlloc::default();
    for (_, times, workload) in WORKLOADS {
        let mut samples: Vec<f64> =
            (0..SAMPLES).map(|_| thread_nanos(|| workload(&alloc, times)) / times as f64).collect();
        samples.sort_by(f64::total_cmp);
        println!("{}", samples[SAMPLES / 10]);
    }
}

/// The programs, each with a global allocator of its own.
const PROGRAMS: [&str; 6] = [
    "ambient-none",
    "ambient-none-mimalloc",
    "ambient-system",
    "ambient-mimalloc",
    "heap-tags-system",
    "heap-tags-mimalloc",
];

/// Runs the programs of this folder in turns, so many times, and prints ratios: the median, and the least and the most.
pub fn compare(folder: &Path, rounds: usize) -> ExitCode {
    let names = WORKLOADS.map(|(name, ..)| name);
    let Some(figures) = in_turns(folder, rounds, &[], names.len()) else { return ExitCode::FAILURE };
    table(&names, &figures);
    ExitCode::SUCCESS
}

/// The same for frames of gameplay code: the median of frames, and their 99th percentile.
#[must_use]
pub fn compare_gameplay(folder: &Path, rounds: usize) -> ExitCode {
    let names: Vec<String> =
        gameplay::WORKLOADS.iter().flat_map(|name| [format!("{name}, p50"), format!("{name}, p99")]).collect();
    let Some(figures) = in_turns(folder, rounds, &["gameplay"], names.len()) else { return ExitCode::FAILURE };
    table(&names, &figures);
    ExitCode::SUCCESS
}

/// By program and workload: what it printed in each round.
fn in_turns(folder: &Path, rounds: usize, args: &[&str], workloads: usize) -> Option<Vec<Vec<Vec<f64>>>> {
    let mut figures = vec![vec![Vec::new(); workloads]; PROGRAMS.len()];
    for round in 0..rounds {
        for turn in 0..PROGRAMS.len() {
            let which = (round + turn) % PROGRAMS.len();
            let Ok(output) = Command::new(folder.join(PROGRAMS[which])).args(args).output() else {
                eprintln!("error: {} is not beside this program: build all of them first", PROGRAMS[which]);
                return None;
            };
            let output = String::from_utf8_lossy(&output.stdout).into_owned();
            for (of, word) in figures[which].iter_mut().zip(output.split_whitespace()) {
                of.extend(word.parse::<f64>());
            }
        }
    }
    Some(figures)
}

fn table(names: &[impl AsRef<str>], figures: &[Vec<Vec<f64>>]) {
    println!("| workload | ns, system | × system | with tags | ns, mimalloc | × mimalloc | with tags |");
    println!("|---|---|---|---|---|---|---|");
    for (at, name) in names.iter().enumerate() {
        let [system, mimalloc, over_system, over_mimalloc, tags_system, tags_mimalloc] =
            [0, 1, 2, 3, 4, 5].map(|which| &figures[which][at]);
        let cell = |base: &[f64], ours: &[f64]| {
            let mut ratios: Vec<f64> = base.iter().zip(ours).map(|(base, ours)| ours / base).collect();
            ratios.sort_by(f64::total_cmp);
            let least_and_most = (ratios.first().copied().unwrap_or(0.0), ratios.last().copied().unwrap_or(0.0));
            format!("{:.2} ({:.2}–{:.2})", median(&ratios), least_and_most.0, least_and_most.1)
        };
        let (first, second) = (cell(system, over_system), cell(mimalloc, over_mimalloc));
        let (tags, tags_second) = (cell(system, tags_system), cell(mimalloc, tags_mimalloc));
        println!(
            "| {} | {:.1} | {first} | {tags} | {:.1} | {second} | {tags_second} |",
            name.as_ref(),
            median(system),
            median(mimalloc)
        );
    }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
