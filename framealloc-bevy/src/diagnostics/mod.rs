//! The figures of the allocator in Bevy's diagnostics.

mod measurements;

use core::any::TypeId;
use core::fmt;
use core::marker::PhantomData;

use bevy_app::{App, FixedMain, Main, Plugin};
use bevy_diagnostic::{Diagnostic, DiagnosticPath, DiagnosticsStore, RegisterDiagnostic};
use bevy_ecs::change_detection::{Res, ResMut};
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::IntoScheduleConfigs;
use bevy_platform::time::Instant;
use framealloc_core::{AmbientAlloc, PoolStats, TagStats, pool};

use self::measurements::{BYTES, Items, Recorder, ZONE, ZoneItems, item_path};
use crate::schedule::EndsIn;
use crate::{AllocResource, SmartAllocSystems, check};

/// Writes the figures of every frame to Bevy's [`DiagnosticsStore`], where `LogDiagnosticsPlugin` and the overlay of
/// `bevy_dev_tools` find them.
///
/// | path | value |
/// |---|---|
/// | [`framealloc/frame_bytes`](Self::FRAME_BYTES) | bytes of the last frame, all threads |
/// | [`framealloc/high_water`](Self::HIGH_WATER) | the most bytes of any frame |
/// | [`framealloc/heap_fallbacks`](Self::HEAP_FALLBACKS) | requests of the last frame that went to the heap |
/// | [`framealloc/budget_events`](Self::BUDGET_EVENTS) | how often a budget warned, refused or promoted in the last frame |
/// | [`framealloc/frames_in_flight`](Self::FRAMES_IN_FLIGHT) | ended frames that are held, where any may be |
/// | [`framealloc/flight_bytes`](Self::FLIGHT_BYTES) | bytes that they hold beside those of the open frame, where any may be |
/// | `framealloc/tag/<tag>/bytes` | bytes of the last frame under one tag: see [`tag_path`](Self::tag_path) |
/// | `framealloc/heap/<tag>/bytes` | bytes of the heap that live under one tag: see [`heap_path`](Self::heap_path) |
/// | `framealloc/zone/<tag>/bytes` | bytes that live in chunks of zones of one tag: see [`zone_bytes_path`](Self::zone_bytes_path) |
/// | `framealloc/zone/<tag>/pinned_bytes` | bytes of the chunks that those keep from being used again |
/// | `framealloc/zone/<tag>/escaped` | blocks that outlived their zone in the last frame |
/// | `framealloc/pool/<type>/live` | objects of a `#[pooled]` type that are alive: see [`pool_path`](Self::pool_path) |
///
/// A tag has its diagnostic from its first use on, or from the start if
/// [`SmartAllocPlugin::with_tags`](crate::SmartAllocPlugin::with_tags) names it; a pool has it from its first use on. The
/// paths of the fixed timestep's allocator begin with `framealloc_fixed`, and pools, zones and the heap, which are the whole
/// process's, are not among them. Zones are there where an [`AmbientAlloc`] is the program's global allocator, and the heap where it is an
/// [`AmbientAlloc<A, Tags>`](framealloc_core::AmbientAlloc).
///
/// What goes wrong ([`Diagnostic`](framealloc_core::Diagnostic): a budget that is overrun, a frame left open, a full pool) is an
/// event of `tracing`, target `framealloc`, with this plugin or without. The plugin adds FA101, there is no allocator, and in
/// debug builds FA102, the app was updated and the frame of its allocator did not end: see
/// [`with_frame_check`](Self::with_frame_check).
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
    ends_in: EndsIn,
    prefix: &'static str,
    checks_frame: bool,
    marker: PhantomData<fn() -> M>,
}

impl SmartAllocDiagnosticsPlugin<Main> {
    /// Bytes of the last frame.
    pub const FRAME_BYTES: DiagnosticPath = DiagnosticPath::const_new("framealloc/frame_bytes");
    /// The most bytes of any frame.
    pub const HIGH_WATER: DiagnosticPath = DiagnosticPath::const_new("framealloc/high_water");

    /// Requests of the last frame that went to the heap: over the threshold, or promoted by a budget.
    pub const HEAP_FALLBACKS: DiagnosticPath = DiagnosticPath::const_new("framealloc/heap_fallbacks");
    /// How often budgets warned, refused, promoted or passed their soft limit in the last frame.
    pub const BUDGET_EVENTS: DiagnosticPath = DiagnosticPath::const_new("framealloc/budget_events");
    /// Ended frames that are held by a `FrameInFlight`.
    pub const FRAMES_IN_FLIGHT: DiagnosticPath = DiagnosticPath::const_new("framealloc/frames_in_flight");
    /// Bytes of what they shared.
    pub const FLIGHT_BYTES: DiagnosticPath = DiagnosticPath::const_new("framealloc/flight_bytes");

    /// Returns the paths that Bevy's own overlay (`bevy_dev_tools`) shows best: what a frame took, the most of any, and what went to the
    /// heap or met a budget.
    ///
    /// `commands.spawn(DiagnosticsOverlay::new("framealloc", SmartAllocDiagnosticsPlugin::overlay_paths().map(Into::into).into()))`
    /// opens it.
    #[must_use]
    pub const fn overlay_paths() -> [DiagnosticPath; 4] {
        [Self::FRAME_BYTES, Self::HIGH_WATER, Self::HEAP_FALLBACKS, Self::BUDGET_EVENTS]
    }

    /// Returns the path of the live objects of a pool, for example `framealloc/pool/Bullet/live`.
    #[must_use]
    pub fn pool_path(pool: &str) -> DiagnosticPath {
        item_path("framealloc", "pool", pool, "live")
    }

    /// Returns the path of what lives of the heap under a tag, for example `framealloc/heap/audio/bytes`.
    #[must_use]
    pub fn heap_path(tag: &str) -> DiagnosticPath {
        item_path("framealloc", "heap", tag, "bytes")
    }

    /// Returns the path of what lives in chunks of zones of a tag, for example `framealloc/zone/ui/bytes`.
    #[must_use]
    pub fn zone_bytes_path(tag: &str) -> DiagnosticPath {
        item_path("framealloc", ZONE, tag, "bytes")
    }

    /// Returns the path of the chunks that it pins, for example `framealloc/zone/ui/pinned_bytes`.
    #[must_use]
    pub fn zone_pinned_path(tag: &str) -> DiagnosticPath {
        item_path("framealloc", ZONE, tag, "pinned_bytes")
    }

    /// Returns the path of the blocks that outlived a zone of a tag, for example `framealloc/zone/ui/escaped`.
    #[must_use]
    pub fn zone_escaped_path(tag: &str) -> DiagnosticPath {
        item_path("framealloc", ZONE, tag, "escaped")
    }

    /// Returns the path of a tag's bytes, for example `framealloc/tag/ai::pathfinding/bytes`.
    #[must_use]
    pub fn tag_path(tag: &str) -> DiagnosticPath {
        item_path("framealloc", "tag", tag, "bytes")
    }
}

impl SmartAllocDiagnosticsPlugin<FixedMain> {
    /// Makes the plugin for the allocator of the fixed timestep.
    #[must_use]
    pub fn fixed() -> Self {
        Self::ending(EndsIn::FixedFrameBegin, "framealloc_fixed")
    }

    /// Returns the paths that Bevy's own overlay shows best: what
    /// [`overlay_paths`](SmartAllocDiagnosticsPlugin::overlay_paths) are for the app's frame.
    #[must_use]
    pub fn fixed_overlay_paths() -> [DiagnosticPath; 4] {
        SmartAllocDiagnosticsPlugin::overlay_paths()
            .map(|path| DiagnosticPath::new(path.as_str().replacen("framealloc", "framealloc_fixed", 1)))
    }
}

impl<M: Send + Sync + 'static> SmartAllocDiagnosticsPlugin<M> {
    /// Makes the plugin for an allocator whose frame ends in a schedule of yours; its paths begin with `prefix`.
    #[must_use]
    pub fn in_schedule(schedule: impl bevy_ecs::schedule::ScheduleLabel, prefix: &'static str) -> Self {
        Self::ending(EndsIn::Schedule(schedule.intern()), prefix)
    }

    fn ending(ends_in: EndsIn, prefix: &'static str) -> Self {
        Self { ends_in, prefix, checks_frame: cfg!(debug_assertions), marker: PhantomData }
    }

    /// Decides whether it is looked at the end of every update (or tick) whether the frame has ended in it: diagnostic FA102.
    /// Without a call it is in debug builds, as it takes a condition in `Last` (or `FixedLast`), for which Bevy's
    /// executor has to start where that schedule is empty otherwise. An allocator whose frame ends in a schedule of yours is not looked after.
    #[must_use]
    pub fn with_frame_check(mut self, check: bool) -> Self {
        self.checks_frame = check;
        self
    }
}

impl Default for SmartAllocDiagnosticsPlugin<Main> {
    fn default() -> Self {
        Self::ending(EndsIn::FrameBegin, "framealloc")
    }
}

impl<M: Send + Sync + 'static> Plugin for SmartAllocDiagnosticsPlugin<M> {
    fn build(&self, app: &mut App) {
        let figures = Figures::<M>::new(self.prefix);
        for (path, suffix) in [
            (&figures.frame_bytes, BYTES),
            (&figures.high_water, BYTES),
            (&figures.heap_fallbacks, ""),
            (&figures.budget_events, ""),
        ] {
            app.register_diagnostic(Diagnostic::new(path.clone()).with_suffix(suffix));
        }
        app.insert_resource(figures);
        self.ends_in.install(app);
        app.add_systems(self.ends_in.label(), diagnose::<M>.in_set(SmartAllocSystems::Diagnose));
        if self.checks_frame {
            check::install::<M>(self.ends_in, app);
        }
    }

    fn finish(&self, app: &mut App) {
        // Only now: the plugin that makes the allocator may have been added later than this one.
        let Some(alloc) = app.world().get_resource::<AllocResource<M>>() else {
            check::report_missing_plugin();
            return;
        };
        let declared: Vec<&'static str> = alloc.declared_tags().iter().map(|tag| tag.path()).collect();
        if alloc.flight_stats().limit > 0 {
            let figures = app.world().resource::<Figures<M>>();
            let (frames, bytes) = (figures.frames_in_flight.clone(), figures.flight_bytes.clone());
            app.register_diagnostic(Diagnostic::new(frames));
            app.register_diagnostic(Diagnostic::new(bytes).with_suffix(BYTES));
        }
        for tag in declared {
            let path = item_path(self.prefix, "tag", tag, "bytes");
            app.register_diagnostic(Diagnostic::new(path).with_suffix(BYTES));
        }
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for SmartAllocDiagnosticsPlugin<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmartAllocDiagnosticsPlugin")
            .field("ends_in", &self.ends_in)
            .field("prefix", &self.prefix)
            .field("checks_frame", &self.checks_frame)
            .finish_non_exhaustive()
    }
}

/// What one allocator's figures are written by. All paths are made once: a frame without a new tag or pool makes no call
/// to the system's allocator.
#[derive(Resource)]
struct Figures<M: Send + Sync + 'static> {
    prefix: &'static str,
    frame_bytes: DiagnosticPath,
    high_water: DiagnosticPath,
    heap_fallbacks: DiagnosticPath,
    budget_events: DiagnosticPath,
    frames_in_flight: DiagnosticPath,
    flight_bytes: DiagnosticPath,
    tags: Items,
    heap: Items,
    zones: ZoneItems,
    pools: Items,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> Figures<M> {
    fn new(prefix: &'static str) -> Self {
        let path = |figure: &str| DiagnosticPath::new(format!("{prefix}/{figure}"));
        Self {
            prefix,
            frame_bytes: path("frame_bytes"),
            high_water: path("high_water"),
            heap_fallbacks: path("heap_fallbacks"),
            budget_events: path("budget_events"),
            frames_in_flight: path("frames_in_flight"),
            flight_bytes: path("flight_bytes"),
            tags: Items::new("tag", "bytes", BYTES),
            heap: Items::new("heap", "bytes", BYTES),
            zones: ZoneItems::default(),
            pools: Items::new("pool", "live", ""),
            marker: PhantomData,
        }
    }
}

fn diagnose<M: Send + Sync + 'static>(
    alloc: Option<Res<AllocResource<M>>>,
    mut figures: ResMut<Figures<M>>,
    mut store: ResMut<DiagnosticsStore>,
) {
    let Some(alloc) = alloc else { return };
    let figures = &mut *figures;
    let mut recorder = Recorder::new(&mut store, Instant::now());
    let report = alloc.last_frame();
    recorder.record(&figures.frame_bytes, report.bytes);
    recorder.record(&figures.high_water, report.high_water);

    let (mut position, mut fallbacks) = (0, 0);
    alloc.for_each_tag(|TagStats { path, bytes, heap_fallbacks, .. }| {
        figures.tags.record(position, path, bytes, figures.prefix, &mut recorder);
        fallbacks += heap_fallbacks;
        position += 1;
    });
    recorder.record(&figures.heap_fallbacks, fallbacks);

    let events = alloc.budget_events();
    recorder.record(&figures.budget_events, events.iter().map(|event| event.count).sum());

    let flights = alloc.flight_stats();
    if flights.limit > 0 {
        recorder.record(&figures.frames_in_flight, flights.frames);
        recorder.record(&figures.flight_bytes, flights.bytes);
    }

    // Pools, zones and the heap are the whole process's: one allocator's diagnostics are enough.
    if TypeId::of::<M>() == TypeId::of::<Main>() {
        let mut position = 0;
        alloc.for_each_heap_tag(|tag| {
            figures.heap.record(position, tag.path, tag.bytes, figures.prefix, &mut recorder);
            position += 1;
        });
        figures.zones.begin();
        AmbientAlloc::for_each_tag(|tag| figures.zones.record(tag, figures.prefix, &mut recorder));
        figures.zones.end(&mut recorder);
        let mut position = 0;
        pool::for_each_own(|PoolStats { name, live, .. }| {
            figures.pools.record(position, name, live, figures.prefix, &mut recorder);
            position += 1;
        });
    }
}
