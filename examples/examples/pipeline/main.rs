//! A headless game on four threads: simulation, renderer, audio callback and debug overlay.
//!
//! The simulation makes frame N + 1 while the renderer draws frame N; the audio callback, a thousand times a second, and the overlay
//! take the newest. That runs three times: by frames in flight that are published, by an `Arc` for each frame and channels, and by
//! triple buffers. What was drawn must be the same, and the program prints what each way costs.

#![forbid(unsafe_code)]
#![allow(unreachable_pub, reason = "the modules of a program have no other users than the program")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "pictures are small, and so are numbers of sprites"
)]

mod args;
mod histogram;
mod picture;
mod scene;
mod ways;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use framealloc::CountingAlloc;

use args::{Args, Refusal};
use histogram::Histogram;
use scene::{Picture, Sound};
use ways::{Channels, Flights, Maker, Source, TripleBuffers};

#[global_allocator]
static ALLOCATOR: CountingAlloc = CountingAlloc::system();

/// A callback is due once in this time.
const CALLBACK: Duration = Duration::from_millis(1);
/// The overlay looks once in this time.
const OVERLAY: Duration = Duration::from_millis(7);
/// What `Clock::frame` is once all is over.
const OVER: u64 = u64::MAX;

/// What one thread did.
#[derive(Debug)]
struct Work {
    times: Histogram,
    done: u64,
    /// Calls of the global allocator once all was warm.
    calls: usize,
}

/// What one way did.
#[derive(Debug)]
struct Outcome {
    name: &'static str,
    seconds: f64,
    simulation: Work,
    renderer: Work,
    readers: [Work; 2],
    /// What was seen in each frame; 0: it was not drawn.
    drawn: Vec<u64>,
    /// The most bytes that were held once all was warm, and that may have been.
    held: Option<(usize, usize)>,
    picture: Picture,
}

/// Which frame was made last.
#[derive(Debug)]
struct Clock {
    made: AtomicU64,
    warm: u64,
}

impl Clock {
    fn is_warm(&self) -> bool {
        self.made.load(SeqCst) >= self.warm
    }

    fn is_over(&self) -> bool {
        self.made.load(SeqCst) == OVER
    }
}

/// Calls `work` and adds its calls of the allocator to `calls`, if that is wanted.
fn counted<R>(counts: bool, calls: &mut usize, work: impl FnOnce() -> R) -> R {
    let before = CountingAlloc::thread_calls();
    let result = work();
    if counts {
        *calls += (CountingAlloc::thread_calls() - before).total() as usize;
    }
    result
}

fn render(mut frames: impl Source, clock: &Clock, count: u64) -> (Work, Vec<u64>, Picture) {
    let mut work = Work { times: Histogram::new(), done: 0, calls: 0 };
    let (mut picture, mut drawn) = (Picture::new(), vec![0; count as usize + 1]);
    let mut last = 0;
    while last < count {
        let is_warm = clock.is_warm();
        let began = Instant::now();
        let seen = counted(is_warm, &mut work.calls, || {
            // Nothing new: the one that was drawn already.
            frames.read(|frame| (frame.number, (frame.number != last).then(|| picture.draw(frame))))
        });
        match seen {
            Ok(Some((number, Some(seen)))) => {
                assert!(number > last, "frames go forward");
                work.times.add(began.elapsed());
                work.done += 1;
                drawn[number as usize] = seen;
                last = number;
            }
            Ok(_) => thread::yield_now(),
            Err(_) => break,
        }
    }
    (work, drawn, picture)
}

/// Takes the newest, once in `every`, and looks at it. What is timed is the taking.
fn read_newest<R>(
    mut frames: impl Source,
    clock: &Clock,
    every: Duration,
    mut look: impl FnMut(scene::Frame<'_>) -> R,
) -> Work {
    let mut work = Work { times: Histogram::new(), done: 0, calls: 0 };
    let (mut due, mut newest) = (Instant::now(), 0);
    while !clock.is_over() {
        let is_warm = clock.is_warm();
        let began = Instant::now();
        let read = counted(is_warm, &mut work.calls, || {
            frames.read(|frame| {
                let took = began.elapsed();
                look(frame);
                (took, frame.number)
            })
        });
        if let Ok(Some((took, number))) = read {
            assert!(number >= newest, "never an older one");
            newest = number;
            work.times.add(took);
            work.done += 1;
        }
        due += every;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    work
}

fn run<M: Maker>(args: &Args) -> Outcome {
    let (mut maker, rendered, [heard, overlaid]) = M::new();
    let clock = Clock { made: AtomicU64::new(0), warm: args.frames / 4 };
    let began = Instant::now();
    let mut simulation = Work { times: Histogram::new(), done: 0, calls: 0 };
    let mut held = None;
    let (renderer, readers) = thread::scope(|threads| {
        let clock = &clock;
        let renderer = threads.spawn(move || render(rendered, clock, args.frames));
        let audio = threads.spawn(move || {
            let mut sound = Sound::new();
            read_newest(heard, clock, CALLBACK, |frame| sound.fill(frame))
        });
        let overlay = threads.spawn(move || read_newest(overlaid, clock, OVERLAY, |frame| frame.draws.len()));
        for number in 1..=args.frames {
            let began = Instant::now();
            counted(clock.is_warm(), &mut simulation.calls, || maker.make(number));
            simulation.times.add(began.elapsed());
            simulation.done += 1;
            clock.made.store(number, SeqCst);
            if clock.is_warm() {
                held = maker.held().max(held);
            }
            thread::sleep(args.pause);
        }
        let renderer = renderer.join();
        clock.made.store(OVER, SeqCst);
        (renderer, [audio.join(), overlay.join()])
    });
    let seconds = began.elapsed().as_secs_f64();
    let (renderer, drawn, picture) = renderer.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let readers = readers.map(|work| work.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    Outcome { name: M::NAME, seconds, simulation, renderer, readers, drawn, held, picture }
}

/// Prints a way. Returns whether it kept what it promises.
fn report(outcome: &Outcome, counted: u64) -> bool {
    let per_frame = |work: &Work| format!("{:.2}", work.calls as f64 / counted as f64);
    println!("{}: {} frames in {:.1} s", outcome.name, outcome.simulation.done, outcome.seconds);
    println!("  {:<12} {:>32} {:>9} {:>18}", "", "median / 99 % / most", "times", "allocator calls/frame");
    let [audio, overlay] = &outcome.readers;
    let rows = [
        ("simulation", &outcome.simulation),
        ("renderer", &outcome.renderer),
        ("audio takes", audio),
        ("overlay takes", overlay),
    ];
    for (name, work) in rows {
        println!("  {name:<13} {:>31} {:>9} {:>18}", work.times.to_string(), work.done, per_frame(work));
    }
    let Some((most, bound)) = outcome.held else { return true };
    println!(
        "  memory: at most {} KiB, of {} KiB that {} frames in flight may hold",
        most >> 10,
        bound >> 10,
        ways::FRAMES_IN_FLIGHT
    );
    most <= bound
}

/// Compares what two ways drew. Returns in how many frames, or the first that differs.
fn compare(left: &Outcome, right: &Outcome) -> Result<usize, usize> {
    let both = left.drawn.iter().zip(&right.drawn).enumerate().filter(|(_, (left, right))| **left != 0 && **right != 0);
    both.map(|(number, (left, right))| if left == right { Ok(1) } else { Err(number) }).sum()
}

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(Refusal::Help) => {
            print!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(refusal) => {
            eprintln!("pipeline: {refusal}");
            return ExitCode::from(2);
        }
    };
    let outcomes = [run::<Flights>(&args), run::<Channels>(&args), run::<TripleBuffers>(&args)];
    let counted = (args.frames - args.frames / 4).max(1);
    let mut is_right = true;
    for outcome in &outcomes {
        is_right &= report(outcome, counted);
    }
    let [ours, others @ ..] = &outcomes;
    for other in others {
        match compare(ours, other) {
            Ok(frames) => println!("{} and {} drew the same in {frames} frames", ours.name, other.name),
            Err(frame) => {
                println!("{} and {} differ in frame {frame}", ours.name, other.name);
                is_right = false;
            }
        }
    }
    if let Some(file) = &args.png {
        if let Err(error) = picture::write_png(file, &ours.picture) {
            eprintln!("pipeline: cannot write {}: {error}", file.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::from(u8::from(!is_right))
}
