//! What gameplay code that was not ported gains by zones on Bevy's multi-threaded executor: the half of `bevy_swarm` with `Vec` and
//! `Box`, as it stands and with a zone around each system. A process has one global allocator, so there is a program for each.
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

#[path = "../../../framealloc-bevy/examples/bevy_swarm/game.rs"]
#[allow(dead_code, reason = "the example has another half")]
mod game;
#[path = "../../../framealloc-bevy/examples/bevy_swarm/heaped.rs"]
mod heaped;
mod zoned;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::MultiThreadedExecutor;
use framealloc::AmbientAlloc;
use framealloc::bevy::prelude::*;

/// Frames that are measured, unless the command line says how many; a third as many come before.
pub const FRAMES: usize = 600;

/// Plays the game as the command line says, `plain`, `zones` or `idle` and how many frames, and prints its figures, one a line.
///
/// `calls` says how many calls the allocator inside has had; 0 where nobody counts.
///
/// # Panics
/// If the command line says something else.
pub fn measure(calls: fn() -> u64) {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugin::default())).add_systems(Startup, game::spawn);
    app.edit_schedule(Update, |schedule| {
        schedule.set_executor(MultiThreadedExecutor::new());
    });
    match std::env::args().nth(1).as_deref() {
        Some("plain") => app.add_plugins(heaped::plugin),
        Some("zones") => app.add_plugins(zoned::plugin),
        // What Bevy itself asks for to run as many systems.
        Some("idle") => app
            .add_systems(PreUpdate, idle)
            .add_systems(Update, (idle_on_all_threads, idle, idle, idle, idle, idle, idle, idle))
            .add_systems(PostUpdate, (idle, idle)),
        other => panic!("{other:?} is neither `plain` nor `zones` nor `idle`"),
    };
    app.finish();
    app.cleanup();
    let frames = std::env::args().nth(2).and_then(|frames| frames.parse().ok()).unwrap_or(FRAMES);
    (0..frames / 3).for_each(|_| app.update());

    let (calls_before, busy_before) = (calls(), busy());
    let mut times: Vec<Duration> = Vec::with_capacity(frames);
    for _ in 0..frames {
        let start = Instant::now();
        app.update();
        times.push(start.elapsed());
    }
    let (calls_after, busy_after) = (calls(), busy());
    times.sort_unstable();
    let at = |percent: usize| times[frames * percent / 100].as_secs_f64() * 1e6;
    let stats = AmbientAlloc::stats();
    let per_frame = 1.0 / frames as f64;
    let mut agents = app.world_mut().query::<game::State>();
    let checksum = game::checksum(&agents.query(app.world()));
    for (name, value) in [
        ("wall p10, us", at(10)),
        ("wall p50, us", at(50)),
        ("wall p99, us", at(99)),
        ("processors, us", (busy_after - busy_before).as_secs_f64() * 1e6 * per_frame),
        ("calls/frame", (calls_after - calls_before) as f64 * per_frame),
        ("pinned, KiB", stats.pinned_bytes as f64 / 1024.0),
        ("live in zones, KiB", stats.bytes as f64 / 1024.0),
        ("refused", stats.tags.iter().map(|tag| tag.refused).sum::<usize>() as f64),
        // Of the state of all agents.
        ("checksum", (checksum % (1 << 52)) as f64),
    ] {
        println!("{name}\t{value}");
    }
}

fn idle() {}

fn idle_on_all_threads(mut agents: Query<&mut game::Velocity>) {
    agents.par_iter_mut().for_each(|_| {});
}

/// What all threads of the process have run: on a machine that others use as well, wall time is theirs too.
fn busy() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// A program of this folder, and how it plays.
type Contender = (&'static str, &'static str);

const CONTENDERS: [Contender; 4] =
    [("system", "plain"), ("mimalloc", "plain"), ("zones-system", "zones"), ("zones-mimalloc", "zones")];
/// What is counted once, since calls hardly differ from run to run.
const COUNTED: [Contender; 3] = [("counting", "idle"), ("counting", "plain"), ("zones-counting", "zones")];

/// Runs the programs of this folder in turns, so many times and frames, and prints medians, and ratios with the least and the most.
pub fn compare(folder: &Path, rounds: usize, frames: usize) -> ExitCode {
    let run = |(program, how): Contender| -> Option<Vec<(String, f64)>> {
        let output = Command::new(folder.join(program))
            .args([how, &frames.to_string()])
            .output()
            .ok()
            .filter(|output| output.status.success())?;
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines
            .lines()
            .map(|line| line.split_once('\t').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?))))
            .collect()
    };
    let mut figures: BTreeMap<(usize, String), Vec<f64>> = BTreeMap::new();
    let mut names = Vec::new();
    for round in 0..rounds {
        for turn in 0..CONTENDERS.len() {
            let which = (round + turn) % CONTENDERS.len();
            let Some(lines) = run(CONTENDERS[which]) else {
                eprintln!(
                    "error: `{}` is not beside this program, or failed: build all of them first",
                    CONTENDERS[which].0
                );
                return ExitCode::FAILURE;
            };
            names = lines.iter().map(|(name, _)| name.clone()).collect();
            for (name, value) in lines {
                figures.entry((which, name)).or_default().push(value);
            }
        }
    }
    let all = |which: usize, name: &str| figures.get(&(which, name.to_owned())).map_or(&[][..], Vec::as_slice);
    println!("| | {} |", CONTENDERS.map(|(program, how)| format!("{program}, {how}")).join(" | "));
    println!("|---|{}", "---:|".repeat(CONTENDERS.len()));
    for name in names.iter().filter(|name| *name != "calls/frame" && *name != "checksum") {
        let cells: Vec<String> =
            (0..CONTENDERS.len()).map(|which| format!("{:.1}", median(all(which, name)))).collect();
        println!("| {name} | {} |", cells.join(" | "));
    }
    let results: Vec<f64> = (0..CONTENDERS.len()).flat_map(|which| all(which, "checksum").to_vec()).collect();
    println!("\nthe same game everywhere: {}\n", results.windows(2).all(|two| two[0].to_bits() == two[1].to_bits()));
    for (ours, base) in [(2, 0), (3, 1), (2, 1)] {
        for name in ["processors, us", "wall p10, us", "wall p50, us", "wall p99, us"] {
            let mut ratios: Vec<f64> =
                all(ours, name).iter().zip(all(base, name)).map(|(ours, base)| ours / base).collect();
            ratios.sort_by(f64::total_cmp);
            let (least, most) = (ratios.first().copied().unwrap_or(0.0), ratios.last().copied().unwrap_or(0.0));
            println!(
                "{} / {}, {name}: {:.2} ({least:.2}-{most:.2})",
                CONTENDERS[ours].0,
                CONTENDERS[base].0,
                median(&ratios)
            );
        }
    }
    for contender in COUNTED {
        let calls = run(contender).and_then(|lines| lines.into_iter().find(|(name, _)| name == "calls/frame"));
        println!(
            "calls of the allocator inside per frame, {}: {:.1}",
            contender.1,
            calls.map_or(f64::NAN, |(_, calls)| calls)
        );
    }
    ExitCode::SUCCESS
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
