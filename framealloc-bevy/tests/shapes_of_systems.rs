//! Systems in the shapes in which games write them. `cargo-fa/tests/bevy.rs` reads this file: lines that are marked are those
//! that run every frame and allocate on the heap; the others are set-up, or do not.
#![allow(
    elided_lifetimes_in_paths,
    missing_docs,
    unused_qualifications,
    reason = "systems are written as in every Bevy program"
)]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use bevy_app::{MainScheduleOrder, prelude::*};
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{ScheduleConfigs, ScheduleLabel};
use bevy_ecs::system::{RunSystemOnce, ScheduleSystem, SystemParam, SystemState};
use bevy_ecs::world::DeferredWorld;
use framealloc::bevy::Scratch;
use framealloc::bevy::prelude::*;
use framealloc::frame_closure;

#[derive(Component, Clone)]
struct Label(String);

#[derive(Component)]
#[component(on_remove = unlabel)]
struct Hull(f32);

#[derive(Component)]
struct Shield;

#[derive(Event)]
struct Struck(Entity);

#[derive(Resource, Default)]
struct Shown(Vec<usize>);

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct Movement;

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct Cleanup;

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct OnSave;

#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
struct Hud;

// ---- plain systems, in every schedule that runs every frame ----

fn in_first(alloc: Res<AllocResource>, mut shown: ResMut<Shown>) {
    shown.0.truncate(format!("{}", *alloc.frame_box(1)).len()); //~ FA401
}

#[expect(clippy::unnecessary_wraps, reason = "a system that can fail is one of the shapes")]
fn in_pre_update(alloc: Res<AllocResource>) -> Result {
    drop(format!("{}", *alloc.frame_box(1))); //~ FA401
    Ok(())
}

fn in_update(alloc: FrameAlloc, hulls: Query<&Hull>) {
    let near: Vec<f32> = hulls.iter().map(|hull| hull.0).collect(); //~ FA401
    alloc.frame_slice_copy(&near);
}

fn in_post_update(alloc: Option<Res<AllocResource>>) {
    drop(alloc.map(|alloc| format!("{}", *alloc.frame_box(1)))); //~ FA401
}

fn in_last(alloc: Res<AllocResource>) {
    drop(format!("{}", *alloc.frame_box(1))); //~ FA401
}

fn in_fixed_update(alloc: Res<AllocResource>) {
    drop(format!("{}", *alloc.frame_box(1))); //~ FA401
}

fn in_fixed_post_update(alloc: Res<AllocResource>) {
    drop(format!("{}", *alloc.frame_box(1))); //~ FA401
}

fn of_component<C: Component>(alloc: Res<AllocResource>, all: Query<&C>) {
    let found: Vec<&C> = all.iter().collect(); //~ FA401
    alloc.frame_box(found.len());
}

fn chained(alloc: Res<AllocResource>) {
    drop(Box::new(*alloc.frame_box(1_u8))); //~ FA401
}

fn nested(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

fn after_others(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

// ---- conditions and pipes ----

fn on_heap(alloc: Res<AllocResource>) -> bool {
    !format!("{}", *alloc.frame_box(1)).is_empty() //~ FA401
}

fn negated(alloc: Res<AllocResource>) -> bool {
    format!("{}", *alloc.frame_box(1)).is_empty() //~ FA401
}

fn of_a_set(alloc: Res<AllocResource>) -> bool {
    format!("{}", *alloc.frame_box(1)).is_empty() //~ FA401
}

fn gives(alloc: Res<AllocResource>) -> u32 {
    *alloc.frame_box(1)
}

fn takes(In(number): In<u32>, alloc: Res<AllocResource>) {
    alloc.frame_str(&number.to_string()); //~ FA401
}

fn conditional() {}

// ---- parameters of the workspace ----

#[derive(SystemParam)]
struct Labels<'w, 's> {
    alloc: Res<'w, AllocResource>,
    all: Query<'w, 's, &'static Label>,
}

impl Labels<'_, '_> {
    fn names(&self) -> Vec<String> {
        self.all.iter().map(|label| label.0.clone()).collect() //~ FA401
    }
}

#[derive(SystemParam)]
struct Overlay<'w, 's> {
    labels: Labels<'w, 's>,
    shown: ResMut<'w, Shown>,
}

fn by_param(mut overlay: Overlay) {
    let number = overlay.labels.names().len();
    overlay.shown.0.truncate(*overlay.labels.alloc.frame_box(number));
}

// ---- exclusive systems ----

fn exclusive(world: &mut World) {
    world.resource_scope(|world, alloc: Mut<AllocResource>| {
        let text = format!("{}", *alloc.frame_box(1)); //~ FA401
        world.resource_mut::<Shown>().0.clear();
        drop(text);
    });
}

fn by_handle(world: &mut World) {
    let alloc = world.frame_alloc();
    let text = format!("{}", *alloc.frame_box(1)); //~ FA401
    world.resource_mut::<Shown>().0.clear();
    drop(text);
}

fn by_resource(world: &mut World) {
    let text = format!("{}", *world.resource::<AllocResource>().frame_box(1)); //~ FA401
    drop(text);
}

fn by_state(world: &mut World, state: &mut SystemState<(Res<AllocResource>, Query<&Hull>)>) {
    let Ok((alloc, hulls)) = state.get(world) else { return };
    let all: Vec<&Hull> = hulls.iter().collect(); //~ FA401
    alloc.frame_box(all.len());
}

fn runs_another(world: &mut World) {
    let number = *world.resource::<AllocResource>().frame_box(1_u8);
    let _ = (number, world.run_system_once(run_once));
}

fn run_once(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

/// It has nothing to do with frames.
fn without_frames(world: &mut World) {
    let text = format!("{}", world.entities().len());
    drop(text);
}

// ---- observers, hooks, systems that are registered ----

fn struck(hit: On<Struck>, alloc: Res<AllocResource>, mut commands: Commands) {
    commands.entity(hit.0).insert(Label(format!("{}", *alloc.frame_box(1)))); //~ FA401
}

fn unlabel(world: DeferredWorld, _: HookContext) {
    drop(format!("{}", *world.resource::<AllocResource>().frame_box(1))); //~ FA401
}

fn shielded(world: DeferredWorld, _: HookContext) {
    drop(format!("{}", *world.resource::<AllocResource>().frame_box(1))); //~ FA401
}

fn registered(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

// ---- added by helpers ----

fn systems() -> ScheduleConfigs<ScheduleSystem> {
    (returned, returned_too.after(returned)).chain()
}

fn returned(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

fn returned_too(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

fn made(number: u8) -> impl Fn(Res<AllocResource>) {
    move |alloc: Res<AllocResource>| drop(vec![*alloc.frame_box(number)]) //~ FA401
}

fn add<M>(app: &mut App, system: impl IntoScheduleConfigs<ScheduleSystem, M>) {
    app.add_systems(Update, system.run_if(on_heap));
}

fn handed_on(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

fn insert(app: &mut App, after: impl ScheduleLabel, schedule: impl ScheduleLabel) {
    app.world_mut().resource_mut::<MainScheduleOrder>().insert_after(after, schedule);
}

fn moves(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

fn cleans(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

mod enemies {
    use super::*;

    pub(super) struct EnemiesPlugin;

    impl Plugin for EnemiesPlugin {
        fn build(&self, app: &mut App) {
            app.add_systems(Update, (Self::think, think_too)).add_systems(Startup, Self::prepare);
        }
    }

    impl EnemiesPlugin {
        fn think(alloc: Res<AllocResource>) {
            drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
        }

        fn prepare(alloc: Res<AllocResource>) {
            drop(vec![*alloc.frame_box(1_u8)]);
        }
    }

    fn think_too(alloc: Res<AllocResource>) {
        drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
    }
}

fn queues(alloc: Res<AllocResource>, mut commands: Commands) {
    let number = *alloc.frame_box(1_u32);
    commands.queue(move |world: &mut World| {
        world.spawn(Label(format!("{number}"))); //~ FA401
    });
}

// ---- set-up, and what never runs ----

fn at_start(alloc: Res<AllocResource>, mut commands: Commands) {
    commands.spawn(Label(format!("{}", *alloc.frame_box(1))));
}

fn when_saved(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]);
}

fn not_added(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]);
}

fn without_the_allocator(labels: Query<&Label>) {
    let names: Vec<String> = labels.iter().map(|label| label.0.to_uppercase()).collect();
    drop(names);
}

fn kept(alloc: Res<AllocResource>, mut scratch: Local<Vec<u32>>) {
    scratch.clear();
    alloc.frame_slice_copy(&scratch);
}

/// A collection that the system keeps: what it grows by is not the frame's, and neither does it lend frame memory.
fn kept_by_scratch(alloc: Res<AllocResource>, mut seen: Scratch<Vec<u32>>) {
    seen.push(*alloc.frame_box(1));
    alloc.frame_slice_copy(&seen);
}

struct Game;

impl Plugin for Game {
    fn build(&self, app: &mut App) {
        let title = format!("{} {}", 1, String::from("title"));
        drop(title);
        app.init_resource::<Shown>()
            .init_schedule(Movement)
            .init_schedule(Cleanup)
            .init_schedule(OnSave)
            .add_plugins(enemies::EnemiesPlugin)
            .add_systems(First, in_first)
            .add_systems(PreUpdate, in_pre_update)
            .add_systems(Update, (in_update, (chained, nested).chain(), after_others.after(nested).in_set(Hud)))
            .add_systems(bevy_app::PostUpdate, in_post_update)
            .add_systems(Last, in_last)
            .add_systems(FixedUpdate, in_fixed_update)
            .add_systems(FixedPostUpdate, in_fixed_post_update)
            .add_systems(
                Update,
                (of_component::<Hull>, by_param, exclusive, by_resource, by_state, runs_another, by_handle),
            )
            .add_systems(Update, (without_frames, without_the_allocator, kept, queues))
            .add_systems(Update, conditional.run_if(on_heap).run_if(not(negated)))
            .configure_sets(Update, Hud.run_if(of_a_set))
            .add_systems(Update, gives.pipe(takes))
            .add_systems(Update, |alloc: Res<AllocResource>| drop(vec![*alloc.frame_box(1_u8)])) //~ FA401
            .add_systems(Update, frame_closure!(|alloc: Res<AllocResource>| drop(vec![*alloc.frame_box(1_u8)]))) //~ FA401
            .add_systems(
                Update,
                frame_closure!(tag = "hud", |alloc: Res<AllocResource>, hulls: Query<&Hull>| {
                    let all: Vec<&Hull> = hulls.iter().collect(); //~ FA401
                    alloc.frame_box(all.len());
                }),
            )
            .add_systems(Update, kept_by_scratch)
            .add_systems(Update, (systems(), made(3)))
            .add_systems(Movement, moves)
            .add_systems(Cleanup, cleans)
            .add_systems(OnSave, when_saved)
            .add_systems(Startup, at_start)
            .add_observer(struck)
            .add_observer(|_: On<Struck>, alloc: Res<AllocResource>| drop(vec![*alloc.frame_box(1_u8)])); //~ FA401
        app.edit_schedule(Update, |schedule| {
            schedule.add_systems(edited);
        });
        app.register_system(registered);
        app.world_mut().register_component_hooks::<Shield>().on_add(shielded);
        add(app, handed_on);
        insert(app, Update, Movement);
        app.world_mut().resource_mut::<MainScheduleOrder>().insert_after(Movement, Cleanup);
        let late = (late, latest);
        app.add_systems(Last, late);
    }
}

fn edited(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

fn late(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

fn latest(alloc: Res<AllocResource>) {
    drop(vec![*alloc.frame_box(1_u8)]); //~ FA401
}

/// It is a program, not only a text.
#[test]
fn all_of_them_run() {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugins, Game));
    let hull = app.world_mut().spawn((Hull(1.0), Shield)).id();
    app.update();
    app.world_mut().trigger(Struck(hull));
    app.world_mut().run_schedule(OnSave);
    app.world_mut().entity_mut(hull).remove::<Hull>();
    let _ = app.world_mut().run_system_once(not_added);
    app.update();
    assert_eq!(app.world().resource::<AllocResource>().frame_number(), 2);
}
