//! Diagnostics: each code by its cause, strict mode, and `tracing`. Those about what the process shares are in `diagnostics_process`.

mod codes;
mod strict;
#[cfg(feature = "diagnostics")]
mod tracing;

#[path = "../support/again.rs"]
mod again;
