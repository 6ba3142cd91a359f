//! Cursors beside their frame and beside each other: whose window is whose, and what counts as used.

use framealloc_core::{Cursor, Frame, FrameBox, FrameVec, SmartAlloc};

use crate::random::Random;

/// Bytes of a red zone, where blocks have one.
const ZONE: usize = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };

#[test]
fn a_cursor_that_is_put_back_leaves_what_it_used() {
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        frame.frame_box(1_u64);
        for round in 0..100 {
            let before = frame.used_bytes();
            let mut cursor = frame.cursor();
            cursor.alloc(round);
            cursor.alloc(round);
            assert!(frame.used_bytes() >= before + 16, "all that is out counts as used");
            drop(cursor);
            assert_eq!(frame.used_bytes(), before + 2 * (8 + ZONE));
        }
    });
}

#[test]
fn a_scope_with_a_cursor_begins_with_the_same_memory_each_time() {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    let one = |value: u64| frame.scoped(|scope| std::ptr::from_ref(scope.cursor().alloc(value)).addr());
    let first = one(0);
    assert!((1..100).all(|value| one(value) == first));
}

#[test]
fn a_vector_that_gives_back_under_a_cursor_gives_nothing_of_it_away() {
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        let mut vector = frame.frame_vec::<u64>();
        vector.extend(0..20);
        let mut cursor = frame.cursor();
        let by_cursor: Vec<&mut u64> = (0..20).map(|value| cursor.alloc(value)).collect();
        vector.truncate(1);
        vector.shrink_to_fit();
        let by_frame: Vec<_> = (0..20_u64).map(|value| frame.frame_box(!value)).collect();
        drop(vector);
        drop(cursor);
        let after: Vec<_> = (0..200_u64).map(|value| frame.frame_box(value << 8)).collect();
        assert!(by_cursor.iter().zip(0..).all(|(value, index)| **value == index));
        assert!(by_frame.iter().zip(0..).all(|(value, index)| **value == !index));
        assert!(after.iter().zip(0..).all(|(value, index)| **value == index << 8));
    });
}

/// What is alive in one scope, with what it must read as.
#[derive(Default)]
struct Alive<'f> {
    cursors: Vec<Cursor<'f>>,
    values: Vec<(&'f mut u64, u64)>,
    vectors: Vec<FrameVec<'f, u64>>,
}

impl<'f> Alive<'f> {
    fn step(&mut self, frame: &'f Frame, random: &mut Random, number: u64) {
        match random.below(10) {
            0 if self.cursors.len() < 4 => self.cursors.push(frame.cursor()),
            1 if !self.cursors.is_empty() => {
                let cursor = self.cursors.swap_remove(random.below(self.cursors.len()));
                if random.below(8) == 0 { std::mem::forget(cursor) } else { drop(cursor) }
            }
            2 => self.vectors.push(frame.frame_vec()),
            3 if !self.vectors.is_empty() => {
                let index = random.below(self.vectors.len());
                self.vectors[index].truncate(1);
                self.vectors[index].shrink_to_fit();
            }
            4 if !self.vectors.is_empty() => drop(self.vectors.swap_remove(random.below(self.vectors.len()))),
            5 | 6 if !self.vectors.is_empty() => {
                let index = random.below(self.vectors.len());
                let length = self.vectors[index].len() as u64;
                self.vectors[index].extend((length..).take(random.below(60)));
            }
            7 => self.values.push((FrameBox::leak(frame.frame_box(number)), number)),
            _ if !self.cursors.is_empty() => {
                let index = random.below(self.cursors.len());
                for _ in 0..random.below(60) {
                    self.values.push((self.cursors[index].alloc(number), number));
                }
            }
            _ => {}
        }
    }

    fn check(&self, frame: &Frame) {
        assert!(self.values.iter().all(|(value, pattern)| **value == *pattern));
        assert!(self.vectors.iter().all(|vector| vector.iter().zip(0..).all(|(value, index)| *value == index)));
        let held = self.vectors.iter().map(|vector| vector.len() * 8).sum::<usize>() + self.values.len() * 8;
        assert!(frame.used_bytes() >= held, "{} of {held} bytes", frame.used_bytes());
    }
}

#[test]
fn cursors_come_and_go_in_any_order() {
    let mut random = Random::seeded(0x5EED_CA4E);
    let mut alloc = SmartAlloc::default();
    let mut number = 0;
    for _ in 0..40 {
        for _ in 0..5 {
            alloc.scoped(|frame| {
                let mut alive = Alive::default();
                for _ in 0..200 {
                    number += 1;
                    alive.step(frame, &mut random, number);
                    alive.check(frame);
                }
            });
        }
        assert_eq!(alloc.scoped(Frame::used_bytes), 0);
        alloc.end_frame();
    }
}
