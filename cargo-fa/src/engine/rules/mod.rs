//! What is wrong about what happens: one function for each code, over the events of the flow.

mod boundary;
mod budget;
mod escape;
mod heap;
mod hot;
mod lifetime;
mod suspension;
mod tags;
mod threads;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::TagGraph;
use crate::engine::flow::event::{Event, EventKind, LoopAround, Site};
use crate::engine::flow::summary::{AllAnalysed, Analysed};
use crate::engine::flow::types::Types;
use crate::engine::flow::value::Bound;
use crate::engine::hir::ir::Span;
use crate::engine::project::Project;
use crate::engine::resolve::{FnId, Program};
use crate::engine::schedule::reach::Reached;
use crate::model::config::Config;
use crate::model::finding::{Confidence, Finding, Place};

/// Everything that rules look at.
pub(crate) struct Context<'c, 'l> {
    pub(crate) project: &'c Project,
    pub(crate) program: &'c Program<'l>,
    pub(crate) types: Types<'c, 'l>,
    pub(crate) analysed: &'c AllAnalysed,
    pub(crate) reached: &'c FxHashMap<FnId, Reached>,
    pub(crate) config: &'c Config,
}

/// An event, and the function that it happens in.
#[derive(Clone, Copy)]
pub(crate) struct Happening<'c> {
    pub(crate) id: FnId,
    pub(crate) file: usize,
    pub(crate) event: &'c Event,
    pub(crate) of: &'c Analysed,
    pub(crate) reached: Option<&'c Reached>,
}

impl Happening<'_> {
    /// Whether it happens while a frame runs, on the frame's own thread.
    fn runs_in_frame(&self) -> bool {
        !self.event.spawned && (self.event.in_frame || self.reached.is_some())
    }

    /// How sure it is that it happens, given how the function is reached.
    fn confidence(&self) -> Confidence {
        match self.reached {
            Some(reached) if !self.event.in_frame => self.event.confidence.min(reached.confidence),
            _ => self.event.confidence,
        }
    }
}

impl Context<'_, '_> {
    pub(crate) fn place(&self, site: Site) -> Place {
        Place::new(self.program.loaded.files[site.file].path.clone(), site.span.lo, site.span.hi)
    }

    fn here(&self, of: &Happening<'_>) -> Place {
        self.at(of, of.event.span)
    }

    fn at(&self, of: &Happening<'_>, span: Span) -> Place {
        self.place(Site { file: of.file, span })
    }

    fn package(&self, id: FnId) -> &str {
        let file = self.program.fn_def(id).file;
        &self.project.members[self.program.loaded.files[file].member].name
    }

    /// The finding with where it is and how sure it is.
    fn complete(&self, of: &Happening<'_>, finding: Finding) -> Finding {
        let confidence = of.confidence().min(finding.confidence);
        finding.confidence(confidence).inside(self.package(of.id), self.program.fn_path(of.id))
    }

    /// The way from the frame root to the function, as notes.
    fn with_path(&self, of: &Happening<'_>, mut finding: Finding) -> Finding {
        let Some(reached) = of.reached else { return finding };
        if of.event.in_frame && reached.path.is_empty() {
            return finding;
        }
        let mut caller = reached.root;
        for (site, callee) in &reached.path {
            let text = format!("`{}` calls `{}` here", self.program.fn_name(caller), self.program.fn_name(*callee));
            finding = finding.note_at(self.place(*site), text);
            caller = *callee;
        }
        if reached.path.is_empty() {
            finding
        } else {
            finding.note(format!("`{}` runs every frame", self.program.fn_path(reached.root)))
        }
    }
}

/// Applies every rule.
pub(crate) fn check(cx: &Context<'_, '_>) -> (Vec<Finding>, TagGraph) {
    let mut found = Vec::new();
    for (id, of) in cx.analysed.iter() {
        let file = cx.program.fn_def(id).file;
        for event in &of.events {
            let happening = Happening { id, file, event, of, reached: cx.reached.get(&id) };
            let finding = dispatch(cx, &happening);
            found.extend(finding);
        }
    }
    budget::check(cx, &mut found);
    let graph = tags::check(cx, &mut found);
    // Generated twins, such as the two crates that share a file, say everything twice.
    found.sort_by(|left, right| left.order(right).then(right.confidence.cmp(&left.confidence)));
    // A value that is used after a suspension is held there as well.
    let used: FxHashSet<Place> =
        found.iter().filter(|finding| finding.code.number == "FA702").map(|finding| finding.primary.clone()).collect();
    found.retain(|finding| finding.code.number != "FA701" || !used.contains(&finding.primary));
    let mut seen = FxHashSet::default();
    found.retain(|finding| seen.insert((finding.code.number, finding.primary.clone())));
    (found, graph)
}

fn dispatch(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    match &of.event.kind {
        EventKind::FrameAlloc { .. } => hot::allocation(cx, of),
        EventKind::HeapAlloc { .. } => heap::allocation(cx, of),
        EventKind::HeapGrowth { .. } => heap::growth(cx, of),
        EventKind::HeapFree { .. } => heap::free(cx, of),
        EventKind::PooledInBox { .. } => heap::pooled(cx, of),
        EventKind::Churn { .. } => heap::churn(cx, of),
        EventKind::Escape { .. } => escape::escape(cx, of),
        EventKind::UseAfterEnd { .. } => escape::use_after_end(cx, of),
        EventKind::Spawned { .. } => escape::spawned(cx, of),
        EventKind::AcrossAwait { .. } => suspension::across(cx, of),
        EventKind::HeldAtAwait { .. } => suspension::held(cx, of),
        EventKind::AsyncSystem => Some(suspension::system(cx, of)),
        EventKind::LeftOpen { .. } => boundary::left_open(cx, of),
        EventKind::EndedWithoutBegin => Some(boundary::ended_without_begin(cx, of)),
        EventKind::NeverTurns { .. } => boundary::never_turns(cx, of),
        EventKind::WholeFrameFromScope { .. } => lifetime::whole_frame(cx, of),
        EventKind::DropSkipped { .. } => lifetime::drop_skipped(cx, of),
        EventKind::StaleHandle { .. } => lifetime::stale_handle(cx, of),
        EventKind::Retention { .. } => lifetime::retention(cx, of),
        EventKind::TransferLost { .. } => threads::transfer_lost(cx, of),
        EventKind::BarrierCount { .. } => threads::barrier_count(cx, of),
        EventKind::TurnWithoutBarrier { .. } => threads::turn_without_barrier(cx, of),
        EventKind::NoBudget => threads::no_budget(cx, of),
        EventKind::Tag { .. } => None,
    }
    .map(|finding| cx.complete(of, finding))
}

/// How often loops run, all together; `Err` names the first whose number is not known.
fn trips<'e>(loops: impl Iterator<Item = &'e LoopAround>, config: &Config) -> Result<u64, &'e Bound> {
    let mut product = 1_u64;
    for of in loops {
        let number = match &of.bound {
            Bound::AtMost(number) => *number,
            Bound::Input(name) => match assumed(name, config) {
                Some(number) => number,
                None => return Err(&of.bound),
            },
            Bound::Unknown => return Err(&of.bound),
        };
        product = product.saturating_mul(number);
    }
    Ok(product)
}

/// What `[assume]` says about a name: `entities` also stands for `self.entities.len()`.
fn assumed(name: &str, config: &Config) -> Option<u64> {
    let bare = name.strip_suffix(".len()").unwrap_or(name);
    let last = bare.rsplit('.').next().unwrap_or(bare);
    config.assume.get(bare).or_else(|| config.assume.get(last)).copied()
}

/// What a loop goes over, for messages.
fn loop_words(bound: &Bound) -> String {
    match bound {
        Bound::AtMost(number) => format!("up to {number} times"),
        // What has no name of its own is described, not quoted.
        Bound::Input(name) if name.contains(' ') => format!("once for each element of {name}"),
        Bound::Input(name) => format!("once for each element of `{name}`"),
        Bound::Unknown => "without a known bound".to_owned(),
    }
}
