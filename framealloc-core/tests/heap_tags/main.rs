//! The heap by tag: whose blocks are whose, to the byte, whoever frees them, and random programs of it.

#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "numbers here are small")]
#![allow(clippy::vec_box, reason = "blocks are what is tested")]

mod blocks;
mod frames;
mod threads;
mod torture;
mod whose;

#[path = "../support/allocator.rs"]
mod allocator;
#[path = "../support/random.rs"]
mod random;

use framealloc_core::{AmbientAlloc, HeapTagStats, SmartAlloc, Tag, Tags, heap_tag};

/// The allocator inside aligns no more than it is asked to: what is aligned is so by the headers.
#[global_allocator]
static GLOBAL: AmbientAlloc<allocator::Watching, Tags> =
    AmbientAlloc::new(allocator::Watching::aligning_no_more_than_asked_for()).with_region_bytes(8 << 20);

/// The figures of a tag, if it has had a block. What reading them takes is under a tag of its own.
fn read(tag: &Tag) -> Option<HeapTagStats> {
    static READING: Tag = Tag::new("tests_reading");
    heap_tag(&READING, || SmartAlloc::default().stats().heap_tag(tag.path()))
}

/// The figures of a tag, which has had a block.
fn figures(tag: &Tag) -> HeapTagStats {
    read(tag).expect("it had a block")
}

/// Bytes and blocks of a tag that live; none if it never had any.
fn live(tag: &Tag) -> (usize, usize) {
    read(tag).map_or((0, 0), |tag| (tag.bytes, tag.blocks))
}
