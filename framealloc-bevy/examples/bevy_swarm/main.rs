//! A swarm of thousands of agents, played twice on Bevy's multi-threaded executor: once with frame memory, once with
//! `Vec`, `Box` and `Local<Vec>`. Both games do the same, to the bit; what differs is who is asked for memory.
//!
//! ```text
//! cargo run --release -p framealloc-bevy --example bevy_swarm
//! cargo run --release -p framealloc-bevy --example bevy_swarm -- --pipelined
//! cargo run --release -p framealloc-bevy --example bevy_swarm -- --sealed
//! cargo run --release -p framealloc-bevy --example bevy_swarm -- --record FILE
//! ```
//!
//! With `--pipelined` the game with frame memory has a renderer, which draws after the game or on a thread of its own, one frame
//! behind: the same pictures, by the same allocator calls. With `--sealed` all of its frame memory is taken at the start, and may
//! not grow once the game is warm. With `--record` the warm frames are recorded, with what each system asks of the heap.
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

mod framed;
mod game;
mod heaped;
mod pipelined;

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use bevy_app::ScheduleRunnerPlugin;
use bevy_app::prelude::*;
use bevy_diagnostic::{Diagnostic, DiagnosticsStore};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::MultiThreadedExecutor;
use framealloc::bevy::prelude::*;
use framealloc::{CountingAlloc, HeapGuard};

#[global_allocator]
static GLOBAL: CountingAlloc<HeapGuard> = CountingAlloc::new(HeapGuard::system());

/// Frames before anything is measured: arenas, lists and Bevy's own queues grow to what they need.
const WARM_UP: usize = 200;
const FRAMES: usize = 500;

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => beside_vectors(),
        Some("--pipelined") => with_a_renderer(),
        Some("--sealed") => sealed(),
        Some("--record") => recorded(&std::env::args().nth(2).expect("`--record` needs a file after it")),
        Some(other) => panic!("`{other}` is not known here: `--pipelined`, `--sealed` and `--record` are"),
    }
}

/// Plays the game with a renderer: in a row, and on two threads.
fn with_a_renderer() {
    let (in_a_row, pipelined) = (pipelined::Pictures::default(), pipelined::Pictures::default());
    let row = play("game, then renderer", |app| pipelined::in_a_row(app, &in_a_row));
    let mut renderer = None;
    let two = play("renderer one frame behind", |app| renderer = Some(pipelined::pipelined(app, &pipelined)));
    renderer.expect("`play` has made it").join().expect("the renderer does not panic");
    let pictures = pipelined.all();
    assert_eq!(pictures.len(), WARM_UP + FRAMES, "every frame was drawn");
    assert_eq!(pictures, in_a_row.all(), "the same pictures");
    assert_eq!(row.checksum, two.checksum, "both games play the same");

    println!("{} agents, {FRAMES} frames, {} pictures, all the same\n", game::AGENTS, pictures.len());
    println!("{}", two.diagnostics);
    compare(&[row, two]);
}

fn compare(outcomes: &[Outcome]) {
    println!("{:<32}{:>22}{:>14}", "", "allocator calls/frame", "quiet frame");
    for outcome in outcomes {
        println!("{:<32}{:>22}{:>14.1?}", outcome.name, outcome.calls / FRAMES as u64, outcome.quiet_frame);
    }
}

/// Plays the game in frame memory and on the heap.
fn beside_vectors() {
    let bevy_alone = play("Bevy alone, with empty systems", |app| {
        app.add_systems(PreUpdate, idle);
        app.add_systems(Update, (idle_on_all_threads, idle, idle, idle, idle, idle, idle, idle));
        app.add_systems(PostUpdate, (idle, idle));
    });
    let framed = play("frame memory", in_frame_memory);
    let heaped = play("Vec, Box and Local<Vec>", |app| {
        app.add_plugins(heaped::plugin);
    });
    assert_eq!(framed.checksum, heaped.checksum, "both games play the same");

    println!("{} agents, {FRAMES} frames\n", game::AGENTS);
    println!("{}", framed.diagnostics);
    compare(&[bevy_alone, framed, heaped]);
}

/// Plays the game in frame memory, and records its warm frames.
fn recorded(file: &str) {
    let file = PathBuf::from(file);
    let outcome = play("frame memory, recorded", |app| {
        in_frame_memory(app);
        app.add_systems(
            Last,
            (move |watch: Res<Stopwatch>, mut alloc: ResMut<AllocResource>| {
                if watch.frame == WARM_UP {
                    alloc.record(&file).expect("the file can be written");
                }
                if watch.frame == WARM_UP + FRAMES - 1 {
                    let summary = alloc.stop_recording().expect("the file can be written");
                    println!("{} frames recorded", summary.frames);
                }
            })
            .before(watch),
        );
    });
    compare(&[outcome]);
}

fn in_frame_memory(app: &mut App) {
    let config = AllocConfig::default().with_frame_chunk(megabytes(1));
    app.add_plugins(SmartAllocPlugins.set(SmartAllocPlugin::new(config).with_prewarm(true)));
    app.add_plugins(framed::plugin);
}

/// Plays the game in frame memory that is sealed when it is warm.
fn sealed() {
    let sealed = play("frame memory, sealed", |app| {
        let config = AllocConfig::default().with_frame_chunk(megabytes(1)).with_region(megabytes(64));
        app.add_plugins(SmartAllocPlugins.set(SmartAllocPlugin::new(config).with_prewarm(true)));
        app.add_plugins(framed::plugin);
        app.add_systems(Last, seal.before(watch));
    });
    println!("{}", sealed.diagnostics);
    compare(&[sealed]);
}

/// Seals frame memory before the first frame that is measured, and says after the last one what has grown.
fn seal(watch: Res<Stopwatch>, mut alloc: ResMut<AllocResource>) {
    if watch.frame == WARM_UP {
        alloc.seal();
    }
    if watch.frame == WARM_UP + FRAMES - 1 {
        let growth = alloc.growth_since_seal();
        let refused: usize = growth.iter().map(|growth| growth.refused).sum();
        println!("sealed: {refused} requests were refused; {growth:?}");
    }
}

fn idle() {}

fn idle_on_all_threads(mut agents: Query<&mut game::Velocity>) {
    agents.par_iter_mut().for_each(|_| {});
}

/// What a game says when it ends.
struct Outcome {
    name: &'static str,
    /// Of the state of all agents.
    checksum: u64,
    /// Calls to the system's allocator in the measured frames, by all threads.
    calls: u64,
    /// The tenth percentile of the frames' times: other programs disturb the rest.
    quiet_frame: Duration,
    /// The table of Bevy's diagnostics.
    diagnostics: String,
}

#[derive(Resource)]
struct Stopwatch {
    name: &'static str,
    frame: usize,
    calls: u64,
    last: Instant,
    times: Vec<Duration>,
    result: Sender<Outcome>,
}

/// Plays one game without a window, until the stopwatch has seen enough.
fn play(name: &'static str, systems: impl FnOnce(&mut App)) -> Outcome {
    let (result, outcome) = channel();
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), ScheduleRunnerPlugin::run_loop(Duration::ZERO)));
    app.edit_schedule(Update, |schedule| {
        schedule.set_executor(MultiThreadedExecutor::new());
    });
    let times = Vec::with_capacity(WARM_UP + FRAMES);
    app.insert_resource(Stopwatch { name, frame: 0, calls: 0, last: Instant::now(), times, result })
        .init_resource::<DiagnosticsStore>()
        .add_systems(Startup, game::spawn)
        .add_systems(Last, watch);
    systems(&mut app);
    app.run();
    outcome.recv().expect("the stopwatch ends the game")
}

fn watch(
    mut watch: ResMut<Stopwatch>,
    agents: Query<game::State>,
    store: Res<DiagnosticsStore>,
    mut exit: MessageWriter<AppExit>,
) {
    watch.frame += 1;
    let time = watch.last.elapsed();
    watch.times.push(time);
    watch.last = Instant::now();
    if watch.frame == WARM_UP {
        watch.calls = GLOBAL.calls().total();
    }
    if watch.frame == WARM_UP + FRAMES {
        let calls = GLOBAL.calls().total() - watch.calls;
        let times = &mut watch.times[WARM_UP..];
        times.sort_unstable();
        let quiet_frame = times[FRAMES / 10];
        let outcome = Outcome {
            name: watch.name,
            calls,
            quiet_frame,
            checksum: game::checksum(&agents),
            diagnostics: table(&store),
        };
        watch.result.send(outcome).expect("`play` waits for it");
        exit.write(AppExit::Success);
    }
}

/// What `LogDiagnosticsPlugin` would log, once and in order.
fn table(store: &DiagnosticsStore) -> String {
    let mut diagnostics: Vec<&Diagnostic> = store.iter().collect();
    diagnostics.sort_by(|a, b| a.path().as_str().cmp(b.path().as_str()));
    let line = |diagnostic: &&Diagnostic| {
        let (value, average) = (diagnostic.value()?, diagnostic.average()?);
        Some(format!("{:<38}{value:>10}{:2} (average {average:.0})\n", diagnostic.path().as_str(), diagnostic.suffix))
    };
    diagnostics.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use framealloc::bevy::TestedApp;
    use framealloc::{Frames, frame_test};

    use super::*;

    /// In what systems do: Bevy's executor hands them to threads by calls of its own, which no system is attributed.
    #[frame_test(warmup = 200, frames = 100, tag("ui") <= "64KiB", system("fight") <= "512KiB")]
    fn steady_frames_take_what_they_are_said_to() -> impl Frames {
        let mut app = App::new();
        app.add_plugins(TaskPoolPlugin::default()).add_systems(Startup, game::spawn);
        in_frame_memory(&mut app);
        TestedApp::new(app)
    }
}
