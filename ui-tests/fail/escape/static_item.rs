//! A frame value is stored in a static.

use std::sync::Mutex;

use framealloc::{FrameBox, SmartAlloc, frame_system};

static KEPT: Mutex<Option<FrameBox<'static, u32>>> = Mutex::new(None);

#[frame_system]
fn step(alloc: &SmartAlloc) {
    *KEPT.lock().unwrap() = Some(alloc.frame_box(1));
}

fn main() {}
