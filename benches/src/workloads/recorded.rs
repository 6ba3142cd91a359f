//! r: what a recording costs a frame, to a file and to somebody who watches.

use std::hint::black_box;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;

use framealloc::__private::{Site, with_frame};
use framealloc::{AllocConfig, RecordOptions, SmartAlloc, Tag, TagId};

use crate::clock;
use crate::harness::{Contender, Workload};

/// What the target is.
pub(crate) const LIMIT: &str = "5 µs";
const LIMIT_NANOS: f64 = 5000.0;
/// What the recording adds to the frame.
pub(crate) const ADDED: &str = "recording on, less off";
/// What `cargo fa watch` adds to the frame.
pub(crate) const WATCHED: &str = "watched over a socket, less off";

const THREADS: usize = 8;
const SYSTEMS: usize = 50;
const TAGS: usize = 20;

/// Names as long as those of a game.
static SITES: LazyLock<Vec<Site>> = LazyLock::new(|| {
    let name = |number| &*format!("game::systems::module::system_number_{number}").leak();
    (0..SYSTEMS).map(|number| Site::new(name(number), "game.rs", 1)).collect()
});

fn tags() -> Vec<TagId> {
    (0..TAGS).map(|number| Tag::intern(&format!("bench_tag_{number}"))).collect()
}

/// One frame of a thread: 50 systems in 20 tags.
fn systems(alloc: &SmartAlloc, tags: &[TagId]) {
    for (number, site) in SITES.iter().enumerate() {
        with_frame(alloc.tagged(tags[number % TAGS]), site, |frame| {
            black_box(frame.frame_slice_zeroed::<u64>(4 + number % 7));
        });
    }
}

/// An allocator with the heaps of eight threads, which live as long as it does.
struct Game {
    alloc: Option<SmartAlloc>,
    tags: Vec<TagId>,
    file: PathBuf,
    stop: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Game {
    fn new(name: &str) -> Self {
        let shared = Arc::new(SmartAlloc::new(AllocConfig::default()));
        let tags = tags();
        let (done, worked) = channel();
        let (mut stop, mut threads) = (Vec::new(), Vec::new());
        for _ in 1..THREADS {
            let (alloc, tags, done) = (Arc::clone(&shared), tags.clone(), done.clone());
            let (sender, stopped): (Sender<()>, Receiver<()>) = channel();
            stop.push(sender);
            threads.push(std::thread::spawn(move || {
                systems(&alloc, &tags);
                drop(alloc);
                let _ = done.send(());
                let _ = stopped.recv();
            }));
        }
        for _ in 1..THREADS {
            let _ = worked.recv();
        }
        let file = std::env::temp_dir().join(format!("framealloc-bench-{name}-{}.fa", std::process::id()));
        // Every thread has let go of its share before it reported.
        Self { alloc: Arc::into_inner(shared), tags, file, stop, threads }
    }

    fn recorded(mut self) -> Self {
        if let Some(alloc) = &mut self.alloc {
            let options = RecordOptions::default().with_max_bytes(u64::MAX);
            assert!(alloc.record_with(&self.file, options).is_ok(), "the temporary folder can be written");
        }
        self
    }

    /// With a reader who takes what is served as it comes, as `cargo fa watch` does, on a thread of its own.
    fn watched(mut self) -> Self {
        let Some(alloc) = &mut self.alloc else { return self };
        let listener = TcpListener::bind("127.0.0.1:0").ok();
        let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let started = listener.map(|listener| alloc.serve_recording(listener, RecordOptions::default()));
        assert!(started.is_some_and(|started| started.is_ok()), "this machine can be listened at");
        self.threads.push(std::thread::spawn(move || {
            let Some(mut reader) = address.and_then(|address| TcpStream::connect(address).ok()) else { return };
            let mut buffer = vec![0; 64 << 10];
            // Until the game has ended.
            while matches!(reader.read(&mut buffer), Ok(1..)) {}
        }));
        self
    }

    fn frames(&mut self, times: u64) -> f64 {
        let Some(alloc) = &mut self.alloc else { return f64::NAN };
        let tags = &self.tags;
        clock::thread_nanos(|| {
            for _ in 0..times {
                alloc.begin_frame();
                systems(alloc, tags);
                alloc.end_frame();
            }
        })
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        self.stop.clear();
        // Who watches ends with it.
        self.alloc = None;
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
        let _ = std::fs::remove_file(&self.file);
    }
}

fn contenders() -> Vec<Contender> {
    let (mut with, mut without) = (Game::new("with").recorded(), Game::new("without"));
    let (mut watched, mut unwatched) = (Game::new("watched").watched(), Game::new("unwatched"));
    let (mut on, mut off) = (Game::new("on").recorded(), Game::new("off"));
    vec![
        Contender::timed(LIMIT, |times| times as f64 * LIMIT_NANOS),
        Contender::timed(ADDED, move |times| with.frames(times) - without.frames(times)),
        Contender::timed(WATCHED, move |times| watched.frames(times) - unwatched.frames(times)),
        Contender::timed("the frame, recording on", move |times| on.frames(times)),
        Contender::timed("the frame, recording off", move |times| off.frames(times)),
    ]
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![Workload {
        name: "r",
        about: "a frame of 50 systems in 20 tags, with the heaps of 8 threads",
        operations: 1.0,
        unit: "frame",
        base: LIMIT,
        contenders,
    }]
}
