//! Shared values of any length: what they are, what user code may do while they are made, and whose bytes they are.

mod exact;
mod slices;

#[path = "../support/allocator.rs"]
mod allocator;
#[path = "../support/drops.rs"]
mod drops;
#[path = "../support/random.rs"]
mod random;

use framealloc_core::CountingAlloc;

#[global_allocator]
static GLOBAL: CountingAlloc<allocator::Watching> = CountingAlloc::new(allocator::Watching::new());
