//! `PoolBox`: an owned value in a slot of a pool.

use core::pin::Pin;

use crate::box_traits::box_traits;
use crate::raw::route::PoolOwner;

/// An owned value in a pool: a `Box` whose memory is reused rather than given back.
///
/// One word, `'static`, and as `Send` and `Sync` as its value. It may be dropped on any thread, and may outlive the allocator it
/// was made through. `size_of::<T>()` bytes over 8 KiB or aligned to more than 4096 are on the heap, a `T` without bytes takes
/// nothing.
///
/// As with `Box`, dropping a very long chain of boxes in boxes recurses once per link: take such a chain apart in a loop.
///
/// [`pool_unsize!`](crate::pool_unsize) makes a `PoolBox<dyn Trait>` or a `PoolBox<[T]>` of one.
///
/// ```
/// use framealloc_core::pool::{self, PoolBox};
///
/// let bullet: PoolBox<[f32; 3]> = pool::boxed([0.0, 1.0, 2.0]);
/// std::thread::spawn(move || assert_eq!(bullet[2], 2.0)).join().unwrap();
/// ```
#[repr(transparent)]
pub struct PoolBox<T: ?Sized>(pub(crate) PoolOwner<T>);

box_traits!(PoolBox);

impl<T: ?Sized> PoolBox<T> {
    /// Pins the value: its slot is not reused before it is dropped.
    #[inline]
    #[must_use]
    pub fn into_pin(this: Self) -> Pin<Self> {
        crate::raw::from_raw::pin_pool_box(this)
    }
}

impl<T: ?Sized> From<PoolBox<T>> for Pin<PoolBox<T>> {
    fn from(this: PoolBox<T>) -> Self {
        PoolBox::into_pin(this)
    }
}
