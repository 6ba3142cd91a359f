//! `cargo run --release -p framealloc-benches -- [workloads]`; `--help` lists the options.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    framealloc_benches::run("mimalloc")
}
