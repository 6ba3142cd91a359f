//! What grows is bumped.
use framealloc::{SmartAlloc, frame_system};

#[frame_system(ambient)]
pub fn layout(alloc: &SmartAlloc, scores: &[u32]) -> usize {
    let mut twice = Vec::new();
    for score in scores {
        twice.push(score * 2);
    }
    alloc.frame_slice_copy(&twice).len()
}
