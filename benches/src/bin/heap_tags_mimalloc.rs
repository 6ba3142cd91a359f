//! The workloads of zones over mimalloc, with the heap by tag.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: framealloc::AmbientAlloc<mimalloc::MiMalloc, framealloc::Tags> =
    framealloc::AmbientAlloc::new(mimalloc::MiMalloc);

fn main() {
    framealloc_benches::ambient::measure();
}
