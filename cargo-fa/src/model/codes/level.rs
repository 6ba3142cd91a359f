//! What a code carries besides its words: its level, its family, who reports it, and what rustc makes of it.

use serde::{Deserialize, Serialize};

/// How much a finding matters; ordered from silent to fatal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not reported.
    Allow,
    /// Advice: reported, never fails a run.
    Hint,
    /// Reported, fails a run only under `-D warnings`.
    Warn,
    /// Reported, fails the run.
    Deny,
    /// Reported by a running program, never by `cargo fa`.
    Event,
}

impl Level {
    /// The word that configuration and machine formats use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Hint => "hint",
            Self::Warn => "warn",
            Self::Deny => "deny",
            Self::Event => "event",
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The family of a code, given by the first digit of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// `FA0xx`: what a running allocator reports.
    Runtime,
    /// `FA1xx`: the Bevy plugin.
    Bevy,
    /// `FA2xx`: frames and threads.
    Threading,
    /// `FA3xx`: budgets and bounds.
    Budgets,
    /// `FA4xx`: the general heap on the frame path.
    Heap,
    /// `FA5xx`: what allocations do over many frames, and advice about pools.
    Behavior,
    /// `FA6xx`: the lifetime of frame data.
    Dirtymem,
    /// `FA7xx`: frames and `async`.
    AsyncSafety,
    /// `FA8xx`: tags and who may use them.
    Architecture,
    /// `FA9xx`: suppressions, configuration and files that could not be read.
    Hygiene,
}

impl Group {
    /// Every group, in the order of its numbers.
    pub const ALL: [Self; 10] = [
        Self::Runtime,
        Self::Bevy,
        Self::Threading,
        Self::Budgets,
        Self::Heap,
        Self::Behavior,
        Self::Dirtymem,
        Self::AsyncSafety,
        Self::Architecture,
        Self::Hygiene,
    ];

    /// The name used on the command line and in `.fa.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Bevy => "bevy",
            Self::Threading => "threading",
            Self::Budgets => "budgets",
            Self::Heap => "heap",
            Self::Behavior => "behavior",
            Self::Dirtymem => "dirtymem",
            Self::AsyncSafety => "async-safety",
            Self::Architecture => "architecture",
            Self::Hygiene => "hygiene",
        }
    }

    /// Other spellings that are understood: `lifetime`, `async`, `pools`.
    #[must_use]
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Dirtymem => &["lifetime"],
            Self::AsyncSafety => &["async"],
            Self::Behavior => &["behaviour", "pools"],
            Self::Budgets => &["budget"],
            _ => &[],
        }
    }

    /// What the group is about, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Runtime => "reported by a running allocator",
            Self::Bevy => "the Bevy plugin, at run time",
            Self::Threading => "frames and threads",
            Self::Budgets => "budgets and bounds",
            Self::Heap => "the general heap on the frame path",
            Self::Behavior => "behaviour over many frames, and pools",
            Self::Dirtymem => "the lifetime of frame data",
            Self::AsyncSafety => "frames and async",
            Self::Architecture => "tags and who may use them",
            Self::Hygiene => "suppressions, configuration, files not read",
        }
    }

    /// The range of its numbers as the documents write it: `FA6xx`.
    #[must_use]
    pub fn range(self) -> &'static str {
        match self {
            Self::Runtime => "FA0xx",
            Self::Bevy => "FA1xx",
            Self::Threading => "FA2xx",
            Self::Budgets => "FA3xx",
            Self::Heap => "FA4xx",
            Self::Behavior => "FA5xx",
            Self::Dirtymem => "FA6xx",
            Self::AsyncSafety => "FA7xx",
            Self::Architecture => "FA8xx",
            Self::Hygiene => "FA9xx",
        }
    }

    /// The group that a number such as `FA601` belongs to.
    #[must_use]
    pub fn of_number(number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| number.get(..3) == group.range().get(..3))
    }

    /// The group with this name, alias or range, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let wanted = text.replace('_', "-").to_ascii_lowercase();
        Self::ALL.into_iter().find(|group| {
            group.name() == wanted
                || group.aliases().contains(&wanted.as_str())
                || group.range().eq_ignore_ascii_case(&wanted)
        })
    }
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Who reports a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// A running program: events, diagnostics, the behaviour filter.
    RunTime,
    /// `cargo fa`.
    Analyser,
}

/// Whether rustc refuses the code that a finding is about, so that the finding explains an error rather than finds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// rustc compiles it.
    Never,
    /// rustc refuses some forms of it; raw pointers, handles and design rules are for `cargo fa`.
    Partly,
}
