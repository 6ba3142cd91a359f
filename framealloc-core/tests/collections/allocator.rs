//! `&Frame` as an allocator: zeroed memory grows where it is, and only what is new is written.

use std::alloc::Layout;
use std::ptr::NonNull;

use framealloc_core::SmartAlloc;
use framealloc_core::compat::allocator_api2::alloc::Allocator;

fn bytes(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// The bytes of a block.
fn content(block: NonNull<[u8]>) -> Vec<u8> {
    // SAFETY: every block here was zeroed or written.
    unsafe { block.as_ref() }.to_vec()
}

#[test]
fn grow_zeroed_stays_where_grow_stays_and_keeps_what_is_there() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    // What was there before is not zero.
    alloc.scoped(|scope| drop(scope.frame_slice_fill_with(600, |_| 0xA5_u8)));
    let block = frame.allocate_zeroed(bytes(64, 8)).unwrap();
    assert_eq!(content(block), [0; 64]);
    // SAFETY: the block has 64 bytes; it is grown with the layouts it was made with.
    let (grown, moved) = unsafe {
        block.cast::<u8>().write_bytes(7, 64);
        let grown = frame.grow_zeroed(block.cast(), bytes(64, 8), bytes(256, 8)).unwrap();
        let expected: Vec<u8> = [[7_u8; 64].as_slice(), &[0; 192]].concat();
        assert_eq!(content(grown), expected);
        let above = frame.allocate_zeroed(bytes(8, 8)).unwrap();
        let moved = frame.grow_zeroed(grown.cast(), bytes(256, 8), bytes(400, 8)).unwrap();
        assert_eq!(content(moved), [[7_u8; 64].as_slice(), &[0; 336]].concat());
        assert_eq!(content(above), [0; 8]);
        (grown, moved)
    };
    assert_eq!(grown.cast::<u8>(), block.cast::<u8>(), "it was the newest");
    assert_ne!(moved.cast::<u8>(), grown.cast::<u8>(), "it was not the newest any more");
}

#[test]
fn blocks_shrink_grow_and_begin_without_bytes() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let empty = frame.allocate_zeroed(bytes(0, 32)).unwrap();
    assert_eq!(empty.cast::<u8>().addr().get() % 32, 0);
    // SAFETY: each call has the layout that the block has then.
    unsafe {
        let grown = frame.grow_zeroed(empty.cast(), bytes(0, 32), bytes(48, 32)).unwrap();
        assert_eq!(content(grown), [0; 48]);
        grown.cast::<u8>().write_bytes(1, 48);
        let used = frame.used_bytes();
        let shrunk = frame.shrink(grown.cast(), bytes(48, 32), bytes(16, 8)).unwrap();
        assert_eq!(content(shrunk), [1; 16]);
        assert_eq!(used - frame.used_bytes(), 32);
        let again = frame.grow_zeroed(shrunk.cast(), bytes(16, 8), bytes(48, 8)).unwrap();
        assert_eq!(content(again), [[1_u8; 16].as_slice(), &[0; 32]].concat());
        let aligned = frame.grow_zeroed(again.cast(), bytes(48, 8), bytes(64, 4096)).unwrap();
        assert_eq!(aligned.cast::<u8>().addr().get() % 4096, 0);
        assert_eq!(content(aligned), [[1_u8; 16].as_slice(), &[0; 48]].concat());
    }
}
