//! The analyser behind `cargo fa`: it reads the attributes that the macros of framealloc read, and finds what types cannot see.
//!
//! This library is for tests and tools; people use the command:
//!
//! ```sh
//! cargo install cargo-fa
//! cargo fa                            # everything; exit code 1 if something is at the level deny
//! cargo fa explain FA601              # what, why it hurts a game, bad and good code
//! cargo fa init                       # a .fa.toml that says what the program does already
//! cargo fa report game.fa --html game.html
//! cargo fa watch game.fa              # while the game runs
//! ```
//!
//! | codes | about |
//! |---|---|
//! | `FA2xx` | frame data on other threads, barriers, transfers |
//! | `FA3xx` | budgets and loops without a bound |
//! | `FA4xx`, `FA5xx` | the heap and pools on the frame path |
//! | `FA6xx` | frame escapes, allocations in hot loops, frame boundaries, retention |
//! | `FA7xx` | frame memory and `.await` |
//! | `FA8xx` | tags and modules |
//! | `FA9xx` | the analysis itself: files, suppressions, configuration, baseline |
//!
//! # Rooms
//!
//! Rooms, from the bottom, each of which uses only those before it:
//!
//! - [`model`]: codes, findings, sources, configuration and suppressions, which everybody speaks of.
//! - [`analysis`]: the border of the engine. A request and a configuration go in, findings come out.
//! - [`engine`]: reads a workspace and finds. Above it only `analysis` is seen; `main` puts the two together.
//! - [`explain`]: what each code means.
//! - [`report`]: findings in nine formats.
//! - [`trace_report`]: what a recording of frames says, as text, page and picture.
//! - [`watch`]: what a recording says that is still being made.
//! - [`prove`]: what a linked program says of systems that declare an effect.
//! - [`cli`]: the command line, which selects, suppresses, gives levels, compares with a baseline and fixes.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod cli;
pub mod engine;
pub mod evidence;
pub mod explain;
pub mod model;
pub mod prove;
pub mod report;
pub mod trace_report;
pub mod watch;
