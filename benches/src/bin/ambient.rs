//! Zones beside the allocators that they are in front of, in processes that take turns:
//!
//! ```text
//! cargo build --release -p framealloc-benches --bins
//! cargo run --release -p framealloc-benches --bin ambient [gameplay] [ROUNDS]
//! ```
#![forbid(unsafe_code)]

use std::process::ExitCode;

use framealloc_benches::ambient::{compare, compare_gameplay};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).peekable();
    let is_gameplay = args.next_if_eq("gameplay").is_some();
    let rounds = args.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(15);
    match std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned())) {
        Some(folder) if is_gameplay => compare_gameplay(&folder, rounds),
        Some(folder) => compare(&folder, rounds),
        None => ExitCode::FAILURE,
    }
}
