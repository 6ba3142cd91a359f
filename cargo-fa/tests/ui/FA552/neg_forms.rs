//! Boxes that stay, that are handed on, or that hold what no pool would.
use framealloc::{HeapBox, SmartAlloc, frame_system};

pub struct Job {
    number: u32,
}

#[frame_system]
pub fn pushed(alloc: &SmartAlloc, jobs: &mut Vec<HeapBox<Job>>) {
    let job = alloc.heap_box(Job { number: 1 });
    jobs.push(job); //~ FA402
}

#[frame_system]
pub fn sent(alloc: &SmartAlloc, out: &std::sync::mpsc::Sender<HeapBox<Job>>) {
    let job = alloc.heap_box(Job { number: 1 });
    out.send(job).ok(); //~ FA401
}

#[frame_system]
pub fn to_a_thread(alloc: &SmartAlloc) {
    let job = alloc.heap_box(Job { number: 1 });
    std::thread::spawn(move || println!("{}", job.number));
}

#[frame_system]
pub fn a_number(alloc: &SmartAlloc) -> u32 {
    let number = alloc.heap_box(1_u32);
    *number
}

#[frame_system]
pub fn given(alloc: &SmartAlloc, job: HeapBox<Job>) -> u32 {
    job.number + *alloc.frame_box(1)
}
