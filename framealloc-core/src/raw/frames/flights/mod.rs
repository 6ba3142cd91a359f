//! Frames in flight: what an ended frame shared lives on, with whoever holds its flight.
//!
//! A flight takes the memory of shared values, and the lists they drop by, out of the arenas at the end of the frame. The
//! allocator goes on with other memory: that of flights that came back.

pub(crate) mod ending;
pub(crate) mod flight;
pub(crate) mod loading;
pub(crate) mod publication;
pub(crate) mod returns;
