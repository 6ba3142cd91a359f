//! Finds the rules: every `src/engine/rules/<group>/faNNN_<name>.rs` is a code.
//!
//! Of these files it writes two tables: `codes.rs`, their metadata for the registry (`src/model/codes/registry.rs`), and
//! `rules.rs`, the modules and what each of them finds by (`src/engine/rules/mod.rs`). It copies text and understands none of
//! it: what is wrong in a `rule!` block is for rustc to say.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// One code.
struct Rule {
    /// The number and name in lower case, as the file and its module are called.
    module: String,
    /// The folder.
    group: String,
    file: PathBuf,
    /// What stands between the brackets of `rule! { … }`.
    metadata: String,
}

fn main() {
    println!("cargo::rerun-if-changed=src/engine/rules");
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("src/engine/rules");
    let mut rules = Vec::new();
    for folder in entries(&root).into_iter().filter(|path| path.is_dir()) {
        rules.extend(
            entries(&folder)
                .iter()
                .filter(|path| path.extension().is_some_and(|end| end == "rs"))
                .map(|path| read(path)),
        );
    }
    rules.sort_by(|left, right| left.module.cmp(&right.module));
    let out = PathBuf::from(variable("OUT_DIR"));
    write(&out.join("codes.rs"), &codes(&rules));
    write(&out.join("rules.rs"), &modules(&rules));
}

fn read(file: &Path) -> Rule {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let metadata = text.split_once("\nrule! {\n").and_then(|(_, rest)| rest.split_once("\n}\n"));
    let (metadata, _) = metadata.unwrap_or_else(|| panic!("{}: there is no `rule! {{ … }}` block", file.display()));
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_stem).map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
    };
    Rule { module: name(Some(file)), group: name(file.parent()), file: file.to_owned(), metadata: metadata.to_owned() }
}

/// The metadata of all codes, each with its group and its explanation.
fn codes(rules: &[Rule]) -> String {
    let mut out = String::from("codes! {\n");
    for rule in rules {
        let group: String = rule.group.split('_').map(capitalised).collect();
        let text = rule.file.with_extension("md");
        let _ = writeln!(out, "group: {group},\ntext: include_str!({}),\n{}", literal(&text), rule.metadata);
    }
    out + "}\n"
}

/// The files as modules in those of their groups, and a list of what they find by.
fn modules(rules: &[Rule]) -> String {
    let mut out = String::new();
    for group in rules.iter().map(|rule| &rule.group).collect::<std::collections::BTreeSet<_>>() {
        let _ = writeln!(out, "mod {group} {{");
        for rule in rules.iter().filter(|rule| rule.group == *group) {
            let _ = writeln!(out, "    #[path = {}]\n    pub(super) mod {};", literal(&rule.file), rule.module);
        }
        out.push_str("}\n");
    }
    out.push_str("const FINDERS: &[Finder] = &[\n");
    for rule in rules {
        let _ = writeln!(out, "    {}::{}::FINDER,", rule.group, rule.module);
    }
    out + "];\n"
}

/// A path as a literal of Rust.
fn literal(path: &Path) -> String {
    format!("{:?}", path.to_str().unwrap_or_else(|| panic!("{} is not UTF-8", path.display())))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}
