//! Which places of the program make what outlives its zone.

use std::collections::BTreeMap;

use crate::raw::global::ambient::allocator::AmbientAlloc;
use crate::raw::global::ambient::escapes::escaped;
use crate::stack::{StackCall, calls_of};
use crate::tag::TagId;

/// Blocks that outlived their zone and live, by tag and by who asked for them: what [`AmbientAlloc::escapes`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EscapeSite {
    /// The path of the tag; `(untagged)` for zones without one.
    pub tag: &'static str,
    /// How many there are.
    pub blocks: usize,
    /// Their bytes, as they were asked for.
    pub bytes: usize,
    /// The stack that asked for them, the innermost call first. Empty without the feature `stacks`, and where another thread was
    /// being asked for the same.
    pub calls: Vec<StackCall>,
}

impl AmbientAlloc {
    /// Returns which blocks outlived their zone and live, most bytes first, with the stacks that asked for them (feature
    /// `stacks`). With the feature `debug`.
    ///
    /// ```
    /// use framealloc_core::{AmbientAlloc, SmartAlloc};
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc = AmbientAlloc::system();
    ///
    /// let alloc = SmartAlloc::default();
    /// let kept = alloc.with_tag("quests", |quests| quests.ambient(|| (vec![1_u8; 100], Box::new(1)).0));
    /// let escapes = AmbientAlloc::escapes();
    /// assert_eq!((escapes[0].tag, escapes[0].blocks, escapes[0].bytes), ("quests", 1, kept.len()));
    /// ```
    #[must_use]
    pub fn escapes() -> Vec<EscapeSite> {
        let mut sites: BTreeMap<_, (usize, usize)> = BTreeMap::new();
        for block in escaped() {
            let (blocks, bytes) = sites.entry((block.row, block.stack)).or_default();
            *blocks += 1;
            *bytes += block.bytes;
        }
        let site = |((row, stack), (blocks, bytes))| EscapeSite {
            tag: TagId::from_index(row).path(),
            blocks,
            bytes,
            calls: calls_of(stack),
        };
        let mut sites: Vec<EscapeSite> = sites.into_iter().map(site).collect();
        sites.sort_by_key(|site| (core::cmp::Reverse(site.bytes), site.tag));
        sites
    }
}
