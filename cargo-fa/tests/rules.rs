//! A rule is a file with its metadata and its check, an explanation beside it, and cases.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_fa::model::codes::{ALL, Code};

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of the rules with this extension, by group.
fn files(extension: &str) -> Vec<(String, PathBuf)> {
    let root = package().join("src/engine/rules");
    let files = walkdir::WalkDir::new(root).min_depth(2).sort_by_file_name().into_iter().flatten();
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .map(|path| (name(path.parent().expect("a folder")), path))
        .collect()
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The code that a file is about, by its name.
fn code(path: &Path) -> &'static Code {
    let stem = name(path);
    let number = stem.split('_').next().unwrap_or_default();
    Code::find(number).unwrap_or_else(|| panic!("{} is not named after a code", path.display()))
}

#[test]
fn every_code_has_a_file_in_the_folder_of_its_group_and_a_text_beside_it() {
    for extension in ["rs", "md"] {
        let files = files(extension);
        let mut codes = BTreeSet::new();
        for (group, path) in &files {
            let code = code(path);
            assert!(codes.insert(code.number), "{code} has two files");
            assert_eq!(*group, code.group.name().replace('-', "_"), "{} is in the wrong folder", path.display());
            let wanted = format!("{}_{}", code.number.to_lowercase(), code.name.replace('-', "_"));
            assert_eq!(name(path), wanted, "{} is not named after its code", path.display());
        }
        assert_eq!(codes.len(), ALL.len(), "every code has one file that ends in {extension}");
    }
}

#[test]
fn a_number_is_in_the_range_of_its_group() {
    for (group, path) in files("rs") {
        let text = std::fs::read_to_string(&path).expect("readable");
        let number = text.split_once("code: ").and_then(|(_, rest)| rest.split(',').next()).expect("a code");
        assert_eq!(number.len(), 5, "{}", path.display());
        let range = code(&path).group.range();
        assert_eq!(number.get(..3), range.get(..3), "{number} is in {group}, whose codes are {range}");
    }
}

#[test]
fn every_rule_has_cases() {
    for code in ALL.iter().filter(|code| code.is_analysed() && !code.number.starts_with("FA9")) {
        let cases = package().join("tests/ui").join(code.number);
        let files: Vec<PathBuf> =
            walkdir::WalkDir::new(&cases).into_iter().flatten().map(walkdir::DirEntry::into_path).collect();
        for kind in ["pos_", "neg_"] {
            let found = files.iter().any(|file| name(file).starts_with(kind));
            assert!(found, "{code} has no {kind} case in {}", cases.display());
        }
    }
}
