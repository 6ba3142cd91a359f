//! Closures that capture frame data are kept.
//@ compile-fail
use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Events {
    one: Option<Box<dyn Fn() -> u32>>,
    all: Vec<Box<dyn Fn() -> u32>>,
}

impl Events {
    #[frame_system]
    pub fn field(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.one = Some(Box::new(move || *value)); //~ FA703 FA401
    }

    #[frame_system]
    pub fn pushed(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.all.push(Box::new(move || *value)); //~ FA703 FA401 FA402
    }

    #[frame_system]
    pub fn named(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_ref(1_u32);
        let callback = move || *value;
        self.one = Some(Box::new(callback)); //~ FA703 FA401
    }
}

#[frame_system]
pub fn returned(alloc: &SmartAlloc) -> impl Fn() -> u32 {
    let value = alloc.frame_box(1_u32);
    move || *value //~ FA703
}

#[frame_system]
pub fn boxed(alloc: &SmartAlloc) -> Box<dyn Fn() -> u32> {
    let value = alloc.frame_box(1_u32);
    Box::new(move || *value) //~ FA703 FA401
}

#[frame_system]
pub fn future(alloc: &SmartAlloc) -> impl Future<Output = u32> {
    let value = alloc.frame_box(1_u32);
    async move { *value } //~ FA703
}
