//! Tags that are declared for nothing.

use crate::engine::rules::{Context, rule};
use crate::model::finding::Finding;

rule! {
    code: FA805,
    name: "unused-tag",
    summary: "a tag is declared and never used",
    level: Hint,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    if cx.program.fns.is_empty() {
        return;
    }
    let counts = cx.tags().counts();
    for (name, tag) in &cx.config.tags {
        let last = name.rsplit("::").next().unwrap_or(name);
        let used = counts.contains_key(name.as_str()) || counts.contains_key(last);
        let parent = cx
            .config
            .tags
            .keys()
            .any(|other| other.starts_with(&format!("{name}::")) && counts.contains_key(other.as_str()));
        if !used && !parent {
            let finding = Finding::new(CODE, format!("tag `{name}` is declared and never used"), tag.place.clone())
                .caption("declared here")
                .help(format!(
                    "remove `[tags.{name}]`, or use it in `#[alloc_tag(\"{name}\")]` or `with_tag(\"{name}\", …)`"
                ));
            found.push(finding);
        }
    }
}
