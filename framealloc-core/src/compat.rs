//! Frame memory for collections that take an allocator: `&Frame` is an `Allocator`.
//!
//! With the feature `allocator-api2` the trait is that of the crate of this name, re-exported here; with `nightly` it is
//! the standard library's, which that crate then re-exports as well. Such a collection belongs to its frame like any
//! other frame value. It grows in place while it is the newest growable, and gives its memory back if it still is when
//! it is dropped. A refusal of a budget is an allocation failure to it, which most collections end the process with:
//! [`FrameVec`](crate::FrameVec) and [`FrameMap`](crate::FrameMap) report it.
//!
//! ```
//! # #[cfg(not(feature = "nightly"))] {
//! use framealloc_core::compat::allocator_api2::vec::Vec;
//!
//! let alloc = framealloc_core::SmartAlloc::default();
//! alloc.scoped(|frame| {
//!     let mut list = Vec::new_in(frame);
//!     list.extend([1, 2, 3]);
//!     assert_eq!(list.iter().sum::<i32>(), 6);
//! });
//! # }
//! ```

pub use allocator_api2;
