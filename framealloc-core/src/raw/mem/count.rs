//! Requests of memory, counted one by one: under the feature `diagnostics` only.

/// How many blocks were handed out. Without the feature `diagnostics` a type without size, which knows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    #[cfg(feature = "diagnostics")]
    blocks: usize,
}

#[cfg_attr(not(feature = "diagnostics"), expect(clippy::unused_self, reason = "nothing is counted"))]
#[cfg_attr(
    feature = "diagnostics",
    expect(clippy::unnecessary_wraps, reason = "without the feature there is no count")
)]
impl Count {
    pub(crate) const NONE: Self = Self {
        #[cfg(feature = "diagnostics")]
        blocks: 0,
    };

    /// This and one block more; none for a layout without size, which takes no memory.
    ///
    /// By value: without the feature not even a reference to nothing is left on the hot path.
    #[inline(always)]
    pub(crate) fn and_block(self, size: usize) -> Self {
        let _ = size;
        Self {
            #[cfg(feature = "diagnostics")]
            blocks: self.blocks + usize::from(size != 0),
        }
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        let _ = other;
        Self {
            #[cfg(feature = "diagnostics")]
            blocks: self.blocks + other.blocks,
        }
    }

    /// The count, where there is one.
    pub(crate) fn known(self) -> Option<usize> {
        #[cfg(feature = "diagnostics")]
        return Some(self.blocks);
        #[cfg(not(feature = "diagnostics"))]
        None
    }
}
