//! Threads that come and go, at every time of their lives.

use std::cell::RefCell;
use std::sync::mpsc;

use framealloc_core::{Tag, heap_tag};

use crate::{figures, live};

#[test]
fn threads_that_end_leave_their_counts() {
    static TAG: Tag = Tag::new("tests_ended");
    let mut kept = Vec::with_capacity(300);
    for round in 1..=300 {
        kept.push(std::thread::spawn(|| heap_tag(&TAG, || Box::new([1_u8; 40]))).join().expect("no panic"));
        assert_eq!(live(&TAG), (40 * round, round));
    }
    let others = std::thread::spawn(move || drop(kept));
    others.join().expect("no panic");
    assert_eq!(live(&TAG), (0, 0));
}

#[test]
fn destructors_of_thread_locals_may_open_tags_and_free_what_was_made_under_others() {
    static TAG: Tag = Tag::new("tests_late");
    static LATER: Tag = Tag::new("tests_later");
    struct Late(Vec<Box<[u8; 100]>>, mpsc::Sender<Box<[u8; 7]>>);
    impl Drop for Late {
        fn drop(&mut self) {
            heap_tag(&LATER, || drop(vec![0_u8; 5000]));
            self.0.clear();
            let block = heap_tag(&LATER, || Box::new([0_u8; 7]));
            self.1.send(block).expect("the test waits");
        }
    }
    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    let (sender, blocks) = mpsc::channel();
    for _ in 0..20 {
        let sender = sender.clone();
        let thread = std::thread::spawn(move || {
            let made = heap_tag(&TAG, || (0..40).map(|_| Box::new([1_u8; 100])).collect());
            LATE.with(|late| *late.borrow_mut() = Some(Late(made, sender)));
        });
        thread.join().expect("no panic");
    }
    drop(sender);
    // The list is freed with the variable.
    assert_eq!(live(&TAG), (0, 0));
    let kept: Vec<_> = blocks.iter().collect();
    assert_eq!((kept.len(), live(&LATER)), (20, (140, 20)));
}

#[test]
fn the_peak_is_what_lived_at_once_over_all_threads() {
    static TAG: Tag = Tag::new("tests_peak");
    const MIB: usize = 1 << 20;
    let block = heap_tag(&TAG, || vec![0_u8; MIB]);
    let (sender, more) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        sender.send(heap_tag(&TAG, || vec![0_u8; 2 * MIB])).expect("the test waits");
    });
    let more = more.recv().expect("it is sent");
    thread.join().expect("no panic");
    drop((block, more));
    heap_tag(&TAG, || drop(vec![0_u8; MIB]));
    let tag = figures(&TAG);
    assert_eq!((tag.bytes, tag.blocks, tag.peak_bytes), (0, 0, 3 * MIB));
}

#[test]
fn a_peak_of_small_blocks_is_within_what_threads_keep_to_themselves() {
    static TAG: Tag = Tag::new("tests_peak_of_small");
    const TELL: usize = 32 << 10;
    let blocks: Vec<_> = (0..5000).map(|_| heap_tag(&TAG, || Box::new([1_u8; 100]))).collect();
    drop(blocks);
    let peak = figures(&TAG).peak_bytes;
    assert!((500_000 - TELL..=500_000).contains(&peak), "{peak}");
}

/// Blocks are made and freed before `main`, and freed after it began.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "a test of what runs before `main`")]
mod before_main {
    use std::sync::OnceLock;

    use framealloc_core::{SmartAlloc, heap_tag};

    static MADE: OnceLock<Box<[u8; 1234]>> = OnceLock::new();

    extern "C" fn start() {
        heap_tag("tests_before_main", || {
            drop(vec![1_u8; 100]);
            MADE.set(Box::new([1_u8; 1234])).expect("once");
        });
    }

    // SAFETY: the section holds such functions; this one needs nothing that `main` sets up.
    #[used]
    #[unsafe(link_section = ".init_array")]
    static START: extern "C" fn() = start;

    #[test]
    fn what_is_made_before_main_is_counted() {
        let tag = SmartAlloc::default().stats().heap_tag("tests_before_main").expect("it has a block");
        assert_eq!((tag.bytes, tag.blocks), (1234, 1));
        assert!(MADE.get().expect("made").iter().all(|byte| *byte == 1));
    }
}
