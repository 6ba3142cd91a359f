//! More bytes than the budget of the system.
use framealloc::{SmartAlloc, frame_system};

pub struct Contact {
    point: [f32; 3],
    normal: [f32; 3],
    depth: f32,
}

#[frame_system(budget = "1KiB")]
pub fn one_value(alloc: &SmartAlloc) { //~ FA302
    println!("{}", alloc.frame_box([0_u8; 4096])[0]);
}

#[frame_system(budget = "1KiB")]
pub fn a_slice(alloc: &SmartAlloc) { //~ FA302
    println!("{}", alloc.frame_slice_fill_with(512, |index| index as u64).len());
}

#[frame_system(budget = 1024)]
pub fn several(alloc: &SmartAlloc) { //~ FA302
    println!("{}", alloc.frame_box([0_u8; 600])[0]);
    println!("{}", alloc.frame_box([0_u8; 600])[0]);
}

#[frame_system(budget = "1KiB")]
pub fn a_loop(alloc: &SmartAlloc) { //~ FA302
    for index in 0..16_u8 {
        println!("{}", alloc.frame_box([index; 100])[0]);
    }
}

#[frame_system(budget = "1KiB")]
pub fn a_struct(alloc: &SmartAlloc) { //~ FA302
    let contacts = alloc.frame_slice_fill_with(64, |_| Contact { point: [0.0; 3], normal: [0.0; 3], depth: 0.0 });
    println!("{}", contacts[0].point[0] + contacts[0].normal[0] + contacts[0].depth);
}

fn buffer(alloc: &SmartAlloc) -> u8 {
    alloc.frame().frame_box([0_u8; 4096])[0]
}

#[frame_system(budget = "1KiB")]
pub fn in_a_helper(alloc: &SmartAlloc) { //~ FA302
    println!("{}", buffer(alloc)); //~ FA606
}

#[frame_system(budget = "1KiB")]
pub fn an_assumption(alloc: &SmartAlloc, entities: usize) { //~ FA302
    println!("{}", alloc.frame_slice_fill_with(entities, |_| 0_u64).len());
}

#[frame_system(budget = "1KiB")]
pub fn capacity(alloc: &SmartAlloc) { //~ FA302
    let numbers = alloc.frame_vec_with_capacity::<u64>(1_000);
    println!("{}", numbers.capacity());
}

#[frame_system(budget = "1KiB")]
pub fn copies_of_a_value(alloc: &SmartAlloc) { //~ FA302
    println!("{}", alloc.frame_slice_fill_copy(512, 7_u64).len());
}
