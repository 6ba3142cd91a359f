//! The plugin: the allocator as a resource, and the system that ends its frame.

use core::fmt;
use core::marker::PhantomData;

use bevy_app::{App, FixedMain, Main, Plugin, PluginGroup, PluginGroupBuilder};
use bevy_ecs::change_detection::{DetectChangesMut, ResMut};
use bevy_ecs::schedule::{IntoScheduleConfigs, ScheduleLabel};
use framealloc_core::{AllocConfig, TagId};

use crate::flight::{at_frame_begin, at_frame_end};
use crate::prewarm::prewarm_once;
use crate::schedule::{EndsIn, install_frame_end, install_startup};
use crate::{
    AllocResource, FlightPolicy, FrameEnd, FramePromotions, LastFlight, SmartAllocDiagnosticsPlugin, SmartAllocSystems,
};

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
    frames_in_flight: usize,
    flight_policy: FlightPolicy,
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
        Self {
            config: AllocConfig::default(),
            ends_in,
            tags: Vec::new(),
            prewarm: false,
            frames_in_flight: 0,
            flight_policy: FlightPolicy::default(),
            marker: PhantomData,
        }
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

    /// Has each frame end in flight: what it shared lives on in [`LastFlight`] for other worlds and threads. At most `at_most` frames
    /// may be held at once; with 0, the default, frames end as ever.
    ///
    /// The frame of the app then ends in [`FrameEnd`], before the extraction, so that the handles that a render world extracts are of
    /// the flight that it extracts. That world runs one frame behind; where it keeps the flight until it extracts the next one,
    /// `at_most` is 2. The frame of a fixed timestep or of a schedule of yours ends where it ever did, at the start of the next one.
    ///
    /// What happens when `at_most` frames are held already is the [`FlightPolicy`].
    ///
    /// [`LastFlight`] has an example.
    #[must_use]
    pub fn with_frames_in_flight(mut self, at_most: usize) -> Self {
        self.frames_in_flight = at_most;
        self
    }

    /// Sets what the end of a frame does while as many frames are in flight as may be.
    ///
    /// ```
    /// use std::time::Duration;
    /// use bevy_app::prelude::*;
    /// use framealloc_bevy::{FlightPolicy, prelude::*};
    ///
    /// let patience = FlightPolicy::WaitFor(Duration::from_millis(4));
    /// let plugin = SmartAllocPlugin::default().with_frames_in_flight(1).with_flight_policy(patience);
    /// App::new().add_plugins(plugin).update();
    /// ```
    #[must_use]
    pub fn with_flight_policy(mut self, policy: FlightPolicy) -> Self {
        self.flight_policy = policy;
        self
    }

    /// Has frames end in flight, in the schedules where they end.
    fn install_flights(&self, app: &mut App) {
        app.insert_resource(LastFlight::<M>::none());
        let (schedule, policy) = (self.ends_in.label(), self.flight_policy);
        if self.ends_in == EndsIn::FrameBegin {
            install_frame_end(app);
            app.add_systems(FrameEnd, at_frame_end::<M>(policy).in_set(SmartAllocSystems::EndFrame));
        }
        app.add_systems(schedule, at_frame_begin::<M>(policy, self.prewarm).in_set(SmartAllocSystems::EndFrame));
    }
}

impl Default for SmartAllocPlugin<Main> {
    fn default() -> Self {
        Self::new(AllocConfig::default())
    }
}

impl<M: Send + Sync + 'static> Plugin for SmartAllocPlugin<M> {
    fn build(&self, app: &mut App) {
        let mut config = self.config.clone();
        if self.frames_in_flight > 0 {
            config = config.with_frames_in_flight(self.frames_in_flight);
        }
        let mut alloc = AllocResource::<M>::new(config).with_tags(&self.tags);
        if self.ends_in == EndsIn::FrameBegin {
            alloc = alloc.watching_startup();
            install_startup(app, startup_begins::<M>);
        }
        app.insert_resource(alloc);
        app.insert_resource(FramePromotions::<M>::new());
        self.ends_in.install(app);
        let schedule = self.ends_in.label();
        app.configure_sets(schedule, (SmartAllocSystems::EndFrame, SmartAllocSystems::Diagnose).chain());
        if self.frames_in_flight > 0 {
            self.install_flights(app);
        } else {
            app.add_systems(schedule, end_frame::<M>(self.prewarm).in_set(SmartAllocSystems::EndFrame));
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
            .field("frames_in_flight", &self.frames_in_flight)
            .field("flight_policy", &self.flight_policy)
            .finish_non_exhaustive()
    }
}

fn startup_begins<M: Send + Sync + 'static>(mut alloc: ResMut<AllocResource<M>>) {
    alloc.bypass_change_detection().startup_begins();
}

/// Ends the frame: exclusive access to the resource, without a handle, is the proof that nobody holds a value of it. Where `cold` says so, all
/// threads take their first memory before the first end of a frame.
fn end_frame<M: Send + Sync + 'static>(
    mut cold: bool,
) -> impl FnMut(ResMut<AllocResource<M>>, ResMut<FramePromotions<M>>) {
    move |mut alloc, mut kept| {
        // Else both resources would count as changed every frame.
        let alloc = alloc.bypass_change_detection();
        alloc.first_frame_begins();
        prewarm_once(&mut cold, alloc);
        match alloc.try_next_frame_with_promotions() {
            Ok(promotions) => kept.bypass_change_detection().replace(promotions),
            Err(held) => alloc.report_held(&held),
        }
    }
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
