//! The one registry of FA codes: run-time diagnostics, the analyser and the documentation all use these numbers.
//!
//! A number is frozen once it has been published: it is never given another meaning and never used again after its
//! code is withdrawn.

mod level;
mod registry;
mod select;

pub use level::{Group, Level, Refusal, Stage};
pub use registry::{ALL, *};
pub use select::{Selector, UnknownSelector};

/// One diagnostic of framealloc: its number, its name and what is fixed about it.
#[derive(Debug)]
pub struct Code {
    /// The number, such as `FA601`.
    pub number: &'static str,
    /// The name in kebab case, such as `frame-escape`.
    pub name: &'static str,
    /// The family that `--dirtymem` and its siblings, `list --category` and `[lints]` select by.
    pub group: Group,
    /// The level that holds where neither the command line, nor the source, nor `.fa.toml` says otherwise.
    pub level: Level,
    /// Who reports it.
    pub stage: Stage,
    /// Whether rustc refuses the code that this code is about.
    pub refusal: Refusal,
    /// The version of framealloc that published it.
    pub since: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub summary: &'static str,
    /// What `cargo fa explain` says, in Markdown.
    pub text: &'static str,
}

impl Code {
    /// The code with this number or name, in any case: `FA601`, `fa601`, `frame-escape`, `frame_escape`.
    #[must_use]
    pub fn find(text: &str) -> Option<&'static Self> {
        let wanted = text.replace('_', "-");
        ALL.iter()
            .copied()
            .find(|code| code.number.eq_ignore_ascii_case(&wanted) || code.name.eq_ignore_ascii_case(&wanted))
    }

    /// Whether `cargo fa` can report it, as opposed to a running program.
    #[must_use]
    pub fn is_analysed(&self) -> bool {
        self.stage == Stage::Analyser
    }

    /// Whether `--pedantic` raises it from `allow` to `hint`.
    #[must_use]
    pub fn is_pedantic(&self) -> bool {
        self.level == Level::Allow && self.group == Group::Heap
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(other.number)
    }
}

impl std::hash::Hash for Code {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_and_names_are_unique_and_sorted() {
        let mut numbers = HashSet::new();
        let mut names = HashSet::new();
        for code in ALL {
            assert!(numbers.insert(code.number), "{} is used twice", code.number);
            assert!(names.insert(code.name), "{} is used twice", code.name);
        }
        assert!(ALL.is_sorted_by_key(|code| code.number));
    }

    #[test]
    fn a_number_starts_with_the_digit_of_its_group() {
        for code in ALL {
            assert_eq!(code.number.len(), 5, "{code}");
            assert_eq!(Group::of_number(code.number), Some(code.group), "{code}");
            assert_eq!(code.stage == Stage::RunTime, code.level == Level::Event, "{code}");
            assert!(!code.summary.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn a_code_is_found_by_number_and_by_name() {
        for code in ALL {
            assert_eq!(Code::find(code.number), Some(*code));
            assert_eq!(Code::find(&code.number.to_lowercase()), Some(*code));
            assert_eq!(Code::find(code.name), Some(*code));
            assert_eq!(Code::find(&code.name.replace('-', "_")), Some(*code));
        }
        assert_eq!(Code::find("FA999"), None);
    }

    /// Numbers that releases have published, with the name they were published under. Lines are only ever added.
    const PUBLISHED: &str = include_str!("published.txt");

    fn version(text: &str) -> Vec<u32> {
        text.split('.').map(|part| part.parse().unwrap_or_else(|_| panic!("{text} is no version"))).collect()
    }

    #[test]
    fn a_published_number_keeps_its_name() {
        let published: Vec<(&str, &str)> =
            PUBLISHED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect();
        for code in ALL {
            let is_released = version(code.since) < version(env!("CARGO_PKG_VERSION"));
            let known = published.iter().find(|(number, _)| *number == code.number);
            assert!(
                known.map_or(!is_released, |(_, name)| *name == code.name),
                "{} {} is not in published.txt: add what {} has released, or take a fresh number if that one was used before",
                code.number,
                code.name,
                code.since
            );
        }
        let numbers: HashSet<_> = published.iter().map(|(number, _)| number).collect();
        assert_eq!(numbers.len(), published.len(), "a number appears twice in published.txt");
    }
}
