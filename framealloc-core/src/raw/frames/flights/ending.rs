//! The end of a frame that goes on in flight, and what becomes of flights that came back.

use core::ptr::NonNull;
use std::sync::Arc;

use super::flight::{Flight, FlightInner};
use super::returns::Returns;
use crate::closed;
use crate::panics::Payload;
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::promotions::PromotionSummary;
use crate::raw::global::zone::HeapZone;
use crate::sync::Relaxed;

/// What is held of ended frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlightFigures {
    pub(crate) held: usize,
    pub(crate) bytes: usize,
    pub(crate) reserved: usize,
}

impl SmartAlloc {
    pub(crate) fn returns(&self) -> Option<&Arc<Returns>> {
        self.inner().returns.as_ref()
    }

    pub(crate) fn flight_figures(&self) -> FlightFigures {
        let held = self.returns().map_or(0, |returns| returns.held());
        let (mut bytes, mut reserved) = (0, 0);
        if held > 0 {
            // SAFETY: it changes under `&mut SmartAlloc` only (I5).
            for flying in unsafe { &(*self.frame_state()).flying } {
                bytes += flying.bytes.load(Relaxed);
                reserved += flying.reserved.load(Relaxed);
            }
        }
        FlightFigures { held, bytes, reserved }
    }

    /// An end in flight was refused.
    #[cold]
    pub(crate) fn count_refused_flight(&mut self) {
        // SAFETY: `self` is exclusive (I5).
        unsafe { (*self.frame_state()).flights_refused[0] += 1 };
    }

    /// Ends in flight that were refused in the frame that ended last.
    pub(crate) fn flights_refused(&self) -> u64 {
        // SAFETY: it is written under `&mut SmartAlloc` only (I5).
        unsafe { (*self.frame_state()).flights_refused[1] }
    }

    /// Ends the frame, whose shared values go on with the flight. Returns the first panic as well; without frames in flight
    /// (`None`) nothing happens.
    pub(crate) fn end_in_flight_caught(
        &mut self,
        promoted: Option<&PromotionSummary>,
    ) -> Option<(Flight, Option<Payload>)> {
        let returns = Arc::clone(self.returns()?);
        self.take_flights_in();
        let inner = self.empty_flight();
        // SAFETY: nobody else has it.
        unsafe {
            let flight = &mut *inner.as_ptr();
            (flight.allocator, flight.frames_ended) = (self.id(), self.frames_ended());
            (flight.bytes, flight.used) = (0, 0);
        }
        let mut flight = None;
        let panicked = self.end_frame_and(Some(inner), promoted, |report| {
            // SAFETY: nobody else has it; all arenas have been asked for what they share.
            flight = Some(unsafe {
                (*inner.as_ptr()).report = report;
                Flight::start(inner, returns)
            });
        });
        flight.map(|flight| (flight, panicked.1))
    }

    /// One without memory, the one used last if there is any.
    #[inline(never)]
    fn empty_flight(&mut self) -> NonNull<FlightInner> {
        // SAFETY: `self` is exclusive (I5).
        let spare = unsafe { (&mut (*self.frame_state()).spare_flights).pop() };
        spare.unwrap_or_else(|| {
            let _growth = HeapZone::growth();
            closed::table_grows(self.inner().sealed_by(), "frames in flight", size_of::<FlightInner>());
            let flying = Arc::default();
            // SAFETY: `self` is exclusive (I5).
            unsafe { (&mut (*self.frame_state()).flying).push(Arc::clone(&flying)) };
            NonNull::from(Box::leak(Box::new(FlightInner::new(flying))))
        })
    }

    /// Gives the memory of flights that came back to the arenas that it is from.
    #[inline(never)]
    pub(in crate::raw::frames) fn take_flights_in(&mut self) {
        let Some(mut next) = self.returns().and_then(|returns| returns.take_returned()) else { return };
        let _growth = HeapZone::growth();
        loop {
            // SAFETY: in the list it was nobody's, and it was taken out with all before it (I27); no user code runs here.
            let flight = unsafe { &mut *next.as_ptr() };
            flight.is_ours();
            let used = core::mem::take(&mut flight.used);
            for parcel in &mut flight.parcels[..used] {
                if let Some(arenas) = self.arenas_at(parcel.set) {
                    // SAFETY: `self` is exclusive, and arena sets live as long as the allocator (I2, I3).
                    unsafe { arenas.as_ref().take_in(parcel.tag, &mut parcel.chunks) };
                }
                parcel.chunks.clear();
            }
            let after = flight.next;
            // SAFETY: `self` is exclusive (I5).
            unsafe { (&mut (*self.frame_state()).spare_flights).push(next) };
            next = match NonNull::new(after) {
                Some(after) => after,
                None => break,
            };
        }
    }

    /// Frees flights that came back, and tells those that will that nobody is there.
    ///
    /// # Safety
    /// The allocator is going away.
    pub(in crate::raw::frames) unsafe fn close_returns(&mut self) {
        let mut returned = self.returns().and_then(|returns| returns.close());
        // SAFETY: by the contract and I27: each is a box turned into a pointer, in one list only.
        unsafe {
            while let Some(flight) = returned {
                (*flight.as_ptr()).is_ours();
                returned = NonNull::new((*flight.as_ptr()).next);
                drop(Box::from_raw(flight.as_ptr()));
            }
            for flight in (&mut (*self.frame_state()).spare_flights).drain(..) {
                drop(Box::from_raw(flight.as_ptr()));
            }
        }
    }
}
