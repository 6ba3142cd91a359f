//! Values that are discarded and asked for all the same.
use framealloc::{Importance, RetentionPolicy, SmartAlloc};

pub struct Game {
    alloc: SmartAlloc,
}

impl Game {
    pub fn tick(&mut self) -> u32 {
        self.alloc.begin_frame();
        let key = self.alloc.frame_retain(1_u32, RetentionPolicy::Discard).key();
        let mut promotions = self.alloc.end_frame_with_promotions();
        promotions.take(key).map_or(0, |value| *value) //~ FA605
    }
}

pub fn inline(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_retain([0_u8; 16], RetentionPolicy::Discard).key();
    alloc.end_frame_with_promotions().take(key).is_some() //~ FA605
}

pub fn by_a_variable(alloc: &mut SmartAlloc) -> bool {
    let policy = RetentionPolicy::Discard;
    alloc.begin_frame();
    let kept = alloc.frame_retain(1_u32, policy);
    let key = kept.key();
    drop(kept);
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some() //~ FA605
}

pub fn by_importance(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_with_importance::<u32>(Importance::Ephemeral).write(1).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some() //~ FA605
}

pub fn copied_key(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, RetentionPolicy::Discard).key();
    let copy = key;
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(copy).is_some() //~ FA605
}

pub fn every_round(alloc: &mut SmartAlloc) {
    for number in 0..3_u32 {
        alloc.begin_frame();
        let key = alloc.frame_retain(number, RetentionPolicy::Discard).key();
        let mut promotions = alloc.end_frame_with_promotions();
        if let Some(value) = promotions.take(key) { //~ FA605
            println!("{}", *value);
        }
    }
}

pub fn matched(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, RetentionPolicy::Discard).key();
    let mut promotions = alloc.end_frame_with_promotions();
    match promotions.take(key) { //~ FA605
        Some(value) => *value,
        None => 0,
    }
}
