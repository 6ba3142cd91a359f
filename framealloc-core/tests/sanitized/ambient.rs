//! What is free in a chunk that the heap is bumped from is as untouchable as what is free in the heap.

use framealloc_core::{AmbientAlloc, SmartAlloc};

use crate::frames::is_caught;

/// Blocks in a chunk, of which the second one is freed.
fn blocks() -> [Vec<u8>; 2] {
    let alloc = Box::leak(Box::new(SmartAlloc::default()));
    assert!(AmbientAlloc::stats().blocks == 0, "the first zone of the process");
    let blocks = alloc.ambient(|| [vec![5_u8; 100], vec![5_u8; 100], vec![5_u8; 100]]);
    let [first, second, third] = blocks;
    drop(second);
    [first, third]
}

#[test]
fn a_read_of_a_freed_block_of_a_zone_is_caught() {
    is_caught(module_path!(), "a_read_of_a_freed_block_of_a_zone_is_caught", || {
        let [first, third] = blocks().map(Vec::leak);
        let between = third.as_ptr().addr() - first.as_ptr().addr();
        assert!((200..300).contains(&between), "one after the other");
        first.as_ptr().wrapping_add(between / 2)
    });
}

#[test]
fn a_read_past_a_block_of_a_zone_is_caught() {
    is_caught(module_path!(), "a_read_past_a_block_of_a_zone_is_caught", || {
        let [first, _third] = blocks().map(Vec::leak);
        first.as_ptr().wrapping_add(100)
    });
}

#[test]
fn a_read_of_a_chunk_that_is_free_again_is_caught() {
    is_caught(module_path!(), "a_read_of_a_chunk_that_is_free_again_is_caught", || {
        let alloc = Box::leak(Box::new(SmartAlloc::default()));
        alloc.ambient(|| vec![5_u8; 100].as_ptr())
    });
}
