//! What can be wrong with an app: no allocator (FA101), or one whose frame does not end (FA102).

use bevy_app::{App, FixedLast, Last};
use bevy_ecs::change_detection::Res;
use bevy_ecs::schedule::IntoScheduleConfigs;
use bevy_ecs::system::{Commands, Local};
use bevy_ecs::world::World;
use framealloc_core::{Diagnostic, Level};

use crate::AllocResource;
use crate::schedule::EndsIn;

/// The app has no allocator to diagnose.
pub(crate) fn report_missing_plugin() {
    Diagnostic::new("FA101", Level::Error, "the app has `SmartAllocDiagnosticsPlugin`, but no allocator")
        .with_help("add `SmartAllocPlugin`, or the group `SmartAllocPlugins`")
        .report();
}

/// Looks at the end of every update, or tick, whether the frame has ended in it. Nobody knows when a schedule of the user's
/// should have run.
pub(crate) fn install<M: Send + Sync + 'static>(ends_in: EndsIn, app: &mut App) {
    match ends_in {
        EndsIn::FrameBegin => app.add_systems(Last, report_missing_end::<M>.run_if(did_not_end::<M>)),
        EndsIn::FixedFrameBegin => app.add_systems(FixedLast, report_missing_end::<M>.run_if(did_not_end::<M>)),
        EndsIn::Schedule(_) => app,
    };
}

/// A condition, so that no task is made for it.
fn did_not_end<M: Send + Sync + 'static>(alloc: Option<Res<AllocResource<M>>>, mut last_frame: Local<u64>) -> bool {
    alloc.is_some_and(|alloc| {
        let same = core::mem::replace(&mut *last_frame, alloc.frame_number()) == alloc.frame_number();
        // Where a handle is alive the schedule did run, and has told of it (FA104).
        same && !alloc.end_was_refused()
    })
}

/// Shared access, so that no system of the schedule has to wait: the diagnostic is told by a command.
fn report_missing_end<M: Send + Sync + 'static>(alloc: Res<AllocResource<M>>, mut commands: Commands) {
    let message = format!("the app was updated and frame {} did not end", alloc.frame_number());
    alloc.raise(Diagnostic::new("FA102", Level::Error, message).with_help(
        "the schedule that ends it did not run: is `FrameBegin` (or `FixedFrameBegin`) still in the schedule order?",
    ));
    commands.queue(|world: &mut World| {
        let Some(alloc) = world.get_resource_mut::<AllocResource<M>>() else { return };
        if let Ok(alloc) = alloc.into_inner().try_exclusive() {
            alloc.deliver_diagnostics();
        }
    });
}
