//! `#[frame_system(in_flight)]`: the whole frame, which ends in flight.

use super::Site;
use crate::site::apart;
use crate::{FlightError, FrameInFlight, SmartAlloc};

/// As `whole_frame`, but what the body shared lives on with the second value. A body that panics has no place for it: the frame
/// ends plainly then, as it does at the limit.
#[track_caller]
pub fn whole_frame_in_flight<R, F: Flight>(
    alloc: &mut SmartAlloc,
    site: &'static Site,
    body: impl FnOnce(&SmartAlloc) -> R,
) -> (R, F) {
    // First the guard: where the begin panics, the frame ends all the same.
    let mut frame = OpenFrame { alloc, is_open: true };
    frame.alloc.begin_frame();
    let result = super::in_whole_frame(frame.alloc, site, body);
    // Whatever panics from here on, the frame has ended.
    frame.is_open = false;
    let ended = frame.alloc.try_end_frame_in_flight();
    if ended.is_err() {
        frame.alloc.end_frame();
    }
    (result, F::from_end(ended))
}

/// [`whole_frame_in_flight`] for a function that declares an effect.
#[track_caller]
pub fn whole_frame_in_flight_apart<R, F: Flight>(
    alloc: &mut SmartAlloc,
    site: &'static Site,
    body: impl FnOnce(&SmartAlloc) -> R,
) -> (R, F) {
    whole_frame_in_flight(alloc, site, |alloc| apart(body, alloc))
}

/// Ends the frame when it is dropped, if it is open still.
struct OpenFrame<'a> {
    alloc: &'a mut SmartAlloc,
    is_open: bool,
}

impl Drop for OpenFrame<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.alloc.end_frame();
        }
    }
}

/// What a system may return its flight as.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the flight of a frame",
    label = "`in_flight` returns the flight here",
    note = "it is a `FrameInFlight`, or a `Result<FrameInFlight, FlightError>` where the limit may be reached"
)]
pub trait Flight: Sized {
    /// Makes it of how the frame ended.
    #[track_caller]
    fn from_end(ended: Result<FrameInFlight, FlightError>) -> Self;
}

impl Flight for FrameInFlight {
    #[track_caller]
    fn from_end(ended: Result<Self, FlightError>) -> Self {
        ended.unwrap_or_else(|full| crate::frame::flight::refuse(full))
    }
}

impl Flight for Result<FrameInFlight, FlightError> {
    fn from_end(ended: Self) -> Self {
        ended
    }
}
