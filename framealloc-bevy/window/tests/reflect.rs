//! The figures of the allocator as inspectors and remote tools find them: by the type registry and by paths of fields.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use bevy::ecs::reflect::{AppTypeRegistry, ReflectComponent};
use bevy::prelude::*;
use bevy::reflect::GetPath;
use framealloc::bevy::prelude::*;
use framealloc::bevy::{AllocFigures, SmartAllocReflectPlugin};

fn contacts<M: Send + Sync + 'static>(alloc: Res<AllocResource<M>>) {
    alloc.tagged("physics").frame_slice_copy(&[0_u64; 64]);
}

fn game() -> App {
    let mut app = App::new();
    let config = AllocConfig::default().with_tag_budget("physics", kilobytes(64));
    app.add_plugins((SmartAllocPlugins.set(SmartAllocPlugin::new(config)), SmartAllocReflectPlugin::default()));
    app.add_plugins((SmartAllocPlugin::fixed(), SmartAllocReflectPlugin::fixed()));
    app.add_systems(Update, contacts::<Main>).add_systems(FixedUpdate, contacts::<FixedMain>);
    app
}

/// What a tool does that knows the name of a type and nothing else.
fn read<T: Reflect + Copy>(app: &mut App, type_path: &str, field: &str) -> T {
    let registry = app.world().resource::<AppTypeRegistry>().clone();
    let registry = registry.read();
    let registration = registry.get_with_type_path(type_path).expect("the type is registered");
    let component = registration.data::<ReflectComponent>().expect("a resource is a component");
    let id = app.world().components().get_id(registration.type_id()).expect("it is in the world");
    let entity = app.world().resource_entities().get(id).expect("it is a resource");
    let value = component.reflect(app.world().entity(entity)).expect("it is reflected");
    *value.reflect_path(field).expect("the field exists").try_downcast_ref::<T>().expect("the type is the field's")
}

#[test]
fn a_tool_reads_the_last_frame_by_the_name_of_the_type() {
    let mut app = game();
    app.update();
    app.update();
    const OF_FRAME: &str = "framealloc_bevy::AllocFigures<Main>";
    assert_eq!(read::<u64>(&mut app, OF_FRAME, ".frame"), 1);
    assert!(read::<usize>(&mut app, OF_FRAME, ".tags[0].bytes") >= 512);
    assert_eq!(read::<Option<usize>>(&mut app, OF_FRAME, ".tags[0].budget"), Some(kilobytes(64)));
    app.update();
    assert_eq!(read::<u64>(&mut app, OF_FRAME, ".frame"), 2, "figures are live");
}

#[test]
fn the_fixed_timestep_has_figures_of_its_own() {
    let mut app = game();
    app.update();
    assert_eq!(app.world().resource::<AllocFigures<FixedMain>>().frame, 0, "there was no tick");
    for _ in 0..3 {
        app.world_mut().run_schedule(FixedMain);
    }
    assert_eq!(read::<u64>(&mut app, "framealloc_bevy::AllocFigures<FixedMain>", ".frame"), 2);
}

#[test]
fn what_a_tool_writes_is_gone_with_the_next_frame() {
    let mut app = game();
    app.update();
    app.update();
    let mut figures = app.world_mut().resource_mut::<AllocFigures>();
    figures.tags.clear();
    figures.bytes = 7;
    app.update();
    let figures = app.world().resource::<AllocFigures>();
    assert!(figures.bytes >= 512);
    assert_eq!(figures.tags.iter().map(|tag| tag.path.as_str()).collect::<Vec<_>>(), ["physics"]);
}
