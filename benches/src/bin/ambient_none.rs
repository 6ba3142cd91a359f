//! The workloads of zones with the system's allocator as the global one: `ambient` has no effect.
#![forbid(unsafe_code)]

fn main() {
    framealloc_benches::ambient::measure();
}
