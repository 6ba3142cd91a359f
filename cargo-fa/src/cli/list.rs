//! `cargo fa list`.

use std::fmt::Write;

use serde_json::json;

use crate::cli::commands::ListFormat;
use crate::model::codes::{ALL, Code, Group, Selector, Stage};

/// The codes of a category, or all.
#[must_use]
pub fn render(category: Option<Selector>, format: ListFormat) -> String {
    let codes: Vec<&'static Code> =
        ALL.iter().copied().filter(|code| category.is_none_or(|category| category.contains(code))).collect();
    match format {
        ListFormat::Text => text(&codes),
        ListFormat::Markdown => markdown(&codes),
        ListFormat::Json => {
            let rows = codes.iter().map(|code| {
                json!({
                    "code": code.number,
                    "name": code.name,
                    "group": code.group,
                    "level": code.level,
                    "stage": code.stage,
                    "refused_by_rustc": code.refusal,
                    "summary": code.summary,
                })
            });
            format!("{:#}\n", rows.collect::<serde_json::Value>())
        }
    }
}

fn text(codes: &[&'static Code]) -> String {
    let mut text = String::new();
    let width = codes.iter().map(|code| code.name.len()).max().unwrap_or(0);
    for group in Group::ALL {
        let members: Vec<_> = codes.iter().filter(|code| code.group == group).collect();
        if members.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{} {}: {}", group.range(), group, group.title());
        for code in members {
            let level = if code.stage == Stage::RunTime { "run time" } else { code.level.as_str() };
            let _ = writeln!(text, "  {}  {:width$}  {level:8}  {}", code.number, code.name, code.summary);
        }
    }
    text
}

fn markdown(codes: &[&'static Code]) -> String {
    let mut text = String::from("| code | name | category | level | meaning |\n|---|---|---|---|---|\n");
    for code in codes {
        let level = if code.stage == Stage::RunTime { "run time" } else { code.level.as_str() };
        let _ = writeln!(text, "| {} | {} | {} | {level} | {} |", code.number, code.name, code.group, code.summary);
    }
    text
}
