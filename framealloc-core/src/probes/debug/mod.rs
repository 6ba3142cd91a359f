//! Trails of memory: who asked for it, and what became of it. With the feature `debug`; nothing without it.

#[cfg(not(feature = "debug"))]
mod off;
#[cfg(feature = "debug")]
mod on;

#[cfg(not(feature = "debug"))]
pub(crate) use off::*;
#[cfg(feature = "debug")]
pub(crate) use on::*;
