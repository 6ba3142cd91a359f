//! Systems that are certain to need more than they declare.
use framealloc::{Frame, SmartAlloc, frame_system};

pub struct Particle {
    position: [f32; 3],
    velocity: [f32; 3],
    age: f32,
}

#[frame_system(budget = "1KiB")]
pub fn array(alloc: &SmartAlloc) -> u8 { //~ FA302
    alloc.frame_box([0_u8; 4096])[0]
}

#[frame_system(budget = "1KiB")]
pub fn slot(alloc: &SmartAlloc) { //~ FA302
    let _slot = alloc.frame_alloc::<[f32; 1024]>();
}

#[frame_system(budget = "1KiB")]
pub fn slice(alloc: &SmartAlloc) -> u64 { //~ FA302
    alloc.frame_slice_fill_with(512, |at| at as u64)[0]
}

#[frame_system(budget = "64B")]
pub fn several(alloc: &SmartAlloc) -> u64 { //~ FA302
    let first = alloc.frame_box([0_u64; 4]);
    let second = alloc.frame_box([0_u64; 4]);
    let third = alloc.frame_box(0_u64);
    first[0] + second[0] + *third
}

#[frame_system(budget = "64B")]
pub fn rounds(alloc: &SmartAlloc) -> u64 { //~ FA302
    let mut sum = 0;
    for round in 0..10_u64 {
        sum += *alloc.frame_box(round);
    }
    sum
}

fn helper(frame: &Frame) -> u8 {
    frame.frame_box([0_u8; 512])[0]
}

#[frame_system(budget = "1000B")]
pub fn by_helper(alloc: &SmartAlloc) -> u8 { //~ FA302
    helper(alloc) + helper(alloc)
}

#[frame_system(budget = "1KiB")]
pub fn own_type(alloc: &SmartAlloc) -> usize { //~ FA302
    alloc.frame_vec_with_capacity::<Particle>(64).capacity()
}

const COUNT: usize = 300;

#[frame_system(budget = "1KiB")]
pub fn constant(alloc: &SmartAlloc) -> u8 { //~ FA302
    alloc.frame_slice_fill_with(COUNT, |_| [0_u8; 4])[0][0]
}
