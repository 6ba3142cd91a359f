//! The drops of published values: once each, on the thread of the publisher, in the order they were published.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use framealloc_core::{Drain, FlightError, FramePublisher, RetireQueue};

use crate::drops::{Counted, Drops};
use crate::{alloc, publish};

/// Says when, and where, it is dropped.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(usize, ThreadId)>>>);

struct Tells(usize, Told);

impl Drop for Tells {
    fn drop(&mut self) {
        self.1.0.lock().unwrap().push((self.0, thread::current().id()));
    }
}

impl Told {
    fn numbers(&self) -> Vec<usize> {
        self.0.lock().unwrap().iter().map(|(number, _)| *number).collect()
    }
}

/// Panics when it is dropped.
struct Bomb(#[expect(dead_code, reason = "drops after the panic")] Counted, usize);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic_any(self.1);
    }
}

#[test]
fn values_drop_at_the_publisher_however_readers_come_and_go() {
    let told = Told::default();
    let mut alloc = alloc(3);
    let mut publisher = FramePublisher::<Tells>::new();
    publish(&mut publisher, &mut alloc, Tells(0, told.clone())).unwrap();
    for number in 1..50 {
        thread::scope(|threads| {
            let mut reader = publisher.reader();
            threads.spawn(move || assert_eq!(reader.latest().unwrap().0, number - 1));
        });
        publish(&mut publisher, &mut alloc, Tells(number, told.clone())).unwrap();
    }
    assert_eq!(told.numbers(), (0..49).collect::<Vec<_>>());
    drop(publisher);
    assert_eq!(told.numbers().len(), 50);
    let here = thread::current().id();
    assert!(told.0.lock().unwrap().iter().all(|(_, thread)| *thread == here));
}

#[test]
fn a_frame_that_a_reader_has_ends_once_it_has_not() {
    let told = Told::default();
    let mut alloc = alloc(4);
    let mut publisher = FramePublisher::<Tells>::new();
    let (mut first, mut second) = (publisher.reader(), publisher.reader());
    let mut next = 0..;
    let mut publish = |publisher: &mut _| publish(publisher, &mut alloc, Tells(next.next().unwrap(), told.clone()));
    publish(&mut publisher).unwrap();
    let zero = first.latest().unwrap();
    publish(&mut publisher).unwrap();
    let one = second.latest().unwrap();
    publish(&mut publisher).unwrap();
    assert_eq!((zero.0, one.0, told.numbers()), (0, 1, vec![]));
    drop(zero);
    assert_eq!((publisher.reclaim(), told.numbers()), (1, vec![0]));
    publish(&mut publisher).unwrap();
    // It holds the one that it reads, and not those that came after.
    assert_eq!((publisher.reclaim(), told.numbers(), one.0), (1, vec![0, 2], 1));
    drop(one);
    assert_eq!((publisher.reclaim(), told.numbers()), (0, vec![0, 2, 1]));
    drop(publisher);
    assert_eq!((first.latest().unwrap().0, second.latest().unwrap().0), (3, 3));
    drop(first);
    assert_eq!(told.numbers().len(), 3);
    drop(second);
    assert_eq!(told.numbers(), [0, 2, 1, 3]);
}

#[test]
fn a_reader_that_is_retired_runs_no_destructor() {
    let drops = Drops::default();
    let queue = RetireQueue::new();
    let reader = {
        let mut alloc = alloc(2);
        let mut publisher = FramePublisher::new();
        publish(&mut publisher, &mut alloc, drops.value()).unwrap();
        publisher.reader()
    };
    queue.retire(reader);
    assert_eq!(drops.count(), 0);
    queue.drain(Drain::all());
    assert_eq!((drops.count(), drops.holders()), (1, 1));
}

#[test]
fn what_is_not_published_drops_at_the_end_of_its_frame() {
    let drops = Drops::default();
    let mut alloc = alloc(1);
    let mut publisher = FramePublisher::new();
    publish(&mut publisher, &mut alloc, drops.value()).unwrap();
    for number in 1..10 {
        assert!(matches!(
            publish(&mut publisher, &mut alloc, drops.value()),
            Err(FlightError::Unpublished { limit: 1, .. })
        ));
        assert_eq!(drops.count(), number);
    }
    drop((publisher, alloc));
    assert_eq!((drops.count(), drops.holders()), (10, 1));
}

#[test]
fn drops_that_panic_lose_no_value_and_the_frame_is_published() {
    let drops = Drops::default();
    let mut alloc = alloc(4);
    let mut publisher = FramePublisher::<Bomb>::new();
    let mut readers = [publisher.reader(), publisher.reader()];
    let bomb = |number| Bomb(drops.value(), number);
    for (number, reader) in readers.iter_mut().enumerate() {
        publish(&mut publisher, &mut alloc, bomb(number)).unwrap();
        std::mem::forget(reader.latest());
    }
    publish(&mut publisher, &mut alloc, bomb(2)).unwrap();
    assert!(readers.iter_mut().all(|reader| reader.latest().unwrap().1 == 2));
    let [mut reader, other] = readers;
    drop(other);
    // All three at once; the first panic goes on.
    let panicked = catch_unwind(AssertUnwindSafe(|| publish(&mut publisher, &mut alloc, bomb(3)))).unwrap_err();
    assert_eq!(panicked.downcast_ref::<usize>(), Some(&0));
    assert_eq!((drops.count(), reader.latest().unwrap().1, alloc.flight_stats().frames), (3, 3, 1));
    drop(publisher);
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(reader))).unwrap_err();
    assert_eq!(panicked.downcast_ref::<usize>(), Some(&3));
    assert_eq!((drops.count(), drops.holders(), alloc.flight_stats().frames), (4, 1, 0));
}

#[test]
fn the_end_of_a_publisher_in_an_unwinding_drops_what_is_left() {
    let drops = Drops::default();
    let mut alloc = alloc(2);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut publisher = FramePublisher::<Bomb>::new();
        publish(&mut publisher, &mut alloc, Bomb(drops.value(), 1)).unwrap();
        panic_any("unwinds");
    }));
    assert_eq!(unwound.unwrap_err().downcast_ref::<&str>(), Some(&"unwinds"));
    assert_eq!((drops.count(), drops.holders(), alloc.flight_stats().frames), (1, 1, 0));
}
