//! What is wrong about what happens.
//!
//! One file per code, in the folder of its group: metadata on top, the check below; its explanation is the Markdown
//! file beside it, its cases are `tests/ui/<code>`. The build script finds the files (`build.rs`), so that a new rule
//! is two new files and its cases, and nothing else.
//!
//! - [`rule`]: what a file says about itself.
//! - [`context`]: what a check is given.
//! - `escapes`, `keepers`, `loops`, `nesting`, `rewrites`, `suspensions`, `tags`, `unseen`, `worst_case`: what several rules need.
//! - `heap_use`, [`systems`]: what is known of each system before it runs.

mod context;
mod either;
mod emptied;
mod escapes;
mod field_places;
mod heap_advice;
mod heap_use;
mod keepers;
mod kept;
mod loops;
mod nesting;
mod place_types;
mod rewrites;
mod rule;
mod suspensions;
mod systems;
mod tags;
mod unseen;
mod worst_case;

use rustc_hash::FxHashSet;

use crate::analysis::TagGraph;
use crate::model::codes::{FA701, FA702};
use crate::model::finding::{Finding, Place};
pub(crate) use context::{Context, Occurrence};
use either::Either;
use rule::{Finder, rule};
pub(crate) use systems::systems;

// The files of the rules as modules, by group, and `FINDERS` with what each of them found.
include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Applies every rule.
pub(crate) fn check(cx: &Context<'_, '_>) -> (Vec<Finding>, TagGraph) {
    let mut found = Vec::new();
    let mut either = Either::default();
    let of_events: Vec<_> = FINDERS
        .iter()
        .filter_map(|finder| if let Finder::Event(check) = finder { Some(*check) } else { None })
        .collect();
    for (id, function) in cx.analysed.iter() {
        let file = cx.program.fn_def(id).file;
        for event in &function.events {
            let reached = cx.reached.to(event.kind.effect(), id, event.closure);
            let occurrence = Occurrence { id, file, event, function, reached };
            for check in &of_events {
                let Some(finding) = check(cx, &occurrence) else { continue };
                let Some(finding) = Context::where_changed(&occurrence, finding) else { continue };
                let finding = cx.complete(&occurrence, finding);
                match occurrence.reached.and_then(|reached| reached.either) {
                    Some(call) if !event.in_frame => either.add(call, finding),
                    _ => found.push(finding),
                }
            }
        }
    }
    found.extend(either.into_findings(cx));
    for finder in FINDERS {
        if let Finder::Program(check) = finder {
            check(cx, &mut found);
        }
    }
    // Generated twins, such as the two crates that share a file, say everything twice.
    found.sort_by(|left, right| left.order(right).then(right.confidence.cmp(&left.confidence)));
    // A value that is used after a suspension is held there as well.
    let used: FxHashSet<Place> =
        found.iter().filter(|finding| *finding.code == FA702).map(|finding| finding.primary.clone()).collect();
    found.retain(|finding| *finding.code != FA701 || !used.contains(&finding.primary));
    let mut seen = FxHashSet::default();
    found.retain(|finding| seen.insert((finding.code.number, finding.primary.clone())));
    (found, cx.tags().graph(cx))
}
