//! The figures of the allocator as reflected data, for inspectors and remote tools.

use core::any::{TypeId, type_name};
use core::fmt;
use core::marker::PhantomData;

use bevy_app::{App, FixedMain, Main, Plugin};
use bevy_ecs::change_detection::{Res, ResMut};
use bevy_ecs::reflect::ReflectResource;
use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::{IntoScheduleConfigs, ScheduleLabel};
use bevy_reflect::std_traits::ReflectDefault;
use bevy_reflect::utility::GenericTypePathCell;
use bevy_reflect::{Reflect, TypePath};
use framealloc_core::{PoolStats, SmartAlloc, TagStats, pool};

use crate::schedule::EndsIn;
use crate::{AllocResource, SmartAllocSystems};

/// Keeps [`AllocFigures`] up to date and registers it with Bevy's reflection. Feature `reflect`.
///
/// Inspectors list it among the resources; `bevy_remote` reads it by its type path, `framealloc_bevy::AllocFigures<Main>`. Its own systems
/// make no call to the system's allocator in a frame without a new tag or pool.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use bevy_reflect::GetPath;
/// use framealloc_bevy::{AllocFigures, SmartAllocReflectPlugin, prelude::*};
///
/// fn contacts(alloc: Res<AllocResource>) {
///     alloc.tagged("physics").frame_slice_copy(&[0_u64; 64]);
/// }
///
/// let mut app = App::new();
/// app.add_plugins((SmartAllocPlugins, SmartAllocReflectPlugin::default())).add_systems(Update, contacts);
/// app.update();
/// app.update();
/// let figures = app.world().resource::<AllocFigures>();
/// assert_eq!(figures.path::<String>(".tags[0].path").ok(), Some(&"physics".to_owned()));
/// assert!(figures.path::<usize>(".tags[0].bytes").is_ok_and(|bytes| *bytes >= 512));
/// ```
pub struct SmartAllocReflectPlugin<M: Send + Sync + 'static = Main> {
    ends_in: EndsIn,
    marker: PhantomData<fn() -> M>,
}

impl Default for SmartAllocReflectPlugin<Main> {
    fn default() -> Self {
        Self { ends_in: EndsIn::FrameBegin, marker: PhantomData }
    }
}

impl SmartAllocReflectPlugin<FixedMain> {
    /// Makes the plugin for the allocator of the fixed timestep.
    #[must_use]
    pub fn fixed() -> Self {
        Self { ends_in: EndsIn::FixedFrameBegin, marker: PhantomData }
    }
}

impl<M: Send + Sync + 'static> SmartAllocReflectPlugin<M> {
    /// Makes the plugin for an allocator whose frame ends in a schedule of yours.
    #[must_use]
    pub fn in_schedule(schedule: impl ScheduleLabel) -> Self {
        Self { ends_in: EndsIn::Schedule(schedule.intern()), marker: PhantomData }
    }
}

impl<M: Send + Sync + 'static> Plugin for SmartAllocReflectPlugin<M> {
    fn build(&self, app: &mut App) {
        app.register_type::<AllocFigures<M>>().insert_resource(AllocFigures::<M>::default());
        self.ends_in.install(app);
        let update = update::<M>.in_set(SmartAllocSystems::Diagnose).after(SmartAllocSystems::EndFrame);
        app.add_systems(self.ends_in.label(), update);
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for SmartAllocReflectPlugin<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmartAllocReflectPlugin").field("ends_in", &self.ends_in).finish_non_exhaustive()
    }
}

/// What the last frame of an allocator used, as plain data: see [`SmartAllocReflectPlugin`].
///
/// It is written anew when a frame ends; what is written to it changes nothing else.
#[derive(Resource, Reflect)]
#[reflect(Resource, Default, type_path = false)]
#[non_exhaustive]
pub struct AllocFigures<M: Send + Sync + 'static = Main> {
    /// The number of the frame that ended last.
    pub frame: u64,
    /// Its bytes, over all threads.
    pub bytes: usize,
    /// The most bytes of any frame.
    pub high_water: usize,
    /// Its requests that went to the heap.
    pub heap_fallbacks: usize,
    /// How often a budget warned, refused, allowed or promoted in it, or passed its soft limit.
    pub budget_events: usize,
    /// Ended frames that are held.
    pub frames_in_flight: usize,
    /// Bytes that they hold beside those of the open frame.
    pub flight_bytes: usize,
    /// The tags, as [`SmartAlloc::for_each_tag`] has them.
    pub tags: Vec<TagFigures>,
    /// The pools of `#[pooled]` types: of the app's frame alone, as they are the whole process's.
    pub pools: Vec<PoolFigures>,
    #[reflect(ignore)]
    marker: PhantomData<fn() -> M>,
}

/// A tag in [`AllocFigures`].
#[derive(Clone, Debug, Default, Reflect)]
#[reflect(Default)]
#[non_exhaustive]
pub struct TagFigures {
    /// The path, for example `ai::pathfinding`.
    pub path: String,
    /// Bytes of the last frame.
    pub bytes: usize,
    /// The most bytes of any frame.
    pub high_water: usize,
    /// Bytes of its budget, if it has one.
    pub budget: Option<usize>,
}

/// A pool in [`AllocFigures`].
#[derive(Clone, Debug, Default, Reflect)]
#[reflect(Default)]
#[non_exhaustive]
pub struct PoolFigures {
    /// The name of the type.
    pub name: String,
    /// Objects that are alive.
    pub live: usize,
    /// The most that ever were.
    pub high_water: usize,
    /// Objects that it can hold: without another slab, or at all.
    pub capacity: usize,
    /// Requests that it refused, as it was full.
    pub refused: usize,
}

impl<M: Send + Sync + 'static> Default for AllocFigures<M> {
    fn default() -> Self {
        Self {
            frame: 0,
            bytes: 0,
            high_water: 0,
            heap_fallbacks: 0,
            budget_events: 0,
            frames_in_flight: 0,
            flight_bytes: 0,
            tags: Vec::new(),
            pools: Vec::new(),
            marker: PhantomData,
        }
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for AllocFigures<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllocFigures")
            .field("frame", &self.frame)
            .field("bytes", &self.bytes)
            .field("tags", &self.tags)
            .field("pools", &self.pools)
            .finish_non_exhaustive()
    }
}

/// By hand, since Bevy's own markers, `Main` and `FixedMain`, have no type path.
impl<M: Send + Sync + 'static> TypePath for AllocFigures<M> {
    fn type_path() -> &'static str {
        static CELL: GenericTypePathCell = GenericTypePathCell::new();
        CELL.get_or_insert::<Self, _>(|| format!("framealloc_bevy::{}", Self::short_type_path()))
    }

    fn short_type_path() -> &'static str {
        static CELL: GenericTypePathCell = GenericTypePathCell::new();
        let marker = type_name::<M>();
        CELL.get_or_insert::<Self, _>(|| {
            format!("AllocFigures<{}>", marker.rsplit_once("::").map_or(marker, |(_, name)| name))
        })
    }

    fn type_ident() -> Option<&'static str> {
        Some("AllocFigures")
    }

    fn crate_name() -> Option<&'static str> {
        Some("framealloc_bevy")
    }

    fn module_path() -> Option<&'static str> {
        Some("framealloc_bevy")
    }
}

fn update<M: Send + Sync + 'static>(alloc: Option<Res<AllocResource<M>>>, mut figures: ResMut<AllocFigures<M>>) {
    if let Some(alloc) = alloc
        && figures.frame != alloc.frame_report().frame
    {
        figures.take(&alloc);
    }
}

impl<M: Send + Sync + 'static> AllocFigures<M> {
    /// Writes them anew; a name is made once, when its tag or pool is new.
    fn take(&mut self, alloc: &SmartAlloc) {
        let (report, flights) = (alloc.frame_report(), alloc.flight_stats());
        (self.frame, self.bytes, self.high_water) = (report.frame, report.bytes, report.high_water);
        (self.frames_in_flight, self.flight_bytes) = (flights.frames, flights.bytes);
        self.budget_events = alloc.budget_events().iter().map(|event| event.count).sum();

        let (mut position, mut fallbacks) = (0, 0);
        alloc.for_each_tag(|TagStats { path, bytes, high_water, heap_fallbacks, .. }| {
            if self.tags.get(position).is_none_or(|tag| tag.path != path) {
                let budget = alloc.config().tag_budgets().find(|(of, _)| *of == path).map(|(_, budget)| budget.bytes());
                self.tags.insert(position, TagFigures { path: path.to_owned(), budget, ..TagFigures::default() });
            }
            let tag = &mut self.tags[position];
            (tag.bytes, tag.high_water) = (bytes, high_water);
            fallbacks += heap_fallbacks;
            position += 1;
        });
        // What a tool has added is gone with the next frame.
        self.tags.truncate(position);
        self.heap_fallbacks = fallbacks;

        if TypeId::of::<M>() != TypeId::of::<Main>() {
            return;
        }
        let mut position = 0;
        pool::for_each_own(|PoolStats { name, live, high_water, capacity, refused, .. }| {
            if self.pools.get(position).is_none_or(|pool| pool.name != name) {
                self.pools.insert(position, PoolFigures { name: name.to_owned(), ..PoolFigures::default() });
            }
            let pool = &mut self.pools[position];
            (pool.live, pool.high_water, pool.capacity, pool.refused) = (live, high_water, capacity, refused);
            position += 1;
        });
        self.pools.truncate(position);
    }
}
