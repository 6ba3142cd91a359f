//! Budgets: what each limit refuses, programs beside a model, and requests that go to the heap.

mod limits;
mod model;
mod routing;

#[path = "../support/allocator.rs"]
mod allocator;

#[global_allocator]
static GLOBAL: allocator::Watching = allocator::Watching::new();
