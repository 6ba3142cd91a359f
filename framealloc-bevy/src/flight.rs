//! The frame that ended last, in flight: for worlds and threads that run behind.

use core::fmt;
use core::marker::PhantomData;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::error::Error;
use std::panic::{catch_unwind, resume_unwind};

use bevy_app::Main;
use bevy_ecs::change_detection::{DetectChangesMut, ResMut};
use bevy_ecs::resource::Resource;
use bevy_ecs::system::SystemParam;
use framealloc_core::{Diagnostic, FlightError, FrameHandle, FrameInFlight, Level};

use crate::prewarm::prewarm_once;
use crate::{AllocResource, FrameHeldError, FramePromotions};

/// What the last frame shared, for whoever reads it while the next one runs.
///
/// [`SmartAllocPlugin::with_frames_in_flight`](crate::SmartAllocPlugin::with_frames_in_flight) adds it. Another world clones it,
/// or the [`flight`](Self::flight) in it, where that world extracts; a clone holds the frame until it is dropped.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// #[derive(Resource, Default)]
/// struct Draws(Option<FrameHandle<[u32]>>);
///
/// fn collect(alloc: FrameAlloc, mut draws: ResMut<Draws>) {
///     draws.0 = Some(alloc.frame_share_slice_from_iter((0..100).filter(|id| id % 7 == 0)));
/// }
///
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugin::default().with_frames_in_flight(2));
/// app.init_resource::<Draws>().add_systems(Update, collect);
/// app.update();
///
/// let last = app.world().resource::<LastFlight>().clone();
/// let draws = app.world().resource::<Draws>().0;
/// let renderer = std::thread::spawn(move || draws.and_then(|draws| last.get(draws)).map(<[u32]>::len));
/// app.update(); // meanwhile
/// assert_eq!(renderer.join().ok().flatten(), Some(15));
/// ```
#[derive(Resource)]
pub struct LastFlight<M: Send + Sync + 'static = Main> {
    flight: Option<FrameInFlight>,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> LastFlight<M> {
    pub(crate) fn none() -> Self {
        Self { flight: None, marker: PhantomData }
    }

    /// Returns the flight of the last frame; `None` before a frame has ended, and after one that had to end without
    /// ([`FlightPolicy`]).
    #[must_use]
    pub fn flight(&self) -> Option<&FrameInFlight> {
        self.flight.as_ref()
    }

    /// Returns the value if it was shared in the last frame.
    #[must_use]
    pub fn get<T: ?Sized>(&self, handle: FrameHandle<T>) -> Option<&T> {
        self.flight.as_ref()?.get(handle)
    }

    /// Takes the flight, so that the world holds it no longer: a reader that is done early gives the memory back early.
    #[must_use = "what the frame shared is dropped with it"]
    pub fn take(&mut self) -> Option<FrameInFlight> {
        self.flight.take()
    }
}

impl<M: Send + Sync + 'static> Clone for LastFlight<M> {
    /// Makes another holder of the same frame.
    fn clone(&self) -> Self {
        Self { flight: self.flight.clone(), marker: PhantomData }
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for LastFlight<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LastFlight").field(&self.flight).finish()
    }
}

/// Why a frame did not end in flight by [`AllocResource::try_next_frame_in_flight`]. It is still open, and nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextFlightError {
    /// A handle is alive.
    Held(FrameHeldError),
    /// As many frames are in flight as may be.
    Flight(FlightError),
}

impl fmt::Display for NextFlightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(held) => held.fmt(f),
            Self::Flight(flight) => flight.fmt(f),
        }
    }
}

impl Error for NextFlightError {}

impl From<FrameHeldError> for NextFlightError {
    fn from(held: FrameHeldError) -> Self {
        Self::Held(held)
    }
}

impl From<FlightError> for NextFlightError {
    fn from(flight: FlightError) -> Self {
        Self::Flight(flight)
    }
}

/// What the end of a frame does while as many frames are in flight as may be.
///
/// In either case the game goes on. A frame that ends without a flight leaves [`LastFlight`] empty: a reader keeps what it has,
/// and the diagnostic FA103 says that it fell behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlightPolicy {
    /// The frame ends without a flight, at once.
    ///
    /// The default, and what a world wants that extracts on the thread of the game, as Bevy's renderer does: while the frame ends
    /// nothing is extracted, so that waiting for the other world may be waiting for oneself.
    #[default]
    EndPlainly,
    /// The thread sleeps until a flight comes back, and not longer than this; then the frame ends without.
    ///
    /// For readers that let go on their own: a network thread, a writer of replays.
    WaitFor(Duration),
}

/// What ends a frame in flight: exclusive access to the resources is the proof that no system holds a value of it.
#[derive(SystemParam)]
pub(crate) struct Ending<'w, M: Send + Sync + 'static> {
    alloc: ResMut<'w, AllocResource<M>>,
    kept: ResMut<'w, FramePromotions<M>>,
    last: ResMut<'w, LastFlight<M>>,
}

impl<M: Send + Sync + 'static> Ending<'_, M> {
    /// Whether the frame can end now; reports it where a handle is alive.
    fn can_end(&mut self) -> bool {
        let alloc = self.alloc.bypass_change_detection();
        let Err(held) = alloc.try_exclusive().map(drop) else { return true };
        alloc.report_held(&held);
        false
    }

    /// Ends the frame in flight and begins the next one. At the limit, and where `policy` has waited long enough, it ends plainly.
    fn in_flight(&mut self, policy: FlightPolicy) {
        // The resource is a holder as well. What nobody else holds makes room here.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(self.last.take())));
        let alloc = self.alloc.bypass_change_detection();
        let limit = alloc.flight_stats().limit;
        if let FlightPolicy::WaitFor(timeout) = policy {
            // A timeout is told of below.
            let _ = alloc.wait_for_flights(limit.saturating_sub(1), timeout);
        }
        // Asked before: a refusal would be reported by the allocator as well (FA009).
        let has_room = alloc.flight_stats().frames < limit;
        let ended = if has_room { alloc.try_next_frame_in_flight_with_promotions().ok() } else { None };
        if let Some((flight, promotions)) = ended {
            self.last.flight = Some(flight);
            self.kept.bypass_change_detection().replace(promotions);
        } else {
            let message =
                format!("frame {} ended without a flight: {limit} of {limit} are in flight", alloc.frame_number());
            alloc.raise(Diagnostic::new("FA103", Level::Warning, message).with_help(
                "a reader holds its frames too long: let it drop them (`LastFlight::take`), or let more be in flight",
            ));
            self.plainly();
        }
        if let Err(panic) = dropped {
            resume_unwind(panic);
        }
    }

    fn plainly(&mut self) {
        let promotions = self.alloc.bypass_change_detection().next_frame_with_promotions();
        self.kept.bypass_change_detection().replace(promotions);
    }
}

/// The system of `FrameEnd`: between `Last` and what other worlds extract.
pub(crate) fn at_frame_end<M: Send + Sync + 'static>(policy: FlightPolicy) -> impl FnMut(Ending<M>) {
    move |mut ending| {
        if ending.can_end() {
            ending.alloc.bypass_change_detection().set_begun_by_end(true);
            ending.in_flight(policy);
        }
    }
}

/// The system of the schedule that a frame begins in. A frame that `FrameEnd` has begun goes on.
pub(crate) fn at_frame_begin<M: Send + Sync + 'static>(policy: FlightPolicy, mut cold: bool) -> impl FnMut(Ending<M>) {
    move |mut ending| {
        let alloc = ending.alloc.bypass_change_detection();
        alloc.first_frame_begins();
        prewarm_once(&mut cold, alloc);
        if alloc.set_begun_by_end(false) {
            return;
        }
        if !ending.can_end() {
            return;
        }
        if ending.alloc.is_in_frame() {
            ending.in_flight(policy);
        } else {
            // Startup systems: what is outside of frames does not fly.
            ending.plainly();
        }
    }
}
