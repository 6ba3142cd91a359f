//! What `no_heap` systems take from the heap: counted, told by the behaviour filter, reported with its place, or the end of the program.

#[cfg(feature = "memory_filter")]
mod behavior;
mod counts;
mod modes;

#[global_allocator]
static GLOBAL: framealloc::HeapGuard = framealloc::HeapGuard::system();
