//! Containers that outlive the frame and of which nothing says that their memory is used again.
use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Log {
    lines: Vec<u32>,
    other: Vec<u32>,
    taken: Vec<u32>,
    copied: Vec<u32>,
    steady: Vec<u32>,
}

impl Log {
    #[frame_system]
    pub fn another_is_cleared(&mut self, alloc: &SmartAlloc) {
        self.other.clear();
        self.lines.push(*alloc.frame_box(1)); //~ FA402
    }

    #[frame_system]
    pub fn given_away(&mut self, alloc: &SmartAlloc) -> Vec<u32> {
        self.taken.push(*alloc.frame_box(1)); //~ FA402
        std::mem::take(&mut self.taken)
    }

    #[frame_system]
    pub fn a_copy_is_cleared(&mut self, alloc: &SmartAlloc) -> usize {
        let mut copy = self.copied.clone(); //~ FA401
        copy.clear();
        copy.push(*alloc.frame_box(1)); //~ FA402
        copy.len()
    }

    #[frame_system]
    pub fn lent_to_a_helper(&mut self, alloc: &SmartAlloc) {
        add(&mut self.lines, *alloc.frame_box(1));
    }

    #[frame_system(no_heap)]
    pub fn until_the_largest_frame(&mut self, alloc: &SmartAlloc) {
        self.steady.clear();
        self.steady.push(*alloc.frame_box(1)); //~ FA402
    }
}

fn add(out: &mut Vec<u32>, value: u32) {
    out.push(value); //~ FA402
}

#[frame_system]
pub fn local_that_is_cleared(alloc: &SmartAlloc, bodies: &[u32]) -> usize {
    let mut list = Vec::new();
    for body in bodies {
        list.clear();
        list.push(*body + *alloc.frame_box(1)); //~ FA402 FA602
    }
    list.len()
}
