//! Work that a system spreads over threads, and systems that Bevy runs inside one another: every byte is booked once,
//! to the tag of whoever asked, and nobody's memory is anybody else's.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use bevy_app::prelude::*;
use bevy_ecs::batching::BatchingStrategy;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::MultiThreadedExecutor;
use bevy_tasks::ComputeTaskPool;
use framealloc::bevy::prelude::*;
use framealloc::{CountingAlloc, frame_system};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

#[derive(Component)]
struct Cell4([u64; 4]);

fn app() -> App {
    app_with(SmartAllocPlugin::default())
}

fn app_with(plugin: SmartAllocPlugin) -> App {
    let mut app = App::new();
    // Three compute threads and the main thread, whatever the machine has.
    let mut pools = TaskPoolOptions::with_num_threads(8);
    pools.compute.min_threads = 3;
    pools.compute.max_threads = 3;
    app.add_plugins((TaskPoolPlugin { task_pool_options: pools }, SmartAllocPlugins.set(plugin)));
    app.edit_schedule(Update, |schedule| {
        schedule.set_executor(MultiThreadedExecutor::new());
    });
    app
}

fn tag_bytes(app: &mut App, tag: &str) -> usize {
    app.world_mut().run_schedule(FrameBegin);
    app.world().resource::<AllocResource>().stats().tag(tag).map_or(0, |tag| tag.bytes)
}

#[test]
fn par_iter_books_what_its_tasks_allocate() {
    const ENTITIES: u64 = 1_000;

    /// Bytes that the tasks recorded themselves.
    static RECORDED: AtomicUsize = AtomicUsize::new(0);

    fn square(alloc: Res<AllocResource>, mut cells: Query<&mut Cell4>) {
        let alloc: &SmartAlloc = &alloc;
        cells.par_iter_mut().batching_strategy(BatchingStrategy::fixed(16)).for_each(|mut cell| {
            let frame = alloc.tagged("par");
            let before = frame.used_bytes();
            let squares = frame.frame_slice_fill_with(4, |i| cell.0[i] * cell.0[i]);
            RECORDED.fetch_add(frame.used_bytes() - before, Ordering::Relaxed);
            cell.0.copy_from_slice(&squares);
        });
    }

    let mut app = app();
    app.world_mut().spawn_batch((0..ENTITIES).map(|i| Cell4([i % 100; 4])));
    app.add_systems(Update, square);
    app.update();
    let bytes = tag_bytes(&mut app, "par");
    assert_eq!(bytes, RECORDED.load(Ordering::Relaxed));
    assert!(bytes >= 32_000);
    let mut cells = app.world_mut().query::<&Cell4>();
    assert!(cells.iter(app.world()).enumerate().all(|(i, cell)| cell.0 == [(i as u64 % 100).pow(2); 4]));
}

#[test]
fn the_tag_of_a_system_travels_into_its_tasks() {
    static RECORDED: AtomicUsize = AtomicUsize::new(0);

    #[frame_system(tag = "search")]
    fn search(alloc: FrameAlloc, mut found: ResMut<Found>) {
        // The frame of this system belongs to its thread; its tag goes with `whole`, and each task opens its own frame.
        let whole = alloc.whole();
        let results = found.0.iter_mut();
        ComputeTaskPool::get().scope(|scope| {
            for (index, result) in results.enumerate() {
                scope.spawn(async move {
                    *result = whole.scoped(|frame| {
                        let candidates = frame.frame_slice_fill_with(100, |i| (i + index) as u64);
                        RECORDED.fetch_add(frame.used_bytes(), Ordering::Relaxed);
                        candidates.iter().sum()
                    });
                });
            }
        });
    }

    #[derive(Resource)]
    struct Found([u64; 50]);

    let mut app = app();
    app.insert_resource(Found([0; 50])).add_systems(Update, search);
    app.update();
    let sums = (0..50).map(|index| 4_950 + 100 * index).collect::<Vec<_>>();
    assert_eq!(app.world().resource::<Found>().0[..], sums);
    let bytes = tag_bytes(&mut app, "search");
    assert_eq!(bytes, RECORDED.load(Ordering::Relaxed));
    assert!(bytes >= 50 * 800);
    assert_eq!(tag_bytes(&mut app, "(untagged)"), 0);
}

#[test]
fn par_iter_collects_into_the_frame_and_steady_frames_call_no_allocator() {
    const ENTITIES: u64 = 1_000;

    /// Calls to the system's allocator in what our code runs, after the warm-up.
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    static LISTED: AtomicUsize = AtomicUsize::new(0);

    fn counted<R>(alloc: &SmartAlloc, body: impl FnOnce() -> R) -> R {
        let before = CountingAlloc::thread_calls();
        let result = body();
        if alloc.frame_number() > 300 {
            let calls = (CountingAlloc::thread_calls() - before).total();
            CALLS.fetch_add(usize::try_from(calls).expect("few"), Ordering::Relaxed);
        }
        result
    }

    #[frame_system(tag = "par_collect")]
    fn list(alloc: FrameAlloc, cells: Query<(Entity, &Cell4)>) {
        let whole = alloc.whole();
        let found = alloc.par_collect();
        cells.par_iter().batching_strategy(BatchingStrategy::fixed(64)).for_each_init(
            || counted(whole, || found.local()),
            |local, (entity, cell)| {
                if cell.0[0] % 2 == 0 {
                    counted(whole, || local.push((cell.0[0], entity)));
                }
            },
        );
        let mut found = counted(whole, || found.into_vec());
        found.sort_unstable();
        assert!(found.is_sorted() && found.len() == 500);
        LISTED.fetch_add(found.len(), Ordering::Relaxed);
    }

    // Whichever thread gets all of the batches has room for them.
    let config = AllocConfig::default().with_frame_chunk(kilobytes(256));
    let mut app = app_with(SmartAllocPlugin::new(config).with_tags(["par_collect"]).with_prewarm(true));
    app.world_mut().spawn_batch((0..ENTITIES).map(|i| Cell4([i; 4])));
    app.add_systems(Update, list);
    for _ in 0..400 {
        app.update();
    }
    assert_eq!(LISTED.load(Ordering::Relaxed), 400 * 500);
    // A thread that was busy at the warm-up and took part in none of these frames takes its first memory later.
    assert!(CALLS.load(Ordering::Relaxed) <= 30, "{CALLS:?}");
    assert!(tag_bytes(&mut app, "par_collect") >= 500 * 16);
}

thread_local! {
    /// How many systems of this test are on this thread's stack.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

#[derive(Resource, Default)]
struct Ledger {
    nested: AtomicUsize,
    outer: AtomicUsize,
    inner: AtomicUsize,
    sibling: AtomicUsize,
    untagged: AtomicUsize,
}

impl Ledger {
    /// Calls `body`, noting whether another system is under way on this thread.
    fn enter(&self, body: impl FnOnce()) {
        let depth = DEPTH.get();
        if depth > 0 {
            self.nested.fetch_add(1, Ordering::Relaxed);
        }
        DEPTH.set(depth + 1);
        body();
        DEPTH.set(depth);
    }
}

fn spin(rounds: u64) -> u64 {
    (0..rounds).fold(1, |sum, i| black_box(sum ^ i.wrapping_add(sum)))
}

/// Few short tasks: the thread that waits for them takes whatever is there meanwhile, other systems included.
fn outer(alloc: Res<AllocResource>, ledger: Res<Ledger>) {
    #[frame_system(tag = "outer")]
    fn work(alloc: &SmartAlloc, ledger: &Ledger) {
        let before = alloc.frame_slice_fill_with(64, |i| i as u64 ^ 0xAAAA);
        let inner_tag = alloc.tagged("inner");
        let tagged = inner_tag.frame_slice_copy(&[0x5555_u64; 16]);
        for _ in 0..4 {
            ComputeTaskPool::get().scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(async {
                        black_box(spin(100));
                    });
                }
            });
            // What other systems did on this stack touched none of it.
            assert!(before.iter().enumerate().all(|(i, value)| *value == i as u64 ^ 0xAAAA));
            assert!(tagged.iter().all(|value| *value == 0x5555));
            let after = alloc.frame_slice_copy(&[7_u8; 40]);
            assert_eq!(after[39], 7);
        }
        ledger.outer.fetch_add(alloc.used_bytes(), Ordering::Relaxed);
        ledger.inner.fetch_add(inner_tag.used_bytes(), Ordering::Relaxed);
    }
    ledger.enter(|| work(&alloc, &ledger));
}

/// A long sibling with a tag.
fn sibling<const N: usize>(alloc: Res<AllocResource>, ledger: Res<Ledger>) {
    #[frame_system(tag = "sibling")]
    fn work(alloc: &SmartAlloc, ledger: &Ledger, size: usize) {
        let values = alloc.frame_slice_fill_with(size, |i| i as u64);
        spin(20_000);
        assert!(values.iter().enumerate().all(|(i, value)| *value == i as u64));
        ledger.sibling.fetch_add(alloc.used_bytes(), Ordering::Relaxed);
    }
    ledger.enter(|| work(&alloc, &ledger, 10 + N));
}

/// A long sibling without one, in whole-frame memory: nested or not, it is booked to no tag.
fn untagged(alloc: Res<AllocResource>, ledger: Res<Ledger>) {
    ledger.enter(|| {
        let frame = alloc.frame();
        let before = frame.used_bytes();
        let values = frame.frame_slice_copy(&[9_u32; 30]);
        ledger.untagged.fetch_add(frame.used_bytes() - before, Ordering::Relaxed);
        spin(20_000);
        assert!(values.iter().all(|value| *value == 9));
    });
}

#[test]
fn nested_systems_keep_their_tags_their_bytes_and_their_memory() {
    let mut app = app();
    app.init_resource::<Ledger>();
    app.add_systems(
        Update,
        (
            (outer, sibling::<1>, sibling::<2>, outer, sibling::<3>, sibling::<4>, untagged, untagged),
            (outer, sibling::<5>, sibling::<6>, outer, sibling::<7>, sibling::<8>, untagged, untagged),
        ),
    );
    let mut nested = 0;
    let mut frames = 0;
    while frames < 50 || nested == 0 {
        assert!(frames < 2_000, "no system ran inside another in {frames} frames: the test tests nothing");
        app.insert_resource(Ledger::default());
        app.update();
        app.world_mut().run_schedule(FrameBegin);
        let stats = app.world().resource::<AllocResource>().stats();
        let bytes = |tag: &str| stats.tag(tag).map_or(0, |tag| tag.bytes);
        let ledger = app.world().resource::<Ledger>();
        assert_eq!(bytes("outer"), ledger.outer.load(Ordering::Relaxed), "frame {frames}");
        assert_eq!(bytes("sibling"), ledger.sibling.load(Ordering::Relaxed), "frame {frames}");
        assert_eq!(bytes("(untagged)"), ledger.untagged.load(Ordering::Relaxed), "frame {frames}");
        assert_eq!(bytes("outer::inner"), ledger.inner.load(Ordering::Relaxed), "frame {frames}");
        assert_eq!(app.world().resource::<AllocResource>().last_frame().scopes_left_open, 0);
        nested += ledger.nested.load(Ordering::Relaxed);
        frames += 1;
    }
    println!("{nested} nested systems in {frames} frames");
}

#[test]
fn two_worlds_share_the_pool_threads_and_nothing_else() {
    fn fill(alloc: Res<AllocResource>, mut cells: Query<&mut Cell4>) {
        let alloc: &SmartAlloc = &alloc;
        cells.par_iter_mut().batching_strategy(BatchingStrategy::fixed(8)).for_each(|mut cell| {
            let scratch = alloc.frame_slice_copy(&cell.0);
            spin(50);
            assert_eq!(*scratch, cell.0);
            cell.0[0] += 1;
        });
    }
    let bytes: Vec<usize> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..2)
            .map(|number| {
                scope.spawn(move || {
                    let mut app = app();
                    app.world_mut().spawn_batch((0..200).map(|i| Cell4([i + number; 4])));
                    app.add_systems(Update, fill);
                    for _ in 0..50 {
                        app.update();
                    }
                    app.world().resource::<AllocResource>().last_frame().bytes
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().expect("no panic in either world")).collect()
    });
    assert_eq!(bytes[0], bytes[1]);
    assert!(bytes[0] >= 200 * 32);
}
