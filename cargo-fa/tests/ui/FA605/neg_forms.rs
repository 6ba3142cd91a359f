//! What is taken was kept, and what was discarded is left.
use std::collections::HashMap;

use framealloc::{Importance, RetainKey, RetentionPolicy, SmartAlloc};

pub fn to_a_pool(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some()
}

pub fn by_importance(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_with_importance::<u32>(Importance::Reusable).write(1).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some()
}

pub fn both(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let kept = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool).key();
    println!("{}", *alloc.frame_retain(2_u32, RetentionPolicy::Discard));
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(kept).is_some()
}

pub fn a_key_of_somebody_else(alloc: &mut SmartAlloc, key: RetainKey<u32>) -> bool {
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some()
}

pub fn a_policy_of_somebody_else(alloc: &mut SmartAlloc, policy: RetentionPolicy) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, policy).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some()
}

pub fn of_a_map(map: &mut HashMap<u32, u32>) -> Option<u32> {
    map.remove(&1)
}
