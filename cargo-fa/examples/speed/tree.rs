//! The trees that are analysed.
//!
//! The large one is a workspace as a studio has it: libraries that know nothing of frames, copied from the registry,
//! all of which a few game packages depend on. A fifth of the lines, if nothing else is asked for, is code of games that
//! use framealloc: the example games of this repository, over and over.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(super) struct Tree {
    pub(super) root: PathBuf,
    pub(super) packages: usize,
    /// Those that depend on framealloc.
    pub(super) users: usize,
    /// The file that is edited between warm runs.
    pub(super) edited: PathBuf,
    pub(super) large: bool,
}

/// Libraries of the registry in the order of preference: code that people write by hand, no generated tables.
const LIBRARIES: &[&str] = &[
    "bevy_ecs",
    "bevy_reflect",
    "bevy_app",
    "bevy_time",
    "bevy_tasks",
    "bevy_platform",
    "regex-automata",
    "rayon",
    "clap_builder",
    "futures-util",
    "hashbrown",
    "tracing-subscriber",
    "proptest",
    "tokio",
    "serde_json",
    "indexmap",
    "aho-corasick",
    "bumpalo",
    "winnow",
    "toml_edit",
    "chrono",
    "memchr",
    "quick-xml",
    "bstr",
    "regex",
    "rand",
];

/// Packages that use framealloc in the large tree.
const GAMES: usize = 4;

/// A workspace of about this many lines, so many of them of games.
pub(super) fn large(root: &Path, lines: usize, games_lines: usize) -> Tree {
    let mut members: Vec<String> = Vec::new();
    let mut count = 0;
    let libraries_end = lines - games_lines;
    let sources = registry();
    for wanted in LIBRARIES {
        let Some((_, from)) = sources.iter().find(|(name, _)| name == wanted) else { continue };
        if count >= libraries_end || !from.join("src/lib.rs").is_file() {
            continue;
        }
        count += copy(&from.join("src"), &root.join(wanted).join("src"), 0);
        package(&root.join(wanted), wanted, &edition(from), "");
        members.push((*wanted).to_owned());
    }
    assert!(count >= libraries_end / 2, "the registry holds too few libraries: {count} lines; `cargo fetch` first");
    let mut dependencies = format!("framealloc = {{ path = '{}' }}\n", repository().join("framealloc").display());
    for library in &members {
        let _ = writeln!(dependencies, "{library} = {{ path = \"../{library}\" }}");
    }
    let each = lines.saturating_sub(count) / GAMES;
    for at in 0..GAMES {
        let name = format!("game{at}");
        games(&root.join(&name).join("src"), each);
        package(&root.join(&name), &name, "2024", &dependencies);
        members.push(name);
    }
    let text = format!("[workspace]\nmembers = {members:?}\nresolver = \"3\"\n");
    std::fs::write(root.join("Cargo.toml"), text).expect("written");
    let edited = root.join("game0/src/module_0/mod.rs");
    Tree { root: root.to_owned(), packages: members.len(), users: GAMES, edited, large: true }
}

/// A package of about this many lines.
pub(super) fn game(root: &Path, lines: usize) -> Tree {
    games(&root.join("src"), lines);
    let dependencies = format!("framealloc = {{ path = '{}' }}\n", repository().join("framealloc").display());
    package(root, "game", "2024", &dependencies);
    let edited = root.join("src/module_0/mod.rs");
    Tree { root: root.to_owned(), packages: 1, users: 1, edited, large: false }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Copies of the sample games as modules of one crate.
fn games(source: &Path, lines: usize) {
    let examples = repository().join("examples/examples");
    let mut root = String::from("//! Games.\n");
    let mut count = 0;
    let mut at = 0;
    while count < lines {
        let module = source.join(format!("module_{at}"));
        std::fs::create_dir_all(&module).expect("a directory");
        let mut head = String::from("pub mod swarm;\npub mod shooter;\npub mod clean;\n");
        for (from, to) in [("arena_shooter.rs", "shooter.rs"), ("../../cargo-fa/tests/clean/game.rs", "clean.rs")] {
            count += file(&examples.join(from), &module.join(to), at);
        }
        count += copy(&examples.join("swarm"), &module.join("swarm"), at);
        std::fs::rename(module.join("swarm/main.rs"), module.join("swarm/mod.rs")).expect("renamed");
        head.push_str("pub fn first(x: u32) -> u32 {\n    x + 1\n}\n");
        std::fs::write(module.join("mod.rs"), head).expect("written");
        let _ = writeln!(root, "pub mod module_{at};");
        at += 1;
    }
    std::fs::write(source.join("lib.rs"), root).expect("written");
}

fn package(directory: &Path, name: &str, edition: &str, dependencies: &str) {
    let text = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n\n[dependencies]\n{dependencies}"
    );
    std::fs::write(directory.join("Cargo.toml"), text).expect("written");
}

/// Packages whose sources cargo has unpacked here, the newest version of each name first.
fn registry() -> Vec<(String, PathBuf)> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let registries = std::fs::read_dir(home.unwrap_or_default().join("registry/src")).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = registries
        .flat_map(|registry| std::fs::read_dir(registry.path()).into_iter().flatten().flatten())
        .map(|package| package.path())
        .collect();
    found.sort();
    found.reverse();
    let named = found.into_iter().filter_map(|path| {
        let full = path.file_name()?.to_str()?;
        let version =
            full.match_indices('-').find(|(at, _)| full[at + 1..].starts_with(|c: char| c.is_ascii_digit()))?;
        Some((full[..version.0].to_owned(), path))
    });
    named.collect()
}

fn edition(package: &Path) -> String {
    let text = std::fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let edition = table.get("package").and_then(|package| package.get("edition")).and_then(|edition| edition.as_str());
    edition.unwrap_or("2015").to_owned()
}

/// Copies a directory of sources and counts their lines.
fn copy(from: &Path, to: &Path, at: usize) -> usize {
    let mut lines = 0;
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            lines += copy(&path, &target, at);
        } else {
            lines += file(&path, &target, at);
        }
    }
    lines
}

/// Copies a file. No two copies are the same text, or a cache by content would know all after the first.
fn file(from: &Path, to: &Path, at: usize) -> usize {
    let Ok(mut bytes) = std::fs::read(from) else { return 0 };
    if to.extension().is_none_or(|extension| extension != "rs") {
        std::fs::write(to, &bytes).expect("written");
        return 0;
    }
    bytes.extend(format!("// {}, {at}\n", to.display()).bytes());
    std::fs::write(to, &bytes).expect("written");
    bytes.split(|byte| *byte == b'\n').count() - 1
}
