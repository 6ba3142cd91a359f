//! Strict mode: which diagnostics panic, when, and with which words; by call, by guard and by the environment.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Output;
use std::sync::{Arc, Mutex};

use framealloc_core::{Diagnostic, FrameEvent, Level, SmartAlloc, Strict, kilobytes};

use crate::again::again;

/// What was reported, in order: the codes of diagnostics, `began` and `ended`.
fn heard(alloc: &SmartAlloc) -> impl Fn() -> Vec<String> + use<> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&heard);
    alloc
        .on_frame_event(move |_, event| match event {
            FrameEvent::Diagnostic(diagnostic) => to.lock().unwrap().push(diagnostic.to_string()),
            FrameEvent::Began { .. } => to.lock().unwrap().push("began".to_owned()),
            FrameEvent::Ended { .. } => to.lock().unwrap().push("ended".to_owned()),
            _ => (),
        })
        .forever();
    move || std::mem::take(&mut *heard.lock().unwrap())
}

fn raise(alloc: &SmartAlloc, level: Level) {
    alloc.raise(Diagnostic::new("TEST", level, "words").with_tag("strict").with_help("help"));
}

/// The words of the panic, if there was one.
fn panics(work: impl FnOnce()) -> Option<String> {
    let panicked = catch_unwind(AssertUnwindSafe(work)).err()?;
    Some(panicked.downcast_ref::<String>().expect("a formatted message").clone())
}

#[test]
fn each_strictness_panics_from_its_level_on() {
    for (strict, level, is_fatal) in [
        (Strict::Off, Level::Hint, false),
        (Strict::Off, Level::Warning, false),
        (Strict::Off, Level::Error, false),
        (Strict::Errors, Level::Hint, false),
        (Strict::Errors, Level::Warning, false),
        (Strict::Errors, Level::Error, true),
        (Strict::Warnings, Level::Hint, false),
        (Strict::Warnings, Level::Warning, true),
        (Strict::Warnings, Level::Error, true),
    ] {
        let mut alloc = SmartAlloc::default();
        alloc.set_strict(strict);
        alloc.begin_frame();
        raise(&alloc, level);
        let words = panics(|| _ = alloc.end_frame());
        let expected = format!("TEST {level}: words (frame 1, tag `strict`); help; see `cargo fa explain TEST`");
        assert_eq!(words, is_fatal.then_some(expected), "{strict:?} {level}");
        assert!(!alloc.is_in_frame(), "the frame has ended all the same");
        alloc.whole_frame(|_| ());
    }
}

#[test]
fn the_panic_comes_after_all_subscribers_have_heard_all() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Errors);
    let (first, last) = (heard(&alloc), heard(&alloc));
    alloc.begin_frame();
    raise(&alloc, Level::Error);
    alloc.raise(Diagnostic::new("TEST2", Level::Error, "more"));
    let words = panics(|| _ = alloc.end_frame()).expect("an error");
    assert!(words.starts_with("TEST error"), "the first one: {words}");
    let told = first();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0] == "began" && told[1] == words && told[2].starts_with("TEST2") && told[3] == "ended", "{told:?}");
    assert_eq!(last(), told);
}

#[test]
fn nothing_is_locked_when_it_panics() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Warnings);
    for _ in 0..5 {
        let _subscription = alloc.on_frame_event(|_, _| ());
        alloc.begin_frame();
        alloc.frame_slice_copy(&[1; 100]);
        std::mem::forget(alloc.frame_scope());
        // Repetitions are not left out: each of these frames is wrong.
        assert!(panics(|| _ = alloc.end_frame()).is_some_and(|words| words.starts_with("FA004 warning")));
        assert_eq!(alloc.strict(), Strict::Warnings);
        raise(&alloc, Level::Hint);
        assert!(alloc.stats().bytes >= 400);
    }
}

#[test]
fn a_begin_panics_for_what_it_finds_and_the_frame_has_begun() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Warnings);
    drop(alloc.frame_box(1));
    assert!(panics(|| alloc.begin_frame()).is_some_and(|words| words.starts_with("FA001 warning")));
    assert!(alloc.is_in_frame());
    assert!(panics(|| alloc.begin_frame()).is_some_and(|words| words.starts_with("FA004 warning")));
    assert_eq!((alloc.frame_number(), alloc.is_in_frame()), (2, true));
    // A bracket that panics at its begin closes the frame.
    alloc.end_frame();
    drop(alloc.frame_box(1));
    assert!(panics(|| alloc.whole_frame(|_| panic!("does not run"))).is_some_and(|words| words.starts_with("FA001")));
    assert!(!alloc.is_in_frame());
}

#[test]
fn after_quiet_frames_all_is_found_without_a_subscriber() {
    type Cause = (&'static str, fn(&mut SmartAlloc));
    let causes: [Cause; 8] = [
        ("FA002", |alloc| {
            alloc.set_thread_frame_budget(kilobytes(1));
            alloc.whole_frame(|alloc| assert!(alloc.try_frame_slice_zeroed::<u8>(4000).is_err()));
        }),
        ("FA004", |alloc| alloc.whole_frame(|alloc| std::mem::forget(alloc.frame_scope()))),
        ("FA004", |alloc| alloc.whole_frame(|alloc| alloc.begin_phase("left open"))),
        ("FA004", |alloc| {
            alloc.begin_frame();
            alloc.begin_frame();
        }),
        ("FA005", |alloc| alloc.whole_frame(|alloc| drop(alloc.frame_box_for_transfer(1_u32)))),
        ("FA009", |alloc| {
            assert!(alloc.try_end_frame_in_flight().is_err());
            alloc.whole_frame(|_| ());
        }),
        ("FA001", |alloc| {
            drop(alloc.frame_box(1));
            alloc.begin_frame();
        }),
        ("TEST", |alloc| alloc.whole_frame(|alloc| raise(alloc, Level::Warning))),
    ];
    for (code, cause) in causes {
        let mut alloc = SmartAlloc::default();
        alloc.set_strict(Strict::Warnings);
        (0..3).for_each(|_| alloc.whole_frame(|alloc| drop(alloc.frame_box(1))));
        let words = panics(|| cause(&mut alloc)).unwrap_or_default();
        assert!(words.starts_with(code), "{code}: `{words}`");
        alloc.end_frame();
        (0..3).for_each(|_| alloc.whole_frame(|_| ()));
    }
}

#[test]
fn what_a_subscriber_took_is_its_own_until_the_next_frame_only() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Warnings);
    let taking = alloc.on_frame_event(|alloc, event| {
        if matches!(event, FrameEvent::Ended { .. }) {
            alloc.frame_slice_copy(&[0_u64; 100]);
        }
    });
    // The arena grows in the first of them.
    (0..3).for_each(|_| alloc.whole_frame(|_| ()));
    alloc.begin_frame();
    drop(taking);
    alloc.end_frame();
    alloc.whole_frame(|_| ());
    alloc.frame_slice_copy(&[0_u64; 100]);
    assert!(panics(|| alloc.begin_frame()).is_some_and(|words| words.starts_with("FA001 warning: 8")));
}

#[test]
fn a_frame_that_began_unwatched_has_no_duration() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Errors);
    let first = alloc.on_frame_event(|_, _| ());
    alloc.begin_frame();
    drop(first);
    alloc.end_frame();
    alloc.begin_frame();
    let ended = Arc::new(Mutex::new(None));
    let to = Arc::clone(&ended);
    let _second = alloc.on_frame_event(move |_, event| {
        if let FrameEvent::Ended { frame, duration, .. } = event {
            *to.lock().unwrap() = Some((*frame, *duration));
        }
    });
    alloc.end_frame();
    assert_eq!(*ended.lock().unwrap(), Some((2, None)));
}

#[test]
fn no_panic_joins_another() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Warnings);
    let told = heard(&alloc);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        alloc.whole_frame(|alloc| {
            raise(alloc, Level::Error);
            panic!("the game's own");
        });
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"the game's own"));
    assert!(told().iter().any(|told| told.starts_with("TEST error")), "subscribers hear of it");
    // That of a subscriber comes first.
    let subscription = alloc.on_frame_event(|_, event| assert!(!matches!(event, FrameEvent::Diagnostic(_)), "mine"));
    alloc.begin_frame();
    raise(&alloc, Level::Error);
    let panicked = catch_unwind(AssertUnwindSafe(|| alloc.end_frame())).unwrap_err();
    assert_eq!(panicked.downcast_ref::<&str>(), Some(&"mine"));
    drop(subscription);
}

#[test]
fn promotions_and_deliveries_panic_too() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Errors);
    let alive = Arc::new(());
    alloc.begin_frame();
    alloc.frame_retained::<Arc<()>>(framealloc_core::RetentionPolicy::PromoteToPool).write(Arc::clone(&alive));
    raise(&alloc, Level::Error);
    assert!(panics(|| drop(alloc.end_frame_with_promotions())).is_some());
    assert_eq!(alloc.take_promotions().map(|promotions| promotions.len()), Some(1), "what was promoted waits");
    assert_eq!(Arc::strong_count(&alive), 1);
    raise(&alloc, Level::Error);
    assert!(panics(|| alloc.deliver_diagnostics()).is_some());
    alloc.deliver_diagnostics();
}

#[test]
fn a_refused_budget_is_an_error_at_the_end_of_its_frame() {
    let mut alloc = SmartAlloc::default();
    alloc.set_thread_frame_budget(kilobytes(1));
    let _guard = alloc.strict_guard(Strict::Errors);
    let mut reached = false;
    let words = panics(|| {
        alloc.whole_frame(|alloc| {
            assert!(alloc.try_frame_slice_zeroed::<u8>(4000).is_err());
            reached = true;
        });
    });
    assert!(reached, "the system goes on; the end of the frame panics");
    let words = words.expect("an error");
    assert!(words.starts_with("FA002 error: the frame budget of the thread refused a request"), "{words}");
}

#[test]
fn guards_restore_what_was() {
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Errors);
    {
        let _outer = alloc.strict_guard(Strict::Off);
        alloc.whole_frame(|alloc| raise(alloc, Level::Error));
        {
            let _inner = alloc.strict_guard(Strict::Warnings);
            assert!(panics(|| alloc.whole_frame(|alloc| raise(alloc, Level::Warning))).is_some());
        }
        assert_eq!(alloc.strict(), Strict::Off);
    }
    assert_eq!(alloc.strict(), Strict::Errors);
    let guard = alloc.strict_guard(Strict::Off);
    drop(alloc);
    drop(guard);
}

#[test]
fn another_allocator_is_not_strict() {
    let (strict, mut other) = (SmartAlloc::default(), SmartAlloc::default());
    strict.set_strict(Strict::Warnings);
    other.whole_frame(|other| raise(other, Level::Error));
    assert_eq!(other.strict(), Strict::from_environment());
}

/// Runs the test of this name again, in a process of its own, with what the environment says.
fn strictly(name: &str, strict: Option<&str>) -> Output {
    let mut command = again(module_path!(), name);
    command.env("FRAMEALLOC_TEST_CHILD", "1").env_remove("FRAMEALLOC_STRICT");
    if let Some(strict) = strict {
        command.env("FRAMEALLOC_STRICT", strict);
    }
    command.output().expect("the test again")
}

#[test]
fn the_environment_says_what_allocators_start_with() {
    if std::env::var_os("FRAMEALLOC_TEST_CHILD").is_some() {
        // Two, as a game may have: the complaint about the value comes once.
        let _other = SmartAlloc::default();
        let mut alloc = SmartAlloc::default();
        let hint = panics(|| alloc.whole_frame(|alloc| raise(alloc, Level::Hint)));
        let warning = panics(|| alloc.whole_frame(|alloc| std::mem::forget(alloc.frame_scope())));
        let error = panics(|| alloc.whole_frame(|alloc| raise(alloc, Level::Error)));
        println!("panicked: {} {} {}", hint.is_some(), warning.is_some(), error.is_some());
        let mut region = alloc.scratch("level");
        std::mem::forget(region.frame_scope());
        region.reset();
        return;
    }
    let name = "the_environment_says_what_allocators_start_with";
    for (values, expected) in [
        (&["", "0", "off", "false", "Off", " 0 "][..], "panicked: false false false"),
        (&["1", "error", "errors", "true", "TRUE"], "panicked: false false true"),
        (&["2", "warning", "warnings", "all"], "panicked: false true true"),
    ] {
        for value in values {
            let output = strictly(name, Some(value));
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success() && out.contains(expected), "{value}: {out}{err}");
            assert!(!err.contains("FRAMEALLOC_STRICT"), "{value}: {err}");
        }
    }
    let unset = strictly(name, None);
    assert!(String::from_utf8_lossy(&unset.stdout).contains("panicked: false false false"));
    let err = String::from_utf8_lossy(&unset.stderr);
    assert!(!err.contains("TEST") && !err.contains("FA0"), "nothing is printed unasked: {err}");

    let unknown = strictly(name, Some("strcit"));
    let err = String::from_utf8_lossy(&unknown.stderr);
    assert!(String::from_utf8_lossy(&unknown.stdout).contains("panicked: false false false"));
    assert_eq!(err.matches("error: FRAMEALLOC_STRICT is `strcit`").count(), 1, "{err}");
    assert!(err.contains("use 0, off, false"), "{err}");
}
