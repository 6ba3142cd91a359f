//! A future that may outlive the frame takes a frame value.

use std::future::Future;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> impl Future<Output = u32> + use<> {
    let value = alloc.frame_box(7);
    async move { *value }
}

fn main() {}
