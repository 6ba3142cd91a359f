//! Scratch regions as the allocator that they were made from knows them.

use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::accounts::Account;
use super::living::Living;
use crate::raw::frames::promotions::Name;
use crate::raw::pools::promoted::Promoted;
use crate::sync::Mutex;

/// What the allocator that a region was made from knows of it.
pub(crate) struct Region {
    pub(crate) name: Box<str>,
    pub(crate) account: Option<Arc<Account>>,
    pub(crate) inbox: Inbox,
    pub(crate) high_water: AtomicUsize,
    pub(crate) resets: AtomicU64,
}

/// The regions of an allocator that are alive.
#[derive(Default)]
pub(crate) struct Regions(Mutex<Living<Weak<Region>>>);

/// Figures of a scratch region.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScratchStats {
    /// The name.
    pub name: String,
    /// Bytes handed out since the last reset, and up to 16 KiB more for each arena of each thread that has some open.
    pub bytes: usize,
    /// The most bytes at any reset.
    pub high_water: usize,
    /// Values that were promoted to the region and live in it.
    pub promoted: usize,
    /// How often it was reset.
    pub resets: u64,
}

impl Region {
    pub(crate) fn stats(&self) -> ScratchStats {
        let bytes = self.account.as_ref().map_or(0, |account| account.held());
        ScratchStats {
            name: self.name.to_string(),
            bytes,
            high_water: self.high_water.load(Ordering::Relaxed).max(bytes),
            promoted: self.inbox.len(),
            resets: self.resets.load(Ordering::Relaxed),
        }
    }

    /// Takes charge of a value, or gives it back if the region is gone.
    pub(crate) fn adopt(&self, name: Name, value: Promoted) -> Option<Promoted> {
        self.inbox.push(name, value)
    }
}

impl Regions {
    pub(crate) fn add(&self, region: &Arc<Region>) {
        self.0.lock().push(Arc::downgrade(region), |known| known.strong_count() > 0);
    }

    pub(crate) fn alive(&self) -> Vec<Arc<Region>> {
        self.0.lock().iter().filter_map(Weak::upgrade).collect()
    }
}

/// Values that were promoted to a region. They stay where they are until it is reset or dropped.
#[derive(Default)]
pub(crate) struct Inbox(pub(super) Mutex<Values>);

#[derive(Default)]
pub(super) struct Values {
    pub(super) closed: bool,
    pub(super) list: Vec<(Name, Promoted)>,
}

impl Inbox {
    /// Takes charge of a value, or gives it back if the region is gone.
    pub(crate) fn push(&self, name: Name, value: Promoted) -> Option<Promoted> {
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
