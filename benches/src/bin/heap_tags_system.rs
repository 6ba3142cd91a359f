//! The workloads of zones over the system's allocator, with the heap by tag.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: framealloc::AmbientAlloc<std::alloc::System, framealloc::Tags> = framealloc::AmbientAlloc::system();

fn main() {
    framealloc_benches::ambient::measure();
}
