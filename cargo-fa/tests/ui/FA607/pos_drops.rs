//! Values with something to drop that nobody drops.
use std::rc::Rc;

use framealloc::{FrameBox, SmartAlloc};

pub struct Named {
    name: String,
}

pub struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        println!("dropped");
    }
}

pub fn text(alloc: &SmartAlloc, text: String) -> usize {
    alloc.frame_ref(text).len() //~ FA607
}

pub fn list(alloc: &SmartAlloc) -> usize {
    let list: Vec<u32> = Vec::new();
    alloc.frame_ref(list).len() //~ FA607
}

pub fn own(alloc: &SmartAlloc, named: Named) -> usize {
    alloc.frame_ref(named).name.len() //~ FA607
}

pub fn destructor(alloc: &SmartAlloc) {
    let _loud = alloc.frame_ref(Loud); //~ FA607
}

pub fn leaked(alloc: &SmartAlloc, named: Named) -> usize {
    FrameBox::leak(alloc.frame_box(named)).name.len() //~ FA607
}

pub fn forgotten(alloc: &SmartAlloc, named: Named) {
    std::mem::forget(alloc.frame_box(named)); //~ FA607
}

pub fn counted(alloc: &SmartAlloc, shared: Rc<u32>) -> u32 {
    **alloc.frame_ref(shared) //~ FA607
}

pub fn manually(alloc: &SmartAlloc, named: Named) -> usize {
    let kept = std::mem::ManuallyDrop::new(alloc.frame_box(named)); //~ FA607
    kept.name.len()
}

pub fn optional(alloc: &SmartAlloc, text: Option<String>) -> bool {
    alloc.frame_ref(text).is_some() //~ FA607
}

pub fn leaked_at_once(alloc: &SmartAlloc, named: Named) -> usize {
    alloc.frame_leak(named).name.len() //~ FA607
}

pub fn leaked_slice(alloc: &SmartAlloc, names: Vec<String>) -> usize {
    alloc.frame_leak_from_iter(names).len() //~ FA607
}
