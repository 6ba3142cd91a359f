//! One run: from a command line to a report and an exit code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::analysis::{
    AnalysedFile, Analysis, Edited, LeftOut, Package, Request, Unexpanded, Unparsed, Unread, Workspace,
};
use crate::cli::arguments::{Check, Common};
use crate::cli::baseline::Baseline;
use crate::cli::exit::UsageError;
use crate::cli::levels::Levels;
use crate::cli::runs::read_runs;
use crate::cli::selection::{Exclusion, Selection, from_root, named};
use crate::evidence::{self, Grade, Runs};
use crate::model::codes::{Code, FA412, FA900, Group, Level};
use crate::model::config::{self, Config};
use crate::model::finding::{Call, Confidence, Finding, Place};
use crate::model::paths::{normalise, relative_to};
use crate::model::source::SourceMap;
use crate::model::suppress::{FileDirectives, Outcome, apply};
use crate::report::{Accepted, AcceptedBy, Compiled, Report, Reported, counted, fingerprints};

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// What to show.
    pub report: Report,
    /// Whether something was not read.
    pub incomplete: bool,
    /// What was not read and is not reported, because it is not selected.
    pub unread: Vec<String>,
    /// How long each layer took.
    pub timings: Vec<(&'static str, Duration)>,
    /// How right the analyser was, by what runs say.
    pub grade: Option<String>,
    /// What `-v` tells.
    pub details: Vec<String>,
}

/// Everything that a run needs to know before the sources are read.
#[derive(Debug)]
pub struct Plan<'w> {
    root: &'w Path,
    packages: &'w [Package],
    current: PathBuf,
    /// The configuration in force.
    pub config: Config,
    levels: Levels,
    selection: Selection,
    request: Request,
    baseline: Option<Baseline>,
    runs: Option<Runs>,
    details: Vec<String>,
    /// `-vv`: every place that the build leaves out, not a few of each kind.
    most_left_out: usize,
}

/// Reads the configuration of a workspace.
///
/// # Errors
/// The file is missing, cannot be read, or has mistakes; the message holds all of them.
pub fn read_config(root: &Path, current: &Path, common: &Common) -> Result<Config, UsageError> {
    let start = match &common.manifest_path {
        Some(manifest) => current.join(manifest).parent().map_or_else(|| current.to_owned(), Path::to_owned),
        None => current.to_owned(),
    };
    let file = match &common.config {
        Some(file) => Some(current.join(file)),
        None => config::discover(if start.starts_with(root) { &start } else { root }),
    };
    let Some(file) = file else { return Ok(Config::default()) };
    let name = from_root(root, current, &file).unwrap_or_else(|| file.display().to_string());
    let text = std::fs::read_to_string(&file)
        .map_err(|error| UsageError(format!("the configuration {name} cannot be read: {error}")))?;
    config::read(&Arc::from(name.as_str()), &text).map_err(|errors| {
        let lines = errors.iter().map(|error| {
            let id = if error.unknown_key { "[FA905]" } else { "" };
            format!("error{id}: {}\n  --> {}:{}:{}", error.message, error.file, error.line, error.column)
        });
        UsageError(lines.collect::<Vec<_>>().join("\n"))
    })
}

impl<'w> Plan<'w> {
    /// Makes a plan from a command line.
    ///
    /// # Errors
    /// A package, path, glob, baseline or configuration is not what it should be.
    pub fn new(
        workspace: &'w dyn Workspace,
        current: &Path,
        common: &Common,
        check: &Check,
    ) -> Result<Self, UsageError> {
        let root = workspace.root();
        let config = read_config(root, current, common)?;
        let mut levels = Levels::configured(&config);
        check.lay_over(&mut levels);
        let selection = select(workspace, current, check, &config)?;
        let mut details = Vec::new();
        if let Some(file) = &config.file {
            details.push(format!("configuration: {file}"));
        }
        details.extend(selection.exclusions.iter().map(Exclusion::describe));
        let baseline = check.baseline.as_ref().map(|file| read_baseline(root, current, file)).transpose()?;
        let runs = read_runs(current, &check.trace)?;
        let request = Request {
            manifest_path: common.manifest_path.clone(),
            tests: check.tests || check.all_targets,
            examples: check.examples || check.all_targets,
            jobs: common.jobs,
            // Guesses are always asked for: a suppression of one must not look unused in a run that does not show it.
            pedantic: true,
            exhaustive: false,
            cache: !common.no_cache,
            ends: true,
            left_out: common.verbose > 0,
            edited: Arc::default(),
            systems: !check.trace.is_empty(),
            predictions: !check.trace.is_empty(),
            packages: selection.packages.clone(),
        };
        let most_left_out = if common.verbose > 1 { usize::MAX } else { 3 };
        Ok(Self {
            root,
            packages: workspace.packages(),
            current: current.to_owned(),
            config,
            levels,
            selection,
            request,
            baseline,
            runs,
            details,
            most_left_out,
        })
    }

    /// The same plan for a process that goes on, with these texts for files that were not saved, and with what is known of
    /// systems.
    #[must_use]
    pub fn in_an_editor(mut self, edited: Arc<Edited>) -> Self {
        self.request = Request { edited, ends: false, systems: true, ..self.request };
        self
    }

    /// Analyses the workspace; the findings have neither levels nor suppressions applied.
    #[must_use]
    pub fn analyze(&self, workspace: &dyn Workspace) -> Analysis {
        workspace.analyze(&self.request, &self.config)
    }

    /// Decides what of an analysis is reported.
    ///
    /// # Errors
    /// Nothing that was selected was analysed: a clean report would be a lie.
    pub fn report(mut self, analysis: Analysis, check: &Check) -> Result<Run, UsageError> {
        let selection = self.selection.clone();
        let package_of: BTreeMap<Arc<str>, Arc<str>> =
            analysis.files.iter().map(|file| (file.path.clone(), file.package.clone())).collect();
        let files: Vec<_> =
            analysis.files.iter().filter(|file| selection.contains(&file.package, &file.path)).collect();
        let (unparsed, elsewhere): (Vec<_>, Vec<_>) =
            analysis.unparsed.into_iter().partition(|one| selection.contains(&one.package, &one.place.file));
        if files.is_empty() && unparsed.is_empty() {
            self.explain_nothing(check, &analysis.files)?;
            self.details.push("no package of this workspace uses framealloc, so there is nothing to find".to_owned());
        }
        let excluded = |one: &&Unparsed| selection.excludes(&one.package, &one.place.file);
        let unread: Vec<String> = elsewhere
            .iter()
            .filter(|one| !excluded(one))
            .map(|one| format!("not read: {}: {}", one.place.file, one.message))
            .collect();
        let incomplete = !unparsed.is_empty() || !unread.is_empty();
        let mut unpredicted = Vec::new();
        let mut grade = None;
        if let Some(runs) = &self.runs {
            let budgets = self.config.tags.iter().filter_map(|(name, tag)| Some((name.clone(), tag.budget?))).collect();
            let systems = &analysis.systems;
            unpredicted = evidence::unpredicted(systems, &analysis.tags, &budgets, runs, &self.where_tags_are());
            let of_all = Grade::of(systems, runs);
            let about_unknown = of_all.about_unknown(&Grade::unknown(systems, runs), runs);
            // What a grade rests on: files that are cut off, systems that are not these.
            let before = runs.incomplete.iter().cloned().chain(about_unknown);
            grade = Some(before.chain([of_all.describe(runs)]).collect::<Vec<_>>().join("\n"));
            for run in &runs.each {
                self.details.extend(Grade::of(systems, run).describe(run).lines().map(str::to_owned));
            }
            for run in if runs.each.is_empty() { std::slice::from_ref(runs) } else { &runs.each } {
                let not_seen = Grade::not_seen(systems, run);
                self.details.extend(
                    not_seen
                        .iter()
                        .map(|name| format!("{}: `{name}` was predicted to use the heap, and did not", run.describe())),
                );
            }
        }
        let mut findings = select_findings(analysis.findings, &analysis.files, &selection, &package_of);
        findings.extend(unpredicted);
        let unknown = findings.iter().filter(|finding| *finding.code == FA412);
        self.details.extend(unknown.map(|finding| format!("{}: {}", finding.item, finding.message)));
        let partly: BTreeSet<Arc<str>> =
            unparsed.iter().filter(|one| one.extent != Unread::Named).map(|one| one.place.file.clone()).collect();
        findings.extend(unparsed.into_iter().map(|one| {
            let what = match one.extent {
                Unread::File => "this file was not analysed",
                Unread::Part => "a part of this file was not analysed",
                Unread::Named => "not analysed",
            };
            Finding::new(&FA900, format!("{what}: {}", one.message), one.place).inside(&*one.package, "")
        }));

        let mut of_files: BTreeMap<Arc<str>, FileDirectives> = BTreeMap::new();
        for file in files.iter().filter(|file| !file.directives.is_empty()) {
            let analysed = !partly.contains(&file.path);
            let directives = file.directives.clone();
            of_files.insert(file.path.clone(), FileDirectives { package: file.package.clone(), analysed, directives });
        }
        let levels = &self.levels;
        let Outcome { findings, suppressed } =
            apply(findings, &of_files, |code| levels.forbidden(code), |code| enabled(levels, code));

        let sources = SourceMap::new(self.root);
        let report = Report { sources, files: files.len(), packages: packages(&files), ..Report::default() };
        let report = Report { compiled: compiled(self.root, self.packages, &files), ..report };
        self.details.push(format!("{} of {} files selected", files.len(), analysis.files.len()));
        let outlines = files.iter().filter(|file| !file.whole).count();
        if outlines > 0 {
            let files = counted(outlines, "file");
            self.details
                .push(format!("of {files} only the outlines were read: no code that uses frames calls into them"));
        }
        let sources = &mut SourceMap::new(self.root);
        self.details.extend(left_out(&analysis.left_out, &selection, &package_of, sources, self.most_left_out));
        let mut report = report;
        for Unexpanded { place, name, reason } in &analysis.unexpanded {
            report.sources.load(&place.file);
            let line = report.sources.positions(place).0.line;
            self.details.push(format!("{}:{line}: `{name}!` was not expanded: {reason}", place.file));
        }
        let mut report = self.decide(report, findings, suppressed, check);
        if let Some(runs) = &self.runs {
            evidence::join(&mut report, &analysis.systems, runs);
        }
        Ok(Run { report, incomplete, unread, timings: analysis.timings, grade, details: self.details })
    }

    /// Where tags and budgets are declared, or would be.
    fn where_tags_are(&self) -> Place {
        Place::new(self.config.file.clone().unwrap_or_else(|| "Cargo.toml".into()), 0, 0)
    }

    /// Why no file was analysed; fine only where no package uses framealloc and no path was asked for.
    fn explain_nothing(&self, check: &Check, elsewhere: &[AnalysedFile]) -> Result<(), UsageError> {
        if let Some(path) = check.paths.iter().find(|path| !self.current.join(path).exists()) {
            return Err(UsageError(format!("{} does not exist", path.display())));
        }
        let why = match (check.paths.first(), !elsewhere.is_empty()) {
            (Some(path), true) => {
                format!("{} holds no file of the analysed targets; --tests and --examples add more", path.display())
            }
            (Some(path), false) => format!("{} is in no package that uses framealloc", path.display()),
            (None, true) => "every file of the selected packages is excluded, or they do not use framealloc".to_owned(),
            (None, false) => return Ok(()),
        };
        Err(UsageError(format!("nothing was analysed: {why}")))
    }

    /// Gives each finding its level and its fingerprint, and takes out what the baseline lists.
    fn decide(
        &self,
        mut report: Report,
        findings: Vec<Finding>,
        suppressed: Vec<crate::model::suppress::Suppressed>,
        check: &Check,
    ) -> Report {
        let mut all: Vec<(Finding, Option<Option<String>>)> = findings
            .into_iter()
            .map(|finding| (finding, None))
            .chain(suppressed.into_iter().map(|one| (one.finding, Some(one.reason))))
            .collect();
        all.sort_by(|a, b| a.0.order(&b.0));
        all.dedup_by(|a, b| {
            a.0.code == b.0.code
                && a.0.primary == b.0.primary
                && a.0.message == b.0.message
                && a.1.is_some() == b.1.is_some()
        });
        for (finding, _) in &all {
            report.sources.load(&finding.primary.file);
        }
        // Guesses come last, so that the numbers of the others do not depend on `--pedantic`.
        all.sort_by_key(|(finding, _)| finding.confidence == Confidence::Low);
        let names = fingerprints(all.iter().map(|(finding, _)| finding), &report.sources);
        let mut listed: BTreeSet<String> = BTreeSet::new();
        for ((finding, accepted), fingerprint) in all.into_iter().zip(names) {
            let level = self.levels.level(&finding);
            if level == Level::Allow {
                continue;
            }
            let reported = Reported { finding, level, fingerprint, measured: None };
            let in_baseline = self.baseline.as_ref().is_some_and(|baseline| baseline.contains(&reported));
            if in_baseline {
                listed.insert(reported.fingerprint.clone());
            }
            match accepted {
                Some(reason) => report.suppressed.push(Accepted { reported, by: AcceptedBy::Source, reason }),
                None if in_baseline => {
                    report.suppressed.push(Accepted { reported, by: AcceptedBy::Baseline, reason: None });
                }
                None => report.findings.push(reported),
            }
        }
        self.add_stale(&mut report, &listed);
        report.findings.sort_by(|a, b| a.finding.order(&b.finding));
        report.suppressed.sort_by(|a, b| a.reported.finding.order(&b.reported.finding));
        if check.fail_fast
            && let Some(first) = report.findings.iter().position(|reported| reported.level == Level::Deny)
        {
            report.findings.truncate(first + 1);
        }
        report.load_sources();
        report
    }

    fn add_stale(&self, report: &mut Report, listed: &BTreeSet<String>) {
        let Some(baseline) = &self.baseline else { return };
        let seen: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        let whole = self.selection.packages.is_empty() && self.selection.paths.is_empty();
        let looked_for = |code: &'static Code, file: &str| {
            enabled(&self.levels, code) && (whole || self.selection.contains("", file))
        };
        let stale = baseline.stale(&seen, looked_for);
        for finding in &stale {
            report.sources.load(&finding.primary.file);
        }
        let names = fingerprints(&stale, &report.sources);
        for (finding, fingerprint) in stale.into_iter().zip(names) {
            let level = self.levels.level(&finding);
            if level != Level::Allow {
                report.findings.push(Reported { finding, level, fingerprint, measured: None });
            }
        }
    }
}

/// Whether the run looks for a code: what is below `--min-severity` is still looked for.
fn enabled(levels: &Levels, code: &Code) -> bool {
    Code::find(code.number).is_some_and(|code| levels.enabled(code))
}

fn packages(files: &[&AnalysedFile]) -> Vec<String> {
    let names: BTreeSet<&str> = files.iter().map(|file| &*file.package).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// What cargo says of what files are compiled into.
fn compiled(root: &Path, packages: &[Package], files: &[&AnalysedFile]) -> BTreeMap<Arc<str>, Arc<Compiled>> {
    let mut of_roots: BTreeMap<&str, Option<Arc<Compiled>>> = BTreeMap::new();
    let describe = |file: &AnalysedFile| {
        let package = packages.iter().find(|package| package.name == *file.package)?;
        let manifest = normalise(&root.join(&package.directory).join("Cargo.toml"));
        let source = normalise(&root.join(&*file.root));
        let targets = package.targets.iter().filter_map(|target| serde_json::from_str(target).ok());
        let is_of = |target: &serde_json::Value| {
            target.get("src_path").and_then(|path| path.as_str()).is_some_and(|path| Path::new(path) == source)
        };
        Some(Arc::new(Compiled {
            package_id: package.id.clone(),
            manifest_path: manifest.to_string_lossy().into_owned(),
            target: targets.into_iter().find(is_of)?,
        }))
    };
    let entries = files.iter().filter_map(|file| {
        let compiled = of_roots.entry(&file.root).or_insert_with(|| describe(file));
        Some((file.path.clone(), compiled.clone()?))
    });
    entries.collect()
}

/// What is reported of what was found: by the package of the file it is in. What is found below a call out of the selected
/// packages is reported at the call.
fn select_findings(
    findings: Vec<Finding>,
    files: &[AnalysedFile],
    selection: &Selection,
    package_of: &BTreeMap<Arc<str>, Arc<str>>,
) -> Vec<Finding> {
    let mut selected = Vec::new();
    let mut below = Vec::new();
    for mut finding in findings {
        if let Some(package) = package_of.get(&finding.primary.file) {
            finding.package = package.to_string();
        }
        let (package, file) = (&finding.package, &finding.primary.file);
        if selection.contains(package, file) {
            selected.push(finding);
        } else if !selection.is_selected_package(package) && !selection.excludes(package, file) {
            below.push(finding);
        }
    }
    let accepted = files.iter().filter(|file| !file.directives.is_empty()).map(|file| {
        let (package, directives) = (file.package.clone(), file.directives.clone());
        (file.path.clone(), FileDirectives { package, analysed: false, directives })
    });
    // Whoever wrote it may have accepted it there.
    let below = apply(below, &accepted.collect(), |_| false, |_| false).findings;
    let is_selected = |call: &&Call| {
        package_of.get(&call.place.file).is_some_and(|package| selection.contains(package, &call.place.file))
    };
    let mut at_calls: BTreeMap<(Place, &'static str), (Finding, usize)> = BTreeMap::new();
    let mut below: Vec<Finding> = below.into_iter().filter(|finding| finding.code.group != Group::Hygiene).collect();
    below.sort_by(Finding::order);
    for finding in below {
        let Some(call) = finding.calls.iter().rev().find(is_selected).cloned() else { continue };
        let package = package_of.get(&call.place.file).map_or_else(String::new, ToString::to_string);
        let key = (call.place.clone(), finding.code.number);
        let more = at_calls.entry(key).or_insert_with(|| (finding.at_call(call, package), 0));
        more.1 += 1;
    }
    // What a call itself was found to do says more than what is below it.
    at_calls.retain(|(place, code), _| {
        selected.iter().all(|finding| finding.primary != *place || finding.code.number != *code)
    });
    selected.extend(at_calls.into_values().map(|(finding, count)| match count {
        1 => finding,
        _ => finding.note(format!("and {} more below this call", count - 1)),
    }));
    selected
}

/// What the build leaves out of the selected files, by condition, of each at most so many places.
fn left_out(
    left_out: &[LeftOut],
    selection: &Selection,
    package_of: &BTreeMap<Arc<str>, Arc<str>>,
    sources: &mut SourceMap,
    most: usize,
) -> Vec<String> {
    let mut of_conditions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in left_out {
        let file = &one.place.file;
        let package = package_of.get(file).map_or("", |package| &**package);
        if selection.contains(package, file) {
            sources.load(file);
            let (start, _) = sources.positions(&one.place);
            let places = of_conditions.entry(&one.condition).or_default();
            places.push(format!("{} ({file}:{})", one.what, start.line));
        }
    }
    let line = |(condition, places): (&str, Vec<String>)| {
        let shown = places.len().min(most);
        let more = places.len() - shown;
        let rest = if more > 0 { format!(" and {more} more, which -vv lists") } else { String::new() };
        format!("not in this build, since `{condition}` does not hold: {}{rest}", places[..shown].join(", "))
    };
    of_conditions.into_iter().map(line).collect()
}

fn select(workspace: &dyn Workspace, current: &Path, check: &Check, config: &Config) -> Result<Selection, UsageError> {
    let packages = workspace.packages();
    let mut selection = Selection::default();
    if !check.package.is_empty() {
        selection.packages =
            named(packages, &check.package).map_err(UsageError)?.into_iter().map(str::to_owned).collect();
    } else if !check.workspace && check.paths.is_empty() && packages.iter().any(|package| !package.selected_by_default)
    {
        let selected = packages.iter().filter(|package| package.selected_by_default);
        selection.packages = selected.map(|package| package.name.clone()).collect();
    } else if check.paths.is_empty() && packages.iter().any(|package| package.outside) {
        let inside = packages.iter().filter(|package| !package.outside);
        selection.packages = inside.map(|package| package.name.clone()).collect();
    }
    for path in &check.paths {
        // What lies outside may still be a dependency.
        let outside = || {
            let way = relative_to(workspace.root(), &normalise(&current.join(path)));
            let file = way.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            let inside = |package: &&Package| package.outside && file.starts_with(&package.directory);
            packages.iter().find(inside).map(|_| file.clone())
        };
        let named = from_root(workspace.root(), current, path)
            .or_else(outside)
            .ok_or_else(|| UsageError(format!("{} is outside of the workspace", path.display())))?;
        selection.paths.push(named);
    }
    let glob = |result: Result<Exclusion, globset::Error>| result.map_err(|error| UsageError(error.to_string()));
    for value in &check.exclude {
        selection.exclusions.push(glob(Exclusion::either(value))?);
    }
    for value in &check.exclude_path {
        selection.exclusions.push(glob(Exclusion::paths(value))?);
    }
    for value in &check.exclude_package {
        selection.exclusions.push(glob(Exclusion::packages(value))?);
    }
    // The globs of a configuration start where the file is.
    let folder = config.file.as_deref().and_then(|file| file.rsplit_once('/')).map_or("", |(folder, _)| folder);
    for value in &config.analysis.exclude {
        let value = if folder.is_empty() { value.clone() } else { format!("{}/{value}", globset::escape(folder)) };
        selection.exclusions.push(glob(Exclusion::paths(&value))?);
    }
    Ok(selection)
}

fn read_baseline(root: &Path, current: &Path, file: &Path) -> Result<Baseline, UsageError> {
    let path = baseline_path(root, current, file);
    let name = from_root(root, current, &path).unwrap_or_else(|| path.display().to_string());
    let wrong = |error: String| UsageError(format!("the baseline {name} cannot be read: {error}"));
    let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    Baseline::read(name.as_str(), &text).map_err(wrong)
}

/// The default baseline is at the root of the workspace, a named one where the name says.
#[must_use]
pub fn baseline_path(root: &Path, current: &Path, file: &Path) -> PathBuf {
    if file == Path::new(crate::cli::baseline::FILE_NAME) { root.join(file) } else { current.join(file) }
}
