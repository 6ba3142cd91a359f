//! A recording that others read as it is made: whoever they are and whatever they do, no frame waits for them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use framealloc_core::{AllocConfig, Budget, RecordError, RecordOptions, SmartAlloc, kilobytes};
use framealloc_trace::{Definition, Frame, Item, Kind, Limits, StreamDecoder};

/// A reader of what a game serves.
struct Reader {
    socket: TcpStream,
    decoder: StreamDecoder,
    names: Vec<Definition>,
    frames: Vec<Frame>,
}

impl Reader {
    fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).expect("the game listens");
        Self { socket, decoder: StreamDecoder::default(), names: Vec::new(), frames: Vec::new() }
    }

    /// Reads what is there, or waits for something; returns whether the game has hung up.
    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let read = self.socket.read(&mut bytes).expect("the game is there, or has hung up");
        self.decoder.feed(&bytes[..read]);
        while let Some(item) = self.decoder.next_item().expect("a whole recording") {
            match item {
                Item::Definition(definition) => self.names.push(definition),
                Item::Frame(frame) => self.frames.push(frame),
                other => panic!("unknown item {other:?}"),
            }
        }
        read == 0
    }

    fn to_the_end(mut self) -> Self {
        while !self.read() {}
        assert_eq!(self.decoder.pending(), 0, "the last block is whole");
        self
    }
}

fn frame(alloc: &mut SmartAlloc) {
    alloc.whole_frame(|alloc| alloc.tagged("physics").frame_slice_zeroed::<u32>(9).len());
}

/// Ends frames until the reader has seen one, however long its connection takes.
fn frames_until_seen(alloc: &mut SmartAlloc, reader: &mut Reader) {
    reader.socket.set_nonblocking(true).expect("a socket");
    while reader.frames.is_empty() {
        frame(alloc);
        let mut byte = [0];
        match reader.socket.peek(&mut byte) {
            Ok(_) => {
                reader.socket.set_nonblocking(false).expect("a socket");
                reader.read();
                reader.socket.set_nonblocking(true).expect("a socket");
            }
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
        }
        // Others may wait to be read from meanwhile: what they have not read must stay far below what a socket holds.
        std::thread::sleep(Duration::from_millis(1));
    }
    reader.socket.set_nonblocking(false).expect("a socket");
}

fn served(config: AllocConfig) -> (SmartAlloc, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut alloc = SmartAlloc::new(config);
    alloc.serve_recording(listener, RecordOptions::default()).expect("a thread");
    (alloc, address)
}

#[test]
fn readers_come_and_go_and_each_is_told_the_names_and_the_frames_from_then_on() {
    let (mut alloc, address) = served(AllocConfig::default());
    (0..10).for_each(|_| frame(&mut alloc));
    let mut first = Reader::connect(address);
    frames_until_seen(&mut alloc, &mut first);
    // One goes in the middle; the game goes on.
    let mut second = Reader::connect(address);
    frames_until_seen(&mut alloc, &mut second);
    let late = second.frames[0].number;
    second.socket.shutdown(Shutdown::Both).expect("it is open");
    let mut third = Reader::connect(address);
    frames_until_seen(&mut alloc, &mut third);
    for reader in [&first, &second, &third] {
        assert!(reader.names.iter().any(|name| name.kind == Kind::Tag && name.name == "physics"), "{:?}", reader.names);
    }
    // What the first has is without a hole, from before the second came to the end.
    frame(&mut alloc);
    let last = alloc.frame_number();
    let reading = std::thread::spawn(move || first.to_the_end());
    let summary = alloc.stop_recording().expect("nothing that readers do is an error");
    let first = reading.join().expect("it reads");
    assert_eq!((summary.frames, summary.left_out), (last, 0));
    let numbers: Vec<u64> = first.frames.iter().map(|frame| frame.number).collect();
    assert!(numbers[0] < late, "{} before {late}", numbers[0]);
    assert_eq!(numbers, (numbers[0]..=last).collect::<Vec<_>>());
    assert_eq!(third.to_the_end().frames.last().map(|frame| frame.number), Some(last));
}

/// A writer that takes a piece only when it is told to.
struct Slow {
    go_on: Receiver<()>,
    taken: Arc<Mutex<Vec<u8>>>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // From then on it is fast.
        let _ = self.go_on.recv();
        self.taken.lock().expect("nobody panics").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_frame_waits_for_a_writer_and_the_numbers_say_what_was_left_out() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let (hold, go_on): (Sender<()>, _) = channel();
    let mut alloc = SmartAlloc::default();
    let slow = Slow { go_on, taken: Arc::clone(&taken) };
    alloc.record_to(slow, RecordOptions::default()).expect("a thread");
    // More than the buffers hold: frames end although nothing was written yet.
    (0..40_000).for_each(|_| frame(&mut alloc));
    assert!(taken.lock().expect("nobody panics").is_empty());
    drop(hold);
    // The end waits for the writer.
    let summary = alloc.stop_recording().expect("it writes");
    assert!(summary.left_out > 0, "{summary:?}");
    assert_eq!(summary.frames + summary.left_out, 40_000);
    let taken = taken.lock().expect("nobody panics");
    assert_eq!(summary.bytes, taken.len() as u64);
    let mut decoder = StreamDecoder::default();
    decoder.feed(&taken);
    let (mut next, mut holes, mut frames) = (1, 0, 0);
    while let Some(item) = decoder.next_item().expect("whole blocks") {
        if let Item::Frame(frame) = item {
            holes += frame.number - next;
            next = frame.number + 1;
            frames += 1;
            let tag = frame.tags.iter().find(|(_, bytes)| *bytes > 0).expect("physics");
            assert_ne!(tag.0, u32::MAX);
        }
    }
    assert_eq!(frames, summary.frames);
    // Those at the end have no frame behind them.
    assert!(holes <= summary.left_out && holes + 40_001 - next == summary.left_out, "{holes} {next} {summary:?}");
}

#[test]
fn a_reader_that_takes_nothing_is_hung_up_on_and_the_game_goes_on() {
    let (mut alloc, address) = served(AllocConfig::default());
    let idle = TcpStream::connect(address).expect("the game listens");
    // More than sockets hold; how much of it is left out is up to the machine.
    (0..100_000).for_each(|_| frame(&mut alloc));
    let mut good = Reader::connect(address);
    frames_until_seen(&mut alloc, &mut good);
    let last = alloc.frame_number();
    let reading = std::thread::spawn(move || good.to_the_end());
    let summary = alloc.stop_recording().expect("nothing that readers do is an error");
    assert_eq!(summary.frames + summary.left_out, last);
    reading.join().expect("it reads");
    drop(idle);
}

#[test]
fn budgets_are_named_before_one_is_met() {
    let config = AllocConfig::default()
        .with_thread_frame_budget(kilobytes(64))
        .with_tag_budget("physics", Budget::new(kilobytes(8)));
    let (mut alloc, address) = served(config);
    let mut reader = Reader::connect(address);
    frames_until_seen(&mut alloc, &mut reader);
    let budgets: Vec<_> = reader.names.iter().filter(|name| name.kind == Kind::Budget).collect();
    assert_eq!(budgets.len(), 2, "{budgets:?}");
    assert_eq!((budgets[0].limits, budgets[0].limit), (Some(Limits::Thread), 64 << 10));
    let tag = reader.names.iter().find(|name| name.kind == Kind::Tag && name.name == "physics").expect("its name");
    assert_eq!((budgets[1].limits, budgets[1].limit), (Some(Limits::Tag(tag.id)), 8 << 10));
}

struct Failing(fn() -> io::Result<usize>);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        self.0()
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_or_panics_costs_the_recording_and_no_frame() {
    let broken: fn() -> io::Result<usize> = || Err(io::ErrorKind::BrokenPipe.into());
    let panicking: fn() -> io::Result<usize> = || panic!("in the writer: this is of the test");
    for (writer, words) in [(broken, "cannot pass the recording on: "), (panicking, "the writer has panicked")] {
        let mut alloc = SmartAlloc::default();
        alloc.record_to(Failing(writer), RecordOptions::default()).expect("a thread");
        (0..5000).for_each(|_| frame(&mut alloc));
        assert_eq!(alloc.frame_number(), 5000);
        let error = alloc.stop_recording().expect_err("it failed");
        assert!(matches!(error, RecordError::Write { .. }) && error.to_string().contains(words), "{error}");
        frame(&mut alloc);
    }
}

#[test]
fn what_is_not_a_file_needs_a_thread() {
    let mut alloc = SmartAlloc::default();
    let options = || RecordOptions::default().on_this_thread();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    for started in [alloc.record_to(io::sink(), options()), alloc.serve_recording(listener, options())] {
        let words = "cannot start the thread that writes the recording: `on_this_thread` is for files";
        assert_eq!(started.expect_err("it needs one").to_string(), words);
    }
}
