//! Where pools, handles and promotions notify the behaviour filter of what they do. With the feature `memory_filter`; nothing
//! without it.

#[cfg(not(feature = "memory_filter"))]
mod off;
#[cfg(feature = "memory_filter")]
mod on;
#[cfg(feature = "memory_filter")]
mod sample;
#[cfg(feature = "memory_filter")]
pub(crate) mod state;

#[cfg(not(feature = "memory_filter"))]
pub(crate) use off::*;
#[cfg(feature = "memory_filter")]
pub(crate) use on::*;
