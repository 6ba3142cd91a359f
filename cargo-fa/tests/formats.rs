//! Every format carries the same findings: each is decoded by a reader that is not ours, and the sets are compared.

use std::collections::BTreeSet;

use cargo_fa::model::codes::{FA401, FA601, FA602, FA606, FA702, Level};
use cargo_fa::model::finding::{Applicability, Confidence, Edit, Finding, Fix, Place};
use cargo_fa::report::{Accepted, AcceptedBy, Format, Report, Reported, Style, fingerprints, json_schema, render};
use serde_json::Value;

/// What every format has to say of a finding: code, level, file, line, column, message.
type Row = (String, String, String, u64, u64, String);

const LIB: &str = "fn step() {\n    let name = format!(\"a & b\");\n    use_it(name);\n}\n";
const WIDE: &str = "\u{feff}// ä😀\r\nfn ü() { keep(&x); }\r\n";

fn place(file: &str, text: &str, what: &str) -> Place {
    let start = u32::try_from(text.find(what).unwrap()).unwrap();
    Place::new(file, start, start + u32::try_from(what.len()).unwrap())
}

/// A report with everything that a format may stumble over.
fn sample() -> Report {
    let mut report = Report { files: 2, packages: vec!["game".to_owned(), "quiet".to_owned()], ..Report::default() };
    report.sources.insert("src/lib.rs", LIB);
    report.sources.insert("src/wide file.rs", WIDE);
    let lib = |what| place("src/lib.rs", LIB, what);
    let wide = |what| place("src/wide file.rs", WIDE, what);
    let fix = Fix {
        title: "format into the frame".to_owned(),
        edits: vec![Edit {
            place: lib("format!(\"a & b\")"),
            replacement: "frame_format!(alloc, \"a & b\")".to_owned(),
        }],
        applicability: Applicability::MachineApplicable,
    };
    let findings = [
        (
            Level::Warn,
            Finding::new(&FA401, "`format!` allocates <from> the \"heap\" & more, 100%", lib("format!(\"a & b\")"))
                .caption("a String is made here")
                .label(lib("use_it(name)"), "and dropped here")
                .note("reached from `game::tick`")
                .note_at(wide("keep(&x)"), "called here")
                .help("use `frame_format!`")
                .fix(fix)
                .inside("game", "game::step"),
        ),
        (
            Level::Hint,
            Finding::new(&FA606, "helper", lib("use_it")).confidence(Confidence::Low).inside("game", "game::step"),
        ),
        (
            Level::Warn,
            Finding::new(&FA602, "spans, lines: 50%", lib("format!(\"a & b\");\n    use_it"))
                .inside("game", "game::step"),
        ),
        (Level::Deny, Finding::new(&FA601, "behind a wide letter", wide("keep")).inside("game", "game::ü")),
    ];
    let names = fingerprints(findings.iter().map(|(_, finding)| finding), &report.sources);
    report.findings = findings
        .into_iter()
        .zip(names)
        .map(|((level, finding), fingerprint)| Reported { finding, level, fingerprint, measured: None })
        .collect();
    report.findings.sort_by(|a, b| a.finding.order(&b.finding));
    let accepted = Finding::new(&FA702, "accepted", lib("fn step")).inside("game", "game::step");
    let reported =
        Reported { finding: accepted, level: Level::Deny, fingerprint: "00000000000000aa".to_owned(), measured: None };
    report.suppressed = vec![Accepted { reported, by: AcceptedBy::Source, reason: Some("measured".to_owned()) }];
    report
}

fn expected() -> BTreeSet<Row> {
    let row = |code: &str, level: &str, file: &str, line, column, message: &str| {
        (code.to_owned(), level.to_owned(), file.to_owned(), line, column, message.to_owned())
    };
    BTreeSet::from([
        row("FA401", "warn", "src/lib.rs", 2, 16, "`format!` allocates <from> the \"heap\" & more, 100%"),
        row("FA602", "warn", "src/lib.rs", 2, 16, "spans, lines: 50%"),
        row("FA606", "hint", "src/lib.rs", 3, 5, "helper"),
        row("FA601", "deny", "src/wide file.rs", 2, 10, "behind a wide letter"),
    ])
}

fn level(word: &str) -> String {
    match word {
        "error" | "critical" | "failure" => "deny",
        "warning" | "major" => "warn",
        "note" | "notice" | "help" | "info" | "hint" => "hint",
        other => other,
    }
    .to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn json_says_it_all_and_fits_its_schema() {
    let document: Value = serde_json::from_str(&render(&sample(), Format::Json, Style::Plain)).unwrap();
    let schema = json_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let rows = document["findings"].as_array().unwrap().iter().map(|finding| {
        let start = &finding["place"]["start"];
        (
            text(&finding["code"]),
            text(&finding["level"]),
            text(&finding["place"]["file"]),
            number(&start["line"]),
            number(&start["column"]),
            text(&finding["message"]),
        )
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), expected());
    assert_eq!(document["suppressed"][0]["reason"], "measured");
    assert_eq!(document["summary"]["warn"], 2);
}

#[test]
fn rustc_json_is_read_by_cargo_metadata() {
    let rendered = render(&sample(), Format::RustcJson, Style::Plain);
    let rows = rendered.lines().map(|line| {
        let diagnostic: cargo_metadata::diagnostic::Diagnostic = serde_json::from_str(line).unwrap();
        let primary = diagnostic.spans.iter().find(|span| span.is_primary).unwrap();
        assert!(diagnostic.rendered.as_deref().is_some_and(|text| text.contains(&diagnostic.message)));
        let first = &primary.text[0];
        let letters: Vec<char> = first.text.chars().collect();
        assert!(letters.len() + 1 >= first.highlight_end && first.highlight_start == primary.column_start);
        (
            diagnostic.code.unwrap().code,
            level(match diagnostic.level {
                cargo_metadata::diagnostic::DiagnosticLevel::Error => "error",
                cargo_metadata::diagnostic::DiagnosticLevel::Warning => "warning",
                _ => "help",
            }),
            primary.file_name.clone(),
            primary.line_start as u64,
            primary.column_start as u64,
            diagnostic.message.clone(),
        )
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), expected());
}

#[test]
fn rustc_json_is_applied_by_rustfix() {
    let rendered = render(&sample(), Format::RustcJson, Style::Plain);
    let only = std::collections::HashSet::new();
    let suggestions =
        rustfix::get_suggestions_from_json(&rendered, &only, rustfix::Filter::MachineApplicableOnly).unwrap();
    assert_eq!(suggestions.len(), 1);
    let fixed = rustfix::apply_suggestions(LIB, &suggestions).unwrap();
    assert_eq!(fixed, LIB.replace("format!(", "frame_format!(alloc, "));
}

#[test]
fn sarif_has_what_code_scanning_asks_for() {
    let document: Value = serde_json::from_str(&render(&sample(), Format::Sarif, Style::Plain)).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[key]["text"].as_str().is_some_and(|text| text.len() > 10), "{rule}");
        }
        assert!(rule["fullDescription"]["text"].as_str().is_some_and(|text| text.ends_with('.')), "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    let mut rows = BTreeSet::new();
    let mut fingerprints = BTreeSet::new();
    for result in results {
        let index = usize::try_from(number(&result["ruleIndex"])).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(fingerprints.insert(text(&result["partialFingerprints"]["faFingerprint/v1"])));
        assert!(result["message"]["text"].as_str().is_some_and(|text| text.ends_with('.')), "{result}");
        let location = &result["locations"][0]["physicalLocation"];
        let uri = text(&location["artifactLocation"]["uri"]);
        assert!(!uri.contains(' ') && !uri.starts_with('/') && !uri.contains('\\'), "{uri}");
        assert_eq!(location["artifactLocation"]["uriBaseId"], "SRCROOT");
        let region = &location["region"];
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(number(&region[key]) > 0);
        }
        if result.get("suppressions").is_none() {
            rows.insert((
                text(&result["ruleId"]),
                level(&text(&result["level"])),
                uri.replace("%20", " "),
                number(&region["startLine"]),
                number(&region["startColumn"]),
                text(&result["properties"]["headline"]),
            ));
        }
    }
    assert_eq!(rows, expected());
    assert_eq!(results.len(), 5, "what is suppressed is part of the file, marked as such");
}

#[test]
fn junit_is_read_by_quick_junit() {
    let rendered = render(&sample(), Format::Junit, Style::Plain);
    let report = quick_junit::Report::deserialize_from_str(&rendered).unwrap();
    let suites: Vec<_> = report.test_suites.iter().map(|suite| suite.name.as_str().to_owned()).collect();
    assert_eq!(suites, ["game", "quiet"]);
    assert_eq!(report.test_suites[1].test_cases.len(), 1, "a package without findings has one test that passes");
    assert_eq!((report.failures, report.errors), (1, 0), "a test fails where the run fails");
    let rows = report.test_suites[0].test_cases.iter().map(|case| {
        let (word, message) = match &case.status {
            quick_junit::TestCaseStatus::NonSuccess { ty, message, .. }
            | quick_junit::TestCaseStatus::Skipped { ty, message, .. } => {
                (ty.clone().unwrap(), message.clone().unwrap())
            }
            status @ quick_junit::TestCaseStatus::Success { .. } => panic!("{status:?}"),
        };
        let (code, place) = case.name.as_str().split_once(' ').unwrap();
        let (file, line, column) = file_line_column(place);
        assert_eq!(case.classname.as_ref().unwrap().as_str(), file);
        (code.to_owned(), word.as_str().to_owned(), file, line, column, message.as_str().to_owned())
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), expected());
}

fn file_line_column(place: &str) -> (String, u64, u64) {
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().unwrap().parse().unwrap();
    let line = parts.next().unwrap().parse().unwrap();
    (parts.next().unwrap().to_owned(), line, column)
}

#[test]
fn checkstyle_is_parsed_back() {
    use quick_xml::events::Event;
    let rendered = render(&sample(), Format::Checkstyle, Style::Plain);
    let mut reader = quick_xml::Reader::from_str(&rendered);
    let (mut rows, mut file) = (BTreeSet::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let attribute = |name: &str| {
                    let found =
                        element.attributes().map(Result::unwrap).find(|one| one.key.as_ref() == name.as_bytes());
                    found
                        .map(|one| one.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned())
                        .unwrap_or_default()
                };
                match element.name().as_ref() {
                    b"file" => file = attribute("name"),
                    b"error" => {
                        rows.insert((
                            attribute("source").strip_prefix("cargo-fa.").unwrap().to_owned(),
                            level(&attribute("severity")),
                            file.clone(),
                            attribute("line").parse().unwrap(),
                            attribute("column").parse().unwrap(),
                            attribute("message"),
                        ));
                    }
                    name => assert_eq!(name, b"checkstyle"),
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(rows, expected());
}

#[test]
fn github_commands_are_decoded() {
    let rendered = render(&sample(), Format::Github, Style::Plain);
    let rows = rendered.lines().map(|line| {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        let decode = |text: &str| {
            let text = text.replace("%2C", ",").replace("%3A", ":").replace("%0A", "\n").replace("%0D", "\r");
            text.replace("%25", "%")
        };
        let property = |name: &str| {
            let found = properties.split(',').find_map(|one| one.strip_prefix(name)?.strip_prefix('='));
            decode(found.unwrap_or_else(|| panic!("{name} in {line}")))
        };
        let message = decode(message);
        (
            property("title").split(' ').next().unwrap().to_owned(),
            level(command),
            property("file"),
            property("line").parse().unwrap(),
            property("col").parse().unwrap(),
            message.lines().next().unwrap().to_owned(),
        )
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), expected());
}

#[test]
fn gitlab_issues_are_decoded() {
    let issues: Vec<Value> = serde_json::from_str(&render(&sample(), Format::Gitlab, Style::Plain)).unwrap();
    let fingerprints: BTreeSet<_> = issues.iter().map(|issue| text(&issue["fingerprint"])).collect();
    assert_eq!(fingerprints.len(), issues.len());
    let rows = issues.iter().map(|issue| {
        let description = text(&issue["description"]);
        let (code, message) = description.split_once(": ").unwrap();
        assert_eq!(issue["check_name"], code);
        let begin = &issue["location"]["positions"]["begin"];
        assert_eq!(issue["location"]["lines"]["begin"], begin["line"]);
        (
            code.to_owned(),
            level(&text(&issue["severity"])),
            text(&issue["location"]["path"]),
            number(&begin["line"]),
            number(&begin["column"]),
            message.to_owned(),
        )
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), expected());
}

#[test]
fn compact_lines_are_decoded() {
    let rendered = render(&sample(), Format::Compact, Style::Plain);
    let rows = rendered.lines().map(|line| {
        let (place, rest) = line.split_once(": ").unwrap();
        let (file, line, column) = file_line_column(place);
        let mut words = rest.splitn(3, ' ');
        let word = words.next().unwrap().to_owned();
        let code = words.next().unwrap().to_owned();
        (code, word, file, line, column, words.next().unwrap().to_owned())
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), expected());
}

#[test]
fn the_terminal_shows_the_same() {
    let rendered = render(&sample(), Format::Terminal, Style::Plain);
    let mut rows = BTreeSet::new();
    let mut head = None;
    for line in rendered.lines() {
        if let Some((word, rest)) = line.split_once("[FA")
            && ["error", "warning", "hint"].contains(&word)
        {
            let (code, message) = rest.split_once("]: ").unwrap();
            head = Some((format!("FA{code}"), level(word), message.to_owned()));
        } else if let Some((_, place)) = line.split_once("--> ")
            && let Some((code, word, message)) = head.take()
        {
            let (file, line, column) = file_line_column(place);
            rows.insert((code, word, file, line, column, message));
        }
    }
    assert_eq!(rows, expected());
    assert!(!rendered.contains('\u{1b}'), "nothing is coloured unless asked for");
    assert!(render(&sample(), Format::Terminal, Style::Colored).contains('\u{1b}'));
    assert!(rendered.contains("a String is made here") && rendered.contains("called here"), "{rendered}");
}

#[test]
fn an_empty_report_is_a_whole_document_in_every_format() {
    let report = Report { files: 3, packages: vec!["game".to_owned()], ..Report::default() };
    let json: Value = serde_json::from_str(&render(&report, Format::Json, Style::Plain)).unwrap();
    assert!(jsonschema::is_valid(&json_schema(), &json));
    let sarif: Value = serde_json::from_str(&render(&report, Format::Sarif, Style::Plain)).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(0));
    let junit = quick_junit::Report::deserialize_from_str(&render(&report, Format::Junit, Style::Plain)).unwrap();
    assert_eq!((junit.tests, junit.failures), (1, 0));
    assert_eq!(render(&report, Format::Gitlab, Style::Plain), "[]\n");
    assert!(render(&report, Format::Checkstyle, Style::Plain).contains("</checkstyle>"));
    for format in [Format::RustcJson, Format::Github, Format::Compact, Format::Terminal] {
        assert_eq!(render(&report, format, Style::Plain), "");
    }
}

#[test]
fn the_terminal_draws_what_rustc_would() {
    let rendered = render(&sample(), Format::Terminal, Style::Plain);
    let first = rendered.split("\n\n").next().unwrap();
    let expected = "\
warning[FA401]: `format!` allocates <from> the \"heap\" & more, 100%
 --> src/lib.rs:2:16
  |
2 |     let name = format!(\"a & b\");
  |                ^^^^^^^^^^^^^^^^ a String is made here
3 |     use_it(name);
  |     ------------ and dropped here
  |
  = note: reached from `game::tick`
  = help: use `frame_format!`
  = note: `heap-on-frame-path`: see `cargo fa explain FA401`
note: called here
 --> src/wide file.rs:2:10
  |
2 | fn ü() { keep(&x); }
  |          ^^^^^^^^
help: format into the frame
  |
2 -     let name = format!(\"a & b\");
2 +     let name = frame_format!(alloc, \"a & b\");
  |";
    assert_eq!(first, expected, "{first}");
}
