//! Crates outside the workspace: the editions, clippy, and the tags of `.fa.toml`.
//!
//! Each is made in a temporary folder with the workspace's `Cargo.lock`, so that it builds without a network from what the
//! workspace has fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Fixture {
    folder: PathBuf,
    target: &'static str,
}

impl Fixture {
    /// A package `name` from the sources in `fixtures/<sources>`. `target` is the build folder, shared where features agree.
    fn new(name: &str, sources: &str, edition: &str, dependency: &str, target: &'static str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::copy(here.join("fixtures").join(sources).join("lib.rs"), folder.join("src/lib.rs")).unwrap();
        fs::copy(here.join("../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        let framealloc = here.join("../framealloc");
        let dependency = dependency.replace("PATH", &format!("path = {:?}", framealloc.display().to_string()));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[dependencies]\n{dependency}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        Self { folder, target }
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).unwrap();
    }

    fn cargo(&self, command: &str) -> Output {
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([command, "--offline", "--quiet", "--color=never"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.target))
            // The strictness of the developer's environment is not the fixture's.
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn passes(&self, command: &str) {
        let output = self.cargo(command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[track_caller]
    fn fails(&self, command: &str, expected: &[&str]) {
        let output = self.cargo(command);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "it compiled");
        for text in expected {
            assert!(errors.contains(text), "no `{text}` in:\n{errors}");
        }
    }
}

fn has_clippy() -> bool {
    Command::new("cargo").args(["clippy", "--version"]).output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_strict_user_gets_no_warning_in_either_edition() {
    let command = if has_clippy() { "clippy" } else { "check" };
    for edition in ["2021", "2024"] {
        let name = format!("strict{edition}");
        Fixture::new(&name, "strict", edition, "memory = { package = \"framealloc\", PATH }", "plain").passes(command);
    }
}

#[test]
fn the_edition_of_2021_compiles_what_it_always_did() {
    Fixture::new("edition2021", "edition2021", "2021", "framealloc = { PATH }", "plain").passes("check");
}

#[test]
fn the_examples_of_the_documents_compile_with_let_mut_added() {
    let dependency = "framealloc = { PATH, features = [\"memory_filter\"] }";
    Fixture::new("documents", "documents", "2024", dependency, "memory-filter").passes("check");
}

#[test]
fn tags_are_checked_against_the_declared_ones() {
    let dependency = "framealloc = { PATH, features = [\"check-tags\"] }";
    let fixture = Fixture::new("tags", "tags", "2024", dependency, "check-tags");
    let _ = fs::remove_file(fixture.folder.join(".fa.toml"));
    fixture.write("src/lib.rs", include_str!("../fixtures/tags/lib.rs"));
    fixture.passes("check");

    // The file is new: the compiler does not know of it until the crate is built again.
    fixture.write("src/lib.rs", &format!("{}\n", include_str!("../fixtures/tags/lib.rs")));
    fixture.write(".fa.toml", "[tags.physics]\n[tags.\"ai::pathfinding\"]\n");
    fixture.passes("check");

    // From here on it is tracked: editing it is enough.
    fixture.write(".fa.toml", "[tags.phisics]\n[tags.\"ai::pathfinding\"]\n");
    fixture.fails("check", &["unknown tag \"physics\"\n", "help: did you mean `phisics`?", "src/lib.rs:5:22"]);
    fixture.write(".fa.toml", "[tags.network]\n[tags.physics]\n");
    fixture.fails("check", &["unknown tag \"pathfinding\"\n", "help: `.fa.toml` declares `network`, `physics`"]);
    fixture.write(".fa.toml", "[tags.physics\n");
    fixture.fails("check", &[".fa.toml` line 1: "]);
    fixture.write(".fa.toml", "[tags.physics]\nbudgt = 1\n");
    fixture.fails("check", &["line 2: unknown key `budgt` in `[tags.physics]` (did you mean `budget`?)"]);
    fixture.write(".fa.toml", "[tags.physics]\n[tags.ai.pathfinding]\n");
    fixture.passes("check");
}

#[test]
fn declared_budgets_are_those_of_the_file_at_run_time() {
    let dependency = "memory = { package = \"framealloc\", PATH, features = [\"declared-budgets\"] }";
    let fixture = Fixture::new("budgets", "budgets", "2024", dependency, "declared-budgets");
    let _ = fs::remove_file(fixture.folder.join(".fa.toml"));
    // One token more, so that the crate is built again if an earlier run left it built.
    fixture.write("src/lib.rs", &format!("{}\nconst _: () = ();\n", include_str!("../fixtures/budgets/lib.rs")));
    fixture.fails("check", &["there is no `.fa.toml` in the package or above it", "help: make one", "src/lib.rs:6:"]);

    fixture.write("src/lib.rs", include_str!("../fixtures/budgets/lib.rs"));
    fixture.write(
        ".fa.toml",
        "[budgets]\nthread = \"64KiB\"\n[tags.ai]\nbudget = 4096\n[tags.ai.path]\nbudget = \"1KiB\"\n[tags.free]\n",
    );
    fixture.passes("test");

    // An edit of the file is an edit of the program.
    fixture.write(".fa.toml", "[budgets]\nthread = \"128KiB\"\n");
    fixture.fails("test", &[]);
    fixture.write(".fa.toml", "[budgets]\nthraed = 1\nthread = \"8MB\"\n");
    fixture.fails(
        "check",
        &[
            ".fa.toml` line 2: unknown key `thraed` in `[budgets]` (did you mean `thread`?)",
            ".fa.toml` line 3: `8MB` is not a size: units are B, KiB, MiB, GiB",
        ],
    );
    fixture.write(".fa.toml", "[tags.ai\n");
    fixture.fails("check", &[".fa.toml` line 1: "]);
    fixture.write(".fa.toml", "[tags.ai]\nbudget = 0\n");
    fixture.fails("check", &["line 2: a budget of zero refuses every allocation"]);
}
