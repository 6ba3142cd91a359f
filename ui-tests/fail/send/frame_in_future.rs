//! A future that holds a frame stays on its thread.

use framealloc::SmartAlloc;

fn needs_send(_: impl Send) {}

fn main() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    needs_send(async { *frame.frame_box(1) });
}

