//! Frame data reaches threads, tasks and closures that may outlive the frame.
//@ compile-fail
use framealloc::{Frame, FrameBox, SmartAlloc, frame_system};

pub fn spawned(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    std::thread::spawn(move || println!("{}", *value)); //~ FA201
}

pub fn slices(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let first = &values[0];
    std::thread::spawn(move || println!("{first}")); //~ FA201
}

pub fn built(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let _ = std::thread::Builder::new().spawn(move || println!("{}", *value)); //~ FA201
}

pub fn address(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let address = FrameBox::as_ptr(&value) as usize;
    std::thread::spawn(move || println!("{address}")); //~ FA201
}

#[frame_system]
pub fn from_system(alloc: &SmartAlloc) {
    let value = alloc.frame_ref(1_u32);
    std::thread::spawn(move || *value += 1); //~ FA201
}

pub fn the_frame_itself(frame: &Frame) {
    std::thread::spawn(move || println!("{}", *frame.frame_box(1_u32))); //~ FA201
}

fn background(value: &'static u32) {
    std::thread::spawn(move || println!("{value}"));
}

pub fn by_helper(alloc: &SmartAlloc) {
    background(FrameBox::leak(alloc.frame_box(1_u32))); //~ FA201
}

pub struct Callbacks {
    all: Vec<Box<dyn FnMut() -> u32>>,
}

#[frame_system]
pub fn stored(alloc: &SmartAlloc, out: &mut Callbacks) {
    let value = alloc.frame_box(1_u32);
    let callback = move || *value;
    out.all.push(Box::new(callback)); //~ FA703 FA401 FA402
}

pub fn in_scope(alloc: &SmartAlloc) {
    alloc.scoped(|frame| {
        let value = frame.frame_box(1_u32);
        std::thread::spawn(move || println!("{}", *value)); //~ FA201
    });
}
