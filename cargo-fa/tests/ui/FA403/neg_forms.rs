//! Nothing of the heap is given back on the frame path.
use std::rc::Rc;

use framealloc::{SmartAlloc, frame_system};

pub struct Level {
    rooms: Vec<u32>,
}

pub struct Point {
    x: u32,
    y: u32,
}

#[frame_system]
pub fn plain_values(alloc: &SmartAlloc, point: Point, numbers: [u32; 4]) -> u32 {
    point.x + point.y + numbers[0] + *alloc.frame_box(1)
}

#[frame_system]
pub fn shared(alloc: &SmartAlloc, level: Rc<u32>) -> u32 {
    *level + *alloc.frame_box(1)
}

#[frame_system]
pub fn swapped(alloc: &SmartAlloc, level: &mut Level, other: &mut Level) -> u32 {
    std::mem::swap(level, other);
    *alloc.frame_box(1)
}

#[frame_system]
pub fn empty(alloc: &SmartAlloc) -> usize {
    let names: Vec<String> = Vec::new();
    names.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn moved_on(alloc: &SmartAlloc, names: &mut Vec<String>, kept: &mut Vec<Vec<String>>) -> usize {
    let old = std::mem::take(names);
    kept.push(old); //~ FA402
    *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn on_another_thread(alloc: &SmartAlloc, names: Vec<String>) -> u32 {
    std::thread::spawn(move || println!("{}", names.len()));
    *alloc.frame_box(1)
}

pub fn before_the_frame(alloc: &mut SmartAlloc, names: &mut Vec<String>) {
    {
        let old = std::mem::take(names);
        println!("{}", old.len());
    }
    alloc.begin_frame();
    println!("{}", *alloc.frame_box(1_u32));
    alloc.end_frame();
}

#[frame_system]
pub fn borrowed_text(alloc: &SmartAlloc, text: &str) -> usize {
    let part = &text[..1];
    part.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn cleared(alloc: &SmartAlloc, scores: &mut Vec<u32>, best: &mut std::collections::HashMap<u32, f32>) -> usize {
    scores.truncate(8);
    scores.retain_mut(|score| *score > 1);
    best.retain(|_, score| *score > 1.0);
    scores.clear();
    *alloc.frame_box(1_usize)
}
