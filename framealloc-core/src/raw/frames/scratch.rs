//! What a scratch region owns beyond its frame memory: values that drop with it, wherever they are.

use core::alloc::Layout;
use core::mem::needs_drop;
use core::ptr::NonNull;
use std::sync::Arc;

use super::allocator::SmartAlloc;
use super::frame::Frame;
use super::scratch_region::{Inbox, Region};
use super::shared::{Node, drop_node};
use crate::error::Failure;
use crate::panics::{Payload, drop_caught, first_panic};
use crate::probes::debug::Trail;
use crate::raw::frames::lists::DropNode;
use crate::raw::frames::promotions::Name;

/// Named memory for a level, a match, a subsystem: like frame memory, but it lives until it is reset or dropped.
///
/// It derefs to [`SmartAlloc`], an allocator of its own: all calls for frame memory are there, for any number of threads,
/// and what they return borrows the region. [`reset`](Self::reset) takes `&mut`, so nothing that was allocated can be
/// used after it.
///
/// ```
/// use framealloc_core::SmartAlloc;
///
/// let mut alloc = SmartAlloc::default();
/// let mut level = alloc.scratch("level");
/// {
///     let spawn_points = level.frame_slice_copy(&[3, 1, 4]);
///     let names = level.keep(vec![String::from("north gate")]); // dropped by the reset
///     for _ in 0..3 {
///         alloc.whole_frame(|_| assert_eq!((spawn_points.len(), names.len()), (3, 1)));
///     }
/// }
/// level.reset();
/// ```
///
/// ```compile_fail,E0502
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut level = alloc.scratch("level");
/// let kept = level.keep(String::new());
/// level.reset();
/// println!("{kept}");
/// ```
pub struct Scratch {
    pub(crate) alloc: SmartAlloc,
    pub(crate) region: Arc<Region>,
}

impl Scratch {
    pub(crate) fn inbox(&self) -> &Inbox {
        &self.region.inbox
    }
}

/// The region of this name, the youngest if there are several.
pub(crate) fn find(alloc: &SmartAlloc, name: &str) -> Option<Arc<Region>> {
    alloc.inner().regions.alive().into_iter().rev().find(|region| *region.name == *name)
}

/// Moves `value` into the frame, to be dropped at its reset: of a scratch region, not by a scope.
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn keep<T: Send + 'static, E: Failure>(frame: &Frame, value: T) -> Result<&mut T, E> {
    if !needs_drop::<T>() {
        let place = super::owned::place::<T, E>(frame)?;
        // SAFETY: the place fits a `T`, is ours, and lives as long as the borrow of the frame (I7).
        unsafe {
            place.write(value);
            return Ok(&mut *place.as_ptr());
        }
    }
    let node = frame.arena().bump_object::<E>(Layout::new::<Node<T>>())?.cast::<Node<T>>();
    let list = frame.arenas().state();
    // SAFETY: the block is fresh and fits; the list belongs to this thread (I2), and the value is dropped through it with the
    // allocator held exclusively, when no borrow of the frame is left.
    unsafe {
        let head = DropNode::new((*list).drops, drop_node::<T>, Trail::of::<T>(frame.tag_id()));
        node.write(Node { head, value });
        (*list).drops = node.as_ptr().cast();
        Ok(&mut (*node.as_ptr()).value)
    }
}

/// Returns a value that was promoted to a region.
pub(crate) fn promoted<T: Send + Sync + 'static>(region: &Scratch, name: Name) -> Option<&T> {
    let values = region.inbox().0.lock();
    let (_, value) = values.list.iter().find(|(known, _)| *known == name)?;
    let value = NonNull::from(value.value().downcast_ref::<T>()?);
    // SAFETY: the value does not move when the list grows, and leaves it only with the region held exclusively.
    Some(unsafe { value.as_ref() })
}

/// As [`promoted`], exclusively.
pub(crate) fn promoted_mut<T: Send + 'static>(region: &mut Scratch, name: Name) -> Option<&mut T> {
    let mut values = region.inbox().0.lock();
    let (_, value) = values.list.iter_mut().find(|(known, _)| *known == name)?;
    let mut value = NonNull::from(value.value_mut().downcast_mut::<T>()?);
    // SAFETY: the value does not move when the list grows; the region is held exclusively.
    Some(unsafe { value.as_mut() })
}

/// Why a region is emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegionEnd {
    Reset,
    Dropped,
}

/// Drops all values that were promoted to a region, which takes no more once it is dropped. Returns the first panic.
pub(crate) fn drain(region: &mut Scratch, end: RegionEnd) -> Option<Payload> {
    let values = {
        let mut values = region.inbox().0.lock();
        values.closed |= end == RegionEnd::Dropped;
        core::mem::take(&mut values.list)
    };
    let mut panicked = None;
    // No lock is held: a drop may do anything.
    values.into_iter().rev().for_each(|(_, value)| first_panic(&mut panicked, drop_caught(value)));
    panicked
}
