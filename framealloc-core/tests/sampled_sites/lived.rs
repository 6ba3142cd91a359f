//! Without an allocator that attributes the heap, recordings tell how long heap boxes live, and what pools pass on to the heap.

use framealloc_core::{AllocConfig, HeapBox, PoolBox, RecordOptions, SiteSampling, SmartAlloc, Tag, heap};

use crate::followed::read;

#[test]
fn heap_boxes_live_from_the_frame_that_makes_them_to_the_one_that_drops_them() {
    static BOXES: Tag = Tag::new("lived_boxes");
    let sampling = SiteSampling::default().with_lifetimes(1);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_sites(sampling));
    alloc.record_in_memory(RecordOptions::default()).unwrap();
    let before = heap::tag_stats(BOXES.id());
    let kept: HeapBox<[u64; 100]> = alloc.whole_frame(|alloc| alloc.tagged(&BOXES).heap_box([1; 100]));
    let copy = alloc.whole_frame(|_| kept.clone());
    // A slot of a pool could hold it, had it not this size.
    let large: PoolBox<[u8; 9000]> = alloc.whole_frame(|alloc| alloc.tagged(&BOXES).pool_box([1; 9000]));
    alloc.whole_frame(|_| std::thread::spawn(|| drop((kept, large))).join().unwrap());
    alloc.whole_frame(|_| ());
    assert_eq!(*copy, [1; 100]);
    let (blocks, missed) = read(&alloc.take_recording().unwrap().1);
    let mut told: Vec<_> = (blocks.iter().filter(|block| block.tag == BOXES.path()))
        .map(|block| (block.made, block.freed, block.bytes))
        .collect();
    told.sort_unstable();
    assert_eq!((told, missed), (vec![(1, Some(4), 800), (2, None, 800), (3, Some(4), 9000)], 0));
    // What is counted of them is what it was without.
    drop(copy);
    let after = heap::tag_stats(BOXES.id());
    assert_eq!((after.live, after.total - before.total), (0, 3));
}
