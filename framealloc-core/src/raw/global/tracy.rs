//! What Tracy's safe interface lacks: named memory pools.

use core::ffi::CStr;

/// Tells Tracy of `bytes` bytes at `address` in a pool.
pub(crate) fn enter(pool: &'static CStr, address: usize, bytes: usize) {
    // SAFETY: Tracy keeps the address as a number and the name as a pointer; names are never freed.
    unsafe {
        tracy_client::sys::___tracy_emit_memory_alloc_named(
            core::ptr::without_provenance(address),
            bytes,
            pool.as_ptr(),
        );
    }
}

/// Tells Tracy that everything in a pool is gone.
pub(crate) fn discard(pool: &'static CStr) {
    // SAFETY: Tracy keeps the name as a pointer, and names are never freed.
    unsafe { tracy_client::sys::___tracy_emit_memory_discard(pool.as_ptr()) };
}
