//! What `FrameVec` shares with `Vec` through traits.

use core::borrow::{Borrow, BorrowMut};
use core::fmt;
use core::hash::{Hash, Hasher};
use std::io;

use super::FrameVec;
use crate::error::AllocError;

impl<T> AsRef<[T]> for FrameVec<'_, T> {
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<T> AsMut<[T]> for FrameVec<'_, T> {
    fn as_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T> Borrow<[T]> for FrameVec<'_, T> {
    fn borrow(&self) -> &[T] {
        self
    }
}

impl<T> BorrowMut<[T]> for FrameVec<'_, T> {
    fn borrow_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T: fmt::Debug> fmt::Debug for FrameVec<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Hash> Hash for FrameVec<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

fn out_of_memory(error: AllocError) -> io::Error {
    io::Error::new(io::ErrorKind::OutOfMemory, error)
}

/// Appends; it never fails with an I/O error other than for memory that was refused.
impl io::Write for FrameVec<'_, u8> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        let before = self.len();
        self.extend_joined(parts).map_err(out_of_memory)?;
        Ok(self.len() - before)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.try_extend_from_slice_copy(bytes).map_err(out_of_memory)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
