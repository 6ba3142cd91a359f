//! A flight is held as long as what it shows is used.

use framealloc::{AllocConfig, SmartAlloc};

fn main() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    let handle = alloc.frame_share_str("harbour");
    let flight = alloc.end_frame_in_flight();
    let name = flight.get(handle);
    drop(flight);
    println!("{name:?}");
}
