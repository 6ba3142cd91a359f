//! Threads that are joined within the frame, or that get copies.
use framealloc::{FrameBox, SmartAlloc, frame_system};

pub fn scoped(alloc: &SmartAlloc) -> u32 {
    let values = alloc.frame_slice_copy(&[1_u32, 2, 3]);
    std::thread::scope(|scope| {
        scope.spawn(|| println!("{}", values[0]));
        scope.spawn(|| println!("{}", values[1]));
    });
    values[2]
}

pub fn copied(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let copy = *value;
    std::thread::spawn(move || println!("{copy}"));
}

pub fn owned(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    let owned: Vec<u32> = values.to_vec();
    std::thread::spawn(move || println!("{}", owned.len()));
}

pub fn inner(alloc: &SmartAlloc) {
    let value = FrameBox::into_inner(alloc.frame_box(1_u32));
    std::thread::spawn(move || println!("{value}"));
}

pub fn transferred(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    std::thread::spawn(move || println!("{}", *handle.receive()));
}

pub fn pooled(alloc: &SmartAlloc) {
    let value = alloc.pool_box(1_u32);
    std::thread::spawn(move || println!("{}", *value));
}

pub fn nothing_captured(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    let worker = std::thread::spawn(|| 1);
    *value + worker.join().unwrap_or(0)
}

pub fn shadowed(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    std::thread::spawn(|| {
        let value = 7;
        println!("{value}");
    });
    *value
}

#[frame_system]
pub fn closure_within(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    let add = |other: u32| *value + other;
    add(1) + add(2)
}

pub struct World;

impl World {
    pub fn spawn(&mut self, number: u32) -> u32 {
        number
    }
}

pub fn another_spawn(alloc: &SmartAlloc, world: &mut World) -> u32 {
    let value = alloc.frame_box(1_u32);
    world.spawn(*value)
}

fn count_up(number: usize) {
    std::thread::spawn(move || println!("{number}"));
}

pub fn a_length_to_a_helper(alloc: &SmartAlloc) {
    let values = alloc.frame_slice_copy(&[1_u32, 2]);
    count_up(values.len());
    count_up(*alloc.frame_box(1_usize));
    count_up(values.iter().map(|value| *value as usize).sum());
}
