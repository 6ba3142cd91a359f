//! The game as it stands, with a zone around each system. The systems know nothing of it, but for the one that works on all
//! threads: a zone is that of its thread, so each batch has its own.

use std::sync::Arc;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_ecs::system::{Adapt, IntoAdapterSystem, RunSystemError, SystemIn};
use framealloc::bevy::prelude::*;

use crate::game::{Agent, Position, Velocity};
use crate::heaped::{self, SharedGrid};

/// Runs a system in a zone of a tag.
struct InZone {
    alloc: Arc<SmartAlloc>,
    tag: &'static str,
}

impl<S: System<In = (), Out = ()>> Adapt<S> for InZone {
    type In = ();
    type Out = ();

    fn adapt(
        &mut self,
        (): (),
        run_system: impl FnOnce(SystemIn<'_, S>) -> Result<(), RunSystemError>,
    ) -> Result<(), RunSystemError> {
        self.alloc.with_tag(self.tag, |alloc| alloc.ambient(|| run_system(())))
    }
}

pub(crate) fn plugin(app: &mut App) {
    heaped::resources(app);
    // Zones are the program's, whichever allocator they are opened on; that of the app is in its world, which systems borrow.
    let alloc = Arc::new(SmartAlloc::default());
    let zone = |tag| InZone { alloc: Arc::clone(&alloc), tag };
    app.add_systems(PreUpdate, IntoAdapterSystem::new(zone("spatial"), heaped::build_grid));
    app.add_systems(
        Update,
        (
            steer,
            IntoAdapterSystem::new(zone("combat"), heaped::fight),
            IntoAdapterSystem::new(zone("threats"), heaped::threats),
            IntoAdapterSystem::new(zone("paths"), heaped::paths),
            IntoAdapterSystem::new(zone("audio"), heaped::sounds),
            IntoAdapterSystem::new(zone("render"), heaped::visible),
            IntoAdapterSystem::new(zone("minimap"), heaped::minimap),
            IntoAdapterSystem::new(zone("ui"), heaped::banner),
        ),
    );
    app.add_systems(
        PostUpdate,
        (
            IntoAdapterSystem::new(zone("combat"), heaped::wound),
            IntoAdapterSystem::new(zone("movement"), heaped::advance),
        ),
    );
}

fn steer(alloc: FrameAlloc, grid: Res<SharedGrid>, mut agents: Query<(&Agent, &Position, &mut Velocity)>) {
    let grid = grid.get();
    alloc.ambient_for_each(agents.par_iter_mut(), |(agent, position, mut velocity)| {
        heaped::steer_one(grid, *agent, *position, &mut velocity);
    });
}
