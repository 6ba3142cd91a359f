//! The same benchmarks with snmalloc in the place of mimalloc: a process has one global allocator.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;

fn main() -> std::process::ExitCode {
    framealloc_benches::run("snmalloc")
}
