//! Reads recordings. No input makes it panic or take more memory than the input's own size calls for.

use core::fmt;

use crate::model::{
    BudgetHit, Definition, FlightFigures, Frame, HeapFigures, Kind, Limits, Outcome, PhaseFigures, PoolFigures,
    SystemFigures, SystemHeap, ZoneFigures,
};
use crate::sites::{Call, Life, Lives, Samples, Site, SiteFigures, Stack};
use crate::{
    BLOCK_CALL, BLOCK_DEFINITION, BLOCK_FRAME, BLOCK_HEAD, BLOCK_LIVES, BLOCK_SAMPLES, BLOCK_SITE, BLOCK_STACK, MAGIC,
    VERSION, checksum,
};

/// Why a recording, or the rest of it, cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceError {
    /// There is not a single byte.
    Empty,
    /// It does not start as a recording does.
    NotATrace,
    /// It is a recording of a version that this crate does not read.
    WrongVersion {
        /// The version of the recording.
        found: u8,
    },
    /// The last block is cut off, as by a kill; everything before it was read.
    Truncated {
        /// Where the block begins, in bytes.
        at: usize,
    },
    /// A block does not match its checksum or its kind; everything before it was read.
    Damaged {
        /// Where the block begins, in bytes.
        at: usize,
    },
    /// A block says that it is longer than any frame; everything before it was read. Only of recordings that arrive in
    /// pieces ([`StreamDecoder`](crate::StreamDecoder)).
    TooLong {
        /// Where the block begins, in bytes.
        at: usize,
        /// How long it says that it is, in bytes.
        length: u32,
    },
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the recording is empty"),
            Self::NotATrace => f.write_str("this is not a recording of framealloc"),
            Self::WrongVersion { found } => {
                write!(f, "the recording has version {found}, this program reads version {VERSION}")
            }
            Self::Truncated { at } => write!(f, "the recording is cut off in the block at byte {at}"),
            Self::Damaged { at } => write!(f, "the recording is damaged in the block at byte {at}"),
            Self::TooLong { at, length } => {
                write!(f, "the recording is damaged: the block at byte {at} says that it has {length} bytes")
            }
        }
    }
}

impl core::error::Error for TraceError {}

/// One entry of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "nearly all are frames, and each is one at a time")]
pub enum Item {
    /// A name for a number.
    Definition(Definition),
    /// A frame.
    Frame(Frame),
    /// A call of stacks.
    Call(Call),
    /// The calls of a stack.
    Stack(Stack),
    /// A place that asks for memory.
    Site(Site),
    /// What was sampled in the frame before.
    Samples(Samples),
    /// Which of the blocks that are followed were made and freed in the frame before.
    Lives(Lives),
}

/// Iterates over the entries of a recording. After an error it ends.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Decoder<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// If this is not a recording of the version that this crate reads.
    pub fn new(bytes: &'a [u8]) -> Result<Self, TraceError> {
        if bytes.is_empty() {
            return Err(TraceError::Empty);
        }
        let magic = &bytes[..bytes.len().min(MAGIC.len())];
        if !MAGIC.starts_with(magic) {
            return Err(TraceError::NotATrace);
        }
        match bytes.get(MAGIC.len()) {
            None => Err(TraceError::Truncated { at: 0 }),
            Some(&VERSION) => Ok(Self { bytes, at: MAGIC.len() + 1 }),
            Some(&found) => Err(TraceError::WrongVersion { found }),
        }
    }

    fn block(&mut self) -> Result<Option<Item>, TraceError> {
        let (item, length) = block(&self.bytes[self.at..], self.at)?;
        self.at += length;
        Ok(item)
    }
}

/// Reads the block that `rest` begins with, which is at byte `at` of the recording. Returns what it says, if it is of a kind
/// that is known, and its length in bytes.
pub(crate) fn block(rest: &[u8], at: usize) -> Result<(Option<Item>, usize), TraceError> {
    let truncated = TraceError::Truncated { at };
    let (head, rest) = rest.split_at_checked(BLOCK_HEAD).ok_or(truncated)?;
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let (payload, rest) = rest.split_at_checked(length).ok_or(truncated)?;
    let sum = rest.first_chunk::<4>().ok_or(truncated)?;
    let damaged = TraceError::Damaged { at };
    if checksum(head[0], payload) != u32::from_le_bytes(*sum) {
        return Err(damaged);
    }
    let mut fields = Fields { rest: payload };
    let item = match head[0] {
        BLOCK_DEFINITION => Some(Item::Definition(fields.definition().ok_or(damaged)?)),
        BLOCK_FRAME => Some(Item::Frame(fields.frame().ok_or(damaged)?)),
        BLOCK_CALL => Some(Item::Call(fields.call().ok_or(damaged)?)),
        BLOCK_STACK => Some(Item::Stack(fields.stack().ok_or(damaged)?)),
        BLOCK_SITE => Some(Item::Site(fields.site().ok_or(damaged)?)),
        BLOCK_SAMPLES => Some(Item::Samples(fields.samples().ok_or(damaged)?)),
        BLOCK_LIVES => Some(Item::Lives(fields.lives().ok_or(damaged)?)),
        _ => None,
    };
    Ok((item, BLOCK_HEAD + length + sum.len()))
}

impl Iterator for Decoder<'_> {
    type Item = Result<Item, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.bytes.len() {
            match self.block() {
                Ok(None) => {}
                Ok(Some(item)) => return Some(Ok(item)),
                Err(error) => {
                    self.at = self.bytes.len();
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

struct Fields<'a> {
    rest: &'a [u8],
}

impl Fields<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7F);
            // The tenth byte has room for one bit.
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn id(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let len = usize::try_from(self.number()?).ok()?;
        // Every item takes at least a byte: a longer list is a lie, and no memory is taken for it.
        if len > self.rest.len() {
            return None;
        }
        (0..len).map(|_| item(self)).collect()
    }

    fn definition(&mut self) -> Option<Definition> {
        let kind = *Kind::ALL.get(usize::try_from(self.number()?).ok()?)?;
        let (id, limit) = (self.id()?, self.number()?);
        let name = self.text()?;
        // Of recordings before 0.12 the definition ends here.
        let limits = if self.rest.is_empty() { None } else { Limits::of(self.number()?, self.id()?) };
        Some(Definition { kind, id, name, limit, limits })
    }

    fn text(&mut self) -> Option<String> {
        let len = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(core::str::from_utf8(text).ok()?.to_owned())
    }

    fn call(&mut self) -> Option<Call> {
        let (id, line) = (self.id()?, self.id()?);
        Some(Call { id, function: self.text()?, file: self.text()?, line })
    }

    fn stack(&mut self) -> Option<Stack> {
        Some(Stack { id: self.id()?, calls: self.list(Self::id)? })
    }

    fn site(&mut self) -> Option<Site> {
        Some(Site { id: self.id()?, tag: self.id()?, system: self.id_or_none()?, stack: self.id_or_none()? })
    }

    /// A number that is one more, so that 0 is none.
    #[expect(clippy::option_option, reason = "the outer one tells of damage, the inner one was written")]
    fn id_or_none(&mut self) -> Option<Option<u32>> {
        match self.number()?.checked_sub(1) {
            None => Some(None),
            Some(id) => u32::try_from(id).ok().map(Some),
        }
    }

    fn samples(&mut self) -> Option<Samples> {
        let every = self.number()?;
        let sites = self.list(|fields| {
            Some(SiteFigures {
                id: fields.id()?,
                samples: fields.number()?,
                blocks: fields.number()?,
                bytes: fields.number()?,
            })
        })?;
        Some(Samples { every, sites })
    }

    fn lives(&mut self) -> Option<Lives> {
        Some(Lives {
            every: self.number()?,
            missed: self.number()?,
            anew: self.number()? != 0,
            born: self.list(|fields| {
                Some(Life {
                    id: fields.id()?,
                    site: fields.id()?,
                    frame: fields.number()?,
                    blocks: fields.number()?,
                    bytes: fields.number()?,
                })
            })?,
            died: self.list(Self::id)?,
        })
    }

    fn frame(&mut self) -> Option<Frame> {
        let mut frame = self.figures()?;
        self.heap_by_system(&mut frame.systems)?;
        frame.zones = self.zones()?;
        Some(frame)
    }

    fn figures(&mut self) -> Option<Frame> {
        Some(Frame {
            number: self.number()?,
            start: self.number()?,
            duration: self.number()?,
            bytes: self.number()?,
            high_water: self.number()?,
            heap_fallbacks: self.number()?,
            allocator_calls: self.number()?.checked_sub(1),
            tags: self.list(|fields| Some((fields.id()?, fields.number()?)))?,
            threads: self.list(|fields| Some((fields.id()?, fields.number()?)))?,
            systems: self.list(|fields| {
                Some(SystemFigures {
                    id: fields.id()?,
                    calls: fields.number()?,
                    bytes: fields.number()?,
                    largest_call: fields.number()?,
                    heap: None,
                })
            })?,
            pools: self.list(|fields| {
                Some(PoolFigures {
                    id: fields.id()?,
                    live: fields.number()?,
                    high_water: fields.number()?,
                    bytes: fields.number()?,
                })
            })?,
            budgets: self.list(|fields| {
                Some(BudgetHit {
                    id: fields.id()?,
                    asked: fields.number()?,
                    left: fields.number()?,
                    outcome: *Outcome::ALL.get(usize::try_from(fields.number()?).ok()?)?,
                })
            })?,
            phases: self.list(|fields| {
                Some(PhaseFigures {
                    id: fields.id()?,
                    calls: fields.number()?,
                    bytes: fields.number()?,
                    nanoseconds: fields.number()?,
                    longest: fields.number()?,
                })
            })?,
            flights: self.flights()?.first().copied(),
            heap: self.heap()?,
            zones: Vec::new(),
        })
    }

    /// A list that older recordings end before.
    fn later_list<T>(&mut self, item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        if self.rest.is_empty() { Some(Vec::new()) } else { self.list(item) }
    }

    /// The heap by tag, which older recordings end before.
    fn heap(&mut self) -> Option<Vec<HeapFigures>> {
        self.later_list(|fields| {
            Some(HeapFigures {
                id: fields.id()?,
                bytes: fields.number()?,
                blocks: fields.number()?,
                peak: fields.number()?,
                allocations: fields.number()?,
                frees: fields.number()?,
            })
        })
    }

    /// The heap by system, by place in the list of systems, which older recordings end before.
    fn heap_by_system(&mut self, systems: &mut [SystemFigures]) -> Option<()> {
        let rows = self.later_list(|fields| {
            let at = usize::try_from(fields.number()?).ok()?;
            Some((at, SystemHeap { calls: fields.number()?, bytes: fields.number()? }))
        })?;
        for (at, heap) in rows {
            systems.get_mut(at)?.heap = Some(heap);
        }
        Some(())
    }

    /// Zones by tag, which older recordings end before.
    fn zones(&mut self) -> Option<Vec<ZoneFigures>> {
        self.later_list(|fields| {
            Some(ZoneFigures {
                id: fields.id()?,
                pinned: fields.number()?,
                escaped: fields.number()?,
                refused: fields.number()?,
                exhausted: fields.number()?,
            })
        })
    }

    /// Frames in flight: a list of one or none, which older recordings end before.
    fn flights(&mut self) -> Option<Vec<FlightFigures>> {
        self.later_list(|fields| {
            Some(FlightFigures {
                frames: fields.number()?,
                bytes: fields.number()?,
                capacity: fields.number()?,
                refused: fields.number()?,
            })
        })
    }
}
