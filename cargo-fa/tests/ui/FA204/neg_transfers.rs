//! Transfers that are received, sent or handed on.
use std::sync::mpsc::Sender;

use framealloc::{SmartAlloc, TransferHandle};

pub fn received(alloc: &SmartAlloc) -> u32 {
    let handle = alloc.frame_box_for_transfer(1_u32);
    *handle.receive()
}

pub fn sent(alloc: &SmartAlloc, out: &Sender<TransferHandle<u32>>) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    let _ = out.send(handle);
}

pub fn returned(alloc: &SmartAlloc) -> TransferHandle<u32> {
    alloc.frame_box_for_transfer(1_u32)
}

pub fn captured(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    std::thread::spawn(move || println!("{}", *handle.receive()));
}

pub fn stored(alloc: &SmartAlloc, out: &mut Vec<TransferHandle<u32>>) {
    out.push(alloc.frame_box_for_transfer(1_u32));
}

pub fn parameter(handle: TransferHandle<u32>) -> u32 {
    *handle.receive()
}

pub fn on_one_path(alloc: &SmartAlloc, on: bool) -> u32 {
    let handle = alloc.frame_box_for_transfer(1_u32);
    if on { *handle.receive() } else { 0 }
}

pub fn wrapped(alloc: &SmartAlloc) -> Option<TransferHandle<u32>> {
    let handle = alloc.frame_box_for_transfer(1_u32);
    Some(handle)
}

pub fn borrowed(handle: &TransferHandle<u32>) -> usize {
    std::mem::size_of_val(handle)
}
