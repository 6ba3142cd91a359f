//! Where the bytes of a recording go: to a file, by a thread of its own or by that of the frames, to a writer or to readers
//! that connect, by a thread, or into memory.

use std::fs::File;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::record::{HAND_OVER_BYTES, RecordError};
use super::record_served;
use super::record_sites::Names;
use crate::stack::StackId;
use crate::sync::HAS_THREADS;

/// Buffers that go round between the frames and the writer.
const BUFFERS: usize = 4;

/// What a file and memory hold, unless something else is asked for: some hours of a game.
const USUAL_LIMIT: u64 = 256 << 20;

/// What became of a buffer that was handed over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is written, or will be.
    Taken,
    /// The writer is behind: the buffer comes back as it is.
    Busy,
    /// The writer has stopped on an error, which [`Sink::finish`] returns.
    Lost,
}

/// What a finished recording left.
pub(super) struct Finished {
    /// Bytes written.
    pub(super) bytes: u64,
    /// Whether the last buffer is among them.
    pub(super) rest: bool,
    /// The recording, if it was made in memory.
    pub(super) memory: Vec<u8>,
}

pub(super) enum Sink {
    Thread(Writer),
    File(Direct),
    Memory(Vec<u8>),
}

impl Sink {
    /// A file that a thread of its own writes.
    pub(super) fn by_thread(path: &Path) -> Result<Self, RecordError> {
        // Before a file is made or emptied.
        threads()?;
        let mut file = create(path)?;
        let work = move |full, give_back| write_all_to(&mut file, full, &give_back);
        Writer::start(work, Some(path.to_owned())).map(Self::Thread)
    }

    /// A writer of the program, on a thread of its own.
    pub(super) fn to_writer(mut writer: impl Write + Send + 'static) -> Result<Self, RecordError> {
        threads()?;
        let work = move |full, give_back| write_all_to(&mut writer, full, &give_back);
        Writer::start(work, None).map(Self::Thread)
    }

    /// Everybody who connects, by a thread of its own.
    pub(super) fn served(listener: TcpListener) -> Result<Self, RecordError> {
        threads()?;
        // The thread looks for readers between the buffers.
        listener.set_nonblocking(true).map_err(|source| RecordError::Write { source })?;
        let work = move |full, give_back| Ok(record_served::serve(&listener, &full, &give_back));
        Writer::start(work, None).map(Self::Thread)
    }

    /// The bytes that a recording is limited to where nothing is said.
    pub(super) fn usual_limit(&self) -> u64 {
        match self {
            Self::Thread(Writer { path: None, .. }) => u64::MAX,
            Self::Thread(_) | Self::File(_) | Self::Memory(_) => USUAL_LIMIT,
        }
    }

    /// A file that the calling thread writes.
    pub(super) fn direct(path: &Path) -> Result<Self, RecordError> {
        Ok(Self::File(Direct { file: create(path)?, path: path.to_owned(), bytes: 0, failed: None }))
    }

    pub(super) fn memory() -> Self {
        Self::Memory(Vec::new())
    }

    /// Whether it looks up the names of calls by itself.
    pub(super) fn gives_names(&self) -> bool {
        matches!(self, Self::Thread(_))
    }

    /// Hands a buffer over and returns the one to go on with: an empty one, unless the writer is busy. The calls of the stacks
    /// are named behind it, where [it does that](Self::gives_names).
    pub(super) fn hand_over(&mut self, mut full: Vec<u8>, unnamed: Vec<StackId>) -> (Vec<u8>, Fate) {
        let taken = match self {
            Self::Thread(writer) => return writer.hand_over(full, unnamed),
            Self::File(direct) => direct.write(&full),
            // A refusal of the allocator loses the frames of this buffer, not the program.
            Self::Memory(bytes) => bytes.try_reserve(full.len()).is_ok_and(|()| {
                bytes.extend_from_slice(&full);
                true
            }),
        };
        full.clear();
        (full, if taken { Fate::Taken } else { Fate::Lost })
    }

    /// Writes the last buffer and closes the recording. The calls of the stacks are named behind it.
    pub(super) fn finish(mut self, mut rest: Vec<u8>, unnamed: Vec<StackId>) -> Result<Finished, RecordError> {
        if let Self::Thread(writer) = self {
            return writer.finish(rest, unnamed);
        }
        rest.extend(Names::default().of(&unnamed));
        let (_, fate) = self.hand_over(rest, Vec::new());
        let (bytes, memory) = match self {
            Self::Memory(memory) => (memory.len() as u64, memory),
            Self::File(Direct { failed: Some(source), path, .. }) => return Err(RecordError::Io { path, source }),
            Self::File(Direct { bytes, .. }) => (bytes, Vec::new()),
            Self::Thread(_) => unreachable!("it has been finished above"),
        };
        Ok(Finished { bytes, rest: fate == Fate::Taken, memory })
    }
}

fn create(path: &Path) -> Result<File, RecordError> {
    File::create(path).map_err(|source| RecordError::Io { path: path.to_owned(), source })
}

/// A file written by the thread that hands over.
pub(super) struct Direct {
    file: File,
    path: PathBuf,
    bytes: u64,
    failed: Option<io::Error>,
}

impl Direct {
    fn write(&mut self, full: &[u8]) -> bool {
        if self.failed.is_none() {
            match self.file.write_all(full) {
                Ok(()) => self.bytes += full.len() as u64,
                Err(error) => self.failed = Some(error),
            }
        }
        self.failed.is_none()
    }
}

/// What is written next.
pub(super) struct Full {
    pub(super) bytes: Vec<u8>,
    /// Stacks whose calls are to be named behind it.
    pub(super) unnamed: Vec<StackId>,
}

fn threads() -> Result<(), RecordError> {
    if HAS_THREADS {
        return Ok(());
    }
    let source = io::Error::new(io::ErrorKind::Unsupported, "this target has no threads");
    Err(RecordError::Thread { source })
}

/// Writes buffers as they come, and returns how many bytes there were.
fn write_all_to(writer: &mut impl Write, full: Receiver<Full>, give_back: &SyncSender<Vec<u8>>) -> io::Result<u64> {
    let mut bytes = 0;
    let mut names = Names::default();
    for Full { bytes: mut buffer, unnamed } in full {
        writer.write_all(&buffer)?;
        bytes += buffer.len() as u64;
        buffer.clear();
        let _ = give_back.try_send(buffer);
        let named = names.of(&unnamed);
        writer.write_all(&named)?;
        bytes += named.len() as u64;
        // Somebody may be reading.
        writer.flush()?;
    }
    Ok(bytes)
}

/// A thread that writes, and the buffers between.
pub(super) struct Writer {
    full: SyncSender<Full>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<io::Result<u64>>,
    /// The file, if it is one.
    path: Option<PathBuf>,
}

impl Writer {
    fn start(
        work: impl FnOnce(Receiver<Full>, SyncSender<Vec<u8>>) -> io::Result<u64> + Send + 'static,
        path: Option<PathBuf>,
    ) -> Result<Self, RecordError> {
        let (full, buffers_to_write) = sync_channel::<Full>(BUFFERS);
        let (give_back, empty) = sync_channel(BUFFERS);
        for _ in 0..BUFFERS {
            // There is room for all of them.
            let _ = give_back.try_send(Vec::with_capacity(2 * HAND_OVER_BYTES));
        }
        let thread = std::thread::Builder::new().name("framealloc recorder".to_owned());
        let thread = thread.spawn(move || work(buffers_to_write, give_back));
        let thread = thread.map_err(|source| RecordError::Thread { source })?;
        Ok(Self { full, empty, thread, path })
    }

    fn hand_over(&mut self, bytes: Vec<u8>, unnamed: Vec<StackId>) -> (Vec<u8>, Fate) {
        let Ok(empty) = self.empty.try_recv() else { return (bytes, Fate::Busy) };
        let fate = if self.full.try_send(Full { bytes, unnamed }).is_ok() { Fate::Taken } else { Fate::Lost };
        (empty, fate)
    }

    fn finish(self, rest: Vec<u8>, unnamed: Vec<StackId>) -> Result<Finished, RecordError> {
        let Self { full, thread, path, .. } = self;
        // Waiting is allowed here: no frame is running.
        let rest = full.send(Full { bytes: rest, unnamed }).is_ok();
        drop(full);
        match thread.join().unwrap_or_else(|_| Err(io::Error::other("the writer has panicked"))) {
            Ok(bytes) => Ok(Finished { bytes, rest, memory: Vec::new() }),
            Err(source) => Err(match path {
                Some(path) => RecordError::Io { path, source },
                None => RecordError::Write { source },
            }),
        }
    }
}
