//! Threads that end inside the frame, and values that are not frame data.
use std::sync::mpsc::Sender;
use std::thread;

use framealloc::{FrameBox, SmartAlloc, TransferHandle, frame_system};

#[frame_system]
pub fn scoped_threads(alloc: &SmartAlloc) {
    let samples = alloc.frame_slice_copy(&[0.0_f32; 64]);
    thread::scope(|scope| {
        scope.spawn(|| println!("{}", samples.len()));
        scope.spawn(|| println!("{}", samples[0]));
    });
}

#[frame_system]
pub fn joined_at_once(alloc: &SmartAlloc) {
    let length = alloc.frame_slice_copy(&[0.0_f32; 64]).len();
    thread::spawn(move || println!("{length}")).join().ok();
}

#[frame_system]
pub fn copied_number(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let number = *value;
    thread::spawn(move || println!("{number}"));
}

#[frame_system]
pub fn moved_out(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let number = FrameBox::into_inner(value);
    thread::spawn(move || println!("{number}"));
}

#[frame_system]
pub fn transferred(alloc: &SmartAlloc, worker: &Sender<TransferHandle<u32>>) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    worker.send(handle).ok();
}

#[frame_system]
pub fn pooled(alloc: &SmartAlloc) {
    let value = alloc.pool_box(1_u32);
    thread::spawn(move || println!("{value}"));
}

#[frame_system]
pub fn handle(alloc: &SmartAlloc, worker: &Sender<framealloc::FrameHandle<u32>>) {
    let handle = alloc.frame_share(1_u32);
    worker.send(handle).ok();
}

#[frame_system]
pub fn something_else(alloc: &SmartAlloc, number: u32) {
    println!("{}", *alloc.frame_box(1_u32));
    thread::spawn(move || println!("{number}"));
}

/// Not a thread: the name is all that it has in common with one.
pub struct Commands;

impl Commands {
    pub fn spawn(&mut self, value: &u32) {
        println!("{value}");
    }
}

#[frame_system]
pub fn entities(alloc: &SmartAlloc, commands: &mut Commands) {
    let value = alloc.frame_box(1_u32);
    commands.spawn(&value);
}
