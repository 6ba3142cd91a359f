//! A region that is too small for what zones want, alone in its process: the allocator inside serves what is left, and zones
//! go on as soon as chunks are free.

use framealloc_core::{AmbientAlloc, CountingAlloc, SmartAlloc, Tag};

/// Four chunks, all of which may be pinned.
#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc> =
    AmbientAlloc::new(CountingAlloc::system()).with_region_bytes(4 * CHUNK + 5).with_block_limit(8 << 10);

const CHUNK: usize = 16 << 10;

/// Blocks of 1000 bytes in a chunk, with gaps where they are watched, and wherever the first one begins.
const PER_CHUNK: usize = 16;

static FIRST: Tag = Tag::new("first");
static TAGS: [Tag; 6] = [Tag::new("a"), Tag::new("b"), Tag::new("c"), Tag::new("d"), Tag::new("e"), Tag::new("f")];

fn allocations() -> u64 {
    CountingAlloc::thread_calls().allocations
}

#[test]
fn a_full_region_costs_nothing_but_what_the_allocator_inside_costs() {
    let alloc = SmartAlloc::default();
    alloc.ambient(|| {
        drop(std::hint::black_box(Box::new(1)));
        // The first names of the process, and the first frame of the thread: what that takes is not of the zone.
        drop(alloc.phase_scope("first"));
        alloc.tagged(&FIRST).frame_slice_copy(&[1]).len()
    });
    let stats = AmbientAlloc::stats();
    assert_eq!((stats.region_bytes, stats.blocks, stats.pinned_bytes), (4 * CHUNK, 0, 0));

    // A chunk in the stash for each of more tags than there are chunks: those are given up before one is missing.
    for tag in &TAGS {
        let handle = alloc.tagged(tag);
        let before = allocations();
        handle.ambient(|| drop(std::hint::black_box(Box::new([1_u8; 1000]))));
        assert_eq!(allocations() - before, 0, "{}", tag.path());
    }

    // Six chunks of blocks and some: what four chunks have no room for is from the allocator inside, each by one call.
    let handle = alloc.tagged(&TAGS[0]);
    let mut blocks: Vec<Option<Box<[u8; 1000]>>> = (0..96).map(|_| None).collect();
    let before = allocations();
    handle.ambient(|| blocks.iter_mut().for_each(|block| *block = Some(Box::new([7; 1000]))));
    assert_eq!(allocations() - before, 96 - 4 * PER_CHUNK as u64);
    let stats = AmbientAlloc::stats();
    let full = stats.tag("a").expect("used");
    assert_eq!(
        (full.blocks, full.pinned_bytes, full.exhausted, full.escaped),
        (4 * PER_CHUNK, 4 * CHUNK, 1, 4 * PER_CHUNK)
    );
    assert_eq!(stats.free_bytes, 0);
    assert!(blocks.iter().flatten().flat_map(|block| block.iter()).all(|byte| *byte == 7));

    // One chunk is free again, and the next zone has it, whoever's it was.
    blocks.drain(..PER_CHUNK);
    let handle = alloc.tagged(&TAGS[1]);
    let before = allocations();
    handle.ambient(|| drop(std::hint::black_box(Box::new([1_u8; 1000]))));
    assert_eq!(allocations() - before, 0);
    drop(blocks);
    let stats = AmbientAlloc::stats();
    assert_eq!((stats.blocks, stats.pinned_bytes), (0, 0));
}
