//! Nothing grows, or not on the frame path.
use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct World {
    events: Vec<u32>,
}

impl World {
    #[frame_system]
    pub fn shrinks(&mut self, alloc: &SmartAlloc) -> usize {
        self.events.clear();
        self.events.pop();
        self.events.truncate(1);
        self.events.sort_unstable();
        self.events.len() + *alloc.frame_box(1_usize)
    }

    pub fn loads(&mut self, inputs: &[u32]) {
        self.events.extend_from_slice(inputs);
        self.events.push(1);
    }
}

#[frame_system]
pub fn reserved(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let mut found = Vec::with_capacity(inputs.len()); //~ FA401
    for input in inputs {
        found.push(*input);
    }
    found.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn frame_memory(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let mut found = alloc.frame_vec();
    found.extend(inputs.iter().copied());
    found.push(1);
    let mut text = alloc.frame_string();
    text.push_str("x");
    let mut map = alloc.frame_map();
    map.insert(1, 2);
    found.len() + text.len() + map.len()
}

#[frame_system]
pub fn errors(alloc: &SmartAlloc, log: &mut Vec<u32>, input: Result<u32, u32>) -> Result<u32, u32> {
    match input {
        Ok(input) => Ok(*alloc.frame_box(input)),
        Err(error) => {
            log.push(error);
            Err(error)
        }
    }
}

pub struct Stack {
    items: [u32; 4],
    len: usize,
}

impl Stack {
    pub fn push(&mut self, item: u32) {
        self.items[self.len] = item;
        self.len += 1;
    }
}

#[frame_system]
pub fn own_push(alloc: &SmartAlloc, stack: &mut Stack) {
    stack.push(*alloc.frame_box(1));
}

pub fn outside(alloc: &mut SmartAlloc, log: &mut Vec<u32>) {
    alloc.begin_frame();
    let value = *alloc.frame_box(1);
    alloc.end_frame();
    log.push(value);
}

#[frame_system]
pub fn slots(alloc: &SmartAlloc, table: &mut [u32]) {
    table[0] = *alloc.frame_box(1);
    table.swap(0, 1);
}
