//! Frames in flight: what an ended frame shared is read while the next ones run.

use core::fmt;
use core::time::Duration;

use super::{FrameHandle, Promotions};
use crate::SmartAlloc;
use crate::panics::{first_panic, resume};
use crate::raw::frames::flights::flight::Flight;
use crate::raw::frames::report::FrameReport;

/// What an ended frame shared, for as long as anybody holds this or a clone of it.
///
/// [`SmartAlloc::end_frame_in_flight`] makes it: the simulation goes on with the next frame, while a renderer on another thread
/// reads this one. It holds the shared values and their memory, and nothing of the scratch of the frame.
///
/// ```
/// use framealloc_core::{AllocConfig, FrameHandle, FrameInFlight, SmartAlloc};
///
/// struct Scene {
///     draws: FrameHandle<[u32]>,
/// }
///
/// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
/// alloc.begin_frame();
/// let draws = alloc.frame_share_slice_from_iter((0..100).filter(|id| id % 7 == 0));
/// let scene = alloc.frame_share(Scene { draws });
/// let flight: FrameInFlight = alloc.end_frame_in_flight();
///
/// let renderer = std::thread::spawn(move || {
///     let scene = flight.get(scene)?;
///     Some(flight.get(scene.draws)?.len())
/// }); // the last holder is gone: the values drop, and their memory goes back to the allocator
///
/// alloc.begin_frame(); // meanwhile
/// alloc.frame_share(Scene { draws });
/// # alloc.end_frame();
/// assert_eq!(renderer.join().ok().flatten(), Some(15));
/// ```
///
/// The last holder drops the values, on its thread: those of each thread that shared some newest first, the threads in the order
/// they came to the allocator. Then the memory goes back without a lock. An allocator that is gone by then needs none: it is freed.
///
/// # Panics
/// If the drop of a shared value panics, dropping the last holder does. By then all values are dropped, the memory is back and who
/// waits for it was woken. While a panic unwinds already, the second one is not resumed.
#[must_use = "what the frame shared is dropped with it"]
pub struct FrameInFlight(pub(super) Flight);

impl FrameInFlight {
    /// Returns the value if it was shared in this frame, of this allocator.
    ///
    /// ```compile_fail,E0505
    /// # use framealloc_core::{AllocConfig, SmartAlloc};
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    /// let name = alloc.frame_share_str("harbour");
    /// let flight = alloc.end_frame_in_flight();
    /// let name = flight.get(name);
    /// drop(flight);
    /// println!("{name:?}");
    /// ```
    #[must_use]
    #[inline]
    pub fn get<T: ?Sized>(&self, handle: FrameHandle<T>) -> Option<&T> {
        self.0.resolve(handle.into_shared())
    }

    /// Returns the number of the frame.
    #[must_use]
    pub fn frame_number(&self) -> u64 {
        self.0.report().frame
    }

    /// Returns what the frame used, as [`SmartAlloc::end_frame`] does.
    #[must_use]
    pub fn report(&self) -> FrameReport {
        self.0.report()
    }

    /// Returns the bytes of what the frame shared, with padding, and those that were served from the heap.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

impl Clone for FrameInFlight {
    /// Makes another holder of the same frame. It is still one frame in flight.
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for FrameInFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameInFlight")
            .field("frame_number", &self.frame_number())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

/// Why a frame did not end in flight, or was not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlightError {
    /// As many frames are in flight as may be. The frame is still open, and nothing has changed.
    LimitReached {
        /// How many may be: [`AllocConfig::with_frames_in_flight`](crate::AllocConfig::with_frames_in_flight).
        limit: usize,
    },
    /// What was to be published was not shared in this frame, or by another allocator. The frame is still open, and nothing has
    /// changed.
    ForeignRoot,
    /// As many frames are in flight as may be, and [`FramePublisher::publish`](crate::FramePublisher::publish) ended the frame
    /// without publishing it.
    Unpublished {
        /// How many may be: [`AllocConfig::with_frames_in_flight`](crate::AllocConfig::with_frames_in_flight).
        limit: usize,
        /// What the frame used.
        report: FrameReport,
    },
}

impl fmt::Display for FlightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LimitReached { limit: 0 } => {
                f.write_str("no frame may be in flight: `AllocConfig::with_frames_in_flight` says how many may")
            }
            Self::LimitReached { limit } => {
                write!(f, "{limit} of {limit} frames are in flight: `wait_for_flights` waits until one is not")
            }
            Self::ForeignRoot => {
                f.write_str("the root was not shared in the frame that is open, by the allocator that ends it")
            }
            Self::Unpublished { limit: limit @ (0 | 1), .. } => write!(
                f,
                "the frame ended unpublished: {limit} may be in flight, and while one is the newest no other can become it \
                 (`AllocConfig::with_frames_in_flight`)"
            ),
            Self::Unpublished { limit, .. } => {
                write!(
                    f,
                    "the frame ended unpublished: {limit} of {limit} frames are in flight, held by readers that stall"
                )
            }
        }
    }
}

impl core::error::Error for FlightError {}

/// What frames in flight hold, at the moment of asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlightStats {
    /// Frames in flight.
    pub frames: usize,
    /// How many may be.
    pub limit: usize,
    /// Bytes of what they shared. They are held beside those of the open frame, and count against the budget of the allocator.
    pub bytes: usize,
    /// Bytes that they hold from the global allocator.
    pub capacity: usize,
    /// How often one more was refused in the frame that ended last, by an error or a panic.
    pub refused: u64,
}

impl SmartAlloc {
    /// Ends the frame as [`SmartAlloc::end_frame`] does, but what was shared lives on with what is returned, and is not dropped
    /// before that is.
    ///
    /// [`FrameInFlight`] has an example.
    ///
    /// # Panics
    /// If as many frames are in flight as may be; then the frame is still open. If the drop of a retained value panics, a subscriber
    /// does, or a diagnostic in strict mode; then the frame has ended, and what it shared is dropped.
    #[track_caller]
    pub fn end_frame_in_flight(&mut self) -> FrameInFlight {
        self.try_end_frame_in_flight().unwrap_or_else(|error| refuse(error))
    }

    /// Like [`Self::end_frame_in_flight`].
    ///
    /// ```
    /// use core::time::Duration;
    /// use framealloc_core::{AllocConfig, FlightError, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    /// alloc.begin_frame();
    /// let flight = alloc.end_frame_in_flight();
    ///
    /// alloc.begin_frame();
    /// let name = alloc.frame_share_str("harbour");
    /// assert_eq!(alloc.try_end_frame_in_flight().err(), Some(FlightError::LimitReached { limit: 1 }));
    /// assert_eq!((alloc.is_in_frame(), name.get(&alloc)), (true, Some("harbour")));
    ///
    /// drop(flight);
    /// assert!(alloc.wait_for_flights(0, Duration::from_millis(16)));
    /// assert!(alloc.try_end_frame_in_flight().is_ok());
    /// ```
    ///
    /// # Errors
    /// If as many frames are in flight as may be. The frame is still open then, and nothing has changed.
    ///
    /// # Panics
    /// If the drop of a retained value panics, a subscriber does, or a diagnostic in strict mode: see
    /// [`Self::end_frame_in_flight`].
    pub fn try_end_frame_in_flight(&mut self) -> Result<FrameInFlight, FlightError> {
        let limit = self.may_be_in_flight()?;
        let (flight, panicked) = self.end_in_flight_caught(None).ok_or(FlightError::LimitReached { limit })?;
        // Where it is resumed, the flight drops.
        resume(panicked);
        Ok(FrameInFlight(flight))
    }

    /// Ends the frame in flight and moves retained values to where their policies say:
    /// [`end_frame_in_flight`](Self::end_frame_in_flight) and [`end_frame_with_promotions`](Self::end_frame_with_promotions) at once.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, RetentionPolicy, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    /// alloc.begin_frame();
    /// let path = alloc.frame_share_slice_copy(&[3, 1, 2]);
    /// let key = alloc.frame_retain([0_u8; 16], RetentionPolicy::PromoteToPool).key();
    /// let (flight, mut promotions) = alloc.end_frame_in_flight_with_promotions();
    /// assert_eq!(flight.get(path), Some(&[3, 1, 2][..]));
    /// assert!(promotions.take(key).is_some());
    /// ```
    ///
    /// # Panics
    /// If as many frames are in flight as may be; then the frame is still open, and nothing was moved. Else as both of these.
    #[track_caller]
    pub fn end_frame_in_flight_with_promotions(&mut self) -> (FrameInFlight, Promotions) {
        self.try_end_frame_in_flight_with_promotions().unwrap_or_else(|error| refuse(error))
    }

    /// Like [`Self::end_frame_in_flight_with_promotions`].
    ///
    /// # Errors
    /// If as many frames are in flight as may be. The frame is still open then, and nothing has changed.
    ///
    /// # Panics
    /// As [`end_frame_with_promotions`](Self::end_frame_with_promotions); what the frame shared is dropped then.
    pub fn try_end_frame_in_flight_with_promotions(&mut self) -> Result<(FrameInFlight, Promotions), FlightError> {
        self.may_be_in_flight()?;
        let mut flight = None;
        let promotions = self.end_promoting(|alloc, summary, panicked| {
            let (held, panic) = alloc.end_in_flight_caught(Some(summary))?;
            first_panic(panicked, panic);
            let report = held.report();
            flight = Some(held);
            Some(report)
        });
        let limit = self.config().frames_in_flight();
        let flight = flight.ok_or(FlightError::LimitReached { limit })?;
        Ok((FrameInFlight(flight), promotions))
    }

    /// Waits until at most `at_most` frames are in flight, but not longer than `timeout`. Returns whether that is so.
    ///
    /// The thread sleeps meanwhile. One that holds a flight itself waits for nothing but the timeout, as long as `at_most` is
    /// below what it holds.
    #[must_use]
    pub fn wait_for_flights(&self, at_most: usize, timeout: Duration) -> bool {
        self.returns().is_none_or(|returns| returns.wait(at_most, timeout))
    }

    /// Returns what frames in flight hold now. Makes no call to the global allocator.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(2));
    /// alloc.begin_frame();
    /// alloc.frame_share_slice_copy(&[0_u64; 100]);
    /// let flight = alloc.end_frame_in_flight();
    /// let stats = alloc.flight_stats();
    /// assert_eq!((stats.frames, stats.limit, stats.bytes), (1, 2, flight.bytes()));
    /// drop(flight);
    /// assert_eq!(alloc.flight_stats().bytes, 0);
    /// ```
    #[must_use]
    pub fn flight_stats(&self) -> FlightStats {
        let figures = self.flight_figures();
        FlightStats {
            frames: figures.held,
            limit: self.config().frames_in_flight(),
            bytes: figures.bytes,
            capacity: figures.reserved,
            refused: self.flights_refused(),
        }
    }

    /// The limit, unless it is reached, which counts as a refusal.
    pub(super) fn may_be_in_flight(&mut self) -> Result<usize, FlightError> {
        let limit = self.config().frames_in_flight();
        let held = self.flight_figures().held;
        if held < limit {
            return Ok(limit);
        }
        self.count_refused_flight();
        Err(FlightError::LimitReached { limit })
    }
}

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn refuse(error: FlightError) -> ! {
    panic!("{error}")
}
