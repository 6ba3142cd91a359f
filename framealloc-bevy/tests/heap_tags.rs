//! What lives of the heap by tag is in Bevy's store, whatever its systems run on.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use bevy_app::prelude::*;
use bevy_diagnostic::DiagnosticsStore;
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::{AmbientAlloc, Tags, frame_system};

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
