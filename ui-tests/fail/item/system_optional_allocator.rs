//! The allocator may be absent.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: Option<&SmartAlloc>) {
    drop(alloc);
}

#[frame_system]
fn step_of_bevy(alloc: Option<Res<AllocResource>>) {
    drop(alloc);
}

type Res<T> = Box<T>;
struct AllocResource;

fn main() {}
