//! Which conditions of conditional compilation hold in the build that is analysed.

use std::collections::BTreeSet;

use super::script::Script;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{Attrs, Cfg, ItemId};
use crate::model::finding::Confidence;

/// What rustc and cargo set for a build.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// Code of tests is analysed: what is under `test` and what is under `not(test)` are both built, one after the other.
    pub(super) tests: bool,
    pub(super) debug_assertions: bool,
    /// What rustc sets for the target, with what `--cfg` adds; `None` if it could not be asked.
    pub(super) compiler: Option<CompilerCfgs>,
    pub(super) members: Vec<MemberConditions>,
}

/// Names, with a value where there is one.
pub(super) type CompilerCfgs = BTreeSet<(String, Option<String>)>;

/// What is set for one package.
#[derive(Debug, Default)]
pub(super) struct MemberConditions {
    /// `None` where nobody builds it, so that no condition is decided.
    pub(super) features: Option<BTreeSet<String>>,
    pub(super) script: Script,
}

/// What is taken to hold besides features and target.
#[derive(Clone, Copy)]
struct World {
    test: Option<bool>,
    debug: Option<bool>,
}

/// What rustc sets without being told; all other names come from flags and build scripts.
const COMPILER_NAMES: &[&str] = &["unix", "windows", "overflow_checks", "ub_checks", "relocation_model", "panic"];

impl Conditions {
    /// Whether a condition holds for a package; `None` when it depends on what is not known, or differs between the
    /// builds that are analysed together.
    pub(crate) fn holds(&self, member: usize, cfg: &Cfg) -> Option<bool> {
        self.evaluate(member, cfg, self.world(member))
    }

    /// Whether code under a condition is only there to find mistakes.
    pub(crate) fn is_debug_only(&self, member: usize, cfg: &Cfg) -> bool {
        let release = World { test: Some(false), debug: Some(false) };
        self.evaluate(member, cfg, release) == Some(false) && self.holds(member, cfg) != Some(false)
    }

    /// Whether code under a condition is only there in tests.
    pub(crate) fn is_test_only(&self, member: usize, cfg: &Cfg) -> bool {
        self.evaluate(member, cfg, World { test: Some(false), ..self.world(member) }) == Some(false)
    }

    /// Whether an item and everything around it in its file is built; what is not known counts as built.
    pub(crate) fn is_built(&self, member: usize, facts: &FileFacts, item: ItemId) -> bool {
        self.left_out_by(member, facts, item).is_none()
    }

    /// The condition that leaves an item out, if one does.
    pub(crate) fn left_out_by<'f>(&self, member: usize, facts: &'f FileFacts, item: ItemId) -> Option<&'f Cfg> {
        let around = std::iter::successors(Some(item), |id| facts.item(*id).parent);
        let mut all = around.map(|id| &*facts.item(id).attrs).chain([&facts.attrs]);
        all.find_map(|attrs| self.excluded_by(member, attrs))
    }

    fn excluded_by<'f>(&self, member: usize, attrs: &'f Attrs) -> Option<&'f Cfg> {
        if attrs.test && !self.tests {
            return Some(&Cfg::Test);
        }
        attrs.cfg.iter().find(|cfg| self.holds(member, cfg) == Some(false))
    }

    /// How sure it is that an item is compiled as it stands, given what is around it.
    pub(crate) fn certainty(&self, member: usize, facts: &FileFacts, item: ItemId) -> Confidence {
        let around = std::iter::successors(Some(item), |id| facts.item(*id).parent);
        let of_item = |id: ItemId| {
            let attrs = &facts.item(id).attrs;
            if attrs.in_macro {
                Confidence::Low
            } else if attrs.cfg.iter().all(|cfg| self.is_decided(member, cfg)) {
                Confidence::High
            } else {
                Confidence::Medium
            }
        };
        around.map(of_item).min().unwrap_or(Confidence::High)
    }

    /// Whether a condition is known to hold in one of the builds that are analysed together.
    pub(crate) fn is_decided(&self, member: usize, cfg: &Cfg) -> bool {
        let world = self.world(member);
        let tests = [world.test, Some(true), Some(false)];
        let tests = if self.tests { &tests[1..] } else { &tests[..1] };
        tests.iter().any(|test| self.evaluate(member, cfg, World { test: *test, ..world }) == Some(true))
    }

    /// Whether a condition would hold in tests.
    pub(crate) fn is_for_tests(&self, member: usize, cfg: &Cfg) -> bool {
        self.evaluate(member, cfg, World { test: Some(true), ..self.world(member) }) != Some(false)
    }

    /// Where the build script of a package writes to, and what it sets.
    pub(crate) fn script(&self, member: usize) -> &Script {
        self.members.get(member).map_or(&Script::None, |member| &member.script)
    }

    /// Whether a feature is known to be off.
    pub(super) fn lacks(&self, member: usize, feature: &str) -> bool {
        self.features(member).is_some_and(|features| !features.contains(feature))
    }

    fn features(&self, member: usize) -> Option<&BTreeSet<String>> {
        self.members.get(member)?.features.as_ref()
    }

    fn world(&self, member: usize) -> World {
        let known = self.features(member).is_some();
        World { test: (!self.tests).then_some(false), debug: known.then_some(self.debug_assertions) }
    }

    fn evaluate(&self, member: usize, cfg: &Cfg, world: World) -> Option<bool> {
        match cfg {
            Cfg::Test => world.test,
            Cfg::DebugAssertions => world.debug,
            Cfg::Always(holds) => Some(*holds),
            Cfg::Feature(name) => {
                Some(self.features(member)?.contains(&**name) || self.is_set("feature", Some(name)) == Some(true))
            }
            Cfg::Name(name) => self.named(member, name, None),
            Cfg::Value(name, value) => self.named(member, name, Some(value)),
            Cfg::All(all) => {
                let mut known = Some(true);
                for cfg in all {
                    match self.evaluate(member, cfg, world) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => known = None,
                    }
                }
                known
            }
            Cfg::Any(any) => {
                let mut known = Some(false);
                for cfg in any {
                    match self.evaluate(member, cfg, world) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => known = None,
                    }
                }
                known
            }
            Cfg::Not(cfg) => self.evaluate(member, cfg, world).map(|holds| !holds),
            Cfg::Unknown => None,
        }
    }

    /// Whether a condition of a manifest holds; what is not known does.
    pub(super) fn holds_for_target(&self, cfg: &Cfg) -> bool {
        match cfg {
            Cfg::Name(name) => self.is_set(name, None) != Some(false),
            Cfg::Value(name, value) => self.is_set(name, Some(value)) != Some(false),
            Cfg::DebugAssertions => self.debug_assertions,
            Cfg::Always(holds) => *holds,
            Cfg::All(all) => all.iter().all(|cfg| self.holds_for_target(cfg)),
            Cfg::Any(any) => any.iter().any(|cfg| self.holds_for_target(cfg)),
            Cfg::Not(cfg) => !self.holds_for_target(cfg),
            Cfg::Test | Cfg::Feature(_) | Cfg::Unknown => false,
        }
    }

    fn is_set(&self, name: &str, value: Option<&str>) -> Option<bool> {
        let compiler = self.compiler.as_ref()?;
        Some(compiler.contains(&(name.to_owned(), value.map(str::to_owned))))
    }

    fn named(&self, member: usize, name: &str, value: Option<&str>) -> Option<bool> {
        self.features(member)?;
        if self.is_set(name, value)? {
            return Some(true);
        }
        if name.starts_with("target_") || COMPILER_NAMES.contains(&name) {
            return Some(false);
        }
        match self.script(member) {
            Script::None => Some(false),
            Script::Unbuilt => None,
            Script::Built(output) => Some(output.sets(name, value)),
        }
    }
}
