//! Zones around systems that were not ported, beside the allocators that they are in front of, in processes that take turns:
//!
//! ```text
//! cargo build --release --manifest-path benches/bevy/Cargo.toml
//! cargo run --release --manifest-path benches/bevy/Cargo.toml [ROUNDS [FRAMES]]
//! ```
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let number = |at| std::env::args().nth(at).and_then(|number| number.parse().ok());
    let (rounds, frames) = (number(1).unwrap_or(9), number(2).unwrap_or(framealloc_benches_bevy::FRAMES));
    match std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned())) {
        Some(folder) => framealloc_benches_bevy::compare(&folder, rounds, frames),
        None => ExitCode::FAILURE,
    }
}
