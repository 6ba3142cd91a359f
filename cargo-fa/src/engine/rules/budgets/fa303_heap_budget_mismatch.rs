//! Budgets of the heap that count nothing, or that two places give differently.

use std::collections::BTreeMap;

use framealloc_syntax::closest;

use crate::engine::flow::event::{EventKind, Site};
use crate::engine::rules::tags::is_below;
use crate::engine::rules::{Context, rule};
use crate::model::finding::{Confidence, Finding, Place};

rule! {
    code: FA303,
    name: "heap-budget-mismatch",
    summary: "a budget of the heap is of a tag that nobody opens, or is given twice and differs",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    let tags = &cx.config.tags;
    let declared = tags.iter().filter_map(|(tag, section)| Some((tag.as_str(), section.heap_budget?, &section.place)));
    let declared: Vec<(&str, u64, &Place)> = declared.collect();
    let mut in_code = Vec::new();
    for (id, function) in cx.analysed.iter() {
        let file = cx.program.fn_def(id).file;
        for event in &function.events {
            if let EventKind::HeapBudget { name, bytes, .. } = &event.kind {
                in_code.push((id, cx.place(Site { file, span: event.span }), name, *bytes));
            }
        }
    }
    if (declared.is_empty() && in_code.is_empty()) || cx.program.fns.is_empty() {
        return;
    }
    let counts = cx.tags().counts();
    for (id, place, name, bytes) in in_code {
        let differs =
            declared.iter().find(|(tag, declared, _)| *tag == &**name && bytes.is_some_and(|bytes| bytes != *declared));
        let finding = match (differs, bytes) {
            (Some((_, declared, at)), Some(bytes)) => Some(differently(name, place, (bytes, *declared), at)),
            _ if !tags.is_empty() && !tags.keys().any(|tag| is_below(tag, name)) => Some(undeclared(cx, name, place)),
            _ if !tags.contains_key(&**name) => of_nobody(cx, &counts, name, place),
            _ => None,
        };
        found.extend(finding.map(|finding| finding.inside(cx.package(id), cx.program.fn_path(id))));
    }
    for (tag, bytes, place) in &declared {
        // That a tag is not used at all is FA805.
        if counts.keys().any(|path| is_below(path, tag)) {
            found.extend(of_nobody(cx, &counts, tag, (*place).clone()));
        }
        let below = declared.iter().find(|(other, more, _)| other != tag && is_below(other, tag) && more > bytes);
        found.extend(below.map(|(other, more, at)| less_than_nested((tag, *bytes, place), (other, *more, at))));
    }
}

/// The code and `.fa.toml` say different things.
fn differently(name: &str, place: Place, (bytes, declared): (u64, u64), at: &Place) -> Finding {
    Finding::new(
        CODE,
        format!("the heap budget of `{name}` is {bytes} bytes here, and {declared} in `.fa.toml`"),
        place,
    )
    .caption("what is set later replaces what was set before")
    .label(at.clone(), "declared here")
    .help("say it in one place: `AllocConfig::with_budgets(declared_budgets!())` takes what `.fa.toml` says")
}

/// The code speaks of a tag that `.fa.toml` does not know.
fn undeclared(cx: &Context<'_, '_>, name: &str, place: Place) -> Finding {
    let key = if name.contains("::") { format!("[tags.\"{name}\"]") } else { format!("[tags.{name}]") };
    let finding =
        Finding::new(CODE, format!("the tag `{name}` has a heap budget and is not declared in `.fa.toml`"), place);
    match closest(name, cx.config.tags.keys().map(String::as_str)) {
        Some(near) => finding
            .caption(format!("did you mean `{near}`?"))
            .help(format!("write `{near}`, or add `{key}` to `.fa.toml`")),
        None => finding.caption("unknown").help(format!("add `{key}` to `.fa.toml`")),
    }
}

/// Nothing is ever made under the tag.
fn of_nobody(cx: &Context<'_, '_>, counts: &BTreeMap<&str, usize>, name: &str, place: Place) -> Option<Finding> {
    let last = name.rsplit("::").next().unwrap_or(name);
    // What is open around a use is not always known: then the last part of the path is all there is.
    let opened =
        counts.keys().any(|path| *path == name || (path.rsplit("::").next() == Some(last) && !is_below(path, name)));
    let dynamic = &cx.tags().dynamic;
    if opened || dynamic.may_be(name) || dynamic.may_be(last) {
        return None;
    }
    let finding =
        Finding::new(CODE, format!("the heap budget of `{name}` counts nothing: nobody opens that tag"), place);
    let nested = counts.keys().find(|path| is_below(path, name));
    Some(match (nested, closest(name, counts.keys().copied())) {
        (Some(nested), _) => finding
            .caption(format!("`{nested}`, nested in it, has a budget of its own"))
            .help("give the nested tag the budget, or open this one around what is meant"),
        (None, Some(near)) => finding.caption(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
        (None, None) => finding
            .caption("never opened")
            .help("remove it, or open the tag: `#[frame_system(tag = …)]`, `heap_tag(…, || …)`"),
    })
}

/// Whoever thinks that budgets add up is mistaken; who does not may mean it so.
fn less_than_nested((tag, bytes, place): (&str, u64, &Place), (other, more, at): (&str, u64, &Place)) -> Finding {
    let message = format!("the heap budget of `{tag}` is {bytes} bytes, that of `{other}`, nested in it, {more}");
    Finding::new(CODE, message, place.clone())
        .confidence(Confidence::Low)
        .caption("counts what is made under the tag itself, and not what is made under those nested in it")
        .label(at.clone(), "the nested tag is declared here")
        .help("the budget of a tag is for that tag alone: if this one was meant for both, it is to be split")
}
