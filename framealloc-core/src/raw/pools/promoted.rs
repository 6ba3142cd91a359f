//! Values of any type in pool or heap memory, until someone asks for them by their type.

use core::any::Any;

use crate::raw::pools::boxes::{HeapBox, PoolBox};

/// A value that left its frame, of a type that only its key knows.
pub(crate) enum Promoted {
    Pool(PoolBox<dyn Any + Send>),
    Heap(HeapBox<dyn Any + Send>),
}

/// The same with its type.
pub(crate) enum Typed<T> {
    Pool(PoolBox<T>),
    Heap(HeapBox<T>),
}

impl Promoted {
    pub(crate) fn pool<T: Send + 'static>(value: PoolBox<T>) -> Self {
        let value: *mut T = PoolBox::into_raw(value);
        // SAFETY: just given up; unsized, which `from_raw` allows.
        Self::Pool(unsafe { PoolBox::from_raw(value as *mut (dyn Any + Send)) })
    }

    pub(crate) fn heap<T: Send + 'static>(value: HeapBox<T>) -> Self {
        let value: *mut T = HeapBox::into_raw(value);
        // SAFETY: just given up; unsized, which `from_raw` allows.
        Self::Heap(unsafe { HeapBox::from_raw(value as *mut (dyn Any + Send)) })
    }

    pub(crate) fn value(&self) -> &(dyn Any + Send) {
        match self {
            Self::Pool(value) => &**value,
            Self::Heap(value) => &**value,
        }
    }

    pub(crate) fn value_mut(&mut self) -> &mut (dyn Any + Send) {
        match self {
            Self::Pool(value) => &mut **value,
            Self::Heap(value) => &mut **value,
        }
    }

    /// Where the value is.
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self.value()).addr()
    }

    pub(crate) fn is_on_heap(&self) -> bool {
        matches!(self, Self::Heap(_))
    }

    /// Returns the value with its type, or itself if it has another one.
    pub(crate) fn downcast<T: 'static>(self) -> Result<Typed<T>, Self> {
        match self {
            Self::Pool(value) => value.downcast().map(Typed::Pool).map_err(Self::Pool),
            Self::Heap(value) => value.downcast().map(Typed::Heap).map_err(Self::Heap),
        }
    }
}
