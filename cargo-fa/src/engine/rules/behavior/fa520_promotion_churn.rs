//! Reported by the behaviour filter, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA520,
    name: "promotion-churn",
    summary: "frame values are promoted again and again",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
