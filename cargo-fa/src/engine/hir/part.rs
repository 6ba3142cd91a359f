//! Bytes of a pack, of which only those are read that somebody wants to know.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use super::hash::checksum;
use super::scratch;
use super::tables::Tables;

/// An open pack, of which only that is read which somebody wants to know.
#[derive(Debug)]
pub(super) struct Pack(pub(super) Mutex<File>);

/// Bytes of a pack.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) pack: Arc<Pack>,
    pub(super) at: u64,
    pub(super) length: usize,
    pub(super) sum: u64,
}

impl Part {
    /// What `take` makes of the bytes, if they are what was written: a pack that was cut short or damaged must not be
    /// believed.
    pub(super) fn read<T>(&self, take: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        scratch::with_buffer(|buffer| {
            buffer.resize(self.length, 0);
            {
                let mut file = self.pack.0.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(self.at)).ok()?;
                file.read_exact(buffer).ok()?;
            }
            (checksum(buffer) == self.sum).then_some(())?;
            take(buffer)
        })
    }

    pub(super) fn tables(&self) -> Option<Tables> {
        self.read(|bytes| postcard::from_bytes(bytes).ok())
    }
}
