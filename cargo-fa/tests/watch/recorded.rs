//! Recordings, and games that make them.

use std::time::{Duration, Instant};

use cargo_fa::watch::{Address, View, Watched};
use framealloc_trace::{Encoder, Frame, Kind, Limits};

/// A recording of `frames` frames from `first` on, each with twice its number times 64 bytes under `physics`.
pub(crate) fn recording(first: u64, frames: u64) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    add(&mut encoder, first, frames);
    encoder.into_bytes()
}

pub(crate) fn add(encoder: &mut Encoder, first: u64, frames: u64) {
    encoder.define(Kind::Tag, 1, "physics", 0);
    encoder.define_budget(0, "the budget of tag `physics`", 1 << 20, Limits::Tag(1));
    for number in first..first + frames {
        encoder.frame(&frame(number).as_view());
    }
}

pub(crate) fn frame(number: u64) -> Frame {
    let bytes = 64 * number;
    Frame { number, start: number * 16_000_000, bytes, tags: vec![(1, bytes)], ..Frame::default() }
}

pub(crate) fn watch(address: &str) -> Watched {
    Watched::start(&Address::parse(address).unwrap()).unwrap()
}

/// Waits until what is known is as it should be.
pub(crate) fn until(watched: &mut Watched, what: &str, holds: impl Fn(&View) -> bool) -> View {
    let begun = Instant::now();
    loop {
        let view = watched.view();
        if holds(&view) {
            return view;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}: {view:#?}");
        watched.take(Duration::from_millis(50));
    }
}

/// Waits for a frame.
pub(crate) fn until_frame(watched: &mut Watched, number: u64) -> View {
    until(watched, &format!("frame {number}"), |view| view.frame == Some(number))
}

/// Whether an event says this.
pub(crate) fn says(view: &View, words: &str) -> bool {
    view.events.iter().any(|event| event.text.contains(words))
}
