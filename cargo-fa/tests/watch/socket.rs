//! Games over sockets: they come, die and come back.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use cargo_fa::watch::{Address, State, Watched};
use framealloc_core::{RecordOptions, SmartAlloc};

use crate::recorded::{recording, says, until, until_frame, watch};

fn free_port() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    (listener, address)
}

#[test]
fn a_game_that_serves_its_recording_is_seen() {
    let (listener, address) = free_port();
    let mut alloc = SmartAlloc::default();
    alloc.serve_recording(listener, RecordOptions::default()).unwrap();
    let mut watched = watch(&address);
    let begun = std::time::Instant::now();
    while !watched.has_frames() {
        alloc.whole_frame(|alloc| alloc.tagged("physics").frame_slice_zeroed::<u8>(4096).len());
        watched.take(Duration::from_millis(5));
        assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", watched.view());
    }
    let view = watched.view();
    assert!(view.tags.iter().any(|tag| tag.name == "physics" && tag.bytes >= 4096), "{view:?}");
    alloc.stop_recording().unwrap();
    let view = until(&mut watched, "it is gone", |view| view.state != State::Live && view.state != State::Quiet);
    assert!(says(&view, "has closed the connection"), "{view:?}");
}

#[test]
fn a_game_that_dies_in_the_middle_of_a_frame_is_told_and_its_next_run_is_seen() {
    let (listener, address) = free_port();
    let mut watched = watch(&address);
    let whole = recording(1, 30);
    let (mut game, _) = listener.accept().unwrap();
    game.write_all(&whole[..whole.len() - 3]).unwrap();
    until_frame(&mut watched, 29);
    drop(game);
    let view = until(&mut watched, "it is gone", |view| view.state == State::Gone);
    let name = address.strip_prefix("tcp://").unwrap();
    assert_eq!(view.message, Some(format!("{name} has closed the connection in the middle of a frame")));
    assert_eq!(view.frame, Some(29), "what was seen stays");
    assert!(watched.is_gone() && watched.failure().is_none());
    // It comes back by itself.
    let (mut game, _) = listener.accept().unwrap();
    game.write_all(&recording(1, 5)).unwrap();
    let view = until_frame(&mut watched, 5);
    assert_eq!((view.state, view.frames), (State::Live, 5));
    assert!(says(&view, "in the middle of a frame") && says(&view, "connected to"), "{:?}", view.events);
}

#[test]
fn games_connect_one_after_the_other_and_others_are_hung_up_on() {
    let mut watched = Watched::start(&Address::listen("0").unwrap()).unwrap();
    let address = watched.source().split(' ').next().unwrap().to_owned();
    assert!(address.starts_with("127.0.0.1:") && !address.ends_with(":0"), "{address}");
    // A browser.
    let mut other = TcpStream::connect(&address).unwrap();
    other.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let view = until(&mut watched, "it is told", |view| says(view, "this is not a recording of framealloc; hung up"));
    assert_eq!((view.state, watched.failure()), (State::Waiting, None));
    // Nobody.
    drop(TcpStream::connect(&address).unwrap());
    until(&mut watched, "it is told", |view| says(view, "sent no recording; hung up"));
    // A game.
    let mut alloc = SmartAlloc::default();
    alloc.record_to(TcpStream::connect(&address).unwrap(), RecordOptions::default()).unwrap();
    for _ in 0..20 {
        alloc.whole_frame(|alloc| *alloc.frame_box(1));
    }
    assert_eq!(alloc.stop_recording().unwrap().frames, 20);
    let view = until_frame(&mut watched, 20);
    assert_eq!((view.frames, view.left_out), (20, 0));
    until(&mut watched, "it is gone", |view| view.state == State::Gone);
}
