//! One registry for run time, analyser and documentation: whoever names a code names one that exists.

use std::path::Path;

use cargo_fa::model::codes::{Code, Stage};

/// Every `FA123` in a text that stands for itself.
fn mentioned(text: &str) -> Vec<&str> {
    text.match_indices("FA")
        .filter_map(|(at, _)| {
            let number = text.get(at..at + 5)?;
            let alone = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
            let digits = number[2..].bytes().all(|byte| byte.is_ascii_digit());
            (digits && alone(text[..at].chars().next_back()) && alone(text[at + 5..].chars().next())).then_some(number)
        })
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn the_other_crates_name_codes_that_exist() {
    let mut files = 0;
    for name in
        ["framealloc", "framealloc-core", "framealloc-bevy", "framealloc-macros", "framealloc-syntax", "examples"]
    {
        for entry in walkdir::WalkDir::new(root().join(name)).into_iter().filter_map(Result::ok) {
            if entry.path().extension().is_some_and(|end| end == "rs") {
                files += 1;
                let text = std::fs::read_to_string(entry.path()).unwrap();
                for number in mentioned(&text) {
                    let code = Code::find(number);
                    assert!(code.is_some(), "{} names {number}, which is not in the registry", entry.path().display());
                }
            }
        }
    }
    assert!(files > 20, "the crates have moved: only {files} files were read");
}

#[test]
fn the_documentation_names_codes_that_exist() {
    let mut files: Vec<_> =
        ["README.md", "TECHNICAL.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(|name| root().join(name)).into();
    let docs = walkdir::WalkDir::new(root().join("docs")).into_iter().filter_map(Result::ok);
    files.extend(docs.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|end| end == "md")));
    assert!(files.len() > 40, "the documents have moved: only {} files were found", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for number in mentioned(&text) {
            assert!(Code::find(number).is_some(), "{} names {number}, which is not in the registry", file.display());
        }
    }
}

#[test]
fn explanations_name_codes_that_exist() {
    for code in cargo_fa::model::codes::ALL {
        for number in mentioned(&cargo_fa::explain::text(code)) {
            assert!(Code::find(number).is_some(), "the text of {code} names {number}");
        }
    }
}

#[test]
fn what_a_program_reports_at_run_time_is_not_for_the_analyser() {
    for code in cargo_fa::model::codes::ALL {
        assert_eq!(code.stage == Stage::RunTime, !code.is_analysed());
    }
    assert_eq!(mentioned("FA601, xFA602, FA6033, `FA604`"), ["FA601", "FA604"]);
}
