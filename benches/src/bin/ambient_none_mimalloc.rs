//! The workloads of zones with mimalloc as the global allocator: `ambient` has no effect.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    framealloc_benches::ambient::measure();
}
