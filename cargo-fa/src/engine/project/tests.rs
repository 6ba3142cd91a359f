use super::*;
use crate::analysis::{Request, Workspace};
use crate::model::config::Config;

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("it has a parent")).expect("created");
        std::fs::write(path, text).expect("written");
    }
}

const WORKSPACE: &[(&str, &str)] = &[
    ("Cargo.toml", "[workspace]\nmembers = [\"game\", \"math\", \"tool\"]\nresolver = \"3\"\n"),
    (
        "game/Cargo.toml",
        "[package]\nname = \"my-game\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nfa = { package = \"framealloc\", version = \"0.1\" }\nmath = { path = \"../math\" }\n",
    ),
    (
        "game/src/lib.rs",
        "mod a;\n#[path = \"else/where.rs\"]\nmod b;\nmod c { mod d; mod e { #[path = \"f.rs\"] mod g; } }\n#[cfg(test)]\nmod tests;\n",
    ),
    ("game/src/a/mod.rs", "mod inner;"),
    ("game/src/a/inner.rs", "fn inner() {}"),
    ("game/src/else/where.rs", "mod next;"),
    ("game/src/else/next.rs", "fn next() {}"),
    ("game/src/c/d.rs", "fn broken( {}"),
    ("game/src/c/e/f.rs", ""),
    ("game/src/tests.rs", ""),
    ("game/src/orphan.rs", "this is not Rust"),
    ("math/Cargo.toml", "[package]\nname = \"math\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("math/src/lib.rs", "pub fn add() {}"),
    ("tool/Cargo.toml", "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("tool/src/main.rs", "fn main() {}"),
];

#[test]
fn the_module_tree_decides_what_is_read() {
    let root = tempfile::tempdir().expect("a directory");
    write(root.path(), WORKSPACE);
    let project = Project::open(Some(&root.path().join("Cargo.toml"))).expect("opens");
    assert_eq!(
        project.packages().iter().map(|package| package.name.as_str()).collect::<Vec<_>>(),
        ["math", "my-game", "tool"]
    );
    let analysis = project.analyze(&Request::default(), &Config::default());
    let files: Vec<&str> = analysis.files.iter().map(|file| &*file.path).collect();
    assert_eq!(
        files,
        [
            "game/src/a/inner.rs",
            "game/src/a/mod.rs",
            "game/src/c/d.rs",
            "game/src/c/e/f.rs",
            "game/src/else/next.rs",
            "game/src/else/where.rs",
            "game/src/lib.rs",
            "math/src/lib.rs",
        ],
        "what uses framealloc and what it calls; no orphans, no tests"
    );
    let unparsed: Vec<&str> = analysis.unparsed.iter().map(|file| &*file.place.file).collect();
    assert_eq!(unparsed, ["game/src/c/d.rs"]);
    let with_tests = project.analyze(&Request { tests: true, ..Request::default() }, &Config::default());
    assert!(with_tests.files.iter().any(|file| &*file.path == "game/src/tests.rs"));
}

#[test]
fn the_built_in_reader_of_manifests_sees_what_cargo_sees() {
    let root = tempfile::tempdir().expect("a directory");
    write(root.path(), WORKSPACE);
    let path = root.path().join("Cargo.toml");
    let by_cargo = metadata::read(Some(&path)).expect("cargo reads it").members;
    let by_hand = manifest::read(Some(&path)).expect("the built-in reader reads it").members;
    let describe = |members: Vec<MemberAt>| {
        let mut lines: Vec<String> = members
            .iter()
            .map(|at| {
                let dependencies: Vec<_> =
                    at.member.dependencies.iter().map(|dependency| (&dependency.name, &dependency.package)).collect();
                let targets: Vec<_> = at
                    .member
                    .targets
                    .iter()
                    .map(|target| (target.kind, &target.name, target.source.is_file()))
                    .collect();
                format!("{} {dependencies:?} {targets:?}", at.member.name)
            })
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(describe(by_cargo), describe(by_hand));
}

#[test]
fn without_framealloc_nothing_is_read() {
    let root = tempfile::tempdir().expect("a directory");
    let plain: Vec<_> = WORKSPACE.iter().copied().filter(|(path, _)| !path.starts_with("game")).collect();
    write(root.path(), &plain);
    write(root.path(), &[("Cargo.toml", "[workspace]\nmembers = [\"math\", \"tool\"]\nresolver = \"3\"\n")]);
    let project = Project::open(Some(&root.path().join("Cargo.toml"))).expect("opens");
    assert!(project.analyze(&Request::default(), &Config::default()).files.is_empty());
}

#[test]
fn what_cargo_said_is_believed_until_something_changes() {
    let root = tempfile::tempdir().expect("a directory");
    write(root.path(), WORKSPACE);
    let manifest = root.path().join("Cargo.toml");
    let store = || stored::write(&manifest, &metadata::read(Some(&manifest)).expect("cargo reads it"));
    let count = || stored::read(&manifest).map(|read| read.members.len());
    assert_eq!(count(), None, "nothing is stored");
    store();
    assert_eq!(count(), Some(3));
    let one = "[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    write(root.path(), &[("crates/one/Cargo.toml", one), ("crates/one/src/lib.rs", "")]);
    assert_eq!(count(), Some(3), "no member");
    let changes: &[(&str, &str)] = &[
        ("math/Cargo.toml", "[package]\nname = \"maths\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("game/examples/demo.rs", "fn main() {}"),
        ("game/src/bin/two/main.rs", "fn main() {}"),
        ("tool/src/lib.rs", ""),
        ("tool/build.rs", "fn main() {}"),
        ("Cargo.toml", "[workspace]\nmembers = [\"game\", \"math\", \"to*l\"]\nresolver = \"3\"\n"),
        ("Cargo.toml", "[workspace]\nmembers = [\"game\", \"math\", \"tool\", \"crates/*\"]\nresolver = \"3\"\n"),
        ("crates/more/Cargo.toml", "[package]\nname = \"more\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ];
    for (path, text) in changes {
        if let Some(package) = path.strip_suffix("more/Cargo.toml") {
            write(root.path(), &[(&format!("{package}more/src/lib.rs"), "")]);
        }
        write(root.path(), &[(path, text)]);
        assert_eq!(count(), None, "after a change of {path}");
        if text.contains("maths") {
            let game = WORKSPACE[1].1.replace("math =", "maths =");
            write(root.path(), &[("game/Cargo.toml", &game)]);
        }
        store();
        let expected = if text.contains("to*l") {
            None
        } else {
            Some(metadata::read(Some(&manifest)).expect("reads").members.len())
        };
        assert_eq!(count(), expected, "stored again after {path}");
    }
    // What functions say changes nothing.
    write(root.path(), &[("math/src/lib.rs", "pub fn add_all() {}"), ("game/src/else/next.rs", "")]);
    assert_eq!(count(), Some(5));
}
