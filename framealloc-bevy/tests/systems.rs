//! The attributes on every kind of Bevy system: it stays a system, and its bytes go where the attribute says.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use bevy_app::prelude::*;
use bevy_ecs::error::{BevyError, Result};
use bevy_ecs::prelude::*;
use framealloc::bevy::prelude::*;
use framealloc::{FrameBox, alloc_tag, frame_system};

mod tags {
    pub(crate) static SPATIAL: framealloc::Tag = framealloc::Tag::new("spatial");
}

#[derive(Component)]
struct Position(f32);

#[derive(Component)]
struct Health(u32);

/// What systems found out.
#[derive(Resource, Default)]
struct Sums(Vec<(&'static str, u64)>);

impl Sums {
    fn of(&self, name: &str) -> Vec<u64> {
        self.0.iter().filter(|(known, _)| *known == name).map(|(_, sum)| *sum).collect()
    }
}

fn app() -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugins)).init_resource::<Sums>();
    app.world_mut().spawn_batch((1..=4_u8).map(|i| (Position(f32::from(i)), Health(u32::from(i) * 10))));
    app
}

/// The bytes of `tag` in the last update.
fn bytes_of(app: &mut App, tag: &str) -> usize {
    app.world_mut().run_schedule(FrameBegin);
    app.world().resource::<AllocResource>().stats().tag(tag).map_or(0, |tag| tag.bytes)
}

#[frame_system(tag = "res")]
fn with_res(alloc: Res<AllocResource>, positions: Query<&Position>, mut sums: ResMut<Sums>) {
    let mut values = positions.iter().map(|position| position.0);
    let scratch = alloc.frame_slice_fill_with(4, |_| values.next().unwrap_or(0.0));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]
    sums.0.push(("res", scratch.iter().sum::<f32>() as u64));
}

#[frame_system(tag = "param")]
fn with_param(alloc: FrameAlloc, mut healths: Query<&mut Health>, mut calls: Local<u64>, mut sums: ResMut<Sums>) {
    let scratch = alloc.frame_box([0_u64; 32]);
    for mut health in &mut healths {
        health.0 += 1;
    }
    *calls += 1;
    sums.0.push(("param", *calls + scratch[31]));
}

#[frame_system(tag = "commands")]
fn with_commands(mut commands: Commands, alloc: Res<AllocResource>) {
    for health in alloc.frame_slice_copy(&[1, 2]) {
        commands.spawn(Health(*health));
    }
}

#[frame_system(tag = "results")]
fn with_result(alloc: FrameAlloc, positions: Query<&Position>, mut sums: ResMut<Sums>) -> Result {
    let parsed: FrameBox<'_, u64> = alloc.frame_box("4".parse()?);
    if positions.iter().count() as u64 != *parsed {
        return Err(BevyError::error("not four positions"));
    }
    sums.0.push(("result", *parsed));
    Ok(())
}

/// An exclusive system takes the resource out of the world for as long as it runs.
fn exclusive(world: &mut World) {
    #[frame_system(tag = "exclusive")]
    fn count(alloc: &SmartAlloc, world: &mut World) -> u64 {
        let scratch = alloc.frame_slice_copy(&[1_u64; 8]);
        let mut healths = world.query::<&Health>();
        healths.iter(world).count() as u64 + scratch.iter().sum::<u64>()
    }
    let sum = world.resource_scope(|world, alloc: Mut<AllocResource>| count(&alloc, world));
    world.resource_mut::<Sums>().0.push(("exclusive", sum));
}

#[alloc_tag("tagged")]
fn tagged(alloc: Res<AllocResource>, mut sums: ResMut<Sums>) {
    // Whole-frame memory, under the tag.
    sums.0.push(("tagged", alloc.frame_slice_copy(&[3_u64; 16]).iter().sum()));
}

#[frame_system(tag = tags::SPATIAL)]
fn generic<T: Component>(alloc: Res<AllocResource>, entities: Query<Entity, With<T>>, mut sums: ResMut<Sums>) {
    let mut found = entities.iter();
    let scratch = alloc.frame_slice_fill_with(4, |_| found.next());
    sums.0.push(("generic", scratch.iter().flatten().count() as u64));
}

#[test]
fn annotated_systems_stay_systems_and_their_bytes_have_their_tags() {
    let mut app = app();
    app.add_systems(Update, (with_res, with_param, with_result, generic::<Position>, tagged, exclusive).chain());
    app.add_systems(PostUpdate, with_commands);
    app.update();
    let sums = &app.world().resource::<Sums>().0;
    assert_eq!(
        *sums,
        [("res", 10), ("param", 1), ("result", 4), ("generic", 4), ("tagged", 48), ("exclusive", 12)],
        "in the order of the chain"
    );
    let healths = app.world_mut().query::<&Health>().iter(app.world()).map(|health| health.0).collect::<Vec<_>>();
    assert_eq!(healths, [11, 21, 31, 41, 1, 2]);
    let expected = [
        ("res", 16),
        ("param", 256),
        ("results", 8),
        ("exclusive", 64),
        ("tagged", 128),
        ("spatial", 32),
        ("commands", 8),
    ];
    app.world_mut().run_schedule(FrameBegin);
    let stats = app.world().resource::<AllocResource>().stats();
    for (tag, least) in expected {
        let bytes = stats.tag(tag).map_or(0, |tag| tag.bytes);
        assert!((least..least + 64).contains(&bytes), "{bytes} bytes under {tag}");
    }
    assert_eq!(stats.bytes, stats.tags.iter().map(|tag| tag.bytes).sum::<usize>());
    assert!(stats.systems.iter().any(|system| system.name.ends_with("systems::with_res") && system.calls == 1));
}

/// A parameter of the game's own that holds the allocator and is used as a whole, mutably.
#[derive(bevy_ecs::system::SystemParam)]
struct Squad<'w, 's> {
    alloc: FrameAlloc<'w>,
    healths: Query<'w, 's, &'static mut Health>,
    sums: ResMut<'w, Sums>,
}

impl Squad<'_, '_> {
    fn heal(&mut self, by: u32) {
        for mut health in &mut self.healths {
            health.0 += by;
        }
    }

    #[frame_system(alloc = self.alloc.whole(), tag = "squad_method")]
    fn heal_most(&mut self) {
        let most = alloc.frame_box(self.healths.iter().map(|health| health.0).max());
        self.heal(most.unwrap_or(0));
    }
}

#[derive(bevy_ecs::system::SystemParam)]
struct Ward<'w, 's> {
    alloc: Res<'w, AllocResource>,
    healths: Query<'w, 's, &'static mut Health>,
}

impl Ward<'_, '_> {
    fn heal(&mut self, by: u32) {
        self.healths.iter_mut().for_each(|mut health| health.0 += by);
    }
}

#[test]
fn a_field_that_borrows_the_allocator_leaves_its_owner_to_the_body() {
    #[frame_system(alloc = squad.alloc, tag = "field")]
    fn by_param(mut squad: Squad) {
        let by = alloc.frame_box(1);
        squad.heal(*by);
    }
    #[frame_system(alloc = ward.alloc, tag = "field")]
    fn by_resource(mut ward: Ward) {
        let by = alloc.frame_box(2);
        ward.heal(*by);
    }
    let mut app = app();
    app.add_systems(Update, (by_param, by_resource).chain());
    app.update();
    assert!(bytes_of(&mut app, "field") >= 8, "both had a scope under the tag");
    let sum: u32 = app.world_mut().query::<&Health>().iter(app.world()).map(|health| health.0).sum();
    assert_eq!(sum, 100 + 4 * 3);
}

#[test]
fn a_parameter_of_the_games_own_lends_its_allocator_and_is_free() {
    #[frame_system(alloc = squad.alloc.whole(), tag = "squad")]
    fn lead(mut squad: Squad) {
        let mut amounts = alloc.frame_vec();
        amounts.extend([1, 2]);
        amounts.iter().for_each(|by| squad.heal(*by));
        squad.heal_most();
        let sum = squad.healths.iter().map(|health| u64::from(health.0)).sum();
        squad.sums.0.push(("squad", sum));
    }
    let mut app = app();
    app.add_systems(Update, lead);
    app.update();
    assert_eq!(app.world().resource::<Sums>().of("squad"), [100 + 4 * 3 + 4 * 43]);
    assert!(bytes_of(&mut app, "squad") >= 8 && app.world().resource::<AllocResource>().last_frame().bytes >= 16);
}

#[test]
fn a_closure_is_a_system_with_a_tag() {
    let mut app = app();
    app.add_systems(
        Update,
        framealloc::frame_closure!(tag = "closure", |alloc: Res<AllocResource>, mut sums: ResMut<Sums>| {
            sums.0.push(("closure", alloc.frame_slice_copy(&[2_u64; 16]).iter().sum()));
        }),
    );
    app.update();
    assert_eq!(app.world().resource::<Sums>().of("closure"), [32]);
    assert!((128..192).contains(&bytes_of(&mut app, "closure")));
}

#[test]
fn a_system_whose_allocator_may_be_absent_is_skipped_or_looks() {
    #[frame_system(tag = "skipped")]
    fn skipped(alloc: If<Res<AllocResource>>, mut sums: ResMut<Sums>) {
        sums.0.push(("skipped", *alloc.frame_box(1)));
    }
    fn looks(alloc: Option<Res<AllocResource>>, mut sums: ResMut<Sums>) {
        #[frame_system(tag = "looks")]
        fn with(alloc: &SmartAlloc) -> u64 {
            *alloc.frame_box(2)
        }
        let sum = alloc.map_or(0, |alloc| with(&alloc));
        sums.0.push(("looks", sum));
    }
    let mut app = app();
    app.add_systems(Update, (skipped, looks).chain());
    app.update();
    app.world_mut().remove_resource::<AllocResource>();
    app.world_mut().run_schedule(Update);
    let sums = app.world().resource::<Sums>();
    assert_eq!((sums.of("skipped"), sums.of("looks")), (vec![1], vec![2, 0]));
}

#[test]
fn an_error_of_a_system_closes_its_frame() {
    #[frame_system(tag = "failing")]
    fn failing(alloc: Res<AllocResource>) -> Result {
        let _scratch = alloc.frame_slice_copy(&[0_u8; 100]);
        "no number".parse::<u32>()?;
        Ok(())
    }
    let mut app = app();
    app.set_error_handler(bevy_ecs::error::ignore);
    app.add_systems(Update, failing);
    for _ in 0..3 {
        app.update();
        assert_eq!(app.world().resource::<AllocResource>().last_frame().scopes_left_open, 0);
    }
    assert!((100..200).contains(&bytes_of(&mut app, "failing")));
}

#[test]
fn a_run_condition_may_be_annotated() {
    #[frame_system(tag = "condition")]
    fn some_are_hurt(alloc: Res<AllocResource>, healths: Query<&Health>) -> bool {
        let mut all = healths.iter().map(|health| health.0);
        alloc.frame_slice_fill_with(4, |_| all.next()).iter().flatten().any(|health| *health < 20)
    }
    let mut app = app();
    app.add_systems(Update, (with_res.run_if(some_are_hurt), with_param.run_if(not(some_are_hurt))));
    app.update();
    let sums = app.world().resource::<Sums>();
    assert_eq!((sums.of("res").len(), sums.of("param").len()), (1, 0));
    assert!(bytes_of(&mut app, "condition") >= 2 * 4 * 8, "both conditions allocate");
}

#[derive(EntityEvent)]
struct Hit {
    entity: Entity,
    damage: u32,
}

#[test]
fn an_observer_may_be_annotated() {
    #[frame_system(tag = "observer")]
    fn on_hit(hit: On<Hit>, alloc: FrameAlloc, mut healths: Query<&mut Health>, mut sums: ResMut<Sums>) {
        let rolls = alloc.frame_slice_copy(&[hit.damage, 1]);
        if let Ok(mut health) = healths.get_mut(hit.entity) {
            health.0 -= rolls.iter().sum::<u32>();
            sums.0.push(("hit", u64::from(health.0)));
        }
    }

    #[frame_system(tag = "trigger")]
    fn strike(alloc: Res<AllocResource>, mut commands: Commands, healths: Query<(Entity, &Health)>) {
        let targets = alloc.frame_slice_fill_with(1, |_| healths.iter().max_by_key(|(_, health)| health.0));
        for (entity, _) in targets.iter().flatten() {
            commands.trigger(Hit { entity: *entity, damage: 5 });
        }
    }
    let mut app = app();
    app.add_observer(on_hit).add_systems(Update, strike);
    app.update();
    app.update();
    assert_eq!(app.world().resource::<Sums>().of("hit"), [34, 28]);
    assert!(bytes_of(&mut app, "observer") >= 8);
    assert!(bytes_of(&mut app, "trigger") == 0, "nothing ran since");
}

/// A value for the systems that come later in the frame.
#[derive(Resource, Default)]
struct Nearest(Option<FrameHandle<Vec<Entity>>>);

#[test]
fn a_handle_goes_from_producer_to_consumer_and_dies_with_the_frame() {
    #[frame_system(tag = "producer")]
    fn produce(alloc: Res<AllocResource>, positions: Query<(Entity, &Position)>, mut nearest: ResMut<Nearest>) {
        let mut all = positions.iter();
        let by_distance = alloc.frame_slice_fill_with(4, |_| all.next());
        let near = by_distance.iter().flatten().filter(|(_, position)| position.0 < 2.5).map(|(entity, _)| *entity);
        // Shared values outlive the frame of this system.
        nearest.0 = Some(alloc.frame_share(near.collect()));
    }

    #[frame_system(tag = "consumer")]
    fn consume(alloc: FrameAlloc, nearest: Res<Nearest>, mut sums: ResMut<Sums>) {
        let near = nearest.0.and_then(|handle| handle.get(alloc)).map_or(0, |near| near.len() as u64);
        sums.0.push(("near", near));
    }

    let mut app = app();
    app.init_resource::<Nearest>();
    app.add_systems(Update, (produce.run_if(run_once), consume).chain());
    app.update();
    app.update();
    assert_eq!(app.world().resource::<Sums>().of("near"), [2, 0]);
}

/// The run of a system is `'w`: what is made through `frame` may travel with the parameter.
#[test]
fn a_value_of_the_parameter_outlives_the_parameter() {
    fn squares(alloc: FrameAlloc<'_>) -> FrameBox<'_, [u64]> {
        alloc.frame().frame_slice_fill_with(4, |i| (i * i) as u64)
    }
    fn system(alloc: FrameAlloc, mut sums: ResMut<Sums>) {
        sums.0.push(("squares", squares(alloc.clone()).iter().sum::<u64>() + squares(alloc)[3]));
    }
    let mut app = app();
    app.add_systems(Update, system);
    app.update();
    assert_eq!(app.world().resource::<Sums>().of("squares"), [23]);
}

/// The documents' snippets, with the sub-crates' imports and an app that ends.
mod documents {
    use bevy_app::prelude::*;
    use bevy_ecs::prelude::*;
    use framealloc::bevy::SmartAllocPlugin;

    struct TempData {
        _scratch: [f32; 64],
    }

    struct Contact {
        depth: f32,
    }

    fn my_system(alloc: Res<framealloc::bevy::AllocResource>) {
        // Frame allocation automatically reset each frame
        let temp = alloc.frame_alloc::<TempData>();
        drop(temp);
    }

    fn physics_system(alloc: Res<framealloc::bevy::AllocResource>) {
        let mut contacts = alloc.frame_vec::<Contact>();
        // Automatically reset each frame
        contacts.push(Contact { depth: 1.0 });
        assert!(contacts[0].depth > 0.5);
    }

    #[test]
    fn the_snippets_do_what_they_say() {
        let mut app = App::new();
        app.add_plugins(TaskPoolPlugin::default())
            .add_plugins(SmartAllocPlugin::default())
            .add_systems(Update, (my_system, physics_system));
        for _ in 0..3 {
            app.update();
        }
        let report = app.world().resource::<framealloc::bevy::AllocResource>().last_frame();
        assert!((256..512).contains(&report.high_water), "one frame's bytes, however many there were: {report:?}");
    }
}
