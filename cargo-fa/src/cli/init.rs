//! `cargo fa init`: a `.fa.toml` that says what the program does already, so that the first run is quiet.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::analysis::{Package, TagGraph};
use crate::model::config;

/// The text of the file. It is read back by the same reader as any other.
#[must_use]
pub fn text(packages: &[Package], tags: &TagGraph) -> String {
    let mut text = String::from(
        "# What cargo fa should know about this project. `cargo fa schema` describes every key.\n\n\
         [analysis]\n\
         # Path globs, relative to this file; nothing in them is reported.\n\
         exclude = []\n\
         # Findings below this level are not reported: hint, warn or deny.\n\
         min_severity = \"hint\"\n\
         # Every warning fails the run.\n\
         deny_warnings = false\n\
         # Functions that run every frame, besides those that attributes and begin/end pairs mark.\n\
         roots = []\n",
    );
    if packages.iter().any(|package| package.uses_bevy) {
        let schedules = list(config::BEVY_SCHEDULES);
        let _ = writeln!(
            text,
            "# A system in one of these schedules that takes the allocator runs every frame.\nbevy_schedules = {schedules}"
        );
    }
    text.push_str(
        "\n[lints]\n\
         # A code, a prefix, a name or a group = allow, hint, warn or deny. The narrowest one decides.\n\
         # FA602 = \"allow\"\n\
         # frame-escape = \"deny\"\n",
    );
    let names: BTreeSet<&str> = tags
        .tags
        .iter()
        .map(|tag| tag.name.as_str())
        .filter(|name| framealloc_syntax::check_tag_name(name).is_ok())
        .collect();
    for tag in tags.tags.iter().filter(|tag| names.contains(tag.name.as_str())) {
        let key = if tag.name.contains("::") { format!("\"{}\"", tag.name) } else { tag.name.clone() };
        let _ = writeln!(text, "\n[tags.{key}]");
        let modules: Vec<&str> = topmost(&tag.modules);
        let _ = writeln!(text, "modules = {}", list(&modules));
        let uses: BTreeSet<&str> = tags
            .calls
            .iter()
            .filter(|call| call.from == tag.name && call.to != tag.name && names.contains(call.to.as_str()))
            .map(|call| call.to.as_str())
            .collect();
        let _ = writeln!(text, "may_use = {}", list(&uses.into_iter().collect::<Vec<_>>()));
        text.push_str("# budget = \"2MiB\"\n");
    }
    if tags.tags.is_empty() {
        text.push_str(
            "\n# [tags.physics]\n\
             # modules = [\"crate::physics\"]   # submodules included; crate is any crate, * one part, ** any number\n\
             # may_use = [\"math\"]\n\
             # budget = \"2MiB\"\n\
             # heap_budget = \"32MiB\"\n",
        );
    }
    text.push_str(
        "\n[budgets]\n\
         # Every thread that allocates needs a budget (FA203).\n\
         required = false\n\
         # thread = \"8MiB\"\n\
         \n[thresholds]\n\
         # Loops known to run at most this often are not hot.\n\
         hot_loop_bound = 16\n\
         \n[assume]\n\
         # Upper bounds for names that occur in symbolic sizes.\n\
         # entities = 10_000\n",
    );
    text
}

/// The modules that are not below another one of the list.
fn topmost(modules: &[String]) -> Vec<&str> {
    let below = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with("::"));
    modules.iter().map(String::as_str).filter(|inner| !modules.iter().any(|outer| below(inner, outer))).collect()
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{TagCall, TagNode};
    use crate::model::finding::Place;

    fn package() -> Package {
        Package { name: "game".to_owned(), selected_by_default: true, ..Package::default() }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let tag = |name: &str, modules: &[&str]| TagNode {
            name: name.to_owned(),
            declared: false,
            uses: 1,
            modules: modules.iter().map(|&module| module.to_owned()).collect(),
        };
        let call = |from: &str, to: &str| TagCall {
            from: from.to_owned(),
            to: to.to_owned(),
            place: Place::new("src/lib.rs", 0, 1),
            count: 1,
            allowed: true,
        };
        let tags = TagGraph {
            tags: vec![tag("ai::path", &["game::ai"]), tag("physics", &["game::physics", "game::physics::solver"])],
            calls: vec![call("ai::path", "physics"), call("physics", "Not A Tag")],
        };
        let text = text(&[Package { uses_bevy: true, ..package() }], &tags);
        let config = config::read(&".fa.toml".into(), &text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
        assert_eq!(config.tags["physics"].modules, ["game::physics"]);
        assert_eq!(config.tags["ai::path"].may_use.as_deref(), Some(&["physics".to_owned()][..]));
        assert!(text.contains("bevy_schedules"));
    }

    #[test]
    fn an_empty_project_gets_a_file_of_defaults() {
        let text = text(&[package()], &TagGraph::default());
        let config = config::read(&".fa.toml".into(), &text).unwrap();
        assert_eq!(config.analysis, config::AnalysisSection::default());
        assert_eq!(config.thresholds, config::ThresholdsSection::default());
        assert!(config.tags.is_empty() && !text.contains("bevy_schedules"));
    }
}
