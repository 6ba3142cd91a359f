//! Closures that are called in the frame, or that own what they capture.
use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Events {
    all: Vec<Box<dyn Fn() -> u32>>,
}

impl Events {
    #[frame_system]
    pub fn copied(&mut self, alloc: &SmartAlloc) {
        let value = *alloc.frame_box(1_u32);
        self.all.push(Box::new(move || value)); //~ FA401 FA402
    }

    #[frame_system]
    pub fn owned(&mut self, alloc: &SmartAlloc) {
        let value = alloc.pool_box(1_u32);
        self.all.push(Box::new(move || *value)); //~ FA401 FA402
    }
}

#[frame_system]
pub fn called(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    let twice = || *value * 2;
    twice()
}

#[frame_system]
pub fn passed(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let limit = alloc.frame_box(1_u32);
    inputs.iter().filter(|input| **input > *limit).count()
}

fn apply(function: impl Fn(u32) -> u32) -> u32 {
    function(1)
}

#[frame_system]
pub fn to_a_function(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    apply(|number| number + *value)
}

#[frame_system]
pub fn returned_copy(alloc: &SmartAlloc) -> impl Fn() -> u32 {
    let value = *alloc.frame_box(1_u32);
    move || value
}
