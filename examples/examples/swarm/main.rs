//! A headless game frame loop: thousands of agents that see, think, steer, collide and are drawn.
//!
//! The simulation runs twice side by side, once in framealloc's memory (`systems.rs`) and once in `Vec` and `Box`
//! (`baseline.rs`), over the same rules (`world.rs`), and the program prints what each frame cost.

#![forbid(unsafe_code)]
#![allow(unreachable_pub, reason = "the modules of a program have no other users than the program")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "agents are numbered with 32 bits, and positions are small"
)]

mod args;
mod baseline;
mod report;
mod sites;
mod systems;
mod world;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use framealloc::{AllocConfig, CountingAlloc, RecordError, RecordOptions, SmartAlloc, megabytes};

use args::{Args, Refusal};
use report::Stopwatch;
use world::Game;

#[cfg(not(any(test, feature = "heap-guard")))]
#[global_allocator]
static ALLOCATOR: CountingAlloc = CountingAlloc::system();

/// Counts the heap by system as well: in tests, and in recordings that `cargo fa --trace` reads.
#[cfg(any(test, feature = "heap-guard"))]
#[global_allocator]
static ALLOCATOR: CountingAlloc<framealloc::HeapGuard> = CountingAlloc::new(framealloc::HeapGuard::system());

/// Frames before the first that is timed or counted: the swarm finds its shape, and memory grows to what a frame needs.
const WARM_UP: usize = 64;
/// In one pair of frames of so many the allocator's calls are counted, which costs time; the others are timed. A recording has
/// the calls of every frame: then they are always counted.
const COUNT_EVERY: usize = 4;
/// Parts of the work per thread, so that threads that finish early take over.
const PARTS_PER_THREAD: usize = 4;
/// What frames and pools have with `--sealed`: some ten times of what 20 000 agents need.
const REGION: usize = megabytes(96);

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(Refusal::Help) => {
            print!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(refusal) => {
            eprintln!("swarm: {refusal}");
            return ExitCode::from(2);
        }
    };
    let pool = match rayon::ThreadPoolBuilder::new().num_threads(args.threads).build() {
        Ok(pool) => pool,
        Err(error) => {
            eprintln!("swarm: cannot start {} threads: {error}", args.threads);
            return ExitCode::FAILURE;
        }
    };
    // The loop runs on one of the pool's threads: handing it work from outside would allocate now and then.
    let (text, equal) = match pool.install(|| if args.sites { sites::compare(&args) } else { run(&args) }) {
        Ok(done) => done,
        Err(error) => {
            eprintln!("swarm: {error}");
            return ExitCode::FAILURE;
        }
    };
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) if equal => ExitCode::SUCCESS,
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("swarm: cannot write the report: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::from(u8::from(!equal)),
    }
}

fn run(args: &Args) -> Result<(String, bool), RecordError> {
    let parts = args.threads * PARTS_PER_THREAD;
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_region(if args.sealed { REGION } else { 0 }));
    let (mut game, mut game_of_std) = (Game::new(args.agents), Game::new(args.agents));
    let (mut ours, mut std) = (Stopwatch::new(args.frames), Stopwatch::new(args.frames));
    let recording = args.record.is_some();
    let progress = io::stderr().is_terminal();
    let mut pictures_equal = true;

    ALLOCATOR.set_counting(false);
    for frame in 0..WARM_UP + args.frames {
        if frame == WARM_UP - 1 {
            systems::rehearse(&mut alloc, &game.world, parts);
        }
        if frame == WARM_UP && args.sealed {
            alloc.seal();
        }
        if let Some(file) = args.record.as_ref().filter(|_| frame == WARM_UP) {
            let options = RecordOptions::default().with_allocator_calls(|| ALLOCATOR.calls().total());
            alloc.record_with(file, options)?;
            ALLOCATOR.set_counting(true);
        }
        let mut framealloc = |watch: &mut Stopwatch| systems::tick(&mut alloc, &mut game, parts, watch);
        let mut baseline = |watch: &mut Stopwatch| baseline::tick(&mut game_of_std, parts, watch);
        // Who goes first finds colder caches: they take turns.
        let pictures = if frame % 2 == 0 {
            let picture = step(frame, recording, &mut ours, &mut framealloc);
            (picture, step(frame, recording, &mut std, &mut baseline))
        } else {
            let picture = step(frame, recording, &mut std, &mut baseline);
            (step(frame, recording, &mut ours, &mut framealloc), picture)
        };
        pictures_equal &= pictures.0 == pictures.1;
        if progress && frame % 8 == 0 {
            eprint!("\rframe {}/{}", frame.saturating_sub(WARM_UP), args.frames);
        }
    }
    if progress {
        eprint!("\r{:30}\r", "");
    }
    let equal = pictures_equal && game.checksum() == game_of_std.checksum();
    alloc.stop_recording()?;
    Ok((report::report(args, &alloc, &ours, &std, equal), equal))
}

/// Runs one frame and takes either its time or its calls of the allocator.
fn step(frame: usize, recording: bool, watch: &mut Stopwatch, simulate: &mut dyn FnMut(&mut Stopwatch) -> u64) -> u64 {
    if frame < WARM_UP {
        simulate(watch)
    } else if (frame / 2) % COUNT_EVERY == 0 {
        ALLOCATOR.set_counting(true);
        let before = ALLOCATOR.calls();
        let picture = simulate(watch);
        let calls = ALLOCATOR.calls() - before;
        ALLOCATOR.set_counting(recording);
        watch.count(calls);
        picture
    } else {
        watch.timed(simulate)
    }
}

#[cfg(test)]
mod tests {
    use framealloc::{Frames, Pooled, frame_test};
    use rayon::ThreadPoolBuilder;

    use super::*;
    use world::Dart;

    /// Steady frames of the simulation ask the heap for nothing, on any thread: there the systems are counted. They are those of a
    /// swarm that has found its shape.
    #[frame_test(warmup = 64, frames = 60, heap = 0, tag("physics") <= "256KiB", system("render") <= "1MiB")]
    fn steady_frames_ask_the_heap_for_nothing() -> impl Frames {
        const THREADS: usize = 2;
        let pool = ThreadPoolBuilder::new().num_threads(THREADS).build().expect("threads for the swarm");
        let mut game = Game::new(600);
        let mut watch = Stopwatch::new(0);
        let mut frame = 0;
        move |alloc: &mut SmartAlloc| {
            frame += 1;
            pool.install(|| {
                if frame == 60 {
                    systems::rehearse(alloc, &game.world, THREADS * PARTS_PER_THREAD);
                }
                systems::tick(alloc, &mut game, THREADS * PARTS_PER_THREAD, &mut watch)
            });
        }
    }

    #[test]
    fn both_simulations_draw_the_same_pictures() {
        let mut alloc = SmartAlloc::default();
        let (mut game, mut game_of_std) = (Game::new(600), Game::new(600));
        let mut watch = Stopwatch::new(0);
        systems::rehearse(&mut alloc, &game.world, 3);
        for frame in 0..40 {
            let pictures =
                (systems::tick(&mut alloc, &mut game, 3, &mut watch), baseline::tick(&mut game_of_std, 3, &mut watch));
            assert_eq!(pictures.0, pictures.1, "frame {frame}");
        }
        assert_eq!(game.checksum(), game_of_std.checksum());
        // The pool holds the darts of this game, and no other test makes any.
        assert_eq!(Dart::pool().stats().live, game.darts.len());
        assert!(!game.darts.is_empty());
        let stats = alloc.stats();
        assert!(["space", "ai", "steering", "physics", "darts", "render"].iter().all(|tag| stats.tag(tag).is_some()));
    }
}
