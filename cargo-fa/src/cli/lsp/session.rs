//! The program in a folder of an editor, and what its last analysis found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::Arguments;
use crate::analysis::{Edited, SystemFacts};
use crate::cli::arguments::{Check, Common};
use crate::cli::exit::UsageError;
use crate::cli::run::Plan;
use crate::cli::runs::read_runs;
use crate::cli::session::{self, Open};
use crate::evidence::Runs;
use crate::model::source::Source;
use crate::report::Report;

/// A workspace that somebody edits.
pub(super) struct Session<'a> {
    arguments: &'a Arguments,
    common: Common,
    open: Open,
    /// `None` until it is needed, and again when a manifest was saved.
    opened: Option<session::Session>,
    /// Whether something changed since the last analysis.
    is_stale: bool,
    runs: Option<Runs>,
    /// When the files of `runs` were written.
    written: Vec<Option<SystemTime>>,
    pub(super) found: Found,
}

/// What an analysis found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) root: PathBuf,
    pub(super) systems: Vec<SystemFacts>,
    pub(super) report: Report,
    /// The texts that were analysed, of files that were asked about.
    sources: BTreeMap<PathBuf, Source>,
}

impl Found {
    /// The path of a file as findings have it.
    pub(super) fn named(&self, path: &Path) -> Option<String> {
        Some(path.strip_prefix(&self.root).ok()?.to_string_lossy().replace('\\', "/"))
    }

    /// Where a file is.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// The text that was analysed.
    pub(super) fn source(&self, path: &Path) -> Option<&Source> {
        self.sources.get(path)
    }
}

impl<'a> Session<'a> {
    pub(super) fn new(root: Option<&Path>, arguments: &'a Arguments, common: &Common, open: Open) -> Self {
        let mut common = common.clone();
        let manifest = root.map(|root| root.join("Cargo.toml")).filter(|manifest| manifest.is_file());
        common.manifest_path = common.manifest_path.or(manifest);
        Self {
            arguments,
            common,
            open,
            opened: None,
            is_stale: true,
            runs: None,
            written: Vec::new(),
            found: Found::default(),
        }
    }

    /// The editor has another text of a file.
    pub(super) fn changed(&mut self) {
        self.is_stale = true;
    }

    /// A file was written.
    pub(super) fn saved(&mut self, path: &Path) {
        let is_manifest = path.extension().is_some_and(|end| end == "toml" || end == "lock");
        if is_manifest {
            self.opened = None;
        }
        self.is_stale = true;
    }

    pub(super) fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Figures of the runs that were named.
    pub(super) fn runs(&self) -> Option<&Runs> {
        self.runs.as_ref()
    }

    /// Analyses what changed since this was last called; `edited` is what the editor has that may differ from the disk.
    ///
    /// # Errors
    /// There is no workspace, or its configuration is wrong: what was found before stays.
    pub(super) fn refresh(&mut self, edited: &Arc<Edited>) -> Result<(), UsageError> {
        self.read_runs();
        if !std::mem::replace(&mut self.is_stale, false) {
            return Ok(());
        }
        let opened = match &mut self.opened {
            Some(opened) => opened,
            none => none.insert(session::Session::open(
                &self.common,
                self.arguments.build.of_default_packages(),
                self.open,
            )?),
        };
        let workspace = &*opened.workspace;
        let check = Check::in_an_editor();
        let plan = Plan::new(workspace, &opened.current, &self.common, &check)?.in_an_editor(Arc::clone(edited));
        let mut analysis = plan.analyze(workspace);
        let systems = std::mem::take(&mut analysis.systems);
        let root = workspace.root().to_owned();
        let report = match plan.report(analysis, &check) {
            Ok(run) => run.report,
            // A workspace without a file that is read has nothing to show.
            Err(_) if systems.is_empty() => Report::default(),
            Err(error) => return Err(error),
        };
        self.found = Found { root, systems, report, sources: BTreeMap::new() };
        self.read_sources(edited);
        Ok(())
    }

    /// Keeps the texts that places are in, as they were analysed.
    fn read_sources(&mut self, edited: &Edited) {
        let Found { systems, report, .. } = &self.found;
        let of_findings = report.findings.iter().flat_map(|reported| crate::report::places(&reported.finding));
        let files =
            systems.iter().map(|system| &system.place).chain(of_findings).map(|place| self.found.path(&place.file));
        let mut sources = BTreeMap::new();
        for path in files {
            if sources.contains_key(&path) {
                continue;
            }
            let text = match edited.get(&path) {
                Some(text) => text.to_string(),
                None => std::fs::read_to_string(&path).unwrap_or_default(),
            };
            sources.insert(path, Source::new(text));
        }
        self.found.sources = sources;
    }

    /// Reads the runs again if one was written. One that cannot be read, as while it is being written, is left as it was.
    fn read_runs(&mut self) {
        let Arguments { trace, .. } = self.arguments;
        let written: Vec<_> =
            trace.iter().map(|file| std::fs::metadata(file).and_then(|data| data.modified()).ok()).collect();
        if written == self.written {
            return;
        }
        self.written = written;
        if let Ok(runs) = read_runs(Path::new(""), trace) {
            self.runs = runs;
        }
    }
}
