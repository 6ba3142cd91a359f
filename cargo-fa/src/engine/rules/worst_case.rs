//! The most bytes of frame memory that a function takes, as far as it can be numbered.

use std::collections::BTreeMap;

use super::Context;
use super::loops::{assumed, trips};
use super::tags::{Arenas, is_below};
use crate::engine::flow::event::{Arm, Count, EventKind, Site};
use crate::engine::hir::ir::Span;
use crate::engine::resolve::FnId;

/// Bytes that are certain, and how they come about.
#[derive(Clone, Default)]
pub(super) struct Bytes {
    pub(super) total: u64,
    pub(super) parts: Vec<(Site, String, u64)>,
    /// Allocations whose number is not known, or whose size is not: what comes on top.
    pub(super) open: Vec<(Site, String)>,
}

/// Which bytes are counted.
#[derive(Clone, Copy)]
pub(super) enum Counted<'t> {
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
pub(super) type Known = BTreeMap<(FnId, Arenas), Bytes>;

/// What a function takes from frames, with what it calls.
pub(super) fn bytes_of(
    cx: &Context<'_, '_>,
    function: (FnId, Arenas),
    counted: Counted<'_>,
    known: &mut Known,
) -> Bytes {
    bytes_below(cx, function, counted, known, 0)
}

fn bytes_below(
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
    let mut open = Vec::new();
    let analysed = cx.analysed.of(id);
    let file = cx.program.fn_def(id).file;
    for event in &analysed.events {
        let EventKind::FrameAlloc { what, ty, count, tag, .. } = &event.kind else { continue };
        if event.spawned || event.cold.is_some() {
            continue;
        }
        let tag = tag.as_ref().and_then(|tag| arenas.path_of(tag)?);
        if !counted.takes(tag.as_deref()) {
            continue;
        }
        let at = Site { file, span: event.span };
        let count = match count {
            Some(Count::Exactly(count)) => Some(*count),
            Some(Count::Symbol(name)) => assumed(name, cx.config),
            None => None,
        };
        let times = trips(event.loops.iter(), cx.config).ok();
        let Some(((size, count), times)) = cx.types.layout(ty).map(|(size, _)| size).zip(count).zip(times) else {
            open.push((at, format!("`{what}`")));
            continue;
        };
        let part = in_steps(size.saturating_mul(count)).saturating_mul(times);
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
        parts.push(Part { arms: &event.arms, site: at, words, bytes: part });
    }
    if depth < 32 {
        for call in analysed.calls.iter().filter(|call| !call.spawned && call.cold.is_none()) {
            let callee = cx.analysed.of(call.callee);
            // A system has a region of its own, which its callers do not pay for twice.
            if callee.system {
                continue;
            }
            let below = bytes_below(cx, (call.callee, arenas.handed_by(call)), counted, known, depth + 1);
            let times = match trips(call.loops.iter(), cx.config) {
                Ok(times) => times,
                Err(_) if below.total == 0 && below.open.is_empty() => continue,
                Err(_) => {
                    let words = format!("call of `{}` in a loop", cx.program.fn_name(call.callee));
                    open.push((Site { file, span: call.span }, words));
                    continue;
                }
            };
            if !below.open.is_empty() {
                let words = format!("call of `{}`", cx.program.fn_name(call.callee));
                open.push((Site { file, span: call.span }, words));
            }
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
    let bytes = Bytes { open, ..worst(&parts.iter().collect::<Vec<_>>(), 0) };
    known.insert(key, bytes.clone());
    bytes
}

/// As many bytes as an arena hands out: it goes in steps of eight.
fn in_steps(bytes: u64) -> u64 {
    bytes.checked_next_multiple_of(8).unwrap_or(bytes)
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
            None => bytes.add(Bytes {
                total: part.bytes,
                parts: vec![(part.site, part.words.clone(), part.bytes)],
                ..Bytes::default()
            }),
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
