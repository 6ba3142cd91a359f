//! `JUnit` XML: one suite per package, one test case per finding.
//!
//! A test fails exactly where the run does, at the level deny; warnings and hints are skipped tests with a message. A
//! package without findings has one test that passes, because readers take an empty suite for tests that did not run.

use std::fmt::Write;

use quick_junit::{NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestSuite};

use super::findings::{Report, Reported};
use crate::model::codes::Level;

pub(super) fn render(report: &Report) -> String {
    let mut suites = Suites::new("cargo-fa");
    let mut packages: Vec<&str> = report.packages.iter().map(String::as_str).collect();
    packages.extend(report.findings.iter().map(|reported| reported.finding.package.as_str()));
    packages.sort_unstable();
    packages.dedup();
    for package in packages {
        let mut suite = TestSuite::new(if package.is_empty() { "workspace" } else { package });
        let findings = report.findings.iter().filter(|reported| reported.finding.package == package);
        suite.add_test_cases(findings.map(|reported| case(report, reported)));
        if suite.test_cases.is_empty() {
            let mut case = TestCase::new("no findings", TestCaseStatus::success());
            case.set_classname("cargo-fa");
            suite.add_test_case(case);
        }
        suites.add_test_suite(suite);
    }
    suites.to_string().unwrap_or_default()
}

fn case(report: &Report, reported: &Reported) -> TestCase {
    let finding = &reported.finding;
    let (start, _) = report.sources.positions(&finding.primary);
    let place = format!("{}:{}:{}", report.sources.shown(&finding.primary.file), start.line, start.column);
    let mut status = match reported.level {
        Level::Deny => TestCaseStatus::non_success(NonSuccessKind::Failure),
        _ => TestCaseStatus::skipped(),
    };
    let mut description = format!("{place}: {}", finding.message);
    for note in &finding.notes {
        let _ = write!(description, "\nnote: {}", note.text);
    }
    if let Some(help) = &finding.help {
        let _ = write!(description, "\nhelp: {help}");
    }
    status.set_type(reported.level.as_str()).set_message(&finding.message).set_description(description);
    let mut case = TestCase::new(format!("{} {place}", finding.code), status);
    case.set_classname(report.sources.shown(&finding.primary.file));
    case
}
