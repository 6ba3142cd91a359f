//! Frame data that is used after a suspension.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::suspensions::described;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA702,
    name: "held-across-await",
    summary: "a frame value is alive across an `.await`",
    level: Deny,
    refusal: Partly,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::AcrossAwait { name, awaited, allocated } = &occurrence.event.kind else { return None };
    let message = if name == "the awaited future" {
        "frame data is held by a future across a suspension".to_owned()
    } else {
        format!("`{name}` holds frame data across a suspension")
    };
    let finding = Finding::new(CODE, message, cx.here(occurrence)).caption("used again after the suspension");
    Some(
        described(cx, occurrence, finding, *awaited, *allocated)
            .help("finish with it before the `.await`, or copy out what is needed afterwards"),
    )
}
