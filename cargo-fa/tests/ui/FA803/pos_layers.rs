//! Calls from one tag into another that its `may_use` does not list.
use framealloc::{SmartAlloc, alloc_tag, frame_system};

#[alloc_tag("game")]
pub fn rules(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

#[alloc_tag("physics")]
pub fn step(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

#[alloc_tag("math")]
pub fn upwards(alloc: &SmartAlloc) {
    step(alloc); //~ FA803
}

#[frame_system(tag = "math")]
pub fn system(alloc: &SmartAlloc) {
    step(alloc); //~ FA803 FA606
}

pub fn by_hand(alloc: &SmartAlloc) {
    alloc.with_tag("math", |frame| step(frame)); //~ FA803
}

#[alloc_tag("physics")]
pub fn to_the_top(alloc: &SmartAlloc) {
    rules(alloc); //~ FA803
}

fn between(alloc: &SmartAlloc) {
    rules(alloc);
}

#[alloc_tag("math")]
pub fn through_a_helper(alloc: &SmartAlloc) {
    between(alloc); //~ FA803
}

pub struct World;

impl World {
    #[alloc_tag("game")]
    pub fn update(&self, alloc: &SmartAlloc) {
        println!("{}", alloc.frame_box(1_u32));
    }

    #[alloc_tag("physics")]
    pub fn method(&self, alloc: &SmartAlloc) {
        self.update(alloc); //~ FA803
    }
}

#[alloc_tag("math")]
pub fn in_a_closure(alloc: &SmartAlloc) {
    (0..2).for_each(|_| step(alloc)); //~ FA803
}

#[alloc_tag("math")]
pub fn in_a_branch(alloc: &SmartAlloc, on: bool) {
    if on {
        step(alloc); //~ FA803
    }
}
