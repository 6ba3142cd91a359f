//! A small reader of manifests for when cargo cannot be run: members, dependencies and the usual places of targets.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::metadata::Read;
use super::{Dependency, Member, MemberAt, Target, TargetKind};
use crate::analysis::AnalysisError;

/// The manifest to start from: the one that is named, or the nearest one above the current directory.
pub(super) fn start(manifest_path: Option<&Path>) -> Result<PathBuf, AnalysisError> {
    let start = match manifest_path {
        Some(path) => path.to_owned(),
        None => nearest(&std::env::current_dir().map_err(|error| failed(Path::new("."), &error))?)?,
    };
    std::path::absolute(&start).map_err(|error| failed(&start, &error))
}

pub(super) fn read(manifest_path: Option<&Path>) -> Result<Read, AnalysisError> {
    let start = start(manifest_path)?;
    let here = start.parent().map(Path::to_owned).unwrap_or_default();
    let root = here
        .ancestors()
        .find(|directory| table(&directory.join("Cargo.toml")).is_ok_and(|table| table.contains_key("workspace")))
        .unwrap_or(&here)
        .to_owned();
    let manifest = table(&root.join("Cargo.toml"))?;
    let mut directories = Vec::new();
    if manifest.contains_key("package") {
        directories.push(root.clone());
    }
    let workspace = manifest.get("workspace");
    let listed = workspace.and_then(|section| section.get("members")).and_then(Value::as_array);
    for member in listed.into_iter().flatten().filter_map(Value::as_str) {
        directories.extend(expand(&root, member));
    }
    let shared = workspace.and_then(|section| section.get("dependencies")).and_then(Value::as_table);
    let mut members = Vec::new();
    for directory in directories {
        members.push(member(&directory, shared)?);
    }
    Ok((root.clone(), root.join("target"), members))
}

fn nearest(from: &Path) -> Result<PathBuf, AnalysisError> {
    from.ancestors()
        .map(|directory| directory.join("Cargo.toml"))
        .find(|path| path.is_file())
        .ok_or_else(|| AnalysisError::Project(format!("no Cargo.toml in {} or above it", from.display())))
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> AnalysisError {
    AnalysisError::Project(format!("cannot read {}: {error}", path.display()))
}

fn table(path: &Path) -> Result<Table, AnalysisError> {
    let text = std::fs::read_to_string(path).map_err(|error| failed(path, &error))?;
    text.parse().map_err(|error| failed(path, &error))
}

/// The directories that `crates/*` stands for.
fn expand(root: &Path, member: &str) -> Vec<PathBuf> {
    let Some(parent) = member.strip_suffix("/*") else { return vec![root.join(member)] };
    let mut found: Vec<PathBuf> = std::fs::read_dir(root.join(parent))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    found.sort();
    found
}

pub(super) fn member(directory: &Path, shared: Option<&Table>) -> Result<MemberAt, AnalysisError> {
    let path = directory.join("Cargo.toml");
    let manifest = table(&path)?;
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str)
        .ok_or_else(|| failed(&path, &"it names no package"))?
        .to_owned();
    let mut dependencies = Vec::new();
    for section in ["dependencies", "dev-dependencies"] {
        let Some(listed) = manifest.get(section).and_then(Value::as_table) else { continue };
        for (key, value) in listed {
            let inherited =
                value.get("workspace").is_some().then(|| shared.and_then(|shared| shared.get(key))).flatten();
            let package = inherited.unwrap_or(value).get("package").and_then(Value::as_str).unwrap_or(key);
            dependencies.push(Dependency { name: key.replace('-', "_"), package: package.to_owned() });
        }
    }
    let targets = targets(directory, &manifest, &name);
    let member = Member { name, targets, dependencies, loose: false };
    Ok(MemberAt { member, directory: directory.to_owned(), default: true })
}

fn targets(directory: &Path, manifest: &Table, name: &str) -> Vec<Target> {
    let mut targets = Vec::new();
    let crate_name = name.replace('-', "_");
    let library = manifest.get("lib").and_then(|lib| lib.get("path")).and_then(Value::as_str).unwrap_or("src/lib.rs");
    let mut add = |kind, name: String, source: PathBuf| {
        if source.is_file() {
            targets.push(Target { kind, name, source });
        }
    };
    add(TargetKind::Library, crate_name.clone(), directory.join(library));
    add(TargetKind::Binary, crate_name, directory.join("src/main.rs"));
    let folders = [
        ("src/bin", TargetKind::Binary),
        ("examples", TargetKind::Example),
        ("tests", TargetKind::Test),
        ("benches", TargetKind::Test),
    ];
    for (folder, kind) in folders {
        let entries = std::fs::read_dir(directory.join(folder)).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().replace('-', "_")).unwrap_or_default();
            if path.extension().is_some_and(|extension| extension == "rs") {
                add(kind, name, path);
            } else {
                add(kind, name, path.join("main.rs"));
            }
        }
    }
    targets
}
