//! Loops with a bound, loops that allocate nothing from a frame, and the loop of the game itself.
use std::sync::mpsc::Receiver;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn nothing_inside(alloc: &SmartAlloc, events: &Receiver<u32>) {
    let mut total = 0;
    while let Ok(event) = events.try_recv() {
        total += event;
    }
    println!("{}", alloc.frame_box(total));
}

#[frame_system]
pub fn a_counter(alloc: &SmartAlloc, events: &Receiver<u32>) {
    let mut left = 8;
    while left > 0 {
        left -= 1;
        let Ok(event) = events.try_recv() else { break };
        println!("{}", alloc.frame_box(event));
    }
}

#[frame_system]
pub fn taken(alloc: &SmartAlloc, events: &Receiver<u32>) {
    for event in events.try_iter().take(8) {
        println!("{}", alloc.frame_box(event));
    }
}

#[frame_system]
pub fn own_region(alloc: &SmartAlloc, events: &Receiver<u32>) {
    while let Ok(event) = events.try_recv() {
        alloc.scoped(|frame| println!("{}", frame.frame_box(event)));
    }
}

#[frame_system]
pub fn from_a_pool(alloc: &SmartAlloc, events: &Receiver<u32>) {
    while let Ok(event) = events.try_recv() {
        println!("{}", alloc.pool_box(event));
    }
}

pub fn the_game_itself(alloc: &mut SmartAlloc) {
    loop {
        alloc.begin_frame();
        println!("{}", alloc.frame_box(1_u32));
        alloc.end_frame();
    }
}

pub fn the_game_with_a_closure(alloc: &mut SmartAlloc) {
    while alloc.frame_number() < 10_000 {
        alloc.whole_frame(|alloc| println!("{}", alloc.frame_box(1_u32)));
    }
}

#[frame_system]
pub fn an_array(alloc: &SmartAlloc, corners: &[u32; 8]) {
    for corner in corners {
        println!("{}", alloc.frame_box(*corner));
    }
}
