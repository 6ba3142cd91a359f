//! Probes: where the code below reports what it does to whoever may look.
//!
//! Each is two whole files, on and off, with the same names: whoever calls one has no condition of its own, and without the
//! feature a call is nothing. A probe knows none of the rooms that call it.

pub(crate) mod debug;
pub(crate) mod filter;
