//! For ThreadSanitizer, which must find the race of `race planted frame` and `race planted pool` and have nothing to say of
//! `race ordered frame` and `race ordered pool`: the same two threads, one after the other.

use std::sync::Barrier;

use framealloc::{FrameBox, PoolBox, SmartAlloc, pool};

#[derive(Clone, Copy)]
struct Shared(*mut u64);

// SAFETY: this is the lie that the sanitizer must find out.
unsafe impl Send for Shared {}
// SAFETY: likewise.
unsafe impl Sync for Shared {}

impl Shared {
    fn add(self) {
        // SAFETY: the value lives until both threads have ended; that nobody else writes it is the lie.
        unsafe { *self.0 += 1 };
    }
}

/// Two threads that add, one after the other or at once.
fn race(value: Shared, planted: bool) {
    let turn = Barrier::new(2);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            if !planted {
                turn.wait();
            }
            value.add();
            if planted {
                turn.wait();
            }
        });
        value.add();
        turn.wait();
    });
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [order @ ("planted" | "ordered"), memory @ ("frame" | "pool")] = arguments[..] else {
        panic!("what is {arguments:?}?")
    };
    let alloc = SmartAlloc::default();
    let mut in_frame: FrameBox<'_, u64> = alloc.frame_box(0);
    let mut in_pool: PoolBox<u64> = pool::boxed(0);
    let value = if memory == "frame" { Shared(&raw mut *in_frame) } else { Shared(&raw mut *in_pool) };
    race(value, order == "planted");
    assert_eq!(*in_frame + *in_pool, 2);
}
