//! Reported by the behaviour filter, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA501,
    name: "long-lived-frame-data",
    summary: "frame data is retained or shared over many frames",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
