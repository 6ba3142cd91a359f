//! Pooled values in components and resources: despawning gives the slot back, whichever system or thread does it.
//!
//! One test: pools are the whole process's.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use bevy_app::prelude::*;
use bevy_diagnostic::DiagnosticsStore;
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::{PoolBox, Pooled, frame_system};

/// What is too large or too rare to sit in every entity's table row.
#[derive(Pooled)]
#[pooled(capacity = 64, grow = fixed, tag = "bullets")]
struct Trail([f32; 16]);

#[derive(Component)]
struct Bullet {
    trail: PoolBox<Trail>,
    left: u32,
}

/// A type may be a component and have a pool as well: in the world it is a row of a table, in a box it is a slot.
#[derive(Component, Pooled)]
struct Boss(u32);

#[derive(Resource)]
struct Next(PoolBox<Boss>);

#[derive(Resource, Default)]
struct Refused(usize);

fn live() -> usize {
    Trail::pool().stats().live
}

fn shown(app: &App, pool: &str) -> Option<f64> {
    let path = SmartAllocDiagnosticsPlugin::pool_path(pool);
    app.world().resource::<DiagnosticsStore>().get(&path).and_then(bevy_diagnostic::Diagnostic::value)
}

/// Fires 20 bullets, those that the pool has room for.
fn fire(mut commands: Commands, mut refused: ResMut<Refused>) {
    for left in 1..=20 {
        match Trail::pool().try_boxed(Trail([1.0; 16])) {
            Ok(trail) => drop(commands.spawn(Bullet { trail, left })),
            Err(_) => refused.0 += 1,
        }
    }
}

#[frame_system(tag = "bullets")]
fn fly(alloc: Res<AllocResource>, mut commands: Commands, mut bullets: Query<(Entity, &mut Bullet)>) {
    let mut spent = alloc.frame_vec();
    for (entity, mut bullet) in &mut bullets {
        bullet.trail.0[0] += 1.0;
        bullet.left -= 1;
        if bullet.left == 0 {
            spent.push(entity);
        }
    }
    for entity in &spent {
        commands.entity(*entity).despawn();
    }
}

#[test]
fn despawn_returns_slots_and_a_full_pool_refuses_no_more_than_it_must() {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugins));
    app.init_resource::<Refused>().insert_resource(Next(Boss(7).pooled()));
    app.add_systems(Update, (fire, fly).chain());
    for _ in 0..3 {
        app.update();
        let bullets = app.world_mut().query::<&Bullet>().iter(app.world()).count();
        assert_eq!(live(), bullets, "a slot for each bullet that is left, and none for the others");
    }
    assert_eq!((live(), app.world().resource::<Refused>().0), (20 + 19 + 18 - 3, 0));
    app.update();
    // 54 were there: ten of the next twenty found room. The rest left after their last frame.
    assert_eq!(app.world().resource::<Refused>().0, 10);
    app.update();
    assert_eq!(shown(&app, "Trail"), Some(60.0), "as of the beginning of the frame");
    assert_eq!(shown(&app, "Boss"), Some(1.0));

    let next = app.world_mut().remove_resource::<Next>().expect("inserted above");
    assert_eq!(next.0.0, 7);
    drop(next);
    assert_eq!(Boss::pool().stats().live, 0);

    // On another thread: a world that is dropped there.
    let world = std::mem::take(app.world_mut());
    std::thread::spawn(move || drop(world)).join().expect("no panic");
    assert_eq!(live(), 0);
    assert_eq!(Trail::pool().stats().high_water, 64);
}
