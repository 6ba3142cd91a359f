//! A thread gets the flight, not a reference into it.

use framealloc::{AllocConfig, SmartAlloc};

fn main() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    let handle = alloc.frame_share_slice_copy(&[1, 2, 3]);
    let flight = alloc.end_frame_in_flight();
    if let Some(draws) = flight.get(handle) {
        std::thread::spawn(move || println!("{draws:?}"));
    }
}
