//! Values that are promoted and that nobody takes.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::{Applicability, Edit, Finding, Fix};

rule! {
    code: FA604,
    name: "retention-mismatch",
    summary: "a retention policy contradicts what is done with the value",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::Retention { discards: false, policy } = &occurrence.event.kind else { return None };
    let finding =
        Finding::new(CODE, "a value is promoted at the end of the frame and nobody takes it", cx.here(occurrence))
            .caption("promoted and dropped")
            .help("take it from the promotions of `end_frame_with_promotions`, or allocate it with `frame_box`");
    Some(finding.maybe_fix(policy.map(|(word, discards)| Fix {
        // Dropped with the frame or just after it, by nobody's hand: only the copy is saved.
        title: format!("write `{discards}`: nobody sees the difference"),
        edits: vec![Edit { place: cx.at(occurrence, word), replacement: discards.to_owned() }],
        applicability: Applicability::MachineApplicable,
    })))
}
