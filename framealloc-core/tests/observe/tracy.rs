//! Frames reach Tracy as marks, plots and pools. The other side of the wire is played by this test.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use framealloc_core::SmartAlloc;

use crate::again::again;

/// Of the client that `Cargo.lock` names.
const PROTOCOL: u32 = 82;
const WELCOME: u8 = 1;
/// What follows the welcome: sizes of the client's packed structs.
const WELCOME_MESSAGE: usize = 5 * 8 + 3 * 8 + 2 + 12 + 4 + 64 + 1024;
const ON_DEMAND_MESSAGE: usize = 16;

/// Items of the wire: their number, and the bytes between it and the address of the name that they are about.
const FRAME_START: (u8, usize) = (84, 8);
const FRAME_END: (u8, usize) = (85, 8);
const DISCARD: (u8, usize) = (43, 12);

/// Bytes of each tag and frame: numbers that nothing else on the wire is.
const PHYSICS: usize = 0x0012_3458;
const AI: usize = 0x0006_5438;
const FRAMES: usize = 60;

/// Blocks that outlive their zone in each frame, and their bytes.
const ESCAPING: usize = 37;
const ESCAPED: usize = 81;

/// Set in the process that plays the game.
const GAME: &str = "FRAMEALLOC_TRACY_GAME";

type Kept = Vec<Box<[u8; ESCAPED]>>;

/// Returns what has escaped from zones.
fn frames(alloc: &mut SmartAlloc, count: usize) -> Kept {
    let mut kept = Kept::with_capacity(count * ESCAPING);
    for _ in 0..count {
        alloc.whole_frame(|alloc| {
            alloc.tagged("physics").frame_slice_zeroed::<u64>((PHYSICS - redzone()) / 8);
            alloc.tagged("ai").frame_slice_zeroed::<u64>((AI - redzone()) / 8);
            let zones = alloc.tagged("ui");
            zones.ambient(|| kept.extend((0..ESCAPING).map(|_| Box::new([1; ESCAPED]))));
        });
    }
    kept
}

fn redzone() -> usize {
    if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 }
}

#[test]
fn frames_are_the_same_without_anybody_connected() {
    if std::env::var_os(GAME).is_some() {
        return;
    }
    let mut alloc = SmartAlloc::default();
    alloc.show_in_tracy("nobody looks");
    frames(&mut alloc, 10);
    alloc.show_in_tracy("another name");
    frames(&mut alloc, 10);
    assert_eq!(alloc.stats().bytes, PHYSICS + AI);
    alloc.hide_from_tracy();
    frames(&mut alloc, 1);
    alloc.show_in_tracy("dropped with the allocator");
    frames(&mut alloc, 1);
}

/// Plays the game in the process that the next test starts.
#[test]
fn game() {
    if std::env::var_os(GAME).is_none() {
        return;
    }
    let mut alloc = SmartAlloc::default();
    alloc.show_in_tracy("game");
    let patience = Instant::now() + Duration::from_secs(60);
    while !tracy_client::Client::is_connected() {
        assert!(Instant::now() < patience, "nobody connects");
        std::thread::sleep(Duration::from_millis(5));
    }
    let kept = frames(&mut alloc, FRAMES);
    drop(alloc);
    drop(kept);
    // The client sends from a thread of its own; the test says when it has seen enough.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn whoever_connects_sees_marks_plots_and_pools() {
    if std::env::var_os(GAME).is_some() {
        return;
    }
    // Free now, and hardly taken by somebody else before the game has it.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let mut game = again(module_path!(), "game")
        .envs([(GAME, "1".to_owned()), ("TRACY_PORT", port.to_string())])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut socket = connect(port);
    socket.write_all(b"TracyPrf").unwrap();
    socket.write_all(&PROTOCOL.to_ne_bytes()).unwrap();
    let mut welcome = [0; 1];
    socket.read_exact(&mut welcome).unwrap();
    assert_eq!(welcome[0], WELCOME, "the client speaks another protocol");
    socket.read_exact(&mut [0; WELCOME_MESSAGE + ON_DEMAND_MESSAGE]).unwrap();

    let mut seen = Vec::new();
    while !is_complete(&seen) {
        let mut length = [0; 4];
        socket.read_exact(&mut length).expect("the client has more to say");
        let mut packet = vec![0; u32::from_ne_bytes(length) as usize];
        socket.read_exact(&mut packet).unwrap();
        decompress(&packet, &mut seen);
    }
    for bytes in [PHYSICS, AI] {
        // Blocks of memory have their size in six bytes.
        let entered = count(&seen, &bytes.to_le_bytes()[..6]);
        assert_eq!((plotted(&seen, bytes), entered), (FRAMES, FRAMES));
    }
    assert_eq!(plotted(&seen, PHYSICS + AI), FRAMES);
    for frame in 1..=FRAMES {
        let live = frame * ESCAPING * ESCAPED;
        assert!(plotted(&seen, live) >= 1, "{live} bytes live in zones after frame {frame}");
    }
    assert!(plotted(&seen, ESCAPING) >= FRAMES, "what escaped in each frame");
    assert!(plotted(&seen, 16 << 10) >= 1, "the chunk that is pinned");
    drop(game.stdin.take());
    // Going away is what a user does too.
    drop(socket);
    assert!(game.wait().unwrap().success());
}

fn connect(port: u16) -> TcpStream {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(socket) => {
                socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                return socket;
            }
            Err(error) => assert!(Instant::now() < patience, "the client does not listen: {error}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether all frames were marked, and all pools emptied: every time they are filled again, and by the end of the allocator.
fn is_complete(seen: &[u8]) -> bool {
    let (starts, ends) = (named(seen, FRAME_START), named(seen, FRAME_END));
    let marked = starts.iter().any(|(name, times)| *times == FRAMES && ends.get(name) == Some(times));
    // The byte is looked for anywhere: behind one in the middle of something else stands no address.
    let is_pool = |(name, times): &(&u64, &usize)| **name >> 47 == 0 && **times == FRAMES;
    marked && named(seen, DISCARD).iter().filter(is_pool).count() == 2
}

#[expect(clippy::cast_precision_loss, reason = "it is small")]
fn plotted(seen: &[u8], bytes: usize) -> usize {
    count(seen, &(bytes as f64).to_ne_bytes())
}

fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle).count()
}

/// How often each name is in an item of this kind. What only looks like one does not repeat.
fn named(seen: &[u8], (kind, skip): (u8, usize)) -> BTreeMap<u64, usize> {
    let mut names = BTreeMap::new();
    for item in seen.windows(1 + skip + 8).filter(|item| item[0] == kind) {
        let name = item[1 + skip..].try_into().map(u64::from_ne_bytes).unwrap();
        *names.entry(name).or_default() += 1;
    }
    names.retain(|_, times| *times > 1);
    names
}

/// One LZ4 block, which may refer to what came before it.
fn decompress(mut packet: &[u8], out: &mut Vec<u8>) {
    fn length(packet: &mut &[u8], nibble: u8) -> usize {
        let mut length = usize::from(nibble);
        if nibble == 15 {
            loop {
                let (&more, rest) = packet.split_first().unwrap();
                *packet = rest;
                length += usize::from(more);
                if more != 255 {
                    break;
                }
            }
        }
        length
    }
    while let Some((&token, rest)) = packet.split_first() {
        packet = rest;
        let literals = length(&mut packet, token >> 4);
        let (literal, rest) = packet.split_at(literals);
        out.extend_from_slice(literal);
        packet = rest;
        let Some((offset, rest)) = packet.split_first_chunk::<2>() else { return };
        packet = rest;
        let from = out.len() - usize::from(u16::from_le_bytes(*offset));
        let copied = length(&mut packet, token & 15) + 4;
        for index in from..from + copied {
            out.push(out[index]);
        }
    }
}
