//! What an end of a frame returns.

/// What one frame used, over all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameReport {
    /// The number of the frame that ended.
    pub frame: u64,
    /// Bytes handed out in the frame, padding included.
    pub bytes: usize,
    /// The most bytes of any frame so far.
    pub high_water: usize,
    /// Scopes that were forgotten instead of closed; their memory was taken back with the frame.
    pub scopes_left_open: usize,
    /// Phases that were begun and not ended; they ended with the frame.
    pub phases_left_open: usize,
}
