//! FA801 to FA805: which code uses which tags, and what `.fa.toml` says about it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use framealloc_syntax::{AttributeArgs as _, closest, edit_distance};

use super::Context;
use crate::analysis::{TagCall, TagGraph, TagNode};
use crate::engine::flow::event::{EventKind, Site};
use crate::engine::hir::ir::{Attr, Span};
use crate::engine::resolve::FnId;
use crate::model::codes;
use crate::model::config::matches;
use crate::model::finding::{Applicability, Confidence, Edit, Finding, Fix, Place};

struct Use {
    name: String,
    /// Its place is the text of the name, quotes and all.
    literal: bool,
    place: Place,
    module: String,
    item: String,
    package: String,
    confidence: Confidence,
}

pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) -> TagGraph {
    let mut uses = uses(cx);
    uses.sort_by(|left, right| (&left.place, &left.name).cmp(&(&right.place, &right.name)));
    uses.dedup_by(|left, right| left.place == right.place && left.name == right.name);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for of in &uses {
        *counts.entry(&of.name).or_default() += 1;
    }
    for of in &uses {
        found.extend(unknown(cx, of, &counts));
        found.extend(mismatch(cx, of));
    }
    unused(cx, &counts, found);
    cycles(cx, found);
    let calls = layering(cx, found);
    let names: BTreeSet<&str> = counts.keys().copied().chain(cx.config.tags.keys().map(String::as_str)).collect();
    let tags = names
        .into_iter()
        .map(|name| TagNode {
            name: name.to_owned(),
            declared: cx.config.tags.contains_key(name),
            uses: counts.get(name).copied().unwrap_or(0),
            modules: uses
                .iter()
                .filter(|of| of.name == name)
                .map(|of| of.module.clone())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        })
        .collect();
    TagGraph { tags, calls }
}

fn uses(cx: &Context<'_, '_>) -> Vec<Use> {
    let mut uses = Vec::new();
    for (id, of) in cx.analysed.iter() {
        let def = cx.program.fn_def(id);
        for event in &of.events {
            let EventKind::Tag { name, literal, .. } = &event.kind else { continue };
            uses.push(Use {
                name: name.to_string(),
                literal: *literal,
                place: cx.place(Site { file: def.file, span: event.span }),
                module: cx.program.module(def.module).path.clone(),
                item: cx.program.fn_path(id),
                package: cx.package(id).to_owned(),
                confidence: event.confidence,
            });
        }
    }
    for def in &cx.program.types {
        for attr in &def.item.attrs.custom {
            let facts = cx.program.facts(def.file);
            let last = facts.path(attr.path).segments.last().map_or("", |last| facts.name(last.name));
            if last != "pooled" {
                continue;
            }
            if let Some((name, span)) = pooled_tag(attr) {
                let module = cx.program.module(def.module).path.clone();
                let file = &cx.program.loaded.files[def.file];
                uses.push(Use {
                    name,
                    literal: true,
                    place: cx.place(Site { file: def.file, span }),
                    item: format!("{module}::{}", facts.name(def.item.name)),
                    module,
                    package: cx.project.members[file.member].name.clone(),
                    confidence: Confidence::High,
                });
            }
        }
    }
    uses
}

/// `tag = "…"` of `#[pooled(…)]`.
fn pooled_tag(attr: &Attr) -> Option<(String, Span)> {
    let (text, lo) = attr.args.as_ref()?;
    let args = framealloc_syntax::PooledArgs::parse(text.parse().ok()?).value;
    let name = args.tag.as_ref()?.value.name()?.to_owned();
    let at = text.find(&format!("\"{name}\""))?;
    let lo = lo + u32::try_from(at).ok()?;
    Some((name.clone(), Span { lo, hi: lo + u32::try_from(name.len() + 2).ok()? }))
}

/// `ai::pathfinding` is declared by that name, or by `ai`.
fn declared<'c>(cx: &'c Context<'_, '_>, name: &str) -> Option<&'c crate::model::config::TagSection> {
    cx.config.tags.get(name)
}

fn unknown(cx: &Context<'_, '_>, of: &Use, counts: &BTreeMap<&str, usize>) -> Option<Finding> {
    let tags = &cx.config.tags;
    if tags.is_empty() {
        let mine = counts.get(of.name.as_str()).copied().unwrap_or(0);
        let twin = counts.iter().find(|(name, count)| {
            **count > mine
                && of.name.len() > 3
                && edit_distance(name, &of.name) == 1
                && !differs_in_digit(name, &of.name)
        })?;
        let message = format!("tag `{}` is one letter away from `{}`, which is used more often", of.name, twin.0);
        let finding = Finding::new(&codes::FA802, message, of.place.clone())
            .confidence(Confidence::Medium.min(of.confidence))
            .caption(format!("did you mean `{}`?", twin.0))
            .help(format!("write `{}`, or declare both in `.fa.toml`", twin.0));
        return Some(finding.inside(&of.package, &of.item));
    }
    // The first part of a declared path counts as declared, as it does for the macros.
    let begins = |known: &str| known.strip_prefix(&*of.name).is_some_and(|rest| rest.starts_with("::"));
    if declared(cx, &of.name).is_some()
        || tags.keys().any(|known| known.rsplit("::").next() == Some(&of.name) || begins(known))
    {
        return None;
    }
    let mut finding =
        Finding::new(&codes::FA802, format!("tag `{}` is not declared in `.fa.toml`", of.name), of.place.clone())
            .confidence(of.confidence);
    finding = match closest(&of.name, tags.keys().map(String::as_str)) {
        Some(near) => finding
            .caption(format!("did you mean `{near}`?"))
            .help(format!("write `{near}`, or add `[tags.{}]` to `.fa.toml`", of.name))
            .maybe_fix(respelled(of, near, tags.keys())),
        None => finding.caption("unknown").help(format!("add `[tags.{}]` to `.fa.toml`", of.name)),
    };
    Some(finding.inside(&of.package, &of.item))
}

/// The tag as it is declared. One letter away from one tag and far from all others is a slip; everything else is a guess.
fn respelled<'t>(of: &Use, near: &str, tags: impl Iterator<Item = &'t String>) -> Option<Fix> {
    let slip = edit_distance(near, &of.name) == 1 && !differs_in_digit(near, &of.name);
    let alone = tags.filter(|tag| edit_distance(tag, &of.name) <= 2).count() == 1;
    of.literal.then(|| Fix {
        title: format!("write `{near}`"),
        edits: vec![Edit { place: of.place.clone(), replacement: format!("\"{near}\"") }],
        applicability: if slip && alone { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect },
    })
}

/// `layer1` and `layer2` are meant to differ.
fn differs_in_digit(left: &str, right: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    letters(left) == letters(right)
}

fn mismatch(cx: &Context<'_, '_>, of: &Use) -> Option<Finding> {
    let tag = declared(cx, &of.name)?;
    if tag.modules.is_empty() || tag.modules.iter().any(|pattern| matches(pattern, &of.module)) {
        return None;
    }
    let message = format!("tag `{}` is used in `{}`, which is none of its modules", of.name, of.module);
    let own = cx.config.tags.iter().find(|(_, tag)| tag.modules.iter().any(|pattern| matches(pattern, &of.module)));
    let help = match own {
        Some((name, _)) => format!("this module belongs to the tag `{name}`; or add it to `modules` of `{}`", of.name),
        None => format!("add `\"{}\"` to `modules` of `[tags.{}]`", of.module, of.name),
    };
    let finding = Finding::new(&codes::FA801, message, of.place.clone())
        .confidence(of.confidence)
        .caption(format!("belongs to {}", tag.modules.join(", ")))
        .note_at(tag.place.clone(), "declared here")
        .help(help);
    Some(finding.inside(&of.package, &of.item))
}

fn unused(cx: &Context<'_, '_>, counts: &BTreeMap<&str, usize>, found: &mut Vec<Finding>) {
    if cx.program.fns.is_empty() {
        return;
    }
    for (name, tag) in &cx.config.tags {
        let last = name.rsplit("::").next().unwrap_or(name);
        let used = counts.contains_key(name.as_str()) || counts.contains_key(last);
        let parent = cx
            .config
            .tags
            .keys()
            .any(|other| other.starts_with(&format!("{name}::")) && counts.contains_key(other.as_str()));
        if !used && !parent {
            let finding =
                Finding::new(&codes::FA805, format!("tag `{name}` is declared and never used"), tag.place.clone())
                    .caption("declared here")
                    .help(format!(
                        "remove `[tags.{name}]`, or use it in `#[alloc_tag(\"{name}\")]` or `with_tag(\"{name}\", …)`"
                    ));
            found.push(finding);
        }
    }
}

/// Tags that may use each other in a circle are no layers.
fn cycles(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
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
                            &codes::FA804,
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

/// Calls from code under one tag into functions that enter another.
fn layering(cx: &Context<'_, '_>, found: &mut Vec<Finding>) -> Vec<TagCall> {
    let mut calls: BTreeMap<(String, String), TagCall> = BTreeMap::new();
    for (id, of) in cx.analysed.iter() {
        let file = cx.program.fn_def(id).file;
        for call in &of.calls {
            let Some(from) = &call.tag else { continue };
            for (to, way) in entered(cx, call.callee) {
                if **from == *to {
                    continue;
                }
                let may_use = cx.config.tags.get(&**from).and_then(|tag| tag.may_use.as_ref());
                let allowed = may_use.is_none_or(|list| list.contains(&to));
                let place = cx.place(Site { file, span: call.span });
                let entry = calls.entry((from.to_string(), to.clone())).or_insert_with(|| TagCall {
                    from: from.to_string(),
                    to: to.clone(),
                    place: place.clone(),
                    count: 0,
                    allowed,
                });
                entry.count += 1;
                entry.place = entry.place.clone().min(place.clone());
                if !allowed {
                    let name = cx.program.fn_name(call.callee);
                    let mut finding = Finding::new(
                        &codes::FA803,
                        format!("code tagged `{from}` calls `{name}`, which allocates under `{to}`; `{from}` may not use `{to}`"),
                        place,
                    )
                    .confidence(call.confidence)
                    .caption(format!("from `{from}` into `{to}`"));
                    for (site, callee) in way {
                        finding =
                            finding.note_at(cx.place(site), format!("which calls `{}`", cx.program.fn_name(callee)));
                    }
                    if let Some(tag) = cx.config.tags.get(&**from) {
                        finding = finding.note_at(tag.place.clone(), format!("what `{from}` may use is declared here"));
                    }
                    let help =
                        format!("move the work to the caller, or add `\"{to}\"` to `may_use` of `[tags.{from}]`");
                    found.push(finding.help(help).inside(cx.package(id), cx.program.fn_path(id)));
                }
            }
        }
    }
    calls.into_values().collect()
}

/// The tags that a function or what it calls without a tag of its own enters, with the calls on the way.
fn entered(cx: &Context<'_, '_>, callee: FnId) -> Vec<(String, Vec<(Site, FnId)>)> {
    let mut tags: Vec<(String, Vec<(Site, FnId)>)> = Vec::new();
    let mut queue = VecDeque::from([(callee, Vec::new())]);
    let mut seen = BTreeSet::from([callee]);
    while let Some((id, way)) = queue.pop_front() {
        let of = cx.analysed.of(id);
        let mut names: Vec<String> = of.tag.iter().map(ToString::to_string).collect();
        if names.is_empty() {
            for event in &of.events {
                if let EventKind::Tag { name, enters: true, .. } = &event.kind {
                    names.push(name.to_string());
                }
            }
        }
        for name in names {
            if !tags.iter().any(|(known, _)| *known == name) {
                tags.push((name, way.clone()));
            }
        }
        if of.tag.is_some() || way.len() > 6 {
            continue;
        }
        let file = cx.program.fn_def(id).file;
        for call in of.calls.iter().filter(|call| call.tag.is_none()) {
            if seen.insert(call.callee) {
                let mut way = way.clone();
                way.push((Site { file, span: call.span }, call.callee));
                queue.push_back((call.callee, way));
            }
        }
    }
    tags
}
