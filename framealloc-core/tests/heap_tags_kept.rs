//! What threads keep of the small blocks that they free: a process of its own, which counts the calls of the allocator inside.
#![cfg(not(any(feature = "debug", framealloc_asan)))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

use framealloc_core::{AmbientAlloc, CountingAlloc, SmartAlloc, Tag, Tags, heap_tag};

#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc, Tags> = AmbientAlloc::new(CountingAlloc::system());

/// One test at a time, since some count the calls of all threads.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls of the allocator inside by this thread.
fn calls(of: impl FnOnce()) -> usize {
    let before = CountingAlloc::thread_calls().total();
    of();
    usize::try_from(CountingAlloc::thread_calls().total() - before).expect("few")
}

fn block(size: usize) -> Vec<u8> {
    black_box(Vec::with_capacity(black_box(size)))
}

#[test]
fn small_blocks_that_are_freed_serve_the_next_of_their_size() {
    static TAG: Tag = Tag::new("tests_kept");
    let _alone = alone();
    heap_tag(&TAG, || {
        for size in 1..=256 {
            drop(block(size));
        }
        let asked = calls(|| {
            for size in 1..=256 {
                drop(block(size));
                let _two = (block(size), size);
            }
        });
        // Each 16 KiB one goes past what is kept, where the thread's counts are added up.
        assert!(asked < 20, "{asked} calls for 512 blocks");
        assert!(calls(|| drop(block(257))) > 0, "large blocks go back");
    });
    let tag = SmartAlloc::default().stats().heap_tag(TAG.path()).expect("used");
    assert_eq!((tag.blocks, tag.bytes), (0, 0));
}

#[test]
fn a_thread_keeps_fifteen_blocks_of_a_size_and_gives_the_others_back() {
    let _alone = alone();
    let mut blocks: Vec<Vec<u8>> = Vec::with_capacity(100);
    blocks.extend((0..100).map(|_| block(100)));
    // Where the thread's counts are added up, a block goes past what is kept.
    let (freed, made) = (calls(|| blocks.clear()), calls(|| blocks.extend((0..100).map(|_| block(112)))));
    assert!((85..90).contains(&freed) && (85..90).contains(&made), "{freed} {made}");
    let addresses: BTreeSet<_> = blocks.iter().map(|block| block.as_ptr().addr()).collect();
    assert_eq!(addresses.len(), 100, "no block is anybody else's");
}

#[test]
fn a_kept_block_is_zeroed_where_zeroes_are_asked_for() {
    let _alone = alone();
    drop(black_box(vec![7_u8; 80]));
    let asked = calls(|| assert!(black_box(vec![0_u8; 70]).iter().all(|byte| *byte == 0)));
    assert_eq!(asked, 0, "it is the one that was freed");
}

#[test]
fn a_block_that_grows_to_the_end_of_its_sizes_stays_where_it_is() {
    let _alone = alone();
    let mut text = String::with_capacity(33);
    text.push_str("kept");
    let asked = calls(|| text.reserve_exact(44));
    assert_eq!((asked, text.capacity(), text.as_str()), (0, 48, "kept"));
    let asked = calls(|| text.reserve_exact(60));
    assert_eq!((asked > 0, text.as_str()), (true, "kept"));
}

#[test]
fn a_thread_goes_on_with_what_one_that_ended_kept() {
    let _alone = alone();
    let spawn = || {
        let work = || (0..500).for_each(|n| assert_eq!(black_box(vec![n; 8]).iter().sum::<i32>(), 8 * n));
        std::thread::spawn(work).join().expect("no panic");
    };
    (0..20).for_each(|_| spawn());
    // Where a thread's variables lie is the system's to say: some are used again, and none keeps more than its share.
    let before = GLOBAL.inner().calls().total();
    (0..50).for_each(|_| spawn());
    let asked = GLOBAL.inner().calls().total() - before;
    assert!(asked < 50 * 100, "{asked} calls for 25,000 blocks in 50 threads");
}

#[test]
fn what_another_thread_made_is_kept_by_the_one_that_frees_it() {
    static TAG: Tag = Tag::new("tests_kept_elsewhere");
    let _alone = alone();
    for _ in 0..200 {
        let made = heap_tag(&TAG, || vec![vec![1_u8; 40]; 10]);
        std::thread::spawn(move || drop(made)).join().expect("no panic");
    }
    let tag = SmartAlloc::default().stats().heap_tag(TAG.path()).expect("used");
    assert_eq!((tag.blocks, tag.bytes), (0, 0));
}

/// An allocator that knows its blocks: those of others are not freed.
struct Knows(Mutex<BTreeSet<usize>>);

impl Knows {
    const fn new() -> Self {
        Self(Mutex::new(BTreeSet::new()))
    }

    fn blocks(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// SAFETY: calls go on unchanged.
unsafe impl GlobalAlloc for Knows {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let block = unsafe { System.alloc(layout) };
        self.blocks().insert(block.addr());
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        assert!(self.blocks().remove(&block.addr()), "a block of another allocator");
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) };
    }
}

#[test]
fn of_several_allocators_none_serves_what_another_one_kept() {
    let _alone = alone();
    let layout = Layout::array::<u8>(48).expect("small");
    // They may move, and another one may come to lie where one was.
    let other: AmbientAlloc<Knows, Tags> = AmbientAlloc::new(Knows::new());
    let (mut others, mut moved) = (vec![other], Vec::new());
    for _ in 0..3 {
        drop(block(48));
        let other = others.pop().expect("one is left");
        // SAFETY: it has a size.
        let of_other = unsafe { other.alloc(layout) };
        drop(block(48));
        // SAFETY: it is of this layout.
        unsafe { other.dealloc(of_other, layout) };
        let of_global = block(48);
        assert_ne!(of_global.as_ptr().addr(), of_other.addr(), "it is the other one's");
        // SAFETY: it has a size.
        let again = unsafe { other.alloc(layout) };
        drop(of_global);
        // SAFETY: it is of this layout.
        unsafe { other.dealloc(again, layout) };
        moved.push(other);
        others.push(AmbientAlloc::new(Knows::new()));
    }
    let kept = moved.iter().map(|other| other.inner().blocks().len()).sum::<usize>();
    assert!(kept <= 3, "{kept} blocks of {} allocators", moved.len());
}
