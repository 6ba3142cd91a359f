//! The arena sets of an allocator: which thread has which, and who may have it next.

use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use std::sync::Arc;

use super::allocator::Inner;
use super::retired::Retired;
use super::thread_arenas::ThreadArenas;
use super::tls;
use crate::raw::global::zone::HeapZone;
use crate::sync::Witness;
use crate::thread_token;

/// An arena set without a thread gives its memory back after this many frames.
const IDLE_FRAMES: u32 = 64;

/// The arena sets of all threads, in the order they were made. Every access tells loom of itself: the list is also
/// reached without the lock, with the allocator held exclusively.
#[derive(Default)]
pub(super) struct Entries {
    list: Vec<Entry>,
    access: Witness,
}

impl Deref for Entries {
    type Target = Vec<Entry>;

    #[inline]
    fn deref(&self) -> &Vec<Entry> {
        self.access.shared();
        &self.list
    }
}

impl DerefMut for Entries {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<Entry> {
        self.access.exclusive();
        &mut self.list
    }
}

pub(super) struct Entry {
    pub(super) arenas: NonNull<ThreadArenas>,
    /// The thread that owns the arena set; 0 for none. Changes only under the lock, or with the allocator held exclusively.
    pub(super) token: u64,
    /// Whether anything of the arena set may be borrowed while its thread is in no call of the allocator (I22). Changes
    /// as `token` does.
    is_lent: bool,
    /// Set when the thread ends.
    retired: Arc<Retired>,
    pub(super) name: Option<Arc<str>>,
    /// Set until the first end of a frame of the thread, which publishes its name.
    is_new: bool,
    /// Frames since the arena set lost its thread.
    idle: u32,
    /// Whether a thread had the arena set in the last frame, its name and its bytes. These change at the end of the
    /// frame only: a thread that comes while a frame is open does not stand for the one before it.
    pub(super) is_listed: bool,
    pub(super) listed_name: Option<Arc<str>>,
    pub(super) bytes: usize,
    pub(super) high_water: usize,
    /// Frames in which the thread took memory, and the bytes of all of them.
    pub(super) frames: u64,
    pub(super) total: u64,
}

/// What a thread wants of its arena set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// A scope that ends before the call that opens it returns.
    Scopes,
    /// Anything else: what is lent may be held until the frame ends.
    Lent,
}

impl Inner {
    /// Finds, claims or makes the arena set of this thread.
    #[inline(never)]
    pub(super) fn arenas_of_this_thread(&self, access: Access) -> NonNull<ThreadArenas> {
        let _growth = HeapZone::growth();
        let token = thread_token::token();
        let mut sets = self.lock();
        if let Some(entry) = sets.iter_mut().find(|entry| entry.token == token) {
            entry.is_lent |= access == Access::Lent || tls::is_dead();
            return entry.arenas;
        }
        let retired = Arc::new(Retired::default());
        let is_lent = !tls::retire_at_exit(&retired) || access == Access::Lent;
        let name = std::thread::current().name().map(Arc::from);
        // An idle arena set was reset with the allocator held exclusively, and of one that is not lent nothing is
        // borrowed: both can change hands under the lock (I2, I22).
        if let Some(entry) = sets.iter_mut().find(|entry| entry.is_free()) {
            entry.token = token;
            entry.is_lent = is_lent;
            entry.retired = retired;
            entry.name = name;
            entry.is_new = true;
            entry.idle = 0;
            // SAFETY: the arena set is this thread's from here on (I2).
            unsafe { entry.arenas.as_ref().end_open_phases() };
            entry.arenas
        } else {
            let arenas = NonNull::from(Box::leak(Box::new(ThreadArenas::new(NonNull::from(self)))));
            sets.push(Entry::new(arenas, token, is_lent, retired, name));
            arenas
        }
    }
}

impl Entry {
    fn new(
        arenas: NonNull<ThreadArenas>,
        token: u64,
        is_lent: bool,
        retired: Arc<Retired>,
        name: Option<Arc<str>>,
    ) -> Self {
        let (idle, bytes, high_water, frames, total) = (0, 0, 0, 0, 0);
        let (is_new, is_listed, listed_name) = (true, false, None);
        Self {
            arenas,
            token,
            is_lent,
            retired,
            name,
            is_new,
            idle,
            is_listed,
            listed_name,
            bytes,
            high_water,
            frames,
            total,
        }
    }

    /// Whether another thread may have the arena set; asked under the lock.
    fn is_free(&self) -> bool {
        self.token == 0 || (!self.is_lent && self.retired.is_over())
    }

    /// Lets the figures be those of the frame that ends; called at the end of the frame, before the arena set can lose
    /// its thread.
    pub(super) fn publish(&mut self) {
        self.is_listed = self.token != 0;
        if core::mem::take(&mut self.is_new) {
            self.listed_name.clone_from(&self.name);
            (self.high_water, self.frames, self.total) = (0, 0, 0);
        }
        self.high_water = self.high_water.max(self.bytes);
        self.frames += u64::from(self.bytes > 0);
        self.total += self.bytes as u64;
    }

    /// Takes the arena set from a thread that has ended; called at the end of the frame, right after the arena set was reset.
    pub(super) fn recycle(&mut self, arenas: &ThreadArenas) {
        if self.token != 0 && self.retired.is_set() {
            self.token = 0;
            self.idle = 0;
            // SAFETY: called at the end of the frame, with the allocator held exclusively.
            unsafe { arenas.forget_budgets() };
        }
        if self.token == 0 {
            self.idle = self.idle.saturating_add(1);
            if self.idle == IDLE_FRAMES {
                // SAFETY: the allocator is held exclusively and the arena set was just reset.
                unsafe { arenas.release() };
            }
        }
    }
}
