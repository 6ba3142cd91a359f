//! With `&mut SmartAlloc` a system is the frame, and the frame ends on every way out.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn tick(alloc: &mut SmartAlloc, fail: bool) -> Option<u32> {
    let values = alloc.frame_slice_copy(&[1, 2, 3]);
    if fail {
        return None;
    }
    Some(values.iter().sum())
}

#[frame_system]
fn panics(alloc: &mut SmartAlloc) {
    let value = alloc.frame_box(1);
    panic!("{}", *value);
}

struct Game {
    memory: SmartAlloc,
}

impl Game {
    fn run(&mut self) -> Option<u32> {
        tick(&mut self.memory, false)
    }
}

#[frame_system(name = "game.frame", tag = "game")]
fn named(alloc: &mut SmartAlloc) -> u32 {
    *alloc.frame_box(7)
}

fn main() {
    let mut alloc = SmartAlloc::default();
    let first = alloc.frame_number();
    assert_eq!(tick(&mut alloc, false), Some(6));
    assert_eq!(tick(&mut alloc, true), None);
    let before = alloc.frame_number();
    assert!(before > first);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| panics(&mut alloc))).is_err());
    assert!(alloc.frame_number() > before, "a panic ends the frame too");
    assert_eq!(named(&mut alloc), 7);
    assert_eq!(Game { memory: alloc }.run(), Some(6));
}
