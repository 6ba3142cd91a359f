//! Intent-aware, thread-smart memory allocation for Rust game engines.
//!
//! Games know in advance how long most values live. Say so, and get memory that fits: frame arenas for what dies with the
//! frame, pools for what comes and goes, the heap and scratch regions for what stays. Steady frames make no call to the global
//! allocator, every byte is attributed to a tag, and a frame value that would outlive its frame is a compile error.
//!
//! # Which memory for which lifetime
//!
//! | you want | you call | it dies |
//! |---|---|---|
//! | scratch for this frame, any thread | [`frame_ref`](SmartAlloc::frame_ref), [`frame_box`](SmartAlloc::frame_box), `frame_slice_*`, [`frame_vec`](SmartAlloc::frame_vec), … | at [`end_frame`](SmartAlloc::end_frame) |
//! | scratch for this system only | the same inside [`#[frame_system]`](macro@frame_system) or [`scoped`](SmartAlloc::scoped) | when the scope closes |
//! | the hot loop | [`cursor`](SmartAlloc::cursor) | with the frame or scope |
//! | a value for a later system of this frame | [`frame_share`](SmartAlloc::frame_share), [`FrameHandle::get`] | with the frame |
//! | what a frame shared, while later ones run | [`end_frame_in_flight`](SmartAlloc::end_frame_in_flight), [`FrameInFlight::get`] | with its last holder |
//! | the newest frame, for whoever comes | [`FramePublisher::publish`], [`FrameReader::latest`] | once it is replaced and nobody reads it |
//! | an object that comes and goes | [`pool_box`](SmartAlloc::pool_box), types with [`#[pooled]`](macro@pooled) | on drop, on any thread |
//! | objects known by keys | [`PoolMap`] | on removal, or with the map |
//! | a `Vec` that keeps its buffer | [`RecyclePool`] | never: it comes back empty |
//! | something large or persistent | [`heap_box`](SmartAlloc::heap_box) | on drop |
//! | a level, a match, a subsystem | [`scratch`](SmartAlloc::scratch) | when the region is reset or dropped |
//! | a frame value that proved worth keeping | [`frame_retained`](SmartAlloc::frame_retained) | as its new home |
//! | a value for another thread | [`frame_box_for_transfer`](SmartAlloc::frame_box_for_transfer) | after receipt |
//!
//! # Thirty lines
//!
//! ```
//! use framealloc::{AllocConfig, Frame, FrameBox, Pooled, SmartAlloc, frame_system};
//!
//! #[derive(Pooled)]
//! #[pooled(capacity = 4096, tag = "weapons")]
//! struct Bullet {
//!     at: f32,
//! }
//!
//! /// A helper takes `&Frame`; what it returns lives as long as that frame.
//! fn near<'f>(frame: &'f Frame, bodies: &[f32], at: f32) -> FrameBox<'f, [u32]> {
//!     frame.frame_slice_from_iter((0_u32..).zip(bodies).filter(|(_, body)| (*body - at).abs() < 1.0).map(|(i, _)| i))
//! }
//!
//! /// Scratch of its own, gone when it returns; its cache-hot memory serves the next system.
//! #[frame_system(tag = "physics", budget = "64KiB")]
//! fn collide(alloc: &SmartAlloc, bodies: &[f32]) -> usize {
//!     let mut pairs = alloc.frame_vec();
//!     for (i, at) in bodies.iter().enumerate() {
//!         pairs.extend(near(alloc, bodies, *at).iter().map(|other| (i, *other)));
//!     }
//!     pairs.len() // returning `pairs` would be a compile error
//! }
//!
//! let mut alloc = SmartAlloc::new(AllocConfig::default());
//! let bodies = [0.0, 0.5, 7.0];
//! for _ in 0..3 {
//!     alloc.begin_frame();
//!     assert_eq!(collide(&alloc, &bodies), 5);
//!     let bullet = Bullet { at: 1.0 }.pooled(); // from the pool of the type, back to it on drop
//!     assert_eq!(bullet.at, 1.0);
//!     alloc.end_frame();
//! }
//! println!("{:#?}", alloc.stats().tag("physics"));
//! ```
//!
//! # Three rules
//!
//! - **Ending a frame takes `&mut`.** Exclusive access is the proof that nothing of the frame is in use, on any thread.
//! - **What needs no drop is a plain reference, a [`FrameBox`] runs its value's `Drop`** and must be gone before `end_frame`: close its
//!   block, or use [`whole_frame`](SmartAlloc::whole_frame).
//! - **Helpers take `&Frame`.** One that takes `&SmartAlloc` is given memory of the whole frame, even in a scope.
//!
//! # Attributes
//!
//! | attribute | on | options |
//! |---|---|---|
//! | [`#[frame_system]`](macro@frame_system) | a function: it has a scope inside the frame, or is the whole frame | `tag`, `budget`, `name`, `no_heap`, `no_block`, `out`, `alloc`, `crate` |
//! | [`#[alloc_tag("ai")]`](macro@alloc_tag) | functions, `async fn`, `impl` blocks: their memory is attributed to a tag | `alloc`, `crate` |
//! | [`#[pooled]`](macro@pooled), [`#[derive(Pooled)]`](derive@Pooled) | a type: it has a pool of its own | `capacity`, `grow`, `tag`, `prewarm`, `name`, `crate` |
//! | [`#[no_heap]`](macro@no_heap), [`#[no_block]`](macro@no_block) | functions, methods of traits, fields: the code behind it does not use the heap, does not wait | `crate` |
//! | [`#[effects]`](macro@effects) | a type: its fields may declare an effect | |
//!
//! `cargo fa`, from the crate `cargo-fa`, reads the same attributes and finds what types cannot see.
//!
//! # Where to look
//!
//! | | |
//! |---|---|
//! | memory of a frame | [`SmartAlloc`], [`Frame`], [`FrameBox`], [`FrameVec`], [`collections`], [`Cursor`] |
//! | objects | [`pool`], [`PoolBox`], [`PoolMap`], [`RecyclePool`], [`heap`] |
//! | longer than a frame | [`Scratch`], [`RetentionPolicy`], [`Promotions`], [`TransferHandle`] |
//! | threads | [`FrameBarrier`] |
//! | limits | [`AllocConfig`], [`Budget`], [`AllocError`] |
//! | seeing it | [`AllocStats`], [`FrameEvent`], [`Diagnostic`], [`Snapshot`], [`RecordOptions`], [`HeapGuard`] |
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `bevy` | the Bevy plugin, as `framealloc::bevy` |
//! | `check-tags`, `declared-budgets` | tags and budgets of `.fa.toml`, while the program compiles |
//! | `memory_filter` | the behaviour filter: what another kind of memory would serve better |
//! | `debug` | sites of allocations, writes outside of blocks |
//! | `diagnostics` | requests counted by tag, diagnostics as events of `tracing` |
//! | `tracy` | frames, plots and memory pools in Tracy |
//! | `rayon`, `serde`, `snapshot-json`, `allocator-api2`, `nightly`, `parking_lot` | bridges to other crates |
//! | `rtsan` | RealtimeSanitizer watches what declares an effect; needs a nightly |
//! | `web` (default) | in a browser, time comes from the page |
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub use framealloc_core::__private;
#[doc(inline)]
pub use framealloc_core::*;
#[doc(inline)]
pub use framealloc_macros::{
    Pooled, alloc_tag, effects, frame_closure, frame_system, frame_test, no_block, no_heap, pooled,
};

#[cfg(feature = "declared-budgets")]
#[cfg_attr(docsrs, doc(cfg(feature = "declared-budgets")))]
#[doc(inline)]
pub use framealloc_macros::declared_budgets;

#[cfg(feature = "bevy")]
#[cfg_attr(docsrs, doc(cfg(feature = "bevy")))]
#[doc(inline)]
pub use framealloc_bevy as bevy;

#[cfg(doctest)]
mod guide;
