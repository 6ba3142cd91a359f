//! What a remote tool is told of the allocator, by Bevy's own protocol: requests go through its mailbox, as those of its server do.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use bevy::prelude::*;
use bevy_remote::{BrpMessage, BrpResult, BrpSender, RemotePlugin};
use framealloc::bevy::SmartAllocReflectPlugin;
use framealloc::bevy::prelude::*;
use framealloc::{PoolBox, Pooled};
use serde_json::{Value, json};

const OF_FRAME: &str = "framealloc_bevy::AllocFigures<Main>";
const OF_TICK: &str = "framealloc_bevy::AllocFigures<FixedMain>";

#[derive(Pooled)]
#[pooled(capacity = 16)]
struct Spark(u32);

/// Takes more in each frame, so that a figure of another one is told apart.
fn contacts<M: Send + Sync + 'static>(alloc: Res<AllocResource<M>>, mut frame: Local<usize>) {
    *frame += 1;
    alloc.tagged("physics").frame_slice_fill_with(100 * *frame, |_| 1_u64);
    alloc.tagged("ai").frame_slice_fill_with(10 * *frame, |_| 1_u64);
}

fn sparks(mut kept: Local<Vec<PoolBox<Spark>>>) {
    if kept.len() < 3 {
        kept.push(Spark(7).pooled());
    }
    assert!(kept.iter().all(|spark| spark.0 == 7));
}

fn game() -> App {
    let mut app = App::new();
    let config = AllocConfig::default().with_tag_budget("physics", kilobytes(64));
    app.add_plugins((SmartAllocPlugins.set(SmartAllocPlugin::new(config)), SmartAllocReflectPlugin::default()));
    app.add_plugins((SmartAllocPlugin::fixed(), SmartAllocReflectPlugin::fixed(), RemotePlugin::default()));
    app.add_systems(Update, contacts::<Main>).add_systems(FixedUpdate, contacts::<FixedMain>);
    // Its mailbox is there from the first update on.
    app.update();
    app
}

/// Sends a request, and has the update that follows answer it.
fn ask(app: &mut App, method: &str, params: Value) -> BrpResult {
    let (sender, answer) = async_channel::bounded(1);
    let message = BrpMessage { method: method.to_owned(), params: Some(params), sender };
    app.world().resource::<BrpSender>().try_send(message).expect("the mailbox has room");
    app.update();
    answer.try_recv().expect("it was answered in the update")
}

fn figures(app: &mut App, resource: &str) -> Value {
    ask(app, "world.get_resources", json!({ "resource": resource })).expect("the resource is there")["value"].clone()
}

#[test]
fn a_remote_tool_gets_the_figures_that_the_allocator_has() {
    let mut app = game();
    // Here alone: a pool is the whole process's, and other tests run beside this one.
    app.add_systems(Update, sparks);
    (0..5).for_each(|_| app.update());
    for _ in 0..3 {
        let told = figures(&mut app, OF_FRAME);
        let alloc = app.world().resource::<AllocResource>();
        let (stats, report) = (alloc.stats(), alloc.frame_report());
        assert_eq!(told["frame"], json!(report.frame));
        assert_eq!((&told["bytes"], &told["high_water"]), (&json!(stats.bytes), &json!(stats.high_water)));
        let tags: Vec<Value> = stats
            .tags
            .iter()
            .map(|tag| {
                let budget = (tag.path == "physics").then(|| kilobytes(64));
                json!({ "path": tag.path, "bytes": tag.bytes, "high_water": tag.high_water, "budget": budget })
            })
            .collect();
        assert_eq!(told["tags"], Value::Array(tags));
        let physics = stats.tag("physics").expect("it was used");
        // The figures are those of the frame before the one that runs.
        assert!((800 * report.frame..900 * report.frame).contains(&(physics.bytes as u64)), "{physics:?}");
        let pools = told["pools"].as_array().expect("a list");
        let sparks = pools.iter().find(|pool| pool["name"] == "Spark").expect("it has objects");
        assert_eq!((&sparks["live"], &sparks["refused"]), (&json!(3), &json!(0)));
    }
}

#[test]
fn figures_of_the_fixed_timestep_have_a_name_of_their_own() {
    let mut app = game();
    for _ in 0..3 {
        app.world_mut().run_schedule(FixedMain);
    }
    let told = figures(&mut app, OF_TICK);
    let stats = app.world().resource::<AllocResource<FixedMain>>().stats();
    assert_eq!((&told["frame"], &told["bytes"]), (&json!(2), &json!(stats.bytes)));
    assert!(stats.bytes > 1600 && told["pools"] == json!([]));
}

#[test]
fn the_figures_are_listed_and_the_allocator_itself_is_not() {
    let mut app = game();
    let listed = ask(&mut app, "world.list_resources", Value::Null).expect("a list");
    let names: Vec<&str> = listed.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(names.contains(&OF_FRAME) && names.contains(&OF_TICK), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("AllocResource")), "{names:?}");
}

#[test]
fn what_a_remote_tool_writes_is_gone_with_the_next_frame() {
    let mut app = game();
    (0..3).for_each(|_| app.update());
    let params = json!({ "resource": OF_FRAME, "path": ".bytes", "value": 7 });
    ask(&mut app, "world.mutate_resources", params).expect("it is written");
    let told = figures(&mut app, OF_FRAME);
    assert_eq!(told["bytes"], json!(app.world().resource::<AllocResource>().stats().bytes));
}
