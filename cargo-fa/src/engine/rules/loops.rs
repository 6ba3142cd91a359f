//! How often loops run, and what FA301 and FA602 find in them.

use super::{Context, Occurrence};
use crate::engine::flow::event::{EventKind, LoopAround, Site};
use crate::engine::flow::value::Bound;
use crate::model::config::Config;
use crate::model::finding::{Confidence, Finding};

/// An allocation from the frame in loops that are not known to be short.
pub(super) struct LoopAllocation<'c> {
    /// The call that allocates.
    pub(super) what: &'c str,
    /// The loop to blame, and whether nothing is known of how often it runs.
    pub(super) hot: &'c LoopAround,
    pub(super) unbounded: bool,
    /// The call of this function in that loop, where the loop is around a caller.
    pub(super) call: Option<Site>,
}

impl<'c> LoopAllocation<'c> {
    /// Of an allocation: the loops around it count first, then those around the calls on the way to its function.
    pub(super) fn find(cx: &Context<'_, '_>, occurrence: &Occurrence<'c>) -> Option<Self> {
        let EventKind::FrameAlloc { what, once, own, .. } = &occurrence.event.kind else { return None };
        if occurrence.event.cold.is_some() || *once || !occurrence.runs_in_frame() {
            return None;
        }
        if let Some((hot, unbounded)) = hottest(cx, occurrence.event.loops.iter()) {
            return Some(Self { what, hot, unbounded, call: None });
        }
        // The memory of a scope is given back before the loop around the call comes round.
        let reached = occurrence.reached.filter(|_| !*own && !occurrence.event.in_frame)?;
        let (site, _) = reached.loops.last()?;
        let (hot, unbounded) = hottest(cx, reached.loops.iter().map(|(_, around)| around))?;
        Some(Self { what, hot, unbounded, call: Some(*site) })
    }

    /// Where the finding is: at the allocation, or at the call in the loop.
    pub(super) fn place(&self, cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> crate::model::finding::Place {
        self.call.map_or_else(|| cx.here(occurrence), |site| cx.place(site))
    }

    /// The finding with the loop, and the way to the allocation.
    pub(super) fn described(&self, cx: &Context<'_, '_>, occurrence: &Occurrence<'_>, finding: Finding) -> Finding {
        let file = self.call.map_or(occurrence.file, |site| site.file);
        let mut finding = finding.label(cx.place(Site { file, span: self.hot.span }), "in this loop");
        if self.call.is_some() {
            finding = finding.note_at(cx.here(occurrence), "the allocation").confidence(Confidence::Medium);
        }
        cx.with_path(occurrence, finding)
    }
}

/// The loop to blame among these, outermost first, unless together they are known to run seldom; and whether it has no
/// known bound.
fn hottest<'c>(
    cx: &Context<'_, '_>,
    loops: impl DoubleEndedIterator<Item = &'c LoopAround> + Clone,
) -> Option<(&'c LoopAround, bool)> {
    match trips(loops.clone(), cx.config) {
        Ok(trips) if trips <= cx.config.thresholds.hot_loop_bound => None,
        Ok(_) => loops.last().map(|last| (last, false)),
        Err(_) => {
            let endless = loops.clone().find(|around| around.bound == Bound::Unknown);
            let input = || loops.rev().find(|around| matches!(around.bound, Bound::Input(_)));
            endless.map(|endless| (endless, true)).or_else(|| input().map(|input| (input, false)))
        }
    }
}

/// How often loops run, all together; `Err` names the first whose number is not known.
pub(super) fn trips<'e>(loops: impl Iterator<Item = &'e LoopAround>, config: &Config) -> Result<u64, &'e Bound> {
    let mut product = 1_u64;
    for around in loops {
        let number = match &around.bound {
            Bound::AtMost(number) => *number,
            Bound::Input(name) => match assumed(name, config) {
                Some(number) => number,
                None => return Err(&around.bound),
            },
            Bound::Unknown => return Err(&around.bound),
        };
        product = product.saturating_mul(number);
    }
    Ok(product)
}

/// What `[assume]` says about a name: `entities` also stands for `self.entities.len()`.
pub(super) fn assumed(name: &str, config: &Config) -> Option<u64> {
    let bare = name.strip_suffix(".len()").unwrap_or(name);
    let last = bare.rsplit('.').next().unwrap_or(bare);
    config.assume.get(bare).or_else(|| config.assume.get(last)).copied()
}

/// What a loop goes over, for messages.
pub(super) fn loop_words(bound: &Bound) -> String {
    match bound {
        Bound::AtMost(number) => format!("up to {number} times"),
        // What has no name of its own is described, not quoted.
        Bound::Input(name) if name.contains(' ') => format!("once for each element of {name}"),
        Bound::Input(name) => format!("once for each element of `{name}`"),
        Bound::Unknown => "without a known bound".to_owned(),
    }
}
