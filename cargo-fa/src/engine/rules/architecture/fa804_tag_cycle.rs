//! Tags that may use each other in a circle.

use std::collections::{BTreeSet, VecDeque};

use crate::engine::rules::{Context, rule};
use crate::model::finding::Finding;

rule! {
    code: FA804,
    name: "tag-cycle",
    summary: "the `may_use` of some tags forms a cycle",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    let tags = &cx.config.tags;
    let uses = |name: &str| tags.get(name).and_then(|tag| tag.may_use.as_deref()).unwrap_or_default();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for start in tags.keys() {
        if told.contains(start.as_str()) {
            continue;
        }
        // The shortest circle first.
        let mut queue: VecDeque<Vec<&str>> = VecDeque::from([vec![start.as_str()]]);
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(path) = queue.pop_front() {
            let Some(last) = path.last() else { continue };
            // That a tag may use itself goes without saying.
            for next in uses(last).iter().filter(|next| next.as_str() != *last) {
                if next == start && path.len() > 1 {
                    told.extend(path.iter().copied());
                    let circle: Vec<String> =
                        path.iter().chain([&start.as_str()]).map(|name| format!("`{name}`")).collect();
                    let place = tags.get(start).map(|tag| tag.place.clone());
                    if let Some(place) = place {
                        let finding = Finding::new(
                            CODE,
                            format!("tags use each other in a circle: {}", circle.join(" → ")),
                            place,
                        )
                        .caption("part of the circle")
                        .help("take one of them out of `may_use`, and move what both need into a tag below them");
                        found.push(finding);
                    }
                    queue.clear();
                    break;
                }
                if seen.insert(next) {
                    let mut longer = path.clone();
                    longer.push(next);
                    queue.push_back(longer);
                }
            }
        }
    }
}
