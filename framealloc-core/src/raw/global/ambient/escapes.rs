//! With the feature `debug`: which blocks of zones live, and the stacks that asked for them.
//!
//! What that takes is asked of the allocator inside, with the zone off (`quietly`). A block is taken off before it is freed, so
//! that its address is never known as two blocks.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::CHUNK;
use super::chunks::Table;
use super::region::REGION;
use crate::raw::global::quiet::quietly;
use crate::stack::{StackId, try_here};
use crate::sync::{Mutex, Relaxed};

/// Calls that are kept of a stack.
const DEPTH: usize = 48;

struct Made {
    bytes: usize,
    stack: StackId,
}

/// By address.
static BLOCKS: Mutex<HashMap<usize, Made, FxBuildHasher>> = Mutex::new(HashMap::with_hasher(FxBuildHasher));

/// A zone has served a block.
pub(super) fn made(address: usize, bytes: usize) {
    quietly(|| {
        let stack = try_here(DEPTH);
        let mut blocks = BLOCKS.lock();
        // A list of this feature is no reason to end the program.
        if blocks.try_reserve(1).is_ok() {
            blocks.insert(address, Made { bytes, stack });
        }
    });
}

/// A block of a zone is about to be freed.
pub(super) fn freed(address: usize) {
    quietly(|| BLOCKS.lock().remove(&address));
}

/// A block of a zone has another size, where it is.
pub(super) fn resized(address: usize, bytes: usize) {
    quietly(|| BLOCKS.lock().get_mut(&address).map(|made| made.bytes = bytes));
}

/// A block that lives, though its zone is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped {
    /// The row of its tag.
    pub(crate) row: usize,
    pub(crate) bytes: usize,
    pub(crate) stack: StackId,
}

/// All blocks that escaped and live.
pub(crate) fn escaped() -> Vec<Escaped> {
    let Some(table) = REGION.table() else { return Vec::new() };
    let all = quietly(|| {
        let blocks = BLOCKS.lock();
        let of = |(&address, made): (&usize, &Made)| {
            let row = row_if_escaped(table, address)?;
            Some(Escaped { row, bytes: made.bytes, stack: made.stack })
        };
        blocks.iter().filter_map(of).collect()
    });
    all.unwrap_or_default()
}

/// The row of a block, unless its zone is open: what is there at or above the mark of a chunk with an owner is that zone's (A4).
fn row_if_escaped(table: &Table, address: usize) -> Option<usize> {
    let header = table.header(table.index_of(address));
    let is_open = header.owner.load(Relaxed) != 0 && address % CHUNK >= header.mark.load(Relaxed) as usize;
    (!is_open).then(|| header.row.load(Relaxed) as usize)
}
