//! Whether the thread of an arena set has ended: what the sentinel of the thread and the entry of the arena set share.

use crate::sync::{AtomicBool, Mutex, Relaxed};

/// Set once, by the thread itself, after its last use of the arena set between calls that lend nothing (I22).
#[derive(Debug, Default)]
pub(crate) struct Retired {
    flag: AtomicBool,
    /// Held while the flag is set. Whoever takes it afterwards comes after all that the thread did before.
    door: Mutex<()>,
}

impl Retired {
    pub(crate) fn retire(&self) {
        let _door = self.door.lock();
        self.flag.store(true, Relaxed);
    }

    /// For who holds the allocator exclusively: every use that the thread made of the arena set is ordered before, by what ended its
    /// borrow (I2).
    pub(crate) fn is_set(&self) -> bool {
        self.flag.load(Relaxed)
    }

    /// For who has only the lock of the registry. If it returns `true`, what the thread did before its end is ordered before.
    pub(crate) fn is_over(&self) -> bool {
        let is_set = self.is_set();
        if is_set {
            // The flag was set under this lock: it is free only after that.
            drop(self.door.lock());
        }
        is_set
    }
}
