//! Takes suppressed findings out and reports suppressions that are unused, unknown or unexplained.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::directive::{Directive, DirectiveKind, DirectiveScope};
use crate::model::codes::{Code, FA901, FA902, FA903};
use crate::model::finding::{Applicability, Edit, Finding, Fix, Place};

/// The directives of one file.
#[derive(Clone, Debug)]
pub struct FileDirectives {
    /// Name of the package that the file belongs to.
    pub package: Arc<str>,
    /// Whether the whole file was analysed: in one that was not, a suppression cannot be called unused.
    pub analysed: bool,
    /// The directives in the order of their places.
    pub directives: Vec<Directive>,
}

/// A finding that a directive suppresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted, if the directive says so.
    pub reason: Option<String>,
}

/// Findings, parted by whether they are suppressed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is left to report, with FA901, FA902 and FA903 added.
    pub findings: Vec<Finding>,
    /// What is not reported.
    pub suppressed: Vec<Suppressed>,
}

/// Applies the directives of every file.
///
/// `forbidden` codes cannot be suppressed. `enabled` says which codes this run looks for at all: a suppression of a code
/// that was not looked for is not unused.
#[must_use]
pub fn apply(
    findings: Vec<Finding>,
    files: &BTreeMap<Arc<str>, FileDirectives>,
    forbidden: impl Fn(&Code) -> bool,
    enabled: impl Fn(&Code) -> bool,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut used: BTreeMap<&Arc<str>, Vec<Vec<bool>>> = files
        .iter()
        .map(|(path, file)| {
            (path, file.directives.iter().map(|directive| vec![false; directive.codes.len()]).collect())
        })
        .collect();
    for finding in findings {
        match suppressor(&finding, files, &mut used).filter(|_| !forbidden(finding.code)) {
            Some(directive) => outcome.suppressed.push(Suppressed { finding, reason: directive.reason.clone() }),
            None => outcome.findings.push(finding),
        }
    }
    let mut hygiene = Vec::new();
    for (path, file) in files {
        for (directive, used) in file.directives.iter().zip(&used[path]) {
            let looked_for = |code: &Code| file.analysed && enabled(code);
            report(path, &file.package, directive, used, &looked_for, &mut hygiene);
        }
    }
    // Hygiene can be suppressed in turn, but a directive cannot vouch for itself.
    for finding in hygiene {
        let covering =
            files.get(&finding.primary.file).into_iter().flat_map(|file| &file.directives).find(|directive| {
                directive.comment != (finding.primary.start..finding.primary.end)
                    && !directive.comment.contains(&finding.primary.start)
                    && directive.codes.iter().any(|(selector, _)| selector.contains(finding.code))
                    && directive.covers(&(finding.primary.start..finding.primary.end))
            });
        match covering.filter(|_| !forbidden(finding.code)) {
            Some(directive) => outcome.suppressed.push(Suppressed { finding, reason: directive.reason.clone() }),
            None => outcome.findings.push(finding),
        }
    }
    outcome
}

/// The narrowest directive that covers the finding; every one that covers it counts as used.
fn suppressor<'d>(
    finding: &Finding,
    files: &'d BTreeMap<Arc<str>, FileDirectives>,
    used: &mut BTreeMap<&'d Arc<str>, Vec<Vec<bool>>>,
) -> Option<&'d Directive> {
    let (file, listed) = files.get_key_value(&finding.primary.file)?;
    let used = used.get_mut(file)?;
    let range = finding.primary.start..finding.primary.end;
    let mut best: Option<&Directive> = None;
    for (directive, used) in listed.directives.iter().zip(used) {
        if !directive.covers(&range) {
            continue;
        }
        for ((selector, _), used) in directive.codes.iter().zip(used) {
            if selector.contains(finding.code) {
                *used = true;
                let width = |directive: &Directive| directive.covers.end - directive.covers.start;
                if best.is_none_or(|best| width(directive) < width(best)) {
                    best = Some(directive);
                }
            }
        }
    }
    best
}

fn report(
    file: &Arc<str>,
    package: &Arc<str>,
    directive: &Directive,
    used: &[bool],
    enabled: &impl Fn(&Code) -> bool,
    hygiene: &mut Vec<Finding>,
) {
    let place = |range: &std::ops::Range<u32>| Place::new(file.clone(), range.start, range.end);
    for (range, message) in &directive.mistakes {
        let finding = Finding::new(&FA902, message.clone(), place(range)).inside(&**package, "");
        let meant = message.rsplit_once("did you mean `").and_then(|(_, rest)| rest.split_once('`'));
        let written = message.split('`').nth(1).unwrap_or_default();
        let fix = meant.map(|(word, _)| Fix {
            title: format!("write `{word}`"),
            edits: vec![Edit { place: place(range), replacement: word.to_owned() }],
            // A code that is nearly another may have been meant for a third, unless the two look the same.
            applicability: if looks_like(written) == looks_like(word) {
                Applicability::MachineApplicable
            } else {
                Applicability::MaybeIncorrect
            },
        });
        hygiene.push(finding.maybe_fix(fix));
    }
    let hygiene_only =
        directive.codes.iter().all(|(selector, _)| selector.codes().all(|code| code.number.starts_with("FA9")));
    let idle: Vec<usize> = (0..used.len())
        .filter(|&index| {
            !used[index] && directive.codes[index].0.codes().all(|code| !code.is_analysed() || enabled(code))
        })
        .collect();
    let where_to = match directive.scope {
        DirectiveScope::Line => "on this line",
        DirectiveScope::Next => "in what follows",
        DirectiveScope::File => "in this file",
    };
    if !hygiene_only {
        for &index in &idle {
            let (selector, range) = &directive.codes[index];
            let word = match selector.codes().next() {
                Some(code) if selector.codes().count() == 1 => code.number,
                _ => "this",
            };
            let message = match directive.kind {
                DirectiveKind::Allow => format!("unused suppression: nothing {where_to} is {word}"),
                DirectiveKind::Expect => format!("unfulfilled expectation: nothing {where_to} is {word}"),
            };
            let mut finding = Finding::new(&FA901, message, place(range)).inside(&**package, "");
            if idle.len() == directive.codes.len() && directive.mistakes.is_empty() {
                finding = finding.fix(Fix {
                    title: "remove the suppression".to_owned(),
                    edits: vec![Edit { place: place(&directive.comment), replacement: String::new() }],
                    applicability: Applicability::MachineApplicable,
                });
            }
            hygiene.push(finding);
        }
    }
    if directive.reason.is_none() && directive.mistakes.is_empty() {
        let message = "this suppression gives no reason";
        let help = "add `reason = \"…\"` behind the code";
        let finding = Finding::new(&FA903, message, place(&directive.comment)).help(help).inside(&**package, "");
        let fix = directive.codes.last().map(|(_, last)| Fix {
            title: "say why".to_owned(),
            edits: vec![Edit { place: place(&(last.end..last.end)), replacement: ", reason = \"…\"".to_owned() }],
            applicability: Applicability::HasPlaceholders,
        });
        hygiene.push(finding.maybe_fix(fix));
    }
}

/// A word without what is easily taken for something else: the letter O for a zero, the letters I and L for a one, small letters.
fn looks_like(word: &str) -> String {
    let alike = |letter: char| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    word.chars().map(alike).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::codes::{FA601, FA602};
    use crate::model::suppress::scan;

    fn run(text: &str, findings: &[(&'static Code, &str)], enabled: &[&Code]) -> (Vec<&'static str>, usize) {
        let findings = findings
            .iter()
            .map(|(code, at)| {
                let start = u32::try_from(text.find(at).unwrap()).unwrap();
                Finding::new(code, "test", Place::new("src/lib.rs", start, start + u32::try_from(at.len()).unwrap()))
            })
            .collect();
        let files = BTreeMap::from([(
            Arc::from("src/lib.rs"),
            FileDirectives { package: Arc::from("game"), analysed: true, directives: scan(text) },
        )]);
        let outcome = apply(findings, &files, |code| *code == FA601, |code| enabled.contains(&code));
        (outcome.findings.iter().map(|finding| finding.code.number).collect(), outcome.suppressed.len())
    }

    #[test]
    fn a_directive_suppresses_its_code_where_it_reaches() {
        let text = "a(); // fa: allow(FA602, reason = \"r\")\nb();";
        assert_eq!(run(text, &[(&FA602, "a()")], &[&FA602]), (vec![], 1));
        assert_eq!(run(text, &[(&FA602, "b()")], &[&FA602]), (vec!["FA602", "FA901"], 0));
    }

    #[test]
    fn a_suppression_of_a_code_that_was_not_looked_for_is_not_unused() {
        let text = "a(); // fa: allow(FA602, reason = \"r\")";
        assert_eq!(run(text, &[], &[]), (vec![], 0));
        assert_eq!(run(text, &[], &[&FA602]), (vec!["FA901"], 0));
    }

    #[test]
    fn a_forbidden_code_stays() {
        assert_eq!(run("a(); // fa: allow(FA601, reason = \"r\")", &[(&FA601, "a()")], &[&FA601]), (vec!["FA601"], 0));
    }

    #[test]
    fn a_missing_reason_and_an_unknown_code_are_reported() {
        assert_eq!(run("a(); // fa: allow(FA602)", &[(&FA602, "a()")], &[&FA602]), (vec!["FA903"], 1));
        assert_eq!(run("a(); // fa: allow(FA6O2)", &[], &[&FA602]), (vec!["FA902"], 0));
    }

    #[test]
    fn hygiene_can_be_suppressed_by_another_directive() {
        let text = "//! fa: allow(FA9, reason = \"generated\")\na(); // fa: allow(FA602)";
        assert_eq!(run(text, &[], &[&FA602]), (vec![], 2));
    }
}
