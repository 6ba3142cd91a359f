//! The worst case of a system against the budget it declares.

use std::collections::BTreeMap;

use crate::engine::flow::event::{Arm, Count, EventKind, Site};
use crate::engine::hir::ir::Span;
use crate::engine::resolve::FnId;
use crate::engine::rules::loops::{assumed, trips};
use crate::engine::rules::tags::{Arenas, is_below};
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

/// Bytes that are certain, and how they come about.
#[derive(Clone, Default)]
struct Bytes {
    total: u64,
    parts: Vec<(Site, String, u64)>,
}

/// Which bytes are counted.
#[derive(Clone, Copy)]
enum Counted<'t> {
    /// Those of the system, under whatever tag.
    All,
    /// Those of this tag.
    Of(&'t str),
    /// Those of the tags that are nested in this one.
    Below(&'t str),
}

impl Counted<'_> {
    fn takes(self, tag: Option<&str>) -> bool {
        match (self, tag) {
            (Self::All, _) => true,
            (Self::Of(wanted), Some(tag)) => tag == wanted,
            (Self::Below(wanted), Some(tag)) => tag != wanted && is_below(tag, wanted),
            (_, None) => false,
        }
    }
}

/// What is known of the functions that were counted, by the arenas that they are given.
type Known = BTreeMap<(FnId, Arenas), Bytes>;

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    let mut all = Known::default();
    for (id, analysed) in cx.analysed.iter().filter(|(_, analysed)| analysed.system) {
        if let Some(budget) = analysed.budget {
            let bytes = bytes_of(cx, (id, Arenas::default()), Counted::All, &mut all, 0);
            found.extend(exceeded(cx, id, &bytes, budget, "its budget"));
        }
        let tag = analysed.tag.as_deref();
        if let Some((tag, budget)) = tag.and_then(|tag| Some((tag, cx.config.tags.get(tag)?.budget?))) {
            let bytes = bytes_of(cx, (id, Arenas::default()), Counted::Of(tag), &mut Known::default(), 0);
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
    let below = bytes_of(cx, (id, Arenas::default()), Counted::Below(tag), &mut Known::default(), 0);
    if below.total == 0 {
        return finding;
    }
    finding.note(format!("{} bytes more are of tags nested in `{tag}`, which have budgets of their own", below.total))
}

fn bytes_of(
    cx: &Context<'_, '_>,
    (id, arenas): (FnId, Arenas),
    counted: Counted<'_>,
    known: &mut Known,
    depth: u32,
) -> Bytes {
    let key = (id, arenas);
    if let Some(bytes) = known.get(&key) {
        return bytes.clone();
    }
    let arenas = &key.1;
    // Recursion: what is below it is not numbered.
    known.insert(key.clone(), Bytes::default());
    let mut parts: Vec<Part<'_>> = Vec::new();
    let analysed = cx.analysed.of(id);
    let file = cx.program.fn_def(id).file;
    for event in &analysed.events {
        let EventKind::FrameAlloc { what, ty, count, tag, .. } = &event.kind else { continue };
        if event.spawned || event.cold {
            continue;
        }
        let tag = tag.as_ref().and_then(|tag| arenas.path_of(tag)?);
        if !counted.takes(tag.as_deref()) {
            continue;
        }
        let Some((size, _)) = cx.types.layout(ty) else { continue };
        let count = match count {
            Some(Count::Exactly(count)) => *count,
            Some(Count::Symbol(name)) => match assumed(name, cx.config) {
                Some(count) => count,
                None => continue,
            },
            None => continue,
        };
        let Ok(times) = trips(event.loops.iter(), cx.config) else { continue };
        let part = size.saturating_mul(count).saturating_mul(times);
        if part == 0 {
            continue;
        }
        let mut words = format!("`{what}` of {size} bytes");
        if count != 1 {
            words = format!("{words} × {count} elements");
        }
        if times != 1 {
            words = format!("{words} × {times} rounds");
        }
        if let (Counted::All, Some(tag)) = (counted, tag.filter(|tag| analysed.tag.as_deref() != Some(&**tag))) {
            words = format!("{words}, under the tag `{tag}`");
        }
        parts.push(Part { arms: &event.arms, site: Site { file, span: event.span }, words, bytes: part });
    }
    if depth < 32 {
        for call in analysed.calls.iter().filter(|call| !call.spawned && !call.cold) {
            let callee = cx.analysed.of(call.callee);
            // A system has a region of its own, which its callers do not pay for twice.
            if callee.system {
                continue;
            }
            let Ok(times) = trips(call.loops.iter(), cx.config) else { continue };
            let below = bytes_of(cx, (call.callee, arenas.handed_by(call)), counted, known, depth + 1);
            let part = below.total.saturating_mul(times);
            if part > 0 {
                let name = cx.program.fn_name(call.callee);
                let words = if times == 1 {
                    format!("call of `{name}`")
                } else {
                    format!("call of `{name}` × {times} rounds")
                };
                parts.push(Part { arms: &call.arms, site: Site { file, span: call.span }, words, bytes: part });
            }
        }
    }
    let bytes = worst(&parts.iter().collect::<Vec<_>>(), 0);
    known.insert(key, bytes.clone());
    bytes
}

/// Some bytes and the arms of branches that they are taken in.
struct Part<'a> {
    arms: &'a [Arm],
    site: Site,
    words: String,
    bytes: u64,
}

/// The most that the parts can come to: of the arms of a branch, the one that takes most.
fn worst(parts: &[&Part<'_>], depth: usize) -> Bytes {
    let mut bytes = Bytes::default();
    let mut branches: BTreeMap<Span, BTreeMap<u32, Vec<&Part<'_>>>> = BTreeMap::new();
    for part in parts {
        match part.arms.get(depth) {
            Some(arm) => branches.entry(arm.branch).or_default().entry(arm.index).or_default().push(part),
            None => bytes.add(Bytes { total: part.bytes, parts: vec![(part.site, part.words.clone(), part.bytes)] }),
        }
    }
    for arms in branches.values() {
        // The first of equals, so that the report does not depend on the order.
        let most = arms
            .values()
            .map(|parts| worst(parts, depth + 1))
            .reduce(|most, next| if next.total > most.total { next } else { most });
        bytes.add(most.unwrap_or_default());
    }
    bytes.parts.sort_by_key(|(site, ..)| *site);
    bytes
}

impl Bytes {
    fn add(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.parts.extend(other.parts);
    }
}
