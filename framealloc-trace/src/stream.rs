//! Recordings that are still being made: read piece by piece, and joined late.

use std::collections::BTreeMap;

use crate::decode::{Decoder, Item, TraceError, block};
use crate::{BLOCK_CALL, BLOCK_DEFINITION, BLOCK_HEAD, BLOCK_SITE, BLOCK_STACK, MAGIC, VERSION};

/// A block that says it is longer is damaged: what arrives must be kept until its block is whole, and the largest frame
/// of a game has some ten thousand bytes.
const LONGEST_BLOCK: u32 = 16 << 20;

/// Reads a recording that arrives in pieces, of any length, cut anywhere.
///
/// What it keeps is the block that is not whole yet, 16 MiB at most.
///
/// ```
/// use framealloc_trace::{Encoder, Frame, Item, StreamDecoder};
///
/// let mut encoder = Encoder::new(Vec::new());
/// encoder.frame(&Frame { number: 1, ..Frame::default() }.as_view());
/// let bytes = encoder.into_bytes();
///
/// let mut decoder = StreamDecoder::default();
/// decoder.feed(&bytes[..20]);
/// assert_eq!(decoder.next_item(), Ok(None)); // not yet
/// decoder.feed(&bytes[20..]);
/// assert!(matches!(decoder.next_item(), Ok(Some(Item::Frame(frame))) if frame.number == 1));
/// ```
#[derive(Clone, Debug, Default)]
pub struct StreamDecoder {
    /// What has not been read yet begins at `at`.
    buffer: Vec<u8>,
    at: usize,
    /// Bytes of the recording before the buffer.
    before: usize,
    /// Whether the header was read.
    begun: bool,
    failed: Option<TraceError>,
}

impl StreamDecoder {
    /// Takes the next bytes. After an error they are left out.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        self.before = self.before.saturating_add(self.at);
        self.buffer.drain(..self.at);
        self.at = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next entry, or nothing until more bytes were fed.
    ///
    /// # Errors
    /// If this is not a recording of the version that this crate reads, or is damaged: each call returns the same error then.
    pub fn next_item(&mut self) -> Result<Option<Item>, TraceError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.read().inspect_err(|error| {
            self.failed = Some(*error);
            self.buffer = Vec::new();
            self.at = 0;
        })
    }

    /// Bytes that were fed and are no whole block yet. Where a recording has ended and there are some, it was cut off.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// Whether the header of a recording was read.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    fn read(&mut self) -> Result<Option<Item>, TraceError> {
        if !self.begun {
            match Decoder::new(&self.buffer) {
                Ok(_) => self.at = MAGIC.len() + 1,
                Err(TraceError::Empty | TraceError::Truncated { .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
            self.begun = true;
        }
        loop {
            let rest = &self.buffer[self.at..];
            let at = self.before.saturating_add(self.at);
            if let Some(length) = length_of(rest).filter(|length| *length > LONGEST_BLOCK) {
                return Err(TraceError::TooLong { at, length });
            }
            match block(rest, at) {
                Ok((item, length)) => {
                    self.at += length;
                    if item.is_some() {
                        return Ok(item);
                    }
                }
                Err(TraceError::Truncated { .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The length that the head of a block says, of its payload.
fn length_of(block: &[u8]) -> Option<u32> {
    block.first_chunk::<BLOCK_HEAD>().map(|[_, length @ ..]| u32::from_le_bytes(*length))
}

/// What somebody must be told who begins to read a recording in the middle: its header, and what the numbers mean.
///
/// Whoever passes a recording on shows each piece, of whole blocks, to [`Head::note`], and sends [`Head::to_bytes`] to
/// each new reader before the next one. The header of the first piece is taken off before ([`Head::strip`]).
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// By kind of block and what it gives a name to, as that is written: the block that was written last.
    definitions: BTreeMap<(u8, Vec<u8>), Vec<u8>>,
}

impl Head {
    /// Returns the blocks of the first piece of a recording: what stands behind its header.
    #[must_use]
    pub fn strip(first: &[u8]) -> &[u8] {
        first.strip_prefix(&MAGIC).and_then(|rest| rest.get(1..)).unwrap_or(first)
    }

    /// Notes what whole blocks define.
    pub fn note(&mut self, blocks: &[u8]) {
        let mut rest = blocks;
        while let Some(length) = length_of(rest) {
            let whole = (length as usize).checked_add(BLOCK_HEAD + 4);
            let Some((block, after)) = whole.and_then(|whole| rest.split_at_checked(whole)) else { return };
            // A definition begins with its kind and number, what tells of sampled sites with a number.
            let numbers = match block[0] {
                BLOCK_DEFINITION => Some(2),
                BLOCK_CALL | BLOCK_STACK | BLOCK_SITE => Some(1),
                _ => None,
            };
            if let Some(numbers) = numbers {
                let payload = &block[BLOCK_HEAD..block.len() - 4];
                self.definitions.insert((block[0], leading_numbers(payload, numbers).to_vec()), block.to_vec());
            }
            rest = after;
        }
    }

    /// Returns the beginning of a recording that goes on with the piece that comes next.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        self.definitions.values().for_each(|block| bytes.extend_from_slice(block));
        bytes
    }
}

/// The bytes of the first numbers of a payload.
fn leading_numbers(payload: &[u8], numbers: usize) -> &[u8] {
    let ends = payload.iter().enumerate().filter(|(_, byte)| **byte & 0x80 == 0).map(|(at, _)| at + 1);
    ends.take(numbers).last().map_or(payload, |end| &payload[..end])
}
