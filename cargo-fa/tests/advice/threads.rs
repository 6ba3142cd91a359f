use framealloc::{FrameBarrier, SmartAlloc, frame_system};

//# [refused] use `std::thread::scope`, hand over `alloc.frame_box_for_transfer(value)`, or copy out what the thread needs
pub mod before {
    use super::*;

    #[frame_system]
    pub fn handed_over(alloc: &SmartAlloc) {
        let numbers = alloc.frame_slice_copy(&[1_u32, 2]);
        std::thread::spawn(move || println!("{}", numbers.len()));
    }
}

pub mod after {
    use super::*;

    #[frame_system]
    pub fn handed_over(alloc: &SmartAlloc) {
        let numbers = alloc.frame_slice_copy(&[1_u32, 2]);
        std::thread::scope(|scope| {
            scope.spawn(|| println!("{}", numbers.len()));
        });
        let transfer = alloc.frame_box_for_transfer([1_u32, 2]);
        std::thread::spawn(move || println!("{}", transfer.receive().len()));
        let first = numbers[0];
        std::thread::spawn(move || println!("{first}"));
    }
}

//# [refused] copy out what the task needs before it is spawned, or hand it `alloc.frame_box_for_transfer(value)`
pub mod before {
    use super::*;

    pub fn spawned(alloc: &SmartAlloc, runtime: &tokio::runtime::Handle) {
        let number = alloc.frame_box(1_u32);
        runtime.spawn(async move { println!("{number}") });
    }
}

pub mod after {
    use super::*;

    pub fn spawned(alloc: &SmartAlloc, pool: &mut Pool) {
        let number = *alloc.frame_box(1_u32);
        pool.spawn(async move { println!("{number}") });
        let transfer = alloc.frame_box_for_transfer(1_u32);
        pool.spawn(async move { println!("{}", *transfer.receive()) });
    }

    pub struct Pool {
        tasks: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>>,
    }

    impl Pool {
        pub fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
            self.tasks.push(Box::pin(task));
        }
    }
}

//# `FrameBarrier::new(1)`, or let every participant call `signal_frame_complete()`
pub mod before {
    use super::*;

    pub fn waits() {
        let barrier = FrameBarrier::new(3);
        std::thread::scope(|scope| {
            scope.spawn(|| barrier.signal_frame_complete());
            barrier.wait_all();
        });
    }
}

pub mod after {
    use super::*;

    pub fn waits() {
        let barrier = FrameBarrier::new(1);
        std::thread::scope(|scope| {
            scope.spawn(|| barrier.signal_frame_complete());
            barrier.wait_all();
        });
    }
}

//# call `barrier.wait_all()` before the frame ends
pub mod before {
    use super::*;

    pub fn turned(alloc: &mut SmartAlloc) {
        let barrier = FrameBarrier::new(1);
        alloc.begin_frame();
        barrier.signal_frame_complete();
        alloc.end_frame();
        barrier.wait_all();
    }
}

pub mod after {
    use super::*;

    pub fn turned(alloc: &mut SmartAlloc) {
        let barrier = FrameBarrier::new(1);
        alloc.begin_frame();
        barrier.signal_frame_complete();
        barrier.wait_all();
        alloc.end_frame();
    }
}

//# send it to the thread that calls `receive()`, or use `alloc.frame_box(…)` if it stays here
pub mod before {
    use super::*;

    pub fn lost(alloc: &SmartAlloc) {
        let handle = alloc.frame_box_for_transfer(1_u32);
        drop(handle);
    }
}

pub mod after {
    use super::*;

    pub fn received(alloc: &SmartAlloc) {
        let handle = alloc.frame_box_for_transfer(1_u32);
        std::thread::spawn(move || println!("{}", *handle.receive()));
        println!("{}", *alloc.frame_box(1_u32));
    }
}
