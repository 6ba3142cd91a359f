//! A frame value is sent through a channel.

use std::sync::mpsc::Sender;

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn step<'w>(alloc: &SmartAlloc, results: &Sender<FrameBox<'w, u32>>) {
    results.send(alloc.frame_box(1)).ok();
}

fn main() {}
