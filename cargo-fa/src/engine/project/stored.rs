//! What cargo said about the workspace the last time, as long as nothing that cargo looked at has changed.
//!
//! Starting cargo takes longer than everything else that a run after one edit does. What `cargo metadata --no-deps` says
//! follows from the manifests, from which files lie where targets are looked for, and from the configuration of cargo
//! that says where the target directory is. All of that is looked at again; no time stamps are believed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Read;
use crate::engine::hir::cache::VERSION;
use crate::engine::hir::hash::hash;

#[derive(Serialize, Deserialize)]
struct Stored {
    looked_at: Vec<Look>,
    read: Read,
}

/// One thing that cargo looked at, and what it saw.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Look {
    /// A file; `None` where there was none.
    File(PathBuf, Option<u128>),
    /// Whether a file is there, whatever it says.
    Present(PathBuf, bool),
    /// The sources in a directory, or in directories in it, that are targets of their own.
    Targets(PathBuf, u128),
    /// The directories in a directory that hold a manifest.
    Packages(PathBuf, u128),
    /// A variable of the environment.
    Variable(String, Option<String>),
}

impl Look {
    fn file(path: PathBuf) -> Self {
        let content = std::fs::read(&path).ok().map(|bytes| hash(&bytes));
        Self::File(path, content)
    }

    fn present(path: PathBuf) -> Self {
        let is = path.is_file();
        Self::Present(path, is)
    }

    fn targets(path: PathBuf) -> Self {
        let seen = names(&path, |path| {
            path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").is_file()
        });
        Self::Targets(path, seen)
    }

    fn packages(path: PathBuf) -> Self {
        let seen = names(&path, |path| path.join("Cargo.toml").is_file());
        Self::Packages(path, seen)
    }

    fn variable(name: &str) -> Self {
        let value = std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self::Variable(name.to_owned(), value)
    }

    fn holds(&self) -> bool {
        *self
            == match self {
                Self::File(path, _) => Self::file(path.clone()),
                Self::Present(path, _) => Self::present(path.clone()),
                Self::Targets(path, _) => Self::targets(path.clone()),
                Self::Packages(path, _) => Self::packages(path.clone()),
                Self::Variable(name, _) => Self::variable(name),
            }
    }
}

/// A hash of the names in a directory that count.
fn names(directory: &Path, counts: impl Fn(&Path) -> bool) -> u128 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut names: Vec<String> = entries
        .filter(|path| counts(path))
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    hash(names.join("/").as_bytes())
}

/// What was stored for a manifest, if it still holds.
pub(super) fn read(manifest: &Path) -> Option<Read> {
    let name = name(manifest);
    let candidates = match target_variable() {
        Some(target) => vec![target],
        None => manifest.ancestors().skip(1).map(|directory| directory.join("target")).collect(),
    };
    let path = candidates.into_iter().map(|target| place(&target, &name)).find(|path| path.is_file())?;
    let stored = std::fs::read(path).ok()?;
    let (sum, payload) = stored.split_first_chunk::<16>()?;
    if u128::from_le_bytes(*sum) != hash(payload) {
        return None;
    }
    let stored: Stored = postcard::from_bytes(payload).ok()?;
    stored.looked_at.iter().all(Look::holds).then_some(stored.read)
}

/// Stores what cargo said, if everything that it looked at is known. A cache that cannot be written is no reason to fail.
pub(super) fn write(manifest: &Path, read: &Read) {
    let Some(looked_at) = looks(manifest, read) else { return };
    let stored = Stored { looked_at, read: read.clone() };
    let Ok(payload) = postcard::to_stdvec(&stored) else { return };
    let mut bytes = hash(&payload).to_le_bytes().to_vec();
    bytes.extend(payload);
    let path = place(&read.target_directory, &name(manifest));
    let unfinished = path.with_extension(std::process::id().to_string());
    let _ = path.parent().map(std::fs::create_dir_all);
    let _ = std::fs::write(&unfinished, bytes).and_then(|()| std::fs::rename(&unfinished, &path));
}

fn name(manifest: &Path) -> String {
    format!("workspace-{:032x}", hash(manifest.to_string_lossy().as_bytes()))
}

fn place(target: &Path, name: &str) -> PathBuf {
    target.join("cargo-fa").join(VERSION).join(name)
}

const TARGET_VARIABLES: [&str; 2] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"];

fn target_variable() -> Option<PathBuf> {
    let set = TARGET_VARIABLES.iter().find_map(std::env::var_os)?;
    std::path::absolute(PathBuf::from(set)).ok()
}

/// `None` where a manifest says something that is not followed here.
fn looks(manifest: &Path, read: &Read) -> Option<Vec<Look>> {
    let Read { root, members, unread, .. } = read;
    let mut looks: Vec<Look> =
        TARGET_VARIABLES.iter().chain(&["CARGO_HOME"]).map(|name| Look::variable(name)).collect();
    // The root of the workspace is looked for upwards.
    for directory in manifest.ancestors().skip(1) {
        looks.push(Look::file(directory.join("Cargo.toml")));
    }
    looks.push(Look::file(root.join("Cargo.toml")));
    looks.extend(unread.iter().map(|package| Look::file(package.manifest.clone())));
    for at in members {
        if at.outside {
            // Its workspace is looked for upwards as well, for what it inherits.
            let above = at.directory.ancestors().map(|directory| directory.join("Cargo.toml"));
            looks.extend(above.filter(|path| path.is_file()).map(Look::file));
        }
        looks.push(Look::file(at.directory.join("Cargo.toml")));
        for file in ["src/lib.rs", "src/main.rs", "build.rs"] {
            looks.push(Look::present(at.directory.join(file)));
        }
        for folder in ["src/bin", "examples", "tests", "benches"] {
            looks.push(Look::targets(at.directory.join(folder)));
        }
    }
    let table: toml::Table = std::fs::read_to_string(root.join("Cargo.toml")).ok()?.parse().ok()?;
    let listed = table.get("workspace").and_then(|workspace| workspace.get("members")).and_then(toml::Value::as_array);
    for pattern in listed.into_iter().flatten().filter_map(toml::Value::as_str) {
        let parent = pattern.strip_suffix("/*").unwrap_or(pattern);
        if parent.contains(['*', '?', '[']) {
            return None;
        }
        if parent != pattern {
            looks.push(Look::packages(root.join(parent)));
        }
    }
    let here = std::env::current_dir().ok()?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let configured = here.ancestors().map(|directory| directory.join(".cargo")).chain(home);
    for directory in configured {
        looks.push(Look::file(directory.join("config.toml")));
        looks.push(Look::file(directory.join("config")));
    }
    Some(looks)
}
