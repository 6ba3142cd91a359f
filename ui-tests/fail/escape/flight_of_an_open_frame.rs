//! A frame is not in flight while anything of it is borrowed.

use framealloc::{AllocConfig, SmartAlloc};

fn main() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    let scratch = alloc.frame_slice_copy(&[1, 2, 3]);
    let flight = alloc.end_frame_in_flight();
    println!("{scratch:?} {flight:?}");
}
