//! Every rule over every fixture: what is expected is found, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::codes::Level;
use cargo_fa::model::config::{self, Config};
use cargo_fa::model::finding::{Confidence, Finding};

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

/// The text of the configuration that a fixture assumes: its own, or that of its directory.
fn config_text(fixture: &Path) -> String {
    let own = std::fs::read_to_string(fixture.with_extension("toml"));
    own.or_else(|_| std::fs::read_to_string(fixture.with_file_name(config::FILE_NAME))).unwrap_or_default()
}

fn config_of(text: &str) -> Config {
    config::read(&config::FILE_NAME.into(), text).expect("the configuration of a fixture is valid")
}

fn line_of(text: &str, byte: u32) -> usize {
    text[..byte as usize].matches('\n').count() + 1
}

/// A line, which is one of the configuration if the first is true, and a code.
type Mark = (bool, usize, String);

/// The findings in a text that stands alone; those of codes that are off are left out unless they are what the
/// directory is about.
fn findings(text: &str, config: &str, code: &str) -> Vec<(Mark, Finding)> {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("fixture.rs"), text).expect("written");
    let project = Project::of_files(directory.path(), &["fixture.rs".into()]);
    let analysis = project.analyze(&Request { jobs: 1, ..Request::default() }, &config_of(config));
    assert!(analysis.unparsed.is_empty(), "{:?}\n{text}", analysis.unparsed);
    let mut found: Vec<_> = analysis
        .findings
        .into_iter()
        .filter(|finding| finding.code.level != Level::Allow || finding.code.number == code)
        .map(|finding| {
            let configured = &*finding.primary.file != "fixture.rs";
            let line = line_of(if configured { config } else { text }, finding.primary.start);
            ((configured, line, finding.code.number.to_owned()), finding)
        })
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

/// `//~ FA601` speaks of its line, `//~^ FA601` of the line above; in a configuration it is `#~ FA805`.
fn expectations(text: &str, config: &str) -> BTreeSet<Mark> {
    let mut expected = BTreeSet::new();
    for (configured, text, marker) in [(false, text, "//~"), (true, config, "#~")] {
        for (at, line) in text.lines().enumerate() {
            let Some((_, marks)) = line.split_once(marker) else { continue };
            let up = marks.chars().take_while(|mark| *mark == '^').count();
            for code in marks[up..].split_whitespace() {
                expected.insert((configured, at + 1 - up, code.to_owned()));
            }
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
        let config = config_text(&path);
        let found = findings(&text, &config, &code);
        let expected = expectations(&text, &config);
        let got: BTreeSet<Mark> = found.iter().map(|(mark, _)| mark.clone()).collect();
        let file = |configured: bool| if configured { config::FILE_NAME } else { "" };
        for (configured, line, missing) in expected.difference(&got) {
            let _ = writeln!(wrong, "{code}/{name}:{}{line}: {missing} is not found", file(*configured));
        }
        for (mark, finding) in &found {
            if !expected.contains(mark) {
                let (configured, line, other) = mark;
                let _ = writeln!(
                    wrong,
                    "{code}/{name}:{}{line}: unexpected {other} ({:?}): {}",
                    file(*configured),
                    finding.confidence,
                    finding.message
                );
            }
        }
        if name.starts_with("neg_") {
            assert!(expected.iter().all(|(.., expected)| *expected != code), "{code}/{name} expects its own code");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A rule that is tried on few forms is a rule that works on few.
#[test]
fn every_code_has_eight_forms_that_are_found_and_eight_that_are_silent() {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for code in cargo_fa::model::codes::ALL.iter().filter(|code| code.is_analysed() && !code.number.starts_with("FA9"))
    {
        counts.insert(code.number.to_owned(), (0, 0));
    }
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).expect("readable");
        let (code, name) = parts(&path);
        let config = config_text(&path);
        let (found, silent) = counts.get_mut(&code).expect("a directory is named after a code");
        if name.starts_with("pos_") {
            *found += expectations(&text, &config).iter().filter(|(.., expected)| *expected == code).count();
        } else if matches!(&*code, "FA804" | "FA805") {
            // What these look at is the configuration: each of its tags might be wrong and is not.
            *silent += config.lines().filter(|line| line.starts_with("[tags.")).count();
        } else {
            // Helpers are private, look-alikes are public.
            *silent += text.lines().filter(|line| is_public_function(line)).count();
        }
    }
    let few: Vec<_> = counts.iter().filter(|(_, (found, silent))| *found < 8 || *silent < 8).collect();
    assert!(few.is_empty(), "code, found, silent: {few:?}");
}

fn is_public_function(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("pub fn ") || line.starts_with("pub async fn ") || line.starts_with("pub unsafe fn ")
}

/// It would be a lie about a program that compiles.
#[test]
fn that_rustc_refuses_it_too_is_said_only_of_what_does_not_compile() {
    let mut said = 0;
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).expect("readable");
        let (code, name) = parts(&path);
        for (mark, finding) in findings(&text, &config_text(&path), &code) {
            if finding.notes.iter().any(|note| note.text.starts_with("rustc refuses this as well")) {
                assert!(text.contains("//@ compile-fail"), "{code}/{name}: {mark:?}");
                assert_eq!(finding.confidence, Confidence::High, "{code}/{name}: {mark:?}");
                said += 1;
            }
        }
    }
    assert!(said > 50, "{said}");
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
    for code in cargo_fa::model::codes::ALL.iter().filter(|code| code.is_analysed()) {
        for example in cargo_fa::explain::examples(code) {
            if example.language != "rust" || code.number.starts_with("FA9") {
                continue;
            }
            let config = match code.number {
                "FA203" | "FA801" | "FA802" | "FA803" => EXAMPLE_CONFIG,
                _ => "",
            };
            let found = findings(example.code, config, code.number);
            let has = found.iter().any(|((.., number), _)| number == code.number);
            if has != example.bad {
                let found: Vec<_> = found.iter().map(|(mark, finding)| (mark, &finding.message)).collect();
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

/// Most functions are not analysed, since names and calls say that they have nothing to do with frames.
#[test]
fn functions_that_are_not_analysed_hold_nothing() {
    let compare = |project: &Project, config: &Config, what: &Path| {
        let request = Request { jobs: 1, pedantic: true, tests: true, examples: true, ..Request::default() };
        let usual = project.analyze(&request, config);
        let all = project.analyze(&Request { exhaustive: true, ..request }, config);
        assert_eq!(usual.findings, all.findings, "{}", what.display());
        assert_eq!(usual.tags, all.tags, "{}", what.display());
        all.findings.len()
    };
    let mut found = 0;
    for path in fixtures() {
        let folder = path.parent().expect("a folder");
        let file = PathBuf::from(path.file_name().expect("a file"));
        found += compare(&Project::of_files(folder, &[file]), &config_of(&config_text(&path)), &path);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let ours = Project::open(Some(&root.join("Cargo.toml"))).expect("opens");
    found += compare(&ours, &Config::default(), root);
    assert!(found > 300, "{found} findings");
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
