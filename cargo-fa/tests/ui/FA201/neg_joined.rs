//! Threads that end inside the frame, and values that are not frame data.
use std::sync::mpsc::Sender;
use std::thread;

use framealloc::{FrameBox, SmartAlloc, TransferHandle, frame_system};

#[frame_system]
pub fn scoped_threads(alloc: &SmartAlloc) {
    let samples = alloc.frame_slice_copy(&[0.0_f32; 64]);
    thread::scope(|scope| {
        scope.spawn(|| println!("{}", samples.len()));
        scope.spawn(|| println!("{}", samples[0]));
    });
}

#[frame_system]
pub fn joined_at_once(alloc: &SmartAlloc) {
    let length = alloc.frame_slice_copy(&[0.0_f32; 64]).len();
    thread::spawn(move || println!("{length}")).join().ok();
}

#[frame_system]
pub fn copied_number(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let number = *value;
    thread::spawn(move || println!("{number}"));
}

#[frame_system]
pub fn moved_out(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    let number = FrameBox::into_inner(value);
    thread::spawn(move || println!("{number}"));
}

#[frame_system]
pub fn transferred(alloc: &SmartAlloc, worker: &Sender<TransferHandle<u32>>) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    worker.send(handle).ok(); //~ FA401
}

#[frame_system]
pub fn pooled(alloc: &SmartAlloc) {
    let value = alloc.pool_box(1_u32);
    thread::spawn(move || println!("{value}"));
}

#[frame_system]
pub fn handle(alloc: &SmartAlloc, worker: &Sender<framealloc::FrameHandle<u32>>) {
    let handle = alloc.frame_share(1_u32);
    worker.send(handle).ok(); //~ FA401
}

#[frame_system]
pub fn something_else(alloc: &SmartAlloc, number: u32) {
    println!("{}", *alloc.frame_box(1_u32));
    thread::spawn(move || println!("{number}"));
}

/// Not a thread: the name is all that it has in common with one.
pub struct Commands;

impl Commands {
    pub fn spawn(&mut self, value: &u32) {
        println!("{value}");
    }
}

#[frame_system]
pub fn entities(alloc: &SmartAlloc, commands: &mut Commands) {
    let value = alloc.frame_box(1_u32);
    commands.spawn(&value);
}

/// A pool that joins what is spawned in a scope, as those of rayon and Bevy do.
pub struct Pool;

pub struct PoolScope<'s>(std::marker::PhantomData<&'s ()>);

impl Pool {
    pub fn scope<'s, R>(&self, body: impl FnOnce(&PoolScope<'s>) -> R) -> R {
        body(&PoolScope(std::marker::PhantomData))
    }
}

impl<'s> PoolScope<'s> {
    pub fn spawn(&self, job: impl FnOnce() + Send + 's) {
        job();
    }

    pub fn spawn_blocking(&self, job: impl FnOnce() + Send + 's) {
        job();
    }
}

#[frame_system]
pub fn in_a_scope_of_a_pool(alloc: &SmartAlloc, pool: &Pool) {
    let numbers = &*alloc.frame_slice_copy(&[1_u32, 2]);
    pool.scope(|scope| {
        scope.spawn(|| println!("{}", numbers.len()));
        for chunk in numbers.chunks(1) {
            scope.spawn_blocking(move || println!("{}", chunk.len()));
        }
    });
}
