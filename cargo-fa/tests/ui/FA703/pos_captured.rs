//! Closures that outlive the frame capture addresses of frame data.
use framealloc::{FrameBox, SmartAlloc};

#[derive(Default)]
pub struct Jobs {
    one: Option<Box<dyn Fn() -> usize>>,
    many: Vec<Box<dyn Fn() -> usize>>,
}

impl Jobs {
    pub fn later(&mut self, job: impl Fn() -> usize + 'static) {
        self.one = Some(Box::new(job)); //~ FA401
    }
}

pub fn field(alloc: &SmartAlloc, jobs: &mut Jobs) {
    let value = alloc.frame_box(1_u32);
    let address = FrameBox::as_ptr(&value) as usize;
    jobs.one = Some(Box::new(move || address)); //~ FA703
}

pub fn pushed(alloc: &SmartAlloc, jobs: &mut Jobs) {
    let value = alloc.frame_ref(1_u32);
    let address = &raw const *value as usize;
    jobs.many.push(Box::new(move || address)); //~ FA703
}

pub fn returned(alloc: &SmartAlloc) -> Box<dyn Fn() -> usize> {
    alloc.scoped(|frame| {
        let value = frame.frame_ref(1_u32);
        let address = &raw const *value as usize;
        Box::new(move || address) //~ FA703 FA401
    })
}

pub fn method(alloc: &SmartAlloc, jobs: &mut Jobs) {
    alloc.scoped(|frame| {
        let value = frame.frame_ref(1_u32);
        let address = &raw const *value as usize;
        jobs.later(move || address); //~ FA703
    });
}
