//! The allocator as a resource.

use core::convert::Infallible;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::panic::{AssertUnwindSafe, Location};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::Arc;

use bevy_app::Main;
use bevy_ecs::resource::Resource;
use framealloc_core::__private::{begin_next_frame, held_bytes, keep_promotions};
use framealloc_core::{
    AllocConfig, Diagnostic, FlightError, FrameInFlight, FrameReport, Level, Promotions, SmartAlloc, TagId,
};

use crate::handle::Shared;
use crate::{AllocHandle, FrameHeldError, NextFlightError};

/// The allocator of a world. It derefs to [`SmartAlloc`], so every call of it is at hand.
///
/// `M` names the allocator where a world has several: [`Main`] for the one whose frame is the app's frame,
/// `FixedMain` for the one whose frame is a tick of the fixed timestep, a type of yours for more.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// fn sum(alloc: Res<AllocResource>) {
///     let scratch = alloc.frame_slice_fill_with(100, |i| i * i);
///     assert_eq!(scratch[99], 9801);
/// } // taken back when the next frame begins
///
/// App::new().add_plugins(SmartAllocPlugin::default()).add_systems(Update, sum).update();
/// ```
///
/// A system cannot keep what it allocates:
///
/// ```compile_fail
/// # use bevy_ecs::prelude::*;
/// # use framealloc_bevy::prelude::*;
/// fn keep(alloc: Res<AllocResource>, mut kept: Local<Option<&'static mut u32>>) {
///     *kept = Some(alloc.frame_ref(1));
/// }
/// ```
#[derive(Resource)]
pub struct AllocResource<M: Send + Sync + 'static = Main> {
    shared: Arc<Shared>,
    last_frame: FrameReport,
    tags: Vec<TagId>,
    /// The open frame was begun by `FrameEnd`, so that the next `FrameBegin` has nothing to do.
    begun_by_end: bool,
    /// What is known of the time before the first frame; `None` where nobody said that the plugin begins it.
    outside: Option<Outside>,
    /// How often in a row the frame was to end and a handle was alive.
    refused_ends: u64,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> AllocResource<M> {
    /// Makes the allocator of a world. [`SmartAllocPlugin`](crate::SmartAllocPlugin) does it for you.
    #[must_use]
    pub fn new(config: AllocConfig) -> Self {
        Self {
            shared: Shared::new(SmartAlloc::new(config)),
            last_frame: FrameReport::default(),
            tags: Vec::new(),
            begun_by_end: false,
            outside: None,
            refused_ends: 0,
            marker: PhantomData,
        }
    }

    /// Has memory that is taken before the first frame told apart: that of startup systems, and that of schedules run by hand.
    pub(crate) fn watching_startup(mut self) -> Self {
        self.outside = Some(Outside::default());
        self
    }

    /// Notes what was taken before the startup schedules.
    pub(crate) fn startup_begins(&mut self) {
        if let (Some(outside), Ok(alloc)) = (&mut self.outside, Shared::exclusive(&mut self.shared)) {
            outside.before_startup = Some(held_bytes(alloc));
        }
    }

    /// Tells apart what was taken before the first frame, which is about to begin, and reports what is a mistake (FA105).
    pub(crate) fn first_frame_begins(&mut self) {
        if self.frame_number() > 0 {
            return;
        }
        let (Some(outside), Ok(alloc)) = (&mut self.outside, Shared::exclusive(&mut self.shared)) else { return };
        let held = held_bytes(alloc);
        let by_hand = outside.before_startup.unwrap_or(held);
        outside.startup_bytes = held.saturating_sub(by_hand);
        if by_hand > 0 {
            report_before_frames(by_hand, "before the first frame began");
        }
    }

    /// Returns the bytes that startup systems took, which were taken back when the first frame began: 0 before that.
    ///
    /// That is no mistake, unlike memory of schedules that run by hand before the first frame begins (FA105).
    #[must_use]
    pub fn startup_bytes(&self) -> usize {
        self.outside.as_ref().map_or(0, |outside| outside.startup_bytes)
    }

    pub(crate) fn with_tags(mut self, tags: &[TagId]) -> Self {
        self.tags.extend_from_slice(tags);
        self
    }

    /// Returns the tags that were named ahead of their first use, by
    /// [`SmartAllocPlugin::with_tags`](crate::SmartAllocPlugin::with_tags).
    #[must_use]
    pub fn declared_tags(&self) -> &[TagId] {
        &self.tags
    }

    /// Ends the frame, begins the next one, and returns what the old one used.
    ///
    /// [`SmartAllocPlugin`](crate::SmartAllocPlugin) has it called every frame; a world without schedules of its own
    /// (the world of a sub-app, a test) calls it by hand:
    ///
    /// ```
    /// use framealloc_bevy::prelude::*;
    ///
    /// let mut alloc = AllocResource::<()>::new(AllocConfig::default());
    /// alloc.next_frame();
    /// alloc.frame_ref(7_u64);
    /// assert!(alloc.next_frame().bytes >= 8);
    /// ```
    ///
    /// # Panics
    /// If an [`AllocHandle`] is alive; nothing has changed then. If the drop of a value of the old frame panics; the frame has ended then
    /// all the same.
    #[track_caller]
    pub fn next_frame(&mut self) -> FrameReport {
        self.try_next_frame().unwrap_or_else(|held| refuse(&held))
    }

    /// Like [`next_frame`](Self::next_frame).
    ///
    /// # Errors
    /// If an [`AllocHandle`] is alive. The frame is still open then, and nothing has changed.
    ///
    /// # Panics
    /// If the drop of a value of the old frame panics.
    pub fn try_next_frame(&mut self) -> Result<FrameReport, FrameHeldError> {
        let turned = self.turn(
            |alloc| {
                let report = alloc.end_frame();
                Ok::<_, Infallible>((report, report))
            },
            |_, _| {},
        );
        turned.map(|report| report.unwrap_or_else(|never| match never {}))
    }

    /// As [`next_frame`](Self::next_frame), but what was retained moves to its new home instead of being dropped.
    ///
    /// # Panics
    /// As [`next_frame`](Self::next_frame). What was promoted waits then for `take_promotions`, or else for the next end of a frame.
    #[track_caller]
    pub fn next_frame_with_promotions(&mut self) -> Promotions {
        self.try_next_frame_with_promotions().unwrap_or_else(|held| refuse(&held))
    }

    /// Like [`next_frame_with_promotions`](Self::next_frame_with_promotions).
    ///
    /// # Errors
    /// As [`try_next_frame`](Self::try_next_frame).
    ///
    /// # Panics
    /// As [`try_next_frame`](Self::try_next_frame).
    pub fn try_next_frame_with_promotions(&mut self) -> Result<Promotions, FrameHeldError> {
        let turned = self.turn(
            |alloc| {
                let promotions = alloc.end_frame_with_promotions();
                let report = promotions.report();
                Ok::<_, Infallible>((promotions, report))
            },
            keep_promotions,
        );
        turned.map(|promotions| promotions.unwrap_or_else(|never| match never {}))
    }

    /// As [`next_frame`](Self::next_frame), but what was shared lives on with what is returned.
    ///
    /// ```
    /// use framealloc_bevy::prelude::*;
    ///
    /// let mut alloc = AllocResource::<()>::new(AllocConfig::default().with_frames_in_flight(1));
    /// alloc.next_frame();
    /// let name = alloc.frame_share_str("harbour");
    /// let flight = alloc.next_frame_in_flight();
    /// assert_eq!((flight.get(name), alloc.frame_number()), (Some("harbour"), 2));
    /// ```
    ///
    /// # Panics
    /// If an [`AllocHandle`] is alive, or as many frames are in flight as may be; the frame is still open then. Else as [`next_frame`](Self::next_frame), and what was
    /// shared is dropped.
    #[track_caller]
    pub fn next_frame_in_flight(&mut self) -> FrameInFlight {
        self.try_next_frame_in_flight().unwrap_or_else(|full| refuse(&full))
    }

    /// Like [`next_frame_in_flight`](Self::next_frame_in_flight).
    ///
    /// # Errors
    /// If an [`AllocHandle`] is alive, or as many frames are in flight as may be. The frame is still open then, and nothing has changed.
    ///
    /// # Panics
    /// As [`try_next_frame`](Self::try_next_frame); what was shared is dropped then.
    pub fn try_next_frame_in_flight(&mut self) -> Result<FrameInFlight, NextFlightError> {
        let turned = self.turn(
            |alloc| {
                let flight = alloc.try_end_frame_in_flight()?;
                let report = flight.report();
                Ok::<_, FlightError>((flight, report))
            },
            |_, flight| drop(flight),
        );
        Ok(turned??)
    }

    /// [`next_frame_in_flight`](Self::next_frame_in_flight) and [`next_frame_with_promotions`](Self::next_frame_with_promotions) at once.
    ///
    /// # Panics
    /// As both of these.
    #[track_caller]
    pub fn next_frame_in_flight_with_promotions(&mut self) -> (FrameInFlight, Promotions) {
        self.try_next_frame_in_flight_with_promotions().unwrap_or_else(|full| refuse(&full))
    }

    /// Like [`next_frame_in_flight_with_promotions`](Self::next_frame_in_flight_with_promotions).
    ///
    /// # Errors
    /// As [`try_next_frame_in_flight`](Self::try_next_frame_in_flight).
    ///
    /// # Panics
    /// As [`try_next_frame`](Self::try_next_frame); what was shared is dropped then.
    pub fn try_next_frame_in_flight_with_promotions(&mut self) -> Result<(FrameInFlight, Promotions), NextFlightError> {
        let turned = self.turn(
            |alloc| {
                let (flight, promotions) = alloc.try_end_frame_in_flight_with_promotions()?;
                let report = flight.report();
                Ok::<_, FlightError>(((flight, promotions), report))
            },
            |alloc, (_flight, promotions)| keep_promotions(alloc, promotions),
        );
        Ok(turned??)
    }

    /// Ends the frame by `end` and begins the next one, unless `end` returns an error: the frame is open then. `keep` gets the result if
    /// the begin panics.
    fn turn<R, E>(
        &mut self,
        end: impl FnOnce(&mut SmartAlloc) -> Result<(R, FrameReport), E>,
        keep: impl FnOnce(&mut SmartAlloc, R),
    ) -> Result<Result<R, E>, FrameHeldError> {
        let alloc = Shared::exclusive(&mut self.shared)?;
        self.refused_ends = 0;
        let ended = match catch_unwind(AssertUnwindSafe(|| end(alloc))) {
            Ok(Err(error)) => return Ok(Err(error)),
            Ok(Ok(ended)) => Ok(ended),
            Err(panic) => Err(panic),
        };
        // However the last one ended: what is outside frames (startup systems) has ended with it.
        let begun = catch_unwind(AssertUnwindSafe(|| begin_next_frame(alloc)));
        match (ended, begun) {
            (Ok((result, report)), Ok(())) => {
                self.last_frame = report;
                Ok(Ok(result))
            }
            (Ok((result, _)), Err(panic)) => {
                keep(alloc, result);
                resume_unwind(panic)
            }
            (Err(panic), _) => resume_unwind(panic),
        }
    }

    /// Takes the allocator without a borrow of the world, for code that has the world exclusively. The frame does not end while the
    /// handle is alive.
    ///
    /// ```
    /// use framealloc_bevy::prelude::*;
    ///
    /// let mut alloc = AllocResource::<()>::new(AllocConfig::default());
    /// let handle = alloc.handle();
    /// let value = handle.frame_ref(7);
    /// let held = alloc.try_next_frame();
    /// assert_eq!(held.map_err(|held| held.handles), Err(1));
    /// assert_eq!(*value, 7);
    /// drop(handle);
    /// assert!(alloc.try_next_frame().is_ok());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn handle(&self) -> AllocHandle<M> {
        AllocHandle::new(&self.shared, Location::caller())
    }

    /// Returns the allocator exclusively, to end its frame by hand. [`DerefMut`] is its panicking form.
    ///
    /// # Errors
    /// If an [`AllocHandle`] is alive.
    pub fn try_exclusive(&mut self) -> Result<&mut SmartAlloc, FrameHeldError> {
        Shared::exclusive(&mut self.shared)
    }

    /// Reports that the frame could not end (FA104), the first, second, fourth … time in a row.
    pub(crate) fn report_held(&mut self, held: &FrameHeldError) {
        self.refused_ends += 1;
        if self.refused_ends.is_power_of_two() {
            // Not `raise`: that is delivered at the end of the frame, which may never come.
            Diagnostic::new("FA104", Level::Warning, format!("{held}"))
                .with_help("drop the handle before the system, command or task that made it returns; do not store it")
                .report();
        }
    }

    /// Whether the frame is still open because a handle was alive when it was to end.
    pub(crate) fn end_was_refused(&self) -> bool {
        self.refused_ends > 0
    }

    /// Notes whether the open frame was begun by `FrameEnd`; returns what was noted before.
    pub(crate) fn set_begun_by_end(&mut self, begun: bool) -> bool {
        core::mem::replace(&mut self.begun_by_end, begun)
    }

    /// Returns what the last frame used: bytes and high-water over all threads.
    #[must_use]
    pub fn last_frame(&self) -> FrameReport {
        self.last_frame
    }
}

/// The time before the first frame.
#[derive(Default)]
struct Outside {
    /// What had been taken when the startup schedules began, if they did.
    before_startup: Option<usize>,
    startup_bytes: usize,
}

impl<M: Send + Sync + 'static> Drop for AllocResource<M> {
    fn drop(&mut self) {
        if self.outside.is_none() || self.frame_number() > 0 || std::thread::panicking() {
            return;
        }
        let Ok(alloc) = Shared::exclusive(&mut self.shared) else { return };
        let held = held_bytes(alloc);
        if held > 0 {
            report_before_frames(held, "and no frame ever began");
        }
    }
}

#[cold]
#[inline(never)]
fn report_before_frames(bytes: usize, when: &str) {
    Diagnostic::new("FA105", Level::Warning, format!("{bytes} bytes of frame memory were taken {when}"))
        .with_help("nothing takes them back until a frame begins: a program that runs schedules by hand runs `FrameBegin` first")
        .report();
}

impl<M: Send + Sync + 'static> Default for AllocResource<M> {
    fn default() -> Self {
        Self::new(AllocConfig::default())
    }
}

impl<M: Send + Sync + 'static> Deref for AllocResource<M> {
    type Target = SmartAlloc;

    #[inline(always)]
    fn deref(&self) -> &SmartAlloc {
        self.shared.alloc()
    }
}

impl<M: Send + Sync + 'static> DerefMut for AllocResource<M> {
    /// # Panics
    /// If an [`AllocHandle`] is alive: [`try_exclusive`](AllocResource::try_exclusive) tells before.
    #[inline]
    #[track_caller]
    fn deref_mut(&mut self) -> &mut SmartAlloc {
        self.try_exclusive().unwrap_or_else(|held| refuse(&held))
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for AllocResource<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllocResource")
            .field("alloc", self.shared.alloc())
            .field("last_frame", &self.last_frame)
            .finish_non_exhaustive()
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse(why: &dyn fmt::Display) -> ! {
    panic!("{why}")
}
