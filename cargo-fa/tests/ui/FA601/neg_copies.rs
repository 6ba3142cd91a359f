//! What leaves the frame is a copy, lives elsewhere, or is meant to be lent.
use std::sync::Mutex;

use framealloc::{Frame, FrameBox, FrameHandle, SmartAlloc, frame_system};

#[derive(Clone, Copy)]
pub struct Contact {
    depth: f32,
}

#[derive(Default)]
pub struct World {
    total: u32,
    best: Option<u32>,
    deepest: f32,
    contact: Option<Contact>,
    numbers: Vec<u32>,
    shared: Option<FrameHandle<u32>>,
}

static TOTAL: Mutex<u32> = Mutex::new(0);

impl World {
    #[frame_system]
    pub fn numbers(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.total += *value;
        self.best = Some(*value);
        *TOTAL.lock().unwrap() = *value;
    }

    #[frame_system]
    pub fn field_of(&mut self, alloc: &SmartAlloc) {
        let contact = alloc.frame_box(Contact { depth: 1.0 });
        self.deepest = contact.depth;
        self.contact = Some(*contact);
    }

    #[frame_system]
    pub fn into_inner(&mut self, alloc: &SmartAlloc) {
        let contact = alloc.frame_box(Contact { depth: 1.0 });
        self.contact = Some(FrameBox::into_inner(contact));
    }

    #[frame_system]
    pub fn handle(&mut self, alloc: &SmartAlloc) {
        self.shared = Some(alloc.frame_share(1_u32));
    }

    #[frame_system]
    pub fn sums(&mut self, alloc: &SmartAlloc) -> usize {
        let values = alloc.frame_slice_copy(&[1_u32, 2, 3]);
        self.total = values.iter().sum();
        self.best = values.iter().copied().max();
        values.len()
    }

    #[frame_system]
    pub fn extended(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_copy(&[1_u32, 2, 3]);
        self.numbers.extend(values.iter().copied()); //~ FA402
        self.numbers.extend_from_slice(&values); //~ FA402
    }
}

pub fn lent<'f>(alloc: &'f SmartAlloc) -> FrameBox<'f, u32> {
    alloc.frame_box(1)
}

pub fn helper(frame: &Frame) -> &mut [u32] {
    frame.frame_slice_copy(&[1, 2, 3])
}

pub fn collected<'f>(alloc: &'f SmartAlloc, out: &mut Vec<FrameBox<'f, u32>>) {
    out.push(alloc.frame_box(1));
}

#[frame_system]
pub fn local_container(alloc: &SmartAlloc) -> u32 {
    let mut all = alloc.frame_vec();
    all.push(alloc.frame_box(1_u32));
    all.iter().map(|value| **value).sum()
}

#[frame_system(out = frame)]
pub fn whole_frame_result(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    let scratch = alloc.frame_box(20_u32);
    frame.frame_box(*scratch + 1)
}

pub struct FrameView<'f> {
    best: Option<FrameBox<'f, u32>>,
    all: Vec<FrameBox<'f, u32>>,
}

impl<'f> FrameView<'f> {
    pub fn fill(&mut self, alloc: &'f SmartAlloc) {
        self.best = Some(alloc.frame_box(1));
        self.all.push(alloc.frame_box(2));
    }
}

#[frame_system]
pub fn inner_view(alloc: &SmartAlloc) -> u32 {
    let mut best = None;
    if best.is_none() {
        best = Some(alloc.frame_box(3_u32));
    }
    best.map_or(0, |value| *value)
}

pub fn scope_result(alloc: &SmartAlloc) -> u32 {
    alloc.scoped(|frame| {
        let value = frame.frame_box(1_u32);
        *value + 1
    })
}

pub fn tagged_result(alloc: &SmartAlloc) -> u32 {
    let values = alloc.with_tag("physics", |tagged| tagged.frame_slice_copy(&[1_u32, 2]));
    values.iter().sum()
}

pub fn address_within(alloc: &SmartAlloc) -> u32 {
    let value = alloc.frame_box(1_u32);
    let address = FrameBox::as_ptr(&value);
    unsafe { *address }
}

pub struct Unrelated {
    frame_box: Vec<u32>,
}

impl Unrelated {
    pub fn frame_box(&mut self, value: u32) -> &u32 {
        self.frame_box.push(value);
        &self.frame_box[0]
    }

    pub fn keep(&mut self, other: &mut Self) {
        let value = *other.frame_box(1);
        self.frame_box.push(value);
    }
}

pub struct Measured {
    last: f32,
    aligned: bool,
    bytes: usize,
}

impl Measured {
    /// Pointers that are used up within the frame, and what is read through them.
    pub fn within_the_frame(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_fill_with(8, |_| 0.0_f32);
        let last = unsafe { values.as_ptr().add(7) };
        let seen = unsafe { std::slice::from_raw_parts(values.as_ptr(), 4) };
        self.last = unsafe { *last };
        self.aligned = values.as_ptr().addr() % 16 == 0;
        self.bytes = seen.len();
    }
}
