//! Names of tags and phases beyond the limit share one row. They are the whole program's, so this has one of its own.
#![forbid(unsafe_code)]

use framealloc_core::{FrameEvent, SmartAlloc, Tag, TagId};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Names that have a row of their own.
const ROWS: usize = (1 << 16) - 2;

const ZONE: usize = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };

#[test]
fn names_beyond_the_limit_share_one_row_at_the_begin_of_the_table() {
    for name in 0..ROWS {
        assert_ne!(Tag::intern(&format!("name_{name}")), TagId::OTHER);
    }
    let mut alloc = SmartAlloc::default();
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let subscriber = move |_: &SmartAlloc, event: &FrameEvent| {
        let is_about_names =
            matches!(event, FrameEvent::Diagnostic(told) if told.code == "FA008" && told.tag == Some("(other)"));
        count.fetch_add(usize::from(is_about_names), Relaxed);
    };
    alloc.on_frame_event(subscriber).forever();
    assert_eq!(Tag::intern("one_more"), TagId::OTHER);
    assert_eq!(Tag::new("another").id(), TagId::OTHER);
    assert_eq!(Tag::intern("name_7").path(), "name_7");
    alloc.whole_frame(|alloc| {
        for name in ["first", "second", "third"] {
            alloc.tagged(name).frame_box(1_u64);
        }
        alloc.tagged("first").tagged("below").frame_box(1_u64);
    });
    let stats = alloc.stats();
    let paths: Vec<_> = stats.tags.iter().map(|tag| (tag.path, tag.bytes)).collect();
    assert_eq!(paths, [("(other)", 4 * (8 + ZONE))]);
    assert_eq!(told.load(Relaxed), 1);
}
