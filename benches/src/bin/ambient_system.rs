//! The workloads of zones over the system's allocator.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: framealloc::AmbientAlloc = framealloc::AmbientAlloc::system();

fn main() {
    framealloc_benches::ambient::measure();
}
