//! Random programs: flights cloned, sent, leaked, dropped after the allocator and in drops of shared values, panicking drops.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use framealloc_core::{AllocConfig, FrameHandle, FrameInFlight, SmartAlloc};

use crate::drops::{Counted, Drops};
use crate::random::Random;

const TAGS: [&str; 4] = ["ft_a", "ft_b", "ft_c", "ft_d"];

/// Counts its drop, and may panic in it or hold a flight.
struct Value {
    number: u64,
    _counted: Counted,
    _flight: Option<FrameInFlight>,
    panics: bool,
}

impl Drop for Value {
    fn drop(&mut self) {
        // The fields drop all the same.
        assert!(!self.panics, "torture");
    }
}

/// Everything that one frame shared, and what should be found there.
#[derive(Clone)]
struct Expected {
    values: Vec<(FrameHandle<Value>, u64)>,
    slices: Vec<(FrameHandle<[u64]>, u64, usize)>,
    owned: Vec<(FrameHandle<[Value]>, u64, usize)>,
    texts: Vec<(FrameHandle<str>, String)>,
}

fn check(flight: &FrameInFlight, expected: &Expected) {
    assert!(expected.values.iter().all(|(handle, number)| flight.get(*handle).unwrap().number == *number));
    for (handle, number, len) in &expected.slices {
        let slice = flight.get(*handle).unwrap();
        assert!(slice.len() == *len && slice.iter().all(|value| value == number));
    }
    for (handle, number, len) in &expected.owned {
        let slice = flight.get(*handle).unwrap();
        assert!(slice.len() == *len && slice.iter().all(|value| value.number == *number));
    }
    assert!(expected.texts.iter().all(|(handle, text)| flight.get(*handle) == Some(text)));
}

fn check_all(held: &[(FrameInFlight, Expected)]) {
    for (flight, expected) in held {
        check(flight, expected);
    }
}

/// Shares something under some tag. Returns how many values with a drop were made.
fn share(
    alloc: &SmartAlloc,
    random: &mut Random,
    drops: &Drops,
    held: &mut Vec<FrameInFlight>,
    into: &mut Expected,
) -> usize {
    let number = random.next();
    let tagged = alloc.tagged(TAGS[random.below(TAGS.len())]);
    let value = |flight: Option<FrameInFlight>| Value {
        number,
        _counted: drops.value(),
        _flight: flight,
        panics: number % 31 == 0,
    };
    let len = random.below(40);
    match random.below(6) {
        0 => {
            let flight = if random.below(4) == 0 { held.pop() } else { None };
            into.values.push((tagged.frame_share(value(flight)), number));
            1
        }
        1 => {
            into.slices.push((tagged.frame_share_slice_fill_with(len * 20, |_| number), number, len * 20));
            0
        }
        2 => {
            let values = (0..len).map(|_| value(None));
            into.owned.push((tagged.scoped(|frame| frame.frame_share_slice_from_iter(values)), number, len));
            len
        }
        3 => {
            let handle = tagged.frame_share_slice_fill_with(len, |_| value(None));
            into.owned.push((handle, number, len));
            len
        }
        4 => {
            let text = "x".repeat(len * 10) + &number.to_string();
            into.texts.push((tagged.frame_share_str(&text), text));
            0
        }
        _ => {
            // Scratch that the memory of flights must not be mixed up with.
            tagged.frame_slice_fill_copy(len * 50, number);
            0
        }
    }
}

/// Drops it; the panics of values are expected.
fn dispose(flight: FrameInFlight) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(flight)));
}

fn program(seed: u64, steps: usize, reader: &mpsc::Sender<(FrameInFlight, Expected)>) {
    let mut random = Random::new(seed);
    let drops = Drops::default();
    let limit = 1 + random.below(5);
    let mut config = AllocConfig::default().with_frames_in_flight(limit).with_frame_chunk(4096);
    if random.below(3) == 0 {
        config = config.with_global_frame_budget(64 << 20).with_tag_budget(TAGS[0], 16 << 20);
    }
    if random.below(3) == 0 {
        config = config.with_heap_threshold(2000);
    }
    let mut alloc = SmartAlloc::new(config);
    let (mut made, mut held): (usize, Vec<(FrameInFlight, Expected)>) = (0, Vec::new());
    let mut clones = Vec::new();
    for _ in 0..steps {
        alloc.begin_frame();
        let mut expected = Expected { values: vec![], slices: vec![], owned: vec![], texts: vec![] };
        for _ in 0..random.below(12) {
            made += share(&alloc, &mut random, &drops, &mut clones, &mut expected);
        }
        if random.below(4) == 0 {
            made += thread::scope(|threads| {
                let (alloc, drops, expected) = (&alloc, &drops, &mut expected);
                let seed = random.next();
                let work = move || share(alloc, &mut Random::new(seed), drops, &mut Vec::new(), expected);
                threads.spawn(work).join().unwrap()
            });
        }
        match random.below(5) {
            0 => drop(catch_unwind(AssertUnwindSafe(|| alloc.end_frame()))),
            _ => {
                if let Ok(flight) = alloc.try_end_frame_in_flight() {
                    check(&flight, &expected);
                    held.push((flight, expected));
                } else {
                    assert!(alloc.is_in_frame());
                    drop(catch_unwind(AssertUnwindSafe(|| alloc.end_frame())));
                }
            }
        }
        if !held.is_empty() {
            let at = random.below(held.len());
            match random.below(6) {
                0 => reader.send((held[at].0.clone(), held[at].1.clone())).unwrap(),
                1 => reader.send(held.swap_remove(at)).unwrap(),
                2 => dispose(held.swap_remove(at).0),
                3 => clones.push(held[at].0.clone()),
                4 => clones.drain(..).for_each(dispose),
                _ => {}
            }
        }
        check_all(&held);
    }
    // In any order: the allocator, flights, values that hold flights.
    let alloc = if random.below(2) == 0 {
        drop(catch_unwind(AssertUnwindSafe(|| drop(alloc))));
        None
    } else {
        Some(alloc)
    };
    check_all(&held);
    for (flight, _) in held {
        dispose(flight);
    }
    clones.into_iter().for_each(dispose);
    drop(catch_unwind(AssertUnwindSafe(|| drop(alloc))));
    // Those that were sent are dropped by the other thread.
    while drops.holders() > 1 {
        thread::yield_now();
    }
    assert_eq!(drops.count(), made, "seed {seed}");
}

#[test]
fn random_programs_find_every_value_and_drop_it_once() {
    let steps: usize = std::env::var("FRAMEALLOC_STEPS").map_or(2000, |steps| steps.parse().unwrap());
    let mut random = Random::seeded(0xF117);
    let (send, receive) = mpsc::channel::<(FrameInFlight, Expected)>();
    let reader = thread::spawn(move || {
        for (flight, expected) in receive {
            check(&flight, &expected);
            dispose(flight);
        }
    });
    std::panic::set_hook(Box::new(|info| {
        // Those of the values are many, and meant.
        if info.payload().downcast_ref::<&str>() != Some(&"torture") {
            eprintln!("{info}");
        }
    }));
    let mut left = steps;
    while left > 0 {
        let steps = (1 + random.below(100)).min(left);
        left -= steps;
        program(random.next(), steps, &send);
    }
    drop(send);
    reader.join().unwrap();
}
