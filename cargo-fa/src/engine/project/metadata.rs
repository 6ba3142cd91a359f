//! What cargo says about the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::{Dependency, Member, MemberAt, Target, TargetKind};
use crate::analysis::AnalysisError;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
    #[serde(default)]
    workspace_default_members: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    id: String,
    name: String,
    manifest_path: PathBuf,
    targets: Vec<MetadataTarget>,
    dependencies: Vec<MetadataDependency>,
}

#[derive(Deserialize)]
struct MetadataTarget {
    kind: Vec<String>,
    name: String,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct MetadataDependency {
    name: String,
    rename: Option<String>,
}

pub(super) type Read = (PathBuf, PathBuf, Vec<MemberAt>);

pub(super) fn read(manifest_path: Option<&Path>) -> Result<Read, AnalysisError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--offline", "--no-deps", "--format-version", "1"]);
    if let Some(path) = manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    let output = command.output().map_err(|error| AnalysisError::Project(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let first = text.trim().trim_start_matches("error: ").to_owned();
        return Err(AnalysisError::Project(first));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .map_err(|error| AnalysisError::Project(format!("cannot read what cargo metadata printed: {error}")))?;
    let defaults = metadata.workspace_default_members;
    let members = metadata
        .packages
        .into_iter()
        .map(|package| MemberAt {
            default: defaults.as_ref().is_none_or(|defaults| defaults.contains(&package.id)),
            directory: package.manifest_path.parent().map(Path::to_owned).unwrap_or_default(),
            member: Member {
                name: package.name,
                targets: package.targets.into_iter().map(target).collect(),
                dependencies: package
                    .dependencies
                    .into_iter()
                    .map(|dependency| Dependency {
                        name: dependency.rename.unwrap_or_else(|| dependency.name.clone()).replace('-', "_"),
                        package: dependency.name,
                    })
                    .collect(),
                loose: false,
            },
        })
        .collect();
    Ok((metadata.workspace_root, metadata.target_directory, members))
}

fn target(target: MetadataTarget) -> Target {
    let kind = match target.kind.first().map(String::as_str) {
        Some("bin") => TargetKind::Binary,
        Some("example") => TargetKind::Example,
        Some("test" | "bench") => TargetKind::Test,
        Some("custom-build") => TargetKind::BuildScript,
        _ => TargetKind::Library,
    };
    Target { kind, name: target.name.replace('-', "_"), source: target.src_path }
}
