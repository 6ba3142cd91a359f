//! `cargo fa`.
#![forbid(unsafe_code)]

fn main() {}
