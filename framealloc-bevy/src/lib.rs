//! framealloc for Bevy: frame memory for every system, in one plugin.
//!
//! A game depends on `framealloc` with the feature `bevy` and finds this crate as `framealloc::bevy`.
//!
//! | framealloc | Bevy | Rust |
//! |---|---|---|
//! | 0.12 | `bevy` 0.20 | 1.97.1 |
//! | 0.12 | `bevy_app`, `bevy_ecs`, … 0.20 without the facade | 1.95 |
//!
//! It is built on `bevy_app`, `bevy_ecs`, `bevy_diagnostic` and `bevy_tasks`: their types are those of the facade `bevy` of the
//! same version, which needs a newer compiler.
//!
//! # Five minutes
//! ```
//! use bevy_app::prelude::*; // in a game: bevy::prelude::*
//! use bevy_ecs::prelude::*;
//! use framealloc::bevy::prelude::*;
//! use framealloc::frame_system;
//!
//! #[derive(Component)]
//! struct Health(i32);
//!
//! /// The wounded of this frame, for systems that come later in it.
//! #[derive(Resource, Default)]
//! struct Wounded(Option<FrameHandle<[Entity]>>);
//!
//! #[frame_system(tag = "combat")]
//! fn triage(alloc: Res<AllocResource>, healths: Query<(Entity, &Health)>, mut wounded: ResMut<Wounded>) {
//!     // Scratch of this system: it dies with the call, and its memory, still in the cache, serves the next system.
//!     let mut by_health = alloc.frame_vec();
//!     by_health.extend(healths.iter().filter(|(_, health)| health.0 < 50));
//!     by_health.sort_by_key(|(_, health)| health.0);
//!     // A result: it lives until the next frame begins.
//!     let worst = by_health.iter().take(2).map(|(entity, _)| *entity);
//!     wounded.0 = Some(alloc.frame_share_slice_from_iter(worst));
//! }
//!
//! fn heal(alloc: FrameAlloc, wounded: Res<Wounded>, mut healths: Query<&mut Health>) {
//!     let Some(worst) = wounded.0.and_then(|handle| handle.get(&alloc)) else { return };
//!     for entity in worst {
//!         if let Ok(mut health) = healths.get_mut(*entity) {
//!             health.0 += 10;
//!         }
//!     }
//! }
//!
//! let mut app = App::new();
//! app.add_plugins(SmartAllocPlugins) // the allocator, and its figures in Bevy's diagnostics
//!     .init_resource::<Wounded>()
//!     .add_systems(Update, (triage, heal).chain());
//! let hurt = app.world_mut().spawn(Health(5)).id();
//! app.update();
//! assert_eq!(app.world().get::<Health>(hurt).map(|health| health.0), Some(15));
//! ```
//!
//! Nothing has to be reset, and nothing can be kept too long: a value that would leave its system, in a `Local`, a component or
//! another task, is a compile error.
//!
//! # What to use for what
//! | you want | you write |
//! |---|---|
//! | scratch of one system | `#[frame_system]`, then `alloc.frame_vec()`, `alloc.frame_slice_from_iter(…)`, … |
//! | to see whose bytes they are | `#[frame_system(tag = "physics")]`, `#[alloc_tag("physics")]`, `alloc.tagged("physics")` |
//! | a value for later systems of the frame | `alloc.frame_share(value)`, the [`FrameHandle`] in a resource |
//! | a list or a text for them | `alloc.frame_share_slice_from_iter(…)`, `frame_share_str` |
//! | to read it in another world or thread meanwhile | [`SmartAllocPlugin::with_frames_in_flight`], [`LastFlight`] |
//! | a value for the next frame | `alloc.frame_retain(value, policy)`, then [`FramePromotions::take`] |
//! | a value that comes and goes with an entity | `#[derive(Pooled)]`, a `PoolBox` in the component: despawning frees its slot |
//! | memory in `par_iter` or a task scope | `let alloc = alloc.whole();` before, `alloc.scoped(…)` or `alloc.frame_box(…)` inside |
//! | what `par_iter` finds | `alloc.par_collect()`, `found.local()` in each task |
//! | a collection of another crate | [`Scratch`] |
//! | helpers of systems | `fn helper(frame: &Frame) -> FrameBox<'_, T>` |
//! | a parameter of your own that holds the allocator | `#[frame_system(alloc = ctx.alloc)]` |
//! | a closure as a system | `frame_closure!(\|alloc: Res<AllocResource>\| { … })` |
//! | an exclusive system, a command, a hook | `let alloc = world.frame_alloc();`, or `#[frame_system(alloc = world.frame_alloc())]` |
//! | the figures on the screen | `SmartAllocOverlayPlugin`, feature `overlay` |
//! | them in an inspector, or over `bevy_remote` | `SmartAllocReflectPlugin`, feature `reflect` |
//! | a `Local<Vec<T>>` that you clear | frame memory: it gives back what a burst took, a `Local` keeps it |
//!
//! `Res<AllocResource>` and [`FrameAlloc`] are the same to the scheduler: shared access, so that systems with them run in
//! parallel. Each thread has memory of its own, and nothing is locked. A system that waits for tasks may find other systems run
//! on its own stack meanwhile; frames and tags are values, not thread-local state, so that they stay apart.
//!
//! # When the frame ends
//! In [`FrameBegin`], a schedule of its own before `First`: the old frame ends for all threads and the next one begins. What is
//! allocated in a frame can therefore be read through `Last` and through the extraction to the render world. Systems in
//! `Startup` run before the first frame, and what they allocate is gone when it begins. A program that runs schedules by hand,
//! without `Main`, runs [`FrameBegin`] first; [`SmartAllocPlugin::in_schedule`] binds an allocator to a schedule of yours.
//!
//! # Fixed timestep
//! `FixedMain` runs any number of times in a frame, also none. Scratch of a fixed system comes from either allocator. A value that
//! others should find, say for interpolation, must live until the next *tick*: that is the frame of
//! `AllocResource<FixedMain>`, made by [`SmartAllocPlugin::fixed`] and ended in [`FixedFrameBegin`].
//!
//! ```
//! use bevy_app::prelude::*;
//! use bevy_ecs::prelude::*;
//! use framealloc::bevy::prelude::*;
//!
//! #[derive(Resource, Default)]
//! struct Step(Option<FrameHandle<[f32; 3]>>);
//!
//! fn simulate(alloc: Res<AllocResource<FixedMain>>, mut step: ResMut<Step>) {
//!     step.0 = Some(alloc.frame_share([1.0, 2.0, 3.0]));
//! }
//!
//! fn interpolate(alloc: FrameAlloc<FixedMain>, step: Res<Step>) {
//!     let Some(positions) = step.0.and_then(|handle| handle.get(&alloc)) else { return };
//!     assert_eq!(positions[2], 3.0); // in every frame until the next tick
//! }
//!
//! let mut app = App::new();
//! app.add_plugins((SmartAllocPlugin::default(), SmartAllocPlugin::fixed())).init_resource::<Step>();
//! app.add_systems(FixedUpdate, simulate).add_systems(Update, interpolate);
//! # app.world_mut().run_schedule(FixedMain);
//! app.update();
//! app.update();
//! ```
//!
//! # Render world
//! A sub-app has a world of its own, hence an allocator of its own: the plugin goes into the sub-app, and its frame ends before
//! anything is extracted into it. With pipelined rendering both worlds run at once, on the same threads, without touching each
//! other's memory.
//!
//! ```
//! # use bevy_app::{App, AppLabel, SubApp};
//! # use framealloc::bevy::prelude::*;
//! # #[derive(AppLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
//! # struct RenderApp;
//! # let mut app = App::new();
//! # app.insert_sub_app(RenderApp, SubApp::new());
//! let render = app.sub_app_mut(RenderApp);
//! render.add_plugins(SmartAllocPlugin::default());
//! let mut extract = render.take_extract(); // Bevy's own
//! render.set_extract(move |main, render| {
//!     render.run_schedule(FrameBegin);
//!     if let Some(extract) = &mut extract {
//!         extract(main, render);
//!     }
//! });
//! # app.update();
//! # assert_eq!(app.sub_app(RenderApp).world().resource::<AllocResource>().frame_number(), 1);
//! ```
//!
//! A renderer that runs one frame behind takes a handle and the [flight](LastFlight) of its frame instead of copies:
//! [`SmartAllocPlugin::with_frames_in_flight`].
//!
//! # What it costs
//! Less than a microsecond per frame for the plugin, some nanoseconds per call for `#[frame_system]`, and in steady frames no
//! call to the system's allocator: the examples `overhead` and `bevy_swarm` of this crate measure it on your machine.
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters and labels over by value")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod check;
mod diagnostics;
mod flight;
mod frame_test;
mod handle;
#[cfg(feature = "overlay")]
mod overlay;
mod par_ambient;
mod param;
mod plugin;
mod prewarm;
mod promotions;
#[cfg(feature = "reflect")]
mod reflect;
mod resource;
mod schedule;
mod scratch;

pub use diagnostics::SmartAllocDiagnosticsPlugin;
pub use flight::{FlightPolicy, LastFlight, NextFlightError};
pub use frame_test::TestedApp;
pub use handle::{AllocHandle, FrameHeldError, MissingAllocatorError, WorldFrameAlloc};
#[cfg(feature = "overlay")]
#[cfg_attr(docsrs, doc(cfg(feature = "overlay")))]
pub use overlay::{OverlayCorner, SmartAllocOverlay, SmartAllocOverlayPlugin};
pub use par_ambient::AmbientQueries;
pub use param::FrameAlloc;
pub use plugin::{SmartAllocPlugin, SmartAllocPlugins};
pub use promotions::FramePromotions;
#[cfg(feature = "reflect")]
#[cfg_attr(docsrs, doc(cfg(feature = "reflect")))]
pub use reflect::{AllocFigures, PoolFigures, SmartAllocReflectPlugin, TagFigures};
pub use resource::AllocResource;
pub use schedule::{FixedFrameBegin, FrameBegin, FrameEnd, SmartAllocSystems};
pub use scratch::{ClearableCollection, Scratch, ScratchStats, scratch_stats};

#[doc(no_inline)]
pub use framealloc_core::{AllocConfig, Frame, FrameBox, FrameHandle, FrameInFlight, FrameReport, SmartAlloc, Tag};

/// What most games import.
pub mod prelude {
    #[cfg(feature = "overlay")]
    #[doc(no_inline)]
    pub use crate::SmartAllocOverlayPlugin;
    #[doc(no_inline)]
    pub use crate::{
        AllocHandle, AllocResource, AmbientQueries, FixedFrameBegin, FrameAlloc, FrameBegin, FrameEnd, FramePromotions,
        LastFlight, SmartAllocDiagnosticsPlugin, SmartAllocPlugin, SmartAllocPlugins, SmartAllocSystems,
        WorldFrameAlloc,
    };
    #[doc(no_inline)]
    pub use bevy_app::FixedMain;
    #[doc(no_inline)]
    pub use framealloc_core::{
        AllocConfig, Frame, FrameHandle, FrameInFlight, SmartAlloc, Tag, gigabytes, kilobytes, megabytes,
    };
}

/// The README and the chapter of the guide, as documentation tests: every Rust block compiles and runs as it stands.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../README.md")]
    struct Readme;

    #[doc = include_str!("../../docs/guide/src/bevy.md")]
    struct Bevy;

    #[cfg(all(feature = "overlay", feature = "reflect"))]
    #[doc = include_str!("../../docs/guide/src/bevy-overlay.md")]
    struct BevyOverlay;
}
