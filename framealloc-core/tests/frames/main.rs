//! Frame memory: boxes, cursors, fills, regions, steady frames, and one test per way in which it could go wrong. Random programs are in
//! `frame_torture`.

mod boxes;
mod bursts;
mod cursors;
mod faults;
mod fills;
mod par_collect;
mod references;
mod regions;
mod steady;

#[path = "../support/allocator.rs"]
mod allocator;
#[path = "../support/drops.rs"]
mod drops;
#[path = "../support/random.rs"]
mod random;

use framealloc_core::CountingAlloc;

#[global_allocator]
static GLOBAL: CountingAlloc<allocator::Watching> = CountingAlloc::new(allocator::Watching::new());
