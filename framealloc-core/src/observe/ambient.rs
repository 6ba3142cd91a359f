//! What the zones of the program have used.

use crate::raw::global::ambient::allocator::AmbientAlloc;
use crate::raw::global::ambient::figures::{RowFigures, each, figures};
use crate::tag::{self, TagId};

/// What zones have used, of all allocators and threads, as of now: see [`AmbientAlloc`].
///
/// What other threads take in zones that are open counts from when they need their next chunk, or end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmbientStats {
    /// Bytes of the region; 0 before the first zone that asked for a block.
    pub region_bytes: usize,
    /// Bytes of it in chunks that are free.
    pub free_bytes: usize,
    /// Blocks that live.
    pub blocks: usize,
    /// Their bytes, as they were asked for.
    pub bytes: usize,
    /// Bytes of the chunks that live blocks keep from being used again, beside those of zones that are open.
    pub pinned_bytes: usize,
    /// By tag, those without figures left out.
    pub tags: Vec<AmbientTagStats>,
}

/// What the zones of one tag have used. Those of a nested tag are its own. Tags beyond the first thousand (on wasm a hundred)
/// share the row of [`TagId::OTHER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmbientTagStats {
    /// The path, for example `ai::pathfinding`; `(untagged)` for zones without a tag.
    pub path: &'static str,
    /// Blocks that live.
    pub blocks: usize,
    /// Their bytes, as they were asked for.
    pub bytes: usize,
    /// Bytes of the chunks that live blocks keep from being used again, beside those of zones that are open.
    pub pinned_bytes: usize,
    /// Blocks that their thread had not freed when their zone ended, since the program began.
    pub escaped: usize,
    /// How often the allocator inside served the rest of a zone because the tag pinned far more than lived in its chunks.
    pub refused: usize,
    /// How often it did because no chunk was free.
    pub exhausted: usize,
    /// How many classes of sizes were seen to outlive zones of the tag: by 16 bytes up to 512, then four for each doubling.
    /// Blocks of those sizes have chunks of their own, unless the place that asks for them was seen to keep none. The sizes
    /// are tried again after some thousand zones.
    pub learned: usize,
}

impl AmbientStats {
    /// Returns the figures of the tag with this path, if it has any.
    #[must_use]
    pub fn tag(&self, path: &str) -> Option<AmbientTagStats> {
        self.tags.iter().find(|tag| tag.path == path).copied()
    }

    /// The figures of all zones.
    pub(super) fn now() -> Self {
        let Some(all) = figures() else { return Self::default() };
        let used = all.rows.iter().enumerate().filter(|(_, row)| **row != RowFigures::default());
        let tags: Vec<_> = used.map(|(index, row)| of_row(index, row)).collect();
        Self {
            region_bytes: all.region_bytes,
            free_bytes: all.free_bytes,
            blocks: tags.iter().map(|tag| tag.blocks).sum(),
            bytes: tags.iter().map(|tag| tag.bytes).sum(),
            pinned_bytes: tags.iter().map(|tag| tag.pinned_bytes).sum(),
            tags,
        }
    }
}

fn of_row(index: usize, row: &RowFigures) -> AmbientTagStats {
    let RowFigures { blocks, bytes, pinned_bytes, escaped, refused, exhausted, learned } = *row;
    let path = TagId::from_index(index).path();
    AmbientTagStats { path, blocks, bytes, pinned_bytes, escaped, refused, exhausted, learned }
}

impl AmbientAlloc {
    /// Returns what the zones of the program have used: blocks that live, chunks that they pin, blocks that outlived their
    /// zone, by tag. Allocates: not for every frame of a shipped game.
    ///
    /// ```
    /// use framealloc_core::{AmbientAlloc, SmartAlloc};
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc = AmbientAlloc::system();
    ///
    /// let kept = SmartAlloc::default().ambient(|| Box::new(7_u64));
    /// let stats = AmbientAlloc::stats();
    /// assert_eq!((stats.blocks, stats.bytes, stats.pinned_bytes), (1, 8, 16 << 10));
    /// assert_eq!(stats.tag("(untagged)").map(|tag| tag.escaped), Some(*kept as usize - 6));
    /// ```
    #[must_use]
    pub fn stats() -> AmbientStats {
        AmbientStats::now()
    }

    /// Calls `visit` with what the zones of each tag have used, those without figures left out: what [`stats`](Self::stats) has,
    /// without an allocation. Looks at every chunk in which something lives, or that a zone has.
    ///
    /// ```
    /// use framealloc_core::{AmbientAlloc, SmartAlloc};
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc = AmbientAlloc::system();
    ///
    /// let mut alloc = SmartAlloc::default();
    /// let kept = alloc.whole_frame(|alloc| alloc.with_tag("ui", |alloc| alloc.ambient(|| Box::new(7_u64))));
    /// let mut ui = (0, 0);
    /// AmbientAlloc::for_each_tag(|tag| if tag.path == "ui" { ui = (tag.bytes, tag.escaped) });
    /// assert_eq!(ui, (8, *kept as usize - 6));
    /// ```
    pub fn for_each_tag(mut visit: impl FnMut(AmbientTagStats)) {
        each(tag::count(), |index, row| {
            if row != RowFigures::default() {
                visit(of_row(index, &row));
            }
        });
    }
}
