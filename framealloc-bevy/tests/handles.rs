//! Handles leave the resource in the world, borrow nothing of it, and keep the frame: whatever is tried meanwhile, what was made
//! through one is there until it is dropped.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use bevy_app::prelude::*;
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::system::{RunSystemOnce, SystemState};
use bevy_ecs::world::DeferredWorld;
use framealloc::bevy::prelude::*;
use framealloc::bevy::{FrameHeldError, NextFlightError};
use framealloc::frame_system;

#[derive(Component)]
struct Health(u32);

/// What observers, hooks and one-shot systems saw while a handle was alive.
#[derive(Resource, Default)]
struct Heard(Vec<u32>);

#[derive(Event)]
struct Rang;

fn app() -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugins)).init_resource::<Heard>();
    app.world_mut().spawn_batch((1..=4).map(|i| Health(i * 10)));
    app
}

fn frame_number(app: &App) -> u64 {
    app.world().resource::<AllocResource>().frame_number()
}

/// The recipe of before, `resource_scope`, ends here: the observer found no resource.
#[test]
fn an_exclusive_system_fires_observers_and_runs_systems_that_take_the_resource() {
    fn duplicate(world: &mut World) {
        let alloc = world.frame_alloc();
        assert_eq!(alloc.frame_number(), 1);
        let mut weak = alloc.frame_vec();
        weak.extend(world.query::<&Health>().iter(world).map(|health| health.0).filter(|health| *health < 30));
        for health in &weak {
            world.spawn(Health(*health));
        }
        world.trigger(Rang);
        world.run_system_once(listen).expect("it finds the resource");
        assert_eq!(*weak, [10, 20]);
    }
    fn listen(alloc: Res<AllocResource>, mut heard: ResMut<Heard>) {
        heard.0.push(*alloc.frame_box(1));
    }
    let mut app = app();
    app.add_observer(
        |spawned: On<Add<Health>>, alloc: FrameAlloc, healths: Query<&Health>, mut heard: ResMut<Heard>| {
            let health = alloc.frame_box(healths.get(spawned.entity).expect("it was just spawned").0);
            heard.0.push(*health);
        },
    );
    app.add_observer(|_: On<Rang>, alloc: Res<AllocResource>, mut heard: ResMut<Heard>| {
        heard.0.push(*alloc.frame_box(7));
    });
    app.add_systems(Update, duplicate.run_if(run_once));
    app.update();
    assert_eq!(app.world().resource::<Heard>().0, [10, 20, 7, 1]);
    app.update();
    assert_eq!(frame_number(&app), 2);
}

#[test]
fn commands_hooks_states_and_annotated_exclusive_systems_take_handles() {
    #[derive(Component)]
    struct Shield;

    fn shielded(world: DeferredWorld, _: HookContext) {
        let alloc = world.frame_alloc();
        assert_eq!(*alloc.frame_str("shield"), *"shield");
    }
    fn by_command(mut commands: Commands) {
        commands.queue(|world: &mut World| {
            let alloc = world.frame_alloc();
            for number in alloc.frame_slice_copy(&[1, 2]) {
                world.resource_mut::<Heard>().0.push(*number);
            }
        });
        commands.spawn(Shield);
    }
    fn by_state(world: &mut World) {
        let mut state = SystemState::<(Query<&Health>, ResMut<Heard>)>::new(world);
        let alloc = world.frame_alloc();
        let (healths, mut heard) = state.get_mut(world).expect("valid");
        let mut all = alloc.frame_vec();
        all.extend(healths.iter().map(|health| health.0));
        heard.0.push(all.iter().sum());
    }
    #[frame_system(alloc = world.frame_alloc(), tag = "exclusive")]
    fn annotated(world: &mut World) -> usize {
        let mut all = alloc.frame_vec();
        all.extend(world.query::<&Health>().iter(world).map(|health| health.0));
        world.resource_mut::<Heard>().0.push(all[3]);
        all.len()
    }
    let mut app = app();
    app.world_mut().register_component_hooks::<Shield>().on_add(shielded);
    app.add_systems(Update, (by_command, by_state, annotated.map(drop)).chain());
    app.update();
    assert_eq!(app.world().resource::<Heard>().0, [1, 2, 100, 40]);
    app.update();
    let stats = app.world().resource::<AllocResource>().stats();
    assert!(stats.tag("exclusive").is_some_and(|tag| tag.bytes >= 16));
    assert_eq!(frame_number(&app), 2);
}

/// Every way in which safe code could end the frame, tried while a value of it is looked at.
#[test]
fn nothing_ends_the_frame_of_a_live_handle() {
    fn panics<R>(what: impl FnOnce() -> R) -> String {
        let payload = catch_unwind(AssertUnwindSafe(what)).err().expect("it panics");
        payload.downcast_ref::<String>().expect("a message").clone()
    }
    let mut app = app();
    app.add_plugins(SmartAllocPlugin::fixed());
    app.update();
    let world = app.world_mut();
    let handle = world.frame_alloc();
    let value = handle.frame_slice_copy(&[7_u64; 64]);

    world.run_schedule(FrameBegin);
    world.run_schedule(Main);
    let mut alloc = world.resource_mut::<AllocResource>();
    let held = alloc.try_next_frame().expect_err("held");
    assert_eq!((held.frame, held.handles), (1, 1));
    assert!(held.place.is_some_and(|place| place.file().ends_with("handles.rs")));
    assert!(alloc.try_next_frame_with_promotions().is_err());
    assert!(alloc.try_exclusive().is_err());
    assert!(panics(|| alloc.next_frame()).starts_with("frame 1 cannot end: 1 `AllocHandle` is alive, made at "));
    assert!(panics(|| alloc.next_frame_in_flight()).starts_with("frame 1 cannot end"));
    let held = |refused: Option<NextFlightError>| match refused {
        Some(NextFlightError::Held(held)) => held.handles,
        other => panic!("{other:?}"),
    };
    assert_eq!(held(alloc.try_next_frame_in_flight().err()), 1);
    assert_eq!(held(alloc.try_next_frame_in_flight_with_promotions().err()), 1);
    assert!(panics(|| alloc.end_frame()).starts_with("frame 1 cannot end"), "through `DerefMut`");
    assert!(panics(|| alloc.begin_frame()).starts_with("frame 1 cannot end"), "which would end the open one");
    let second = world.frame_alloc();
    let held = world.resource_mut::<AllocResource>().try_next_frame();
    assert_eq!(held.map_err(|held| held.handles), Err(2));
    drop(second);
    let held = world.resource_mut::<AllocResource>().try_next_frame();
    assert_eq!(held.map_err(|held| held.handles), Err(1), "one that is gone is counted no longer");
    // The allocator of the ticks has nothing to do with it.
    world.run_schedule(FixedMain);
    assert_eq!(world.resource::<AllocResource<FixedMain>>().frame_number(), 1);

    // Another allocator in its place, and none, and no world: the handle keeps its own.
    world.insert_resource(AllocResource::<Main>::default());
    world.run_schedule(FrameBegin);
    assert_eq!(world.resource::<AllocResource>().frame_number(), 1);
    world.resource_mut::<AllocResource>().frame_slice_copy(&[9_u64; 64]);
    let removed = world.remove_resource::<AllocResource>();
    assert!(world.try_frame_alloc_of::<Main>().is_err());
    drop((removed, app));
    assert_eq!(*value, [7; 64]);
    assert_eq!(handle.frame_number(), 1);
}

#[test]
fn a_handle_may_outlive_its_world_on_another_thread() {
    let (to, from) = mpsc::channel::<AllocHandle>();
    let reader = std::thread::spawn(move || {
        let handle = from.recv().expect("it is sent");
        let value = handle.frame_box(5_u32);
        (handle.frame_number(), *value)
    });
    let mut app = app();
    app.update();
    let handle = app.world().frame_alloc();
    // The world goes elsewhere, and ends there.
    let mut world = core::mem::take(app.world_mut());
    std::thread::spawn(move || {
        assert!(world.resource_mut::<AllocResource>().try_next_frame().is_err());
        drop(world);
    })
    .join()
    .expect("no panic");
    to.send(handle).expect("it is received");
    assert_eq!(reader.join().expect("no panic"), (1, 5));
}

/// The game goes on: the frame stays open, and ends when the handle is gone. One that is forgotten keeps it for ever.
#[test]
fn an_update_with_a_stored_handle_leaves_the_frame_open() {
    #[derive(Resource)]
    struct Stored(AllocHandle);

    let mut app = app();
    app.add_systems(Update, |alloc: Res<AllocResource>| drop(alloc.frame_box([0_u8; 100])));
    app.update();
    let handle = app.world().frame_alloc();
    app.insert_resource(Stored(handle));
    for _ in 0..3 {
        app.update();
    }
    assert_eq!(frame_number(&app), 1);
    let stored = app.world_mut().remove_resource::<Stored>();
    assert_eq!(*stored.as_ref().expect("it was stored").0.frame_box(1), 1);
    drop(stored);
    app.update();
    assert_eq!(frame_number(&app), 2);
    assert!(app.world().resource::<AllocResource>().last_frame().bytes >= 400, "of four updates");

    core::mem::forget(app.world().frame_alloc());
    app.update();
    app.update();
    assert_eq!(frame_number(&app), 2);
}

/// With frames in flight it ends in the first schedule that finds no handle, and what was shared flies then.
#[test]
fn a_frame_that_was_held_ends_in_flight_later() {
    let mut app = App::new();
    app.add_plugins(SmartAllocPlugin::default().with_frames_in_flight(2));
    app.update();
    assert_eq!(frame_number(&app), 2, "the next one begins in `FrameEnd`");
    let handle = app.world().frame_alloc();
    let shared = handle.frame_share(5);
    app.update();
    assert_eq!(frame_number(&app), 2);
    drop(handle);
    app.world_mut().run_schedule(FrameBegin);
    assert_eq!(frame_number(&app), 3);
    assert_eq!(app.world().resource::<LastFlight>().get(shared), Some(&5));
}

#[test]
fn handles_may_cross_threads_and_errors_say_what_is_wrong() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<AllocHandle>();
    sendable::<FrameHeldError>();
    let mut alloc = AllocResource::<()>::default();
    alloc.next_frame();
    let handles = [alloc.handle(), alloc.handle()];
    let copy = handles[0].clone();
    let held = alloc.try_next_frame().expect_err("held");
    assert!(held.to_string().starts_with("frame 1 cannot end: 3 `AllocHandles` are alive, one made at "), "{held}");
    drop((handles, copy));
    assert_eq!(alloc.next_frame().frame, 1);
    let missing = World::new().try_frame_alloc_of::<()>().expect_err("an empty world");
    assert_eq!(missing.to_string(), "the app has no such allocator: add `SmartAllocPlugin` to it (FA101)");
}
