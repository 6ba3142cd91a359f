use std::sync::mpsc::SyncSender;

use framealloc::{Frame, FrameBox, FrameHandle, FrameVec, PoolBox, SmartAlloc, TransferHandle, frame_system};

//# [refused] keep a copy, a `PoolBox` (`alloc.pool_box`), or a `FrameHandle` (`alloc.frame_share`) that is checked when it is read
pub mod before {
    use super::*;

    pub struct Cache<'f> {
        best: Option<FrameBox<'f, u32>>,
    }

    #[frame_system]
    pub fn kept<'f>(alloc: &'f SmartAlloc, cache: &mut Cache<'f>) {
        cache.best = Some(alloc.frame_box(1));
    }
}

pub mod after {
    use super::*;

    pub struct Cache {
        best: Option<u32>,
        pooled: Option<PoolBox<u32>>,
        shared: Option<FrameHandle<u32>>,
    }

    #[frame_system]
    pub fn kept(alloc: &SmartAlloc, cache: &mut Cache) {
        let best = alloc.frame_box(1);
        cache.best = Some(*best);
        cache.pooled = Some(alloc.pool_box(*best));
        cache.shared = Some(alloc.frame_share(*best));
    }
}

//# [refused] return a copy (`into_inner`, `to_owned`), or take `&Frame` from the caller and allocate from the caller's frame
pub mod before {
    use super::*;

    #[frame_system]
    pub fn made(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
        alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn made(alloc: &SmartAlloc) -> u32 {
        FrameBox::into_inner(alloc.frame_box(1))
    }

    pub fn made_in(frame: &Frame) -> FrameBox<'_, u32> {
        frame.frame_box(1)
    }

    #[frame_system]
    pub fn caller(alloc: &SmartAlloc) -> u32 {
        *made_in(alloc)
    }
}

//# [refused] send `alloc.frame_box_for_transfer(value)`, or a copy
pub mod before {
    use super::*;

    #[frame_system]
    pub fn sent<'f>(alloc: &'f SmartAlloc, to: &SyncSender<FrameBox<'f, u32>>) {
        let _ = to.send(alloc.frame_box(1));
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn sent(alloc: &SmartAlloc, to: &SyncSender<TransferHandle<u32>>, numbers: &SyncSender<u32>) {
        let _ = to.send(alloc.frame_box_for_transfer(1));
        let _ = numbers.send(*alloc.frame_box(1));
    }
}

//# [refused] use it before the frame ends, or keep a copy or a `PoolBox`
pub mod before {
    use super::*;

    pub fn frame(alloc: &mut SmartAlloc) -> u32 {
        alloc.begin_frame();
        let value = alloc.frame_box(1_u32);
        alloc.end_frame();
        *value
    }
}

pub mod after {
    use super::*;

    pub fn frame(alloc: &mut SmartAlloc) -> u32 {
        alloc.begin_frame();
        let value = *alloc.frame_box(1_u32);
        let kept = alloc.pool_box(value);
        alloc.end_frame();
        value + *kept
    }
}

//# [refused] drop `value` before the frame ends, or put its use into a block of its own
pub mod before {
    use super::*;

    pub fn frame(alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        let value = alloc.frame_box(1_u32);
        println!("{value}");
        alloc.end_frame();
    }
}

pub mod after {
    use super::*;

    pub fn frame(alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        let value = alloc.frame_box(1_u32);
        println!("{value}");
        drop(value);
        {
            let value = alloc.frame_box(2_u32);
            println!("{value}");
        }
        alloc.end_frame();
    }
}
