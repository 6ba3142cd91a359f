//! Boxes that come and go within the frame, wherever they are made.
use framealloc::{SmartAlloc, frame_system};

pub struct Job {
    number: u32,
}

#[frame_system]
pub fn typed(alloc: &SmartAlloc) -> u32 {
    let job: Box<Job> = Box::new(Job { number: *alloc.frame_box(1) }); //~ FA401 FA552
    job.number
}

#[frame_system]
pub fn dropped(alloc: &SmartAlloc) -> u32 {
    let job = alloc.heap_box(Job { number: 1 });
    let number = job.number;
    drop(job); //~ FA552
    number
}

#[frame_system]
pub fn in_a_branch(alloc: &SmartAlloc, on: bool) -> u32 {
    if on {
        let job = alloc.heap_box(Job { number: 1 }); //~ FA552
        return job.number;
    }
    *alloc.frame_box(0)
}

#[frame_system]
pub fn in_a_match(alloc: &SmartAlloc, kind: u8) -> u32 {
    match kind {
        0 => {
            let job = alloc.heap_box(Job { number: 1 }); //~ FA552
            job.number
        }
        _ => *alloc.frame_box(0),
    }
}

fn helper(alloc: &SmartAlloc) -> u32 {
    let job = alloc.heap_box(Job { number: 1 }); //~ FA552
    job.number
}

#[frame_system]
pub fn by_a_helper(alloc: &SmartAlloc) -> u32 {
    helper(alloc) + *alloc.frame_box(1)
}

pub fn in_a_scope(alloc: &SmartAlloc) -> u32 {
    alloc.scoped(|frame| {
        let job = frame.heap_box(Job { number: 1 }); //~ FA552
        job.number + *frame.frame_box(1)
    })
}

#[frame_system]
pub fn renamed(alloc: &SmartAlloc) -> u32 {
    let made = alloc.heap_box(Job { number: 1 });
    let job = made; //~ FA552
    job.number
}

pub struct Runner {
    sum: u32,
}

impl Runner {
    #[frame_system]
    pub fn method(&mut self, alloc: &SmartAlloc) {
        let job = Box::new(Job { number: self.sum }); //~ FA401 FA552
        self.sum += job.number + *alloc.frame_box(1);
    }
}
