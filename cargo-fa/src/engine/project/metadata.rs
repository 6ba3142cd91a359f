//! What cargo says about the workspace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::{Dependency, DependencyKind, Member, MemberAt, Read, Target, TargetKind};
use crate::analysis::AnalysisError;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
    #[serde(default)]
    build_directory: Option<PathBuf>,
    #[serde(default)]
    workspace_default_members: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    id: String,
    name: String,
    manifest_path: PathBuf,
    /// The registry or repository that it comes from.
    source: Option<String>,
    targets: Vec<serde_json::Value>,
    dependencies: Vec<MetadataDependency>,
    #[serde(default)]
    features: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct MetadataTarget {
    kind: Vec<String>,
    name: String,
    src_path: PathBuf,
    #[serde(default, rename = "required-features")]
    required_features: Vec<String>,
}

#[derive(Deserialize)]
struct MetadataDependency {
    name: String,
    rename: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    uses_default_features: bool,
    #[serde(default)]
    features: Vec<String>,
    target: Option<String>,
    path: Option<PathBuf>,
}

/// What cargo says about the workspace of a manifest, or of the current directory.
pub(super) fn read(manifest_path: Option<&Path>) -> Result<Read, AnalysisError> {
    let metadata = ask(manifest_path, &["--offline", "--no-deps"])?;
    let defaults = metadata.workspace_default_members;
    let members = metadata.packages.into_iter().map(|package| member(package, defaults.as_deref())).collect();
    Ok(Read {
        root: metadata.workspace_root,
        build_directory: metadata.build_directory.unwrap_or_else(|| metadata.target_directory.clone()),
        target_directory: metadata.target_directory,
        members,
        unread: Vec::new(),
    })
}

/// The packages that a manifest leads to by path, in the workspace and outside; nothing where cargo would have to resolve
/// dependencies first, which writes a file.
pub(super) fn read_with_paths(manifest_path: &Path) -> Vec<MemberAt> {
    let Ok(metadata) = ask(Some(manifest_path), &["--frozen"]) else { return Vec::new() };
    let by_path = metadata.packages.into_iter().filter(|package| package.source.is_none());
    by_path.map(|package| member(package, None)).collect()
}

fn ask(manifest_path: Option<&Path>, flags: &[&str]) -> Result<Metadata, AnalysisError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1"]).args(flags);
    if let Some(path) = manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    let output = command.output().map_err(|error| AnalysisError::Project(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let first = text.trim().trim_start_matches("error: ").to_owned();
        return Err(AnalysisError::Project(first));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| AnalysisError::Project(format!("cannot read what cargo metadata printed: {error}")))
}

fn member(package: MetadataPackage, defaults: Option<&[String]>) -> MemberAt {
    let default = defaults.is_none_or(|defaults| defaults.contains(&package.id));
    let mut targets = Vec::new();
    let mut described = Vec::new();
    for value in package.targets {
        described.push(value.to_string());
        if let Ok(read) = serde_json::from_value::<MetadataTarget>(value) {
            targets.push(target(read));
        }
    }
    MemberAt {
        default,
        outside: false,
        directory: package.manifest_path.parent().map(Path::to_owned).unwrap_or_default(),
        id: package.id,
        described,
        member: Member {
            name: package.name,
            targets,
            dependencies: package.dependencies.into_iter().map(dependency).collect(),
            features: Some(package.features),
            loose: false,
        },
    }
}

fn dependency(dependency: MetadataDependency) -> Dependency {
    let key = dependency.rename.unwrap_or_else(|| dependency.name.clone());
    Dependency {
        name: key.replace('-', "_"),
        key,
        package: dependency.name,
        kind: match dependency.kind.as_deref() {
            Some("dev") => DependencyKind::Dev,
            Some("build") => DependencyKind::Build,
            _ => DependencyKind::Normal,
        },
        optional: dependency.optional,
        default_features: dependency.uses_default_features,
        features: dependency.features,
        target: dependency.target,
        path: dependency.path,
    }
}

fn target(target: MetadataTarget) -> Target {
    let kind = match target.kind.first().map(String::as_str) {
        Some("bin") => TargetKind::Binary,
        Some("example") => TargetKind::Example,
        Some("test" | "bench") => TargetKind::Test,
        Some("custom-build") => TargetKind::BuildScript,
        _ => TargetKind::Library,
    };
    Target {
        kind,
        name: target.name.replace('-', "_"),
        source: target.src_path,
        required_features: target.required_features,
    }
}
