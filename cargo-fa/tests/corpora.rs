//! Sources that have nothing to do with framealloc, analysed as if they used it: nothing is found in them.
//!
//! These are packages that the workspace depends on anyway; `ci/corpora.sh` does the same with whole engines, by night.

use std::path::{Path, PathBuf};

use cargo_fa::analysis::{Request, Workspace};
use cargo_fa::engine::Project;
use cargo_fa::model::config::Config;

const PACKAGES: [&str; 8] =
    ["bevy_app", "bevy_platform", "bevy_tasks", "bevy_time", "bumpalo", "hashbrown", "indexmap", "rayon-core"];

/// The platform that cargo builds for when nobody says otherwise.
fn host() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

#[test]
fn nothing_is_found_in_the_sources_of_dependencies() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(workspace.join("Cargo.toml"))
        // Of this platform only: what other platforms need was not downloaded by `cargo test`.
        .other_options(["--offline".to_owned(), format!("--filter-platform={}", host())])
        .exec()
        .expect("cargo knows the dependencies");
    let mut packages: Vec<PathBuf> = metadata
        .packages
        .iter()
        .filter(|package| PACKAGES.contains(&package.name.as_ref()))
        .filter_map(|package| package.manifest_path.parent().map(|directory| directory.as_std_path().to_owned()))
        .filter(|directory| directory.is_dir())
        .collect();
    packages.sort();
    let root = packages[0].parent().expect("packages lie in a folder");
    let project = Project::of_packages(root, &packages).expect("their manifests can be read");
    let analysis =
        project.analyze(&Request { pedantic: true, exhaustive: true, ..Request::default() }, &Config::default());
    let lines: u32 = analysis.files.iter().map(|file| file.lines).sum();
    assert!(lines > 20_000, "{lines} lines of {packages:?}");
    assert!(analysis.findings.is_empty(), "{:#?}", analysis.findings);
    let reported: Vec<&str> = analysis.unparsed.iter().map(|file| &*file.place.file).collect();
    for file in &analysis.files {
        let parses = std::fs::read_to_string(root.join(&*file.path)).is_ok_and(|text| syn::parse_file(&text).is_ok());
        assert!(parses || reported.contains(&&*file.path), "{} is neither analysed nor reported", file.path);
    }
}
