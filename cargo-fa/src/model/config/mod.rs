//! `.fa.toml`: what a project declares about its tags, budgets, bounds and levels.

mod modules;
mod read;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::codes::{Level, Selector};
use crate::model::finding::Place;

use framealloc_syntax::Effect;

pub use framealloc_syntax::find_fa_toml as discover;
pub use modules::matches;
pub use read::{ConfigError, read};
pub use schema::schema;

/// Bevy's own schedules that run every frame, those of rendering among them.
pub const BEVY_SCHEDULES: &[&str] = &[
    "First",
    "PreUpdate",
    "RunFixedMainLoop",
    "FixedFirst",
    "FixedPreUpdate",
    "FixedUpdate",
    "FixedPostUpdate",
    "FixedLast",
    "Update",
    "SpawnScene",
    "PostUpdate",
    "Last",
    "ExtractSchedule",
    "Render",
];

/// The name of the file.
pub const FILE_NAME: &str = ".fa.toml";

/// Everything that `.fa.toml` can say, with the defaults for what it does not say.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file as the workspace sees it, or `None` if there is none.
    pub file: Option<Arc<str>>,
    /// `[analysis]`.
    pub analysis: AnalysisSection,
    /// `[lints]`, in the order of the file.
    pub lints: Vec<(Selector, Level)>,
    /// `[tags.<name>]`.
    pub tags: BTreeMap<String, TagSection>,
    /// `[budgets]`.
    pub budgets: BudgetsSection,
    /// `[thresholds]`.
    pub thresholds: ThresholdsSection,
    /// `[effects]`, in the order of the file.
    pub effects: Vec<DeclaredEffects>,
    /// `[assume]`: upper bounds for names that occur in symbolic sizes.
    pub assume: BTreeMap<String, u64>,
}

impl Config {
    /// Whether functions with this path, which starts with the name of its crate, have an effect, as far as `[effects]` says:
    /// of entries that fit, the last one that says it decides.
    #[must_use]
    pub fn declares(&self, effect: Effect, path: &str) -> Option<bool> {
        let says = |entry: &DeclaredEffects| match effect {
            Effect::Heap => entry.heap,
            Effect::Block => entry.block,
        };
        self.effects.iter().rev().filter(|entry| matches(&entry.pattern, path)).find_map(says)
    }

    /// The declared tag that a path belongs to: its own, or the nearest one above it.
    #[must_use]
    pub fn layer_of(&self, path: &str) -> Option<(&str, &TagSection)> {
        let mut name = path;
        loop {
            if let Some((name, tag)) = self.tags.get_key_value(name) {
                return Some((name, tag));
            }
            name = name.rsplit_once("::")?.0;
        }
    }
}

/// `[analysis]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalysisSection {
    /// Path globs, relative to the file; nothing in them is reported.
    pub exclude: Vec<String>,
    /// Findings below this level are not reported.
    pub min_severity: Level,
    /// Every warning fails the run.
    pub deny_warnings: bool,
    /// Paths of functions that run every frame, besides those that attributes and begin/end pairs mark.
    pub roots: Vec<String>,
    /// Names of Bevy schedules whose systems run every frame.
    pub bevy_schedules: Vec<String>,
}

impl Default for AnalysisSection {
    fn default() -> Self {
        Self {
            exclude: Vec::new(),
            min_severity: Level::Hint,
            deny_warnings: false,
            roots: Vec::new(),
            bevy_schedules: BEVY_SCHEDULES.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

/// An entry of `[effects]`: what functions do whose code is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredEffects {
    /// Paths of functions, with all below them.
    pub pattern: String,
    /// Whether they use the heap; `None` is not known.
    pub heap: Option<bool>,
    /// Whether they may wait; `None` is not known.
    pub block: Option<bool>,
    /// Where the file says it.
    pub place: Place,
}

/// `[tags.<name>]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagSection {
    /// Module paths that may use the tag, with their submodules; empty is any.
    pub modules: Vec<String>,
    /// Tags that code under this one may call into; `None` is any.
    pub may_use: Option<Vec<String>>,
    /// Bytes per frame.
    pub budget: Option<u64>,
    /// Bytes of the heap at once.
    pub heap_budget: Option<u64>,
    /// Where the file declares it.
    pub place: Place,
}

/// `[budgets]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetsSection {
    /// Every thread that allocates needs a budget; turns FA203 on.
    pub required: bool,
    /// Bytes per thread and frame that hold where the program sets nothing else.
    pub thread: Option<u64>,
}

/// `[thresholds]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdsSection {
    /// Loops known to run at most this often are not hot.
    pub hot_loop_bound: u64,
}

impl Default for ThresholdsSection {
    fn default() -> Self {
        Self { hot_loop_bound: 16 }
    }
}
