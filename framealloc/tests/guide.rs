//! What README and guide promise about themselves: every chapter is tested, complete, linked, and says what it costs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A Markdown file with its path from the root of the repository.
struct Document {
    path: PathBuf,
    text: String,
}

/// The lines of one fenced block, with the word behind its fence.
struct Block<'t> {
    language: &'t str,
    line: usize,
    lines: Vec<&'t str>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn collect(folder: &Path, found: &mut Vec<Document>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(document(&path));
        }
    }
}

fn document(path: &Path) -> Document {
    Document { path: path.to_owned(), text: fs::read_to_string(path).unwrap() }
}

/// The chapters of the guide, without the list of them.
fn chapters() -> Vec<Document> {
    let mut found = Vec::new();
    collect(&root().join("docs/guide/src"), &mut found);
    found.retain(|chapter| !chapter.path.ends_with("SUMMARY.md"));
    assert!(found.len() > 25, "the guide has moved: {} chapters were found", found.len());
    found
}

/// All documents.
fn documents() -> Vec<Document> {
    let mut found: Vec<_> = ["README.md", "TECHNICAL.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
        .iter()
        .map(|name| document(&root().join(name)))
        .collect();
    collect(&root().join("docs"), &mut found);
    found
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (at, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => found.push(block),
            (Some(language), None) => open = Some(Block { language, line: at + 1, lines: Vec::new() }),
            (None, Some(mut block)) => {
                block.lines.push(line);
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

fn is_rust(block: &Block<'_>) -> bool {
    block.language.split(',').next() == Some("rust")
}

/// The text outside of fenced blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let outside = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    });
    outside.collect::<Vec<_>>().join("\n")
}

/// The targets of the links of a document that lie in the repository.
fn links(document: &Document) -> Vec<PathBuf> {
    let folder = document.path.parent().unwrap();
    let text = prose(&document.text);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| folder.join(target.split('#').next().unwrap_or(target)))
        .collect()
}

#[test]
fn the_summary_lists_every_chapter() {
    let summary = document(&root().join("docs/guide/src/SUMMARY.md"));
    let listed: BTreeSet<_> = links(&summary).into_iter().collect();
    let there: BTreeSet<_> = chapters().into_iter().map(|chapter| chapter.path).collect();
    assert_eq!(listed, there);
}

#[test]
fn every_block_of_rust_is_a_documentation_test() {
    let tested = ["framealloc/src/guide.rs", "framealloc-bevy/src/lib.rs"]
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .join("\n");
    let guide = root().join("docs/guide/src");
    for chapter in chapters() {
        let name = chapter.path.strip_prefix(&guide).unwrap();
        let name = name.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("/");
        let rust = blocks(&chapter.text).iter().any(is_rust);
        assert!(!rust || tested.contains(&format!("{name}\"")), "no crate tests the blocks of {name}");
    }
    assert!(tested.contains("../../README.md"));
}

#[test]
fn no_block_of_rust_has_hidden_lines() {
    let mut read = chapters();
    read.push(document(&root().join("README.md")));
    for file in &read {
        for block in blocks(&file.text) {
            // rustdoc hides lines that begin with `# `, and takes a block without a language for Rust.
            let hidden = block.lines.iter().any(|line| line.trim_start().starts_with("# ") || line.trim() == "#");
            assert!(!is_rust(&block) || !hidden, "{}:{} has hidden lines", file.path.display(), block.line);
            assert!(!block.language.is_empty(), "{}:{} names no language", file.path.display(), block.line);
            assert!(
                !["ignore", "no_run", "should_panic"].iter().any(|word| block.language.contains(word)),
                "{}:{} is not run",
                file.path.display(),
                block.line
            );
        }
    }
}

#[test]
fn every_chapter_says_what_it_costs() {
    for chapter in chapters() {
        let costs = chapter.text.split_once("\n## What it costs\n");
        let told = costs.is_some_and(|(_, costs)| costs.trim().len() > 50);
        assert!(told, "{} does not say what it costs", chapter.path.display());
    }
}

#[test]
fn links_lead_somewhere() {
    for file in documents() {
        for target in links(&file) {
            assert!(target.exists(), "{} links to {}", file.path.display(), target.display());
        }
    }
}

#[test]
fn lines_are_at_most_120_characters_long() {
    for file in documents() {
        for (at, line) in file.text.lines().enumerate() {
            let long = line.chars().count();
            assert!(long <= 120, "{}:{} has {long} characters", file.path.display(), at + 1);
        }
    }
}

/// The files of the repository by their paths, with `/`, and their folders with one at the end.
fn files(folder: &Path, path: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && name != ".git" {
                let inner = format!("{path}{name}/");
                found.insert(format!("/{inner}"));
                files(&entry.path(), &inner, found);
            }
        } else {
            found.insert(format!("/{path}{name}"));
        }
    }
}

/// `a/{b,c}.rs` as `a/b.rs` and `a/c.rs`.
fn expanded(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
    let Some((choices, after)) = rest.split_once('}') else { return vec![path.to_owned()] };
    choices.split(',').flat_map(|choice| expanded(&format!("{before}{}{after}", choice.trim()))).collect()
}

/// What a map is for: code that moves takes its names in the documents along.
#[test]
fn paths_that_documents_name_exist() {
    let mut there = BTreeSet::new();
    files(root(), "", &mut there);
    let mut read = vec![document(&root().join("TECHNICAL.md")), document(&root().join("CONTRIBUTING.md"))];
    collect(&root().join("docs/internals"), &mut read);
    let mut count = 0;
    for file in &read {
        for span in prose(&file.text).split('`').skip(1).step_by(2) {
            let path =
                span.ends_with('/') || [".rs", ".sh", ".json", ".txt", ".mjs"].iter().any(|end| span.ends_with(end));
            if !path || span.contains([' ', '<', '…', '*', ':']) || span.contains("nn") {
                continue;
            }
            for path in expanded(span) {
                count += 1;
                let named = format!("/{path}");
                assert!(there.iter().any(|file| file.ends_with(&named)), "{} names {path}", file.path.display());
            }
        }
    }
    assert!(count > 100, "only {count} paths were found");
}
