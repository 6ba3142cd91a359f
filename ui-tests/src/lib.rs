//! Compile-pass and compile-fail tests of framealloc: all of them are in `tests/`, and what they compile is in the other folders.

#![forbid(unsafe_code)]
