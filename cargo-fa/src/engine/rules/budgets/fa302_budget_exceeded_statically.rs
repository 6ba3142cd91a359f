//! The worst case of a system against the budget it declares.

use crate::engine::flow::event::Site;
use crate::engine::resolve::FnId;
use crate::engine::rules::tags::Arenas;
use crate::engine::rules::worst_case::{Bytes, Counted, Known, bytes_of};
use crate::engine::rules::{Context, rule};
use crate::model::finding::{Finding, Note};

rule! {
    code: FA302,
    name: "budget-exceeded-statically",
    summary: "the worst case of a system is more bytes than the budget it declares",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    let mut all = Known::default();
    for (id, analysed) in cx.analysed.iter().filter(|(_, analysed)| analysed.system) {
        if let Some(budget) = analysed.budget {
            let bytes = bytes_of(cx, (id, Arenas::default()), Counted::All, &mut all);
            found.extend(exceeded(cx, id, &bytes, budget, "its budget"));
        }
        let tag = analysed.tag.as_deref();
        if let Some((tag, budget)) = tag.and_then(|tag| Some((tag, cx.config.tags.get(tag)?.budget?))) {
            let bytes = bytes_of(cx, (id, Arenas::default()), Counted::Of(tag), &mut Known::default());
            let finding = exceeded(cx, id, &bytes, budget, &format!("the budget of the tag `{tag}`"));
            found.extend(finding.map(|finding| nested_aside(cx, id, tag, finding)));
        }
    }
}

fn exceeded(cx: &Context<'_, '_>, id: FnId, bytes: &Bytes, budget: u64, whose: &str) -> Option<Finding> {
    if bytes.total <= budget {
        return None;
    }
    let def = cx.program.fn_def(id);
    let name = cx.program.fn_name(id);
    let message = format!("`{name}` allocates up to {} bytes per frame, {whose} is {budget} bytes", bytes.total);
    let place = cx.place(Site { file: def.file, span: def.item.name_span });
    let mut finding = Finding::new(CODE, message, place).caption(format!("{} bytes over", bytes.total - budget));
    for (site, words, part) in &bytes.parts {
        finding.notes.push(Note { text: format!("{part} bytes: {words}"), place: Some(cx.place(*site)) });
    }
    let help = "raise the budget, allocate less, or give memory back early with `alloc.scoped(|frame| …)`";
    Some(finding.help(help).inside(cx.package(id), cx.program.fn_path(id)))
}

/// Tags that are nested in one have budgets of their own: what they take is said, and not counted.
fn nested_aside(cx: &Context<'_, '_>, id: FnId, tag: &str, finding: Finding) -> Finding {
    let below = bytes_of(cx, (id, Arenas::default()), Counted::Below(tag), &mut Known::default());
    if below.total == 0 {
        return finding;
    }
    finding.note(format!("{} bytes more are of tags nested in `{tag}`, which have budgets of their own", below.total))
}
