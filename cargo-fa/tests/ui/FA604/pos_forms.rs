//! Values that are promoted and lost, in all their forms.
use framealloc::{Importance, RetentionPolicy, SmartAlloc};

pub struct Game {
    alloc: SmartAlloc,
}

impl Game {
    pub fn tick(&mut self) {
        self.alloc.begin_frame();
        let value = self.alloc.frame_retain(1_u32, RetentionPolicy::PromoteToHeap); //~ FA604
        println!("{}", *value);
        drop(value);
        self.alloc.end_frame();
    }
}

pub fn every_round(alloc: &mut SmartAlloc) {
    for number in 0..3_u32 {
        alloc.begin_frame();
        println!("{}", *alloc.frame_retain(number, RetentionPolicy::PromoteToPool)); //~ FA604
        alloc.end_frame();
    }
}

pub fn by_a_variable(alloc: &mut SmartAlloc) {
    let policy = RetentionPolicy::PromoteToPool;
    alloc.begin_frame();
    println!("{}", *alloc.frame_retain(1_u32, policy)); //~ FA604
    alloc.end_frame();
}

pub fn by_importance(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    println!("{}", *alloc.frame_with_importance::<u32>(Importance::Persistent).write(1)); //~ FA604
    alloc.end_frame();
}

pub fn in_a_branch(alloc: &mut SmartAlloc, on: bool) {
    alloc.begin_frame();
    if on {
        println!("{}", *alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool)); //~ FA604
    }
    alloc.end_frame();
}

pub fn bracketed(alloc: &mut SmartAlloc) {
    alloc.whole_frame(|alloc| {
        println!("{}", *alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool)); //~ FA604
    });
}

pub fn fallible(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    if let Ok(slot) = alloc.try_frame_retained::<u32>(RetentionPolicy::PromoteToPool) { //~ FA604
        println!("{}", *slot.write(1));
    }
    alloc.end_frame();
}
