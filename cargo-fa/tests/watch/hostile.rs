//! What a peer may send that is no game.

use std::io::Write as _;
use std::net::TcpListener;

use cargo_fa::watch::State;
use framealloc_trace::{Encoder, Frame, Kind};

use crate::recorded::{recording, until, until_frame, watch};

/// Serves these bytes to the first who connects, and keeps the connection.
fn serve(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        // It may hang up at any time.
        let _ = peer.write_all(&bytes);
        std::thread::park();
    });
    address
}

#[test]
fn random_bytes_and_lengths_that_lie_are_clear_errors() {
    let mut seed = 0x9E37_79B9_u32;
    let random = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_le_bytes()[3]
    });
    let random: Vec<u8> = random.take(100_000).collect();
    let mut huge = recording(1, 2);
    huge.extend([2, 0xFF, 0xFF, 0xFF, 0xFF]);
    let mut damaged = recording(1, 2);
    damaged.extend(&random);
    damaged[recording(1, 2).len() + 1..][..4].copy_from_slice(&9_u32.to_le_bytes());
    for (bytes, words) in [
        (random, "this is not a recording of framealloc"),
        (huge, "says that it has 4294967295 bytes"),
        (damaged, "the recording is damaged in the block at byte"),
        (b"FATRACE\0\x63and so on".to_vec(), "has version 99, this program reads version 2"),
    ] {
        let mut watched = watch(&serve(bytes));
        let view = until(&mut watched, words, |view| view.state == State::Failed);
        assert!(view.message.as_ref().unwrap().contains(words), "{view:?}");
        assert!(watched.failure().is_some());
    }
}

#[test]
fn names_neither_reach_the_terminal_as_commands_nor_fill_the_memory() {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::Tag, 0, "\u{1b}[2Jphysics\n\u{9b}31m", 0);
    encoder.define(Kind::Tag, 1, &"long".repeat(10_000), 0);
    for id in 2..20_000 {
        encoder.define(Kind::Tag, id, "one of many", 0);
        encoder.define(Kind::Budget, id, "one of many", 1);
    }
    let tags: Vec<(u32, u64)> = (0..20_000).map(|id| (id, u64::MAX)).chain([(0, 7)]).collect();
    let start = u64::MAX;
    encoder.frame(
        &Frame { number: u64::MAX, start, duration: u64::MAX, bytes: u64::MAX, tags, ..Frame::default() }.as_view(),
    );
    encoder.frame(&Frame { number: 0, ..Frame::default() }.as_view());
    encoder.frame(&Frame { number: u64::MAX, start: 0, ..Frame::default() }.as_view());
    encoder.frame(&Frame { number: 1, ..Frame::default() }.as_view());
    let mut watched = watch(&serve(encoder.into_bytes()));
    let view = until_frame(&mut watched, 1);
    assert!(view.tags.len() <= 4096 && view.budgets.len() <= 4096, "{} {}", view.tags.len(), view.budgets.len());
    let text = cargo_fa::watch::tables(&view, &cargo_fa::watch::Wanted::default());
    assert!(!text.contains('\u{1b}') && !text.contains('\u{9b}'));
    assert!(view.budgets.iter().all(|budget| budget.name.chars().count() <= 200));
}
