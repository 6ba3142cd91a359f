//! What a closure is given is copied, shared or only looked at.
use std::sync::Arc;

use framealloc::{Frame, SmartAlloc, frame_system};

#[derive(Clone, Copy)]
pub struct Zoom(pub f32);
#[derive(Clone)]
pub enum Family {
    Mono,
    Named(Arc<str>),
}
#[derive(Clone)]
pub struct Font {
    pub size: f32,
    pub family: Family,
}
pub struct Options {
    pub zoom: Zoom,
    pub font: Font,
    pub names: Vec<String>,
}
pub struct Context(Options);

impl Context {
    pub fn options<R>(&self, reader: impl FnOnce(&Options) -> R) -> R {
        reader(&self.0)
    }
    pub fn two<A, F: Fn(&Options, A) -> A>(&self, with: A, f: F) -> A {
        f(&self.0, with)
    }
    pub fn in_frame<R>(&self, frame: &Frame, f: impl FnOnce(&Frame, &Options) -> R) -> R {
        f(frame, &self.0)
    }

    #[frame_system]
    pub fn zooms(&self, alloc: &SmartAlloc) -> f32 {
        let zoom = self.options(|o| o.zoom.clone());
        zoom.0 + *alloc.frame_box(1.0)
    }
    #[frame_system]
    pub fn fonts(&self, alloc: &SmartAlloc) -> f32 {
        let font = self.options(|o| o.font.clone());
        font.size + *alloc.frame_box(1.0)
    }
    #[frame_system]
    pub fn counts(&self, alloc: &SmartAlloc) -> usize {
        let longest = self.options(|o| o.names.iter().map(|name| name.len()).max());
        longest.unwrap_or(0) + *alloc.frame_box(1_usize)
    }
    #[frame_system]
    pub fn given_back(&self, alloc: &SmartAlloc, names: Vec<String>) -> usize {
        let names = self.two(names, |_, names| names);
        names.len() + *alloc.frame_box(1_usize)
    }
    #[frame_system]
    pub fn copies_into_the_frame(&self, alloc: &SmartAlloc) -> usize {
        self.in_frame(alloc, |frame, o| {
            let names = frame.frame_slice_from_iter(o.names.iter().map(String::as_str));
            names.len()
        })
    }
}
