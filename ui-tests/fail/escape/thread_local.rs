//! A frame value is stored in a thread local.

use std::cell::RefCell;

use framealloc::{FrameBox, SmartAlloc, frame_system};

thread_local! {
    static KEPT: RefCell<Vec<FrameBox<'static, u32>>> = const { RefCell::new(Vec::new()) };
}

#[frame_system]
fn step(alloc: &SmartAlloc) {
    KEPT.with_borrow_mut(|kept| kept.push(alloc.frame_box(1)));
}

fn main() {}
