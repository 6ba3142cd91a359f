//! Checkstyle's XML, which Jenkins and many others read.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::findings::Report;
use crate::model::codes::Level;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    for of_file in report.findings.chunk_by(|a, b| a.finding.primary.file == b.finding.primary.file) {
        let _ =
            writeln!(text, "  <file name=\"{}\">", attribute(report.sources.shown(&of_file[0].finding.primary.file)));
        for reported in of_file {
            let finding = &reported.finding;
            let (start, _) = report.sources.positions(&finding.primary);
            let severity = match reported.level {
                Level::Deny => "error",
                Level::Warn => "warning",
                _ => "info",
            };
            let _ = writeln!(
                text,
                "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{}\" source=\"cargo-fa.{}\"/>",
                start.line,
                start.column,
                attribute(&finding.message),
                finding.code
            );
        }
        text.push_str("  </file>\n");
    }
    text.push_str("</checkstyle>\n");
    text
}

/// XML has no way to write most control characters, so they are left out.
fn attribute(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control() || *letter == '\t').collect();
    escape(text.as_str()).into_owned()
}
