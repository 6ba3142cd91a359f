//! Tags that are declared for nothing.

use crate::engine::rules::tags::is_below;
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
        // The name itself, one below it, or the last part of it where what is open is not known.
        let used = counts.keys().any(|path| is_below(path, name) || path.rsplit("::").next() == Some(last));
        let dynamic = cx.tags().dynamic.may_be(name) || cx.tags().dynamic.may_be(last);
        if !used && !dynamic {
            let finding = Finding::new(CODE, format!("tag `{name}` is declared and never used"), tag.place.clone())
                .caption("declared here")
                .help(format!(
                    "remove `[tags.{name}]`, or use it in `#[alloc_tag(\"{name}\")]` or `with_tag(\"{name}\", …)`"
                ));
            found.push(finding);
        }
    }
}
