//! Handles that are resolved in a later frame as if they must be there.
use framealloc::{FrameHandle, SmartAlloc, frame_system};

pub struct Renderer {
    mesh: FrameHandle<u32>,
    last: Option<FrameHandle<u32>>,
}

impl Renderer {
    #[frame_system]
    pub fn unwrapped(&self, alloc: &SmartAlloc) -> u32 {
        *self.mesh.get(alloc).unwrap() //~ FA608
    }

    #[frame_system]
    pub fn expected(&self, alloc: &SmartAlloc) -> u32 {
        *self.mesh.get(alloc).expect("the mesh is there") //~ FA608
    }

    #[frame_system]
    pub fn copied(&self, alloc: &SmartAlloc) -> u32 {
        let mesh = self.mesh;
        *mesh.get(alloc).unwrap() //~ FA608
    }
}

pub fn after_the_end_of_the_frame(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let handle = alloc.frame_share(1_u32);
    alloc.end_frame();
    alloc.begin_frame();
    let value = *handle.get(alloc).unwrap(); //~ FA608
    alloc.end_frame();
    value
}

pub fn after_the_end(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let handle = alloc.frame_share(1_u32);
    let copy = handle;
    alloc.end_frame();
    *copy.get(alloc).expect("still there") //~ FA608
}
