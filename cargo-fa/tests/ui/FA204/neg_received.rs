//! Transfers that are received, sent, kept or returned.
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;

use framealloc::{SmartAlloc, TransferHandle};

pub fn received(alloc: &SmartAlloc) -> u32 {
    let handle = alloc.frame_box_for_transfer(1_u32);
    *handle.receive()
}

pub fn sent(alloc: &SmartAlloc, worker: &Sender<TransferHandle<u32>>) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    worker.send(handle).ok();
}

pub fn moved_into_a_thread(alloc: &SmartAlloc) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    thread::spawn(move || println!("{}", handle.receive()));
}

pub fn returned(alloc: &SmartAlloc) -> TransferHandle<u32> {
    alloc.frame_box_for_transfer(1_u32)
}

pub struct Outbox {
    waiting: VecDeque<TransferHandle<u32>>,
    last: Option<TransferHandle<u32>>,
}

impl Outbox {
    pub fn queued(&mut self, alloc: &SmartAlloc) {
        self.waiting.push_back(alloc.frame_box_for_transfer(1_u32));
    }

    pub fn kept(&mut self, alloc: &SmartAlloc) {
        let handle = alloc.frame_box_for_transfer(1_u32);
        self.last = Some(handle);
    }
}

fn deliver(handle: TransferHandle<u32>) {
    println!("{}", handle.receive());
}

pub fn to_a_helper(alloc: &SmartAlloc) {
    deliver(alloc.frame_box_for_transfer(1_u32));
}

pub fn in_a_branch(alloc: &SmartAlloc, worker: Option<&Sender<TransferHandle<u32>>>) {
    let handle = alloc.frame_box_for_transfer(1_u32);
    match worker {
        Some(worker) => drop(worker.send(handle)),
        None => println!("{}", handle.receive()),
    }
}

pub fn from_a_channel(results: &Receiver<TransferHandle<u32>>) {
    while let Ok(handle) = results.try_recv() {
        println!("{}", handle.receive());
    }
}

pub fn something_else_is_dropped(alloc: &SmartAlloc) {
    let value = alloc.pool_box(1_u32);
    drop(value);
}

pub fn moved_into_a_future(alloc: &SmartAlloc) -> impl Future<Output = u32> + use<> {
    let handle = alloc.frame_box_for_transfer(1_u32);
    async move { *handle.receive() }
}

pub fn used_up_by_a_closure(alloc: &SmartAlloc) -> impl FnOnce() -> u32 + use<> {
    let handle = alloc.frame_box_for_transfer(1_u32);
    || *handle.receive()
}
