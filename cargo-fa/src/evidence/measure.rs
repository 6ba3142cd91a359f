//! What runs say of one system, and in words.

use super::Runs;
use crate::analysis::SystemFacts;
use crate::report::Measured;
use crate::trace_report::{bytes, count, number, percent};

/// What runs say of a system.
#[must_use]
pub fn measure(system: &SystemFacts, runs: &Runs) -> Measured {
    let totals = runs.systems.get(&system.name).copied().unwrap_or_default();
    Measured {
        system: system.name.clone(),
        frames: runs.frames,
        calls: totals.calls,
        bytes_per_frame: ratio(totals.bytes, runs.frames),
        share: ratio(totals.bytes, runs.bytes),
        largest_call: totals.largest_call,
        heap_calls_per_frame: totals.heap.map(|heap| ratio(heap.calls, runs.frames)),
        heap_bytes_per_frame: totals.heap.map(|heap| ratio(heap.bytes, runs.frames)),
    }
}

/// ``in run.fa (600 frames): 1 call of `step` and 12.0 KiB a frame (14.0 % of it), at most 40.0 KiB in a call; …``
#[must_use]
pub fn describe(measured: &Measured, runs: &Runs) -> String {
    let Measured { system, frames, calls, .. } = measured;
    let from = format!("in {} ({} frames)", runs.describe(), count(*frames));
    if *calls == 0 {
        return format!("{from}: `{system}` never ran");
    }
    let calls = times(ratio(*calls, *frames), "call");
    let (mean, share) = (bytes(measured.bytes_per_frame), percent(measured.share));
    let most = bytes(ratio(measured.largest_call, 1));
    let heap = match (measured.heap_calls_per_frame, measured.heap_bytes_per_frame) {
        (Some(calls), Some(asked)) => format!("{} of the heap a frame for {}", times(calls, "call"), bytes(asked)),
        _ => "calls of the heap were not counted".to_owned(),
    };
    format!("{from}: {calls} of `{system}` and {mean} a frame ({share} of it), at most {most} in a call; {heap}")
}

/// `1 call`, `0.5000 calls`
#[must_use]
pub fn times(how_often: f64, noun: &str) -> String {
    let how_often = number(how_often);
    let plural = if how_often == "1" { "" } else { "s" };
    format!("{how_often} {noun}{plural}")
}

#[expect(clippy::cast_precision_loss, reason = "these are averages")]
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
