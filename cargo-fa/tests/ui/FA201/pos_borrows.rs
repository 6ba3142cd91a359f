//! Frame data itself reaches threads that may outlive the frame: rustc refuses it, the finding says why.
//@ compile-fail
use std::thread;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn moved(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    thread::spawn(move || println!("{value}")); //~ FA201
}

#[frame_system]
pub fn borrowed(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    thread::spawn(|| println!("{value}")); //~ FA201
}

#[frame_system]
pub fn slice(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let first = &values[0];
    thread::spawn(move || println!("{first}")); //~ FA201
}
