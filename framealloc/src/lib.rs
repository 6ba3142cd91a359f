//! Intent-aware, thread-smart memory allocation for Rust game engines.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub use framealloc_core::__private;
#[doc(inline)]
pub use framealloc_core::*;
#[doc(inline)]
pub use framealloc_macros::{Pooled, alloc_tag, frame_system, pooled};

#[cfg(feature = "declared-budgets")]
#[cfg_attr(docsrs, doc(cfg(feature = "declared-budgets")))]
#[doc(inline)]
pub use framealloc_macros::declared_budgets;

#[cfg(feature = "bevy")]
#[cfg_attr(docsrs, doc(cfg(feature = "bevy")))]
#[doc(inline)]
pub use framealloc_bevy as bevy;

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
