//! What lives of the heap by tag, and what zones keep, is in Bevy's store, whatever its systems run on.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::sync::{Arc, Barrier};

use bevy_app::prelude::*;
use bevy_diagnostic::{DiagnosticPath, DiagnosticsStore};
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::{AmbientAlloc, SmartAlloc, Tags, frame_system};

#[global_allocator]
static GLOBAL: AmbientAlloc<std::alloc::System, Tags> = AmbientAlloc::system();

#[frame_system(tag = "audio")]
fn play(alloc: Res<AllocResource>, mut songs: Local<Vec<Box<[u8]>>>) {
    assert!(alloc.is_in_frame());
    if songs.len() < 3 {
        if songs.capacity() == 0 {
            songs.reserve_exact(4);
        }
        songs.push(vec![0; 100_000].into_boxed_slice());
    }
}

/// Systems that run beside it, of another tag and of none.
#[frame_system(tag = "ui")]
fn draw(alloc: Res<AllocResource>) {
    assert!(alloc.is_in_frame());
    drop(vec![0_u8; 50_000]);
}

#[frame_system]
fn other(alloc: Res<AllocResource>, mut kept: Local<Vec<Vec<u8>>>) {
    assert!(alloc.is_in_frame());
    kept.push(vec![0; 1000]);
}

#[test]
fn what_lives_of_the_heap_by_tag_is_in_the_store() {
    let mut app = App::new();
    app.add_plugins(SmartAllocPlugins).add_systems(Update, (play, draw, other));
    for _ in 0..6 {
        app.update();
    }
    let store = app.world().resource::<DiagnosticsStore>();
    let value = |tag: &str| {
        let path = SmartAllocDiagnosticsPlugin::heap_path(tag);
        store.get(&path).and_then(bevy_diagnostic::Diagnostic::value)
    };
    let list = 4 * size_of::<Box<[u8]>>();
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let songs = (3 * 100_000 + list) as f64;
    assert_eq!((value("audio"), value("ui")), (Some(songs), Some(0.0)));
    assert!(value("(untagged)") > Some(5000.0) && value("(framealloc)") > Some(0.0));
}

/// What outlives the zones of a system, and how much comes in each frame.
#[derive(Resource)]
struct Log {
    #[expect(clippy::vec_box, reason = "each is a block of the zone")]
    kept: Vec<Box<[u8; 100]>>,
    more: usize,
}

#[frame_system(tag = "quests", ambient)]
fn tell(alloc: Res<AllocResource>, mut log: ResMut<Log>) {
    assert!(alloc.is_in_frame());
    let more = log.more;
    log.kept.extend((0..more).map(|_| Box::new([0; 100])));
    // And what does not.
    drop(vec![0_u8; 1000]);
}

fn zone_values(app: &App, tag: &str) -> [Option<f64>; 3] {
    let store = app.world().resource::<DiagnosticsStore>();
    let value = |path: DiagnosticPath| store.get(&path).and_then(bevy_diagnostic::Diagnostic::value);
    [
        value(SmartAllocDiagnosticsPlugin::zone_bytes_path(tag)),
        value(SmartAllocDiagnosticsPlugin::zone_pinned_path(tag)),
        value(SmartAllocDiagnosticsPlugin::zone_escaped_path(tag)),
    ]
}

/// The region is there, which serves nobody while it is made.
fn warm() {
    let alloc = SmartAlloc::default();
    while AmbientAlloc::stats().region_bytes == 0 {
        alloc.ambient(|| drop(std::hint::black_box(Box::new(0_u8))));
    }
}

#[test]
fn what_zones_keep_is_in_the_store_until_it_is_freed() {
    warm();
    let mut app = App::new();
    app.add_plugins(SmartAllocPlugins).add_systems(Update, tell);
    app.insert_resource(Log { kept: Vec::with_capacity(100), more: 5 });
    app.update();
    assert_eq!(zone_values(&app, "quests"), [None; 3], "nothing ran before");
    for frame in [1.0, 2.0, 3.0] {
        app.update();
        assert_eq!(zone_values(&app, "quests")[0], Some(frame * 500.0));
        assert_eq!(zone_values(&app, "quests")[2], Some(5.0), "in each frame");
    }
    // The frames ran on whichever thread, each with a chunk of its own.
    let pinned = zone_values(&app, "quests")[1];
    assert!(pinned >= Some(16384.0) && pinned <= Some(3.0 * 16384.0), "{pinned:?}");
    let mut log = app.world_mut().resource_mut::<Log>();
    log.more = 0;
    log.kept.clear();
    app.update();
    assert_eq!(zone_values(&app, "quests"), [Some(0.0), Some(0.0), Some(5.0)], "what the fourth frame kept is freed");
    app.update();
    assert_eq!(zone_values(&app, "quests"), [Some(0.0); 3]);
}

#[test]
fn a_tag_of_which_nothing_escaped_goes_down_to_nothing() {
    warm();
    let mut app = App::new();
    app.add_plugins(SmartAllocPlugins);
    app.update();
    // Barriers, which ask for no memory: a channel does, and the thread keeps it.
    let [begun, end] = [(); 2].map(|()| Arc::new(Barrier::new(2)));
    let (has_begun, ends) = (Arc::clone(&begun), Arc::clone(&end));
    let thread = std::thread::spawn(move || {
        SmartAlloc::default().tagged("loading").ambient(|| {
            // Counted by others once its thread has needed another chunk.
            let blocks: Vec<Box<[u8; 1000]>> = (0..20).map(|_| Box::new([0; 1000])).collect();
            has_begun.wait();
            ends.wait();
            drop(blocks);
        });
    });
    begun.wait();
    app.update();
    let [bytes, pinned, escaped] = zone_values(&app, "loading");
    // The blocks of the first chunk, whose first may come some bytes later than its header: fifteen or sixteen.
    assert!(bytes >= Some(15_000.0), "{bytes:?}");
    assert_eq!((pinned, escaped), (Some(0.0), Some(0.0)), "the zone is still open");
    end.wait();
    thread.join().expect("no panic");
    app.update();
    assert_eq!(zone_values(&app, "loading"), [Some(0.0); 3]);
}
