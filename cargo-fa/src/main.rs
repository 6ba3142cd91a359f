//! `cargo fa`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(cargo_fa::cli::app::main(std::env::args_os().collect(), cargo_fa::engine::open))
}
