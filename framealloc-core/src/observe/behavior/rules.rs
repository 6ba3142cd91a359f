//! From figures to issues.

use core::cmp::Reverse;

use super::BehaviorThresholds;
use super::report::{BehaviorIssue, BehaviorReport, ObjectBehavior, PoolBehavior, SystemBehavior, TagBehavior};
use crate::strict::Level;

/// FA530 counts requests in so many frames: a second of most games.
const SECOND: u64 = 60;

/// FA530: a path is hot if it runs in one of so many frames. Loading a level is not, however much it takes.
const HOT: u64 = 10;

/// What there is to find.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// FA501 of promoted values.
    Lives,
    /// FA501 of shared values.
    LateRequests,
    /// FA502.
    Survival,
    /// FA510.
    Scratch,
    /// FA520.
    Churn,
    /// FA530 of a tag.
    Heap,
    /// FA530 of a system that declares `no_heap`.
    NoHeap,
}

/// A figure over its limit.
#[derive(Clone, Copy)]
pub(super) struct Finding {
    pub(super) rule: Rule,
    observed: f64,
    threshold: f64,
}

impl Rule {
    /// Something, if enough was seen and it is over the limit.
    fn finds(self, is_enough: bool, observed: f64, threshold: f64) -> Option<Finding> {
        (is_enough && observed > threshold).then_some(Finding { rule: self, observed, threshold })
    }

    fn code(self) -> &'static str {
        match self {
            Self::Lives | Self::LateRequests => "FA501",
            Self::Survival => "FA502",
            Self::Scratch => "FA510",
            Self::Churn => "FA520",
            Self::Heap | Self::NoHeap => "FA530",
        }
    }

    fn level(self) -> Level {
        match self {
            Self::Scratch => Level::Hint,
            Self::Lives | Self::LateRequests | Self::Survival | Self::Churn | Self::Heap => Level::Warning,
            Self::NoHeap => Level::Error,
        }
    }

    fn suggestion(self) -> &'static str {
        match self {
            Self::Lives => "make them where they live: `pool_box`, `heap_box` or a scratch region",
            Self::LateRequests => {
                "share it again in every frame, or keep what is wanted longer in a `PoolBox` or a scratch region"
            }
            Self::Survival => {
                "allocate what is kept with `pool_box` or in a scratch region, and retain only what may turn out useless"
            }
            Self::Scratch => "use frame memory: `frame_box`, `frame_vec`, in hot loops a cursor",
            Self::Churn => "keep one value and change it in place, or make it with `pool_box`",
            Self::Heap => {
                "use frame memory or a pool in code that runs every frame; raise budgets that send requests to the heap"
            }
            Self::NoHeap => "use frame memory or a pool, or take `no_heap` from the attribute",
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a game stay far below 2^52")]
fn part(count: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { count as f64 / all as f64 }
}

/// Requests in a second, where at least every tenth frame has some.
fn heap_rate(requests: u64, heap_frames: u64, frames: u64) -> f64 {
    if heap_frames * HOT >= frames { part(SECOND * requests, frames) } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "limits stay far below 2^52")]
fn limit(count: u64) -> f64 {
    count as f64
}

pub(super) fn of_tag(tag: &TagBehavior, limits: &BehaviorThresholds) -> impl Iterator<Item = Finding> + use<> {
    let enough = |samples: u64| samples >= limits.min_samples;
    // Retention is for what may have to be dropped: where most of it is, long lives are what it is for.
    let is_habit = part(tag.promoted, tag.retained) > limits.frame_survival_rate;
    let lived = limit(limits.frame_survival_frames);
    let survived = part(tag.promoted_frame_bytes, tag.frame_bytes);
    let promotions = part(tag.promoted, tag.active_frames);
    let heap = heap_rate(tag.heap_requests, tag.heap_frames, tag.frames);
    let findings = [
        Rule::Lives.finds(enough(tag.followed) && is_habit, tag.mean_lifetime, lived),
        Rule::LateRequests.finds(enough(tag.late_requests), limit(tag.latest_request), lived),
        Rule::Survival.finds(enough(tag.promoted), survived, limits.frame_survival_rate),
        scratch(&tag.objects, limits),
        Rule::Churn.finds(enough(tag.active_frames), promotions, limits.promotion_churn_rate),
        Rule::Heap.finds(enough(tag.frames), heap, limit(limits.heap_in_hot_path_count)),
    ];
    findings.into_iter().flatten()
}

pub(super) fn of_pool(pool: &PoolBehavior, limits: &BehaviorThresholds) -> impl Iterator<Item = Finding> + use<> {
    scratch(&pool.objects, limits).into_iter()
}

pub(super) fn of_system(system: &SystemBehavior, limits: &BehaviorThresholds) -> impl Iterator<Item = Finding> + use<> {
    let heap = heap_rate(system.heap_calls, system.heap_frames, system.frames);
    let is_enough = system.frames >= limits.min_samples;
    Rule::NoHeap.finds(is_enough, heap, limit(limits.heap_in_hot_path_count)).into_iter()
}

fn scratch(objects: &ObjectBehavior, limits: &BehaviorThresholds) -> Option<Finding> {
    let rate = part(objects.freed_in_frame, objects.estimated);
    Rule::Scratch.finds(objects.sampled >= limits.min_samples, rate, limits.pool_same_frame_free_rate)
}

impl Finding {
    pub(super) fn in_tag(self, tag: &TagBehavior) -> BehaviorIssue {
        let (path, observed) = (tag.path, self.observed);
        let message = match self.rule {
            Rule::Lives => format!(
                "values retained under `{path}` outlive {observed:.1} frames on average; {} of {} were promoted",
                tag.promoted, tag.retained
            ),
            Rule::LateRequests => format!(
                "shared values are asked for under `{path}` up to {observed} frames after their own, {} times",
                tag.late_requests
            ),
            Rule::Survival => format!(
                "{:.0} % of the frame bytes of `{path}` are promoted at the end of their frame",
                100.0 * observed
            ),
            Rule::Churn => format!("`{path}` promotes {observed:.2} values in each frame that it is active in"),
            Rule::Heap | Rule::NoHeap => format!(
                "`{path}` asks the heap {observed:.1} times in 60 frames, in {} of {} frames",
                tag.heap_frames, tag.frames
            ),
            Rule::Scratch => scratch_message(observed, "pool objects made under", path),
        };
        BehaviorIssue { tag: Some(path), ..self.issue(message) }
    }

    pub(super) fn in_pool(self, pool: &PoolBehavior) -> BehaviorIssue {
        let message = scratch_message(self.observed, "objects of the pool", pool.name);
        BehaviorIssue { tag: pool.tag, pool: Some(pool.name), ..self.issue(message) }
    }

    pub(super) fn in_system(self, system: &SystemBehavior) -> BehaviorIssue {
        let SystemBehavior { name, frames, heap_frames, .. } = system;
        let message = format!(
            "`{name}` declares `no_heap` and calls the global allocator {:.1} times in 60 frames, in {heap_frames} of {frames} frames",
            self.observed
        );
        BehaviorIssue { system: Some(name), ..self.issue(message) }
    }

    fn issue(self, message: String) -> BehaviorIssue {
        let Self { rule, observed, threshold } = self;
        let (code, level, suggestion) = (rule.code(), rule.level(), rule.suggestion());
        let (tag, pool, system) = (None, None, None);
        BehaviorIssue { code, level, message, tag, pool, system, observed, threshold, suggestion }
    }
}

fn scratch_message(observed: f64, what: &str, name: &str) -> String {
    format!("{:.0} % of the {what} `{name}` are freed in the frame that made them", 100.0 * observed)
}

/// All issues, the worst first.
pub(super) fn issues(report: &BehaviorReport, limits: &BehaviorThresholds) -> Vec<BehaviorIssue> {
    let tags = report.tags.iter().flat_map(|tag| of_tag(tag, limits).map(|finding| finding.in_tag(tag)));
    let pools = report.pools.iter().flat_map(|pool| of_pool(pool, limits).map(|finding| finding.in_pool(pool)));
    let systems =
        report.systems.iter().flat_map(|system| of_system(system, limits).map(|finding| finding.in_system(system)));
    let mut issues: Vec<_> = tags.chain(pools).chain(systems).collect();
    issues.sort_by_key(|issue| (Reverse(issue.level), issue.code, issue.system, issue.pool, issue.tag));
    issues
}
