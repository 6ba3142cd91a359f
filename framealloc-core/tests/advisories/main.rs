//! The classes of published memory-safety advisories, one test each, under a global allocator that aligns as little as it may
//! and refuses when it is told to. R numbers are those of the test plan.

mod frames;
mod pools;
mod source;

#[path = "../support/allocator.rs"]
mod allocator;
#[path = "../support/drops.rs"]
mod drops;

#[global_allocator]
static GLOBAL: allocator::Watching = allocator::Watching::aligning_no_more_than_asked_for();
