//! `--fix`: edits that a rule grades as safe, applied to the files they are about.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use crate::cli::exit::UsageError;
use crate::model::finding::{Applicability, Edit};
use crate::report::Report;

/// The changes of one run.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    files: BTreeMap<Arc<str>, Change>,
}

#[derive(Clone, Debug)]
struct Change {
    before: String,
    after: String,
    fixes: usize,
}

/// Collects the machine-applicable fixes of a report. A fix that overlaps an earlier one, or after which a file that did
/// parse does not parse any more, is left out.
#[must_use]
pub fn plan(report: &Report) -> Changes {
    let mut edits: BTreeMap<Arc<str>, Vec<Vec<Edit>>> = BTreeMap::new();
    for fix in report.findings.iter().filter_map(|reported| reported.finding.fix.as_ref()) {
        let Some(first) = fix.edits.first() else { continue };
        // All edits of a fix hold together; one that spans files is for a person.
        let one_file = fix.edits.iter().all(|edit| edit.place.file == first.place.file);
        if fix.applicability == Applicability::MachineApplicable && one_file {
            edits.entry(first.place.file.clone()).or_default().push(fix.edits.clone());
        }
    }
    let mut changes = Changes::default();
    for (file, fixes) in edits {
        let before = report.sources.source(&file).text().to_owned();
        let parsed = is_parsed(&file, &before);
        let mut accepted: Vec<Edit> = Vec::new();
        let (mut after, mut count) = (before.clone(), 0);
        for fix in fixes {
            let mut candidate = accepted.clone();
            candidate.extend(fix);
            candidate.sort_by_key(|edit| (edit.place.start, edit.place.end));
            candidate.dedup();
            if let Some(text) = apply(&before, &candidate)
                && (!parsed || is_parsed(&file, &text))
            {
                (accepted, after) = (candidate, text);
                count += 1;
            }
        }
        if count > 0 {
            changes.files.insert(file, Change { before, after, fixes: count });
        }
    }
    changes
}

fn is_parsed(file: &str, text: &str) -> bool {
    Path::new(file).extension().is_none_or(|end| end != "rs") || syn::parse_file(text).is_ok()
}

/// The text with the edits made; `None` if they overlap or lie outside of it.
fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut result = String::new();
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.place.start as usize, edit.place.end as usize);
        if start < at || end < start {
            return None;
        }
        result.push_str(text.get(at..start)?);
        text.get(start..end)?;
        result.push_str(&edit.replacement);
        at = end;
        if edit.replacement.is_empty() {
            at = without_blanks(text, &mut result, at);
        }
    }
    result.push_str(text.get(at..)?);
    Some(result)
}

/// A deletion takes the blanks before it along at the end of a line, and the whole line if nothing else is on it.
fn without_blanks(text: &str, result: &mut String, at: usize) -> usize {
    let rest = &text[at..];
    let to_line_end = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    let behind = &rest[to_line_end..];
    if !behind.is_empty() && !behind.starts_with('\n') {
        return at;
    }
    let kept = result.trim_end_matches([' ', '\t']).len();
    result.truncate(kept);
    if (result.is_empty() || result.ends_with('\n')) && behind.starts_with('\n') { at + to_line_end + 1 } else { at }
}

impl Changes {
    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes the files and returns how many fixes they hold.
    ///
    /// # Errors
    /// A file has changed since it was analysed, or cannot be written.
    pub fn apply(&self, root: &Path) -> Result<usize, UsageError> {
        for (file, change) in &self.files {
            let path = root.join(&**file);
            let fail = |why: String| UsageError(format!("{file} is left as it is: {why}"));
            let now = std::fs::read_to_string(&path).map_err(|error| fail(error.to_string()))?;
            if now != change.before {
                return Err(fail("it has changed since it was analysed".to_owned()));
            }
            std::fs::write(&path, &change.after).map_err(|error| fail(error.to_string()))?;
        }
        Ok(self.files.values().map(|change| change.fixes).sum())
    }

    /// The changes as lines that go and lines that come.
    #[must_use]
    pub fn difference(&self) -> String {
        let mut text = String::new();
        for (file, change) in &self.files {
            let _ = writeln!(text, "--- {file}\n+++ {file}");
            let (old, new): (Vec<&str>, Vec<&str>) = (change.before.lines().collect(), change.after.lines().collect());
            hunks(&old, &new, &mut text);
        }
        text
    }
}

/// One hunk around everything that changed: fixes are few and small.
fn hunks(old: &[&str], new: &[&str], text: &mut String) {
    let same_start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let longest_end = old.len().min(new.len()) - same_start;
    let same_end = old.iter().rev().zip(new.iter().rev()).take(longest_end).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same_start..old.len() - same_end], &new[same_start..new.len() - same_end]);
    let _ = writeln!(text, "@@ -{},{} +{},{} @@", same_start + 1, old.len(), same_start + 1, new.len());
    for line in old {
        let _ = writeln!(text, "-{line}");
    }
    for line in new {
        let _ = writeln!(text, "+{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::codes::{FA602, FA901, Level};
    use crate::model::finding::{Finding, Fix, Place};
    use crate::report::Reported;

    fn report(text: &str, edits: &[(&str, &str)]) -> Report {
        let mut report = Report::default();
        report.sources.insert("src/lib.rs", text);
        for (old, new) in edits {
            let start = u32::try_from(text.find(old).unwrap()).unwrap();
            let place = Place::new("src/lib.rs", start, start + u32::try_from(old.len()).unwrap());
            let edit = Edit { place: place.clone(), replacement: (*new).to_owned() };
            let fix = Fix { title: "t".to_owned(), edits: vec![edit], applicability: Applicability::MachineApplicable };
            let code = if new.is_empty() { &FA901 } else { &FA602 };
            let finding = Finding::new(code, "x", place).fix(fix);
            report.findings.push(Reported { finding, level: Level::Warn, fingerprint: String::new(), measured: None });
        }
        report
    }

    fn after(text: &str, edits: &[(&str, &str)]) -> (String, usize) {
        let changes = plan(&report(text, edits));
        changes.files.values().next().map_or((text.to_owned(), 0), |change| (change.after.clone(), change.fixes))
    }

    #[test]
    fn several_fixes_of_a_file_are_made_together() {
        let text = "fn f() { a(); b(); }";
        assert_eq!(after(text, &[("b()", "y()"), ("a()", "x()")]), ("fn f() { x(); y(); }".to_owned(), 2));
    }

    #[test]
    fn a_fix_that_overlaps_or_breaks_the_file_is_left_out() {
        let text = "fn f() { a(b()); }";
        assert_eq!(after(text, &[("a(b())", "c()"), ("b()", "d()")]), ("fn f() { c(); }".to_owned(), 1));
        assert_eq!(after(text, &[("b()", "(")]), (text.to_owned(), 0));
    }

    #[test]
    fn a_deletion_leaves_no_blanks_behind() {
        assert_eq!(after("fn f() {} // no\nfn g() {}\n", &[("// no", "")]).0, "fn f() {}\nfn g() {}\n");
        assert_eq!(after("fn f() {}\n    // no\nfn g() {}\n", &[("// no", "")]).0, "fn f() {}\nfn g() {}\n");
        assert_eq!(after("fn f() { /* no */ a() }\n", &[("/* no */", "")]).0, "fn f() {  a() }\n");
    }

    #[test]
    fn a_difference_shows_what_would_change() {
        let changes = plan(&report("fn f() {\n    a();\n}\n", &[("a()", "b()")]));
        assert_eq!(changes.difference(), "--- src/lib.rs\n+++ src/lib.rs\n@@ -2,1 +2,1 @@\n-    a();\n+    b();\n");
    }
}
