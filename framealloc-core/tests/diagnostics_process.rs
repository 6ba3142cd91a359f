//! Codes about what the whole process shares: pools, the heap, the global allocator. One at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::pool::{Pool, PoolSpec};
use framealloc_core::{Diagnostic, FrameEvent, HeapGuard, Level, SmartAlloc, Strict};

use allocator::{Watching, refusing};

#[path = "support/allocator.rs"]
mod allocator;

#[global_allocator]
static GLOBAL: HeapGuard<Watching> = HeapGuard::new(Watching::new());

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn heard(alloc: &SmartAlloc) -> impl Fn() -> Vec<Diagnostic> + use<> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&heard);
    alloc
        .on_frame_event(move |_, event| {
            if let FrameEvent::Diagnostic(diagnostic) = event {
                to.lock().unwrap().push(diagnostic.clone());
            }
        })
        .forever();
    move || std::mem::take(&mut *heard.lock().unwrap())
}

#[test]
fn fa003_the_global_allocator_refused() {
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    let heard = heard(&alloc);
    let refused = |alloc: &mut SmartAlloc, ask: fn(&SmartAlloc)| {
        alloc.begin_frame();
        refusing(50_000, || ask(alloc));
        alloc.end_frame();
        let told = heard();
        assert!(told.len() == 1 && told[0].code == "FA003" && told[0].level == Level::Error, "{told:#?}");
        (told[0].message.to_string(), told[0].tag, told[0].thread.as_deref().map(str::to_owned))
    };
    let (message, tag, thread) = refused(&mut alloc, |alloc| {
        assert!(alloc.tagged("fa003").try_frame_slice_zeroed::<u8>(300_000).is_err());
        assert!(alloc.tagged("fa003").try_frame_slice_zeroed::<u8>(200_000).is_err());
    });
    assert!(message.contains("refused frame memory 2 times, 200"), "{message}");
    assert_eq!((tag, thread.as_deref()), (Some("fa003"), std::thread::current().name()));
    let (message, ..) = refused(&mut alloc, |alloc| assert!(alloc.try_heap_alloc::<[u8; 100_000]>().is_err()));
    assert!(message.contains("refused a pool or the heap 1 times, 100000 bytes"), "{message}");
    let (message, ..) = refused(&mut alloc, |alloc| assert!(alloc.try_pool_box([0_u8; 3001]).is_err()));
    assert!(message.contains("refused a pool or the heap 1 times, 65536 bytes"), "{message}");
    alloc.whole_frame(|alloc| drop(alloc.try_heap_alloc::<[u8; 100_000]>()));
    assert_eq!(heard(), []);
}

#[test]
fn fa006_a_fixed_pool_was_full() {
    static ROCKETS: Pool<[u64; 5]> = Pool::new(PoolSpec::new("Fa006Rocket").capacity(2).fixed().tag("weapons"));
    let _alone = alone();
    let both = (ROCKETS.boxed([0; 5]), ROCKETS.boxed([0; 5]));
    assert!(ROCKETS.try_boxed([0; 5]).is_err());
    // Before anybody listened.
    let mut alloc = SmartAlloc::default();
    let heard = heard(&alloc);
    alloc.whole_frame(|_| ());
    assert_eq!(heard(), []);
    alloc.whole_frame(|_| {
        assert!(ROCKETS.try_boxed([0; 5]).is_err());
        assert!(ROCKETS.try_boxed([0; 5]).is_err());
    });
    let told = heard();
    assert!(told.len() == 1 && told[0].code == "FA006" && told[0].level == Level::Error, "{told:#?}");
    for words in ["pool `Fa006Rocket`", "refused 2 requests", "2 objects may live"] {
        assert!(told[0].message.contains(words), "{}", told[0]);
    }
    assert_eq!(told[0].tag, Some("weapons"));
    drop(both);
    alloc.whole_frame(|_| drop(ROCKETS.boxed([0; 5])));
    assert_eq!(heard(), []);
}

#[test]
fn after_quiet_frames_refusals_are_found_without_a_subscriber() {
    static SHELLS: Pool<[u64; 8]> = Pool::new(PoolSpec::new("Fa006Shell").capacity(1).fixed());
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    alloc.set_strict(Strict::Warnings);
    let one = SHELLS.boxed([0; 8]);
    let ended_by = |alloc: &mut SmartAlloc, ask: fn(&SmartAlloc)| {
        (0..3).for_each(|_| alloc.whole_frame(|alloc| drop(alloc.frame_box(1))));
        alloc.begin_frame();
        ask(alloc);
        let panicked = catch_unwind(AssertUnwindSafe(|| alloc.end_frame())).expect_err("strict");
        panicked.downcast_ref::<String>().expect("a message").clone()
    };
    let words = ended_by(&mut alloc, |_| assert!(SHELLS.try_boxed([0; 8]).is_err()));
    assert!(words.starts_with("FA006"), "{words}");
    let words = ended_by(&mut alloc, |alloc| {
        refusing(50_000, || assert!(alloc.try_heap_alloc::<[u8; 100_000]>().is_err()));
    });
    assert!(words.starts_with("FA003 error: the global allocator refused a pool"), "{words}");
    let words = ended_by(&mut alloc, |alloc| {
        refusing(50_000, || assert!(alloc.try_frame_slice_zeroed::<u8>(300_000).is_err()));
    });
    assert!(words.starts_with("FA003 error: the global allocator refused frame memory"), "{words}");
    drop(one);
}

#[test]
fn fa006_is_told_to_who_subscribes_in_the_middle_of_the_frame() {
    static MINES: Pool<[u64; 6]> = Pool::new(PoolSpec::new("Fa006Mine").capacity(1).fixed());
    let _alone = alone();
    let one = MINES.boxed([0; 6]);
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    assert!(MINES.try_boxed([0; 6]).is_err());
    let heard = heard(&alloc);
    assert!(MINES.try_boxed([0; 6]).is_err());
    alloc.end_frame();
    let told = heard();
    // `tracing` listens from the start.
    let words = if cfg!(feature = "tracing") { "refused 2 requests" } else { "refused 1 requests" };
    assert!(told.len() == 1 && told[0].message.contains(words), "{told:#?}");
    drop(one);
}

#[test]
fn what_was_refused_after_the_last_subscription_ended_is_not_told_to_the_next() {
    static FLARES: Pool<[u64; 7]> = Pool::new(PoolSpec::new("Fa006Flare").capacity(1).fixed());
    let _alone = alone();
    let one = FLARES.boxed([0; 7]);
    let mut alloc = SmartAlloc::default();
    let listens = |alloc: &SmartAlloc| alloc.on_frame_event(|_, _| ());
    let (first, second) = (listens(&alloc), listens(&alloc));
    drop(first);
    drop(second);
    assert!(FLARES.try_boxed([0; 7]).is_err());
    let heard = heard(&alloc);
    alloc.whole_frame(|_| ());
    // `tracing` listens all the time.
    assert_eq!(heard().len(), usize::from(cfg!(feature = "tracing")));
    drop(one);
}

#[test]
fn fa007_the_heap_was_used_where_it_is_off_limits() {
    static LABELS: Site = Site::new("game::labels", "game.rs", 3).with_tag("fa007").no_heap();
    static OTHERS: Site = Site::new("game::others", "game.rs", 9);
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| with_frame(alloc, &LABELS, |frame| drop(frame.frame_box(1))));
    let heard = heard(&alloc);
    alloc.whole_frame(|alloc| {
        with_frame(alloc, &LABELS, |frame| drop(frame.frame_box(1)));
        with_frame(alloc, &OTHERS, |_| drop(vec![1_u8; 10]));
    });
    assert_eq!(heard(), []);
    alloc.whole_frame(|alloc| with_frame(alloc, &LABELS, |_| drop((vec![1_u8; 10], vec![1_u8; 30]))));
    let told = heard();
    assert!(told.len() == 1 && told[0].code == "FA007" && told[0].level == Level::Error, "{told:#?}");
    assert!(told[0].message.contains("system `game::labels`, which is `no_heap`, took 40 bytes"), "{}", told[0]);
    assert!(told[0].message.contains("2 calls"), "{}", told[0]);
}
