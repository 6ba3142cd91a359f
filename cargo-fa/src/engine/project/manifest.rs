//! A small reader of manifests for when cargo cannot be run: members, dependencies and the usual places of targets.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Dependency, DependencyKind, Member, MemberAt, Read, Target, TargetKind};
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
    let target_directory = root.join("target");
    Ok(Read { root, build_directory: target_directory.clone(), target_directory, members, unread: Vec::new() })
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
    let mut dependencies = dependencies(directory, &manifest, None, shared);
    for (target, table) in manifest.get("target").and_then(Value::as_table).into_iter().flatten() {
        if let Some(table) = table.as_table() {
            dependencies.extend(self::dependencies(directory, table, Some(target), shared));
        }
    }
    let features = manifest.get("features").and_then(Value::as_table).into_iter().flatten();
    let features = features.map(|(name, entries)| (name.clone(), strings(Some(entries)))).collect();
    let targets = targets(directory, &manifest, &name);
    let member = Member { name, targets, dependencies, features: Some(features), loose: false };
    let directory = directory.to_owned();
    Ok(MemberAt { member, directory, default: true, outside: false, id: String::new(), described: Vec::new() })
}

fn dependencies(directory: &Path, manifest: &Table, target: Option<&str>, shared: Option<&Table>) -> Vec<Dependency> {
    let mut dependencies = Vec::new();
    let sections = [
        ("dependencies", DependencyKind::Normal),
        ("dev-dependencies", DependencyKind::Dev),
        ("build-dependencies", DependencyKind::Build),
    ];
    for (section, kind) in sections {
        for (key, value) in manifest.get(section).and_then(Value::as_table).into_iter().flatten() {
            let inherited =
                value.get("workspace").is_some().then(|| shared.and_then(|shared| shared.get(key))).flatten();
            let described = inherited.unwrap_or(value);
            let flag = |name: &str| described.get(name).or_else(|| value.get(name)).and_then(Value::as_bool);
            let mut features = strings(described.get("features"));
            if inherited.is_some() {
                features.extend(strings(value.get("features")));
            }
            dependencies.push(Dependency {
                name: key.replace('-', "_"),
                key: key.clone(),
                package: described.get("package").and_then(Value::as_str).unwrap_or(key).to_owned(),
                kind,
                optional: value.get("optional").and_then(Value::as_bool).unwrap_or(false),
                default_features: flag("default-features").unwrap_or(true),
                features,
                target: target.map(str::to_owned),
                path: value.get("path").and_then(Value::as_str).map(|path| directory.join(path)),
            });
        }
    }
    dependencies
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let array = value.and_then(Value::as_array).into_iter().flatten();
    array.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn targets(directory: &Path, manifest: &Table, name: &str) -> Vec<Target> {
    let mut targets = Vec::new();
    let crate_name = name.replace('-', "_");
    let library = manifest.get("lib").and_then(|lib| lib.get("path")).and_then(Value::as_str).unwrap_or("src/lib.rs");
    let mut add = |kind, name: String, source: PathBuf| {
        if source.is_file() {
            targets.push(Target { kind, name, source, required_features: Vec::new() });
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
