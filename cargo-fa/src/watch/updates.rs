//! What threads that read a recording tell.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use framealloc_trace::{Item, StreamDecoder, TraceError};

/// Updates that may wait: whoever shows them is behind then, and the reader waits.
const WAITING: usize = 64;

/// Items of one update: a long file is taken in pieces, so that memory does not follow its length.
const ITEMS: usize = 512;

/// Something that a reader of a recording tells.
#[derive(Debug)]
pub(super) enum Update {
    /// A recording begins; what was known is of another one. Why, if one was read before.
    Begun(Option<String>),
    /// What it says next.
    Items(Vec<Item>),
    /// All that is there was read.
    CaughtUp,
    /// There is nothing to read, until something happens.
    Waiting(String),
    /// The game has closed its connection.
    Gone(String),
    /// Something that is no part of the recording, and changes nothing.
    Note(String),
    /// What is there cannot be read.
    Failed(String),
}

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Over;

/// Where a reader tells what it reads.
#[derive(Clone, Debug)]
pub(super) struct Teller(SyncSender<Update>);

pub(super) fn channel() -> (Teller, Receiver<Update>) {
    let (sender, receiver) = sync_channel(WAITING);
    (Teller(sender), receiver)
}

impl Teller {
    pub(super) fn tell(&self, update: Update) -> Result<(), Over> {
        self.0.send(update).map_err(|_| Over)
    }
}

/// A recording as it arrives.
#[derive(Debug, Default)]
pub(super) struct Arriving {
    decoder: StreamDecoder,
    /// What is told when it has begun, if one was read before.
    note: Option<String>,
    told: bool,
}

impl Arriving {
    /// One that has not begun; what is told when it does, if another was read before.
    pub(super) fn new(note: Option<String>) -> Self {
        Self { note, ..Self::default() }
    }

    /// Takes bytes, and tells what they say.
    pub(super) fn take(&mut self, bytes: &[u8], teller: &Teller) -> Result<Result<(), TraceError>, Over> {
        self.decoder.feed(bytes);
        loop {
            let mut items = Vec::new();
            let mut next = Ok(None);
            while items.len() < ITEMS {
                next = self.decoder.next_item();
                match &mut next {
                    Ok(Some(_)) => items.extend(next.ok().flatten()),
                    Ok(None) | Err(_) => break,
                }
                next = Ok(None);
            }
            let full = items.len() == ITEMS;
            if self.decoder.has_begun() && !self.told {
                self.told = true;
                teller.tell(Update::Begun(self.note.take()))?;
            }
            if !items.is_empty() {
                teller.tell(Update::Items(items))?;
            }
            if let Err(error) = next {
                return Ok(Err(error));
            }
            if !full {
                return Ok(Ok(()));
            }
        }
    }

    /// Whether the header of a recording has arrived.
    pub(super) fn has_begun(&self) -> bool {
        self.decoder.has_begun()
    }

    /// Whether nothing is missing of what arrived.
    pub(super) fn is_whole(&self) -> bool {
        self.decoder.has_begun() && self.decoder.pending() == 0
    }
}
