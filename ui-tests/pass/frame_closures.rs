//! Every shape of closure that `frame_closure!` takes.

use std::sync::Arc;

use framealloc::{SmartAlloc, frame_closure};

fn main() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let plain = frame_closure!(|alloc: &SmartAlloc| *alloc.frame_box(1));
    let typed = frame_closure!(|alloc: &SmartAlloc, n: u32| -> Option<u32> {
        if n == 0 {
            return None;
        }
        Some(*alloc.frame_box(n))
    });
    let offset = 3;
    let moved = frame_closure!(tag = "closures", name = "moved", move |alloc: Arc<SmartAlloc>| *alloc.frame_box(offset));
    let mut calls = 0;
    let mut counting = frame_closure!(alloc = memory, |memory: &SmartAlloc| {
        calls += *memory.frame_box(1);
    });
    counting(&alloc);
    counting(&alloc);
    let with_results = frame_closure!(out = frame, |alloc: &SmartAlloc| *frame.frame_box(*alloc.frame_box(4)));
    assert_eq!((plain(&alloc), typed(&alloc, 0), typed(&alloc, 2)), (1, None, Some(2)));
    assert_eq!((calls, with_results(&alloc)), (2, 4));
    let shared = Arc::new(SmartAlloc::default());
    assert_eq!(moved(Arc::clone(&shared)), 3);
    alloc.end_frame();
    let mut whole = frame_closure!(|alloc: &mut SmartAlloc| alloc.frame_number());
    assert_eq!(whole(&mut alloc), 2);
}
