//! Who asked for memory, and who wrote where nothing is: the feature `debug`.
//!
//! With the feature every block of frame memory and every object of a pool knows its *site*: the place in the program that
//! asked for it ([`AllocSite`]), with a backtrace if you wish ([`capture_backtraces`], or the environment variable
//! `FRAMEALLOC_BACKTRACE=1`). From this come
//!
//! - [`SmartAlloc::alive_at_frame_end`]: shared and retained values, forgotten boxes and vectors whose drop will never run, and
//!   scopes that were left open;
//! - [`pool_objects`] and [`leaks`]: the objects in pools that are alive, at any time, one by one or by site;
//! - [`corruptions`]: bytes behind or before a block, or in freed memory, that somebody changed.
//!
//! Freed memory is overwritten with `0xCD`, and blocks are kept at least 8 bytes apart. What lies between them is looked at when
//! the frame or scope ends, or the object is freed; what is free in a pool when it is handed out again. What is found is
//! printed, kept, or ends the program: [`set_reaction`]. Under the address sanitizer it is the sanitizer that finds these, at
//! the write itself.
//!
//! All of this costs time at every allocation: it is for finding faults, not for the game that ships.
//!
//! ```
//! use framealloc_core::{SmartAlloc, debug};
//!
//! let mut alloc = SmartAlloc::default();
//! alloc.begin_frame();
//! std::mem::forget(alloc.frame_box(String::from("never dropped")));
//! alloc.end_frame();
//! let alive = alloc.alive_at_frame_end();
//! assert_eq!(alive[0].kind, debug::FrameValueKind::Forgotten);
//! println!("{}", alive[0]); // alloc::string::String (24 bytes, (untagged)), made at src/main.rs:5:26, was forgotten: …
//!
//! let enemy = alloc.pool_box([0_u8; 40]);
//! println!("{}", debug::leaks()); // 1 object, 40 bytes, `[u8; 40]` …, made at src/main.rs:11:19
//! # drop(enemy);
//! ```
//!
//! # What it does not see
//! Where a map, a set or a collection of another crate asked for its block: a line of this crate is named. Values without
//! size. Values that a forgotten map, set or iterator owned. Overruns that jump over what lies between
//! two blocks, or that change no byte. Where the two ends of an arena meet, nothing lies between them. A write to frame memory
//! that is free again is found only where it touches a later block's surroundings. Types with an alignment over 4096, and over
//! 8 KiB, are listed as objects of pools, but the global allocator's memory around them is not watched.
//!
//! The tables have locks: unlike without the feature, a child between `fork` and `exec` must not use pools or frames.
//!
//! [`SmartAlloc::alive_at_frame_end`]: crate::SmartAlloc::alive_at_frame_end

pub(crate) mod corruption;
pub(crate) mod frames;
pub(crate) mod objects;
mod site;
pub(crate) mod table;

pub use corruption::{Corruption, CorruptionKind, Reaction, corruptions, set_reaction};
pub use frames::{FrameValue, FrameValueKind};
pub use objects::{Leak, LeakReport, PoolObject, leaks, pool_objects};
pub use site::{AllocSite, capture_backtraces};
