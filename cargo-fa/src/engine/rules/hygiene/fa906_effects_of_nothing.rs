//! Entries of `[effects]` that are about nothing.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::unseen::path_of;
use crate::engine::rules::{Context, rule};
use crate::model::config::matches;
use crate::model::finding::Finding;

rule! {
    code: FA906,
    name: "effects-of-nothing",
    summary: "an entry of `[effects]` is about no call on a frame path",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    if cx.config.effects.is_empty() || cx.program.fns.is_empty() {
        return;
    }
    let events = cx.analysed.iter().flat_map(|(_, function)| &function.events);
    let paths = events.filter_map(|event| match &event.kind {
        EventKind::Unseen(unseen, _) => path_of(unseen),
        _ => None,
    });
    let paths: std::collections::BTreeSet<&std::sync::Arc<str>> = paths.collect();
    for entry in &cx.config.effects {
        if !paths.iter().any(|path| matches(&entry.pattern, path)) {
            let message = format!("`{}` is the path of no function that is called where frames are", entry.pattern);
            let finding = Finding::new(CODE, message, entry.place.clone())
                .caption("declared here")
                .help("remove it, or write the path as the program does: `**` stands for any parts of it");
            found.push(finding);
        }
    }
}
