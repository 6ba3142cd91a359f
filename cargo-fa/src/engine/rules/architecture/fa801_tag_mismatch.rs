//! Tags in modules that are not theirs.

use crate::engine::rules::tags::TagUse;
use crate::engine::rules::{Context, rule};
use crate::model::config::matches;
use crate::model::finding::Finding;

rule! {
    code: FA801,
    name: "tag-mismatch",
    summary: "a tag is used in a module that does not belong to it",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    found.extend(cx.tags().uses.iter().filter_map(|used| mismatch(cx, used)));
}

fn mismatch(cx: &Context<'_, '_>, used: &TagUse) -> Option<Finding> {
    let tag = cx.config.tags.get(&used.name)?;
    if tag.modules.is_empty() || tag.modules.iter().any(|pattern| matches(pattern, &used.module)) {
        return None;
    }
    let message = format!("tag `{}` is used in `{}`, which is none of its modules", used.name, used.module);
    let own = cx.config.tags.iter().find(|(_, tag)| tag.modules.iter().any(|pattern| matches(pattern, &used.module)));
    let help = match own {
        Some((name, _)) => {
            format!("this module belongs to the tag `{name}`; or add it to `modules` of `{}`", used.name)
        }
        None => format!("add `\"{}\"` to `modules` of `[tags.{}]`", used.module, used.name),
    };
    let finding = Finding::new(CODE, message, used.place.clone())
        .confidence(used.confidence)
        .caption(format!("belongs to {}", tag.modules.join(", ")))
        .note_at(tag.place.clone(), "declared here")
        .help(help);
    Some(finding.inside(&used.package, &used.item))
}
