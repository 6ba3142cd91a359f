//! What build scripts have written, if cargo has run them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The build script of a package.
#[derive(Debug, Default)]
pub(crate) enum Script {
    /// It has none.
    #[default]
    None,
    /// Cargo has not run it for this build.
    Unbuilt,
    Built(ScriptOutput),
}

/// What the last run of a build script left.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ScriptOutput {
    pub(crate) out_dir: PathBuf,
    cfgs: Vec<(String, Option<String>)>,
    variables: BTreeMap<String, String>,
}

impl ScriptOutput {
    pub(super) fn sets(&self, name: &str, value: Option<&str>) -> bool {
        self.cfgs.iter().any(|(set, to)| set == name && to.as_deref() == value)
    }

    /// A variable that the program sees while it is compiled.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    fn read(directory: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(directory.join("output")).ok()?;
        let mut output = Self { out_dir: directory.join("out"), ..Self::default() };
        for line in text.lines() {
            let Some(directive) = line.strip_prefix("cargo::").or_else(|| line.strip_prefix("cargo:")) else {
                continue;
            };
            if let Some(cfg) = directive.strip_prefix("rustc-cfg=") {
                output.cfgs.push(name_and_value(cfg));
            } else if let Some((name, value)) = directive.strip_prefix("rustc-env=").and_then(|set| set.split_once('='))
            {
                output.variables.insert(name.to_owned(), value.to_owned());
            }
        }
        Some(output)
    }
}

/// `name` or `name="value"`.
pub(super) fn name_and_value(cfg: &str) -> (String, Option<String>) {
    match cfg.trim().split_once('=') {
        Some((name, value)) => (name.trim().to_owned(), Some(value.trim().trim_matches('"').to_owned())),
        None => (cfg.trim().to_owned(), None),
    }
}

/// The outputs of all build scripts below a directory of cargo, by package.
///
/// The directories are called after the package and a hash of how it was built; the last one that was written counts.
pub(super) fn outputs(build: &Path, packages: &[&str]) -> BTreeMap<String, ScriptOutput> {
    let mut newest: BTreeMap<&str, (std::time::SystemTime, PathBuf)> = BTreeMap::new();
    let entries = std::fs::read_dir(build).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((package, hash)) = name.rsplit_once('-') else { continue };
        let Some(package) = packages.iter().find(|known| **known == package) else { continue };
        if hash.len() != 16 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        let Ok(written) = std::fs::metadata(entry.path().join("output")).and_then(|metadata| metadata.modified())
        else {
            continue;
        };
        if newest.get(package).is_none_or(|(known, _)| *known < written) {
            newest.insert(package, (written, entry.path()));
        }
    }
    newest
        .into_iter()
        .filter_map(|(package, (_, path))| Some((package.to_owned(), ScriptOutput::read(&path)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_of_a_build_script_counts() {
        let build = tempfile::tempdir().expect("a directory");
        let run = |name: &str, output: &str| {
            let directory = build.path().join(name);
            std::fs::create_dir_all(directory.join("out")).expect("made");
            std::fs::write(directory.join("output"), output).expect("written");
            let file = std::fs::File::options().write(true).open(directory.join("output")).expect("opens");
            let at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(output.len() as u64);
            file.set_modified(at).expect("dated");
        };
        run("game-0123456789abcdef", "cargo:rustc-cfg=old\n");
        let newer = "cargo::rustc-cfg=simd\ncargo:rustc-cfg=level=\"high\"\ncargo:rustc-env=TABLE=/x/y.rs\nnoise\n";
        run("game-fedcba9876543210", newer);
        run("game-core-0123456789abcdef", "cargo:rustc-cfg=core\n");
        let outputs = outputs(build.path(), &["game"]);
        assert_eq!(outputs.len(), 1);
        let game = &outputs["game"];
        assert!(game.sets("simd", None) && game.sets("level", Some("high")) && !game.sets("old", None));
        assert_eq!(game.variable("TABLE"), Some("/x/y.rs"));
        assert_eq!(game.out_dir, build.path().join("game-fedcba9876543210/out"));
    }
}
