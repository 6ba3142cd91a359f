//! Every rule over every fixture: what is expected is found, and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::codes::Level;
use cargo_fa::config::{self, Config};
use cargo_fa::finding::Finding;
use cargo_fa::project::Project;

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .flatten()
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

fn config_of(directory: &Path) -> Config {
    let path = directory.join(config::FILE_NAME);
    match std::fs::read_to_string(&path) {
        Ok(text) => config::read(&config::FILE_NAME.into(), &text).expect("the configuration of a fixture is valid"),
        Err(_) => Config::default(),
    }
}

/// The findings in a text that stands alone, as line and code; those of codes that are off are left out unless they
/// are what the directory is about.
fn findings(text: &str, config: &Config, code: &str) -> Vec<(usize, String, Finding)> {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("fixture.rs"), text).expect("written");
    let project = Project::of_files(directory.path(), &["fixture.rs".into()]);
    let analysis = project.analyze(&Request { jobs: 1, ..Request::default() }, config);
    assert!(analysis.unparsed.is_empty(), "{:?}\n{text}", analysis.unparsed);
    let mut found: Vec<_> = analysis
        .findings
        .into_iter()
        .filter(|finding| finding.code.level != Level::Allow || finding.code.number == code)
        .map(|finding| {
            let line = match &*finding.primary.file {
                "fixture.rs" => text[..finding.primary.start as usize].matches('\n').count() + 1,
                _ => 0,
            };
            (line, finding.code.number.to_owned(), finding)
        })
        .collect();
    found.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    found
}

/// `//~ FA601` speaks of its line, `//~^ FA601` of the line above; `//@ file: FA805` of a finding in `.fa.toml`.
fn expectations(text: &str) -> BTreeSet<(usize, String)> {
    let mut expected = BTreeSet::new();
    for (at, line) in text.lines().enumerate() {
        if let Some((_, codes)) = line.split_once("//@ file:") {
            expected.extend(codes.split_whitespace().map(|code| (0, code.to_owned())));
        }
        let Some((_, marks)) = line.split_once("//~") else { continue };
        let up = marks.chars().take_while(|mark| *mark == '^').count();
        for code in marks[up..].split_whitespace() {
            expected.insert((at + 1 - up, code.to_owned()));
        }
    }
    expected
}

fn parts(path: &Path) -> (String, String) {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    (name(path.parent().expect("it has a directory")), name(path))
}

#[test]
fn every_fixture_has_exactly_the_findings_that_it_expects() {
    let mut wrong = String::new();
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).expect("readable");
        let (code, name) = parts(&path);
        let found = findings(&text, &config_of(path.parent().expect("it has a directory")), &code);
        let expected = expectations(&text);
        let got: BTreeSet<(usize, String)> = found.iter().map(|(line, code, _)| (*line, code.clone())).collect();
        for (line, missing) in expected.difference(&got) {
            let _ = writeln!(wrong, "{code}/{name}:{line}: {missing} is not found");
        }
        for (line, other, finding) in &found {
            if !expected.contains(&(*line, other.clone())) {
                let _ = writeln!(
                    wrong,
                    "{code}/{name}:{line}: unexpected {other} ({:?}): {}",
                    finding.confidence, finding.message
                );
            }
        }
        if name.starts_with("neg_") {
            assert!(expected.iter().all(|(_, expected)| *expected != code), "{code}/{name} expects its own code");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What the examples of `explain` need declared.
const EXAMPLE_CONFIG: &str = r#"
[budgets]
required = true
[tags.physics]
modules = ["fixture::physics"]
may_use = ["math"]
[tags.math]
[tags.audio]
may_use = ["math"]
"#;

#[test]
fn the_bad_examples_of_explain_are_found_and_the_good_ones_are_not() {
    let mut wrong = String::new();
    for code in cargo_fa::codes::ALL.iter().filter(|code| code.is_analysed()) {
        for example in cargo_fa::explain::examples(code) {
            if example.language != "rust" || code.number.starts_with("FA9") {
                continue;
            }
            let config = match code.number {
                "FA203" | "FA801" | "FA802" | "FA803" => {
                    config::read(&config::FILE_NAME.into(), EXAMPLE_CONFIG).expect("valid")
                }
                _ => Config::default(),
            };
            let found = findings(example.code, &config, code.number);
            let has = found.iter().any(|(_, number, _)| number == code.number);
            if has != example.bad {
                let found: Vec<_> = found.iter().map(|(line, code, finding)| (line, code, &finding.message)).collect();
                let _ = write!(wrong, "{} bad={}: {found:?}\n{}\n", code.number, example.bad, example.code);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// All fixtures as one workspace, so that there is something to share among threads.
fn all_findings(jobs: usize) -> Vec<Finding> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let files: Vec<PathBuf> =
        fixtures().iter().map(|path| path.strip_prefix(&root).expect("below the root").to_owned()).collect();
    let project = Project::of_files(&root, &files);
    project.analyze(&Request { jobs, pedantic: true, ..Request::default() }, &Config::default()).findings
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let alone = all_findings(1);
    assert!(alone.len() > 200, "{}", alone.len());
    for jobs in [2, 3, 8] {
        assert_eq!(all_findings(jobs), alone, "with {jobs} threads");
    }
}

/// The fixtures are programs: those that do not say `compile-fail` build against the real crates.
#[test]
fn fixtures_compile_unless_they_say_otherwise() {
    let directory = tempfile::tempdir().expect("a directory");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut modules = String::from("#![allow(warnings)]\n");
    std::fs::create_dir(directory.path().join("src")).expect("created");
    let mut count = 0;
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).expect("readable");
        if text.contains("//@ compile-fail") {
            continue;
        }
        let (code, name) = parts(&path);
        let module = format!("{}_{}", code.to_lowercase(), name.trim_end_matches(".rs"));
        // `fixture::` is what a file of its own would be called.
        std::fs::write(directory.path().join(format!("src/{module}.rs")), text).expect("written");
        let _ = writeln!(modules, "mod {module};");
        count += 1;
    }
    assert!(count > 30, "{count}");
    std::fs::write(directory.path().join("src/lib.rs"), modules).expect("written");
    let manifest = format!(
        "[package]\nname = \"fixtures\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nframealloc = {{ path = {:?} }}\n",
        workspace.join("framealloc")
    );
    std::fs::write(directory.path().join("Cargo.toml"), manifest).expect("written");
    std::fs::copy(workspace.join("Cargo.lock"), directory.path().join("Cargo.lock")).expect("copied");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let output = std::process::Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--manifest-path"])
        .arg(directory.path().join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", target.join("fixtures"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
