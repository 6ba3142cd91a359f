//! Fields of the same name as one that is emptied, and names that stand for something else.
use framealloc::{SmartAlloc, frame_system};

pub struct Journal {
    lines: Vec<u32>,
    free: Vec<u32>,
}

impl Journal {
    #[frame_system]
    pub fn another_local(&mut self, alloc: &SmartAlloc) {
        let mut lines = vec![1]; //~ FA401
        lines.clear();
        self.lines.push(*alloc.frame_box(0_u32)); //~ FA402
    }

    #[frame_system]
    pub fn a_copy(&mut self, alloc: &SmartAlloc) -> usize {
        let mut free = self.free.clone(); //~ FA401
        free.clear();
        self.free.push(*alloc.frame_box(0_u32)); //~ FA402
        free.len()
    }
}

pub struct Messages {
    lines: Vec<u32>,
}

impl Messages {
    pub fn clear(&mut self) {
        self.lines.clear();
    }
}
