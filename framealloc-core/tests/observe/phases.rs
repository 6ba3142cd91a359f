//! Promise P16: phases nest, end with their guard, cost nothing unused, and their figures are what the program counted.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use framealloc_core::{CountingAlloc, PhaseGuard, SmartAlloc};

use crate::random::Random;

/// Bytes that a slice of `words` numbers takes.
fn counted(words: usize) -> usize {
    let redzone = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };
    if words == 0 { 0 } else { 8 * words + redzone }
}

fn figures(alloc: &SmartAlloc) -> BTreeMap<&'static str, (usize, usize)> {
    alloc.stats().phases.iter().map(|phase| (phase.path, (phase.calls, phase.bytes))).collect()
}

#[test]
fn bytes_are_those_of_the_thread_whatever_tag_scope_or_cursor_took_them() {
    let mut alloc = SmartAlloc::default();
    let report = {
        alloc.begin_frame();
        alloc.frame_slice_zeroed::<u64>(5);
        let work = alloc.phase_scope("all_ways");
        alloc.frame_slice_zeroed::<u64>(1);
        alloc.tagged("phases_tag").frame_slice_zeroed::<u64>(2);
        alloc.scoped(|frame| {
            frame.frame_slice_zeroed::<u64>(4);
            frame.tagged("phases_tag").frame_slice_zeroed::<u64>(8);
        });
        alloc.cursor().copy(&[0_u64; 16]);
        let expected: usize = [1, 2, 4, 8, 16].map(counted).iter().sum();
        assert_eq!(work.bytes(), expected);
        let span = work.end();
        assert_eq!((span.path, span.bytes), ("all_ways", expected));
        alloc.frame_slice_zeroed::<u64>(7);
        alloc.end_frame()
    };
    assert_eq!(report.phases_left_open, 0);
    let phase = alloc.stats().phase("all_ways").unwrap();
    assert_eq!((phase.calls, phase.bytes), (1, [1, 2, 4, 8, 16].map(counted).iter().sum::<usize>()));
    assert!(phase.longest == phase.duration && phase.duration > Duration::ZERO);
    assert_eq!(alloc.stats().bytes, [5, 1, 2, 4, 8, 16, 7].map(counted).iter().sum::<usize>());
}

#[test]
fn nested_phases_have_paths_and_count_for_those_around_them() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    {
        let _render = alloc.phase_scope("render");
        alloc.frame_slice_zeroed::<u64>(10);
        for _ in 0..3 {
            let culling = alloc.scoped(|frame| {
                let culling = alloc.phase_scope("culling");
                assert_eq!(frame.current_phase(), Some("render::culling"));
                frame.frame_slice_zeroed::<u64>(20);
                culling
            });
            assert_eq!(culling.path(), "render::culling");
        }
        assert_eq!(alloc.current_phase(), Some("render"));
    }
    {
        let _again = alloc.phase_scope("culling");
        alloc.frame_slice_zeroed::<u64>(1);
    }
    assert_eq!(alloc.current_phase(), None);
    alloc.end_frame();
    let expected = [
        ("culling", (1, counted(1))),
        ("render", (1, counted(10) + 3 * counted(20))),
        ("render::culling", (3, 3 * counted(20))),
    ];
    assert_eq!(figures(&alloc), expected.into());
    alloc.whole_frame(|alloc| drop(alloc.phase_scope("render::culling")));
    assert_eq!(figures(&alloc), [("render::culling", (1, 0))].into(), "a path as a name is that path");
    alloc.whole_frame(|_| ());
    assert!(alloc.stats().phases.is_empty(), "figures are of the last frame");
}

#[test]
fn guards_end_their_own_phase_in_any_order_and_by_a_panic() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    {
        let outer = alloc.phase_scope("outer_first");
        let inner = alloc.phase_scope("inner");
        alloc.frame_slice_zeroed::<u64>(1);
        drop(outer);
        assert_eq!(alloc.current_phase(), Some("outer_first::inner"));
        alloc.frame_slice_zeroed::<u64>(2);
        drop(inner);
    }
    let caught = std::panic::catch_unwind(|| {
        let _phase = alloc.phase_scope("panics");
        alloc.frame_slice_zeroed::<u64>(3);
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    assert!(caught.is_err());
    assert_eq!(alloc.current_phase(), None);
    alloc.end_frame();
    let expected = [
        ("outer_first", (1, counted(1))),
        ("outer_first::inner", (1, counted(1) + counted(2))),
        ("panics", (1, counted(3))),
    ];
    assert_eq!(figures(&alloc), expected.into());
}

#[test]
fn begin_and_end_pair_up_and_leave_guards_alone() {
    let mut alloc = SmartAlloc::default();
    assert_eq!(alloc.end_phase(), None);
    alloc.begin_frame();
    alloc.begin_phase("pair");
    {
        let guard = alloc.phase_scope("guarded");
        alloc.frame_slice_zeroed::<u64>(4);
        let span = alloc.end_phase().unwrap();
        assert_eq!((span.path, span.bytes), ("pair", counted(4)));
        assert_eq!(alloc.end_phase(), None, "a guard's phase is not ended by a call");
        assert_eq!(guard.end().bytes, counted(4));
    }
    assert_eq!(alloc.end_frame().phases_left_open, 0);
}

#[test]
fn phases_left_open_end_with_the_frame() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    alloc.begin_phase("left_open");
    std::mem::forget(alloc.phase_scope("forgotten"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            alloc.begin_phase("of_a_thread_that_ends");
            alloc.frame_slice_zeroed::<u64>(9);
        });
    });
    alloc.frame_slice_zeroed::<u64>(3);
    assert_eq!(alloc.end_frame().phases_left_open, 3);
    let expected = [
        ("left_open", (1, counted(3))),
        ("left_open::forgotten", (1, counted(3))),
        ("of_a_thread_that_ends", (1, counted(9))),
    ];
    assert_eq!(figures(&alloc), expected.into());
    assert_eq!((alloc.current_phase(), alloc.end_phase()), (None, None));
}

#[test]
fn recursive_phases_have_one_path_and_count_once() {
    fn visit<'a>(alloc: &'a SmartAlloc, depth: usize, mut guards: Vec<PhaseGuard<'a>>) {
        let guard = alloc.phase_scope("recursive");
        alloc.frame_slice_zeroed::<u64>(10);
        guards.push(guard);
        if depth > 1 {
            visit(alloc, depth - 1, guards);
        } else {
            // The oldest first: what the later ones saw is booked with the last.
            guards.into_iter().for_each(drop);
        }
    }
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| visit(alloc, 50, Vec::new()));
    assert_eq!(figures(&alloc), [("recursive", (50, 50 * counted(10)))].into());

    // Two that call each other are cut off at a depth, not at the end of memory.
    alloc.whole_frame(|alloc| {
        for _ in 0..100 {
            alloc.begin_phase("ping");
            alloc.begin_phase("pong");
        }
        let deepest = alloc.current_phase().unwrap();
        assert_eq!(deepest.split("::").count(), 16, "{deepest}");
    });
}

#[test]
fn threads_are_summed_up_by_path() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..3 {
        alloc.begin_frame();
        std::thread::scope(|scope| {
            for words in 1..=4 {
                let alloc = &alloc;
                scope.spawn(move || {
                    let _phase = alloc.phase_scope("on_threads");
                    alloc.frame_slice_zeroed::<u64>(words);
                });
            }
        });
        alloc.end_frame();
        assert_eq!(figures(&alloc), [("on_threads", (4, (1..=4).map(counted).sum()))].into());
    }
}

#[test]
fn random_programs_of_phases_agree_with_a_model() {
    const NAMES: [&str; 4] = ["model_a", "model_b", "model_c", "model_d"];
    let mut numbers = Random::seeded(0x5EED_0F16);
    let mut random = |below: usize| numbers.below(below);
    let mut alloc = SmartAlloc::default();
    for frame in 0..2000 {
        alloc.begin_frame();
        // Position, then the open phases as path and start; then what the model expects.
        let (mut position, mut model) = (0, BTreeMap::<String, (usize, usize)>::new());
        {
            let mut open: Vec<(PhaseGuard<'_>, String, usize)> = Vec::new();
            for _ in 0..random(30) {
                match random(4) {
                    0 if open.len() < 8 => {
                        let parent = open.last().map_or("", |(_, path, _)| path);
                        // A name that is not open yet: recursion has a test of its own.
                        let Some(name) =
                            NAMES.iter().find(|name| !open.iter().any(|(_, path, _)| path.contains(**name)))
                        else {
                            continue;
                        };
                        let path = if parent.is_empty() { (*name).to_owned() } else { format!("{parent}::{name}") };
                        open.push((alloc.phase_scope(name), path, position));
                    }
                    1 if !open.is_empty() => {
                        let (guard, path, start) = open.remove(random(open.len()));
                        assert_eq!((guard.path(), guard.bytes()), (path.as_str(), position - start));
                        drop(guard);
                        let entry = model.entry(path).or_default();
                        *entry = (entry.0 + 1, entry.1 + position - start);
                    }
                    _ => {
                        let words = random(50);
                        position += counted(words);
                        let len = match random(4) {
                            0 => alloc.frame_slice_zeroed::<u64>(words).len(),
                            1 => alloc.tagged("phases_model").frame_slice_zeroed::<u64>(words).len(),
                            // The memory of a scope goes to another tag: what it has used is booked to the first.
                            2 => alloc
                                .tagged(NAMES[random(4)])
                                .scoped(|frame| frame.frame_slice_zeroed::<u64>(words).len()),
                            _ => alloc.scoped(|frame| frame.tagged("x").frame_slice_zeroed::<u64>(words).len()),
                        };
                        assert_eq!(len, words);
                    }
                }
            }
            for (guard, path, start) in open {
                drop(guard);
                let entry = model.entry(path).or_default();
                *entry = (entry.0 + 1, entry.1 + position - start);
            }
        }
        assert_eq!(alloc.end_frame().bytes, position);
        let found: BTreeMap<String, _> = figures(&alloc).into_iter().map(|(path, at)| (path.to_owned(), at)).collect();
        assert_eq!(found, model, "frame {frame}");
    }
}

#[test]
fn steady_frames_with_phases_call_no_allocator() {
    static NAMES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| (0..100).map(|number| &*format!("steady_{number}").leak()).collect());
    let mut alloc = SmartAlloc::default();
    let mut frame = || {
        alloc.whole_frame(|alloc| {
            let _update = alloc.phase_scope("steady");
            // More than a thread remembers.
            for name in NAMES.iter() {
                let _part = alloc.phase_scope(name);
                alloc.frame_slice_zeroed::<u64>(10);
            }
        });
        let mut paths = 0;
        alloc.for_each_phase(|phase| paths += phase.path.len());
        assert!(paths > 0);
    };
    (0..10).for_each(|_| frame());
    let before = CountingAlloc::thread_calls();
    (0..1000).for_each(|_| frame());
    assert_eq!((CountingAlloc::thread_calls() - before).total(), 0);
}
