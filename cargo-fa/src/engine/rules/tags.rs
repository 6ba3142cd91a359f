//! Where tags are used, and which calls lead from code under one tag into another: what FA801 to FA805 and the graph
//! of tags are about.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use framealloc_syntax::AttributeArgs as _;

use super::Context;
use super::nesting::Handed;
pub(super) use super::nesting::{Arenas, is_below};
use crate::analysis::{TagCall, TagGraph, TagNode};
use crate::engine::flow::event::{CallSite, EventKind, Site};
use crate::engine::flow::walk;
use crate::engine::hir::ir::{Attr, ExprKind, ItemKind, Literal, Span};
use crate::engine::resolve::FnId;
use crate::model::finding::{Confidence, Place};

/// Everything about the tags of a program.
pub(super) struct Tags {
    /// Sorted by place and name.
    pub(super) uses: Vec<TagUse>,
    pub(super) crossings: Vec<Crossing>,
    /// What is opened under names that are made at run time.
    pub(super) dynamic: Dynamic,
}

/// A tag that is named in the source.
pub(super) struct TagUse {
    /// As it is written.
    pub(super) written: String,
    /// The paths that it has at run time: one for each tag that may be open around it.
    pub(super) paths: Vec<String>,
    /// The place is the text of the name, quotes and all.
    pub(super) literal: bool,
    pub(super) place: Place,
    pub(super) module: String,
    pub(super) item: String,
    pub(super) package: String,
    pub(super) confidence: Confidence,
}

/// What tags whose names are not written where they are opened may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dynamic {
    None,
    /// Any of the texts of the program.
    Texts(BTreeSet<String>),
    Anything,
}

impl Dynamic {
    /// Whether this may be the name of such a tag.
    pub(super) fn may_be(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Texts(texts) => texts.contains(name),
            Self::Anything => true,
        }
    }
}

/// A call from code under one tag into a function that enters another.
pub(super) struct Crossing {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) caller: FnId,
    pub(super) callee: FnId,
    pub(super) place: Place,
    /// The calls from the callee to the function that enters the other tag.
    pub(super) way: Vec<(Site, FnId)>,
    /// Whether `may_use` lists it, or says nothing.
    pub(super) allowed: bool,
    pub(super) confidence: Confidence,
}

impl Tags {
    pub(super) fn collect(cx: &Context<'_, '_>) -> Self {
        let handed = Handed::find(cx.analysed);
        let mut uses = uses(cx, &handed);
        uses.sort_by(|left, right| (&left.place, &left.paths).cmp(&(&right.place, &right.paths)));
        uses.dedup_by(|left, right| left.place == right.place && left.paths == right.paths);
        Self { uses, crossings: crossings(cx, &handed), dynamic: dynamic(cx) }
    }

    /// In how many places each tag is used.
    pub(super) fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for path in self.uses.iter().flat_map(|used| &used.paths) {
            *counts.entry(path).or_default() += 1;
        }
        counts
    }

    /// What `cargo fa graph` draws.
    pub(super) fn graph(&self, cx: &Context<'_, '_>) -> TagGraph {
        let counts = self.counts();
        let names: BTreeSet<&str> = counts.keys().copied().chain(cx.config.tags.keys().map(String::as_str)).collect();
        let modules = |name: &str| {
            let uses = self.uses.iter().filter(|used| used.paths.iter().any(|path| path == name));
            uses.map(|used| used.module.clone()).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let tags = names.into_iter().map(|name| TagNode {
            name: name.to_owned(),
            declared: cx.config.tags.contains_key(name),
            uses: counts.get(name).copied().unwrap_or(0),
            modules: modules(name),
        });
        TagGraph { tags: tags.collect(), calls: self.calls() }
    }

    /// The crossings between each two tags, put together.
    fn calls(&self) -> Vec<TagCall> {
        let mut calls: BTreeMap<(&str, &str), TagCall> = BTreeMap::new();
        for crossing in &self.crossings {
            let call = calls.entry((&crossing.from, &crossing.to)).or_insert_with(|| TagCall {
                from: crossing.from.clone(),
                to: crossing.to.clone(),
                place: crossing.place.clone(),
                count: 0,
                allowed: crossing.allowed,
            });
            call.count += 1;
            if crossing.place < call.place {
                call.place = crossing.place.clone();
            }
        }
        calls.into_values().collect()
    }
}

fn uses(cx: &Context<'_, '_>, handed: &Handed) -> Vec<TagUse> {
    let mut uses = Vec::new();
    for (id, function) in cx.analysed.iter() {
        let def = cx.program.fn_def(id);
        for event in &function.events {
            let EventKind::Tag { name, tag, literal } = &event.kind else { continue };
            let mut paths: Vec<String> =
                handed.ways_into(id).iter().filter_map(|arenas| arenas.path_of(tag)?).collect();
            paths.sort_unstable();
            paths.dedup();
            if paths.is_empty() {
                paths.push(name.to_string());
            }
            uses.push(TagUse {
                written: name.to_string(),
                paths,
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
        for attr in def.item.attrs.custom.iter().filter(|attr| cx.program.has_attribute(def.file, attr)) {
            let facts = cx.program.facts(def.file);
            let last = facts.path(attr.path).segments.last().map_or("", |last| facts.name(last.name));
            if last != "pooled" {
                continue;
            }
            if let Some((name, span)) = pooled_tag(attr) {
                let module = cx.program.module(def.module).path.clone();
                let file = &cx.program.loaded.files[def.file];
                uses.push(TagUse {
                    written: name.clone(),
                    paths: vec![name],
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

/// What tags may be whose names are made at run time.
fn dynamic(cx: &Context<'_, '_>) -> Dynamic {
    let events = || cx.analysed.iter().flat_map(|(_, function)| &function.events);
    let is = |anything: bool| {
        events().any(|event| matches!(event.kind, EventKind::DynamicTag { anything: of } if of == anything))
    };
    if is(true) {
        return Dynamic::Anything;
    }
    if !is(false) {
        return Dynamic::None;
    }
    let files: BTreeSet<usize> = cx.analysed.iter().map(|(id, _)| cx.program.fn_def(id).file).collect();
    let bodies = cx.program.fns.iter().filter_map(|def| Some((def.file, def.function.body?)));
    let statics = cx.program.statics.iter().filter_map(|def| match &def.item.kind {
        ItemKind::Static { init, .. } => Some((def.file, (*init)?)),
        _ => None,
    });
    let mut texts = BTreeSet::new();
    for (file, body) in bodies.chain(statics).filter(|(file, _)| files.contains(file)) {
        let facts = cx.program.facts(file);
        walk::visit(facts, body, &mut |expr| {
            if let ExprKind::Literal(Literal::Str(text)) = &facts.expr(expr).kind {
                texts.insert(facts.name(*text).to_owned());
            }
        });
    }
    Dynamic::Texts(texts)
}

/// Calls from code under one tag into functions that enter another.
fn crossings(cx: &Context<'_, '_>, handed: &Handed) -> Vec<Crossing> {
    let mut crossings = Vec::new();
    for (caller, function) in cx.analysed.iter() {
        let ways = handed.ways_into(caller);
        for call in function.calls.iter().filter(|call| call.tag.is_some()) {
            let mut seen = BTreeSet::new();
            for arenas in &ways {
                let Some(Some(from)) = call.tag.as_ref().and_then(|tag| arenas.path_of(tag)) else { continue };
                for (to, way) in entered(cx, call.callee, arenas.handed_by(call)) {
                    if to != from && seen.insert((from.clone(), to.clone())) {
                        crossings.push(crossing(cx, caller, call, (&from, to), way));
                    }
                }
            }
        }
    }
    crossings
}

fn crossing(
    cx: &Context<'_, '_>,
    caller: FnId,
    call: &CallSite,
    (from, to): (&str, String),
    way: Vec<(Site, FnId)>,
) -> Crossing {
    let layer = cx.config.layer_of(from);
    let may_use = layer.and_then(|(_, tag)| tag.may_use.as_ref());
    // What is nested in a tag is part of its layer.
    let is_own = layer.is_some_and(|(name, _)| is_below(&to, name));
    Crossing {
        allowed: is_own || may_use.is_none_or(|list| list.iter().any(|listed| is_below(&to, listed))),
        from: from.to_owned(),
        to,
        caller,
        callee: call.callee,
        place: cx.place(Site { file: cx.program.fn_def(caller).file, span: call.span }),
        way,
        confidence: call.confidence,
    }
}

/// The tags that a function or what it calls without a tag of its own enters, with the calls on the way.
fn entered(cx: &Context<'_, '_>, callee: FnId, arenas: Arenas) -> Vec<(String, Vec<(Site, FnId)>)> {
    let mut tags: Vec<(String, Vec<(Site, FnId)>)> = Vec::new();
    let mut queue = VecDeque::from([(callee, arenas, Vec::new())]);
    let mut seen = BTreeSet::from([callee]);
    while let Some((id, arenas, way)) = queue.pop_front() {
        let function = cx.analysed.of(id);
        let mut names: Vec<String> = function.tag.iter().map(ToString::to_string).collect();
        if names.is_empty() {
            for event in &function.events {
                if let EventKind::Tag { name, tag, .. } = &event.kind {
                    names.push(arenas.path_of(tag).flatten().unwrap_or_else(|| name.to_string()));
                }
            }
        }
        for name in names {
            if !tags.iter().any(|(known, _)| *known == name) {
                tags.push((name, way.clone()));
            }
        }
        if function.tag.is_some() || way.len() > 6 {
            continue;
        }
        let file = cx.program.fn_def(id).file;
        for call in function.calls.iter().filter(|call| call.tag.is_none()) {
            if seen.insert(call.callee) {
                let mut way = way.clone();
                way.push((Site { file, span: call.span }, call.callee));
                queue.push_back((call.callee, arenas.handed_by(call), way));
            }
        }
    }
    tags
}
