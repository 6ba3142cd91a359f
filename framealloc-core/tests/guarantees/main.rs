//! The guarantees of the README, each in a file that is named after it. *Escape* is what must not compile: the programs of `ui-tests`
//! and the `compile_fail` examples of the documentation. *Limits* is a program of its own, `tests/limits`, whose global allocator refuses.

mod drops;
mod order;
mod panics;
mod threads;

#[path = "../support/again.rs"]
mod again;
#[path = "../support/drops.rs"]
mod drop_counts;
