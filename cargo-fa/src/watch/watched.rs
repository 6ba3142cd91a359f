//! The thread that reads, what is known, and since when.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::address::{Address, bind};
use super::live::Live;
use super::updates::{Over, Update, channel};
use super::view::{State, View};
use super::{follow, socket};

/// Without a frame for so long a game is called quiet.
const QUIET: Duration = Duration::from_secs(1);

/// Why nothing can be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchError(pub String);

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WatchError {}

/// A recording that is read as it is made.
#[derive(Debug)]
pub struct Watched {
    source: String,
    updates: Receiver<Update>,
    thread: Option<JoinHandle<Result<(), Over>>>,
    live: Live,
    state: State,
    message: Option<String>,
    last_frame: Option<Instant>,
    caught_up: bool,
    begun: bool,
}

impl Watched {
    /// Starts to read.
    ///
    /// # Errors
    /// If the address cannot be listened at, or no thread can be started.
    pub fn start(address: &Address) -> Result<Self, WatchError> {
        let (teller, updates) = channel();
        let mut source = address.name();
        let work: Box<dyn FnOnce() -> Result<(), Over> + Send> = match address.clone() {
            Address::File(path) => Box::new(move || follow::follow(&path, &teller)),
            Address::Game(game) => Box::new(move || socket::connect(&game, &teller)),
            Address::Listen(address) => {
                let listener = bind(address).map_err(WatchError)?;
                // Port 0 is one that is free: who should connect must know which.
                if let Ok(address) = listener.local_addr() {
                    source = Address::Listen(address).name();
                }
                Box::new(move || socket::accept(&listener, &teller))
            }
        };
        let thread = std::thread::Builder::new().name("recording".to_owned()).spawn(work);
        let thread = thread.map_err(|error| WatchError(format!("no thread can be started: {error}")))?;
        Ok(Self {
            source,
            updates,
            thread: Some(thread),
            live: Live::default(),
            state: State::Waiting,
            message: None,
            last_frame: None,
            caught_up: false,
            begun: false,
        })
    }

    /// What is watched, with the port that was chosen.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Takes what was read, for at most this long; returns early when all that is there was read. Tells whether there is more.
    pub fn take(&mut self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            match self.updates.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(update) => {
                    if self.apply(update) {
                        return false;
                    }
                    if Instant::now() >= until {
                        return true;
                    }
                }
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => {
                    // A panic there is one here.
                    if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
                        std::panic::resume_unwind(panic);
                    }
                    std::thread::sleep(until.saturating_duration_since(Instant::now()));
                    return false;
                }
            }
        }
    }

    /// Returns whether there is something to show.
    fn apply(&mut self, update: Update) -> bool {
        match update {
            Update::Begun(note) => {
                self.live.begin();
                note.iter().for_each(|note| self.live.note(note));
                (self.state, self.message) = (State::Live, None);
                (self.caught_up, self.begun) = (false, true);
                return false;
            }
            Update::Items(items) => {
                self.last_frame = Some(Instant::now());
                items.into_iter().for_each(|item| self.live.add(item));
                return false;
            }
            Update::CaughtUp => self.caught_up = true,
            Update::Waiting(why) => (self.state, self.message) = (State::Waiting, Some(why)),
            Update::Gone(why) => {
                self.live.note(&why);
                (self.state, self.message) = (State::Gone, Some(why));
            }
            Update::Note(what) => self.live.note(&what),
            Update::Failed(why) => (self.state, self.message) = (State::Failed, Some(why)),
        }
        true
    }

    /// What is known now.
    #[must_use]
    pub fn view(&self) -> View {
        let since = self.last_frame.map(|frame| frame.elapsed());
        let state = match self.state {
            State::Live if since.is_some_and(|since| since >= QUIET) => State::Quiet,
            state => state,
        };
        self.live.view(&self.source, state, self.message.clone(), since.map(|since| since.as_secs_f64()))
    }

    /// Whether there is a frame, and none behind it is there and unread.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.has_frames() && (self.caught_up || self.state != State::Live)
    }

    /// Whether a frame was read.
    #[must_use]
    pub fn has_frames(&self) -> bool {
        self.live.frames > 0
    }

    /// Why what is there cannot be read, if it cannot.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.message.as_deref().filter(|_| self.state == State::Failed)
    }

    /// Why nothing is there, if nothing is.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.message.as_deref().unwrap_or("no frame has ended yet")
    }

    /// Whether a game was connected, and its connection is closed.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.state == State::Gone && self.begun
    }
}
