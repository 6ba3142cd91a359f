//! The figures reach Bevy's store and its log, and what goes wrong is told of, less and less often.
//!
//! One test per process-wide logger: the file holds a `log` logger and a `tracing` subscriber of its own.
#![allow(elided_lifetimes_in_paths, missing_docs, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters over by value")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bevy_app::prelude::*;
use bevy_diagnostic::{DiagnosticPath, DiagnosticsPlugin, DiagnosticsStore, LogDiagnosticsPlugin};
use bevy_ecs::prelude::*;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use framealloc::bevy::prelude::*;
use framealloc::{Budget, BudgetPolicy, FrameEvent, Strict, frame_system};

const BOTH: [&str; 2] = ["physics", "ai::paths"];

#[frame_system(tag = "physics")]
fn physics(alloc: Res<AllocResource>) {
    alloc.frame_slice_copy(&[0_u64; 128]);
}

fn paths(alloc: FrameAlloc) {
    alloc.with_tag("ai", |ai| ai.with_tag("paths", |paths| paths.frame_slice_copy(&[0_u64; 16]).len()));
}

fn value(app: &App, path: &DiagnosticPath) -> Option<f64> {
    app.world().resource::<DiagnosticsStore>().get(path).and_then(bevy_diagnostic::Diagnostic::value)
}

fn tag(path: &str) -> DiagnosticPath {
    SmartAllocDiagnosticsPlugin::tag_path(path)
}

#[test]
fn every_figure_of_a_frame_is_in_the_store() {
    let mut app = App::new();
    app.add_plugins(SmartAllocPlugins).add_systems(Update, (physics, paths));
    app.update();
    assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::FRAME_BYTES), Some(0.0), "nothing ran before");
    assert_eq!(value(&app, &tag("physics")), None);
    app.update();
    let [physics, paths] = BOTH.map(|path| value(&app, &tag(path)).expect("used in the last frame"));
    assert!((1024.0..1100.0).contains(&physics) && (128.0..200.0).contains(&paths), "{physics} {paths}");
    assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::FRAME_BYTES), Some(physics + paths));
    assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::HIGH_WATER), Some(physics + paths));
    assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::HEAP_FALLBACKS), Some(0.0));
    assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::BUDGET_EVENTS), Some(0.0));
}

#[test]
fn a_tag_that_comes_between_others_takes_no_ones_place() {
    let mut app = App::new();
    // Interned in this order, used in another.
    app.add_plugins((
        SmartAllocDiagnosticsPlugin::default(),
        SmartAllocPlugin::default().with_tags(["b0", "b1", "b2"]),
    ));
    app.finish();
    assert_eq!(value(&app, &tag("b1")), None, "declared, not measured yet");
    let allocate = |app: &mut App, path: &'static str, bytes: usize| {
        app.world().resource::<AllocResource>().tagged(path).frame_slice_fill_with(bytes / 8, |i| i as u64);
    };
    app.update();
    allocate(&mut app, "b2", 800);
    app.update();
    allocate(&mut app, "b2", 1600);
    allocate(&mut app, "b0", 240);
    app.update();
    for (path, least) in [("b0", 240.0), ("b2", 1600.0)] {
        let bytes = value(&app, &tag(path)).expect("used in the last frame");
        assert!((least..least + 64.0).contains(&bytes), "{bytes} bytes of {path}");
    }
}

#[test]
fn the_fixed_timestep_has_figures_of_its_own() {
    let mut app = App::new();
    app.add_plugins((SmartAllocPlugins, SmartAllocPlugin::fixed(), SmartAllocDiagnosticsPlugin::fixed()));
    app.add_systems(FixedUpdate, |alloc: Res<AllocResource<FixedMain>>| {
        alloc.frame_slice_copy(&[0_u64; 32]);
    });
    app.world_mut().run_schedule(FixedMain);
    app.world_mut().run_schedule(FixedMain);
    app.update();
    assert!(value(&app, &DiagnosticPath::const_new("framealloc_fixed/frame_bytes")) >= Some(256.0));
    assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::FRAME_BYTES), Some(0.0));
}

#[test]
fn a_path_is_valid_whatever_the_tag_is_called() {
    for (name, path) in [
        ("ai::paths", "framealloc/tag/ai::paths/bytes"),
        ("", "framealloc/tag/_/bytes"),
        ("/a//b/", "framealloc/tag/_a__b_/bytes"),
    ] {
        assert_eq!(tag(name).as_str(), path);
    }
}

/// Keeps what Bevy's log plugin prints.
struct Lines(Mutex<String>);

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target() == "bevy_diagnostic" {
            writeln!(self.0.lock().expect("no panic under the lock"), "{}", record.args()).expect("a string");
        }
    }

    fn flush(&self) {}
}

static LINES: Lines = Lines(Mutex::new(String::new()));

#[test]
fn bevys_log_plugin_prints_the_figures() {
    log::set_logger(&LINES).expect("the only logger of this process");
    log::set_max_level(log::LevelFilter::Info);
    let mut app = App::new();
    app.add_plugins((TimePlugin, DiagnosticsPlugin, SmartAllocPlugins));
    app.add_plugins(LogDiagnosticsPlugin { wait_duration: Duration::ZERO, ..Default::default() });
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(16)));
    app.add_systems(Update, (physics, paths));
    for _ in 0..5 {
        app.update();
    }
    let lines = LINES.0.lock().expect("no panic under the lock");
    for path in ["framealloc/frame_bytes", "framealloc/high_water", "framealloc/tag/physics/bytes"] {
        assert!(lines.lines().any(|line| line.starts_with(path) && line.contains(" B")), "{path} in:\n{lines}");
    }
}

/// Keeps the messages of the target `framealloc`.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    fn count(&self) -> usize {
        self.0.lock().expect("no panic under the lock").len()
    }
}

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "framealloc"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Message(String);
        impl tracing::field::Visit for Message {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                if field.name() == "message" {
                    write!(self.0, "{value:?}").expect("a string");
                }
            }
        }
        let mut message = Message(String::new());
        event.record(&mut message);
        self.0.lock().expect("no panic under the lock").push(format!("{} {}", event.metadata().level(), message.0));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Bytes that the systems below ask for.
#[derive(Resource, Default)]
struct Wanted(usize);

#[test]
fn an_overrun_is_told_of_less_and_less_and_counted_in_every_frame() {
    let budget = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Warn).with_soft_limit(100);
    let promoting = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Promote).with_soft_limit(100);
    let config = AllocConfig::default().with_tag_budget("warning", budget).with_tag_budget("promoting", promoting);
    let mut app = App::new();
    app.add_plugins(SmartAllocPlugins.set(SmartAllocPlugin::new(config)));
    app.init_resource::<Wanted>();
    app.add_systems(Update, |alloc: Res<AllocResource>, wanted: Res<Wanted>| {
        for tag in ["warning", "promoting"] {
            alloc.tagged(tag).frame_slice_fill_with(wanted.0, |_| 0_u8);
        }
    });
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        app.update();
        app.update();
        assert_eq!(warnings.count(), 0);
        app.insert_resource(Wanted(2000));
        for _ in 0..10 {
            app.update();
        }
        assert_eq!(warnings.count(), 2 * 4, "frames 1, 2, 4 and 8 of the overruns: {:?}", warnings.0);
        assert!(value(&app, &SmartAllocDiagnosticsPlugin::BUDGET_EVENTS) >= Some(2.0));
        assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::HEAP_FALLBACKS), Some(1.0));
        app.insert_resource(Wanted(1));
        for _ in 0..610 {
            app.update();
        }
        assert_eq!(value(&app, &SmartAllocDiagnosticsPlugin::BUDGET_EVENTS), Some(0.0));
        app.insert_resource(Wanted(2000));
        for _ in 0..10 {
            app.update();
        }
        assert_eq!(warnings.count(), 4 * 4, "the next overruns are told of again");
    });
    let warnings = warnings.0.lock().expect("no panic under the lock");
    assert!(warnings[0].starts_with("WARN FA002 warning: the budget of tag `"), "{}", warnings[0]);
}

/// In release builds it is not looked whether the frame ends, unless one says so.
fn checked() -> impl PluginGroup {
    SmartAllocPlugins.set(SmartAllocDiagnosticsPlugin::default().with_frame_check(true))
}

#[test]
fn fa102_an_update_in_which_the_frame_does_not_end() {
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut app = App::new();
        app.add_plugins(checked());
        app.update();
        app.update();
        assert_eq!(warnings.count(), 0, "{:?}", warnings.0);
        // Another plugin has put Bevy's own order back.
        app.insert_resource(bevy_app::MainScheduleOrder::default());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&heard);
        let alloc = app.world().resource::<AllocResource>();
        alloc
            .on_frame_event(move |_, event| {
                if let FrameEvent::Diagnostic(diagnostic) = event {
                    to.lock().expect("no panic under the lock").push((diagnostic.code, diagnostic.frame));
                }
            })
            .forever();
        for _ in 0..4 {
            app.update();
        }
        assert_eq!(*heard.lock().expect("no panic under the lock"), [("FA102", 2); 3], "the first, second and fourth");
    });
    assert_eq!(warnings.count(), 3);
    let first = warnings.0.lock().expect("no panic under the lock")[0].clone();
    assert!(first.starts_with("ERROR FA102 error: the app was updated and frame 2 did not end"), "{first}");
}

#[test]
fn fa102_panics_where_the_allocator_is_strict() {
    let mut app = App::new();
    app.add_plugins(checked()).insert_resource(bevy_app::MainScheduleOrder::default());
    app.world().resource::<AllocResource>().set_strict(Strict::Errors);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| app.update())).expect_err("strict");
    let words = panicked.downcast_ref::<String>().expect("a message");
    assert!(words.starts_with("FA102 error"), "{words}");
}

#[test]
fn fa102_is_not_about_ticks_that_did_not_run_nor_schedules_run_by_hand() {
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut app = App::new();
        app.add_plugins((
            TimePlugin,
            SmartAllocPlugins,
            SmartAllocPlugin::fixed(),
            SmartAllocDiagnosticsPlugin::fixed(),
        ));
        app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::ZERO)).add_systems(Update, physics);
        (0..3).for_each(|_| app.update());
        app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(100)));
        (0..3).for_each(|_| app.update());
        app.world_mut().run_schedule(Update);
        app.world_mut().run_schedule(FrameBegin);
        app.update();
    });
    assert_eq!(warnings.count(), 0, "{:?}", warnings.0);
}

#[test]
fn fa104_a_handle_that_is_kept_and_nothing_else() {
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut app = App::new();
        app.add_plugins(checked());
        app.update();
        let kept = app.world().frame_alloc();
        (0..5).for_each(|_| app.update());
        drop(kept);
        (0..3).for_each(|_| app.update());
        assert_eq!(app.world().resource::<AllocResource>().frame_number(), 4);
    });
    let warnings = warnings.0.lock().expect("no panic under the lock");
    assert_eq!(warnings.len(), 3, "the first, second and fourth time: {warnings:?}");
    assert!(warnings[0].starts_with("WARN FA104 warning: frame 1 cannot end: 1 `AllocHandle` is alive, made at "));
    assert!(warnings[0].contains("diagnostics.rs"), "{warnings:?}");
}

#[test]
fn fa105_memory_before_the_first_frame_and_not_that_of_startup() {
    fn take(alloc: Res<AllocResource>) {
        alloc.frame_slice_copy(&[0_u64; 128]);
    }
    let run = |body: fn(&mut App)| {
        let warnings = Warnings::default();
        tracing::subscriber::with_default(warnings.clone(), || {
            let mut app = App::new();
            app.add_plugins(checked()).add_systems(Startup, take).add_systems(Update, take);
            body(&mut app);
        });
        warnings.0.lock().expect("no panic under the lock").clone()
    };
    let startup = run(|app| {
        app.update();
        app.update();
        assert!((1024..1200).contains(&app.world().resource::<AllocResource>().startup_bytes()));
    });
    assert_eq!(startup, [""; 0], "startup systems may");

    let by_hand = run(|app| {
        (0..1000).for_each(|_| app.world_mut().run_schedule(Update));
        app.update();
        assert!((1024..1200).contains(&app.world().resource::<AllocResource>().startup_bytes()));
    });
    assert_eq!(by_hand.len(), 1, "{by_hand:?}");
    assert!(by_hand[0].starts_with("WARN FA105 warning: 10") && by_hand[0].contains("before the first frame began"));

    let without_frames = run(|app| (0..1000).for_each(|_| app.world_mut().run_schedule(Update)));
    assert_eq!(without_frames.len(), 1, "{without_frames:?}");
    assert!(without_frames[0].contains("and no frame ever began"), "{without_frames:?}");

    let without_main = run(|app| {
        app.world_mut().run_schedule(FrameBegin);
        app.world_mut().run_schedule(Update);
    });
    assert_eq!(without_main, [""; 0]);
}

#[test]
fn fa101_diagnostics_without_an_allocator() {
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut app = App::new();
        app.add_plugins(SmartAllocDiagnosticsPlugin::default());
        app.finish();
        app.update();
    });
    let warnings = warnings.0.lock().expect("no panic under the lock");
    assert!(warnings.len() == 1 && warnings[0].starts_with("ERROR FA101 error: the app has"), "{warnings:?}");
}

#[test]
fn the_paths_for_an_overlay_are_registered() {
    let mut app = App::new();
    app.add_plugins((SmartAllocPlugins, SmartAllocPlugin::fixed(), SmartAllocDiagnosticsPlugin::fixed()));
    app.update();
    let store = app.world().resource::<DiagnosticsStore>();
    let (frame, fixed) =
        (SmartAllocDiagnosticsPlugin::overlay_paths(), SmartAllocDiagnosticsPlugin::fixed_overlay_paths());
    for path in frame.into_iter().chain(fixed) {
        assert!(store.get(&path).is_some(), "{path}");
    }
}
