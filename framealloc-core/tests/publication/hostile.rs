//! Programs that do what nobody should.

use std::cell::RefCell;
use std::mem::forget;
use std::sync::{Arc, Mutex, RwLock};
use std::thread;

use framealloc_core::{FlightError, FramePublisher, FrameReader, SmartAlloc};

use crate::drops::{Counted, Drops};
use crate::{alloc, publish};

#[test]
fn a_result_that_is_forgotten_holds_its_frame_until_its_reader_reads_again() {
    let drops = Drops::default();
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::new();
    let mut reader = publisher.reader();
    publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    forget(reader.latest());
    publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    assert!(matches!(publish(&mut publisher, &mut alloc, drops.value()), Err(FlightError::Unpublished { .. })));
    assert_eq!(drops.count(), 1, "the one that was not published");
    // Its borrow is over: reading again, dropped or forgotten, lets go of it.
    forget(reader.latest());
    assert_eq!((publisher.reclaim(), drops.count()), (0, 2));
    publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    drop(reader.latest());
    assert_eq!((publisher.reclaim(), drops.count()), (0, 3));
    // So does the end of the reader.
    forget(reader.latest());
    publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    assert_eq!((publisher.reclaim(), drops.count()), (1, 3));
    drop(reader);
    assert_eq!((publisher.reclaim(), drops.count()), (0, 4));
}

#[test]
fn a_forgotten_reader_leaks_what_it_held_and_nothing_else() {
    let drops = Drops::default();
    let mut alloc = alloc(3);
    let mut publisher = FramePublisher::new();
    publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    let reader: &'static mut FrameReader<_> = Box::leak(Box::new(publisher.reader()));
    let held = reader.latest().unwrap();
    for _ in 0..10 {
        publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    }
    assert_eq!((alloc.flight_stats().frames, held.drops().count()), (2, 9));
    // One that is idle holds nothing, forgotten or not.
    forget(publisher.reader());
    drop((publisher, alloc));
    assert_eq!((drops.count(), held.drops().count()), (9, 9));
}

#[test]
fn slots_of_readers_that_are_gone_are_used_again() {
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<usize>::new();
    let make = |publisher: &FramePublisher<usize>| (0..10).map(|_| publisher.reader()).collect::<Vec<_>>();
    drop(make(&publisher));
    let before = framealloc_core::CountingAlloc::thread_calls();
    let readers: [_; 10] = std::array::from_fn(|_| publisher.reader());
    assert_eq!((framealloc_core::CountingAlloc::thread_calls() - before).total(), 0);
    publish(&mut publisher, &mut alloc, 5).unwrap();
    for mut reader in readers {
        assert_eq!(reader.latest().as_deref(), Some(&5));
    }
}

/// Reads, and makes and ends readers, in its drop.
struct Reads(Arc<Mutex<Option<FrameReader<Reads>>>>, Drops);

impl Drop for Reads {
    fn drop(&mut self) {
        drop(self.1.value());
        if let Some(reader) = &mut *self.0.lock().unwrap() {
            let mut another = reader.clone();
            let found = reader.latest();
            assert_eq!(found.is_some(), another.latest().is_some());
            forget(another.latest());
        }
    }
}

#[test]
fn values_that_read_in_their_drop_find_the_newest_frame() {
    let drops = Drops::default();
    let mut alloc = alloc(3);
    let mut publisher = FramePublisher::<Reads>::new();
    let reader = Arc::new(Mutex::new(Some(publisher.reader())));
    for _ in 0..20 {
        publish(&mut publisher, &mut alloc, Reads(Arc::clone(&reader), drops.clone())).unwrap();
    }
    drop(publisher);
    // The newest is the last reader's; it has the reader, through the lock.
    let last = reader.lock().unwrap().take();
    drop(last);
    assert_eq!((drops.count(), drops.holders()), (20, 1));
}

#[test]
fn a_publisher_in_a_value_of_another_drops_with_it() {
    let drops = Drops::default();
    let mut alloc = alloc(5);
    let mut outer = FramePublisher::<(FramePublisher<Counted>, Counted)>::new();
    let mut reader = None;
    for _ in 0..10 {
        let mut inner = FramePublisher::new();
        publish(&mut inner, &mut alloc, drops.value()).unwrap();
        reader = Some(inner.reader());
        publish(&mut outer, &mut alloc, (inner, drops.value())).unwrap();
    }
    let mut reader = reader.unwrap();
    drop(outer);
    assert_eq!(drops.count(), 19);
    assert!(reader.latest().is_some());
    drop(reader);
    assert_eq!((drops.count(), drops.holders(), alloc.flight_stats().frames), (20, 1, 0));
}

#[test]
fn a_reader_in_a_value_that_it_finds_leaks_and_nothing_else() {
    let drops = Drops::default();
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<(Mutex<Option<FrameReader<Counted>>>, Counted)>::new();
    let mut other = FramePublisher::<Counted>::new();
    publish(&mut publisher, &mut alloc, (Mutex::new(Some(other.reader())), drops.value())).unwrap();
    publish(&mut other, &mut alloc, drops.value()).unwrap();
    // Through one that holds the frame it is in.
    let mut own = FramePublisher::<Mutex<Option<FrameReader<()>>>>::new();
    drop((publisher, other));
    assert_eq!((drops.count(), drops.holders()), (2, 1));
    publish(&mut own, &mut alloc, Mutex::new(None)).unwrap();
    drop(own);
    assert_eq!(alloc.flight_stats().frames, 0);
}

#[test]
fn the_publisher_and_its_allocator_may_end_by_a_value() {
    struct Owns(
        #[expect(dead_code, reason = "held for its drop")] Arc<RwLock<SmartAlloc>>,
        #[expect(dead_code)] Counted,
    );
    let drops = Drops::default();
    let shared = Arc::new(RwLock::new(alloc(2)));
    let mut publisher = FramePublisher::<Owns>::new();
    for _ in 0..3 {
        let value = Owns(Arc::clone(&shared), drops.value());
        publish(&mut publisher, &mut shared.write().unwrap(), value).unwrap();
    }
    drop(shared);
    assert_eq!(drops.count(), 2);
    drop(publisher);
    assert_eq!((drops.count(), drops.holders()), (3, 1));
}

#[test]
fn the_last_reader_may_end_in_a_thread_local_destructor() {
    thread_local! {
        static READER: RefCell<Option<FrameReader<Counted>>> = const { RefCell::new(None) };
    }
    let drops = Drops::default();
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::new();
    publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    let mut reader = publisher.reader();
    drop(publisher);
    thread::spawn(move || {
        assert!(reader.latest().is_some());
        READER.set(Some(reader));
    })
    .join()
    .unwrap();
    assert_eq!((drops.count(), drops.holders(), alloc.flight_stats().frames), (1, 1, 0));
}
