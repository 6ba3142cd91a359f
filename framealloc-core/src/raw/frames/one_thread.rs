//! What keeps a frame on its thread, and what the compiler says where it is shared with another.

use core::cell::UnsafeCell;
use core::marker::PhantomData;

/// Nothing but a name for the compiler to say: a `Frame` belongs to its thread, and `alloc.whole()` is what goes to others.
#[derive(Debug)]
pub enum UseAllocWholeInTasks {}

/// Makes the type that has it `!Send` and `!Sync`, by [`UseAllocWholeInTasks`].
pub(crate) type OfOneThread = PhantomData<*const UseAllocWholeInTasks>;

/// A cell that does not speak up when its owner is shared.
///
/// What has it is `!Sync` by [`OfOneThread`]: a cell would print the same compiler error again, in other words.
pub(crate) struct Shielded<T>(UnsafeCell<T>);

// SAFETY: only `Arena` and `Frame` have fields of this type, and both are `!Sync` by `OfOneThread`, so that a reference to either
// is `!Send` (I2).
unsafe impl<T> Sync for Shielded<T> {}

impl<T> Shielded<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// As of a cell.
    #[inline(always)]
    pub(crate) const fn get(&self) -> *mut T {
        self.0.get()
    }
}
