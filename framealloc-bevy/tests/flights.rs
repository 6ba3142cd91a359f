//! Frames that end in flight: where they end, what is found of them, and what happens when too many are held.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use bevy_app::prelude::*;
use bevy_app::{AppLabel, SubApp};
use bevy_diagnostic::{Diagnostic, DiagnosticPath, DiagnosticsStore};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel};
use framealloc::bevy::{FlightPolicy, NextFlightError, prelude::*};
use framealloc::{FlightError, FrameEvent, FramePublisher, RetainKey, RetentionPolicy};

/// The number of its frame, shared in each.
#[derive(Resource, Default)]
struct Shared(Option<FrameHandle<[u64]>>);

fn share(alloc: FrameAlloc, mut shared: ResMut<Shared>) {
    shared.0 = Some(alloc.frame_share_slice_fill_with(100, |_| alloc.frame_number()));
}

fn app(plugin: SmartAllocPlugin) -> App {
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugins.set(plugin)));
    app.init_resource::<Shared>().add_systems(Update, share);
    app.finish();
    app
}

fn flying(at_most: usize) -> App {
    app(SmartAllocPlugin::default().with_frames_in_flight(at_most))
}

fn flight(app: &App) -> Option<FrameInFlight> {
    app.world().resource::<LastFlight>().flight().cloned()
}

fn alloc(app: &App) -> &AllocResource {
    app.world().resource()
}

/// The codes of the diagnostics that the allocator reports from now on, and their frames.
fn heard(app: &App) -> Arc<Mutex<Vec<(&'static str, u64)>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&heard);
    let listen = move |_: &_, event: &FrameEvent| {
        if let FrameEvent::Diagnostic(diagnostic) = event {
            to.lock().expect("no panic under the lock").push((diagnostic.code, diagnostic.frame));
        }
    };
    alloc(app).on_frame_event(listen).forever();
    heard
}

#[test]
fn after_an_update_its_handles_and_the_flight_are_of_the_same_frame() {
    let mut app = flying(2);
    for frame in 1..=5 {
        app.update();
        let (handle, last) = (app.world().resource::<Shared>().0, app.world().resource::<LastFlight>());
        assert_eq!(handle.and_then(|handle| last.get(handle)), Some(&[frame; 100][..]));
        assert_eq!(last.flight().map(FrameInFlight::frame_number), Some(frame));
        assert_eq!(handle.and_then(|handle| handle.get(alloc(&app))), None, "the frame has ended");
        assert_eq!((alloc(&app).frame_number(), alloc(&app).is_in_frame()), (frame + 1, true));
    }
}

#[test]
fn every_update_is_one_frame_and_its_figures_are_its_own() {
    let mut app = flying(1);
    app.update();
    for _ in 0..3 {
        // What extraction takes, after the end of the frame, counts for the next.
        alloc(&app).frame_slice_copy(&[0_u64; 50]);
        app.update();
        let bytes = alloc(&app).last_frame().bytes;
        assert!((1200..1400).contains(&bytes), "{bytes} bytes");
    }
    assert_eq!(alloc(&app).frame_number(), 5);
}

#[test]
fn scratch_and_shared_values_can_be_read_through_last() {
    let mut app = flying(1);
    app.init_resource::<Seen>().add_systems(Last, |alloc: FrameAlloc, shared: Res<Shared>, mut seen: ResMut<Seen>| {
        let shared = shared.0.and_then(|handle| handle.get(&alloc)).expect("the frame is open");
        seen.0.push(shared[99]);
    });
    app.update();
    app.update();
    assert_eq!(app.world().resource::<Seen>().0, [1, 2]);
}

#[test]
fn what_startup_shares_does_not_fly() {
    let mut app = flying(1);
    app.add_systems(Startup, share);
    app.add_systems(
        Update,
        (|shared: Res<Shared>, last: Res<LastFlight>, mut seen: ResMut<Seen>| {
            assert!(shared.0.is_some_and(|handle| last.get(handle).is_none()));
            assert!(last.flight().is_none());
            seen.0.push(0);
        })
        .before(share),
    );
    app.init_resource::<Seen>();
    app.update();
    assert_eq!(app.world().resource::<Seen>().0, [0]);
}

#[test]
fn schedules_run_by_hand_end_the_frame_in_flight_with_frame_end_and_without() {
    let mut app = flying(1);
    for frame in 1..=3 {
        app.world_mut().run_schedule(FrameBegin);
        app.world_mut().run_schedule(Update);
        app.world_mut().run_schedule(FrameEnd);
        assert_eq!(flight(&app).map(|flight| flight.frame_number()), Some(frame));
    }
    // One that knows of `FrameBegin` only: the flight is there from the next frame on.
    let mut app = flying(1);
    for frame in 0..3 {
        app.world_mut().run_schedule(FrameBegin);
        assert_eq!(flight(&app).map(|flight| flight.frame_number()), (frame > 0).then_some(frame));
        let (handle, last) = (app.world().resource::<Shared>().0, app.world().resource::<LastFlight>());
        assert_eq!(handle.and_then(|handle| last.get(handle)).map(|shared| shared[0]), (frame > 0).then_some(frame));
        app.world_mut().run_schedule(Update);
    }
}

#[test]
fn an_app_without_mains_schedules_takes_the_plugin() {
    let mut app = App::empty();
    app.add_plugins(SmartAllocPlugin::default().with_frames_in_flight(1));
    app.world_mut().run_schedule(FrameBegin);
    app.world_mut().run_schedule(FrameEnd);
    assert_eq!(flight(&app).map(|flight| flight.frame_number()), Some(1));
}

#[test]
fn without_the_option_there_is_no_flight_and_frames_end_where_they_did() {
    for plugin in [SmartAllocPlugin::default(), SmartAllocPlugin::default().with_frames_in_flight(0)] {
        let mut app = app(plugin);
        app.update();
        assert!(app.world().get_resource::<LastFlight>().is_none() && app.get_schedule(FrameEnd).is_none());
        assert_eq!(alloc(&app).frame_number(), 1);
        let handle = app.world().resource::<Shared>().0;
        assert!(handle.and_then(|handle| handle.get(alloc(&app))).is_some(), "read by an extraction");
    }
}

#[test]
fn the_option_holds_whatever_the_configuration_is_set_to_before_or_after() {
    let config = AllocConfig::default().with_frame_chunk(kilobytes(16));
    for plugin in [
        SmartAllocPlugin::new(config.clone()).with_frames_in_flight(3),
        SmartAllocPlugin::default().with_frames_in_flight(3).with_config(config.with_frames_in_flight(1)),
    ] {
        let app = app(plugin);
        assert_eq!((alloc(&app).flight_stats().limit, alloc(&app).config().frame_chunk()), (3, kilobytes(16)));
    }
}

#[test]
fn no_order_where_frames_end_is_left_to_chance() {
    let mut app = App::new();
    let plugin = SmartAllocPlugin::default().with_frames_in_flight(1).with_prewarm(true);
    app.add_plugins((TaskPoolPlugin::default(), SmartAllocPlugins.set(plugin)));
    app.add_plugins(SmartAllocPlugin::fixed().with_frames_in_flight(1));
    for label in [FrameBegin.intern(), FrameEnd.intern(), FixedFrameBegin.intern()] {
        app.edit_schedule(label, |schedule| {
            schedule.set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Error,
                ..ScheduleBuildSettings::default()
            });
        });
    }
    app.finish();
    app.update();
    app.world_mut().run_schedule(FixedMain);
}

/// What systems saw, in order.
#[derive(Resource, Default)]
struct Seen(Vec<u64>);

#[test]
fn a_tick_finds_the_tick_before_in_flight() {
    #[derive(Resource, Default)]
    struct Steps {
        before: Option<FrameHandle<u64>>,
        now: Option<FrameHandle<u64>>,
    }
    let mut app = App::new();
    app.add_plugins((SmartAllocPlugin::default(), SmartAllocPlugin::fixed().with_frames_in_flight(1)));
    app.init_resource::<Steps>().init_resource::<Seen>();
    app.add_systems(FixedUpdate, |alloc: Res<AllocResource<FixedMain>>, mut steps: ResMut<Steps>| {
        steps.before = steps.now.replace(alloc.frame_share(alloc.frame_number()));
    });
    // Interpolation between the last two ticks, in any number of frames.
    let interpolate =
        |alloc: FrameAlloc<FixedMain>, last: Res<LastFlight<FixedMain>>, steps: Res<Steps>, mut seen: ResMut<Seen>| {
            let (Some(before), Some(now)) = (steps.before, steps.now) else { return };
            seen.0.extend([last.get(before), now.get(&alloc)].into_iter().flatten());
        };
    app.add_systems(Update, interpolate);
    for _ in 0..2 {
        app.world_mut().run_schedule(FixedMain);
    }
    app.update();
    app.update();
    app.world_mut().run_schedule(FixedMain);
    app.update();
    assert_eq!(app.world().resource::<Seen>().0, [1, 2, 1, 2, 2, 3]);
}

#[test]
fn retained_values_are_promoted_at_the_end_of_a_frame_in_flight_and_at_one_without() {
    let mut app = flying(1);
    let (keys, kept) = (Arc::new(Mutex::new(None::<RetainKey<u64>>)), Arc::new(AtomicUsize::new(0)));
    let (retain, take) = (Arc::clone(&keys), Arc::clone(&kept));
    app.add_systems(First, move |mut promotions: ResMut<FramePromotions>| {
        let Some(key) = keys.lock().expect("no panic under the lock").take() else { return };
        take.fetch_add(usize::from(promotions.take(key).is_some()), Ordering::Relaxed);
    });
    app.add_systems(Last, move |alloc: FrameAlloc| {
        let key = alloc.frame_retain(7, RetentionPolicy::PromoteToPool).key();
        *retain.lock().expect("no panic under the lock") = Some(key);
    });
    app.update();
    app.update();
    let held = flight(&app);
    app.update();
    app.update();
    assert!(flight(&app).is_none());
    assert_eq!(kept.load(Ordering::Relaxed), 3, "of all frames but the last");
    drop(held);
}

#[test]
fn at_the_limit_frames_end_without_a_flight_and_fa103_says_so_until_the_reader_lets_go() {
    let mut app = flying(2);
    let heard = heard(&app);
    app.update();
    let first = flight(&app);
    app.update();
    let second = flight(&app);
    for _ in 0..4 {
        app.update();
        assert!(flight(&app).is_none(), "two are held");
    }
    assert_eq!(alloc(&app).frame_number(), 7, "no frame was left open");
    for (number, held) in [(1, &first), (2, &second)] {
        assert_eq!(held.as_ref().map(FrameInFlight::frame_number), Some(number));
    }
    let codes = heard.lock().expect("no panic under the lock").clone();
    assert_eq!(codes, [("FA103", 3), ("FA103", 4), ("FA103", 6)], "the first, second and fourth");
    drop(first);
    app.update();
    assert_eq!(flight(&app).map(|flight| flight.frame_number()), Some(7));
    drop(second);
}

#[test]
fn the_world_itself_holds_no_flight_against_the_next() {
    // With a limit of one: the resource lets go before the next frame ends, whether it was extracted or not.
    let mut app = flying(1);
    for frame in 1..=10 {
        app.update();
        assert_eq!(flight(&app).map(|flight| flight.frame_number()), Some(frame));
    }
}

#[test]
fn a_policy_that_waits_wakes_when_a_reader_lets_go() {
    let minutes = FlightPolicy::WaitFor(Duration::from_mins(10));
    let mut app = app(SmartAllocPlugin::default().with_frames_in_flight(1).with_flight_policy(minutes));
    app.update();
    let (send, receive) = mpsc::channel::<FrameInFlight>();
    let reader = std::thread::spawn(move || {
        // Holds each for as long as the next frame takes, at least.
        receive
            .into_iter()
            .map(|flight| {
                std::thread::sleep(Duration::from_millis(2));
                flight.frame_number()
            })
            .collect::<Vec<_>>()
    });
    for _ in 0..10 {
        send.send(flight(&app).expect("no frame ends without")).expect("the reader listens");
        app.update();
    }
    drop(send);
    assert_eq!(reader.join().expect("no panic"), (1..=10).collect::<Vec<_>>());
}

#[test]
fn a_policy_that_waits_gives_up_and_the_frame_ends_without() {
    let little = FlightPolicy::WaitFor(Duration::from_millis(1));
    let mut app = app(SmartAllocPlugin::default().with_frames_in_flight(1).with_flight_policy(little));
    let heard = heard(&app);
    app.update();
    let held = flight(&app);
    app.update();
    assert!(flight(&app).is_none() && held.is_some());
    assert_eq!(*heard.lock().expect("no panic under the lock"), [("FA103", 2)]);
}

#[test]
fn a_flight_that_is_taken_makes_room_at_once() {
    let mut app = flying(1);
    app.update();
    let taken = app.world_mut().resource_mut::<LastFlight>().take().expect("the first frame");
    assert_eq!(alloc(&app).flight_stats().frames, 1);
    drop(taken);
    assert_eq!(alloc(&app).flight_stats().frames, 0);
    assert!(flight(&app).is_none());
}

#[test]
fn a_panic_in_the_drop_of_a_value_in_flight_does_not_stop_the_frames() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let mut app = flying(1);
    app.update();
    let _ = alloc(&app).frame_share(Bomb);
    app.update();
    // The world is the last holder: the value drops where the next frame ends.
    let panicked = catch_unwind(AssertUnwindSafe(|| app.world_mut().run_schedule(FrameEnd)));
    assert!(panicked.is_err());
    assert_eq!((alloc(&app).frame_number(), alloc(&app).is_in_frame()), (4, true));
    assert_eq!(flight(&app).map(|flight| flight.frame_number()), Some(3));
}

#[test]
fn a_world_by_hand_ends_its_frame_in_flight_or_says_why_not() {
    let mut alloc = AllocResource::<()>::new(AllocConfig::default().with_frames_in_flight(1));
    alloc.next_frame();
    let name = alloc.frame_share_str("harbour");
    let key = alloc.frame_retain(7_u64, RetentionPolicy::PromoteToPool).key();
    let (flight, mut promotions) = alloc.next_frame_in_flight_with_promotions();
    assert_eq!((flight.get(name), alloc.frame_number()), (Some("harbour"), 2));
    assert_eq!(promotions.take(key).map(|value| *value), Some(7));
    assert_eq!(alloc.last_frame().frame, 1);

    let kept = alloc.frame_share(5);
    let full = FlightError::LimitReached { limit: 1 };
    let full = NextFlightError::from(full);
    assert_eq!(alloc.try_next_frame_in_flight().err(), Some(full));
    assert_eq!(alloc.try_next_frame_in_flight_with_promotions().err(), Some(full));
    assert!(catch_unwind(AssertUnwindSafe(|| alloc.next_frame_in_flight())).is_err());
    assert_eq!((alloc.frame_number(), kept.get(&alloc)), (2, Some(&5)), "the frame is still open");
    drop(flight);
    assert_eq!(alloc.next_frame_in_flight().get(kept), Some(&5));
}

fn value(app: &App, path: &DiagnosticPath) -> Option<f64> {
    app.world().resource::<DiagnosticsStore>().get(path).and_then(Diagnostic::value)
}

#[test]
fn bytes_held_by_flights_are_in_bevys_diagnostics() {
    const BYTES: DiagnosticPath = SmartAllocDiagnosticsPlugin::FLIGHT_BYTES;
    const FRAMES: DiagnosticPath = SmartAllocDiagnosticsPlugin::FRAMES_IN_FLIGHT;
    let mut app = flying(2);
    app.update();
    assert_eq!((value(&app, &FRAMES), value(&app, &BYTES)), (Some(0.0), Some(0.0)));
    let held = flight(&app).expect("the first frame");
    app.update();
    let bytes = value(&app, &BYTES).expect("measured");
    assert_eq!(bytes.to_string(), held.bytes().to_string());
    assert!((800.0..900.0).contains(&bytes) && value(&app, &FRAMES) == Some(1.0), "{bytes} bytes");
    app.update();
    assert_eq!((value(&app, &FRAMES), value(&app, &BYTES)), (Some(2.0), Some(2.0 * bytes)), "held, and the last one");

    let mut app = self::app(SmartAllocPlugin::default());
    app.update();
    let store = app.world().resource::<DiagnosticsStore>();
    assert!(store.get(&BYTES).is_none() && store.get(&FRAMES).is_none(), "only where frames may be in flight");
}

#[test]
fn what_flies_can_be_published_for_readers_that_come_at_any_time() {
    #[derive(Resource)]
    struct Newest(FramePublisher<[u64]>);

    fn publish(mut newest: ResMut<Newest>, last: Res<LastFlight>, shared: Res<Shared>) {
        let (Some(flight), Some(root)) = (last.flight(), shared.0) else { return };
        newest.0.publish_flight(flight.clone(), root).expect("of the same frame");
    }
    let mut app = flying(2);
    let publisher = FramePublisher::new();
    let mut reader = publisher.reader();
    app.insert_resource(Newest(publisher)).add_systems(FrameEnd, publish.after(SmartAllocSystems::EndFrame));
    let heard = heard(&app);
    app.update();
    // Another thread, for as long as the game runs.
    let stop = Arc::new(AtomicUsize::new(0));
    let until = Arc::clone(&stop);
    let audio = std::thread::spawn(move || {
        let (mut seen, mut last) = (0_u32, 0);
        while seen == 0 || until.load(Ordering::Relaxed) == 0 {
            let Some(newest) = reader.latest() else { continue };
            assert_eq!(*newest, [newest.frame_number(); 100]);
            assert!(newest.frame_number() >= last, "never an older one");
            (seen, last) = (seen + 1, newest.frame_number());
        }
        reader.latest().map(|newest| newest[0])
    });
    for _ in 0..200 {
        app.update();
    }
    stop.store(1, Ordering::Relaxed);
    let newest = audio.join().expect("no panic");
    // A reader that looks while two frames end costs one of them its flight, and the next one is the newest.
    let (frame, unpublished) = (alloc(&app).frame_number() - 1, heard.lock().expect("no panic under the lock").len());
    assert!(newest == Some(frame) || unpublished > 0, "{newest:?} of {frame}");
}

#[derive(AppLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Render;

#[test]
fn a_flight_outlives_its_world() {
    let mut app = flying(1);
    app.update();
    let (handle, last) = (app.world().resource::<Shared>().0, app.world().resource::<LastFlight>().clone());
    let mut render = SubApp::new();
    render.insert_resource(last);
    app.insert_sub_app(Render, render);
    let render = app.remove_sub_app(Render).expect("it is there");
    drop(app);
    let last = render.world().resource::<LastFlight>();
    assert_eq!(handle.and_then(|handle| last.get(handle)), Some(&[1; 100][..]));
}
