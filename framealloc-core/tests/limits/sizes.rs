//! Sizes that no value may have.

use std::alloc::Layout;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{AllocError, SmartAlloc};

#[test]
fn sizes_beyond_isize_max_are_errors_and_change_nothing() {
    let alloc = SmartAlloc::default();
    let kept = alloc.frame_box(7);
    let used = alloc.frame().used_bytes();
    for len in [usize::MAX, usize::MAX / 2, isize::MAX as usize, isize::MAX as usize / 8 + 1] {
        let error = alloc.try_frame_slice_fill_with(len, |_| 0_u64).expect_err("too large");
        assert_eq!(error, AllocError::CapacityOverflow, "{len}");
    }
    let huge = Layout::from_size_align(isize::MAX as usize - 63, 64).expect("a valid layout");
    assert!(alloc.try_frame_bytes(huge).is_err());
    assert!(alloc.cursor().try_bytes(huge).is_err());
    // Half of the address space is more than a chunk may have, on machines that could serve it, too.
    let error = alloc.try_frame_slice_zeroed::<u8>(isize::MAX as usize / 2 + 1).map(drop).expect_err("too large");
    assert!(matches!(error, AllocError::OutOfMemory { .. }), "{error}");
    assert!(error.to_string().starts_with("out of memory: "));
    assert_eq!((alloc.frame().used_bytes(), *kept), (used, 7));
}

#[test]
fn the_panicking_form_says_what_the_error_says() {
    let alloc = SmartAlloc::default();
    let error = alloc.try_frame_slice_zeroed::<u64>(usize::MAX).expect_err("too large");
    let panic = catch_unwind(AssertUnwindSafe(|| alloc.frame_slice_zeroed::<u64>(usize::MAX)));
    let payload = panic.map(drop).expect_err("it panics");
    assert_eq!(payload.downcast_ref::<String>(), Some(&error.to_string()));
}
