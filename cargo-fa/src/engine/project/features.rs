//! Which features cargo would turn on.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dependency, Member};
use crate::analysis::Build;

/// Features by package; those that no selected package leads to are resolved as if they were built alone.
pub(super) fn resolve(
    members: &[Member],
    selected: &[usize],
    build: &Build,
    counts: &dyn Fn(&Dependency) -> bool,
) -> Result<Vec<Option<BTreeSet<String>>>, String> {
    let mut resolver = Resolver::new(members, counts);
    resolver.select(selected, build)?;
    resolver.finish();
    let alone: Vec<usize> = (0..members.len()).filter(|member| !resolver.reached[*member]).collect();
    let mut rest = Resolver::new(members, counts);
    rest.select(&alone, &Build::default())?;
    rest.finish();
    let known = (0..members.len()).map(|member| {
        let chosen = if resolver.reached[member] { &mut resolver } else { &mut rest };
        members[member].features.is_some().then(|| std::mem::take(&mut chosen.enabled[member]))
    });
    Ok(known.collect())
}

struct Resolver<'m> {
    members: &'m [Member],
    by_name: BTreeMap<&'m str, usize>,
    /// Whether a dependency is one in this build.
    counts: &'m dyn Fn(&Dependency) -> bool,
    enabled: Vec<BTreeSet<String>>,
    /// Optional dependencies that are turned on, by the name they have in the manifest.
    optional: BTreeSet<(usize, &'m str)>,
    /// `dependency?/feature`: only where something else turns the dependency on.
    weak: Vec<(usize, &'m str, &'m str)>,
    reached: Vec<bool>,
}

impl<'m> Resolver<'m> {
    fn new(members: &'m [Member], counts: &'m dyn Fn(&Dependency) -> bool) -> Self {
        Self {
            members,
            by_name: members.iter().enumerate().map(|(at, member)| (member.name.as_str(), at)).collect(),
            counts,
            enabled: vec![BTreeSet::new(); members.len()],
            optional: BTreeSet::new(),
            weak: Vec::new(),
            reached: vec![false; members.len()],
        }
    }

    fn select(&mut self, selected: &[usize], build: &Build) -> Result<(), String> {
        for member in selected {
            self.reach(*member);
            if build.all_features {
                let all = self.members[*member].features.iter().flat_map(|features| features.keys());
                all.for_each(|feature| self.enable(*member, feature));
            } else if !build.no_default_features {
                self.enable(*member, "default");
            }
        }
        let asked = build.features.iter().flat_map(|words| words.split([',', ' '])).filter(|word| !word.is_empty());
        for asked in asked {
            self.ask(selected, asked)?;
        }
        Ok(())
    }

    /// `--features asked`.
    fn ask(&mut self, selected: &[usize], asked: &str) -> Result<(), String> {
        if let Some((package, feature)) = asked.split_once('/') {
            let package = package.trim_end_matches('?');
            let Some(member) = self.by_name.get(package).copied() else {
                let known = self.by_name.keys().copied();
                return Err(format!("--features {asked}: no package is called `{package}`{}", advice(package, known)));
            };
            if !self.has(member, feature) {
                return Err(self.unknown(&[member], asked, feature));
            }
            self.reach(member);
            self.enable(member, feature);
            return Ok(());
        }
        let having: Vec<usize> = selected.iter().copied().filter(|member| self.has(*member, asked)).collect();
        if having.is_empty() {
            return Err(self.unknown(selected, asked, asked));
        }
        for member in having {
            self.enable(member, asked);
        }
        Ok(())
    }

    fn has(&self, member: usize, feature: &str) -> bool {
        let member = &self.members[member];
        // Where the manifest was not read by cargo nothing is known of its features.
        member.features.as_ref().is_none_or(|features| features.contains_key(feature))
            || member.dependencies.iter().any(|dependency| dependency.optional && dependency.key == feature)
    }

    fn unknown(&self, packages: &[usize], asked: &str, feature: &str) -> String {
        let names: Vec<String> = packages.iter().map(|member| format!("`{}`", self.members[*member].name)).collect();
        let known = packages.iter().filter_map(|member| self.members[*member].features.as_ref());
        let known: BTreeSet<&str> = known.flat_map(|features| features.keys().map(String::as_str)).collect();
        let whose = if names.len() == 1 {
            format!("{} has no feature", names[0])
        } else {
            "none of the selected packages has a feature".to_owned()
        };
        format!("--features {asked}: {whose} `{feature}`{}", advice(feature, known.into_iter()))
    }

    /// A package is built, and with it what it depends on.
    fn reach(&mut self, member: usize) {
        if std::mem::replace(&mut self.reached[member], true) {
            return;
        }
        for dependency in &self.members[member].dependencies {
            if !dependency.optional {
                self.depend(dependency);
            }
        }
    }

    fn depend(&mut self, dependency: &'m Dependency) {
        if !(self.counts)(dependency) {
            return;
        }
        let Some(member) = self.by_name.get(dependency.package.as_str()).copied() else { return };
        self.reach(member);
        if dependency.default_features {
            self.enable(member, "default");
        }
        dependency.features.iter().for_each(|feature| self.enable(member, feature));
    }

    fn enable(&mut self, member: usize, feature: &str) {
        let package = &self.members[member];
        let entries = package.features.as_ref().and_then(|features| features.get_key_value(feature));
        let implied = package.dependencies.iter().any(|dependency| dependency.optional && dependency.key == feature);
        if (entries.is_none() && !implied) || !self.enabled[member].insert(feature.to_owned()) {
            return;
        }
        if implied && entries.is_none() {
            self.turn_on(member, feature);
        }
        for entry in entries.into_iter().flat_map(|(_, entries)| entries) {
            if let Some(dependency) = entry.strip_prefix("dep:") {
                self.turn_on(member, dependency);
            } else if let Some((dependency, feature)) = entry.split_once("?/") {
                self.weak.push((member, dependency, feature));
            } else if let Some((dependency, feature)) = entry.split_once('/') {
                self.turn_on(member, dependency);
                if package.features.as_ref().is_some_and(|features| features.contains_key(dependency)) {
                    self.enable(member, dependency);
                }
                self.pass_on(member, dependency, feature);
            } else {
                self.enable(member, entry);
            }
        }
    }

    fn turn_on(&mut self, member: usize, key: &str) {
        let package = &self.members[member];
        for dependency in package.dependencies.iter().filter(|dependency| dependency.key == key) {
            if self.optional.insert((member, dependency.key.as_str())) || !dependency.optional {
                self.depend(dependency);
            }
        }
    }

    fn pass_on(&mut self, member: usize, key: &str, feature: &str) {
        let package = &self.members[member];
        let packages = package.dependencies.iter().filter(|dependency| dependency.key == key);
        for package in packages.map(|dependency| dependency.package.as_str()) {
            if let Some(to) = self.by_name.get(package).copied() {
                self.enable(to, feature);
            }
        }
    }

    /// Weak features may turn on dependencies, which others wait for.
    fn finish(&mut self) {
        loop {
            let (ready, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.weak).into_iter().partition(|weak| {
                let dependencies = &self.members[weak.0].dependencies;
                dependencies.iter().any(|dependency| dependency.key == weak.1 && !dependency.optional)
                    || self.optional.contains(&(weak.0, weak.1))
            });
            self.weak = waiting;
            if ready.is_empty() {
                return;
            }
            for (member, key, feature) in ready {
                self.pass_on(member, key, feature);
            }
        }
    }
}

fn advice<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> String {
    framealloc_syntax::closest(word, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::super::manifest;
    use super::*;

    fn member(directory: &std::path::Path, name: &str, manifest: &str) -> Member {
        let directory = directory.join(name);
        std::fs::create_dir_all(&directory).expect("made");
        let text = format!("[package]\nname = \"{name}\"\n{manifest}");
        std::fs::write(directory.join("Cargo.toml"), text).expect("written");
        manifest::member(&directory, None).expect("reads").member
    }

    fn features(build: &Build) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().expect("a directory");
        let members = [
            member(
                folder.path(),
                "game",
                "[features]\ndefault = [\"fast\"]\nfast = [\"physics/simd\"]\nslow = []\nsound = [\"dep:audio\"]\n\
                 log = [\"audio?/log\"]\n[dependencies]\nphysics = { path = \"p\" }\naudio = { path = \"a\", optional = true, \
                 default-features = false }\n",
            ),
            member(folder.path(), "physics", "[features]\ndefault = [\"std\"]\nstd = []\nsimd = []\n"),
            member(folder.path(), "audio", "[features]\ndefault = [\"std\"]\nstd = []\nlog = []\n"),
            member(
                folder.path(),
                "tools",
                "[features]\ndefault = [\"x\"]\nx = []\n[dependencies.physics]\nfeatures = [\"y\"]\n",
            ),
        ];
        let known = resolve(&members, &[0], build, &|_| true)?;
        Ok(known
            .into_iter()
            .map(|features| features.expect("known").into_iter().collect::<Vec<_>>().join(" "))
            .collect())
    }

    #[test]
    fn features_are_those_that_cargo_would_turn_on() {
        let with = |words: &str| Build { features: vec![words.to_owned()], ..Build::default() };
        assert_eq!(
            features(&Build::default()).unwrap(),
            ["default fast", "default simd std", "default std", "default x"]
        );
        assert_eq!(features(&with("sound,slow")).unwrap()[0], "default fast slow sound");
        assert_eq!(features(&with("sound")).unwrap()[2], "");
        assert_eq!(features(&with("log")).unwrap()[2], "default std", "weak, and nobody turns it on");
        assert_eq!(features(&with("sound log")).unwrap()[2], "log");
        assert_eq!(features(&with("physics/std")).unwrap()[1], "default simd std");
        let bare = Build { no_default_features: true, ..with("slow") };
        assert_eq!(features(&bare).unwrap()[..2], ["slow", "default std"]);
        let all = Build { all_features: true, ..Build::default() };
        assert_eq!(features(&all).unwrap()[0], "default fast log slow sound");
    }

    #[test]
    fn a_feature_that_nobody_has_is_an_error() {
        let with = |words: &str| features(&Build { features: vec![words.to_owned()], ..Build::default() }).unwrap_err();
        assert_eq!(with("slwo"), "--features slwo: `game` has no feature `slwo`; did you mean `slow`?");
        assert_eq!(
            with("phisics/simd"),
            "--features phisics/simd: no package is called `phisics`; did you mean `physics`?"
        );
        assert_eq!(
            with("physics/smid"),
            "--features physics/smid: `physics` has no feature `smid`; did you mean `simd`?"
        );
    }
}
