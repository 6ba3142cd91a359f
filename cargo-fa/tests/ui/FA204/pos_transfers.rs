//! Transfers that nobody receives.
use framealloc::{SmartAlloc, TransferHandle};

pub fn unused(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32); //~ FA204
    println!("made");
    let _ = &handle;
}

pub fn dropped(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    drop(handle); //~ FA204
}

pub fn forgotten(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    std::mem::forget(handle); //~ FA204
}

pub fn ignored(alloc: &SmartAlloc) {
    let _ = alloc.frame_box_for_transfer(1_u32); //~ FA204
}

pub fn statement(alloc: &SmartAlloc) {
    alloc.frame_box_for_transfer(1_u32); //~ FA204
}

pub fn parameter(handle: TransferHandle<u32>) { //~ FA204
    println!("got one");
}

pub fn in_a_block(alloc: &SmartAlloc, on: bool) {
    if on {
        let handle = alloc.frame_box_for_transfer(1_u32); //~ FA204
        println!("{}", std::mem::size_of_val(&handle));
    }
}

pub fn in_a_loop(alloc: &SmartAlloc) {
    for number in 0..3_u32 {
        let handle = alloc.frame_box_for_transfer(number); //~ FA204
        println!("{}", std::mem::size_of_val(&handle));
    }
}
