//! What nobody can see into, called by what declares an effect.
use framealloc::{Frame, SmartAlloc, frame_system, no_block, no_heap};

unsafe extern "C" {
    fn strlen(text: *const std::ffi::c_char) -> usize;
}

pub struct Hooks {
    pub on_hit: fn(u32) -> u32,
    pub on_heal: Box<dyn Fn(u32) -> u32>,
    pub table: [fn(u32) -> u32; 4],
}

#[frame_system(no_heap)]
pub fn pointer(alloc: &SmartAlloc, hooks: &Hooks) -> u32 { //~ FA412
    (hooks.on_hit)(7) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn boxed(alloc: &SmartAlloc, hooks: &Hooks) -> u32 { //~ FA412
    (hooks.on_heal)(7) + *alloc.frame_box(1)
}

#[frame_system(no_heap)]
pub fn table(alloc: &SmartAlloc, hooks: &Hooks, at: usize) -> u32 { //~ FA412
    (hooks.table[at])(7) + *alloc.frame_box(1)
}

#[frame_system(no_heap)]
pub fn parameter(alloc: &SmartAlloc, work: &dyn Fn(u32) -> u32) -> u32 { //~ FA412
    work(7) + *alloc.frame_box(1)
}

#[frame_system(no_heap)]
pub fn generic(alloc: &SmartAlloc, work: impl Fn(u32) -> u32) -> u32 { //~ FA412
    work(7) + *alloc.frame_box(1)
}

#[frame_system(no_heap)]
pub fn foreign(alloc: &SmartAlloc, text: &std::ffi::CStr) -> usize { //~ FA412
    // SAFETY: the text ends with a zero.
    unsafe { strlen(text.as_ptr()) + *alloc.frame_box(1) }
}

/// A method that nobody here implements.
pub trait Script {
    fn run(&self, value: u32) -> u32;
}

#[frame_system(no_heap)]
pub fn scripted(alloc: &SmartAlloc, script: &dyn Script) -> u32 { //~ FA412
    script.run(7) + *alloc.frame_box(1)
}

#[no_heap]
pub fn by_bound<S: Script>(script: &S) -> u32 { //~ FA412
    script.run(7)
}

/// Below a helper, which names the call of whoever declares something.
fn helper(frame: &Frame, hooks: &Hooks) -> u32 {
    (hooks.on_hit)(3) + *frame.frame_box(1)
}

#[frame_system(no_heap)]
pub fn below(alloc: &SmartAlloc, hooks: &Hooks) -> u32 { //~ FA412
    helper(alloc, hooks)
}

#[no_block]
pub fn callback(work: fn(u32) -> u32) -> u32 { //~ FA412
    work(3)
}
