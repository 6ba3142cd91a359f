//! What `cargo fa prove --table` puts beside a program: its sources, and its last run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::arguments::{Check, Common, Severity};
use super::exit::UsageError;
use super::prove::Arguments;
use super::run::Plan;
use super::runs::read_runs;
use super::session::{Open, Session};
use crate::analysis::Build;
use crate::model::codes::Selector;
use crate::prove::{Figures, Joined, Measured, Place, Proofs, SourceFinding, SystemProof};

/// Adds to each system what its sources say and what the newest of the recordings that are given counted.
pub(super) fn join(
    proofs: &mut [Proofs],
    arguments: &Arguments,
    common: &Common,
    open: Open,
) -> Result<(), UsageError> {
    let sources = match Sources::read(arguments, common, open) {
        Ok(sources) => Some(sources),
        // A program from elsewhere may have no sources here.
        Err(_) if !arguments.programs.is_empty() => None,
        Err(error) => return Err(error),
    };
    let newest = newest(&arguments.trace)?.map(Path::to_owned);
    let run = read_runs(Path::new(""), newest.as_slice())?;
    for system in proofs.iter_mut().flat_map(|proofs| &mut proofs.systems) {
        let of_run = match &run {
            None => Measured::NotGiven,
            Some(run) => run.systems.get(&system.name).map_or(Measured::NotRun, |totals| {
                let heap_calls = totals.heap.map(|heap| heap.calls);
                Measured::Ran(Figures { calls: totals.calls, bytes: totals.bytes, heap_calls })
            }),
        };
        let of_sources = sources.as_ref().and_then(|sources| sources.of(system));
        system.joined = Some(Joined { sources: of_sources, run: of_run });
    }
    Ok(())
}

/// What the analyser finds of effects.
struct Sources {
    files: BTreeSet<String>,
    root: PathBuf,
    /// Functions that declare an effect: the file, the path, and the line.
    declared: Vec<(String, String, u32)>,
    /// By the file and the path of the function that declares the effect.
    findings: BTreeMap<(String, String), Vec<SourceFinding>>,
}

impl Sources {
    fn read(arguments: &Arguments, common: &Common, open: Open) -> Result<Self, UsageError> {
        let mut check = Check::default();
        check.only = vec![Selector::parse("FA4").map_err(|error| UsageError(error.to_string()))?];
        check.min_severity = Some(Severity::Hint);
        check.package.clone_from(&arguments.package);
        check.examples = !arguments.example.is_empty() || !arguments.programs.is_empty();
        let build = Build { packages: arguments.package.clone(), ..arguments.build.of_default_packages() };
        let session = Session::open(common, build, open)?;
        let workspace = &*session.workspace;
        let plan = Plan::new(workspace, &session.current, common, &check)?;
        let analysis = plan.analyze(workspace);
        let declared = analysis.declared.clone();
        let files = analysis.files.iter().map(|file| file.path.to_string()).collect();
        let run = plan.report(analysis, &check)?;
        let mut findings: BTreeMap<(String, String), Vec<SourceFinding>> = BTreeMap::new();
        for reported in &run.report.findings {
            let finding = &reported.finding;
            let line = run.report.sources.positions(&finding.primary).0.line;
            let place = Place { file: finding.primary.file.to_string(), line };
            let first = finding.calls.first();
            let (root, item) = first.map_or((&finding.primary, &finding.item), |call| (&call.place, &call.item));
            let found = SourceFinding { code: finding.code.number, message: finding.message.clone(), place };
            findings.entry((root.file.to_string(), item.clone())).or_default().push(found);
        }
        let declared = declared.into_iter().map(|declared| {
            let line = run.report.sources.positions(&declared.place).0.line;
            (declared.place.file.to_string(), declared.item, line)
        });
        let declared = declared.collect();
        Ok(Self { declared, files, root: workspace.root().to_owned(), findings })
    }

    /// `None` if its file was not read, or has no function there that declares an effect.
    fn of(&self, system: &SystemProof) -> Option<Vec<SourceFinding>> {
        let file = Path::new(&system.declared.file);
        let file = file.strip_prefix(&self.root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        if !self.files.contains(&file) {
            return None;
        }
        let item = self.item_of(&file, system)?.to_owned();
        Some(self.findings.get(&(file, item)).cloned().unwrap_or_default())
    }

    /// The function of a system: by its path, which is its name unless it has another, then by the line where it is declared.
    fn item_of(&self, file: &str, system: &SystemProof) -> Option<&str> {
        let line = system.declared.line;
        let mut here = self.declared.iter().filter(|declared| declared.0 == file);
        if let Some((_, item, _)) = here.clone().find(|declared| declared.1 == system.name) {
            return Some(item);
        }
        // What macros make stands where they are called: one of several there is not told from the others.
        let mut on_line = here.clone().filter(|declared| declared.2 == line);
        if let (Some((_, item, _)), None) = (on_line.next(), on_line.next()) {
            return Some(item);
        }
        // The attribute stands above the function, or the function is a method.
        let text = std::fs::read_to_string(self.root.join(file)).ok()?;
        let function = function_after(&text, line)?;
        let is_it =
            |declared: &&(String, String, u32)| declared.2 >= line && declared.1.rsplit("::").next() == Some(function);
        here.find(is_it).map(|(_, item, _)| item.as_str())
    }
}

/// The name of the first function at or below a line, on which an attribute stands.
fn function_after(text: &str, line: u32) -> Option<&str> {
    let lines = text.lines().skip(usize::try_from(line).ok()?.checked_sub(1)?);
    let declared = lines.take_while(|line| line.trim() != "}").find_map(|line| {
        let line = line.split("//").next()?;
        line.strip_prefix("fn ").or_else(|| line.split_once(" fn ").map(|(_, rest)| rest))
    })?;
    let end = declared.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(declared.len());
    Some(&declared[..end]).filter(|name| !name.is_empty())
}

/// The file that was written last.
fn newest(files: &[PathBuf]) -> Result<Option<&Path>, UsageError> {
    let mut newest: Option<(SystemTime, &PathBuf)> = None;
    for file in files {
        let time = std::fs::metadata(file).and_then(|data| data.modified());
        let time = time.map_err(|error| UsageError(format!("{}: {error}", file.display())))?;
        if newest.is_none_or(|(last, _)| time > last) {
            newest = Some((time, file));
        }
    }
    Ok(newest.map(|(_, file)| file.as_path()))
}

#[cfg(test)]
mod tests {
    use super::function_after;

    #[test]
    fn the_function_of_an_attribute_is_the_next_one() {
        let text = "use x;\n#[frame_system(\n    no_heap, // not fn this\n)]\npub(crate) fn step<T>(a: u32) {}\n}\nfn other() {}\n";
        assert_eq!(function_after(text, 2), Some("step"));
        assert_eq!(function_after(text, 7), Some("other"));
        assert_eq!(function_after(text, 6), None, "what ends there has no function after it");
        assert_eq!(function_after(text, 99), None);
    }
}
