//! Loops without a bound that allocate from a frame.
use std::sync::mpsc::Receiver;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn while_let(alloc: &SmartAlloc, events: &Receiver<u32>) {
    while let Ok(event) = events.try_recv() {
        println!("{}", alloc.frame_box(event)); //~ FA301
    }
}

#[frame_system]
pub fn endless(alloc: &SmartAlloc, events: &Receiver<u32>) {
    loop {
        let Ok(event) = events.try_recv() else { break };
        println!("{}", alloc.frame_box(event)); //~ FA301
    }
}

#[frame_system]
pub fn while_true(alloc: &SmartAlloc, stack: &mut Vec<u32>) {
    while !stack.is_empty() {
        let top = stack.pop();
        println!("{:?}", alloc.frame_box(top)); //~ FA301
    }
}

#[frame_system]
pub fn received_forever(alloc: &SmartAlloc, events: &Receiver<u32>) {
    for event in events.iter() {
        println!("{}", alloc.frame_box(event)); //~ FA301
    }
}

#[frame_system]
pub fn in_a_block_inside(alloc: &SmartAlloc, events: &Receiver<u32>) {
    while let Ok(event) = events.try_recv() {
        if event > 3 {
            println!("{}", alloc.frame_slice_copy(&[event, event]).len()); //~ FA301
        }
    }
}

#[frame_system]
pub fn matched(alloc: &SmartAlloc, events: &Receiver<Option<u32>>) {
    while let Ok(event) = events.try_recv() {
        match event {
            Some(number) => println!("{}", alloc.frame_box(number)), //~ FA301
            None => println!("nothing"),
        }
    }
}

fn copy(alloc: &SmartAlloc, event: u32) {
    println!("{}", alloc.frame().frame_box(event));
}

pub fn whole(alloc: &mut SmartAlloc, events: &Receiver<u32>) {
    alloc.whole_frame(|alloc| {
        while let Ok(event) = events.try_recv() {
            copy(alloc, event); //~ FA301
        }
    });
}

#[frame_system]
pub fn repeated(alloc: &SmartAlloc, events: &Receiver<u32>) {
    for event in std::iter::repeat_with(|| events.try_recv()) {
        let Ok(event) = event else { break };
        println!("{}", alloc.frame_box(event)); //~ FA301
    }
}
