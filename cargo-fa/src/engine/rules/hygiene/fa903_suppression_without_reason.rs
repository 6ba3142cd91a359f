//! Reported by `model/suppress`.

use crate::engine::rules::rule;

rule! {
    code: FA903,
    name: "suppression-without-reason",
    summary: "a suppression gives no reason",
    level: Allow,
    since: "0.12.0",
    found_by: Driver,
}
