//! The workloads of zones over mimalloc.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: framealloc::AmbientAlloc<mimalloc::MiMalloc> = framealloc::AmbientAlloc::new(mimalloc::MiMalloc);

fn main() {
    framealloc_benches::ambient::measure();
}
