//! Ten thousand frames of fifty systems on the multi-threaded executor: frame memory costs no call to the system's
//! allocator, every tag has the bytes that the systems recorded, and memory stays flat.
//!
//! One test: the allocator that counts is the whole process's.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bevy_app::prelude::*;
use bevy_diagnostic::DiagnosticsStore;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::MultiThreadedExecutor;
use framealloc::bevy::prelude::*;
use framealloc::{CountingAlloc, frame_system};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

const WARM_UP: u32 = 1_000;
const FRAMES: u32 = 10_000;

/// Bytes that the sanitizer watches behind each value.
const GAP: usize = if cfg!(framealloc_asan) { 8 } else { 0 };

/// The paths that the systems below use, and the bytes that they recorded in the running frame.
const PATHS: [&str; 6] = ["physics", "ai", "ai::paths", "audio", "render", "(untagged)"];
static RECORDED: [AtomicUsize; 6] = [const { AtomicUsize::new(0) }; 6];

/// Calls to the system's allocator in what our code runs.
static CALLS: AtomicU64 = AtomicU64::new(0);

fn record(path: usize, bytes: usize) {
    RECORDED[path].fetch_add(bytes, Ordering::Relaxed);
}

/// Calls `body` and adds the calls to the system's allocator that it makes on this thread.
fn counted<R>(body: impl FnOnce() -> R) -> R {
    let before = CountingAlloc::thread_calls();
    let result = body();
    CALLS.fetch_add((CountingAlloc::thread_calls() - before).total(), Ordering::Relaxed);
    result
}

fn physics<const N: usize>(alloc: Res<AllocResource>) {
    #[frame_system(tag = "physics")]
    fn step(alloc: &SmartAlloc, size: usize) -> u64 {
        let contacts = alloc.frame_slice_fill_with(size * 20, |i| i as u64);
        let solved = alloc.scoped(|frame| {
            let scratch = frame.frame_slice_copy(&contacts);
            record(0, frame.used_bytes());
            scratch.iter().sum::<u64>()
        });
        record(0, alloc.used_bytes());
        solved
    }
    counted(|| step(&alloc, N));
}

fn ai<const N: usize>(alloc: FrameAlloc) {
    #[frame_system(tag = "ai")]
    fn think(alloc: &SmartAlloc, size: usize) -> usize {
        let open = alloc.frame_slice_fill_with(size, |i| (i, i));
        record(1, alloc.used_bytes());
        alloc.with_tag("paths", |paths| {
            let path = paths.frame_slice_fill_with(size * 3, |i| i % 7);
            record(2, paths.used_bytes());
            path.len() + open.len()
        })
    }
    counted(|| think(&alloc, N));
}

fn audio<const N: usize>(alloc: Res<AllocResource>) {
    #[frame_system(tag = "audio", out = frame)]
    fn mix(alloc: &SmartAlloc, size: usize) {
        let before = frame.used_bytes();
        let mut cursor = alloc.cursor();
        for i in 0..size * 10 {
            cursor.alloc(i as u64);
        }
        drop(cursor);
        frame.frame_ref(size);
        record(5, frame.used_bytes() - before);
        record(3, alloc.used_bytes());
    }
    counted(|| mix(&alloc, N));
}

/// Whole-frame memory under a tag, read later in the frame through a handle.
fn render<const N: usize>(alloc: Res<AllocResource>, mut queue: Local<Option<FrameHandle<[u64; 8]>>>) {
    counted(|| {
        let frame = alloc.tagged("render");
        let before = frame.used_bytes();
        let items = frame.frame_slice_fill_with(N * 5, |i| i ^ N);
        assert!(queue.is_none_or(|old| old.get(frame).is_none()), "handles of the last frame do not resolve");
        let shared = frame.frame_share([items.len() as u64; 8]);
        assert_eq!(shared.get(frame).map(|shared| shared[7]), Some(N as u64 * 5));
        *queue = Some(shared);
        // What is shared has memory of its own, apart from that of the frame.
        record(4, frame.used_bytes() - before + size_of::<[u64; 8]>() + GAP);
    });
}

#[derive(Resource, Default)]
struct Before(framealloc::AllocCalls);

fn app() -> App {
    let mut app = App::new();
    // A chunk that holds what all systems of a frame together take: whichever thread gets them all has room.
    let config = AllocConfig::default().with_frame_chunk(megabytes(1));
    app.add_plugins((
        TaskPoolPlugin::default(),
        SmartAllocPlugins.set(SmartAllocPlugin::new(config).with_tags(PATHS.into_iter().take(5)).with_prewarm(true)),
    ));
    app.edit_schedule(Update, |schedule| {
        schedule.set_executor(MultiThreadedExecutor::new());
    });
    macro_rules! ten {
        ($system:ident) => {
            (
                $system::<1>,
                $system::<2>,
                $system::<3>,
                $system::<4>,
                $system::<5>,
                $system::<6>,
                $system::<7>,
                $system::<8>,
                $system::<9>,
                $system::<10>,
            )
        };
    }
    app.add_systems(Update, (ten!(physics), ten!(ai), ten!(audio), ten!(render)));
    app.add_systems(PostUpdate, ten!(physics));
    // What the plugin's own systems ask for.
    app.init_resource::<Before>().add_systems(
        FrameBegin,
        (
            (|mut before: ResMut<Before>| before.0 = CountingAlloc::thread_calls()).before(SmartAllocSystems::EndFrame),
            (|before: Res<Before>| {
                CALLS.fetch_add((CountingAlloc::thread_calls() - before.0).total(), Ordering::Relaxed);
            })
            .after(SmartAllocSystems::Diagnose),
        ),
    );
    app
}

#[test]
fn steady_frames_call_no_allocator_count_every_byte_and_stay_flat() {
    let mut app = app();
    app.finish();
    app.cleanup();
    for _ in 0..WARM_UP {
        app.update();
    }
    // From the end of the frame on, recorded and measured start together.
    app.world_mut().run_schedule(FrameBegin);
    for bytes in &RECORDED {
        bytes.store(0, Ordering::Relaxed);
    }
    let capacity = app.world_mut().resource_mut::<AllocResource>().capacity();
    let warm_up = CALLS.swap(0, Ordering::Relaxed);
    let all = GLOBAL.calls();
    let mut calling_frames = 0;
    for frame in 0..FRAMES {
        // The last frame's figures are compared when the next one begins; this run of `Update` is the one they are of.
        app.world_mut().run_schedule(Update);
        app.world_mut().run_schedule(PostUpdate);
        app.world_mut().run_schedule(FrameBegin);
        let calls = CALLS.swap(0, Ordering::Relaxed);
        calling_frames += u32::from(calls > 0);
        assert_eq!(calls, 0, "calls to the system's allocator in frame {frame}");
        app.world().resource::<AllocResource>().for_each_tag(|tag| {
            let path = PATHS.iter().position(|path| *path == tag.path).expect("no other tag is used");
            assert_eq!(tag.bytes, RECORDED[path].swap(0, Ordering::Relaxed), "{} in frame {frame}", tag.path);
        });
    }
    let all = GLOBAL.calls() - all;
    println!(
        "{calling_frames} of {FRAMES} frames call the system's allocator for frame memory ({warm_up} calls before)"
    );
    println!("{} calls per frame by Bevy", all.allocations / u64::from(FRAMES));
    let mut alloc = app.world_mut().resource_mut::<AllocResource>();
    assert_eq!(alloc.capacity(), capacity, "bytes held after and before");
    let store = app.world().resource::<DiagnosticsStore>();
    let physics = store.get(&SmartAllocDiagnosticsPlugin::tag_path("physics")).expect("declared ahead");
    assert_eq!(physics.history_len(), physics.get_max_history_length());
}
