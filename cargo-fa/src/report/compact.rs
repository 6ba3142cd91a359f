//! One line per finding: `src/lib.rs:3:9: deny FA601 message`.

use std::fmt::Write;

use super::findings::Report;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for reported in &report.findings {
        let finding = &reported.finding;
        let (start, _) = report.sources.positions(&finding.primary);
        let _ = writeln!(
            text,
            "{}:{}:{}: {} {} {}",
            report.sources.shown(&finding.primary.file),
            start.line,
            start.column,
            reported.level,
            finding.code,
            finding.message
        );
    }
    text
}
