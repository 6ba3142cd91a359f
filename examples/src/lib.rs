//! Runnable programs that show framealloc, one idea each: see `examples/`.
#![forbid(unsafe_code)]
