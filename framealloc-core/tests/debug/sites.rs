//! The feature `debug`: who asked for what is alive at the end of a frame, and for what is alive in pools.

use framealloc_core::debug::{self, FrameValue, FrameValueKind};
use framealloc_core::pool::{Pool, PoolBox, PoolSpec};
use framealloc_core::{FrameEvent, RetentionPolicy, SmartAlloc, pool};

/// The line that this is called in.
#[track_caller]
fn line() -> u32 {
    std::panic::Location::caller().line()
}

fn of_kind(alloc: &SmartAlloc, kind: FrameValueKind) -> Vec<FrameValue> {
    alloc.alive_at_frame_end().into_iter().filter(|value| value.kind == kind).collect()
}

#[test]
fn a_forgotten_box_is_reported_with_its_site() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    drop(alloc.frame_box(String::from("dropped")));
    std::mem::forget(alloc.frame_box(7_u32)); // without a drop
    let (place, forgotten) = (line(), alloc.frame_box(String::from("forgotten")));
    std::mem::forget(forgotten);
    alloc.end_frame();
    let alive = alloc.alive_at_frame_end();
    assert_eq!(alive.len(), 1, "{alive:?}");
    assert_eq!(alive[0].kind, FrameValueKind::Forgotten);
    assert_eq!((alive[0].site.location.file(), alive[0].site.location.line()), (file!(), place));
    assert_eq!((alive[0].bytes, alive[0].type_name, alive[0].tag), (24, "alloc::string::String", "(untagged)"));
    assert!(alive[0].to_string().contains("was forgotten: its drop did not run"), "{}", alive[0]);
    alloc.begin_frame();
    alloc.end_frame();
    assert!(alloc.alive_at_frame_end().is_empty(), "the figures are those of the last frame");
}

#[test]
fn every_way_to_lose_a_drop_is_seen_and_no_other() {
    let mut alloc = SmartAlloc::default();
    let text = || String::from("text");
    alloc.begin_frame();
    let mut expected = Vec::new();
    {
        // Dropped, taken apart or moved on: none of these loses anything.
        drop(framealloc_core::FrameBox::into_inner(alloc.frame_box(text())));
        drop(alloc.frame_alloc::<String>());
        drop(alloc.frame_alloc::<String>().write(text()));
        drop(alloc.frame_slice_fill_with(3, |_| text()));
        let mut grown = alloc.frame_vec();
        (0..100).for_each(|_| grown.push(text()));
        let mut other = alloc.frame_vec();
        other.push(text());
        (0..100).for_each(|_| grown.push(text())); // moved, since `other` is younger
        let boxed = grown.into_boxed();
        let halves: Vec<String> = boxed.into_iter().take(50).collect();
        assert_eq!(halves.len(), 50);
        let mut cursor = alloc.cursor();
        drop(cursor.boxed(text()));
        let mut empty = alloc.frame_vec::<String>();
        empty.push(text());
        empty.pop();
        drop(empty.into_boxed());
        // In a box that went to another thread.
        let sent = alloc.frame_box(text());
        std::thread::scope(|scope| scope.spawn(move || drop(sent)).join().unwrap());
    }
    {
        expected.push(line() + 1);
        let _ = framealloc_core::FrameBox::leak(alloc.frame_box(text()));
        expected.push(line() + 1);
        std::mem::forget(alloc.frame_slice_fill_with(3, |_| text()));
        expected.push(line() + 1);
        std::mem::forget(alloc.cursor().boxed(text()));
        expected.push(line() + 1);
        std::mem::forget(alloc.tagged("physics").frame_alloc::<String>().write(text()));
        let mut vec = alloc.frame_vec();
        expected.push(line() + 1);
        vec.push(text());
        std::mem::forget(vec);
        alloc.scoped(|frame| {
            expected.push(line() + 1);
            std::mem::forget(frame.frame_box(text()));
        });
    }
    alloc.end_frame();
    let forgotten = of_kind(&alloc, FrameValueKind::Forgotten);
    let mut lines: Vec<u32> = forgotten.iter().map(|value| value.site.location.line()).collect();
    lines.sort_unstable();
    assert_eq!(lines, expected, "{forgotten:#?}");
    assert!(forgotten.iter().any(|value| value.tag == "physics"));
    assert!(forgotten.iter().any(|value| value.type_name.starts_with('[') && value.bytes == 72), "the slice");
}

#[test]
fn what_is_shared_or_retained_is_listed_with_its_site() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let shared = line() + 1;
    alloc.tagged("ui").frame_share(vec![1_u8]);
    let retained = line() + 1;
    let _kept = alloc.frame_retain(vec![2_u16; 4], RetentionPolicy::PromoteToPool);
    let _slot = alloc.frame_retained::<Vec<u32>>(RetentionPolicy::Discard).write(vec![3]);
    drop(alloc.end_frame_with_promotions());
    let alive = of_kind(&alloc, FrameValueKind::Shared);
    assert_eq!(alive.iter().map(|value| value.site.location.line()).collect::<Vec<_>>(), [shared]);
    assert_eq!((alive[0].type_name, alive[0].tag), ("alloc::vec::Vec<u8>", "ui"));
    let mut lines: Vec<_> =
        of_kind(&alloc, FrameValueKind::Retained).iter().map(|value| value.site.location.line()).collect();
    lines.sort_unstable();
    assert_eq!(lines, [retained, retained + 1]);

    alloc.begin_frame();
    let _kept = alloc.frame_retain(vec![2_u16; 4], RetentionPolicy::PromoteToPool);
    alloc.end_frame();
    assert_eq!(of_kind(&alloc, FrameValueKind::Retained).len(), 1, "a plain end drops it");
}

#[test]
fn a_scope_left_open_is_listed_with_its_site() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    drop(alloc.frame_scope());
    alloc.scoped(|frame| drop(frame.tagged("ai").frame_box(1)));
    alloc.end_frame();
    assert!(alloc.alive_at_frame_end().is_empty(), "both were closed");
    alloc.begin_frame();
    let place = line() + 1;
    let scope = alloc.frame_scope();
    scope.frame_box([0_u8; 100]);
    std::mem::forget(scope);
    let told = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let tell = std::sync::Arc::clone(&told);
    let subscription = alloc.on_frame_event(move |_, event| {
        if let FrameEvent::Diagnostic(diagnostic) = event {
            tell.lock().unwrap().push_str(&diagnostic.to_string());
        }
    });
    let report = alloc.end_frame();
    drop(subscription);
    let told = told.lock().unwrap().clone();
    assert!(told.contains("FA004") && told.contains(&format!("sites.rs:{place}:")), "{told}");
    let open = of_kind(&alloc, FrameValueKind::OpenScope);
    assert_eq!((open.len(), report.scopes_left_open), (1, 1), "{open:?}");
    assert_eq!(open[0].site.location.line(), place);
    assert!(open[0].bytes >= 100);
    alloc.begin_frame();
    alloc.end_frame();
    assert!(alloc.alive_at_frame_end().is_empty());
}

/// The objects that this file's line made, since tests run at once and pools belong to the process.
fn made_in(line: u32) -> Vec<debug::PoolObject> {
    let here = |object: &debug::PoolObject| {
        object.site.location.line() == line && object.site.location.file().ends_with("sites.rs")
    };
    debug::pool_objects().into_iter().filter(here).collect()
}

static DOORS: Pool<[u32; 9]> = Pool::new(PoolSpec::new("Door"));

#[test]
fn pool_objects_that_are_alive_are_listed_with_their_site() {
    let alloc = SmartAlloc::default();
    let boxed = line() + 1;
    let enemy = alloc.pool_box([1_u8; 40]);
    let typed = line() + 1;
    let door = DOORS.boxed([1; 9]);
    let slot_line = line() + 1;
    let slot = alloc.pool_alloc::<u64>();
    let slice_line = line() + 1;
    let slice = pool::slice_copy(&[1_u16, 2, 3]);
    let large_line = line() + 1;
    let large = pool::boxed([0_u8; 10_000]);
    for (line, name, bytes, pool) in [
        (boxed, "[u8; 40]", 40, "class of 48 bytes"),
        (typed, "[u32; 9]", 36, "Door"),
        (slot_line, "u64", 8, "class of 16 bytes"),
        (slice_line, "[u16]", 6, "class of 16 bytes"),
        (large_line, "[u8; 10000]", 10_000, "heap"),
    ] {
        let found = made_in(line);
        assert_eq!(found.len(), 1, "line {line}: {found:?}");
        assert_eq!((found[0].type_name, found[0].bytes, found[0].pool), (name, bytes, pool));
    }
    // A box that is sent, turned into a pointer or unsized is the same object.
    let enemy = std::thread::spawn(move || enemy).join().unwrap();
    let raw = PoolBox::into_raw(enemy);
    assert_eq!(made_in(boxed).len(), 1);
    // SAFETY: `into_raw` gave it.
    let enemy = framealloc_core::pool_unsize!(unsafe { PoolBox::from_raw(raw) } => [u8]);
    assert_eq!(made_in(boxed).len(), 1);
    std::thread::spawn(move || drop(enemy)).join().unwrap();
    drop((door, slot, slice, large));
    for line in [boxed, typed, slot_line, slice_line, large_line] {
        assert_eq!(made_in(line).len(), 0, "line {line}");
    }
}

#[test]
fn leaks_are_counted_by_site_and_grow_old() {
    let mut alloc = SmartAlloc::default();
    let place = line() + 1;
    let kept: Vec<_> = (0..5).map(|i| alloc.pool_box([i; 6])).collect();
    for _ in 0..3 {
        alloc.whole_frame(|_| ());
    }
    let report = debug::leaks();
    let leak = report.sites.iter().find(|leak| leak.oldest.site.location.line() == place).unwrap();
    assert_eq!((leak.objects, leak.bytes), (5, 5 * 24));
    assert!(leak.oldest.age >= 3);
    assert!(report.to_string().contains("5 of [i32; 6], 120 bytes, in class of 32 bytes"), "{report}");
    drop(kept);
    assert!(made_in(place).is_empty());
    // Leaked for good: the report is there for this.
    let place = line() + 1;
    let _: &mut u128 = PoolBox::leak(alloc.pool_box(1));
    assert_eq!(made_in(place).len(), 1);
}

#[test]
fn backtraces_are_taken_on_request() {
    #[inline(never)]
    fn spawns_an_enemy() -> PoolBox<[u64; 3]> {
        pool::boxed([1, 2, 3])
    }
    let without = spawns_an_enemy();
    debug::capture_backtraces(true);
    let with = spawns_an_enemy();
    debug::capture_backtraces(false);
    let traces: Vec<_> = made_in(line() - 6).into_iter().map(|object| object.site.backtrace).collect();
    drop((without, with));
    assert_eq!(traces.len(), 2);
    let shown = traces.iter().flatten().filter(|trace| trace.to_string().contains("spawns_an_enemy")).count();
    assert_eq!(shown, 1, "{traces:?}");
}

#[test]
fn steady_frames_still_make_no_call_to_the_allocator() {
    let mut alloc = SmartAlloc::default();
    let mut frame = || {
        alloc.whole_frame(|alloc| {
            let _text = alloc.frame_box(String::new());
            let _object = alloc.pool_box(1_u64);
            let mut vec = alloc.frame_vec();
            (0..100).for_each(|_| vec.push(String::new()));
            alloc.scoped(|frame| *frame.frame_box(1))
        })
    };
    (0..10).for_each(|_| _ = frame());
    let before = framealloc_core::CountingAlloc::thread_calls();
    (0..100).for_each(|_| _ = frame());
    assert_eq!((framealloc_core::CountingAlloc::thread_calls() - before).total(), 0);
}

#[test]
fn what_the_books_take_does_not_count_as_the_program_s() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..3 {
        alloc.whole_frame(|alloc| alloc.frame_slice_zeroed::<u8>(1 << 20).len());
    }
    let before = framealloc_core::CountingAlloc::thread_calls();
    alloc.whole_frame(|alloc| (0..10_000).for_each(|i| drop(alloc.frame_box([i]))));
    let calls = framealloc_core::CountingAlloc::thread_calls() - before;
    assert_eq!(calls.total(), 0, "there was room for these in the frame");
}
