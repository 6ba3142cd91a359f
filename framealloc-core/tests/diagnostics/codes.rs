//! Every code is raised by what it is about, once, and by nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use framealloc_core::{
    AllocConfig, Budget, BudgetPolicy, Diagnostic, FlightError, FrameEvent, FramePublisher, Level, Repeats, SmartAlloc,
    kilobytes,
};

/// Bytes that the red zone before each block takes.
const ZONE: usize = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Diagnostic>>>);

impl Heard {
    fn of(alloc: &SmartAlloc) -> Self {
        let heard = Self::default();
        let to = heard.clone();
        alloc
            .on_frame_event(move |_, event| {
                if let FrameEvent::Diagnostic(diagnostic) = event {
                    to.0.lock().unwrap().push(diagnostic.clone());
                }
            })
            .forever();
        heard
    }

    fn take(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// The only one that was reported.
    fn only(&self, code: &str, level: Level) -> Diagnostic {
        let mut heard = self.take();
        assert!(heard.len() == 1 && heard[0].code == code && heard[0].level == level, "{code} {level}, not {heard:#?}");
        heard.remove(0)
    }
}

fn contains(diagnostic: &Diagnostic, words: &[&str]) {
    for word in words {
        assert!(diagnostic.message.contains(word), "`{word}` in {diagnostic}");
    }
}

#[test]
fn fa001_frame_memory_taken_while_no_frame_is_open() {
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    alloc.tagged("fa001").frame_slice_copy(&[0_u64; 10]);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("fa001-loader".into());
        thread.spawn_scoped(scope, || alloc.scoped(|scope| scope.frame_slice_copy(&[0_u64; 3]).len())).unwrap();
    });
    alloc.begin_frame();
    let told = heard.take();
    assert_eq!(told.len(), 2, "{told:#?}");
    contains(&told[0], &[&format!("{} bytes", 80 + ZONE)]);
    assert_eq!((told[0].code, told[0].tag, told[0].frame), ("FA001", Some("fa001"), 1));
    assert_eq!(told[0].thread.as_deref(), std::thread::current().name());
    contains(&told[1], &[&format!("{} bytes", 24 + ZONE)]);
    assert_eq!((told[1].tag, told[1].thread.as_deref()), (Some("(untagged)"), Some("fa001-loader")));
    assert!(!told[0].help.is_empty());
    // In the frame it is what frames are for.
    alloc.frame_slice_copy(&[0_u64; 10]);
    alloc.end_frame();
    alloc.begin_frame();
    assert_eq!(heard.take(), []);
}

#[test]
fn fa001_is_not_about_allocators_without_frames_nor_about_subscribers() {
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    // A worker's allocator that only ends frames, and one that is dropped.
    for _ in 0..3 {
        alloc.frame_slice_copy(&[0_u64; 10]);
        alloc.end_frame();
    }
    // A scratch region.
    let mut level = alloc.scratch("fa001-level");
    let in_region = Heard::of(&level);
    level.frame_slice_copy(&[0_u64; 10]);
    level.reset();
    // What a subscriber takes when it is told of the end is held until the end of the next frame, and is its business.
    alloc.on_frame_event(|alloc, _| assert_eq!(alloc.frame_slice_copy(&[0_u64; 10]).len(), 10)).forever();
    alloc.whole_frame(|_| ());
    alloc.whole_frame(|_| ());
    assert_eq!((heard.take(), in_region.take()), (vec![], vec![]));
    // But not what the program takes besides.
    alloc.frame_slice_copy(&[0_u64; 5]);
    alloc.begin_frame();
    contains(&heard.only("FA001", Level::Warning), &[&format!("{} bytes", 40 + ZONE)]);
}

#[test]
fn fa002_a_budget_was_exceeded() {
    let small = |policy| Budget::new(kilobytes(1)).with_policy(policy).with_soft_limit(100);
    for (policy, level, words) in [
        (BudgetPolicy::Fail, Level::Error, "refused a request"),
        (BudgetPolicy::Warn, Level::Warning, "was exceeded"),
        (BudgetPolicy::Promote, Level::Warning, "sent a request to the heap"),
    ] {
        let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("fa002", small(policy)));
        let heard = Heard::of(&alloc);
        alloc.whole_frame(|alloc| drop(alloc.tagged("fa002").try_frame_slice_copy(&[0_u8; 2000])));
        let told = heard.only("FA002", level);
        contains(&told, &[words, "the budget of tag `fa002`", &format!("{} bytes", 2000 + ZONE), "1024 left"]);
        assert_eq!((told.tag, told.frame), (Some("fa002"), 1));
    }
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("fa002", small(BudgetPolicy::Allow)));
    let heard = Heard::of(&alloc);
    alloc.whole_frame(|alloc| drop(alloc.tagged("fa002").try_frame_slice_copy(&[0_u8; 2000])));
    assert_eq!(heard.take(), [], "`Allow` says that nobody wants to hear of it");
}

#[test]
fn fa002_names_the_thread_and_the_soft_limit_is_a_hint() {
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    alloc.begin_frame();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("fa002-worker".into());
        let work = || {
            alloc.set_thread_frame_budget(kilobytes(1));
            alloc.frame_slice_copy(&[0_u8; 1000]);
            assert!(alloc.try_frame_slice_copy(&[0_u8; 1000]).is_err());
        };
        thread.spawn_scoped(scope, work).unwrap();
    });
    alloc.end_frame();
    let told = heard.take();
    let levels: Vec<_> = told.iter().map(|told| (told.code, told.level, told.thread.as_deref())).collect();
    let worker = Some("fa002-worker");
    assert_eq!(levels, [("FA002", Level::Hint, worker), ("FA002", Level::Error, worker)], "{told:#?}");
}

#[test]
fn fa004_a_frame_or_a_scope_was_left_open() {
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    alloc.begin_frame();
    alloc.begin_frame();
    contains(&heard.only("FA004", Level::Warning), &["frame 1 was still open"]);
    std::mem::forget(alloc.frame_scope());
    std::mem::forget(alloc.frame_scope());
    alloc.end_frame();
    let told = heard.only("FA004", Level::Warning);
    contains(&told, &["scopes were still open", ": 2"]);
    assert_eq!(told.frame, 2);
    alloc.begin_frame();
    alloc.begin_phase("fa004");
    alloc.end_frame();
    contains(&heard.only("FA004", Level::Warning), &["phases were still open", ": 1"]);
    alloc.whole_frame(|alloc| alloc.scoped(|_| ()));
    assert_eq!(heard.take(), []);
}

#[test]
fn fa005_a_transfer_was_dropped_unreceived() {
    struct PathRequest;
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    alloc.begin_frame();
    drop(alloc.frame_box_for_transfer(PathRequest));
    drop(alloc.frame_box_for_transfer(PathRequest));
    let _received = alloc.frame_box_for_transfer(PathRequest).receive();
    let on_its_way = alloc.frame_box_for_transfer(1_u32);
    alloc.end_frame();
    contains(&heard.only("FA005", Level::Warning), &["PathRequest` were dropped", ": 2"]);
    alloc.whole_frame(|_| drop(on_its_way));
    contains(&heard.only("FA005", Level::Warning), &["`u32` were dropped", ": 1"]);
}

#[test]
fn fa009_no_more_frames_may_be_in_flight() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    let heard = Heard::of(&alloc);
    alloc.begin_frame();
    let flight = alloc.end_frame_in_flight();
    assert_eq!((heard.take(), alloc.flight_stats().refused), (vec![], 0));
    // By a `try_` form, another one, by a panic, and where it was to be published: once for the frame.
    alloc.begin_frame();
    assert!(alloc.try_end_frame_in_flight().is_err());
    assert!(alloc.try_end_frame_in_flight_with_promotions().is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| alloc.end_frame_in_flight())).is_err());
    let root = alloc.frame_share(1_u32);
    assert_eq!(heard.take(), []);
    let published = FramePublisher::new().publish(&mut alloc, root);
    assert!(matches!(published, Err(FlightError::Unpublished { limit: 1, .. })));
    contains(&heard.only("FA009", Level::Warning), &["while 1 of 1 were", "4 times refused"]);
    assert_eq!(alloc.flight_stats().refused, 4);
    drop(flight);
    alloc.begin_frame();
    drop(alloc.end_frame_in_flight());
    assert_eq!((heard.take(), alloc.flight_stats().refused), (vec![], 0));
    // Where none may be at all.
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    alloc.whole_frame(|_| ());
    assert!(alloc.try_end_frame_in_flight().is_err());
    alloc.whole_frame(|_| ());
    contains(&heard.only("FA009", Level::Warning), &["while 0 of 0 were", "1 times refused"]);
}

#[test]
fn repetitions_are_told_less_and_less_often_and_counted() {
    let told_in_100_frames = |repeats: Option<Repeats>| {
        let mut alloc = SmartAlloc::default();
        let heard = Heard::of(&alloc);
        if let Some(repeats) = repeats {
            alloc.set_repeats(repeats);
        }
        for _ in 0..100 {
            alloc.whole_frame(|alloc| std::mem::forget(alloc.frame_scope()));
        }
        heard.take().iter().map(|told| (told.frame, told.left_out)).collect::<Vec<_>>()
    };
    assert_eq!(told_in_100_frames(None), [(1, 0), (2, 0), (4, 1), (8, 3), (16, 7), (32, 15), (64, 31)]);
    assert_eq!(told_in_100_frames(Some(Repeats::Once)), [(1, 0)]);
    assert_eq!(told_in_100_frames(Some(Repeats::All)).len(), 100);
}

#[test]
fn what_was_quiet_for_long_is_new_again() {
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    let complain = |alloc: &SmartAlloc| alloc.raise(Diagnostic::new("TEST", Level::Hint, "again"));
    for _ in 0..3 {
        alloc.whole_frame(complain);
    }
    assert_eq!(heard.take().len(), 2);
    for _ in 0..600 {
        alloc.whole_frame(|_| ());
    }
    alloc.whole_frame(complain);
    assert_eq!(heard.only("TEST", Level::Hint).left_out, 0);
}

#[test]
fn subjects_are_told_apart_and_messages_are_not() {
    let mut alloc = SmartAlloc::default();
    let heard = Heard::of(&alloc);
    alloc.begin_frame();
    let new = || Diagnostic::new("TEST", Level::Warning, "n");
    for (index, diagnostic) in [
        new(),
        new().with_tag("a"),
        new().with_tag("b"),
        new().with_thread("a"),
        new().with_tag("a").with_thread("b"),
        new().with_subject(7),
        Diagnostic::new("TEST", Level::Warning, "other words"),
        Diagnostic::new("TEST", Level::Warning, "and others"),
    ]
    .into_iter()
    .enumerate()
    {
        alloc.raise(diagnostic.with_help(index.to_string()));
    }
    alloc.end_frame();
    let told: Vec<_> = heard.take().into_iter().map(|told| told.help.to_string()).collect();
    assert_eq!(told, ["0", "1", "2", "3", "4", "5", "6"], "the last is the third of its subject");
}

#[test]
fn a_flood_is_bounded_and_counted() {
    let mut alloc = SmartAlloc::default();
    if !cfg!(feature = "tracing") {
        alloc.raise(Diagnostic::new("TEST", Level::Hint, "nobody listens"));
    }
    let heard = Heard::of(&alloc);
    alloc.begin_frame();
    for subject in 0..1000 {
        alloc.raise(Diagnostic::new("TEST", Level::Hint, "flood").with_subject(subject));
    }
    alloc.end_frame();
    let told = heard.take();
    assert_eq!(told.len(), 256);
    assert_eq!(told[255].left_out, 1000 - 256);
    // Told without an end of a frame, for who has stopped ending frames.
    alloc.raise(Diagnostic::new("TEST", Level::Hint, "late"));
    alloc.deliver_diagnostics();
    assert_eq!(heard.only("TEST", Level::Hint).message, "late");
}
