//! What a profile of cargo decides about the code that is built.

use std::path::Path;

use toml::{Table, Value};

/// A profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) debug_assertions: bool,
    /// Where its build lies below the target directory.
    pub(super) directory: String,
}

impl Default for Profile {
    /// `dev`.
    fn default() -> Self {
        Self { debug_assertions: true, directory: "debug".to_owned() }
    }
}

const BUILT_IN: [&str; 4] = ["dev", "release", "test", "bench"];

impl Profile {
    /// The profile of this name, as the manifest at the root of the workspace has it.
    ///
    /// # Errors
    /// There is none of this name.
    pub(super) fn find(root: &Path, name: Option<&str>) -> Result<Self, String> {
        let name = name.unwrap_or("dev");
        let manifest: Table = std::fs::read_to_string(root.join("Cargo.toml"))
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or_default();
        let none = Table::new();
        let profiles = manifest.get("profile").and_then(Value::as_table).unwrap_or(&none);
        if !BUILT_IN.contains(&name) && !profiles.contains_key(name) {
            let known = BUILT_IN.into_iter().chain(profiles.keys().map(String::as_str));
            let advice = framealloc_syntax::closest(name, known).map(|near| format!("; did you mean `{near}`?"));
            return Err(format!("--profile {name}: no such profile in Cargo.toml{}", advice.unwrap_or_default()));
        }
        let directory = match name {
            "dev" | "test" => "debug",
            "release" | "bench" => "release",
            name => name,
        };
        let mut at = name;
        // A profile that inherits from itself is for cargo to refuse.
        for _ in 0..=profiles.len() + BUILT_IN.len() {
            let profile = profiles.get(at);
            if let Some(set) = profile.and_then(|profile| profile.get("debug-assertions")).and_then(Value::as_bool) {
                return Ok(Self { debug_assertions: set, directory: directory.to_owned() });
            }
            at = match (at, profile.and_then(|profile| profile.get("inherits")).and_then(Value::as_str)) {
                ("test", _) => "dev",
                ("bench", _) => "release",
                ("dev" | "release", _) | (_, None) => break,
                (_, Some(parent)) => parent,
            };
        }
        Ok(Self { debug_assertions: at == "dev", directory: directory.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_inherit_their_assertions() {
        let root = tempfile::tempdir().expect("a directory");
        let manifest = "[profile.shipping]\ninherits = \"release\"\n[profile.checked]\ninherits = \"shipping\"\n\
                        debug-assertions = true\n[profile.profiling]\ninherits = \"checked\"\n";
        std::fs::write(root.path().join("Cargo.toml"), manifest).expect("written");
        let found = |name: &str| {
            Profile::find(root.path(), Some(name)).map(|profile| (profile.debug_assertions, profile.directory))
        };
        let is = |debug_assertions, directory: &str| Ok((debug_assertions, directory.to_owned()));
        assert_eq!(found("dev"), is(true, "debug"));
        assert_eq!(found("release"), is(false, "release"));
        assert_eq!(found("bench"), is(false, "release"));
        assert_eq!(found("shipping"), is(false, "shipping"));
        assert_eq!(found("profiling"), is(true, "profiling"));
        assert_eq!(
            found("shiping").unwrap_err(),
            "--profile shiping: no such profile in Cargo.toml; did you mean `shipping`?"
        );
    }
}
