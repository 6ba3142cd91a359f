//! What is asked of the heap is bumped: in the system, and in what only such systems lead to.
use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = "ui", ambient)]
pub fn layout(alloc: &SmartAlloc, scores: &[u32]) -> usize {
    let texts: Vec<String> = scores.iter().map(|score| format!("score {score}")).collect();
    let boxed = Box::new(texts.len());
    alloc.frame_slice_copy(scores).len() + *boxed + label(scores.len()).len()
}

fn label(count: usize) -> String {
    let mut label = count.to_string();
    label.push_str(" scores");
    label
}

#[frame_system]
pub fn menu(alloc: &SmartAlloc, count: usize) -> usize {
    let width = alloc.ambient(|| {
        let lines: Vec<String> = (0..count).map(|line| format!("line {line}")).collect();
        lines.len() + label(count).len()
    });
    alloc.frame_slice_zeroed::<u8>(width).len() + alloc.ambient(named)
}

fn named() -> usize {
    label(7).len()
}

#[frame_system(ambient)]
pub fn tick(alloc: &mut SmartAlloc) -> usize {
    label(3).len() + alloc.frame_str("tick").len()
}
