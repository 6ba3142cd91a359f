//! The format of framealloc's recordings: what a frame used, by tag, system, thread and pool.
//!
//! A recording is a header and blocks. A block is a kind, a length, a payload and a checksum, so that a file cut off by a
//! kill opens up to its last whole block, and a reader of this version skips kinds it does not know.
//!
//! | bytes | meaning |
//! |---|---|
//! | 8 | `FATRACE` and a zero |
//! | 1 | version |
//! | then per block: 1, 4, n, 4 | kind, length n (little endian), payload, FNV-1a of kind and payload (little endian) |
//!
//! Numbers inside a payload are LEB128 varints. A frame of 20 tags, 50 systems, 8 threads and 4 pools takes some 600 bytes.
//!
//! Programs that use framealloc record with `SmartAlloc::record`; `cargo fa report` shows a recording as tables, a page or a
//! picture. This crate is for tools that read recordings themselves: [`Decoder`] is an iterator over definitions (the names of
//! tags, systems, threads, pools and phases) and frames, and [`StreamDecoder`] takes a recording that is still being made.
//!
//! ```
//! use framealloc_trace::{Decoder, FrameView, Item, Kind, Encoder};
//!
//! let mut encoder = Encoder::new(Vec::new());
//! encoder.define(Kind::Tag, 1, "physics", 0);
//! encoder.frame(&FrameView { number: 1, bytes: 4096, tags: &[(1, 4096)], ..FrameView::default() });
//!
//! let bytes = encoder.into_bytes();
//! let mut items = Decoder::new(&bytes)?;
//! assert!(matches!(items.next(), Some(Ok(Item::Definition(definition))) if definition.name == "physics"));
//! assert!(matches!(items.next(), Some(Ok(Item::Frame(frame))) if frame.tags == [(1, 4096)]));
//! # Ok::<(), framealloc_trace::TraceError>(())
//! ```
#![forbid(unsafe_code)]

mod decode;
mod encode;
mod model;
mod sites;
mod stream;

pub use decode::{Decoder, Item, TraceError};
pub use encode::Encoder;
pub use model::{
    BudgetHit, Definition, FlightFigures, Frame, FrameView, HeapFigures, Kind, Limits, Outcome, PhaseFigures,
    PoolFigures, SystemFigures, SystemHeap, ZoneFigures,
};
pub use sites::{Call, Life, Lives, Samples, Site, SiteFigures, Stack};
pub use stream::{Head, StreamDecoder};

/// What every recording starts with.
pub const MAGIC: [u8; 8] = *b"FATRACE\0";

/// The version that this crate writes and reads.
pub const VERSION: u8 = 2;

const BLOCK_DEFINITION: u8 = 1;
const BLOCK_FRAME: u8 = 2;
const BLOCK_CALL: u8 = 3;
const BLOCK_STACK: u8 = 4;
const BLOCK_SITE: u8 = 5;
const BLOCK_SAMPLES: u8 = 6;
const BLOCK_LIVES: u8 = 7;

/// Bytes before a payload: kind and length.
const BLOCK_HEAD: usize = 5;

/// FNV-1a, 32 bits: cheap, and enough to tell a cut or damaged block from a whole one.
fn checksum(kind: u8, payload: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    payload.iter().fold(step(0x811C_9DC5, &kind), step)
}
