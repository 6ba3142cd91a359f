//! The heap by tag: what threads count adds up, whoever reads it, and whichever thread had the rows before.

use framealloc_core::model::{HeapRows, HeapThread};
use loom::thread;

const UI: u32 = 0;
const AI: u32 = 2;

/// More than a thread keeps to itself.
const LARGE: usize = 100 << 10;

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

#[test]
fn rows_are_complete_when_somebody_sees_them() {
    model(3, || {
        let all = HeapRows::new();
        let counts = thread::spawn({
            let all = all.clone();
            move || HeapThread::new(&all, 1).took(UI, 10)
        });
        let (bytes, allocations, frees) = all.sum(UI);
        // Each figure is one that was, but they are not of one moment.
        assert!((bytes == 0 || bytes == 10) && allocations <= 1 && frees == 0);
        counts.join().unwrap();
        assert_eq!(all.sum(UI), (10, 1, 0));
    });
}

#[test]
fn counts_add_up_when_threads_have_ended_and_so_does_the_peak() {
    model(2, || {
        let all = HeapRows::new();
        let threads = [1, 2].map(|address| {
            let all = all.clone();
            thread::spawn(move || HeapThread::new(&all, address).took(AI, LARGE))
        });
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(all.sum(AI), (2 * LARGE, 2, 0));
        assert_eq!(all.peak(AI), 2 * LARGE);
    });
}

#[test]
fn a_block_is_taken_off_its_tag_by_whichever_thread_frees_it() {
    model(3, || {
        let all = HeapRows::new();
        let here = HeapThread::new(&all, 1);
        here.took(UI, LARGE);
        let other = thread::spawn({
            let all = all.clone();
            move || HeapThread::new(&all, 2).freed(UI, LARGE)
        });
        here.took(UI, 7);
        other.join().unwrap();
        assert_eq!(all.sum(UI), (7, 2, 1));
        assert_eq!(all.peak(UI), LARGE);
    });
}

#[test]
fn a_thread_goes_on_with_the_rows_of_one_that_had_its_address() {
    model(3, || {
        let all = HeapRows::new();
        for round in 1..=3 {
            let all = all.clone();
            let thread = thread::spawn(move || HeapThread::new(&all, 1).took(UI, round));
            // It has ended before another one has its address.
            thread.join().unwrap();
        }
        assert_eq!(all.sum(UI), (6, 3, 0));
    });
}

#[test]
fn who_reads_while_rows_are_adopted_misses_nothing_that_the_thread_before_counted() {
    model(3, || {
        let all = HeapRows::new();
        let first = thread::spawn({
            let all = all.clone();
            move || HeapThread::new(&all, 1).took(UI, 10)
        });
        first.join().unwrap();
        // Its address is another thread's now, while somebody reads and a third thread wants a slot.
        let adopts = thread::spawn({
            let all = all.clone();
            move || HeapThread::new(&all, 1).took(UI, LARGE)
        });
        let wants = thread::spawn({
            let all = all.clone();
            move || HeapThread::new(&all, 2).took(AI, 5)
        });
        let (bytes, allocations, frees) = all.sum(UI);
        assert!(bytes == 10 || bytes == 10 + LARGE || bytes == LARGE, "{bytes}");
        assert!((1..=2).contains(&allocations) && frees == 0, "{allocations}");
        adopts.join().unwrap();
        wants.join().unwrap();
        assert_eq!((all.sum(UI), all.sum(AI)), ((10 + LARGE, 2, 0), (5, 1, 0)));
        assert!(all.peak(UI) >= LARGE);
    });
}

#[test]
fn of_two_that_want_the_last_slot_one_shares_and_nothing_is_lost() {
    model(2, || {
        let all = HeapRows::new();
        // Models have two slots, and one is taken.
        HeapThread::new(&all, 1).took(UI, 1);
        let threads = [2, 3].map(|address| {
            let all = all.clone();
            thread::spawn(move || HeapThread::new(&all, address).took(UI, 10))
        });
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(all.sum(UI), (21, 3, 0));
    });
}

#[test]
fn threads_without_rows_of_their_own_share_some() {
    model(2, || {
        let all = HeapRows::new();
        // Models have two slots.
        let here = [HeapThread::new(&all, 1), HeapThread::new(&all, 2)];
        let threads = [3, 4].map(|address| {
            let all = all.clone();
            thread::spawn(move || {
                let there = HeapThread::new(&all, address);
                there.took(UI, 5);
                there.freed(UI, 1);
            })
        });
        here.iter().for_each(|here| here.took(UI, 100));
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(all.sum(UI), (208, 4, 2));
    });
}

#[test]
fn who_takes_a_kept_block_sees_what_was_done_with_it_whoever_kept_it() {
    model(3, || {
        let all = HeapRows::new();
        drop(HeapThread::new(&all, 1));
        let first = thread::spawn({
            let all = all.clone();
            move || HeapThread::new(&all, 1).keep(16)
        });
        // Its address is another thread's, who need not have waited for its end: the block is there, or it is not.
        let second = HeapThread::new(&all, 1);
        let taken = second.take_kept(16);
        assert!(first.join().unwrap(), "there is room for one");
        assert_eq!(second.take_kept(16), !taken);
        assert!(second.keep(16) && !second.keep(16), "models have room for one");
    });
}
