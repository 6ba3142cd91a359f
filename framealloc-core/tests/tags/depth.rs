//! Tags that nest without end take no memory without end, and the rows that are always there are small.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};

use framealloc_core::{CountingAlloc, Diagnostic, Frame, FrameEvent, SmartAlloc, Tag, TagId};

/// Segments of the longest path that nesting makes.
const DEEPEST: usize = 16;

const ZONE: usize = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };

/// What two functions do that call each other, without their stack.
fn walk(mut frame: &Frame, names: [&'static str; 2], depth: usize) {
    for depth in 0..depth {
        frame = frame.tagged(names[depth % 2]);
        frame.frame_box(1_u64);
    }
}

fn paths_of(alloc: &SmartAlloc, name: &str) -> Vec<(String, usize)> {
    let tags = alloc.stats().tags;
    tags.iter().filter(|tag| tag.path.contains(name)).map(|tag| (tag.path.to_owned(), tag.bytes)).collect()
}

#[test]
fn recursion_by_strings_ends_at_a_path_of_sixteen_that_has_the_rest() {
    for (names, scoped) in [(["branch", "leaf"], false), (["scoped_branch", "scoped_leaf"], true)] {
        let mut alloc = SmartAlloc::default();
        for depth in [10, 1000, 5000] {
            alloc.whole_frame(|alloc| {
                if scoped { alloc.scoped(|frame| walk(frame, names, depth)) } else { walk(alloc.frame(), names, depth) }
            });
            let paths = paths_of(&alloc, names[0]);
            assert!(paths.len() <= 2 * DEEPEST, "{} paths, {depth} deep", paths.len());
            assert!(paths.iter().all(|(path, _)| path.split("::").count() <= DEEPEST));
            let bytes: usize = paths_of(&alloc, names[1]).iter().map(|(_, bytes)| bytes).sum();
            let outer =
                paths.iter().filter(|(path, _)| !path.contains(names[1])).map(|(_, bytes)| bytes).sum::<usize>();
            assert_eq!(bytes + outer, depth * (8 + ZONE), "every byte is booked, {depth} deep");
            let deepest = paths.iter().filter(|(path, _)| path.split("::").count() == DEEPEST);
            let of_deepest: usize = deepest.map(|(_, bytes)| bytes).sum();
            assert_eq!(of_deepest, (depth + 1).saturating_sub(DEEPEST) * (8 + ZONE));
        }
    }
}

#[test]
fn memory_and_calls_of_the_allocator_do_not_grow_with_the_depth() {
    let mut alloc = SmartAlloc::default();
    let names = ["flat_branch", "flat_leaf"];
    // Twice, so that the arenas have what 5000 need.
    (0..2).for_each(|_| alloc.whole_frame(|alloc| walk(alloc.frame(), names, 5000)));
    let capacity = alloc.capacity();
    for depth in [100, 5000] {
        alloc.whole_frame(|alloc| walk(alloc.frame(), names, depth));
        assert!(alloc.capacity() <= capacity);
    }
    assert!(capacity < 1 << 20, "{capacity} bytes");
}

#[test]
fn names_with_several_segments_count_for_each_of_them() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let mut frame = alloc.frame();
    for name in ["n1::n2::n3::n4::n5::n6::n7", "m1::m2::m3::m4::m5::m6::m7", "o1::o2::o3", "o1::o2"] {
        frame = frame.tagged(name);
    }
    frame.frame_box(1_u64);
    alloc.end_frame();
    let paths = paths_of(&alloc, "n1::n2");
    assert_eq!(paths[0].0.split("::").count(), DEEPEST);
    assert!(paths[0].0.ends_with("m7::o1::o2"));
    // A path that is written out is what it is.
    let long = vec!["long"; 40].join("::");
    assert_eq!(Tag::intern(&long).path(), long);
}

fn hear(alloc: &SmartAlloc) -> Arc<Mutex<Vec<Diagnostic>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&heard);
    let subscriber = move |_: &SmartAlloc, event: &FrameEvent| {
        if let FrameEvent::Diagnostic(diagnostic) = event {
            to.lock().expect("no panic").push(diagnostic.clone());
        }
    };
    alloc.on_frame_event(subscriber).forever();
    heard
}

#[test]
fn fa008_tags_that_nest_too_deep_are_counted_and_told_once() {
    let mut alloc = SmartAlloc::default();
    let heard = hear(&alloc);
    alloc.whole_frame(|alloc| walk(alloc.frame(), ["told_branch", "told_leaf"], DEEPEST));
    assert_eq!(heard.lock().expect("no panic").len(), 0, "so deep is allowed");
    alloc.whole_frame(|alloc| walk(alloc.frame(), ["told_branch", "told_leaf"], 1000));
    {
        let heard = heard.lock().expect("no panic");
        let [told] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(told.code, "FA008");
        // Half of the names are the last of the path already.
        let times = (1000 - DEEPEST) / 2;
        assert!(told.message.contains(&format!("{times} times")), "{told}");
        assert!(told.tag.is_some_and(|tag| tag.split("::").count() == DEEPEST));
    }
    // Repetitions are reported less and less often, as all are: the second, then the fourth.
    (0..3).for_each(|_| alloc.whole_frame(|alloc| walk(alloc.frame(), ["told_branch", "told_leaf"], 1000)));
    assert_eq!(heard.lock().expect("no panic").len(), 3);
}

#[test]
fn other_is_a_row_like_every_other() {
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| drop(alloc.frame_box(1_u64)));
    let before = CountingAlloc::<std::alloc::System>::thread_calls().bytes;
    alloc.whole_frame(|alloc| {
        alloc.tagged(TagId::OTHER).frame_box(1_u64);
        // What is nested in it has no tag of its own either.
        alloc.tagged(TagId::OTHER).tagged("in_other").frame_box(1_u64);
        alloc.scoped(|frame| drop(frame.tagged(TagId::OTHER).frame_box(1_u64)));
    });
    let taken = CountingAlloc::<std::alloc::System>::thread_calls().bytes - before;
    assert!(taken < 256 << 10, "{taken} bytes were taken for one use of `OTHER`");
    let stats = alloc.stats();
    let other = stats.tags.iter().find(|tag| tag.path == "(other)").expect("it is listed");
    assert_eq!(other.bytes, 3 * (8 + ZONE));
    assert_eq!(TagId::OTHER.path(), "(other)");
    assert_eq!(Tag::intern("(other)"), TagId::OTHER);
    assert_eq!(Tag::intern("(untagged)"), TagId::NONE);
}
