//! Heap memory is given back on the frame path: in helpers, by structs, piece by piece.
use framealloc::{SmartAlloc, frame_system};

pub struct Level {
    name: String,
    rooms: Vec<u32>,
}

fn consume(names: Vec<String>) -> usize { //~ FA403
    names.len()
}

#[frame_system]
pub fn by_a_helper(alloc: &SmartAlloc, names: &mut Vec<String>) -> usize {
    consume(std::mem::take(names)) + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn a_struct(alloc: &SmartAlloc, level: Level) -> usize { //~ FA403
    level.rooms.len() + level.name.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn an_option(alloc: &SmartAlloc, slot: &mut Option<Box<Level>>) -> usize {
    let old = slot.take(); //~ FA403
    usize::from(old.is_some()) + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn popped(alloc: &SmartAlloc, names: &mut Vec<String>) -> usize {
    if let Some(name) = names.pop() { //~ FA403
        println!("{name}");
    }
    *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn popped_and_left(alloc: &SmartAlloc, names: &mut Vec<String>) -> usize {
    if !names.is_empty() {
        let name = names.remove(0); //~ FA403
        return name.len();
    }
    *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn drained(alloc: &SmartAlloc, names: &mut Vec<String>) -> usize {
    let mut sum = *alloc.frame_box(0_usize);
    for name in names.drain(..) { //~ FA403
        sum += name.len();
    }
    sum
}

pub fn in_a_scope(alloc: &mut SmartAlloc, text: &mut String) -> usize {
    alloc.whole_frame(|alloc| {
        let old = std::mem::take(text); //~ FA403
        old.len() + *alloc.frame_box(1_usize)
    })
}

#[frame_system]
pub fn a_pair(alloc: &SmartAlloc, pair: (u32, String)) -> usize { //~ FA403
    pair.1.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn dropped_box(alloc: &SmartAlloc, level: Box<Level>) -> u32 {
    let first = *alloc.frame_box(1);
    drop(level); //~ FA403
    first
}

#[frame_system]
pub fn cleared(alloc: &SmartAlloc, names: &mut Vec<String>) -> usize {
    names.truncate(8); //~ FA403
    names.retain(|name| !name.is_empty()); //~ FA403
    names.clear(); //~ FA403
    *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn values_of_a_map(alloc: &SmartAlloc, names: &mut std::collections::HashMap<u32, String>) -> usize {
    names.retain(|_, name| !name.is_empty()); //~ FA403
    *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn shrunk(alloc: &SmartAlloc, scores: &mut Vec<u32>) -> usize {
    scores.shrink_to_fit(); //~ FA403
    scores.len() + *alloc.frame_box(1_usize)
}
