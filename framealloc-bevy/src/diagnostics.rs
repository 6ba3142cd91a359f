//! The figures of the allocator in Bevy's diagnostics.

use core::fmt;
use core::marker::PhantomData;
use std::time::Instant;

use bevy_app::{App, FixedMain, Main, Plugin};
use bevy_diagnostic::{Diagnostic, DiagnosticMeasurement, DiagnosticPath, DiagnosticsStore, RegisterDiagnostic};
use bevy_ecs::change_detection::{Res, ResMut};
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::IntoScheduleConfigs;
use framealloc_core::TagStats;

use crate::schedule::TurnIn;
use crate::{AllocResource, SmartAllocSystems};

/// Writes the figures of every frame to Bevy's [`DiagnosticsStore`], where `LogDiagnosticsPlugin` and the overlay of
/// `bevy_dev_tools` find them.
///
/// | path | value |
/// |---|---|
/// | [`framealloc/frame_bytes`](Self::FRAME_BYTES) | bytes of the last frame, all threads |
/// | [`framealloc/high_water`](Self::HIGH_WATER) | the most bytes of any frame |
/// | `framealloc/tag/<tag>/bytes` | bytes of the last frame under one tag: see [`tag_path`](Self::tag_path) |
///
/// A tag has its diagnostic from its first use on, or from the start if
/// [`SmartAllocPlugin::with_tags`](crate::SmartAllocPlugin::with_tags) names it. The paths of the fixed timestep's
/// allocator begin with `framealloc_fixed`.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_diagnostic::DiagnosticsStore;
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// fn contacts(alloc: Res<AllocResource>) {
///     alloc.tagged("physics").frame_slice_copy(&[0_u64; 64]);
/// }
///
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugins).add_systems(Update, contacts);
/// app.update();
/// app.update();
/// let store = app.world().resource::<DiagnosticsStore>();
/// let physics = SmartAllocDiagnosticsPlugin::tag_path("physics");
/// assert!(store.get(&physics).and_then(|physics| physics.value()) >= Some(512.0));
/// ```
pub struct SmartAllocDiagnosticsPlugin<M: Send + Sync + 'static = Main> {
    turn_in: TurnIn,
    prefix: &'static str,
    marker: PhantomData<fn() -> M>,
}

impl SmartAllocDiagnosticsPlugin<Main> {
    /// Bytes of the last frame.
    pub const FRAME_BYTES: DiagnosticPath = DiagnosticPath::const_new("framealloc/frame_bytes");
    /// The most bytes of any frame.
    pub const HIGH_WATER: DiagnosticPath = DiagnosticPath::const_new("framealloc/high_water");

    /// Returns the path of a tag's bytes, for example `framealloc/tag/ai::pathfinding/bytes`.
    #[must_use]
    pub fn tag_path(tag: &str) -> DiagnosticPath {
        tag_path("framealloc", tag)
    }
}

impl SmartAllocDiagnosticsPlugin<FixedMain> {
    /// Makes the plugin for the allocator of the fixed timestep.
    #[must_use]
    pub fn fixed() -> Self {
        Self { turn_in: TurnIn::FixedFrameBegin, prefix: "framealloc_fixed", marker: PhantomData }
    }
}

impl<M: Send + Sync + 'static> SmartAllocDiagnosticsPlugin<M> {
    /// Makes the plugin for an allocator whose frame turns in a schedule of yours; its paths begin with `prefix`.
    #[must_use]
    pub fn turned_in(schedule: impl bevy_ecs::schedule::ScheduleLabel, prefix: &'static str) -> Self {
        Self { turn_in: TurnIn::Schedule(schedule.intern()), prefix, marker: PhantomData }
    }
}

impl Default for SmartAllocDiagnosticsPlugin<Main> {
    fn default() -> Self {
        Self { turn_in: TurnIn::FrameBegin, prefix: "framealloc", marker: PhantomData }
    }
}

impl<M: Send + Sync + 'static> Plugin for SmartAllocDiagnosticsPlugin<M> {
    fn build(&self, app: &mut App) {
        let paths = Paths::<M>::new(self.prefix);
        app.register_diagnostic(bytes(&paths.frame_bytes)).register_diagnostic(bytes(&paths.high_water));
        app.insert_resource(paths);
        self.turn_in.install(app);
        app.add_systems(self.turn_in.label(), diagnose::<M>.in_set(SmartAllocSystems::Diagnose));
    }

    fn finish(&self, app: &mut App) {
        // Only now: the plugin that makes the allocator may have been added later than this one.
        let Some(alloc) = app.world().get_resource::<AllocResource<M>>() else { return };
        let declared: Vec<&'static str> = alloc.declared_tags().iter().map(|tag| tag.path()).collect();
        for tag in declared {
            app.register_diagnostic(bytes(&tag_path(self.prefix, tag)));
        }
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for SmartAllocDiagnosticsPlugin<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmartAllocDiagnosticsPlugin")
            .field("turn_in", &self.turn_in)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

fn bytes(path: &DiagnosticPath) -> Diagnostic {
    Diagnostic::new(path.clone()).with_suffix(" B")
}

fn tag_path(prefix: &str, tag: &str) -> DiagnosticPath {
    // A path has no empty component; what separates tags is `::`.
    let tag = if tag.is_empty() { "_" } else { tag };
    DiagnosticPath::new(format!("{prefix}/tag/{}/bytes", tag.replace('/', "_")))
}

/// The paths of one allocator's figures, made once: a frame without a new tag makes no call to the system's allocator.
#[derive(Resource)]
struct Paths<M: Send + Sync + 'static> {
    prefix: &'static str,
    frame_bytes: DiagnosticPath,
    high_water: DiagnosticPath,
    /// The tags that have been used, in the allocator's order.
    tags: Vec<(&'static str, DiagnosticPath)>,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> Paths<M> {
    fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            frame_bytes: DiagnosticPath::new(format!("{prefix}/frame_bytes")),
            high_water: DiagnosticPath::new(format!("{prefix}/high_water")),
            tags: Vec::new(),
            marker: PhantomData,
        }
    }

    /// The path of the tag that comes at `position`; a tag that was not there in the last frame moves the others on.
    fn of_tag(&mut self, position: usize, tag: &'static str, store: &mut DiagnosticsStore) -> &DiagnosticPath {
        if self.tags.get(position).is_none_or(|(known, _)| *known != tag) {
            let path = tag_path(self.prefix, tag);
            if store.get(&path).is_none() {
                store.add(bytes(&path));
            }
            self.tags.insert(position, (tag, path));
        }
        &self.tags[position].1
    }
}

fn diagnose<M: Send + Sync + 'static>(
    alloc: Option<Res<AllocResource<M>>>,
    mut paths: ResMut<Paths<M>>,
    mut store: ResMut<DiagnosticsStore>,
) {
    let Some(alloc) = alloc else { return };
    let report = alloc.last_frame();
    let time = Instant::now();
    record(&mut store, &paths.frame_bytes, time, report.bytes);
    record(&mut store, &paths.high_water, time, report.high_water);
    let mut position = 0;
    alloc.for_each_tag(|TagStats { path, bytes, .. }| {
        let path = paths.of_tag(position, path, &mut store);
        record(&mut store, path, time, bytes);
        position += 1;
    });
}

fn record(store: &mut DiagnosticsStore, path: &DiagnosticPath, time: Instant, bytes: usize) {
    if let Some(diagnostic) = store.get_mut(path).filter(|diagnostic| diagnostic.is_enabled) {
        #[expect(clippy::cast_precision_loss, reason = "diagnostics are `f64`, exact up to 8 PiB")]
        diagnostic.add_measurement(DiagnosticMeasurement { time, value: bytes as f64 });
    }
}
