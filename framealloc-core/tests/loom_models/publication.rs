//! Models of publication: frames that are published while readers look, hold, forget, come and go, and while the publisher goes;
//! over the code that programs run. What an edition and its flight hold are watched cells.

use framealloc_core::{AllocConfig, FramePublisher, FrameReader, SmartAlloc};
use loom::thread;

use crate::drops::{Drops, Value};

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

fn alloc(frames: usize) -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_frames_in_flight(frames))
}

/// Publishes a value; whether that could be.
fn publish(publisher: &mut FramePublisher<Value>, alloc: &mut SmartAlloc, number: u64, drops: &Drops) -> bool {
    let root = alloc.frame_share(Value::new(number, drops));
    publisher.publish(alloc, root).is_ok()
}

/// Reads the newest, which is none before `known`.
fn read(reader: &mut FrameReader<Value>, known: u64) -> u64 {
    let found = reader.latest().map(|found| {
        let number = found.number();
        assert_eq!(found.number(), number, "as long as it is held");
        number
    });
    let found = found.unwrap_or(0);
    assert!(found >= known, "an older one than before");
    found
}

#[test]
fn frames_are_published_while_a_reader_looks() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(3);
        let mut publisher = FramePublisher::new();
        let mut reader = publisher.reader();
        assert!(publish(&mut publisher, &mut alloc, 1, &drops));
        let reads = thread::spawn(move || {
            let known = read(&mut reader, 1);
            read(&mut reader, known);
        });
        assert!(publish(&mut publisher, &mut alloc, 2, &drops));
        publish(&mut publisher, &mut alloc, 3, &drops);
        reads.join().unwrap();
        assert_eq!(publisher.reclaim(), 0);
        drop(publisher);
        assert_eq!(drops.count(), 3);
    });
}

#[test]
fn a_frame_ends_while_its_reader_goes_on_to_the_next() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(2);
        let mut publisher = FramePublisher::new();
        let mut reader = publisher.reader();
        publish(&mut publisher, &mut alloc, 1, &drops);
        let reads = thread::spawn(move || {
            // Held, forgotten, let go of: the values are read by each.
            let first = reader.latest().map(|found| found.number());
            let second = reader.latest();
            assert!(second.as_ref().map(|found| found.number()) >= first);
            core::mem::forget(second);
            read(&mut reader, 1);
        });
        publish(&mut publisher, &mut alloc, 2, &drops);
        publisher.reclaim();
        reads.join().unwrap();
    });
}

#[test]
fn two_readers_of_one_publisher() {
    model(2, || {
        let drops = Drops::new();
        let mut alloc = alloc(3);
        let mut publisher = FramePublisher::new();
        publish(&mut publisher, &mut alloc, 1, &drops);
        let readers = [0, 1].map(|_| {
            let mut reader = publisher.reader();
            thread::spawn(move || read(&mut reader, 1))
        });
        publish(&mut publisher, &mut alloc, 2, &drops);
        assert!(readers.into_iter().all(|reader| reader.join().unwrap() > 0));
        assert_eq!(publisher.reclaim(), 0);
    });
}

#[test]
fn a_reader_comes_while_a_frame_is_published() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(3);
        let mut publisher = FramePublisher::new();
        let reader = publisher.reader();
        publish(&mut publisher, &mut alloc, 1, &drops);
        let reads = thread::spawn(move || {
            // The slot of the first one is taken: this one's is new to the list.
            let mut another = reader.clone();
            read(&mut another, 1)
        });
        publish(&mut publisher, &mut alloc, 2, &drops);
        reads.join().unwrap();
    });
}

#[test]
fn a_reader_takes_over_the_slot_of_one_that_goes() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(3);
        let mut publisher = FramePublisher::new();
        let (mut reader, template) = (publisher.reader(), publisher.reader());
        publish(&mut publisher, &mut alloc, 1, &drops);
        let reads = thread::spawn(move || {
            read(&mut reader, 1);
            drop(reader);
        });
        let other = thread::spawn(move || {
            let mut another = template.clone();
            read(&mut another, 1);
        });
        publish(&mut publisher, &mut alloc, 2, &drops);
        reads.join().unwrap();
        other.join().unwrap();
    });
}

#[test]
fn the_publisher_goes_while_a_reader_looks() {
    model(3, || {
        let drops = Drops::new();
        let mut alloc = alloc(3);
        let mut publisher = FramePublisher::new();
        let mut reader = publisher.reader();
        publish(&mut publisher, &mut alloc, 1, &drops);
        let reads = thread::spawn(move || {
            let known = read(&mut reader, 1);
            assert!(read(&mut reader, known) > 0, "the newest stays");
        });
        publish(&mut publisher, &mut alloc, 2, &drops);
        drop(publisher);
        reads.join().unwrap();
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn publisher_readers_and_allocator_go_at_once() {
    model(2, || {
        let drops = Drops::new();
        let mut alloc = alloc(3);
        let mut publisher = FramePublisher::new();
        let mut reader = publisher.reader();
        publish(&mut publisher, &mut alloc, 1, &drops);
        let reads = thread::spawn(move || read(&mut reader, 1));
        let ends = thread::spawn(move || drop(publisher));
        drop(alloc);
        reads.join().unwrap();
        ends.join().unwrap();
        assert_eq!(drops.count(), 1);
    });
}
