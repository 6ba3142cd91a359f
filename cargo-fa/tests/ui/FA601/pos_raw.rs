//! Addresses of frame data get out: rustc does not see it.
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use framealloc::{FrameBox, SmartAlloc, frame_system};

pub struct Renderer {
    vertices: *const u32,
    best: Option<NonNull<u32>>,
    all: Vec<*const u32>,
    address: usize,
}

static SHARED: AtomicPtr<u32> = AtomicPtr::new(std::ptr::null_mut());

impl Renderer {
    #[frame_system]
    pub fn as_ptr(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.vertices = FrameBox::as_ptr(&value); //~ FA601
    }

    #[frame_system]
    pub fn cast(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_ref(1_u32);
        self.vertices = value as *const u32; //~ FA601
    }

    #[frame_system]
    pub fn raw_reference(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_ref(1_u32);
        self.vertices = &raw const *value; //~ FA601
    }

    #[frame_system]
    pub fn from_ref(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.vertices = std::ptr::from_ref(&*value); //~ FA601
    }

    #[frame_system]
    pub fn non_null(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_ref(1_u32);
        self.best = Some(NonNull::from(value)); //~ FA601
    }

    #[frame_system]
    pub fn pushed(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.all.push(FrameBox::as_ptr(&value)); //~ FA601 FA402
    }

    #[frame_system]
    pub fn number(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.address = FrameBox::as_ptr(&value) as usize; //~ FA601
    }

    #[frame_system]
    pub fn slice(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_copy(&[1_u32, 2]);
        self.vertices = values.as_ptr(); //~ FA601
    }
}

#[frame_system]
pub fn returned(alloc: &SmartAlloc) -> *const u32 {
    let value = alloc.frame_box(1_u32);
    FrameBox::as_ptr(&value) //~ FA601
}

#[frame_system]
pub fn shared(alloc: &SmartAlloc) {
    let value = alloc.frame_ref(1_u32);
    SHARED.store(value as *mut u32, Ordering::Relaxed); //~ FA601
}

#[frame_system]
pub fn transmuted(alloc: &SmartAlloc) -> &'static u32 {
    let value = alloc.frame_ref(1_u32);
    unsafe { std::mem::transmute::<&u32, &'static u32>(value) } //~ FA601
}

pub fn after_the_frame(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let address = FrameBox::as_ptr(&alloc.frame_box(1_u32));
    alloc.end_frame();
    unsafe { *address } //~ FA601
}

pub fn from_the_last_frame(alloc: &mut SmartAlloc) -> u32 {
    let mut last: *const u32 = std::ptr::null();
    let mut sum = 0;
    for _ in 0..3 {
        alloc.begin_frame();
        if !last.is_null() { //~ FA601
            sum += unsafe { *last };
        }
        last = FrameBox::as_ptr(&alloc.frame_box(1_u32));
        alloc.end_frame();
    }
    sum
}

pub fn after_the_scope(alloc: &SmartAlloc) -> u32 {
    let address;
    {
        let scope = alloc.frame_scope();
        address = FrameBox::as_ptr(&scope.frame_box(1_u32));
    }
    unsafe { *address } //~ FA601
}

pub fn after_drop(alloc: &SmartAlloc) -> u32 {
    let scope = alloc.frame_scope();
    let address = FrameBox::as_ptr(&scope.frame_box(1_u32));
    drop(scope);
    unsafe { *address } //~ FA601
}

fn address(value: &u32) -> *const u32 {
    value as *const u32
}

#[frame_system]
pub fn by_helper(alloc: &SmartAlloc, out: &mut Renderer) {
    let value = alloc.frame_box(1_u32);
    out.vertices = address(&value); //~ FA601
}

fn publish(value: &mut u32) {
    SHARED.store(value as *mut u32, Ordering::Relaxed);
}

#[frame_system]
pub fn by_publisher(alloc: &SmartAlloc) {
    publish(alloc.frame_ref(1_u32)); //~ FA601
}

pub struct Uploads {
    view: &'static [f32],
    first: *const f32,
    address: usize,
    job: Option<Job>,
}

pub struct Job(*const f32);

unsafe impl Send for Job {}

impl Uploads {
    pub fn from_raw_parts(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_fill_with(8, |_| 0.0_f32);
        self.view = unsafe { std::slice::from_raw_parts(values.as_ptr(), values.len()) }; //~ FA601
    }

    pub fn offset(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_fill_with(8, |_| 0.0_f32);
        self.first = unsafe { values.as_ptr().add(4) }; //~ FA601
    }

    pub fn cast(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_fill_with(8, |_| 0_u32);
        self.first = values.as_ptr().cast::<f32>(); //~ FA601
    }

    pub fn address(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_fill_with(8, |_| 0.0_f32);
        self.address = values.as_ptr().addr(); //~ FA601
    }

    pub fn exposed(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_fill_with(8, |_| 0.0_f32);
        self.address = values.as_ptr().expose_provenance(); //~ FA601
    }

    pub fn wrapped(&mut self, alloc: &SmartAlloc) {
        let values = alloc.frame_slice_fill_with(8, |_| 0.0_f32);
        self.job = Some(Job(values.as_ptr())); //~ FA601
    }
}
