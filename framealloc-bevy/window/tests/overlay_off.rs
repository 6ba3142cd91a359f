//! While the overlay is hidden its systems make no call to the global allocator.
//!
//! One test: the allocator that counts is the whole process's.
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]

use bevy::ecs::schedule::{Schedules, SingleThreadedExecutor};
use bevy::input::InputPlugin;
use bevy::prelude::*;
use framealloc::CountingAlloc;
use framealloc::bevy::SmartAllocOverlay;
use framealloc::bevy::prelude::*;

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

fn app(plugins: impl FnOnce(&mut App)) -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), InputPlugin, SmartAllocPlugins, SmartAllocPlugin::fixed()));
    plugins(&mut app);
    // The calls of an executor with many threads differ from frame to frame.
    for (_, schedule) in app.world_mut().resource_mut::<Schedules>().iter_mut() {
        schedule.set_executor(SingleThreadedExecutor::new());
    }
    app.finish();
    app.cleanup();
    app
}

/// The calls of a hundred steady frames, each with a tick.
fn calls(app: &mut App) -> u64 {
    let mut frames = |count| {
        let before = CountingAlloc::thread_calls();
        for _ in 0..count {
            app.world_mut().run_schedule(FixedMain);
            app.update();
        }
        (CountingAlloc::thread_calls() - before).total()
    };
    frames(300);
    frames(100)
}

#[test]
fn hidden_it_makes_no_call_to_the_allocator() {
    let without = calls(&mut app(|_| {}));
    let mut with = app(|app| {
        app.add_plugins((SmartAllocOverlayPlugin::default(), SmartAllocOverlayPlugin::fixed()));
    });
    assert_eq!(calls(&mut with), without);
    // And what is counted would show: the panel is made of entities.
    with.world_mut().resource_mut::<SmartAllocOverlay>().show();
    let before = CountingAlloc::thread_calls();
    with.update();
    assert!((CountingAlloc::thread_calls() - before).total() > 100);
    // Hidden again it is as quiet as before.
    with.world_mut().resource_mut::<SmartAllocOverlay>().hide();
    assert_eq!(calls(&mut with), without);
}
