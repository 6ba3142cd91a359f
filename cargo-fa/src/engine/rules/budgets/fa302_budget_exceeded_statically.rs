//! The worst case of a system against the budget it declares.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::engine::flow::event::{Arm, Count, EventKind, Site};
use crate::engine::hir::ir::Span;
use crate::engine::resolve::FnId;
use crate::engine::rules::loops::{assumed, trips};
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

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    let mut known = FxHashMap::default();
    for (id, analysed) in cx.analysed.iter() {
        let tag_budget = analysed
            .tag
            .as_ref()
            .filter(|_| analysed.system)
            .and_then(|tag| cx.config.tags.get(&**tag))
            .and_then(|tag| tag.budget);
        let (budget, whose) = match (analysed.budget, tag_budget) {
            (Some(budget), _) => (budget, "its budget".to_owned()),
            (None, Some(budget)) => {
                (budget, format!("the budget of the tag `{}`", analysed.tag.as_deref().unwrap_or_default()))
            }
            (None, None) => continue,
        };
        let bytes = bytes_of(cx, id, &mut known, 0);
        if bytes.total <= budget {
            continue;
        }
        let def = cx.program.fn_def(id);
        let name = cx.program.fn_name(id);
        let message = format!("`{name}` allocates up to {} bytes per frame, {whose} is {budget} bytes", bytes.total);
        let place = cx.place(Site { file: def.file, span: def.item.name_span });
        let mut finding = Finding::new(CODE, message, place).caption(format!("{} bytes over", bytes.total - budget));
        for (site, words, part) in &bytes.parts {
            finding.notes.push(Note { text: format!("{part} bytes: {words}"), place: Some(cx.place(*site)) });
        }
        found.push(
            finding
                .help("raise the budget, allocate less, or give memory back early with `alloc.scoped(|frame| …)`")
                .inside(cx.package(id), cx.program.fn_path(id)),
        );
    }
}

fn bytes_of(cx: &Context<'_, '_>, id: FnId, known: &mut FxHashMap<FnId, Bytes>, depth: u32) -> Bytes {
    if let Some(bytes) = known.get(&id) {
        return bytes.clone();
    }
    // Recursion: what is below it is not numbered.
    known.insert(id, Bytes::default());
    let mut parts: Vec<Part<'_>> = Vec::new();
    let analysed = cx.analysed.of(id);
    let file = cx.program.fn_def(id).file;
    for event in &analysed.events {
        let EventKind::FrameAlloc { what, ty, count, .. } = &event.kind else { continue };
        if event.spawned || event.cold {
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
            let below = bytes_of(cx, call.callee, known, depth + 1);
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
    known.insert(id, bytes.clone());
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
