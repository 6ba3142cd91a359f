//! Reports for editors, pull requests and shells.

mod support;

use std::process::Command;

use support::{Sample, manifest};

const LIB: &str = "use framealloc::{SmartAlloc, frame_system};\n#[frame_system]\n\
    pub fn s(alloc: &SmartAlloc, v: u32) -> usize { let t = format!(\"{v}\"); t.len() + *alloc.frame_box(1usize) }\n";

/// A workspace in a folder of a repository.
fn in_repository() -> Sample {
    let sample = Sample::empty()
        .file("code/Cargo.toml", &(manifest("game") + "[workspace]\nmembers = [\"tools\"]\n"))
        .file("code/src/lib.rs", "pub mod system;\n")
        .file("code/src/system.rs", LIB)
        .file("code/tools/Cargo.toml", &manifest("tools"))
        .file("code/tools/src/main.rs", &format!("{LIB}fn main() {{}}\n"));
    git(&sample, &["init", "--quiet"]);
    sample
}

fn git(sample: &Sample, words: &[&str]) {
    let identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(identity).args(words).current_dir(sample.path("")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn annotations_are_told_from_the_root_of_the_repository() {
    let sample = in_repository();
    let run = |words: &str| sample.run_in("code", &format!("--workspace {words}")).stdout;
    assert!(run("--format github").contains("file=code/src/system.rs,line=3"));
    assert!(run("--format gitlab").contains("\"path\": \"code/src/system.rs\""));
    let sarif: serde_json::Value = serde_json::from_str(&run("--format sarif")).unwrap();
    let one = &sarif["runs"][0];
    let root = std::fs::canonicalize(sample.path("")).unwrap();
    let base = one["originalUriBaseIds"]["SRCROOT"]["uri"].as_str().unwrap();
    assert!(base.starts_with("file:///") && base.ends_with('/'), "{base}");
    if cfg!(unix) {
        assert_eq!(std::fs::canonicalize(base.trim_start_matches("file://")).unwrap(), root);
    }
    let location = &one["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(location["uri"], "code/src/system.rs");
    // Where nothing is annotated, paths start at the workspace, unless somebody says otherwise.
    assert!(run("--format compact").starts_with("src/system.rs:3"));
    assert!(run("--format compact --path-base ..").starts_with("code/src/system.rs:3"));
    assert!(run("--format compact --path-base tools").starts_with("../src/system.rs:3"));
    assert!(run("--format github --path-base .").contains("file=src/system.rs,"));
    assert!(run("--path-base ..").contains("--> code/src/system.rs:3"));
    let ran = sample.run_in("code", "--path-base nowhere");
    assert!(
        ran.code == 2 && ran.stderr.contains("--path-base ") && ran.stderr.contains("no such directory"),
        "{ran:?}"
    );
}

#[test]
fn editors_are_told_the_package_and_the_target() {
    let sample = in_repository();
    let ran = sample.run_in("code", "--workspace --message-format=json");
    let messages = cargo_metadata::Message::parse_stream(ran.stdout.as_bytes()).map(Result::unwrap);
    let seen: Vec<_> = messages
        .map(|message| {
            let cargo_metadata::Message::CompilerMessage(message) = message else { panic!("{message:?}") };
            let code = message.message.code.unwrap();
            assert!(code.explanation.is_some_and(|text| text.contains("## Bad")));
            let file = message.message.spans[0].file_name.clone();
            (message.package_id.repr, message.target.name.clone(), message.target.kind[0].to_string(), code.code, file)
        })
        .collect();
    assert_eq!(seen.len(), 2, "{ran:?}");
    let [(game, lib, lib_kind, code, file), (tools, bin, bin_kind, ..)] = &seen[..] else { panic!() };
    assert!(game.contains("code#game@0.1.0") || game.contains("game"), "{game}");
    assert!(tools.contains("tools"), "{tools}");
    assert_eq!((lib.as_str(), lib_kind.as_str(), bin.as_str(), bin_kind.as_str()), ("game", "lib", "tools", "bin"));
    // An editor shows what is before the colons as the source, and looks for the file from the root of the workspace.
    assert_eq!((code.as_str(), file.as_str()), ("cargo-fa::FA401", "src/system.rs"));
}

#[test]
fn fixes_are_not_mixed_with_what_is_not_committed() {
    const UNUSED: &str =
        "pub fn count(values: &[u32]) -> usize {\n    values.len() // fa: allow(FA602, reason = \"short\")\n}\n";
    let sample = Sample::game(UNUSED).file(".gitignore", "target\n").file("notes.txt", "one\n");
    let refused = |words: &str, told: &str| {
        let ran = sample.run(words);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
        assert_eq!(sample.read("src/lib.rs"), UNUSED);
    };
    refused("--fix", "--allow-no-vcs");
    git(&sample, &["init", "--quiet"]);
    refused("--fix", "notes.txt (dirty)");
    git(&sample, &["add", "."]);
    refused("--fix", "notes.txt (staged)");
    git(&sample, &["commit", "--quiet", "-m", "all"]);
    sample.write("notes.txt", "two\n");
    refused("--fix --allow-staged", "notes.txt (dirty)");
    assert_eq!(sample.run("--fix --dry-run").code, 0, "nothing is changed");
    let ran = sample.run("--fix --allow-dirty");
    assert!(ran.code == 0 && ran.stderr.contains("1 fix applied"), "{ran:?}");
    git(&sample, &["add", "."]);
    assert_eq!(sample.run("--fix").code, 0, "there is nothing to fix");
    sample.write("src/lib.rs", UNUSED);
    git(&sample, &["add", "."]);
    assert!(sample.run("--fix --allow-staged").stderr.contains("1 fix applied"));
    assert!(sample.run("--allow-dirty").stderr.contains("--fix"));
}

#[test]
fn shells_complete_and_the_manual_is_printed() {
    let sample = Sample::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = sample.run(&format!("completions {shell}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        for word in ["cargo-fa", "all-features", "path-base", "explain"] {
            assert!(ran.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    let ran = sample.run("completions tcsh");
    assert!(ran.code == 2 && ran.stderr.contains("possible values"), "{ran:?}");
    let page = sample.run("man").stdout;
    assert!(page.contains(".TH cargo-fa 1") && page.contains("\\-\\-no\\-default\\-features"), "{page}");
}

#[test]
fn a_target_directory_that_is_shared_keeps_workspaces_apart() {
    let shared = Sample::empty();
    let samples = [Sample::game(LIB), Sample::game(&LIB.replace("fn s", "fn t"))];
    let run = |sample: &Sample| {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-fa"))
            .args(["--format", "compact"])
            .env("CARGO_TARGET_DIR", shared.path("target"))
            .current_dir(sample.path(""))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let packs = || {
        let all = walkdir::WalkDir::new(shared.path("target/cargo-fa")).into_iter().map(Result::unwrap);
        let packs = all.filter(|entry| entry.path().extension().is_some_and(|end| end == "pack"));
        let directories: std::collections::BTreeSet<_> =
            packs.map(|entry| entry.path().parent().unwrap().to_owned()).collect();
        directories.len()
    };
    for _ in 0..2 {
        for sample in &samples {
            assert_eq!(run(sample).lines().count(), 1);
        }
        assert_eq!(packs(), 2, "one for each workspace");
    }
}
