//! The folders of an editor's workspace: each with a session of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::Arguments;
use super::documents::path_of;
use super::session::Session;
use crate::analysis::Edited;
use crate::cli::arguments::Common;
use crate::cli::session::Open;

/// A folder and what is known of the program in it.
pub(super) struct Folder<'a> {
    /// `None` where the editor has no folder, or the command line names a manifest: all files are its own.
    root: Option<PathBuf>,
    pub(super) session: Session<'a>,
    /// What went wrong last: it is told once.
    pub(super) told: Option<String>,
}

/// All folders with a program, and the texts that the editor has.
pub(super) struct Folders<'a> {
    arguments: &'a Arguments,
    common: Common,
    open: Open,
    /// Those that the editor has, with a program or not.
    roots: Vec<PathBuf>,
    /// At least one.
    list: Vec<Folder<'a>>,
    /// What the editor has that may differ from the disk.
    edited: Arc<Edited>,
}

impl<'a> Folders<'a> {
    /// The folders that the editor begins with.
    pub(super) fn new(parameters: &Value, arguments: &'a Arguments, common: &Common, open: Open) -> Self {
        let mut roots = paths(&parameters["workspaceFolders"]);
        if roots.is_empty() {
            roots.extend(parameters["rootUri"].as_str().and_then(path_of));
        }
        let common = common.clone();
        let mut folders = Self { arguments, common, open, roots, list: Vec::new(), edited: Arc::default() };
        folders.settle();
        folders
    }

    /// The editor has other folders now.
    pub(super) fn change(&mut self, event: &Value) {
        let (removed, added) = (paths(&event["removed"]), paths(&event["added"]));
        self.roots.retain(|root| !removed.contains(root));
        self.roots.extend(added.into_iter().filter(|root| !removed.contains(root)));
        self.settle();
    }

    /// Opens what is new and closes what is gone. A folder without a manifest is no program; where none has one, the program is
    /// looked for from the current directory upwards, as cargo does.
    fn settle(&mut self) {
        let mut roots: Vec<Option<PathBuf>> = Vec::new();
        if self.common.manifest_path.is_none() {
            let programs = self.roots.iter().filter(|root| root.join("Cargo.toml").is_file());
            for root in programs.cloned().map(Some) {
                if !roots.contains(&root) {
                    roots.push(root);
                }
            }
        }
        if roots.is_empty() {
            roots.push(None);
        }
        self.list.retain(|folder| roots.contains(&folder.root));
        for root in roots {
            if self.list.iter().any(|folder| folder.root == root) {
                continue;
            }
            let session = Session::new(root.as_deref(), self.arguments, &self.common, self.open);
            self.list.push(Folder { root, session, told: None });
        }
    }

    /// The index of the folder that a file is in: of several the innermost.
    pub(super) fn of(&self, path: &Path) -> usize {
        let depth = |folder: &Folder<'_>| match &folder.root {
            Some(root) if path.starts_with(root) => 1 + root.components().count(),
            Some(_) => 0,
            None => 1,
        };
        // Of equals the first.
        let folders = self.list.iter().enumerate().rev();
        folders.max_by_key(|(_, folder)| depth(folder)).map_or(0, |(index, _)| index)
    }

    pub(super) fn get(&self, index: usize) -> &Folder<'a> {
        &self.list[index]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Folder<'a>> {
        self.list.iter()
    }

    /// A folder and the texts that the editor has.
    pub(super) fn folder_and_texts(&mut self, index: usize) -> (&mut Folder<'a>, &Arc<Edited>) {
        (&mut self.list[index], &self.edited)
    }

    /// The editor has this text of a file; `None` once it has what is on disk. What is in another folder may use it.
    pub(super) fn edit(&mut self, path: PathBuf, text: Option<&str>) {
        let edited = Arc::make_mut(&mut self.edited);
        match text {
            Some(text) => _ = edited.insert(path, text.into()),
            None => _ = edited.remove(&path),
        }
        self.list.iter_mut().for_each(|folder| folder.session.changed());
    }

    /// A file was written.
    pub(super) fn saved(&mut self, path: &Path) {
        self.list.iter_mut().for_each(|folder| folder.session.saved(path));
    }

    /// The index of a folder that something changed in since it was analysed, that of `first` before others.
    pub(super) fn stale(&self, first: usize) -> Option<usize> {
        let all = std::iter::once(first).chain(0..self.list.len());
        all.filter(|index| *index < self.list.len()).find(|index| self.list[*index].session.is_stale())
    }
}

/// The folders of a list of the protocol.
fn paths(folders: &Value) -> Vec<PathBuf> {
    let list = folders.as_array().into_iter().flatten();
    list.filter_map(|folder| folder["uri"].as_str().and_then(path_of)).collect()
}
