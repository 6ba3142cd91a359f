//! Transfers that nobody can receive any more.
use framealloc::SmartAlloc;

pub fn dropped(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    drop(handle); //~ FA204
}

pub fn dropped_at_once(alloc: &SmartAlloc) {
    drop(alloc.frame_box_for_transfer(1_u32)); //~ FA204
}

pub fn forgotten(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    std::mem::forget(handle); //~ FA204
}

pub fn let_underscore(alloc: &SmartAlloc) {
    let _ = alloc.frame_box_for_transfer(1_u32); //~ FA204
}

pub fn statement(alloc: &SmartAlloc) {
    alloc.frame_box_for_transfer(1_u32); //~ FA204
}
