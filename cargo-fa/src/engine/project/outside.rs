//! Dependencies whose path leads out of the workspace: they are code of the same people, and are followed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{FRAMEALLOC, MemberAt, Read, UnreadPackage, manifest, metadata};

/// Adds the packages outside that members lead to, and those that these lead to.
pub(super) fn follow(read: &mut Read) {
    let mut known: BTreeSet<PathBuf> = read.members.iter().map(|at| real(&at.directory)).collect();
    let mut names: BTreeSet<String> = read.members.iter().map(|at| at.member.name.clone()).collect();
    let mut wanted = paths(&read.members);
    let leads_out = |(name, directory): &(String, PathBuf)| {
        !FRAMEALLOC.contains(&name.as_str()) && !names.contains(name) && !known.contains(&real(directory))
    };
    let mut nearby = if wanted.iter().any(leads_out) { metadata::read_with_paths(&read.root.join("Cargo.toml")) } else { return };
    while let Some((name, directory)) = wanted.pop() {
        // A link may lead in a circle: what counts is where it ends.
        if FRAMEALLOC.contains(&name.as_str()) || names.contains(&name) || !known.insert(real(&directory)) {
            continue;
        }
        let at = |member: &MemberAt| real(&member.directory) == real(&directory);
        let manifest = directory.join("Cargo.toml");
        if !nearby.iter().any(at) {
            match metadata::read(Some(&manifest)) {
                Ok(other) => nearby.extend(other.members),
                Err(cargo) => if let Ok(member) = manifest::member(&directory, None) { nearby.push(member) } else {
                    let message = format!("the dependency `{name}` was not read: {cargo}");
                    read.unread.push(UnreadPackage { name, manifest, message });
                    continue;
                },
            }
        }
        let Some(found) = nearby.iter().find(|member| at(member)) else { continue };
        let member = MemberAt { outside: true, default: false, ..found.clone() };
        names.insert(member.member.name.clone());
        wanted.extend(paths(std::slice::from_ref(&member)));
        read.members.push(member);
    }
}

/// The names and places of what these depend on by path.
fn paths(members: &[MemberAt]) -> Vec<(String, PathBuf)> {
    let dependencies = members.iter().flat_map(|at| &at.member.dependencies);
    let mut paths: Vec<_> =
        dependencies.filter_map(|dependency| Some((dependency.package.clone(), dependency.path.clone()?))).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
