//! What the filter has to say.

use core::fmt;

use crate::observe::diagnostic::Diagnostic;
use crate::strict::Level;

/// A pattern that costs more than it must.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BehaviorIssue {
    /// FA501, FA502, FA510, FA520 or FA530: `cargo fa explain FA501` has an example of each.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was seen, with figures.
    pub message: String,
    /// The path of the tag: that of the values, or that of the pool.
    pub tag: Option<&'static str>,
    /// The name of the pool, for objects of a pool of their own.
    pub pool: Option<&'static str>,
    /// The name of the function, for systems that declare `no_heap`.
    pub system: Option<&'static str>,
    /// The figure that is over its limit.
    pub observed: f64,
    /// The limit, from the [`BehaviorThresholds`](super::BehaviorThresholds).
    pub threshold: f64,
    /// What to do about it.
    pub suggestion: &'static str,
}

impl BehaviorIssue {
    pub(super) fn into_diagnostic(self) -> Diagnostic {
        let Self { code, level, message, tag, pool, system, suggestion, .. } = self;
        let diagnostic = Diagnostic::new(code, level, message).with_help(suggestion);
        let diagnostic = match tag {
            Some(tag) => diagnostic.with_tag(tag),
            None => diagnostic,
        };
        // The suggestion is that of the rule: there are two behind FA501.
        diagnostic.with_subject((pool, system, suggestion))
    }
}

/// One line.
impl fmt::Display for BehaviorIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, level, message, observed, threshold, suggestion, .. } = self;
        write!(f, "{code} {level}: {message} ({observed:.2}, limit {threshold:.2}); {suggestion}")
    }
}

/// What a tag did while the filter was enabled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TagBehavior {
    /// The path of the tag.
    pub path: &'static str,
    /// Frames from its first activity on.
    pub frames: u64,
    /// Frames in which it was active.
    pub active_frames: u64,
    /// Bytes of frame memory.
    pub frame_bytes: u64,
    /// Values that were retained when a frame ended with promotions.
    pub retained: u64,
    /// Those that were promoted.
    pub promoted: u64,
    /// Bytes of these, without what they own elsewhere.
    pub promoted_bytes: u64,
    /// Bytes of frame memory that these took, with what the list of retained values takes.
    pub promoted_frame_bytes: u64,
    /// Promoted values whose life was followed: all, while at most 64 are alive.
    pub followed: u64,
    /// Frames that these have outlived on average, those that are alive so far.
    pub mean_lifetime: f64,
    /// Shared values that were asked for more than `frame_survival_frames` frames after their own.
    pub late_requests: u64,
    /// The most frames after its own that a shared value was asked for, of these.
    pub latest_request: u64,
    /// Objects made in pools of their size.
    pub objects: ObjectBehavior,
    /// Requests to the heap: `heap_box` and its kind, frame requests and pool objects that were served from there.
    pub heap_requests: u64,
    /// Frames in which there were any.
    pub heap_frames: u64,
}

/// What became of pool objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectBehavior {
    /// Objects made.
    pub made: u64,
    /// Objects in the sample: all, in frames that make at most 2048 objects over all pools.
    pub sampled: u64,
    /// How many objects the sample stands for: what `freed_in_frame` is a part of.
    pub estimated: u64,
    /// Objects freed in the frame that made them, by the thread that made them; estimated if `sampled` is less than `made`.
    pub freed_in_frame: u64,
}

/// What the objects of a pool of their own did while the filter was enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolBehavior {
    /// The name of the pool.
    pub name: &'static str,
    /// Its tag, if it has one.
    pub tag: Option<&'static str>,
    /// Its objects.
    pub objects: ObjectBehavior,
}

/// What a system that declares `no_heap` took from the global allocator while the filter was enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SystemBehavior {
    /// The name of the system.
    pub name: &'static str,
    /// Frames from its first call of the allocator on.
    pub frames: u64,
    /// Calls of the global allocator.
    pub heap_calls: u64,
    /// Frames in which there were any.
    pub heap_frames: u64,
}

/// What the behaviour filter has seen since it was enabled, as of the last frame that ended.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BehaviorReport {
    /// Whether the filter was enabled.
    pub enabled: bool,
    /// Frames that it saw.
    pub frames: u64,
    /// What is over a threshold, the worst first, then by code and name.
    pub issues: Vec<BehaviorIssue>,
    /// What each tag did, in the order of their first use in the program.
    pub tags: Vec<TagBehavior>,
    /// What the objects of pools of their own did, by name.
    pub pools: Vec<PoolBehavior>,
    /// What systems that declare `no_heap` took from the heap, by name.
    pub systems: Vec<SystemBehavior>,
}

impl BehaviorReport {
    /// Returns the issues of this level.
    pub fn issues_at_level(&self, level: Level) -> impl Iterator<Item = &BehaviorIssue> {
        self.issues.iter().filter(move |issue| issue.level == level)
    }

    /// Returns whether there is an error: a system that declares `no_heap` uses it all the time.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.issues_at_level(Level::Error).next().is_some()
    }

    /// Returns whether there is a warning.
    #[must_use]
    pub fn has_warnings(&self) -> bool {
        self.issues_at_level(Level::Warning).next().is_some()
    }

    /// Returns what a tag did, by its path.
    #[must_use]
    pub fn tag(&self, path: &str) -> Option<TagBehavior> {
        self.tags.iter().find(|tag| tag.path == path).copied()
    }

    /// Returns what the objects of a pool did, by its name.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<PoolBehavior> {
        self.pools.iter().find(|pool| pool.name == name).copied()
    }

    /// Returns one line: how many frames and issues there are.
    #[must_use]
    pub fn summary(&self) -> String {
        if !self.enabled {
            return "the behaviour filter is off".to_owned();
        }
        let count = |level| self.issues_at_level(level).count();
        let (errors, warnings, hints) = (count(Level::Error), count(Level::Warning), count(Level::Hint));
        format!("{} frames: {errors} errors, {warnings} warnings, {hints} hints", self.frames)
    }
}

/// The summary, and a line for each issue.
impl fmt::Display for BehaviorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary())?;
        self.issues.iter().try_for_each(|issue| write!(f, "\n{issue}"))
    }
}
