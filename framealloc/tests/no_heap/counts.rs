//! `#[frame_system(no_heap)]` counts what the system takes from the heap, and only that.

use framealloc::{SmartAlloc, frame_system, no_heap};

#[frame_system(name = "clean", no_heap)]
fn clean(alloc: &SmartAlloc) -> u64 {
    alloc.frame_slice_fill_with(10, |i| i as u64).iter().sum()
}

#[frame_system(name = "dirty", no_heap)]
fn dirty(alloc: &SmartAlloc, nested: bool) -> usize {
    if nested {
        free(alloc);
    }
    vec![alloc.frame_slice_zeroed::<u8>(10).len(); 100].len()
}

#[frame_system(name = "free")]
fn free(alloc: &SmartAlloc) -> usize {
    let text = format!("{} bytes", alloc.used_bytes());
    std::hint::black_box(text).len()
}

#[test]
fn the_heap_use_of_a_system_is_its_own() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..2 {
        alloc.whole_frame(|alloc| {
            clean(alloc);
            dirty(alloc, false);
            dirty(alloc, true);
            free(alloc);
        });
    }
    let stats = alloc.stats();
    let heap = |name: &str| stats.systems.iter().find(|system| system.name == name).map(|system| system.heap.calls);
    assert_eq!((heap("clean"), heap("dirty"), heap("free")), (Some(0), Some(2), Some(0)));
    let bytes = stats.systems.iter().find(|system| system.name == "dirty").map(|system| system.heap.bytes);
    assert_eq!(bytes, Some(2 * 100 * size_of::<usize>()));
    let untagged = stats.tags.iter().find(|tag| tag.path == "(untagged)").map(|tag| tag.heap.calls);
    assert_eq!(untagged, Some(2), "systems without a tag");
}

#[frame_system(name = "tagged", tag = "renderer", no_heap)]
fn tagged(alloc: &SmartAlloc) -> usize {
    vec![*alloc.frame_box(1_u8); 10].len()
}

#[test]
fn the_heap_use_of_a_tag_is_that_of_its_systems() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..2 {
        alloc.whole_frame(|alloc| {
            tagged(alloc);
            tagged(alloc);
            free(alloc);
        });
    }
    let heap = alloc.stats().tag("renderer").map(|tag| tag.heap);
    let system = alloc.stats().systems.iter().find(|system| system.name == "tagged").map(|system| system.heap);
    assert_eq!(heap, system);
    assert_eq!(heap.map(|heap| heap.calls), Some(2));
    alloc.whole_frame(free);
    let heap = alloc.stats().tag("renderer").map(|tag| tag.heap.calls);
    assert_eq!(heap, Some(0), "figures are those of the last frame");
}

#[test]
fn a_panic_ends_the_watch() {
    let panic = std::panic::catch_unwind(|| no_heap(|| panic!("planned")));
    assert!(panic.is_err());
    let outer = no_heap(|| {
        let (_, inner) = no_heap(|| std::hint::black_box(Box::new(1)));
        inner.calls
    });
    assert_eq!(outer.0, 1);
    assert_eq!(outer.1.calls, 0, "what the inner one counted is not the outer one's");
    let _unwatched = std::hint::black_box(Box::new(1));
    assert_eq!(no_heap(|| ()).1.calls, 0);
}
