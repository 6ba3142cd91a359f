//! When the frame ends: schedules of their own, and the names to order systems by.

use bevy_app::{App, First, FixedFirst, FixedMainScheduleOrder, Last, MainScheduleOrder};
use bevy_ecs::schedule::{
    InternedScheduleLabel, IntoScheduleConfigs, Schedule, ScheduleLabel, SingleThreadedExecutor, SystemSet,
};
use bevy_ecs::system::ScheduleSystem;

/// The schedule that ends the frame of `AllocResource`. It runs before [`First`].
///
/// All that was allocated since the last `FrameBegin` dies here, so frame memory can be read through `Last` and through
/// the extraction to the render world; with frames in flight it ends in [`FrameEnd`], before the extraction. No system of another plugin is in this schedule by accident; one that you add is
/// ordered by [`SmartAllocSystems`].
///
/// A program that runs its schedules by hand, without Bevy's `Main`, runs this one first:
///
/// ```
/// use bevy_app::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugin::default());
/// for _ in 0..3 {
///     app.world_mut().run_schedule(FrameBegin);
///     // other schedules
/// }
/// assert_eq!(app.world().resource::<AllocResource>().frame_number(), 3);
/// ```
#[derive(ScheduleLabel, Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FrameBegin;

/// The schedule that ends the frame of `AllocResource` in flight, where
/// [`SmartAllocPlugin::with_frames_in_flight`](crate::SmartAllocPlugin::with_frames_in_flight) says so. It runs after [`Last`] and
/// before anything is extracted.
///
/// The handles that resources hold and the flight in [`LastFlight`](crate::LastFlight) are then of the same frame, and a world that
/// extracts both runs one frame behind. The next frame begins here too, so that extraction may allocate; [`FrameBegin`] finds it
/// begun. A program that runs its schedules by hand runs this one last. If it does not, the frame ends in flight in the next
/// [`FrameBegin`].
#[derive(ScheduleLabel, Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FrameEnd;

/// The schedule that ends the frame of `AllocResource<FixedMain>`. It runs in `FixedMain`, before [`FixedFirst`].
#[derive(ScheduleLabel, Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FixedFrameBegin;

/// The systems of this crate, in the schedule that ends the frame.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// fn read_the_old_frame(alloc: Res<AllocResource>) {
///     assert!(alloc.frame_number() <= 1);
/// }
///
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugin::default());
/// app.add_systems(FrameBegin, read_the_old_frame.before(SmartAllocSystems::EndFrame));
/// app.update();
/// app.update();
/// ```
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SmartAllocSystems {
    /// Ends the frame and begins the next one; with frames in flight also in [`FrameEnd`].
    EndFrame,
    /// Writes the figures of the frame that ended to Bevy's diagnostics; after [`Self::EndFrame`].
    Diagnose,
}

/// Where a frame ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndsIn {
    /// In [`FrameBegin`], before `First`.
    FrameBegin,
    /// In [`FixedFrameBegin`], before `FixedFirst`.
    FixedFrameBegin,
    /// In a schedule of the user's.
    Schedule(InternedScheduleLabel),
}

impl EndsIn {
    pub(crate) fn label(self) -> InternedScheduleLabel {
        match self {
            Self::FrameBegin => FrameBegin.intern(),
            Self::FixedFrameBegin => FixedFrameBegin.intern(),
            Self::Schedule(label) => label,
        }
    }

    /// Adds the schedule to the app and to the order that Bevy runs schedules in.
    ///
    /// An app without that order (`App::empty`, a sub-app) runs its schedules by hand.
    pub(crate) fn install(self, app: &mut App) {
        let label = self.label();
        if !matches!(self, Self::Schedule(_)) {
            add_schedule(label, app);
        }
        let (labels, first) = match self {
            Self::FrameBegin => {
                let order = app.world_mut().get_resource_mut::<MainScheduleOrder>();
                (order.map(|order| &mut order.into_inner().labels), First.intern())
            }
            Self::FixedFrameBegin => {
                let order = app.world_mut().get_resource_mut::<FixedMainScheduleOrder>();
                (order.map(|order| &mut order.into_inner().labels), FixedFirst.intern())
            }
            Self::Schedule(_) => return,
        };
        let Some(labels) = labels else { return };
        if !labels.contains(&label) {
            // An app that took `First` out of its order still begins with the end of the old frame.
            let at = labels.iter().position(|other| *other == first).unwrap_or(0);
            labels.insert(at, label);
        }
    }
}

/// Adds [`FrameEnd`] to the app and to the order that Bevy runs schedules in.
pub(crate) fn install_frame_end(app: &mut App) {
    let label = FrameEnd.intern();
    add_schedule(label, app);
    let Some(mut order) = app.world_mut().get_resource_mut::<MainScheduleOrder>() else { return };
    if !order.labels.contains(&label) {
        // An app that took `Last` out of its order ends the frame last.
        let at = order.labels.iter().position(|other| *other == Last.intern()).map_or(order.labels.len(), |at| at + 1);
        order.labels.insert(at, label);
    }
}

/// The schedule before all startup schedules.
#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct StartupBegin;

/// Has `system` run before all startup systems, where the app has any.
pub(crate) fn install_startup<P>(app: &mut App, system: impl IntoScheduleConfigs<ScheduleSystem, P>) {
    let label = StartupBegin.intern();
    add_schedule(label, app);
    app.add_systems(StartupBegin, system);
    let Some(mut order) = app.world_mut().get_resource_mut::<MainScheduleOrder>() else { return };
    if !order.startup_labels.contains(&label) {
        order.startup_labels.insert(0, label);
    }
}

fn add_schedule(label: InternedScheduleLabel, app: &mut App) {
    if app.get_schedule(label).is_none() {
        let mut schedule = Schedule::new(label);
        // Two short systems in a row: handing them to other threads would cost more than they do.
        schedule.set_executor(SingleThreadedExecutor::new());
        app.add_schedule(schedule);
    }
}
