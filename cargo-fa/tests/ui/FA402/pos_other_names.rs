//! Kept containers of which another one with the same name is emptied, or one that ends where it is emptied.
use framealloc::{SmartAlloc, frame_system};

pub struct Output {
    commands: Vec<u32>,
}

impl Output {
    // What is emptied is what came, whose memory ends here.
    #[frame_system]
    pub fn append(&mut self, alloc: &SmartAlloc, newer: Self) {
        let Self { mut commands } = newer;
        self.commands.append(&mut commands); //~ FA402
        let _ = alloc.frame_box(0_u32);
    }
}

pub struct Input {
    commands: Vec<u32>,
}

pub fn reset(inputs: &mut [Input]) {
    for input in inputs {
        input.commands.clear();
    }
}

// One who runs in frames lends a list that nobody empties.
pub struct Log {
    lines: Vec<u32>,
}

pub struct Line(u32);

impl Line {
    #[frame_system]
    pub fn write(&self, alloc: &SmartAlloc, lines: &mut Vec<u32>) {
        lines.push(self.0 + *alloc.frame_box(0_u32)); //~ FA402
    }
}

impl Log {
    #[frame_system]
    pub fn add(&mut self, alloc: &SmartAlloc, line: &Line) {
        line.write(alloc, &mut self.lines);
    }
}

// What is taken and put back, and never emptied; a part of what is taken; what is taken and ends here.
#[derive(Default)]
pub struct Properties {
    transforms: Vec<u32>,
}

pub struct Animation {
    pending: Option<Properties>,
    log: Vec<u32>,
    spare: Vec<Properties>,
    lists: Vec<Vec<u32>>,
}

impl Animation {
    #[frame_system]
    pub fn add(&mut self, alloc: &SmartAlloc, transforms: Vec<u32>) {
        let mut pending = self.pending.take().unwrap_or_default();
        pending.transforms.extend(transforms); //~ FA402
        self.pending = Some(pending);
        let _ = alloc.frame_box(1);
    }

    #[frame_system]
    pub fn logged(&mut self, alloc: &SmartAlloc) {
        let mut log = std::mem::take(&mut self.log);
        log.push(*alloc.frame_box(1)); //~ FA402
        self.log = log;
    }

    #[frame_system]
    pub fn popped(&mut self, alloc: &SmartAlloc) {
        let mut properties = self.spare.pop().unwrap_or_default();
        properties.transforms.push(*alloc.frame_box(1)); //~ FA402
        self.spare.push(properties);
    }

    #[frame_system]
    pub fn away(&mut self, alloc: &SmartAlloc) -> usize {
        let mut list = self.lists.pop().unwrap_or_default();
        list.push(*alloc.frame_box(1)); //~ FA402
        list.len()
    }
}
