//! What a scratch region owns beyond its frame memory: values that drop with it, wherever they are.

use core::alloc::Layout;
use core::mem::needs_drop;
use core::ptr::NonNull;

use super::frame::Frame;
use super::retained::{Name, drop_caught, first_panic};
use super::shared::{DropNode, Node, Payload, drop_node};
use crate::error::Failure;
use crate::raw::pools::promoted::Kept;
use crate::scratch::Scratch;
use crate::sync::Mutex;
use crate::trail::Trail;

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
    let list = frame.heap().state();
    // SAFETY: the block is fresh and fits; the list belongs to this thread (I2), and the value is dropped through it with the
    // allocator held exclusively, when no borrow of the frame is left.
    unsafe {
        let head = DropNode::new((*list).drops, drop_node::<T>, Trail::of::<T>(frame.tag_id()));
        node.write(Node { head, value });
        (*list).drops = node.as_ptr().cast();
        Ok(&mut (*node.as_ptr()).value)
    }
}

/// Values that were promoted to a region. They stay where they are until it is reset or dropped.
#[derive(Default)]
pub(crate) struct Inbox(Mutex<Values>);

#[derive(Default)]
struct Values {
    closed: bool,
    list: Vec<(Name, Kept)>,
}

impl Inbox {
    /// Takes charge of a value, or gives it back if the region is gone.
    pub(crate) fn push(&self, name: Name, value: Kept) -> Option<Kept> {
        let mut values = self.0.lock();
        if values.closed {
            return Some(value);
        }
        values.list.push((name, value));
        None
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().list.len()
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
    // SAFETY: as in `promoted`; the region is held exclusively.
    Some(unsafe { value.as_mut() })
}

/// Drops all values that were promoted to a region, which takes no more if `close`. Returns the first panic.
pub(crate) fn drain(region: &mut Scratch, close: bool) -> Option<Payload> {
    let values = {
        let mut values = region.inbox().0.lock();
        values.closed |= close;
        core::mem::take(&mut values.list)
    };
    let mut panicked = None;
    // No lock is held: a drop may do anything.
    values.into_iter().rev().for_each(|(_, value)| first_panic(&mut panicked, drop_caught(value)));
    panicked
}
