//! What runs of the program say beside a finding.

use serde::Serialize;

/// What runs say of the system that a finding is in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The name of the system in the run.
    pub system: String,
    /// Frames of all runs.
    pub frames: u64,
    /// Calls of the system; 0 is that it never ran.
    pub calls: u64,
    /// Bytes of frame memory that one frame took in it, on average.
    pub bytes_per_frame: f64,
    /// That, as a part of all bytes of frames.
    pub share: f64,
    /// The most bytes of one call.
    pub largest_call: u64,
    /// Calls of the heap that one frame made in it, on average; `None` where nothing counted them.
    pub heap_calls_per_frame: Option<f64>,
    /// Bytes that one frame asked of the heap in it, on average.
    pub heap_bytes_per_frame: Option<f64>,
}
