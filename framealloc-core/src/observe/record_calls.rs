//! The calls that start a recording, and end it.

use std::io;
use std::net::TcpListener;
use std::path::Path;

use super::record::{RecordError, RecordOptions, RecordSummary, Recorder, WrittenBy};
use super::record_sink::Sink;
use crate::raw::frames::allocator::SmartAlloc;

/// Code of the program, or whoever reads, would be waited for at the end of a frame otherwise.
fn needs_a_thread(options: &RecordOptions) -> Result<(), RecordError> {
    if options.writer == WrittenBy::FrameThread {
        let source = io::Error::new(io::ErrorKind::Unsupported, "`on_this_thread` is for files");
        return Err(RecordError::Thread { source });
    }
    Ok(())
}

impl SmartAlloc {
    /// Records every frame from the next one on to the file at `path`, for `cargo fa report`.
    ///
    /// A recording that is under way is closed first. The file is whole up to the last tenth of a second even if the
    /// program is killed.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("framealloc-doc-{}.fa", std::process::id()));
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.record(&path)?;
    /// alloc.whole_frame(|alloc| alloc.frame_str("something to see").len());
    /// let summary = alloc.stop_recording()?;
    /// assert_eq!(summary.frames, 1);
    /// # std::fs::remove_file(path).ok();
    /// # Ok::<(), framealloc_core::RecordError>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn record(&mut self, path: impl AsRef<Path>) -> Result<(), RecordError> {
        self.record_with(path, RecordOptions::default())
    }

    /// Like [`SmartAlloc::record`], with options.
    ///
    /// # Errors
    /// If the file cannot be made, or the thread that writes it cannot be started.
    ///
    /// # Panics
    /// If the function that counts allocator calls does. Nothing has changed then.
    pub fn record_with(&mut self, path: impl AsRef<Path>, options: RecordOptions) -> Result<(), RecordError> {
        let path = path.as_ref();
        let open = |options: &RecordOptions| match options.writer {
            WrittenBy::OwnThread => Sink::by_thread(path),
            WrittenBy::FrameThread => Sink::direct(path),
        };
        self.start_recording(options, open)
    }

    /// Records every frame from the next one on into memory, for [`SmartAlloc::take_recording`]: where there are no
    /// files, as in a browser. [`RecordOptions::with_max_bytes`] limits it.
    ///
    /// ```
    /// use framealloc_core::{RecordOptions, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// alloc.record_in_memory(RecordOptions::default())?;
    /// alloc.whole_frame(|alloc| alloc.frame_str("something to see").len());
    /// let (summary, bytes) = alloc.take_recording()?;
    /// assert_eq!((summary.frames, summary.bytes), (1, bytes.len() as u64));
    /// # Ok::<(), framealloc_core::RecordError>(())
    /// ```
    ///
    /// # Errors
    /// If the recording that was under way could not be written: it is closed first.
    ///
    /// # Panics
    /// If the function that counts allocator calls does. Nothing has changed then.
    pub fn record_in_memory(&mut self, options: RecordOptions) -> Result<(), RecordError> {
        self.start_recording(options, |_| Ok(Sink::memory()))
    }

    /// Records every frame from the next one on to `writer`, on a thread of its own: to a pipe, a socket that connects to
    /// `cargo fa watch --listen`, or what the program likes.
    ///
    /// Each tenth of a second, at the end of a frame, it gets what there is, and is flushed. No frame waits for it: where it
    /// is slow, frames are left out and counted, and when it fails, all that come after. But
    /// [`SmartAlloc::stop_recording`] waits for it, and so does the end of the allocator: give a socket a write timeout.
    ///
    /// ```
    /// # use std::net::{TcpListener, TcpStream};
    /// use framealloc_core::{RecordOptions, SmartAlloc};
    ///
    /// # let watcher = TcpListener::bind("127.0.0.1:0")?;
    /// # let address = watcher.local_addr()?;
    /// let socket = TcpStream::connect(address)?; // where `cargo fa watch --listen` waits
    /// socket.set_write_timeout(Some(std::time::Duration::from_secs(1)))?;
    /// let mut alloc = SmartAlloc::default();
    /// alloc.record_to(socket, RecordOptions::default())?;
    /// alloc.whole_frame(|alloc| alloc.frame_str("something to see").len());
    /// assert_eq!(alloc.stop_recording()?.frames, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the thread cannot be started, or the options ask for none ([`RecordOptions::on_this_thread`]); if the recording
    /// that was under way could not be written: it is closed first.
    ///
    /// # Panics
    /// If the function that counts allocator calls does. Nothing has changed then.
    pub fn record_to(
        &mut self,
        writer: impl io::Write + Send + 'static,
        options: RecordOptions,
    ) -> Result<(), RecordError> {
        self.start_recording(options, |options| {
            needs_a_thread(options)?;
            Sink::to_writer(writer)
        })
    }

    /// Serves the frames from the next one on to everybody who connects to `listener`: `cargo fa watch tcp://…`.
    ///
    /// A thread of its own does. Readers may come and go at any time, eight of them at once; each is told the names and the
    /// frames from then on. No frame waits for a reader: one that takes nothing for a second is hung up on, and frames that
    /// are left out meanwhile are counted. Whoever can connect reads the names of tags, systems and threads: bind to
    /// `127.0.0.1`, unless it is meant for other machines.
    ///
    /// ```
    /// use std::net::TcpListener;
    ///
    /// use framealloc_core::{RecordOptions, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// let listener = TcpListener::bind("127.0.0.1:0")?; // a game has a port of its own
    /// alloc.serve_recording(listener, RecordOptions::default())?;
    /// alloc.whole_frame(|alloc| alloc.frame_str("something to see").len());
    /// assert_eq!(alloc.stop_recording()?.frames, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the thread cannot be started, or the options ask for none ([`RecordOptions::on_this_thread`]); if the listener is
    /// unusable; if the recording that was under way could not be written: it is closed first.
    ///
    /// # Panics
    /// If the function that counts allocator calls does. Nothing has changed then.
    pub fn serve_recording(&mut self, listener: TcpListener, options: RecordOptions) -> Result<(), RecordError> {
        self.start_recording(options, |options| {
            needs_a_thread(options)?;
            Sink::served(listener)
        })
    }

    fn start_recording(
        &mut self,
        options: RecordOptions,
        open: impl FnOnce(&RecordOptions) -> Result<Sink, RecordError>,
    ) -> Result<(), RecordError> {
        // Of the program, so before anything changes.
        let calls = options.allocator_calls.map(|calls| calls());
        self.stop_recording()?;
        let sink = open(&options)?;
        let sites = self.config().sites();
        self.change_observers(|observers| observers.recorder = Some(Recorder::start(sink, options, calls, sites)));
        Ok(())
    }

    /// Closes the recording and returns what became of it; nothing was recorded if there is none. A recording in memory
    /// is dropped.
    ///
    /// # Errors
    /// If the file could not be written.
    pub fn stop_recording(&mut self) -> Result<RecordSummary, RecordError> {
        self.take_recording().map(|(summary, _)| summary)
    }

    /// Closes the recording as [`SmartAlloc::stop_recording`], and returns the bytes of one in memory as well.
    ///
    /// # Errors
    /// If the file could not be written.
    pub fn take_recording(&mut self) -> Result<(RecordSummary, Vec<u8>), RecordError> {
        self.change_observers(|observers| observers.recorder.take())
            .map_or(Ok((RecordSummary::default(), Vec::new())), Recorder::stop)
    }
}
