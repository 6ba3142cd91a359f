//! The general heap on the frame path.
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

#[derive(Clone)]
pub struct Named {
    name: String,
}

#[frame_system]
pub fn formats(alloc: &SmartAlloc, number: u32) -> usize {
    let label = format!("{number}"); //~ FA401
    label.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn boxes(alloc: &SmartAlloc) -> u32 {
    let boxed = Box::new(1_u32); //~ FA401
    *boxed + *alloc.frame_box(1)
}

#[frame_system]
pub fn collects(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let doubled: Vec<u32> = inputs.iter().map(|input| input * 2).collect(); //~ FA401
    let same = inputs.iter().copied().collect::<Vec<_>>(); //~ FA401
    doubled.len() + same.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn texts(alloc: &SmartAlloc, text: &str) -> usize {
    let owned = text.to_string(); //~ FA401
    let again = text.to_owned(); //~ FA401
    let from = String::from(text); //~ FA401
    let upper = text.to_uppercase(); //~ FA401
    let into: String = text.into(); //~ FA401
    owned.len() + again.len() + from.len() + upper.len() + into.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn lists(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let fixed = vec![1_u32, 2, 3]; //~ FA401
    let zeros = vec![0_u8; 64]; //~ FA401
    let copied = inputs.to_vec(); //~ FA401
    let room = Vec::<u32>::with_capacity(64); //~ FA401
    fixed.len() + zeros.len() + copied.len() + room.capacity() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn clones(alloc: &SmartAlloc, named: &Named, list: &Vec<u32>) -> usize {
    let name = named.name.clone(); //~ FA401
    let whole = named.clone(); //~ FA401
    let copy = list.clone(); //~ FA401
    name.len() + whole.name.len() + copy.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn counted(alloc: &SmartAlloc) -> u32 {
    let shared = Rc::new(1_u32); //~ FA401
    let threads = Arc::new(1_u32); //~ FA401
    *shared + *threads + *alloc.frame_box(1)
}

fn helper(number: u32) -> String {
    format!("{number}") //~ FA401
}

#[frame_system]
pub fn by_helper(alloc: &SmartAlloc) -> usize {
    helper(1).len() + *alloc.frame_box(1_usize)
}

pub fn between_begin_and_end(alloc: &mut SmartAlloc) -> usize {
    alloc.begin_frame();
    let text = format!("{}", *alloc.frame_box(1)); //~ FA401
    alloc.end_frame();
    text.len()
}

pub fn in_scope(alloc: &SmartAlloc) -> usize {
    alloc.scoped(|frame| {
        let map: HashMap<u32, u32> = [(1, 2)].into_iter().collect(); //~ FA401
        map.len() + *frame.frame_box(1_usize)
    })
}

pub struct Logger {
    lines: usize,
}

impl Logger {
    fn line(&mut self, number: u32) {
        let text = number.to_string(); //~ FA401
        self.lines += text.len();
    }
}

#[frame_system]
pub fn by_method(alloc: &SmartAlloc, logger: &mut Logger) {
    logger.line(*alloc.frame_box(1));
}

#[frame_system(no_heap)]
pub fn strict(alloc: &SmartAlloc) -> u32 {
    let value = alloc.heap_box(1_u32); //~ FA401
    *value
}
