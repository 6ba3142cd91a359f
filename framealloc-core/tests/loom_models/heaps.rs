//! Models of the list of arena sets: threads that get, use and lose theirs while others read figures or end the frame, over
//! the code that programs run. Arena sets, their figures and the list of them are watched cells there.

use framealloc_core::{AllocConfig, SmartAlloc};
use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use loom::sync::{Arc, RwLock};
use loom::thread;

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

fn alloc() -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default())
}

/// An allocator whose frames end while threads come and go: they borrow it for a job, and whoever ends them waits for none.
type Shared = Arc<RwLock<SmartAlloc>>;

/// Tells of its drop.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A job: takes memory, lets others run, and finds it as it was.
fn job(alloc: &Shared, mark: u32) {
    let alloc = alloc.read().unwrap();
    let mut value = alloc.frame_box(mark);
    thread::yield_now();
    assert_eq!(*value, mark);
    *value += 1;
    let next = alloc.frame_box(mark);
    assert_eq!((*value, *next), (mark + 1, mark));
}

#[test]
fn threads_get_heaps_while_another_reads_the_figures() {
    model(3, || {
        let alloc = Arc::new(alloc());
        let workers: Vec<_> = (1..=2)
            .map(|mark| {
                let alloc = alloc.clone();
                thread::spawn(move || {
                    let value = alloc.frame_box(mark);
                    let stats = alloc.stats();
                    // What another thread does in this frame is not to be seen before it ends.
                    assert_eq!((stats.bytes, stats.tags.len()), (0, 0));
                    assert!(stats.threads.is_empty());
                    assert_eq!(*value, mark);
                })
            })
            .collect();
        assert!(alloc.stats().threads.is_empty());
        for worker in workers {
            worker.join().unwrap();
        }
        let mut alloc = Arc::try_unwrap(alloc).unwrap();
        assert_eq!(alloc.end_frame().bytes, 16);
        let stats = alloc.stats();
        assert_eq!(stats.bytes, 16);
    });
}

#[test]
fn figures_are_read_between_turns_while_a_heap_is_in_use() {
    model(3, || {
        let shared = Shared::new(RwLock::new(alloc()));
        let worker = thread::spawn({
            let shared = shared.clone();
            move || {
                job(&shared, 10);
                job(&shared, 20);
                // A tag that this heap has not had before: its tables grow while its last figures may be read.
                let alloc = shared.read().unwrap();
                assert_eq!(*alloc.tagged("late").frame_box([7_u64; 2]), [7; 2]);
            }
        });
        let reader = thread::spawn({
            let shared = shared.clone();
            move || {
                let alloc = shared.read().unwrap();
                let stats = alloc.stats();
                // All figures are of one and the same end of a frame, whatever the worker is doing.
                assert_eq!(stats.bytes, stats.threads.iter().map(|thread| thread.bytes).sum::<usize>());
                assert_eq!(stats.bytes, stats.tags.iter().map(|tag| tag.bytes).sum::<usize>());
                assert_eq!(stats.bytes % 16, 0);
            }
        });
        shared.write().unwrap().end_frame();
        worker.join().unwrap();
        reader.join().unwrap();
    });
}

#[test]
fn the_heap_of_a_thread_that_ends_goes_to_the_next_after_a_turn_only() {
    model(2, || {
        let shared = Shared::new(RwLock::new(alloc()));
        let ending = thread::spawn({
            let shared = shared.clone();
            move || job(&shared, 10)
        });
        let coming = thread::spawn({
            let shared = shared.clone();
            move || {
                job(&shared, 20);
                job(&shared, 30);
            }
        });
        // Ends at any moment: before, between and after the jobs, and while the first thread is ending.
        shared.write().unwrap().end_frame();
        job(&shared, 40);
        ending.join().unwrap();
        coming.join().unwrap();
        let mut alloc = shared.write().unwrap();
        alloc.end_frame();
        assert!(alloc.stats().threads.len() <= 3);
    });
}

#[test]
fn two_threads_never_get_the_same_idle_heap() {
    model(2, || {
        let shared = Shared::new(RwLock::new(alloc()));
        let first = thread::spawn({
            let shared = shared.clone();
            move || job(&shared, 10)
        });
        first.join().unwrap();
        // If the thread has ended by now, its heap is idle after this; if not, it keeps it.
        shared.write().unwrap().end_frame();
        let others = [20, 30].map(|mark| {
            let shared = shared.clone();
            thread::spawn(move || job(&shared, mark))
        });
        for other in others {
            other.join().unwrap();
        }
        let mut alloc = shared.write().unwrap();
        assert_eq!(alloc.end_frame().bytes, 2 * 16);
    });
}

/// A job that lends nothing.
fn scoped_job(alloc: &SmartAlloc, mark: u32) {
    alloc.scoped(|frame| {
        let mut value = frame.frame_box(mark);
        thread::yield_now();
        assert_eq!(*value, mark);
        *value += 1;
        assert_eq!(*value, mark + 1);
    });
}

#[test]
fn the_heap_of_a_thread_that_only_used_scopes_goes_to_the_next_without_an_end_of_frame() {
    model(3, || {
        let alloc = Arc::new(alloc());
        let ending = thread::spawn({
            let alloc = alloc.clone();
            move || scoped_job(&alloc, 10)
        });
        // At any moment: before, while and after the first one ends.
        let coming = thread::spawn({
            let alloc = alloc.clone();
            move || scoped_job(&alloc, 20)
        });
        ending.join().unwrap();
        scoped_job(&alloc, 30);
        coming.join().unwrap();
        let mut alloc = Arc::try_unwrap(alloc).unwrap();
        assert_eq!(alloc.end_frame().bytes, 3 * 8);
    });
}

#[test]
fn a_heap_that_was_lent_goes_to_nobody_before_the_end_of_the_frame() {
    model(3, || {
        let alloc = Arc::new(alloc());
        let ending = thread::spawn({
            let alloc = alloc.clone();
            move || {
                scoped_job(&alloc, 10);
                core::ptr::from_ref(alloc.frame()).addr()
            }
        });
        let coming = thread::spawn({
            let alloc = alloc.clone();
            move || {
                scoped_job(&alloc, 20);
                core::ptr::from_ref(alloc.frame()).addr()
            }
        });
        let frames = [ending.join().unwrap(), coming.join().unwrap(), core::ptr::from_ref(alloc.frame()).addr()];
        assert!(frames[0] != frames[1] && frames[1] != frames[2] && frames[0] != frames[2]);
    });
}

#[test]
fn shared_values_of_an_ended_thread_drop_once_at_the_end_of_the_frame() {
    model(3, || {
        let shared = Shared::new(RwLock::new(alloc()));
        let drops = Arc::new(AtomicUsize::new(0));
        let worker = thread::spawn({
            let (shared, value) = (shared.clone(), Dropped(drops.clone()));
            move || {
                let _ = shared.read().unwrap().frame_share(value);
            }
        });
        shared.write().unwrap().end_frame();
        worker.join().unwrap();
        shared.write().unwrap().end_frame();
        assert_eq!(drops.load(Relaxed), 1);
    });
}

#[test]
fn regions_made_by_threads_at_once_are_all_listed_while_they_live() {
    model(3, || {
        let alloc = Arc::new(alloc());
        let workers = ["one", "two"].map(|name| {
            let alloc = alloc.clone();
            thread::spawn(move || alloc.scratch(name))
        });
        assert!(alloc.stats().scratch.len() <= 2);
        let regions = workers.map(|worker| worker.join().unwrap());
        let mut names: Vec<_> = alloc.stats().scratch.into_iter().map(|region| region.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["one", "two"]);
        drop(regions);
        assert_eq!(alloc.stats().scratch.len(), 0);
    });
}

#[test]
fn the_figures_of_a_heap_are_read_while_its_thread_uses_it() {
    model(3, || {
        let mut alloc = alloc();
        drop(alloc.frame_box([1_u64; 2]));
        alloc.end_frame();
        let alloc = Arc::new(alloc);
        let reader = thread::spawn({
            let alloc = alloc.clone();
            move || alloc.stats().threads.iter().map(|thread| thread.bytes).sum::<usize>()
        });
        assert_eq!(*alloc.frame_box([2_u64; 2]), [2; 2]);
        assert_eq!(*alloc.tagged("late").frame_box([7_u64; 2]), [7; 2]);
        assert_eq!(reader.join().unwrap(), 16);
    });
}
