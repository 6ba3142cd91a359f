//! Frame data is put where it outlives its frame.
//@ compile-fail
use std::cell::{Cell, RefCell};
use std::sync::{Mutex, OnceLock};
use std::sync::mpsc::Sender;

use framealloc::{Frame, FrameBox, SmartAlloc, frame_system};

pub struct Cache {
    best: Option<FrameBox<'static, u32>>,
    all: Vec<FrameBox<'static, u32>>,
    pair: (Option<FrameBox<'static, u32>>, u32),
}

static BEST: Mutex<Option<FrameBox<'static, u32>>> = Mutex::new(None);
static FIRST: OnceLock<FrameBox<'static, u32>> = OnceLock::new();
static ALL: Mutex<Vec<FrameBox<'static, u32>>> = Mutex::new(Vec::new());

thread_local! {
    static LOCAL: RefCell<Vec<FrameBox<'static, u32>>> = const { RefCell::new(Vec::new()) };
}

impl Cache {
    #[frame_system]
    pub fn field(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.best = Some(value); //~ FA601
    }

    #[frame_system]
    pub fn push(&mut self, alloc: &SmartAlloc) {
        self.all.push(alloc.frame_box(2_u32)); //~ FA601 FA402
    }

    #[frame_system]
    pub fn nested_field(&mut self, alloc: &SmartAlloc) {
        self.pair.0 = Some(alloc.frame_box(3_u32)); //~ FA601
    }

    #[frame_system]
    pub fn alias(&mut self, alloc: &SmartAlloc) {
        let all = &mut self.all;
        let value = alloc.frame_box(4_u32);
        let renamed = value;
        all.push(renamed); //~ FA601 FA402
    }

    #[frame_system]
    pub fn if_let(&mut self, alloc: &SmartAlloc, on: Option<u32>) {
        if let Some(number) = on {
            self.best = Some(alloc.frame_box(number)); //~ FA601
        }
    }

    #[frame_system]
    pub fn matched(&mut self, alloc: &SmartAlloc, on: Result<u32, u32>) {
        let value = match on {
            Ok(number) => alloc.frame_box(number),
            Err(_) => alloc.frame_box(0),
        };
        self.best = Some(value); //~ FA601
    }

    #[frame_system]
    pub fn question(&mut self, alloc: &SmartAlloc) -> Option<()> {
        let value = alloc.try_frame_box(1_u32).ok()?;
        self.best = Some(value); //~ FA601
        Some(())
    }

    #[frame_system]
    pub fn replaced(&mut self, alloc: &SmartAlloc) {
        let _old = std::mem::replace(&mut self.best, Some(alloc.frame_box(1_u32))); //~ FA601
    }
}

#[frame_system]
pub fn out_parameter<'f>(alloc: &SmartAlloc, out: &mut Vec<FrameBox<'f, u32>>) {
    out.push(alloc.frame_box(1)); //~ FA601 FA402
}

#[frame_system]
pub fn through_reference<'f>(alloc: &SmartAlloc, out: &mut Option<FrameBox<'f, u32>>) {
    *out = Some(alloc.frame_box(1)); //~ FA601
}

#[frame_system]
pub fn in_static(alloc: &SmartAlloc) {
    *BEST.lock().unwrap() = Some(alloc.frame_box(1)); //~ FA601
}

#[frame_system]
pub fn in_once(alloc: &SmartAlloc) {
    let _ = FIRST.set(alloc.frame_box(1)); //~ FA601
}

pub fn static_without_system(alloc: &SmartAlloc) {
    ALL.lock().unwrap().push(alloc.frame_box(1)); //~ FA601
}

#[frame_system]
pub fn in_thread_local(alloc: &SmartAlloc) {
    LOCAL.with(|all| all.borrow_mut().push(alloc.frame_box(1))); //~ FA601 FA402
}

#[frame_system]
pub fn channel<'f>(alloc: &SmartAlloc, out: &Sender<FrameBox<'f, u32>>) {
    let _ = out.send(alloc.frame_box(1)); //~ FA601 FA401
}

#[frame_system]
pub fn cell<'f>(alloc: &SmartAlloc, out: &Cell<Option<FrameBox<'f, u32>>>) {
    out.set(Some(alloc.frame_box(1))); //~ FA601
}

pub fn outer_variable(alloc: &SmartAlloc) -> u32 {
    let mut kept = None;
    alloc.scoped(|frame| {
        kept = Some(frame.frame_box(1_u32)); //~ FA601
    });
    kept.map_or(0, |value| *value)
}

fn keep<'f>(all: &mut Vec<FrameBox<'f, u32>>, value: FrameBox<'f, u32>) {
    all.push(value); //~ FA402
}

#[frame_system]
pub fn by_helper<'f>(alloc: &SmartAlloc, out: &mut Vec<FrameBox<'f, u32>>) {
    keep(out, alloc.frame_box(1)); //~ FA601
}

fn make(frame: &Frame) -> FrameBox<'_, u32> {
    frame.frame_box(1)
}

#[frame_system]
pub fn from_helper(alloc: &SmartAlloc, cache: &mut Cache) {
    cache.best = Some(make(alloc)); //~ FA601
}

pub struct Pair<'f> {
    value: FrameBox<'f, u32>,
    count: u32,
}

#[frame_system]
pub fn struct_literal<'f>(alloc: &SmartAlloc, out: &mut Vec<Pair<'f>>) {
    let pair = Pair { value: alloc.frame_box(1), count: 1 };
    out.push(pair); //~ FA601 FA402
}
