//! Threads that allocate without a budget, wherever the allocation stands.
use std::sync::{Arc, RwLock};
use std::thread;

use framealloc::collections::CollectIn;
use framealloc::{FrameBox, FrameString, FrameVec, SmartAlloc, frame_format, frame_vec};

fn simulate(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_copy(&[1_u32, 2]).len()
}

fn boxed(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    alloc.frame_box(1)
}

pub fn scoped(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        scope.spawn(|| println!("{}", *alloc.frame_box(1_u32))); //~ FA203
    });
}

pub fn scoped_in_a_loop(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        for number in 0..4_u32 {
            scope.spawn(move || {
                let list = alloc.frame_vec::<u32>(); //~ FA203
                println!("{number} {}", list.len());
            });
        }
    });
}

pub fn in_a_helper(shared: Arc<RwLock<SmartAlloc>>) {
    thread::spawn(move || {
        let alloc = shared.read().unwrap();
        println!("{}", simulate(&alloc)); //~ FA203
    });
}

pub fn in_a_helper_of_a_scoped_thread(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        scope.spawn(|| simulate(alloc)); //~ FA203
    });
}

pub fn returned_by_a_helper(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        scope.spawn(|| {
            let value = boxed(alloc); //~ FA203
            println!("{value}");
        });
    });
}

pub fn in_a_branch(alloc: &SmartAlloc, large: bool) {
    thread::scope(|scope| {
        scope.spawn(move || {
            if large {
                println!("{}", alloc.frame_slice_fill_with(64, |at| at).len()); //~ FA203
            }
        });
    });
}

pub fn in_a_match(alloc: Arc<SmartAlloc>, kind: u8) {
    thread::spawn(move || match kind {
        0 => 0,
        _ => *alloc.frame_box(1_u32), //~ FA203
    });
}

pub fn text(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        let name = frame_format!(&*alloc, "worker {}", 1); //~ FA203
        println!("{name}");
    });
}

pub fn list(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        let list = frame_vec![in alloc; 1, 2]; //~ FA203
        let again = alloc.frame_collect::<FrameVec<_>>(list.iter()); //~ FA203
        println!("{}", again.len());
    });
}

pub fn by_path(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        let list = FrameVec::from_iter_in([1, 2], alloc.frame()); //~ FA203
        let name = FrameString::with_capacity_in(8, alloc.frame()); //~ FA203
        let again = list.iter().collect_in::<FrameVec<_>>(alloc.frame()); //~ FA203
        println!("{} {}", again.len(), *FrameBox::new_in(name.len(), alloc.frame())); //~ FA203
    });
}

pub fn in_a_scope_of_memory(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        alloc.scoped(|frame| {
            println!("{}", *frame.frame_box(1_u32)); //~ FA203
        });
    });
}

pub fn under_a_tag(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        alloc.with_tag("physics", |tagged| println!("{}", *tagged.frame_box(1_u32))); //~ FA203
    });
}

pub fn fallible(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        if let Ok(value) = alloc.try_frame_box(1_u32) { //~ FA203
            println!("{value}");
        }
    });
}
