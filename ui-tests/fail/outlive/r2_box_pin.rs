//! A frame value cannot be pinned: its memory is reused whether or not its drop has run.

use std::marker::PhantomPinned;
use std::pin::Pin;

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let pinned: Pin<_> = Pin::new(alloc.frame_box(PhantomPinned));
    drop(pinned);
}
