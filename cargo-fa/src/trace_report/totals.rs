//! What a recording says of a system in all of its frames.

/// What a system did in all frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SystemTotals {
    /// How often it ran.
    pub calls: u64,
    /// Bytes of frame memory, in all calls.
    pub bytes: u64,
    /// The most bytes of one call.
    pub largest_call: u64,
    /// What it asked of the heap; `None` where nothing counted that, or the file does not say.
    pub heap: Option<HeapTotals>,
}

/// What a system asked of the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapTotals {
    /// Calls.
    pub calls: u64,
    /// Bytes.
    pub bytes: u64,
}

impl SystemTotals {
    /// Adds what another recording says.
    pub fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.largest_call = self.largest_call.max(other.largest_call);
        // Where one run did not count, the sum is of those that did.
        self.heap = match (self.heap, other.heap) {
            (Some(ours), Some(theirs)) => Some(HeapTotals {
                calls: ours.calls.saturating_add(theirs.calls),
                bytes: ours.bytes.saturating_add(theirs.bytes),
            }),
            (ours, theirs) => ours.or(theirs),
        };
    }
}
