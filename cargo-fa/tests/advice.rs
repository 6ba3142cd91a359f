//! What findings suggest is followed, on the program for which it was suggested: that compiles, and nothing is found.
//!
//! A file of `tests/advice` has what its programs share on top, then each piece of advice after `//# `, with the module
//! `before`, in which something is found, and the module `after`, in which the advice was followed. `//# [refused]`
//! says that rustc does not take the module `before` either.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::codes::Level;
use cargo_fa::model::config::Config;
use cargo_fa::model::finding::Finding;

/// A piece of advice with its two programs.
struct Case {
    /// The file and the number in it, as the name of a module.
    name: String,
    help: String,
    refused: bool,
    shared: String,
    before: String,
    after: String,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/advice");
    let mut files: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut parts = text.split("\n//# ");
        let shared = parts.next().unwrap().to_owned();
        for (at, part) in parts.enumerate() {
            let (help, programs) = part.split_once('\n').unwrap();
            let (before, after) = programs.split_at(programs.find("pub mod after {").unwrap());
            let refused = help.strip_prefix("[refused] ");
            cases.push(Case {
                name: format!("{}_{at}", file.file_stem().unwrap().to_str().unwrap()),
                help: refused.unwrap_or(help).to_owned(),
                refused: refused.is_some(),
                shared: shared.clone(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
    }
    cases
}

/// What is found in a text that stands alone, by default.
fn findings(text: &str) -> Vec<Finding> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("game.rs"), text).unwrap();
    let project = Project::of_files(directory.path(), &["game.rs".into()]);
    let analysis = project.analyze(&Request { jobs: 1, ..Request::default() }, &Config::default());
    assert!(analysis.unparsed.is_empty(), "{:?}\n{text}", analysis.unparsed);
    let shown = |finding: &Finding| {
        let above = text[..finding.primary.start as usize].lines().rev().nth(1).unwrap_or_default();
        (finding.code.level != Level::Allow || finding.escalated)
            && !above.contains(&format!("fa: allow({}", finding.code.number))
    };
    analysis.findings.into_iter().filter(shown).collect()
}

#[test]
fn advice_is_given_and_nothing_is_found_where_it_was_followed() {
    let mut wrong = String::new();
    for case in cases() {
        let helps: Vec<_> = findings(&format!("{}\n{}", case.shared, case.before))
            .into_iter()
            .map(|finding| finding.help.unwrap_or_default())
            .collect();
        if !helps.contains(&case.help) {
            let _ = writeln!(wrong, "{}: it is not said: {}\n  but {helps:#?}", case.name, case.help);
        }
        for finding in findings(&format!("{}\n{}", case.shared, case.after)) {
            let _ =
                writeln!(wrong, "{}: after it was followed: {} {}", case.name, finding.code.number, finding.message);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Names of the program that a text is about are no part of it.
fn without_names(help: &str) -> String {
    let is_name = |part: &str| {
        let part = part.trim_start_matches("FrameBarrier::new(").trim_end_matches(')');
        !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    let parts = help.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 && is_name(part) { "name" } else { part }).collect::<Vec<_>>().join("`")
}

/// Of tags and of other crates, what is suggested is an entry in `.fa.toml` or what `--fix` does.
#[test]
fn every_advice_that_the_fixtures_get_is_followed_somewhere() {
    let followed: BTreeSet<String> = cases().iter().map(|case| without_names(&case.help)).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut missing: BTreeSet<(String, String)> = BTreeSet::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        for finding in findings(&std::fs::read_to_string(&path).unwrap()) {
            let help = finding.help.unwrap_or_default();
            let is_configured = finding.code.number.starts_with("FA8") || help.contains("`.fa.toml`");
            if !is_configured && !followed.contains(&without_names(&help)) {
                missing.insert((finding.code.number.to_owned(), help));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn programs_that_followed_advice_compile() {
    let modules = cases().into_iter().map(|case| {
        let before = if case.refused { "" } else { &case.before };
        (case.name, format!("{}\n{before}\n{}", case.shared, case.after))
    });
    support::assert_modules_compile("advice", modules);
}
