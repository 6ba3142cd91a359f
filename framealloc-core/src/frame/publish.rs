//! Publication: the newest frame, for readers that never wait.

use core::fmt;
use core::ops::Deref;

use super::{FlightError, FrameHandle, FrameInFlight};
use crate::SmartAlloc;
use crate::panics::{first_panic, resume};
use crate::raw::frames::flights::flight::Flight;
use crate::raw::frames::flights::publication::{Publisher, Reader, Reading};
use crate::raw::frames::report::FrameReport;

/// Makes frames the newest, for any number of readers on any threads.
///
/// [`publish`](Self::publish) ends a frame in flight, and what its `root` leads to is what [`FrameReader::latest`] finds from then
/// on. No reader waits for the publisher, and it waits for none.
///
/// ```
/// use framealloc_core::{AllocConfig, FrameHandle, FramePublisher, SmartAlloc};
///
/// struct Mix {
///     volume: f32,
///     voices: FrameHandle<[u32]>,
/// }
///
/// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(2));
/// let mut publisher = FramePublisher::<Mix>::new();
/// let mut reader = publisher.reader(); // `Send`: it moves into the callback
/// let audio = std::thread::spawn(move || {
///     loop {
///         // No lock, no allocation, no destructor.
///         if let Some(mix) = reader.latest() {
///             let voices = mix.get(mix.voices).unwrap_or_default();
///             break mix.volume * voices.len() as f32;
///         }
///         std::thread::yield_now();
///     }
/// });
///
/// alloc.begin_frame();
/// let voices = alloc.frame_share_slice_copy(&[3, 1, 2]);
/// let mix = alloc.frame_share(Mix { volume: 0.5, voices });
/// let report = publisher.publish(&mut alloc, mix)?;
/// assert_eq!(report.frame, 1);
/// assert_eq!(audio.join().ok(), Some(1.5));
/// # Ok::<(), framealloc_core::FlightError>(())
/// ```
///
/// A frame that was replaced ends when a later call of the publisher finds that no reader has it: its values drop there, on the
/// thread of the publisher, and its memory goes back to its allocator. Two frames must be allowed to be in flight, the newest and
/// the one that replaces it: [`AllocConfig::with_frames_in_flight`](crate::AllocConfig::with_frames_in_flight). A third one lets a
/// reader be a frame behind without anything going unpublished.
///
/// A publisher that is dropped leaves the newest frame to its readers. Whoever goes last drops it: a callback that must run no
/// destructor [retires](crate::RetireQueue::retire) its reader.
///
/// # Panics
/// If the drop of a shared value panics, dropping the publisher, or what is last, does. All values are dropped all the same.
pub struct FramePublisher<R: ?Sized>(Publisher<R>);

impl<R: ?Sized + Send + Sync + 'static> FramePublisher<R> {
    /// Makes one that has published nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(Publisher::new())
    }

    /// Makes a reader. It may allocate, which reading never does.
    #[must_use]
    pub fn reader(&self) -> FrameReader<R> {
        FrameReader(self.0.reader())
    }

    /// Ends the frame, and makes `root` the newest for all readers. Where it cannot be published, the frame ends as by
    /// [`SmartAlloc::end_frame`], and readers keep what they have: a loop goes on, and the error tells.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, FlightError, FramePublisher, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(2));
    /// let mut publisher = FramePublisher::<u32>::new();
    /// let mut stalls = publisher.reader();
    /// let mut publish = |number| {
    ///     alloc.begin_frame();
    ///     let root = alloc.frame_share(number);
    ///     publisher.publish(&mut alloc, root)
    /// };
    ///
    /// publish(1)?;
    /// let held = stalls.latest();
    /// publish(2)?;
    /// // Two may be in flight: that which is read, and the newest.
    /// assert!(matches!(publish(3), Err(FlightError::Unpublished { limit: 2, report }) if report.frame == 3));
    /// drop(held);
    /// publish(4)?;
    /// assert_eq!(stalls.latest().as_deref(), Some(&4));
    /// # Ok::<(), FlightError>(())
    /// ```
    ///
    /// # Errors
    /// [`FlightError::Unpublished`]: as many frames are in flight as may be; this one has ended.
    /// [`FlightError::ForeignRoot`]: `root` was not shared in this frame, of this allocator. Then the frame is still open.
    ///
    /// # Panics
    /// If the drop of a value panics, one of an older frame or a retained one, or if a subscriber does, or a diagnostic in strict
    /// mode. The frame has been published or has ended by then.
    pub fn publish(&mut self, alloc: &mut SmartAlloc, root: FrameHandle<R>) -> Result<FrameReport, FlightError> {
        let mut panicked = self.0.end_unread();
        let published = self.end_published(alloc, root, &mut panicked).map_err(|error| match error {
            FlightError::LimitReached { limit } => {
                let (report, panic) = alloc.end_frame_caught(None);
                first_panic(&mut panicked, panic);
                FlightError::Unpublished { limit, report }
            }
            error => error,
        });
        resume(panicked);
        published
    }

    /// Like [`Self::publish`], but the frame does not end where it cannot be published: sharing may go on.
    ///
    /// # Errors
    /// [`FlightError::LimitReached`] and [`FlightError::ForeignRoot`]; the frame is still open, and nothing has changed.
    ///
    /// # Panics
    /// If the drop of a value panics, one of an older frame or a retained one, or if a subscriber does, or a diagnostic in strict
    /// mode. The frame has been published by then, if it could be.
    pub fn try_publish(&mut self, alloc: &mut SmartAlloc, root: FrameHandle<R>) -> Result<FrameReport, FlightError> {
        let mut panicked = self.0.end_unread();
        let published = self.end_published(alloc, root, &mut panicked);
        resume(panicked);
        published
    }

    /// Makes a frame the newest that is in flight already, which others may hold as well: one that ended with promotions, or the
    /// one that a renderer was sent.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, FramePublisher, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(2));
    /// let mut publisher = FramePublisher::new();
    /// let name = alloc.frame_share_str("harbour");
    /// let (flight, _promotions) = alloc.end_frame_in_flight_with_promotions();
    /// assert!(publisher.publish_flight(flight, name).is_ok());
    /// assert_eq!(publisher.reader().latest().as_deref(), Some("harbour"));
    /// ```
    ///
    /// # Errors
    /// The flight, if `root` was not shared in its frame.
    ///
    /// # Panics
    /// If the drop of a value of an older frame panics. The frame has been published by then.
    pub fn publish_flight(&mut self, flight: FrameInFlight, root: FrameHandle<R>) -> Result<(), FrameInFlight> {
        self.0.show(flight.0, root.into_shared()).map_err(FrameInFlight)?;
        resume(self.0.end_unread());
        Ok(())
    }

    /// Ends the frames that were replaced and that no reader has any more, as each publication does. Returns how many are left,
    /// which readers have. Their values drop here.
    ///
    /// A publisher that waits until it may publish calls this, as readers give nothing back by themselves:
    /// [`SmartAlloc::wait_for_flights`] would wait for what only this does.
    ///
    /// # Panics
    /// If the drop of a value panics.
    pub fn reclaim(&mut self) -> usize {
        resume(self.0.end_unread());
        self.0.replaced()
    }

    /// Ends the frame in flight and publishes it, or changes nothing. The values of what was replaced drop.
    fn end_published(
        &mut self,
        alloc: &mut SmartAlloc,
        root: FrameHandle<R>,
        panicked: &mut Option<crate::panics::Payload>,
    ) -> Result<FrameReport, FlightError> {
        root.get(alloc).ok_or(FlightError::ForeignRoot)?;
        let limit = alloc.may_be_in_flight()?;
        let (flight, panic) = alloc.end_in_flight_caught(None).ok_or(FlightError::LimitReached { limit })?;
        first_panic(panicked, panic);
        let report = flight.report();
        // It is of this flight: `root` was of the frame that ended.
        self.0.show(flight, root.into_shared()).map_err(|_| FlightError::ForeignRoot)?;
        first_panic(panicked, self.0.end_unread());
        Ok(report)
    }
}

impl<R: ?Sized + Send + Sync + 'static> Default for FramePublisher<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: ?Sized> fmt::Debug for FramePublisher<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FramePublisher").field("root", &core::any::type_name::<R>()).finish_non_exhaustive()
    }
}

/// Finds the newest frame that was published, at any time, from any thread: an audio callback, the network, a debug overlay.
///
/// [`FramePublisher`] has an example. A reader is `Send`, and each thread has its own; [`clone`](Clone::clone) makes another one,
/// which may allocate.
pub struct FrameReader<R: ?Sized>(Reader<R>);

impl<R: ?Sized> FrameReader<R> {
    /// Returns the newest frame, or `None` before the first one.
    ///
    /// It is wait-free: an exchange in memory of this reader and three loads, whatever others do. It takes no lock, calls no
    /// allocator and runs no destructor, and neither does the drop of what it returns. What a reader holds, the publisher cannot
    /// end: hold it for as long as it is read, not longer.
    ///
    /// One reader reads one frame at a time:
    ///
    /// ```compile_fail,E0499
    /// # use framealloc_core::FramePublisher;
    /// let publisher = FramePublisher::<u32>::new();
    /// let mut reader = publisher.reader();
    /// let first = reader.latest();
    /// let second = reader.latest();
    /// println!("{first:?}");
    /// ```
    #[must_use]
    #[inline]
    pub fn latest(&mut self) -> Option<Published<'_, R>> {
        self.0.latest().map(Published)
    }
}

impl<R: ?Sized> Clone for FrameReader<R> {
    /// Makes another reader of the same frames.
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R: ?Sized> fmt::Debug for FrameReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameReader").field("root", &core::any::type_name::<R>()).finish_non_exhaustive()
    }
}

/// A published frame that a reader reads. It derefs to what was published.
#[must_use = "the frame is only held as long as this"]
pub struct Published<'r, R: ?Sized>(Reading<'r, R>);

impl<R: ?Sized> Published<'_, R> {
    /// Returns the value if it was shared in this frame: see [`FrameInFlight::get`].
    ///
    /// ```compile_fail,E0505
    /// # use framealloc_core::{AllocConfig, FrameHandle, FramePublisher, SmartAlloc};
    /// # fn read(name: FrameHandle<str>) -> Option<()> {
    /// let publisher = FramePublisher::<u32>::new();
    /// let mut reader = publisher.reader();
    /// let frame = reader.latest()?;
    /// let name = frame.get(name);
    /// drop(frame);
    /// println!("{name:?}");
    /// # Some(())
    /// # }
    /// ```
    #[must_use]
    #[inline]
    pub fn get<T: ?Sized>(&self, handle: FrameHandle<T>) -> Option<&T> {
        self.0.edition().flight()?.resolve(handle.into_shared())
    }

    /// Returns the number of the frame.
    #[must_use]
    pub fn frame_number(&self) -> u64 {
        self.report().frame
    }

    /// Returns what the frame used, as [`SmartAlloc::end_frame`] does.
    #[must_use]
    pub fn report(&self) -> FrameReport {
        self.0.edition().flight().map(Flight::report).unwrap_or_default()
    }
}

impl<R: ?Sized> Deref for Published<'_, R> {
    type Target = R;

    #[inline]
    fn deref(&self) -> &R {
        self.0.edition().value()
    }
}

impl<R: ?Sized + fmt::Debug> fmt::Debug for Published<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Published").field(&&**self).finish()
    }
}
