//! Under the address sanitizer what is free in a pool is poisoned: a stale read stops the program.

use framealloc_core::pool::{self, PoolBox};

use crate::again::again;

/// Reads a value through a pointer that outlives it.
fn stale_read(value: PoolBox<u64>) {
    let raw = PoolBox::into_raw(value);
    // SAFETY: `into_raw` gave it.
    drop(unsafe { PoolBox::from_raw(raw) });
    // Not safe at all: this is what the sanitizer is there for.
    std::process::exit(i32::from(unsafe { raw.read_volatile() } == 5));
}

#[test]
fn a_read_of_a_freed_object_is_caught() {
    const CHILD: &str = "FRAMEALLOC_STALE_READ";
    if std::env::var_os(CHILD).is_some() {
        stale_read(pool::boxed(5));
    }
    let name = "a_read_of_a_freed_object_is_caught";
    let child = again(module_path!(), name).env(CHILD, "1").output().unwrap();
    let report = String::from_utf8_lossy(&child.stderr);
    assert!(report.contains("use-after-poison"), "the sanitizer said nothing: {report}");
}
