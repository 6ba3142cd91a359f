//! The public owners of what is in pools and on the heap. Their methods are in `pool` and `heap`, and here what is unsafe of
//! them.

use super::heap_counters::ASKED_FOR;
use super::owner::Vacant;
use super::refusals::{class_refusal, out_of_memory};
use super::request::{self, HeapMemory, HeapOwner, PoolMemory, PoolOwner, PoolRequest};
use crate::error::{AllocError, Failure};
use crate::tag::TagId;

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

/// A place for a `T` in a pool, uninitialised. Dropping it frees the place.
///
/// ```
/// let slot = framealloc_core::pool::slot::<[u64; 4]>();
/// let value = slot.write([1, 2, 3, 4]);
/// assert_eq!(value.iter().sum::<u64>(), 10);
/// ```
#[repr(transparent)]
#[must_use = "dropping the slot frees it"]
pub struct PoolSlot<T>(pub(crate) Vacant<T, PoolMemory>);

/// An owned value on the heap, attributed to a tag.
///
/// One word, `'static`, and as `Send` and `Sync` as its value. It may be dropped on any thread, and may outlive the allocator it
/// was made through; its bytes count for its tag until it is dropped.
///
/// ```
/// use framealloc_core::{Tag, heap};
///
/// static LEVEL: Tag = Tag::new("level");
///
/// let map = heap::boxed([0_u8; 4096], LEVEL.id());
/// assert_eq!(heap::tag_stats(LEVEL.id()).live_bytes, 4096);
/// drop(map);
/// assert_eq!(heap::tag_stats(LEVEL.id()).live_bytes, 0);
/// ```
#[repr(transparent)]
pub struct HeapBox<T: ?Sized>(pub(crate) HeapOwner<T>);

/// A place for a `T` on the heap, uninitialised. Dropping it frees the place.
#[repr(transparent)]
#[must_use = "dropping the slot frees it"]
pub struct HeapSlot<T>(pub(crate) Vacant<T, HeapMemory>);

impl<T> PoolSlot<T> {
    /// A place in the pool of the size.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn find(request: PoolRequest) -> Result<Self, AllocError> {
        match request::pool_slot(request) {
            Ok(slot) => Ok(Self(slot)),
            Err(denied) => Err(class_refusal(denied, size_of::<T>())),
        }
    }
}

impl<T> HeapSlot<T> {
    /// A place on the heap, attributed to `tag`.
    #[inline]
    pub(crate) fn find<E: Failure>(tag: TagId) -> Result<Self, E> {
        let slot = request::heap_slot(ASKED_FOR.of(tag));
        slot.map(Self).map_err(|_| E::fail(out_of_memory(size_of::<T>())))
    }
}
