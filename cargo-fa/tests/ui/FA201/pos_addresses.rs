//! Addresses of frame data reach threads that may outlive the frame: rustc does not see it.
use std::sync::mpsc::Sender;
use std::thread;

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
pub fn number(alloc: &SmartAlloc) {
    let samples = alloc.frame_slice_copy(&[0.0_f32; 64]);
    let address = samples.as_ptr() as usize;
    thread::spawn(move || println!("{address}")); //~ FA201
}

#[frame_system]
pub fn builder(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let address = FrameBox::as_ptr(&value) as usize;
    let started = thread::Builder::new().name("audio".into()).spawn(move || println!("{address}")); //~ FA201
    println!("{}", started.is_ok());
}

#[frame_system]
pub fn bound_closure(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let address = FrameBox::as_ptr(&value) as usize;
    let work = move || println!("{address}");
    thread::spawn(work); //~ FA201
}

#[frame_system]
pub fn in_a_branch(alloc: &SmartAlloc, on: bool) {
    let value = alloc.frame_ref(1_u32);
    let address = &raw const *value as usize;
    if on {
        thread::spawn(move || println!("{address}")); //~ FA201
    }
}

#[frame_system]
pub fn in_a_loop(alloc: &SmartAlloc) {
    let value = alloc.frame_ref(1_u32);
    let address = &raw const *value as usize;
    for _ in 0..2 {
        thread::spawn(move || println!("{address}")); //~ FA201
    }
}

#[frame_system]
pub fn by_channel(alloc: &SmartAlloc, worker: &Sender<usize>) {
    let value = alloc.frame_ref(1_u32);
    let address = &raw const *value as usize;
    worker.send(address).ok(); //~ FA601 FA401
}

pub fn scoped(alloc: &SmartAlloc) {
    alloc.scoped(|frame| {
        let value = frame.frame_ref(1_u32);
        let address = &raw const *value as usize;
        thread::spawn(move || println!("{address}")); //~ FA201
    });
}

pub struct Job {
    address: usize,
}

#[frame_system]
pub fn in_a_struct(alloc: &SmartAlloc) {
    let value = alloc.frame_ref(1_u32);
    let job = Job { address: &raw const *value as usize };
    thread::spawn(move || println!("{}", job.address)); //~ FA201
}

fn start_with(address: usize) {
    std::thread::spawn(move || println!("{address}"));
}

pub fn to_a_helper(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    start_with(framealloc::FrameBox::as_ptr(&value) as usize); //~ FA201
}

pub fn to_a_helper_with_an_offset(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let first = values.as_ptr() as usize;
    start_with(first + 4); //~ FA201
}

pub struct Carried(*mut u32);

unsafe impl Send for Carried {}

pub fn in_a_wrapper(alloc: &SmartAlloc) {
    let carried = Carried(alloc.frame_ref(1_u32));
    thread::spawn(move || { //~ FA201
        let carried = carried;
        println!("{}", unsafe { *carried.0 });
    });
}
