//! Another system leads there too, or sets its own, or promises not to use the heap.
use framealloc::{SmartAlloc, frame_system};

#[frame_system(ambient)]
pub fn layout(alloc: &SmartAlloc, count: usize) -> usize {
    label(count).len() + plain(alloc, count)
}

fn label(count: usize) -> String {
    count.to_string() //~ FA401
}

#[frame_system]
pub fn plain(alloc: &SmartAlloc, count: usize) -> usize {
    let text = format!("{count}"); //~ FA401
    label(count).len() + alloc.frame_str(&text).len()
}

#[frame_system]
pub fn beside(alloc: &SmartAlloc, count: usize) -> usize {
    let inside = alloc.ambient(|| format!("{count}").len());
    let outside = format!("{count}"); //~ FA401
    inside + alloc.frame_str(&outside).len()
}

#[frame_system(ambient, no_heap)]
pub fn both(alloc: &SmartAlloc, count: usize) -> usize {
    let text = format!("{count}"); //~ FA401
    alloc.frame_str(&text).len()
}
