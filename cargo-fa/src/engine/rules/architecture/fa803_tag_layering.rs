//! Calls from code under one tag into a tag that it may not use.

use crate::engine::rules::{Context, rule};
use crate::model::finding::Finding;

rule! {
    code: FA803,
    name: "tag-layering",
    summary: "a tagged function calls into a tag that its own tag may not use",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    for crossing in cx.tags().crossings.iter().filter(|crossing| !crossing.allowed) {
        let (from, to) = (&crossing.from, &crossing.to);
        let name = cx.program.fn_name(crossing.callee);
        let message =
            format!("code tagged `{from}` calls `{name}`, which allocates under `{to}`; `{from}` may not use `{to}`");
        let mut finding = Finding::new(CODE, message, crossing.place.clone())
            .confidence(crossing.confidence)
            .caption(format!("from `{from}` into `{to}`"));
        for (site, callee) in &crossing.way {
            finding = finding.note_at(cx.place(*site), format!("which calls `{}`", cx.program.fn_name(*callee)));
        }
        let layer = cx.config.layer_of(from);
        if let Some((layer, tag)) = layer {
            finding = finding.note_at(tag.place.clone(), format!("what `{layer}` may use is declared here"));
        }
        let layer = layer.map_or(from.as_str(), |(layer, _)| layer);
        let help = format!("move the work to the caller, or add `\"{to}\"` to `may_use` of `[tags.{layer}]`");
        found.push(finding.help(help).inside(cx.package(crossing.caller), cx.program.fn_path(crossing.caller)));
    }
}
