//! Dependencies whose path leads out of the workspace: they are code of the same people, and are followed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{FRAMEALLOC, MemberAt, Read, UnreadPackage, manifest, metadata};

/// Adds the packages outside that members lead to, and those that these lead to.
pub(super) fn follow(read: &mut Read) {
    let mut known: BTreeSet<PathBuf> = read.members.iter().map(|at| real(&at.directory)).collect();
    let mut names: BTreeSet<String> = read.members.iter().map(|at| at.member.name.clone()).collect();
    let mut wanted = paths(&read.members);
    let leads_out = |(name, directory): &(String, PathBuf)| {
        !FRAMEALLOC.contains(&name.as_str()) && !names.contains(name) && !known.contains(&real(directory))
    };
    if !wanted.iter().any(leads_out) {
        return;
    }
    // Cargo takes as long for all of them as for one.
    let mut nearby = metadata::read_with_paths(&read.root.join("Cargo.toml"));
    while !wanted.is_empty() {
        // A link may lead in a circle: what counts is where it ends.
        let is_new = |(name, directory): &(String, PathBuf)| {
            !FRAMEALLOC.contains(&name.as_str()) && !names.contains(name) && known.insert(real(directory))
        };
        let wave: Vec<(String, PathBuf)> = std::mem::take(&mut wanted).into_iter().filter(is_new).collect();
        let is_at = |member: &MemberAt, directory: &Path| real(&member.directory) == real(directory);
        let unknown = |(_, directory): &&(String, PathBuf)| !nearby.iter().any(|member| is_at(member, directory));
        let ask = |(name, directory): &(String, PathBuf)| {
            let manifest = directory.join("Cargo.toml");
            metadata::read(Some(&manifest)).map(|other| other.members).or_else(|cargo| {
                manifest::member(directory, None).map(|member| vec![member]).map_err(|_| {
                    let message = format!("the dependency `{name}` was not read: {cargo}");
                    UnreadPackage { name: name.clone(), manifest, message }
                })
            })
        };
        let asked: Vec<&(String, PathBuf)> = wave.iter().filter(unknown).collect();
        // Each waits for a cargo of its own.
        let answers: Vec<_> = asked.into_par_iter().map(ask).collect();
        for answer in answers {
            match answer {
                Ok(members) => nearby.extend(members),
                Err(unread) => read.unread.push(unread),
            }
        }
        for (_, directory) in &wave {
            let Some(found) = nearby.iter().find(|member| is_at(member, directory)) else { continue };
            let member = MemberAt { outside: true, default: false, ..found.clone() };
            names.insert(member.member.name.clone());
            wanted.extend(paths(std::slice::from_ref(&member)));
            read.members.push(member);
        }
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
