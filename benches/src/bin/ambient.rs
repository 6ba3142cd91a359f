//! Zones beside the allocators that they are in front of, in processes that take turns:
//!
//! ```text
//! cargo build --release -p framealloc-benches --bins
//! cargo run --release -p framealloc-benches --bin ambient [ROUNDS]
//! ```
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(15);
    match std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned())) {
        Some(folder) => framealloc_benches::ambient::compare(&folder, rounds),
        None => ExitCode::FAILURE,
    }
}
