//! Faults of the fault table that no other test stands for. Each is a program that was wrong in some allocator.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use framealloc_core::{AllocConfig, FrameVec, SmartAlloc, kilobytes};

/// This program, by what runs programs of its target: an emulator that the kernel does not know is named by `FRAMEALLOC_RUNNER`.
fn this_program() -> Command {
    let program = std::env::current_exe().expect("the program has a path");
    match std::env::var_os("FRAMEALLOC_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// Runs the named test of this program again, in a process of its own, with `variable` set.
fn again(name: &str, variable: &str) -> Command {
    let mut child = this_program();
    child.args([name, "--exact", "--nocapture"]).env(variable, "1");
    child
}

#[test]
fn a_second_panic_in_one_drop_ends_the_program_as_std_does() {
    const CHILD: &str = "FRAMEALLOC_TWO_PANICS";
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    if std::env::var_os(CHILD).is_some() {
        let alloc = SmartAlloc::default();
        // The second element drops while the panic of the first unwinds.
        let both = alloc.frame_slice_fill_with(2, |_| Bomb);
        let _ = catch_unwind(AssertUnwindSafe(|| drop(both)));
        std::process::exit(7);
    }
    let child = again("a_second_panic_in_one_drop_ends_the_program_as_std_does", CHILD).output().expect("it starts");
    assert!(!child.status.success() && child.status.code() != Some(7), "{:?}", child.status);
}

#[test]
fn a_panic_unwinds_through_nested_systems_and_all_is_as_before() {
    let config = AllocConfig::default().with_thread_frame_budget(kilobytes(64)).with_tag_budget("ai", kilobytes(16));
    let mut alloc = SmartAlloc::new(config);
    alloc.begin_frame();
    let kept = alloc.frame_box(1_u64);
    let (used, left) = (alloc.frame().used_bytes(), alloc.frame_remaining());
    for depth in 0..20 {
        fn descend(frame: &framealloc_core::Frame, depth: u32) {
            let values = frame.frame_slice_fill_with(10, |n| n);
            frame.with_tag("ai", |tagged| {
                let more = tagged.frame_vec_with_capacity::<u64>(8);
                tagged.scoped(|inner| if depth == 0 { panic!("on purpose") } else { descend(inner, depth - 1) });
                drop(more);
            });
            drop(values);
        }
        assert!(catch_unwind(AssertUnwindSafe(|| alloc.scoped(|frame| descend(frame, depth)))).is_err());
        assert_eq!((alloc.frame().used_bytes(), alloc.frame_remaining()), (used, left), "depth {depth}");
        assert!(format!("{alloc:?}").contains("(untagged)"), "{alloc:?}");
    }
    drop(kept);
    assert_eq!(alloc.end_frame().scopes_left_open, 0);
}

#[test]
fn constructors_and_drops_may_use_the_memory_they_are_made_in() {
    struct Busy<'a>(&'a SmartAlloc, u64);
    impl Drop for Busy<'_> {
        fn drop(&mut self) {
            let again = self.0.frame_slice_fill_with(20, |n| n as u64 + self.1);
            let tagged = self.0.with_tag("busy", |a| a.frame_box(self.1));
            assert_eq!((again[19], *tagged, *self.0.pool_box(self.1)), (19 + self.1, self.1, self.1));
        }
    }
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(256));
    for _ in 0..3 {
        let values = alloc.frame_slice_fill_with(100, |n| {
            drop(Busy(&alloc, n as u64));
            let inner = alloc.frame_slice_fill_with(n % 7, |m| alloc.frame_box(m));
            assert!(inner.iter().zip(0..).all(|(value, m)| **value == m));
            Busy(&alloc, n as u64)
        });
        assert!(values.iter().zip(0..).all(|(value, n)| value.1 == n));
        let mut vec: FrameVec<'_, Busy<'_>> = alloc.frame_vec();
        vec.extend((0..50).map(|n| Busy(&alloc, n)));
        vec.retain(|busy| busy.1 % 2 == 0);
        drop((values, vec));
        alloc.end_frame();
    }
}

#[test]
fn what_drops_at_the_turn_drops_in_constant_stack() {
    struct Value(u64);
    impl Drop for Value {
        fn drop(&mut self) {
            SUM.with_borrow_mut(|sum| *sum += self.0);
        }
    }
    thread_local!(static SUM: RefCell<u64> = const { RefCell::new(0) });
    // A list that dropped by recursion would need a hundred bytes of stack for each.
    let small = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
        let mut alloc = SmartAlloc::default();
        let level = alloc.scratch("level");
        for n in 0..300_000 {
            let _ = alloc.frame_share(Value(n));
            level.keep(Value(n));
        }
        alloc.end_frame();
        drop(level);
        SUM.take()
    });
    assert_eq!(small.expect("it starts").join().expect("no overflow"), 2 * (0..300_000).sum::<u64>());
}

#[test]
fn attempts_that_fail_again_and_again_hold_no_more_memory() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(4096));
    alloc.begin_frame();
    let attempt = |alloc: &SmartAlloc| {
        let failed: Result<(), ()> = alloc.speculative(|frame| {
            frame.frame_slice_zeroed::<u8>(10_000);
            frame.with_tag("attempt", |tagged| tagged.frame_slice_zeroed::<u8>(3000).len());
            Err(())
        });
        assert!(failed.is_err());
        assert!(alloc.try_frame_slice_zeroed::<u64>(isize::MAX as usize / 16 + 1).is_err());
    };
    (0..10).for_each(|_| attempt(&alloc));
    let held = alloc.capacity();
    (0..1000).for_each(|_| attempt(&alloc));
    assert_eq!(alloc.capacity(), held);
}

#[test]
fn requests_that_no_kept_chunk_can_hold_are_served() {
    // Each is larger than anything before: the search for a chunk must end.
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(64));
    for _ in 0..3 {
        let mut size = 60;
        while size < 4 << 20 {
            assert_eq!(alloc.frame_slice_fill_with(size, |_| 1_u8).len(), size);
            let mut cursor = alloc.cursor();
            assert_eq!(cursor.copy(&vec![1_u8; size + 1]).len(), size + 1);
            drop(cursor);
            size = size * 3 / 2;
        }
        alloc.end_frame();
    }
}

// With `debug` the tables of sites have locks, which another thread may hold when the child is forked.
#[cfg(all(unix, not(feature = "debug")))]
#[test]
fn a_forked_child_uses_the_memory_that_its_thread_had() {
    use framealloc_core::pool;
    use std::os::unix::process::CommandExt;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    use std::sync::mpsc;
    use std::time::Duration;

    static DONE: AtomicBool = AtomicBool::new(false);
    // Threads that take and give all the time: a child may be forked while they hold the locks of pools and of the registry.
    let alloc = std::sync::Arc::new(SmartAlloc::default());
    let busy: Vec<_> = (0..3)
        .map(|_| {
            let alloc = std::sync::Arc::clone(&alloc);
            std::thread::spawn(move || {
                while !DONE.load(Relaxed) {
                    let values: Vec<_> = (0..500_u64).map(|n| pool::boxed([n; 4])).collect();
                    drop(values);
                    alloc.scoped(|frame| frame.frame_slice_zeroed::<u8>(100).len());
                    pool::flush_thread();
                }
            })
        })
        .collect();
    let (sender, outcome) = mpsc::channel();
    let parent = std::thread::spawn(move || {
        // This thread has a heap, and a magazine with room either way.
        drop((0..40_u64).map(|n| pool::boxed([n; 4])).collect::<Vec<_>>());
        alloc.frame_slice_zeroed::<u8>(1000);
        let mut all = true;
        for _ in 0..20 {
            let alloc = std::sync::Arc::clone(&alloc);
            let mut child = Command::new("true");
            // SAFETY: the closure uses memory that this thread has already, and takes no lock.
            unsafe {
                child.pre_exec(move || {
                    let values = [1, 2, 3, 4, 5].map(|n: u64| (pool::boxed([n; 4]), alloc.frame_box(n)));
                    let whole = values.iter().all(|(pooled, framed)| pooled[3] == **framed);
                    alloc.scoped(|frame| assert_eq!(*frame.frame_box(1), 1));
                    if whole { Ok(()) } else { Err(std::io::Error::other("the values of the child are not whole")) }
                });
            }
            all &= child.status().is_ok_and(|status| status.success());
        }
        sender.send(all).expect("the test waits");
    });
    let all = outcome.recv_timeout(Duration::from_secs(60));
    DONE.store(true, Relaxed);
    assert_eq!(all, Ok(true), "a child hung or failed");
    parent.join().expect("no panic");
    for thread in busy {
        thread.join().expect("no panic");
    }
}
