//! What a flight shared is readable as long as it is held, and not after.

use framealloc_core::{AllocConfig, SmartAlloc};

use crate::frames::is_caught;

fn alloc() -> &'static mut SmartAlloc {
    Box::leak(Box::new(SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1))))
}

#[test]
fn a_read_after_the_last_holder_is_caught() {
    is_caught(module_path!(), "a_read_after_the_last_holder_is_caught", || {
        let alloc = alloc();
        let handle = alloc.frame_share_slice_copy(&[5_u8; 100]);
        let flight = alloc.end_frame_in_flight();
        let raw = flight.get(handle).map_or(std::ptr::null(), <[u8]>::as_ptr);
        // The frames after it leave it alone.
        for _ in 0..3 {
            alloc.frame_share_slice_copy(&[7_u8; 5000]);
            alloc.frame_slice_copy(&[7_u8; 5000]);
            alloc.end_frame();
        }
        assert_eq!(flight.get(handle), Some(&[5_u8; 100][..]));
        drop(flight);
        raw
    });
}

#[test]
fn a_read_of_a_shared_value_after_its_frame_is_caught() {
    is_caught(module_path!(), "a_read_of_a_shared_value_after_its_frame_is_caught", || {
        let alloc = alloc();
        let raw = alloc.frame_share_slice_copy(&[5_u8; 100]).get(alloc).map_or(std::ptr::null(), <[u8]>::as_ptr);
        alloc.end_frame();
        raw
    });
}
