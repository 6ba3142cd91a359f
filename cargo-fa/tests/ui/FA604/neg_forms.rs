//! Values that are taken, that are not promoted, or that somebody else may take.
use framealloc::{Importance, Promotions, RetentionPolicy, SmartAlloc};

pub fn every_round(alloc: &mut SmartAlloc) -> usize {
    let mut sum = 0;
    for number in 0..3_u32 {
        alloc.begin_frame();
        println!("{}", *alloc.frame_retain(number, RetentionPolicy::PromoteToPool));
        sum += alloc.end_frame_with_promotions().len();
    }
    sum
}

pub fn handed_out(alloc: &mut SmartAlloc) -> Promotions {
    alloc.begin_frame();
    println!("{}", *alloc.frame_retain(1_u32, RetentionPolicy::PromoteToHeap));
    alloc.end_frame_with_promotions()
}

pub fn ephemeral(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    println!("{}", *alloc.frame_with_importance::<u32>(Importance::Ephemeral).write(1));
    alloc.end_frame();
}

pub fn discarded_later(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    let mut value = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool);
    value.set_policy(RetentionPolicy::Discard);
    drop(value);
    alloc.end_frame();
}

pub fn to_scratch_by_importance(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    println!("{}", *alloc.frame_with_importance::<u32>(Importance::Scratch("level")).write(1));
    alloc.end_frame();
}
