//! `out` names the frame around the system: what goes there is read by the systems after it.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(out = frame)]
fn squares<'f>(alloc: &'f SmartAlloc, values: &[u32]) -> &'f [u32] {
    let scratch = alloc.frame_slice_fill_with(values.len(), |at| values[at] * values[at]);
    frame.frame_slice_copy(&scratch)
}

#[frame_system]
fn sum(alloc: &SmartAlloc, values: &[u32]) -> u32 {
    *alloc.frame_box(values.iter().sum())
}

fn main() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let squared = squares(&alloc, &[1, 2, 3]);
    assert_eq!(sum(&alloc, squared), 14);
    alloc.end_frame();
}
