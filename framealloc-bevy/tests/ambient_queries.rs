//! Zones around parallel queries: what the tasks ask of the heap is bumped, one zone for each batch. `cargo fa` reads this program as
//! well (`cargo-fa/tests/bevy.rs`): a mark says what it finds.
#![allow(clippy::needless_pass_by_value, reason = "systems take their parameters by value")]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::{AmbientAlloc, CountingAlloc};

#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc> = AmbientAlloc::new(CountingAlloc::system());

/// One test at a time: calls are those of all threads.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Component)]
struct Path(usize);

/// As a library does that knows nothing of frames.
fn plan(path: &mut Path, length: usize) {
    let open: Vec<usize> = (0..length).collect(); //~ FA401
    path.0 += black_box(open).len();
}

fn steer(path: &mut Path, length: usize) {
    let open: Vec<usize> = (0..length).collect();
    path.0 += black_box(open).len();
}

fn on_the_heap(alloc: FrameAlloc, mut paths: Query<&mut Path>) {
    let lengths = alloc.frame().frame_slice_copy(&[3, 4]);
    paths.par_iter_mut().for_each(|mut path| plan(&mut path, lengths[0]));
}

fn in_zones(alloc: FrameAlloc, mut paths: Query<&mut Path>) {
    let lengths = alloc.frame().frame_slice_copy(&[3, 4]);
    alloc.ambient_for_each(paths.par_iter_mut(), |mut path| steer(&mut path, lengths[1]));
}

/// Adds the system that uses the heap.
pub fn with_the_heap(app: &mut App) {
    app.add_systems(Update, on_the_heap);
}

/// Adds the system that has zones.
pub fn with_zones(app: &mut App) {
    app.add_systems(Update, in_zones);
}

/// Calls of the allocator inside in a steady frame, and what became of the items.
fn play(systems: impl FnOnce(&mut App)) -> (u64, usize) {
    let mut app = App::new();
    app.add_plugins((SmartAllocPlugin::default(), TaskPoolPlugin::default()));
    systems(&mut app);
    app.world_mut().spawn_batch((0..2000).map(|_| Path(0)));
    (0..5).for_each(|_| app.update());
    let before = GLOBAL.inner().calls().allocations;
    app.update();
    let calls = GLOBAL.inner().calls().allocations - before;
    let mut paths = app.world_mut().query::<&Path>();
    (calls, paths.iter(app.world()).map(|path| path.0).sum())
}

#[test]
fn what_parallel_queries_ask_of_the_heap_is_bumped_in_zones_of_their_batches() {
    let _alone = alone();
    let (on_the_heap, summed) = play(with_the_heap);
    assert_eq!(summed, 6 * 2000 * 3);
    assert!(on_the_heap >= 2000, "{on_the_heap}");
    let (in_zones, summed) = play(with_zones);
    assert_eq!(summed, 6 * 2000 * 4);
    assert!(in_zones < 200, "{in_zones} calls for 2000 items");
}

#[test]
fn a_panic_in_an_item_ends_the_zone_of_its_batch() {
    let _alone = alone();
    let mut app = App::new();
    app.add_plugins((SmartAllocPlugin::default(), TaskPoolPlugin::default()));
    app.world_mut().spawn_batch((0..100).map(Path));
    app.add_systems(Update, |alloc: FrameAlloc, paths: Query<&Path>| {
        alloc.ambient_for_each(paths.par_iter(), |path| {
            if path.0 == 50 {
                // Without the hook: what a backtrace looks up it keeps, in the zone.
                std::panic::resume_unwind(Box::new("as it should"));
            }
        });
    });
    let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| app.update()));
    assert!(panics.is_err());
    // Outside of zones again, on this thread.
    let before = CountingAlloc::thread_calls().allocations;
    drop(black_box(vec![1, 2, 3]));
    assert_eq!(CountingAlloc::thread_calls().allocations, before + 1);
}
