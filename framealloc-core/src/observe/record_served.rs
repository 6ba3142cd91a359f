//! A recording for everybody who connects: on a thread of its own, which frames do not wait for.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use framealloc_trace::Head;

use super::record_sink::Full;
use super::record_sites::Names;

/// How often somebody who connects is looked for, where no buffer comes.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A reader that takes nothing for so long is hung up on: half a block was sent, so it could not go on with the next.
const PATIENCE: Duration = Duration::from_secs(1);

/// So many readers are served at once; others are hung up on.
const READERS: usize = 8;

/// Passes buffers on as they come, and returns how many bytes there were. Nothing that readers do is an error.
pub(super) fn serve(listener: &TcpListener, full: &Receiver<Full>, give_back: &SyncSender<Vec<u8>>) -> u64 {
    let (mut head, mut names, mut bytes) = (Head::default(), Names::default(), 0);
    let mut readers: Vec<TcpStream> = Vec::new();
    // What the recorder begins with is in every head.
    let mut begun = false;
    loop {
        let buffer = full.recv_timeout(LOOK_EVERY);
        // Before the buffer is noted: who comes now gets it.
        while let Ok((reader, _)) = listener.accept() {
            if readers.len() < READERS {
                readers.extend(greet(reader, &head));
            }
        }
        let Full { bytes: mut buffer, unnamed } = match buffer {
            Ok(full) => full,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return bytes,
        };
        let blocks = if begun { &*buffer } else { Head::strip(&buffer) };
        begun = true;
        let mut pass_on = |blocks: &[u8]| {
            head.note(blocks);
            readers.retain_mut(|reader| reader.write_all(blocks).is_ok());
        };
        pass_on(blocks);
        bytes += buffer.len() as u64;
        buffer.clear();
        let _ = give_back.try_send(buffer);
        let named = names.of(&unnamed);
        pass_on(&named);
        bytes += named.len() as u64;
    }
}

/// Tells a new reader what it has missed of names.
fn greet(mut reader: TcpStream, head: &Head) -> Option<TcpStream> {
    // On some systems it inherits from the listener that it does not wait.
    reader.set_nonblocking(false).ok()?;
    reader.set_write_timeout(Some(PATIENCE)).ok()?;
    reader.set_nodelay(true).ok()?;
    reader.write_all(&head.to_bytes()).ok()?;
    Some(reader)
}
