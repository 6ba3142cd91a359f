//! The owner of a hash table: drops what the table holds without losing values to a panic.

use core::mem::{ManuallyDrop, needs_drop};
use core::ops::{Deref, DerefMut};

use crate::drops::drop_each;

/// Owns a hash table. hashbrown's own drop stops at the first value whose drop panics; this one goes on.
pub(crate) struct Table<M: IntoIterator>(ManuallyDrop<M>);

impl<M: IntoIterator> Table<M> {
    pub(crate) fn new(table: M) -> Self {
        Self(ManuallyDrop::new(table))
    }

    pub(crate) fn into_inner(self) -> M {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used or dropped after it, so the table has one owner.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }
}

impl<M: IntoIterator> Drop for Table<M> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: it is dropped once, and nothing uses it afterwards.
        let table = unsafe { ManuallyDrop::take(&mut self.0) };
        if needs_drop::<M::Item>() {
            drop_each(&mut table.into_iter());
        }
    }
}

impl<M: IntoIterator> Deref for Table<M> {
    type Target = M;

    #[inline(always)]
    fn deref(&self) -> &M {
        &self.0
    }
}

impl<M: IntoIterator> DerefMut for Table<M> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut M {
        &mut self.0
    }
}
