//! The plugin: the allocator as a resource, and the system that ends its frame.

use core::fmt;
use core::marker::PhantomData;

use bevy_app::{App, FixedMain, Main, Plugin, PluginGroup, PluginGroupBuilder};
use bevy_ecs::change_detection::{DetectChangesMut, ResMut};
use bevy_ecs::schedule::{IntoScheduleConfigs, ScheduleLabel};
use bevy_ecs::system::Local;
use framealloc_core::{AllocConfig, TagId};

use crate::prewarm::prewarm;
use crate::schedule::EndsIn;
use crate::{AllocResource, FramePromotions, SmartAllocDiagnosticsPlugin, SmartAllocSystems};

/// Gives the world an [`AllocResource`] and ends its frame, for all threads, in [`FrameBegin`](crate::FrameBegin).
///
/// ```
/// use bevy_app::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// let config = AllocConfig::default().with_frame_chunk(megabytes(1));
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugin::new(config).with_tags(["physics", "ai"]).with_prewarm(true));
/// app.update();
/// assert_eq!(app.world().resource::<AllocResource>().frame_number(), 1);
/// ```
///
/// A second allocator, whose frame is a tick of the fixed timestep, is `Res<AllocResource<FixedMain>>`:
///
/// ```
/// # use bevy_app::prelude::*;
/// # use framealloc_bevy::prelude::*;
/// App::new().add_plugins((SmartAllocPlugin::default(), SmartAllocPlugin::fixed()));
/// ```
pub struct SmartAllocPlugin<M: Send + Sync + 'static = Main> {
    config: AllocConfig,
    ends_in: EndsIn,
    tags: Vec<TagId>,
    prewarm: bool,
    marker: PhantomData<fn() -> M>,
}

impl SmartAllocPlugin<Main> {
    /// Makes the plugin for the app's frame.
    #[must_use]
    pub fn new(config: AllocConfig) -> Self {
        Self::ending(EndsIn::FrameBegin).with_config(config)
    }
}

impl SmartAllocPlugin<FixedMain> {
    /// Makes the plugin for the fixed timestep: its frame ends in [`FixedFrameBegin`](crate::FixedFrameBegin), once per
    /// tick. What a tick allocates can be read until the next tick, however many frames lie between.
    #[must_use]
    pub fn fixed() -> Self {
        Self::ending(EndsIn::FixedFrameBegin)
    }
}

impl<M: Send + Sync + 'static> SmartAllocPlugin<M> {
    /// Makes the plugin for an allocator whose frame ends at the start of a schedule of yours.
    ///
    /// The system that ends it is in [`SmartAllocSystems::EndFrame`]; order the others after it.
    ///
    /// ```
    /// use bevy_app::prelude::*;
    /// use bevy_ecs::schedule::ScheduleLabel;
    /// use framealloc_bevy::prelude::*;
    ///
    /// #[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
    /// struct NetworkTick;
    ///
    /// let mut app = App::new();
    /// app.add_plugins(SmartAllocPlugin::<NetworkTick>::in_schedule(NetworkTick));
    /// app.world_mut().run_schedule(NetworkTick);
    /// assert_eq!(app.world().resource::<AllocResource<NetworkTick>>().frame_number(), 1);
    /// ```
    #[must_use]
    pub fn in_schedule(schedule: impl ScheduleLabel) -> Self {
        Self::ending(EndsIn::Schedule(schedule.intern()))
    }

    fn ending(ends_in: EndsIn) -> Self {
        Self { config: AllocConfig::default(), ends_in, tags: Vec::new(), prewarm: false, marker: PhantomData }
    }

    /// Sets how the allocator is set up.
    #[must_use]
    pub fn with_config(mut self, config: AllocConfig) -> Self {
        self.config = config;
        self
    }

    /// Names tags ahead of their first use: their diagnostics exist from the start, and a prewarm covers them.
    #[must_use]
    pub fn with_tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.tags.extend(tags.into_iter().map(framealloc_core::Tag::intern));
        self
    }

    /// Has every thread of the compute pool take its first memory before the first frame, so that no system of a first
    /// frame waits for the system's allocator.
    #[must_use]
    pub fn with_prewarm(mut self, prewarm: bool) -> Self {
        self.prewarm = prewarm;
        self
    }
}

impl Default for SmartAllocPlugin<Main> {
    fn default() -> Self {
        Self::new(AllocConfig::default())
    }
}

impl<M: Send + Sync + 'static> Plugin for SmartAllocPlugin<M> {
    fn build(&self, app: &mut App) {
        app.insert_resource(AllocResource::<M>::new(self.config.clone()).with_tags(&self.tags));
        app.insert_resource(FramePromotions::<M>::new());
        self.ends_in.install(app);
        let schedule = self.ends_in.label();
        app.configure_sets(schedule, (SmartAllocSystems::EndFrame, SmartAllocSystems::Diagnose).chain());
        if self.prewarm {
            app.add_systems(schedule, prewarm_and_end_frame::<M>.in_set(SmartAllocSystems::EndFrame));
        } else {
            app.add_systems(schedule, end_frame::<M>.in_set(SmartAllocSystems::EndFrame));
        }
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for SmartAllocPlugin<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmartAllocPlugin")
            .field("config", &self.config)
            .field("ends_in", &self.ends_in)
            .field("tags", &self.tags)
            .field("prewarm", &self.prewarm)
            .finish_non_exhaustive()
    }
}

/// Ends the frame: exclusive access to the resource is the proof that no system holds a value of it.
fn end_frame<M: Send + Sync + 'static>(mut alloc: ResMut<AllocResource<M>>, mut kept: ResMut<FramePromotions<M>>) {
    // Else both resources would count as changed every frame.
    let promotions = alloc.bypass_change_detection().next_frame_with_promotions();
    kept.bypass_change_detection().replace(promotions);
}

/// As [`end_frame`]; before the first end of a frame all threads take their first memory.
fn prewarm_and_end_frame<M: Send + Sync + 'static>(
    alloc: ResMut<AllocResource<M>>,
    kept: ResMut<FramePromotions<M>>,
    mut done: Local<bool>,
) {
    if !*done {
        *done = true;
        prewarm(&alloc, alloc.declared_tags());
    }
    end_frame(alloc, kept);
}

/// [`SmartAllocPlugin`] and [`SmartAllocDiagnosticsPlugin`].
///
/// ```
/// use bevy_app::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// let config = AllocConfig::default().with_frame_chunk(megabytes(4));
/// App::new().add_plugins(SmartAllocPlugins.set(SmartAllocPlugin::new(config)));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SmartAllocPlugins;

impl PluginGroup for SmartAllocPlugins {
    fn build(self) -> PluginGroupBuilder {
        PluginGroupBuilder::start::<Self>().add(SmartAllocPlugin::default()).add(SmartAllocDiagnosticsPlugin::default())
    }
}
