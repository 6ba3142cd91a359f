//! The frame ends once per run of the app's schedules, before anything else, for whoever runs them.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::time::Duration;

use bevy_app::prelude::*;
use bevy_app::{AppLabel, SubApp};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel};
use bevy_time::{Fixed, Time, TimePlugin, TimeUpdateStrategy};
use framealloc_bevy::prelude::*;

/// What the systems of a test saw, in order.
#[derive(Resource, Default)]
struct Seen(Vec<(&'static str, u64)>);

#[derive(Resource, Default)]
struct Kept<T: Send + Sync + 'static>(Option<FrameHandle<T>>);

fn app() -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugin::default())).init_resource::<Seen>();
    app
}

fn see(name: &'static str) -> impl Fn(Res<AllocResource>, ResMut<Seen>) {
    move |alloc, mut seen| seen.0.push((name, alloc.frame_number()))
}

#[test]
fn all_schedules_of_an_update_are_in_one_frame() {
    let mut app = app();
    app.add_systems(Startup, see("startup"))
        .add_systems(FrameBegin, see("before").before(SmartAllocSystems::EndFrame))
        .add_systems(First, see("first"))
        .add_systems(Update, see("update"))
        .add_systems(Last, see("last"));
    app.update();
    app.update();
    assert_eq!(
        app.world().resource::<Seen>().0,
        [
            ("startup", 0),
            ("before", 0),
            ("first", 1),
            ("update", 1),
            ("last", 1),
            ("before", 1),
            ("first", 2),
            ("update", 2),
            ("last", 2)
        ]
    );
    assert!(app.world().resource::<AllocResource>().is_in_frame());
}

#[test]
fn schedules_run_by_hand_end_the_frame() {
    let mut app = app();
    app.add_systems(Update, see("update"));
    for _ in 0..3 {
        app.world_mut().run_schedule(Main);
    }
    assert_eq!(app.world().resource::<Seen>().0, [("update", 1), ("update", 2), ("update", 3)]);

    // Without `Main`, `FrameBegin` is run like the others.
    app.world_mut().run_schedule(FrameBegin);
    app.world_mut().run_schedule(Update);
    assert_eq!(app.world().resource::<Seen>().0.last(), Some(&("update", 4)));
}

#[test]
fn a_handle_resolves_through_last_and_no_longer() {
    let mut app = app();
    app.init_resource::<Kept<Vec<u32>>>().add_systems(
        Update,
        |alloc: Res<AllocResource>, mut kept: ResMut<Kept<Vec<u32>>>| {
            if kept.0.is_none() {
                kept.0 = Some(alloc.frame_share(vec![1, 2, 3]));
            }
        },
    );
    app.add_systems(Last, |alloc: Res<AllocResource>, kept: Res<Kept<Vec<u32>>>, mut seen: ResMut<Seen>| {
        let resolved = kept.0.and_then(|handle| handle.get(&alloc));
        seen.0.push((if resolved.is_some() { "there" } else { "gone" }, alloc.frame_number()));
    });
    app.update();
    // As the extraction to another world would find it, after `Last`.
    let kept = app.world().resource::<Kept<Vec<u32>>>().0;
    let alloc = app.world().resource::<AllocResource>();
    assert_eq!(kept.and_then(|handle| handle.get(alloc)), Some(&vec![1, 2, 3]));
    app.update();
    assert_eq!(app.world().resource::<Seen>().0, [("there", 1), ("gone", 2)]);
}

#[test]
fn what_startup_allocates_dies_before_the_first_frame() {
    let mut app = app();
    app.init_resource::<Kept<u32>>().add_systems(Startup, |alloc: Res<AllocResource>, mut kept: ResMut<Kept<u32>>| {
        kept.0 = Some(alloc.frame_share(5));
        alloc.frame_slice_copy(&[0_u64; 100]);
    });
    app.update();
    let alloc = app.world().resource::<AllocResource>();
    assert_eq!(app.world().resource::<Kept<u32>>().0.and_then(|handle| handle.get(alloc)), None);
    assert!(alloc.last_frame().bytes >= 800);
    app.update();
    assert_eq!(app.world().resource::<AllocResource>().last_frame().bytes, 0);
}

#[test]
fn ending_a_frame_is_no_change() {
    let mut app = app();
    app.add_systems(Update, |alloc: Res<AllocResource>, mut seen: ResMut<Seen>| {
        seen.0.push(("changed", u64::from(alloc.is_changed())));
    });
    app.update();
    app.update();
    app.update();
    assert_eq!(app.world().resource::<Seen>().0, [("changed", 1), ("changed", 0), ("changed", 0)]);
}

#[test]
fn a_panic_in_the_drop_of_a_shared_value_does_not_stop_the_frames() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let mut alloc = AllocResource::<()>::default();
    alloc.next_frame();
    let _ = alloc.frame_share(Bomb);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| alloc.next_frame()));
    assert!(panicked.is_err());
    assert_eq!((alloc.frame_number(), alloc.is_in_frame()), (2, true));
    alloc.next_frame();
    assert_eq!(alloc.frame_number(), 3);
}

/// An app whose time goes on by `ticks` ticks of the fixed timestep per update.
fn fixed_app(ticks: u32) -> App {
    let mut app = app();
    app.add_plugins((TimePlugin, SmartAllocPlugin::fixed()));
    let tick = app.world().resource::<Time<Fixed>>().timestep();
    app.insert_resource(TimeUpdateStrategy::ManualDuration(tick * ticks));
    // The first update only starts the clock.
    app.update();
    app
}

#[test]
fn the_fixed_allocator_ends_its_frame_once_per_tick() {
    let mut app = fixed_app(2);
    app.add_systems(FixedFirst, |alloc: Res<AllocResource<FixedMain>>, mut seen: ResMut<Seen>| {
        seen.0.push(("tick", alloc.frame_number()));
    });
    let before = app.world().resource::<AllocResource<FixedMain>>().frame_number();
    app.update();
    app.update();
    assert_eq!(app.world().resource::<AllocResource>().frame_number(), 3);
    let ticks: Vec<_> = (before + 1..=before + 4).map(|number| ("tick", number)).collect();
    assert_eq!(app.world().resource::<Seen>().0, ticks);
}

#[test]
fn what_a_tick_shares_is_there_until_the_next_tick() {
    let mut app = fixed_app(1);
    app.init_resource::<Kept<u64>>();
    app.add_systems(FixedUpdate, |alloc: Res<AllocResource<FixedMain>>, mut kept: ResMut<Kept<u64>>| {
        kept.0 = Some(alloc.frame_share(alloc.frame_number()));
    });
    app.update();
    let shared = app.world().resource::<Kept<u64>>().0;
    // Frames without a tick: interpolation still reads it.
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO));
    app.update();
    app.update();
    let fixed = app.world().resource::<AllocResource<FixedMain>>();
    assert_eq!(shared.and_then(|handle| handle.get(fixed)), Some(&fixed.frame_number()));
    // The other allocator of the same world does not know the handle.
    assert_eq!(shared.and_then(|handle| handle.get(app.world().resource::<AllocResource>())), None);

    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs(1)));
    app.update();
    let fixed = app.world().resource::<AllocResource<FixedMain>>();
    assert_eq!(shared.and_then(|handle| handle.get(fixed)), None);
}

#[derive(AppLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Render;

#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Extract;

#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Draw;

/// A handle of the main world, as extraction hands it over, and what it was worth there.
#[derive(Resource, Clone, Copy)]
struct Extracted(FrameHandle<u64>);

#[test]
fn a_sub_app_has_an_allocator_and_frames_of_its_own() {
    let mut app = app();
    app.init_resource::<Kept<u64>>().add_systems(Update, |alloc: Res<AllocResource>, mut kept: ResMut<Kept<u64>>| {
        kept.0 = Some(alloc.frame_share(alloc.frame_number()));
    });

    // The recipe: the plugin in the sub-app; extraction begins with the end of the old frame, so that what is extracted into frame memory
    // is there when the sub-app draws.
    let mut render = SubApp::new();
    render.add_plugins(SmartAllocPlugin::default()).init_resource::<Seen>();
    render.update_schedule = Some(Draw.intern());
    render.set_extract(|main, render| {
        render.run_schedule(FrameBegin);
        let main_alloc = main.resource::<AllocResource>();
        let value = main.resource::<Kept<u64>>().0.and_then(|handle| handle.get(main_alloc).copied());
        let extracted = render.resource::<AllocResource>().frame_share(value.expect("the main world's frame is open"));
        render.insert_resource(Extracted(extracted));
    });
    render.add_systems(Draw, |alloc: FrameAlloc, extracted: Res<Extracted>, mut seen: ResMut<Seen>| {
        let value = extracted.0.get(&alloc).expect("extracted in this frame");
        let scratch = alloc.frame_slice_copy(&[*value; 16]);
        seen.0.push(("draw", scratch[15]));
    });
    app.insert_sub_app(Render, render);

    for _ in 0..3 {
        app.update();
    }
    let render = app.sub_app(Render);
    assert_eq!(render.world().resource::<Seen>().0, [("draw", 1), ("draw", 2), ("draw", 3)]);
    let (main, sub) = (app.world().resource::<AllocResource>(), render.world().resource::<AllocResource>());
    assert_ne!(main.id(), sub.id());
    assert_eq!((main.frame_number(), sub.frame_number()), (3, 3));
    assert!(sub.last_frame().bytes >= 128);
}

#[test]
fn a_schedule_of_ones_own_ends_the_frame_at_its_start() {
    let mut app = app();
    app.add_plugins(SmartAllocPlugin::<Extract>::in_schedule(Extract));
    app.edit_schedule(Extract, |schedule| {
        schedule.set_build_settings(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            ..ScheduleBuildSettings::default()
        });
    });
    app.add_systems(
        Extract,
        (|alloc: Res<AllocResource<Extract>>, mut seen: ResMut<Seen>| seen.0.push(("after", alloc.frame_number())))
            .after(SmartAllocSystems::EndFrame),
    );
    app.update();
    assert_eq!(app.world().resource::<AllocResource<Extract>>().frame_number(), 0);
    app.world_mut().run_schedule(Extract);
    app.world_mut().run_schedule(Extract);
    assert_eq!(app.world().resource::<Seen>().0, [("after", 1), ("after", 2)]);
}

#[test]
fn no_order_at_the_end_of_the_frame_is_left_to_chance() {
    let mut app = App::new();
    app.add_plugins((SmartAllocPlugins, SmartAllocPlugin::fixed()));
    let settings =
        || ScheduleBuildSettings { ambiguity_detection: LogLevel::Error, ..ScheduleBuildSettings::default() };
    for label in [FrameBegin.intern(), FixedFrameBegin.intern()] {
        app.edit_schedule(label, |schedule| {
            schedule.set_build_settings(settings());
        });
    }
    app.finish();
    app.update();
    app.world_mut().run_schedule(FixedMain);
}

#[test]
#[should_panic(expected = "add `SmartAllocPlugin` to it (FA101)")]
fn an_app_without_the_plugin_is_told_so() {
    App::new().add_systems(Update, |alloc: FrameAlloc| drop(alloc.frame_box(1))).update();
}

#[test]
fn an_app_without_mains_schedules_takes_the_plugin() {
    let mut app = App::empty();
    app.add_plugins(SmartAllocPlugins);
    app.world_mut().run_schedule(FrameBegin);
    assert_eq!(app.world().resource::<AllocResource>().frame_number(), 1);
}

#[test]
fn a_prewarmed_thread_holds_its_first_memory_in_frame_one() {
    let mut app = App::new();
    let plugin = SmartAllocPlugin::new(AllocConfig::default().with_frame_chunk(kilobytes(256)));
    app.add_plugins((TaskPoolPlugin::default(), plugin.with_tags(["warm"]).with_prewarm(true)));
    app.update();
    let threads = bevy_tasks::ComputeTaskPool::get().thread_num() + 1;
    let mut alloc = app.world_mut().resource_mut::<AllocResource>();
    assert!(alloc.capacity() >= threads * kilobytes(256), "{} bytes on {threads} threads", alloc.capacity());
    assert_eq!(alloc.stats().threads.len(), threads);
    app.update();
    assert_eq!(app.world().resource::<AllocResource>().last_frame().bytes, 0);
}

#[test]
fn what_was_promoted_is_not_lost_when_the_next_frame_begins_with_a_panic() {
    let mut alloc = AllocResource::<()>::new(AllocConfig::default());
    alloc.next_frame();
    let key = alloc.frame_retain(7_u64, framealloc_core::RetentionPolicy::PromoteToHeap).key();
    let subscription = alloc.on_frame_event(|_, event| {
        assert!(!matches!(event, framealloc_core::FrameEvent::Began { .. }), "at the begin");
    });
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| alloc.next_frame_with_promotions()));
    assert!(ended.is_err());
    drop(subscription);
    assert_eq!(alloc.next_frame_with_promotions().take(key).map(|value| *value), Some(7));
}
