//! What readers find, and what the publisher is told.

use std::thread;

use framealloc_core::{FlightError, FrameHandle, FramePublisher, FrameReader, Published};

use crate::{alloc, publish};

struct Scene {
    name: FrameHandle<str>,
    draws: FrameHandle<[u32]>,
}

#[test]
fn a_reader_finds_the_newest_frame_and_what_its_root_leads_to() {
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<Scene>::new();
    let mut reader = publisher.reader();
    assert!(reader.latest().is_none());
    for number in 1..20_u32 {
        alloc.begin_frame();
        let name = alloc.frame_share_str(&format!("scene {number}"));
        let draws = alloc.frame_share_slice_fill_with(number as usize, |_| number);
        let scene = alloc.frame_share(Scene { name, draws });
        let report = publisher.publish(&mut alloc, scene).unwrap();
        assert!(!alloc.is_in_frame());
        let found = reader.latest().unwrap();
        assert_eq!((found.frame_number(), found.report()), (u64::from(number), report));
        assert_eq!(found.get(found.name), Some(&*format!("scene {number}")));
        assert_eq!(found.get(found.draws).unwrap(), vec![number; number as usize]);
        assert_eq!(found.get(scene).map(|scene| scene.name), Some(name));
    }
}

#[test]
fn what_is_published_may_have_no_size() {
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<[String]>::new();
    let mut reader = publisher.reader();
    for len in [3, 0, 7] {
        let root = alloc.frame_share_slice_fill_with(len, |n| n.to_string());
        publisher.publish(&mut alloc, root).unwrap();
        assert_eq!(reader.latest().map(|texts| texts.len()), Some(len));
    }
    let mut publisher = FramePublisher::<()>::new();
    let mut reader = publisher.reader();
    publish(&mut publisher, &mut alloc, ()).unwrap();
    assert_eq!(reader.latest().as_deref(), Some(&()));
}

#[test]
fn a_root_of_another_frame_or_allocator_ends_nothing() {
    let (mut alloc, mut other) = (alloc(2), alloc(2));
    let mut publisher = FramePublisher::<u32>::new();
    let before = alloc.frame_share(1);
    alloc.end_frame();
    let foreign = other.frame_share(2);
    alloc.begin_frame();
    let root = alloc.frame_share(3);
    for wrong in [before, foreign] {
        assert_eq!(publisher.publish(&mut alloc, wrong), Err(FlightError::ForeignRoot));
        assert_eq!(publisher.try_publish(&mut alloc, wrong), Err(FlightError::ForeignRoot));
        assert_eq!((alloc.is_in_frame(), root.get(&alloc)), (true, Some(&3)));
    }
    assert!(publisher.reader().latest().is_none());
    publisher.publish(&mut alloc, root).unwrap();
    assert_eq!(publisher.reader().latest().as_deref(), Some(&3));
    // One publisher, two allocators.
    publisher.publish(&mut other, foreign).unwrap();
    assert_eq!(publisher.reader().latest().as_deref(), Some(&2));
    assert_eq!((alloc.flight_stats().frames, other.flight_stats().frames), (0, 1));
}

#[test]
fn a_reader_that_stalls_holds_no_more_than_the_limit() {
    for limit in 2..5 {
        let mut alloc = alloc(limit);
        let mut publisher = FramePublisher::<usize>::new();
        let mut readers: Vec<_> = (0..limit - 1).map(|_| publisher.reader()).collect();
        let mut held = Vec::new();
        for (number, reader) in readers.iter_mut().enumerate() {
            publish(&mut publisher, &mut alloc, number).unwrap();
            held.push(reader.latest().unwrap());
        }
        publish(&mut publisher, &mut alloc, 100).unwrap();
        for frame in 0..10 {
            alloc.begin_frame();
            let root = alloc.frame_share(200 + frame);
            // The frame is still open, and goes on.
            assert_eq!(publisher.try_publish(&mut alloc, root), Err(FlightError::LimitReached { limit }));
            assert_eq!(root.get(&alloc), Some(&(200 + frame)));
            let number = alloc.frame_number();
            let Err(FlightError::Unpublished { limit: said, report }) = publisher.publish(&mut alloc, root) else {
                panic!("one too many")
            };
            assert_eq!((said, report.frame), (limit, number));
            assert!(report.bytes > 0 && !alloc.is_in_frame());
            assert_eq!(alloc.flight_stats().frames, limit);
            assert_eq!(publisher.reader().latest().as_deref(), Some(&100));
        }
        assert!(held.iter().enumerate().all(|(number, found)| **found == number));
        assert_eq!(publisher.reclaim(), limit - 1);
        held.pop();
        assert_eq!(publisher.reclaim(), limit - 2);
        publish(&mut publisher, &mut alloc, 300).unwrap();
        assert_eq!(publisher.reader().latest().as_deref(), Some(&300));
    }
}

#[test]
fn errors_say_what_to_do() {
    for (limit, words) in [(0, "0 may be in flight"), (1, "1 may be in flight")] {
        let mut alloc = alloc(limit);
        let mut publisher = FramePublisher::<u8>::new();
        let refused = (0..2).find_map(|_| publish(&mut publisher, &mut alloc, 1).err()).unwrap();
        assert!(refused.to_string().contains(words), "{refused}");
        assert!(refused.to_string().contains("with_frames_in_flight"));
    }
    assert!(FlightError::ForeignRoot.to_string().starts_with("the root"));
}

#[test]
fn an_idle_reader_holds_nothing() {
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<u32>::new();
    let mut readers: Vec<_> = (0..8).map(|_| publisher.reader()).collect();
    for number in 0..100 {
        publish(&mut publisher, &mut alloc, number).unwrap();
        for reader in &mut readers {
            assert_eq!(reader.latest().as_deref(), Some(&number));
        }
        assert_eq!((alloc.flight_stats().frames, publisher.reclaim()), (1, 0));
    }
}

#[test]
fn a_flight_that_others_hold_may_be_published() {
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<u32>::new();
    let mut reader = publisher.reader();
    let root = alloc.frame_share(1);
    let flight = alloc.end_frame_in_flight();
    let other = alloc.frame_share(2);
    let flight = publisher.publish_flight(flight, other).unwrap_err();
    assert!(reader.latest().is_none());
    publisher.publish_flight(flight.clone(), root).unwrap();
    // Twice is once more.
    publisher.publish_flight(flight.clone(), root).unwrap();
    assert_eq!((reader.latest().as_deref(), alloc.flight_stats().frames), (Some(&1), 1));
    publisher.publish(&mut alloc, other).unwrap();
    assert_eq!((flight.get(root), alloc.flight_stats().frames), (Some(&1), 2));
    drop(flight);
    assert_eq!(alloc.flight_stats().frames, 1);
}

#[test]
fn a_publisher_that_is_gone_leaves_the_newest_frame() {
    let mut reader = {
        let mut alloc = alloc(2);
        let mut publisher = FramePublisher::<u32>::new();
        let reader = publisher.reader();
        publish(&mut publisher, &mut alloc, 1).unwrap();
        publish(&mut publisher, &mut alloc, 2).unwrap();
        reader
    };
    // Nor is there an allocator.
    assert_eq!(reader.latest().as_deref(), Some(&2));
    let mut other = reader.clone();
    drop(reader);
    assert_eq!(other.latest().as_deref(), Some(&2));
}

#[test]
fn readers_and_what_they_read_may_move_to_other_threads() {
    fn both<T: Send + Sync>() {}
    both::<FramePublisher<Scene>>();
    both::<FrameReader<[u8]>>();
    both::<Published<'static, Scene>>();
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<String>::new();
    publish(&mut publisher, &mut alloc, "one".into()).unwrap();
    let mut reader = publisher.reader();
    thread::scope(|threads| {
        let found = reader.latest().unwrap();
        threads.spawn(move || assert_eq!(*found, "one"));
    });
    let reader = thread::spawn(move || {
        assert_eq!(reader.latest().as_deref().map(String::as_str), Some("one"));
        reader
    });
    assert!(reader.join().unwrap().latest().is_some());
}

#[test]
fn what_is_read_can_be_printed() {
    let mut alloc = alloc(2);
    let mut publisher = FramePublisher::<u32>::new();
    publish(&mut publisher, &mut alloc, 7).unwrap();
    let mut reader = publisher.reader();
    assert_eq!(format!("{:?}", reader.latest()), "Some(Published(7))");
    assert!(format!("{publisher:?} {reader:?}").contains("u32"));
}
