//! Runs over an engine that finds what the test wants: levels, baselines, selections and failures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cargo_fa::analysis::{
    AnalysedFile, Analysis, AnalysisError, OpenOptions, Package, Request, TagGraph, Unparsed, Unread, Workspace,
};
use cargo_fa::cli::app;
use cargo_fa::cli::baseline;
use cargo_fa::cli::command_line::Cli;
use cargo_fa::cli::exit::{PANIC, UsageError};
use cargo_fa::cli::run::{Plan, Run};
use cargo_fa::model::codes::{Code, FA401, FA601, FA602, FA702, Level};
use cargo_fa::model::config::Config;
use cargo_fa::model::finding::{Confidence, Finding, Place};
use cargo_fa::report::{Format, Style, render};

/// A workspace of two packages whose findings are wherever a file says `!FA602!`.
struct Fake {
    folder: tempfile::TempDir,
    packages: Vec<Package>,
    escalate: bool,
    confidence: Confidence,
}

impl Fake {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let package = |name: &str, default| Package {
            name: name.to_owned(),
            directory: name.to_owned(),
            selected_by_default: default,
            ..Package::default()
        };
        let packages = vec![package("game", true), package("tools", true)];
        Self { folder, packages, escalate: false, confidence: Confidence::High }
    }

    fn run(&self, line: &str) -> Result<Run, UsageError> {
        let words = std::iter::once("cargo-fa").chain(line.split_whitespace()).map(std::ffi::OsString::from);
        let cli = Cli::read(words).unwrap();
        let plan = Plan::new(self, self.folder.path(), &cli.common, &cli.check)?;
        let analysis = plan.analyze(self);
        plan.report(analysis, &cli.check)
    }

    /// `FA602 warn game/a.rs:1`, …
    fn rows(&self, line: &str) -> Vec<String> {
        let run = self.run(line).unwrap();
        let row = |line: &str| {
            let (place, rest) = line.split_once(": ").unwrap();
            let mut words = rest.split(' ');
            let (level, code) = (words.next().unwrap(), words.next().unwrap());
            format!("{code} {level} {}", place.rsplit_once(':').unwrap().0)
        };
        render(&run.report, Format::Compact, Style::Plain).lines().map(row).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = walkdir::WalkDir::new(self.folder.path())
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.extension().is_some_and(|end| end == "rs"))
            .collect();
        files.sort();
        files
    }
}

impl Workspace for Fake {
    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn packages(&self) -> &[Package] {
        &self.packages
    }

    fn analyze(&self, _request: &Request, _config: &Config) -> Analysis {
        let mut analysis = Analysis { tags: TagGraph::default(), ..Analysis::default() };
        // In reverse, because the order of the engine must not matter.
        for path in self.files().into_iter().rev() {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(self.root()).unwrap().to_str().unwrap().to_owned();
            let package = name.split('/').next().unwrap().to_owned();
            let file: Arc<str> = name.as_str().into();
            for code in [&FA401, &FA601, &FA602, &FA702] {
                for (at, _) in text.match_indices(&format!("!{}!", code.number)) {
                    let start = u32::try_from(at).unwrap();
                    let place = Place::new(file.clone(), start, start + 7);
                    let finding = Finding {
                        escalated: self.escalate,
                        ..Finding::new(code, "planted", place).inside(&*package, format!("{package}::item"))
                    };
                    // Twice: the same finding reached by two ways is one.
                    analysis.findings.push(finding.clone().confidence(self.confidence));
                    analysis.findings.push(finding.confidence(self.confidence));
                }
            }
            if text.contains("!broken!") {
                let place = Place::new(file.clone(), 0, 1);
                analysis.unparsed.push(Unparsed {
                    place,
                    message: "no".to_owned(),
                    extent: Unread::File,
                    package: package.as_str().into(),
                });
            }
            analysis.files.push(AnalysedFile {
                root: file.clone(),
                path: file,
                package: package.as_str().into(),
                lines: 1,
                directives: cargo_fa::model::suppress::scan(&text),
                whole: true,
            });
        }
        analysis
    }
}

#[test]
fn findings_are_sorted_and_reported_once() {
    let fake = Fake::new(&[("tools/b.rs", "!FA602!"), ("game/a.rs", "x\n!FA601! !FA401!")]);
    assert_eq!(fake.rows(""), ["FA601 deny game/a.rs:2", "FA401 warn game/a.rs:2", "FA602 warn tools/b.rs:1"]);
    assert_eq!(fake.rows("--only FA6"), ["FA601 deny game/a.rs:2", "FA602 warn tools/b.rs:1"]);
    assert_eq!(fake.rows("-p tools"), ["FA602 warn tools/b.rs:1"]);
    assert_eq!(fake.rows("--fail-fast -D warnings"), ["FA601 deny game/a.rs:2"]);
    assert_eq!(fake.rows("--async-safety").len(), 0);
}

#[test]
fn what_the_source_escalates_is_an_error_unless_the_command_line_says_otherwise() {
    let mut fake = Fake::new(&[("game/a.rs", "!FA401!"), (".fa.toml", "[lints]\nFA401 = \"hint\"\n")]);
    assert_eq!(fake.rows(""), ["FA401 hint game/a.rs:1"]);
    fake.escalate = true;
    assert_eq!(fake.rows(""), ["FA401 deny game/a.rs:1"]);
    assert_eq!(fake.rows("-W FA401"), ["FA401 warn game/a.rs:1"]);
}

#[test]
fn guesses_are_hints_and_only_on_demand() {
    let mut fake = Fake::new(&[("game/a.rs", "!FA601!")]);
    fake.confidence = Confidence::Low;
    assert!(fake.rows("").is_empty());
    assert_eq!(fake.rows("--pedantic"), ["FA601 hint game/a.rs:1"]);
    assert_eq!(fake.rows("--pedantic -D FA601"), ["FA601 deny game/a.rs:1"]);
}

#[test]
fn a_suppression_holds_until_it_is_forbidden() {
    let fake = Fake::new(&[("game/a.rs", "!FA602! // fa: allow(FA602, reason = \"measured\")\n!FA602!")]);
    assert_eq!(fake.rows(""), ["FA602 warn game/a.rs:2"]);
    assert_eq!(fake.rows("-D FA602"), ["FA602 deny game/a.rs:2"]);
    assert_eq!(fake.rows("-F FA602"), ["FA602 deny game/a.rs:1", "FA602 deny game/a.rs:2"]);
    let run = fake.run("").unwrap();
    assert_eq!(run.report.suppressed[0].reason.as_deref(), Some("measured"));
}

#[test]
fn a_suppressed_guess_is_not_an_unused_suppression() {
    let mut fake = Fake::new(&[("game/a.rs", "!FA602! // fa: allow(FA602, reason = \"measured\")")]);
    fake.confidence = Confidence::Low;
    assert!(fake.rows("").is_empty());
}

#[test]
fn an_expectation_that_is_not_met_is_reported() {
    let fake = Fake::new(&[(
        "game/a.rs",
        "f(); // fa: expect(FA602, reason = \"r\")\n!FA602! // fa: expect(FA602, reason = \"r\")",
    )]);
    assert_eq!(fake.rows(""), ["FA901 warn game/a.rs:1"]);
}

#[test]
fn a_baseline_survives_edits_and_reports_what_is_new_and_what_is_gone() {
    let fake = Fake::new(&[("game/a.rs", "!FA602!\n!FA601!")]);
    let path = fake.folder.path().join(baseline::FILE_NAME);
    std::fs::write(&path, baseline::write(&fake.run("").unwrap().report.findings)).unwrap();
    assert!(fake.rows("--baseline").is_empty());
    std::fs::write(fake.folder.path().join("game/a.rs"), "// new lines\n\n!FA602!\n!FA601! !FA702!").unwrap();
    assert_eq!(fake.rows("--baseline"), ["FA702 deny game/a.rs:4"]);
    std::fs::write(fake.folder.path().join("game/a.rs"), "!FA601!").unwrap();
    let rows = fake.rows("--baseline");
    assert_eq!(rows.len(), 1);
    assert!(rows[0].starts_with("FA904 warn .fa-baseline.json:"), "{rows:?}");
    assert!(fake.rows("--baseline --only FA601,FA904").is_empty(), "FA602 was not looked for");
}

#[test]
fn a_file_that_was_left_out_makes_a_run_incomplete() {
    let fake = Fake::new(&[("game/a.rs", "!broken!"), ("tools/b.rs", "x")]);
    let run = fake.run("").unwrap();
    assert!(run.incomplete && run.report.count(Level::Warn) == 1);
    // What was not read of another package may matter to this one.
    let run = fake.run("-p tools").unwrap();
    assert!(run.incomplete && run.unread.len() == 1 && run.report.findings.is_empty(), "{:?}", run.unread);
    assert!(!fake.run("-p tools --exclude-package game").unwrap().incomplete);
}

#[test]
fn a_suppression_in_a_file_that_was_left_out_is_not_unused() {
    let fake = Fake::new(&[("game/a.rs", "!broken! // fa: allow(FA602, reason = \"r\")")]);
    assert_eq!(fake.rows(""), ["FA900 warn game/a.rs:1"]);
}

#[test]
fn nothing_selected_is_an_error() {
    let fake = Fake::new(&[("game/a.rs", "x")]);
    assert!(fake.run("--exclude **/*.rs").unwrap_err().0.contains("nothing was analysed"));
    assert!(fake.run("-p gaem").unwrap_err().0.contains("did you mean `game`?"));
    assert!(fake.run("game/none.rs").unwrap_err().0.contains("does not exist"));
}

#[test]
fn every_code_has_a_level_in_every_run() {
    for code in cargo_fa::model::codes::ALL.iter().filter(|code| code.is_analysed()) {
        let code: &Code = code;
        assert_ne!(code.level, Level::Event);
        assert!(!cargo_fa::explain::lead(code).is_empty());
    }
}

#[test]
fn a_panic_inside_is_an_exit_code() {
    fn open(_: &OpenOptions) -> Result<Box<dyn Workspace>, AnalysisError> {
        panic!("planted")
    }
    assert_eq!(app::main(vec!["cargo-fa".into()], open), PANIC);
}
