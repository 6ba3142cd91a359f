//! Windows that cursors take out of an arena, and put back.

use super::{Arena, LOST};
use crate::raw::mem::window::{EMPTY, Window};

/// Set in `dirty` while a cursor has the current window out, whose ends then meet at its top (I14).
pub(in crate::raw::frames) const OUT: u8 = 2;

impl Arena {
    /// Takes the current window out, for a cursor to own by value.
    ///
    /// Until it is put back the whole carved window counts as used, and the arena has none (I14): that it is out is marked in
    /// the window itself, whose ends meet at its top, until something needs another one. Where there is no room, the cursor
    /// begins with an empty window and gets one of its own when it needs it.
    #[inline(always)]
    pub(crate) fn carve(&self) -> Window {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            let window = (*state).window;
            if window.unused() == 0 {
                return EMPTY;
            }
            if (*state).lo_peak > window.lo {
                (*state).slack += self.window_slack();
                (*state).lo_peak = window.lo;
                (*state).dirty |= LOST;
            }
            (*state).window.hi = window.end;
            (*state).window.lo = window.end;
            (*state).dirty |= OUT;
            window
        }
    }

    /// Counts the window that a cursor has out as carved, so that the arena can have another.
    pub(in crate::raw::frames) fn settle(&self) {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). The window has no
        // slack: that was counted when it was carved.
        unsafe {
            if (*state).dirty & OUT != 0 {
                (*state).carved += (*state).window.capacity();
                (*state).window = EMPTY;
                (*state).lo_peak = EMPTY.lo;
                (*state).dirty = LOST;
            }
        }
    }

    /// Puts a carved window back, as current if there is none with room, else as closed.
    ///
    /// A call, and with the window in registers: where a panic drops a cursor the compiler inlines only what is short, and the
    /// cursor would have to be in memory for the rest.
    #[inline(never)]
    pub(crate) fn put_back(&self, hi: *mut u8, base: *mut u8, end: *mut u8, lo: *mut u8) {
        let window = Window { hi, base, end, lo };
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            let is_out = (*state).dirty & OUT != 0;
            // Windows share no bytes: one of the same ends is this one, and nothing was taken from it (I14).
            if is_out && (*state).window.end == window.end && (*state).window.base == window.base {
                (*state).window.hi = window.hi;
                (*state).window.lo = window.lo;
                (*state).dirty &= !OUT;
                return;
            }
        }
        self.put_back_slow(window);
    }

    #[cold]
    #[inline(never)]
    fn put_back_slow(&self, window: Window) {
        if window.is_empty_state() {
            return;
        }
        self.settle();
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            (*state).carved -= window.capacity();
            if (*state).window.unused() == 0 {
                self.close_window((*state).window, self.window_slack());
                (*state).window = window;
                (*state).lo_peak = window.lo;
                let is_lost = (*state).carved != 0
                    || (*state).closed != 0
                    || (*state).slack != 0
                    || (*state).gate.is_some()
                    || self.is_sampled()
                    || !(&(*state).dedicated).is_empty()
                    || (&(*state).chunks).len() > 1;
                (*state).dirty = if is_lost { LOST } else { 0 };
            } else {
                self.close_window(window, 0);
            }
        }
    }
}
