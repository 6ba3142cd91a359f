//! Functions, methods, traits and fields that declare effects are what they would be without.

use std::sync::{Mutex, mpsc};

use framealloc::{SmartAlloc, effects, frame_system, no_block, no_heap};

/// The documentation of the function stays.
#[no_heap]
#[must_use]
pub fn clamped<'a, T: Copy + PartialOrd>(values: &'a mut [T], most: T) -> &'a [T]
where
    T: 'a,
{
    #![allow(clippy::needless_range_loop)]
    for at in 0..values.len() {
        if values[at] > most {
            values[at] = most;
        }
    }
    values
}

#[no_block]
#[no_heap]
unsafe extern "C" fn callback(value: u32) -> u32 {
    value + 1
}

#[no_block]
#[track_caller]
fn place() -> u32 {
    std::panic::Location::caller().line()
}

#[no_heap]
#[inline]
fn small(value: u32) -> u32 {
    value * 2
}

#[no_heap]
const fn doubled(value: u32) -> u32 {
    value * 2
}

const FOUR: u32 = doubled(2);

#[no_heap]
fn evens(values: &[u32]) -> impl Iterator<Item = &u32> {
    values.iter().filter(|value| **value % 2 == 0)
}

trait Voice {
    #[no_block]
    fn fill(&mut self, samples: &mut [f32]) -> usize;

    #[no_heap]
    fn gain(&self) -> f32 {
        1.0
    }
}

struct Sine(f32);

impl Sine {
    #[framealloc::no_heap]
    fn next(&mut self) -> f32 {
        self.0 += 0.1;
        self.0.sin()
    }
}

impl Voice for Sine {
    #[no_block]
    fn fill(&mut self, samples: &mut [f32]) -> usize {
        samples.fill_with(|| self.next());
        samples.len()
    }
}

#[effects]
#[derive(Clone)]
struct Hooks<T: 'static> {
    /// What is hit.
    #[no_heap]
    on_hit: fn(T) -> T,
    #[framealloc::no_block]
    mix: Option<std::sync::Arc<dyn Fn(&mut [f32])>>,
    pub score: u32,
}

#[derive(Clone, Copy)]
#[effects]
enum Hook {
    Plain(#[no_heap] fn(u32) -> u32),
    #[allow(dead_code)]
    None,
}

macro_rules! made_by_a_macro {
    ($name:ident, $body:block) => {
        #[no_heap]
        fn $name() -> u32 $body
    };
}

made_by_a_macro!(seven, { 7 });

#[frame_system(no_block, tag = "audio")]
fn mix(alloc: &SmartAlloc, queue: &mpsc::Receiver<f32>, level: &Mutex<f32>) -> f32 {
    let heard = queue.try_recv().unwrap_or(0.0);
    *alloc.frame_box(heard) + level.try_lock().map_or(0.0, |level| *level)
}

fn main() {
    assert_eq!(clamped(&mut [1, 5, 9], 4), [1, 4, 4]);
    // SAFETY: it only adds.
    assert_eq!(unsafe { callback(1) }, 2);
    assert_eq!(place(), line!());
    assert_eq!((small(2), FOUR, seven()), (4, 4, 7));
    assert_eq!(evens(&[1, 2, 4]).count(), 2);
    let mut sine = Sine(0.0);
    assert_eq!(sine.fill(&mut [0.0; 4]), 4);
    assert!(sine.gain() > 0.5);
    let hooks = Hooks { on_hit: |hit: u8| hit, mix: None, score: 1 };
    assert_eq!((hooks.clone().on_hit)(3), 3);
    assert!(hooks.mix.is_none() && hooks.score == 1);
    if let Hook::Plain(run) = Hook::Plain(small) {
        assert_eq!(run(3), 6);
    }
    let (send, receive) = mpsc::channel();
    send.send(0.5).unwrap();
    let alloc = SmartAlloc::default();
    assert_eq!(mix(&alloc, &receive, &Mutex::new(1.0)), 1.5);
    let (_, used) = no_heap(|| seven());
    assert_eq!(used.calls, 0);
}
