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

pub trait Pass {
    fn run(&mut self) -> usize;
}

pub struct Bloom {
    kernel: Vec<f32>,
    size: usize,
}

impl Pass for Bloom {
    fn run(&mut self) -> usize {
        self.kernel = (0..self.size).map(|at| (at as f32).exp()).collect(); //~ FA401
        self.kernel.len()
    }
}

pub struct Text {
    lines: u32,
}

impl Pass for Text {
    fn run(&mut self) -> usize {
        let text = format!("{}", self.lines); //~ FA401
        text.len()
    }
}

#[frame_system]
pub fn each_behind_a_box(alloc: &SmartAlloc, passes: &mut Vec<Box<dyn Pass>>) -> usize {
    passes.iter_mut().map(|pass| pass.run()).sum::<usize>() + *alloc.frame_box(1_usize)
}
