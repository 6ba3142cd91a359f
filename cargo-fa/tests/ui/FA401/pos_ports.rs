//! What ports of public code missed.
use framealloc::{SmartAlloc, frame_system};

#[derive(Clone)]
pub struct Body {
    parts: Vec<u32>,
}

#[frame_system]
pub fn clones_of_elements(alloc: &SmartAlloc, bodies: &[Body]) -> usize {
    let first = bodies.first().cloned(); //~ FA401
    first.map_or(0, |first| first.parts.len()) + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn where_nothing_was_found(alloc: &SmartAlloc, bodies: &[Body]) -> usize {
    let found = bodies.iter().find(|body| body.parts.is_empty());
    let name = found.map(|body| body.parts.len()).unwrap_or_else(|| {
        let text = format!("{}", *alloc.frame_box(1)); //~ FA401
        text.len()
    });
    name
}
