//! Under the address sanitizer what is free in an arena is poisoned, and so is what lies between blocks: a read through a raw
//! pointer that is too old or goes too far stops the program.

use framealloc_core::SmartAlloc;

use crate::again::again;

const CHILD: &str = "FRAMEALLOC_WILD_READ";

/// Reads through `raw` in a process of its own, and wants the sanitizer to have said so.
pub(crate) fn is_caught(module: &str, name: &str, wild: impl FnOnce() -> *const u8) {
    if std::env::var_os(CHILD).is_some() {
        let raw = wild();
        // Not safe at all: this is what the sanitizer is there for.
        std::process::exit(i32::from(unsafe { raw.read_volatile() } == 5));
    }
    let child = again(module, name).env(CHILD, "1").output().unwrap();
    let report = String::from_utf8_lossy(&child.stderr);
    assert!(report.contains("use-after-poison"), "the sanitizer said nothing: {report}");
}

#[test]
fn a_read_after_the_end_of_the_frame_is_caught() {
    is_caught(module_path!(), "a_read_after_the_end_of_the_frame_is_caught", || {
        let alloc = Box::leak(Box::new(SmartAlloc::default()));
        let raw = alloc.frame_slice_copy(&[5_u8; 100]).as_ptr();
        alloc.end_frame();
        raw
    });
}

#[test]
fn a_read_after_the_scope_is_caught() {
    is_caught(module_path!(), "a_read_after_the_scope_is_caught", || {
        let alloc = Box::leak(Box::new(SmartAlloc::default()));
        alloc.scoped(|frame| frame.frame_slice_copy(&[5_u8; 100]).as_ptr())
    });
}

#[test]
fn a_read_past_a_block_is_caught() {
    is_caught(module_path!(), "a_read_past_a_block_is_caught", || {
        let alloc = Box::leak(Box::new(SmartAlloc::default()));
        let (_below, block) = (alloc.frame_ref([5_u8; 64]), alloc.frame_ref([5_u8; 64]));
        block.as_ptr().wrapping_add(64)
    });
}
