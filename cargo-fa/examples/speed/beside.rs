//! The analysis beside `cargo check`, on this repository: for a sense of scale, with no bar.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::measure::{self, median};

/// Copies what is committed here, has cargo check all that it depends on, and then times both on its own packages: from
/// nothing, and after an edit of the runtime, which most others depend on.
pub(super) fn whole(into: &Path, rounds: usize) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    run(Command::new("git").arg("clone").arg("--quiet").arg("--depth").arg("1").arg(url(repository)).arg(into));
    let target = into.join("target");
    let check = || {
        let mut command = Command::new("cargo");
        command.args(["check", "--quiet", "--workspace"]).current_dir(into).env("CARGO_TARGET_DIR", &target);
        run(&mut command)
    };
    println!("this repository: dependencies are checked first, which takes minutes");
    check();
    let members = members(into);
    let edited = into.join("framealloc-core/src/lib.rs");
    let (mut cold, mut cold_check, mut warm, mut warm_check) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let _ = std::fs::remove_dir_all(target.join("cargo-fa"));
        let mut clean = Command::new("cargo");
        clean.args(["clean", "--quiet"]).current_dir(into).env("CARGO_TARGET_DIR", &target);
        run(members.iter().fold(&mut clean, |clean, member| clean.arg("-p").arg(member)));
        cold.push(measure::child("child-check", &[into.as_os_str()]));
        cold_check.push(check());
        crate::edit(&edited, round);
        warm.push(measure::child("child-check", &[into.as_os_str()]));
        warm_check.push(check());
    }
    println!("  all packages    cargo fa {}, cargo check {:.0} ms", measure::Figures::of(&cold), median(&cold_check));
    println!("  one edit        cargo fa {}, cargo check {:.0} ms", measure::Figures::of(&warm), median(&warm_check));
}

fn url(repository: &Path) -> String {
    format!("file://{}", repository.display())
}

/// The names of the packages of the workspace, which lie in folders of their own.
fn members(root: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(root).expect("the clone").flatten().map(|entry| entry.path());
    let manifests = folders.map(|folder| folder.join("Cargo.toml")).filter(|manifest| manifest.is_file());
    let name = |manifest: PathBuf| {
        let text = std::fs::read_to_string(manifest).ok()?;
        let line = text.lines().find(|line| line.starts_with("name = "))?;
        Some(line.split('"').nth(1)?.to_owned()).filter(|_| !text.contains("[workspace]"))
    };
    manifests.filter_map(name).collect()
}

/// Runs it to its end; milliseconds.
fn run(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.status().expect("the command starts");
    assert!(status.success(), "{command:?} failed: {status}");
    start.elapsed().as_secs_f64() * 1e3
}
