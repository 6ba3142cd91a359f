//! The access to a retained value ends with the frame; the promotions have the value then.

use framealloc::{RetentionPolicy, SmartAlloc};

fn main() {
    let mut alloc = SmartAlloc::default();
    let kept = alloc.frame_retain(1, RetentionPolicy::PromoteToPool);
    let promotions = alloc.end_frame_with_promotions();
    println!("{} {}", *kept, promotions.len());
}
