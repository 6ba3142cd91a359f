//! Loops with a bound, or whose memory does not add up.
use framealloc::{SmartAlloc, frame_system};

fn more() -> bool {
    false
}

#[frame_system]
pub fn scoped(alloc: &SmartAlloc) {
    loop {
        alloc.scoped(|frame| {
            let _value = frame.frame_box(1_u32);
        });
        if more() {
            break;
        }
    }
}

#[frame_system]
pub fn no_allocation(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    let mut sum = 0;
    while more() {
        sum += *value;
    }
    sum
}

#[frame_system]
pub fn constant(alloc: &SmartAlloc) {
    let mut round = 0;
    while round < 4 {
        let _value = alloc.frame_box(round);
        round += 1;
    }
}

pub fn game_loop(alloc: &mut SmartAlloc) {
    loop {
        alloc.begin_frame();
        println!("{}", *alloc.frame_box(1_u32));
        alloc.end_frame();
        if more() {
            break;
        }
    }
}

pub fn whole_frames(alloc: &mut SmartAlloc) {
    while more() {
        alloc.whole_frame(|alloc| {
            let _value = alloc.frame_box(1_u32);
        });
    }
}

pub fn guards(alloc: &mut SmartAlloc) {
    while more() {
        let frame = alloc.frame_guard();
        let _value = frame.frame_box(1_u32);
    }
}

#[frame_system]
pub fn pool(alloc: &SmartAlloc) {
    while more() {
        drop(alloc.pool_box(1_u32));
    }
}

#[frame_system]
pub fn last_round(alloc: &SmartAlloc) -> u32 {
    loop {
        if more() {
            let value = alloc.frame_box(1_u32);
            return *value;
        }
    }
}
