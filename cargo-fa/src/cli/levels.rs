//! Which level a finding has in a run, and which codes the run looks for.
//!
//! The command line decides over the source, the source over `.fa.toml`, that over the registry. On the command line the
//! last flag wins; in `.fa.toml` the narrowest key.

use crate::model::codes::{Code, FA203, Group, Level, Selector};
use crate::model::config::Config;
use crate::model::finding::{Confidence, Finding};

/// One `--deny`, `--warn`, `--allow` or `--forbid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelFlag {
    /// The level that it gives.
    pub level: Level,
    /// What it gives it to.
    pub target: LevelTarget,
    /// Suppressions in the source do not hold against it.
    pub forbid: bool,
}

/// What a level flag is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelTarget {
    /// Some codes.
    Codes(Selector),
    /// Whatever is a warning so far: `-D warnings`.
    Warnings,
}

/// The levels of one run.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// Flags in the order of the command line.
    pub flags: Vec<LevelFlag>,
    /// `[lints]`.
    pub configured: Vec<(Selector, Level)>,
    /// `[analysis] deny_warnings`.
    pub deny_warnings: bool,
    /// `[budgets] required`.
    pub budgets_required: bool,
    /// `--pedantic`.
    pub pedantic: bool,
    /// Groups that were asked for by `--dirtymem` and its siblings; empty is all.
    pub groups: Vec<Group>,
    /// `--only`; empty is all.
    pub only: Vec<Selector>,
    /// `--skip`.
    pub skip: Vec<Selector>,
    /// Findings below it are not reported.
    pub min_severity: Option<Level>,
}

impl Levels {
    /// The levels that a configuration asks for, before the command line has its say.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        Self {
            configured: config.lints.clone(),
            deny_warnings: config.analysis.deny_warnings,
            budgets_required: config.budgets.required,
            min_severity: Some(config.analysis.min_severity),
            ..Self::default()
        }
    }

    /// Whether the run looks for the code: it is selected and not allowed.
    #[must_use]
    pub fn enabled(&self, code: &'static Code) -> bool {
        self.selected(code) && self.resolve(code, None, Confidence::High) != Level::Allow
    }

    /// Whether a suppression of the code holds: not under `--forbid`.
    #[must_use]
    pub fn forbidden(&self, code: &Code) -> bool {
        self.flags
            .iter()
            .any(|flag| flag.forbid && matches!(flag.target, LevelTarget::Codes(codes) if codes.contains(code)))
    }

    /// The level at which the finding is reported; [`Level::Allow`] if it is not.
    #[must_use]
    pub fn level(&self, finding: &Finding) -> Level {
        if !self.selected(finding.code) || (finding.confidence == Confidence::Low && !self.pedantic) {
            return Level::Allow;
        }
        let level = self.resolve(finding.code, finding.escalated.then_some(Level::Deny), finding.confidence);
        if self.min_severity.is_some_and(|least| level < least) { Level::Allow } else { level }
    }

    fn selected(&self, code: &Code) -> bool {
        let grouped = self.groups.is_empty() || code.group == Group::Hygiene || self.groups.contains(&code.group);
        // `--only FA602` means FA602, without the hygiene that a group keeps.
        let only = self.only.is_empty() || self.only.iter().any(|selector| selector.contains(code));
        grouped && only && !self.skip.iter().any(|selector| selector.contains(code))
    }

    /// The level of a finding of this code, of which the project has `raised` the level by other means than levels.
    fn resolve(&self, code: &'static Code, raised: Option<Level>, confidence: Confidence) -> Level {
        let mut level = code.level;
        if (self.pedantic && code.is_pedantic()) || (self.budgets_required && *code == FA203) {
            level = if *code == FA203 { Level::Warn } else { Level::Hint };
        }
        let narrowest = self.configured.iter().filter(|(selector, _)| selector.contains(code));
        if let Some((_, configured)) = narrowest.max_by_key(|(selector, _)| selector.precision()) {
            level = *configured;
        }
        if let Some(raised) = raised {
            level = raised;
        }
        if confidence == Confidence::Low {
            // A guess is advice: it must not fail a run unless that was asked for by name.
            level = level.min(Level::Hint);
        }
        if self.deny_warnings && level == Level::Warn {
            level = Level::Deny;
        }
        for flag in &self.flags {
            let holds = match flag.target {
                LevelTarget::Codes(selector) => selector.contains(code),
                LevelTarget::Warnings => level == Level::Warn,
            };
            if holds {
                level = flag.level;
            }
        }
        level
    }
}

/// The groups that a category of the documents stands for.
#[must_use]
pub fn category(name: &str) -> &'static [Group] {
    match name {
        "dirtymem" => &[Group::Dirtymem, Group::Heap, Group::Behavior],
        "async-safety" => &[Group::AsyncSafety],
        "threading" => &[Group::Threading],
        "architecture" => &[Group::Architecture],
        "budgets" => &[Group::Budgets],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::codes::{FA401, FA403, FA601, FA602, FA701, FA801, FA901};
    use crate::model::finding::Place;

    fn flag(level: Level, word: &str) -> LevelFlag {
        let target = if word == "warnings" { LevelTarget::Warnings } else { LevelTarget::Codes(word.parse().unwrap()) };
        LevelFlag { level, target, forbid: false }
    }

    fn finding(code: &'static Code) -> Finding {
        Finding::new(code, "test", Place::new("src/lib.rs", 0, 1))
    }

    fn configured(words: &[(&str, Level)]) -> Levels {
        let configured = words.iter().map(|(word, level)| (word.parse().unwrap(), *level)).collect();
        Levels { configured, ..Levels::default() }
    }

    #[test]
    fn the_last_flag_of_the_command_line_wins() {
        let levels = Levels { flags: vec![flag(Level::Deny, "FA6"), flag(Level::Allow, "FA602")], ..Levels::default() };
        assert_eq!(levels.level(&finding(&FA602)), Level::Allow);
        let levels = Levels { flags: vec![flag(Level::Allow, "FA602"), flag(Level::Deny, "FA6")], ..Levels::default() };
        assert_eq!(levels.level(&finding(&FA602)), Level::Deny);
        let levels =
            Levels { flags: vec![flag(Level::Deny, "warnings"), flag(Level::Warn, "FA602")], ..Levels::default() };
        assert_eq!(levels.level(&finding(&FA602)), Level::Warn);
        assert_eq!(levels.level(&finding(&FA401)), Level::Deny);
    }

    #[test]
    fn the_narrowest_key_of_the_configuration_wins() {
        let levels = configured(&[("FA602", Level::Hint), ("dirtymem", Level::Allow), ("FA6", Level::Deny)]);
        assert_eq!(levels.level(&finding(&FA602)), Level::Hint);
        assert_eq!(levels.level(&finding(&FA601)), Level::Deny);
    }

    #[test]
    fn the_command_line_is_over_the_source_and_that_over_the_configuration() {
        let mut levels = configured(&[("FA401", Level::Allow)]);
        let escalated = Finding { escalated: true, ..finding(&FA401) };
        assert_eq!(levels.level(&finding(&FA401)), Level::Allow);
        assert_eq!(levels.level(&escalated), Level::Deny);
        levels.flags.push(flag(Level::Hint, "FA401"));
        assert_eq!(levels.level(&escalated), Level::Hint);
    }

    #[test]
    fn guesses_and_pedantry_appear_on_demand() {
        let guess = finding(&FA601).confidence(Confidence::Low);
        assert_eq!(Levels::default().level(&guess), Level::Allow);
        assert_eq!(Levels::default().level(&finding(&FA403)), Level::Allow);
        let levels = Levels { pedantic: true, ..Levels::default() };
        assert_eq!(levels.level(&guess), Level::Hint);
        assert_eq!(levels.level(&finding(&FA403)), Level::Hint);
        assert!(levels.enabled(&FA403) && !Levels::default().enabled(&FA403));
    }

    #[test]
    fn a_category_keeps_its_groups_and_the_hygiene() {
        let levels = Levels { groups: category("dirtymem").to_vec(), ..Levels::default() };
        assert!(levels.enabled(&FA602) && levels.enabled(&FA401) && levels.enabled(&FA901));
        assert!(!levels.enabled(&FA801) && !levels.enabled(&FA701));
        let levels = Levels { only: vec!["FA602".parse().unwrap()], ..Levels::default() };
        assert!(levels.enabled(&FA602) && !levels.enabled(&FA601) && !levels.enabled(&FA901));
        let levels = Levels { skip: vec!["FA6".parse().unwrap()], ..Levels::default() };
        assert!(!levels.enabled(&FA602) && levels.enabled(&FA701));
    }

    #[test]
    fn a_floor_hides_what_is_below_it() {
        let levels = Levels { min_severity: Some(Level::Deny), ..Levels::default() };
        assert_eq!(levels.level(&finding(&FA602)), Level::Allow);
        assert_eq!(levels.level(&finding(&FA601)), Level::Deny);
    }

    #[test]
    fn required_budgets_turn_their_code_on() {
        assert!(!Levels::default().enabled(&FA203));
        assert!(Levels { budgets_required: true, ..Levels::default() }.enabled(&FA203));
    }
}
