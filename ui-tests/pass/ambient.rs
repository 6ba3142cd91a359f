//! Systems and frames whose heap is bumped.

use framealloc::{AmbientAlloc, SmartAlloc, frame_system};

#[global_allocator]
static GLOBAL: AmbientAlloc = AmbientAlloc::system();

#[frame_system(tag = "ui", ambient)]
fn layout(alloc: &SmartAlloc, labels: &[&str]) -> Vec<String> {
    let kept = alloc.frame_slice_copy(labels);
    kept.iter().map(|label| label.to_uppercase()).collect()
}

#[frame_system(ambient, no_heap = false)]
fn tick(alloc: &mut SmartAlloc) -> usize {
    layout(alloc, &["play", "quit"]).concat().len()
}

fn main() {
    let mut alloc = SmartAlloc::default();
    assert_eq!(tick(&mut alloc), 8);
    let stats = AmbientAlloc::stats();
    assert_eq!(stats.blocks, 0);
    assert_eq!(stats.tag("ui").map(|ui| ui.escaped), Some(3), "two texts and their list");
}
