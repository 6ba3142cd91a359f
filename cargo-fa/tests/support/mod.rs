//! Small workspaces on disk and runs of the built program in them.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A workspace in a folder that vanishes with it.
pub(crate) struct Sample {
    folder: tempfile::TempDir,
}

/// What a run did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sample {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A package `game` that depends on framealloc, with this `src/lib.rs`.
    pub(crate) fn game(lib: &str) -> Self {
        Self::empty().file("Cargo.toml", &(manifest("game") + "[workspace]\n")).file("src/lib.rs", lib)
    }

    /// A copy of a folder of `tests/fixtures`.
    pub(crate) fn fixture(name: &str) -> Self {
        let sample = Self::empty();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        for entry in walkdir::WalkDir::new(&from) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&from).unwrap().to_str().unwrap().to_owned();
                let text = std::fs::read_to_string(entry.path()).unwrap();
                // The fixtures are checked against the real crates where they stand; a copy stands elsewhere.
                sample.write(&path, &text.replace("../../../../../framealloc", &framealloc()));
            }
        }
        sample
    }

    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Runs `cargo-fa` with these words in the folder.
    pub(crate) fn run(&self, words: &str) -> Ran {
        self.run_in("", words)
    }

    /// Runs `cargo-fa` with these words in a folder below.
    pub(crate) fn run_in(&self, folder: &str, words: &str) -> Ran {
        self.run_words(folder, &words.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_words(&self, folder: &str, words: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-fa"));
        command.args(words).current_dir(self.path(folder));
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "CARGO_TERM_COLOR", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The codes that a run reports, in the order of the report, with their places: `FA602 src/lib.rs:3`.
    pub(crate) fn codes(&self, words: &str) -> Vec<String> {
        let ran = self.run(&format!("{words} --format compact"));
        assert!(ran.code < 2, "{ran:?}");
        ran.stdout
            .lines()
            .map(|line| {
                let (place, rest) = line.split_once(": ").unwrap();
                let mut place = place.rsplitn(3, ':');
                let (_, line, file) = (place.next(), place.next().unwrap(), place.next().unwrap());
                format!("{} {file}:{line}", rest.split(' ').nth(1).unwrap())
            })
            .collect()
    }
}

/// A manifest of a package that depends on framealloc.
pub(crate) fn manifest(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nframealloc = {{ path = \"{}\" }}\n\n",
        framealloc()
    )
}

fn framealloc() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join("framealloc").to_str().unwrap().replace('\\', "/")
}

/// Checks a package of these modules, each with its name and text, against the real crates: one run of rustc.
pub(crate) fn assert_modules_compile(package: &str, modules: impl Iterator<Item = (String, String)>) {
    let mut lib = String::from("#![allow(warnings)]\n");
    let mut sample = Sample::empty().file("Cargo.toml", &(manifest(package) + "[workspace]\n"));
    for (name, text) in modules {
        lib.extend(["mod ", &name, ";\n"]);
        sample = sample.file(&format!("src/{name}.rs"), &text);
    }
    sample.write("src/lib.rs", &lib);
    assert_compiles(&sample);
}

/// Checks a package against the real crates, of the versions that the workspace has locked.
pub(crate) fn assert_compiles(sample: &Sample) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::copy(workspace.join("Cargo.lock"), sample.path("Cargo.lock")).unwrap();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--manifest-path"])
        .arg(sample.path("Cargo.toml"))
        .env("CARGO_TARGET_DIR", target.join("fixtures"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
