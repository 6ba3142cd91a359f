//! What changed from one analysis to another: reports as JSON, compared by fingerprints, which edits elsewhere in a file leave.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// A finding, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    code: String,
    level: String,
    place: String,
    message: String,
}

/// Findings that came and went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    new: Vec<Shown>,
    fixed: Vec<Shown>,
    same: usize,
}

impl Changes {
    /// Compares two reports, as `--format json` writes them.
    ///
    /// # Errors
    /// With a text, if one of them is no report: the number of the report, 0 for the old one.
    pub fn between(before: &str, after: &str) -> Result<Self, (usize, String)> {
        let mut old = findings(before).map_err(|error| (0, error))?;
        let mut changes = Self::default();
        for (fingerprint, mut now) in findings(after).map_err(|error| (1, error))? {
            // Several may look the same; as many as there were are the old ones.
            let were = old.remove(&fingerprint).unwrap_or_default();
            let same = were.len().min(now.len());
            changes.same += same;
            changes.new.extend(now.drain(same..));
            changes.fixed.extend(were.into_iter().skip(same));
        }
        changes.fixed.extend(old.into_values().flatten());
        for list in [&mut changes.new, &mut changes.fixed] {
            list.sort_by(|a, b| (&a.place, &a.code).cmp(&(&b.place, &b.code)));
        }
        Ok(changes)
    }

    /// Whether something is new that fails a run: a finding of the level deny.
    #[must_use]
    pub fn has_new_errors(&self) -> bool {
        self.new.iter().any(|finding| finding.level == "deny")
    }

    /// One line.
    fn verdict(&self) -> String {
        let noun = if self.new.len() == 1 { "finding" } else { "findings" };
        format!("{} new {noun}, {} fixed, {} as before", self.new.len(), self.fixed.len(), self.same)
    }

    /// For a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.verdict());
        for (word, list) in [("new", &self.new), ("fixed", &self.fixed)] {
            for Shown { code, level, place, message } in list {
                let _ = writeln!(out, "  {word:<5}  {place}  {code} ({level})  {message}");
            }
        }
        out
    }

    /// For a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("## Findings: {}\n", self.verdict());
        if !self.new.is_empty() {
            let _ = write!(out, "\n{}", table(&self.new));
        }
        if !self.fixed.is_empty() {
            let _ = write!(
                out,
                "\n<details><summary>{} fixed</summary>\n\n{}\n</details>\n",
                self.fixed.len(),
                table(&self.fixed)
            );
        }
        out
    }
}

/// The findings of a report by their fingerprints.
fn findings(report: &str) -> Result<BTreeMap<String, Vec<Shown>>, String> {
    let report: Value = serde_json::from_str(report).map_err(|error| error.to_string())?;
    let missing = || "it is no report of `cargo fa --format json`".to_owned();
    let mut found: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for finding in report["findings"].as_array().ok_or_else(missing)? {
        let text = |value: &Value| value.as_str().map(printable).ok_or_else(missing);
        let place = &finding["place"];
        let line = place["start"]["line"].as_u64().ok_or_else(missing)?;
        let shown = Shown {
            code: text(&finding["code"])?,
            level: text(&finding["level"])?,
            place: format!("{}:{line}", text(&place["file"])?),
            message: text(&finding["message"])?,
        };
        found.entry(text(&finding["fingerprint"])?).or_default().push(shown);
    }
    Ok(found)
}

/// A text on one line, which a terminal shows instead of obeying.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn table(findings: &[Shown]) -> String {
    let mut out = String::from("| code | level | place | |\n|---|---|---|---|\n");
    for Shown { code, level, place, message } in findings {
        let _ = writeln!(out, "| {code} | {level} | `{}` | {} |", place.replace(['|', '`'], "·"), escaped(message));
    }
    out
}

/// A message as a cell: code between backticks stays code, and nothing else is read as markup, as a mention or as a new cell.
fn escaped(message: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    // Without its end, a backtick begins nothing.
    let mut left = message.matches('`').count() / 2 * 2;
    for letter in message.chars() {
        match letter {
            '`' if left > 0 => {
                left -= 1;
                in_code = !in_code;
                out.push('`');
            }
            '|' => out.push_str("\\|"),
            _ if in_code => out.push(letter),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(findings: &[(&str, &str, &str, u32)]) -> String {
        let findings: Vec<Value> = findings
            .iter()
            .map(|(fingerprint, level, message, line)| {
                serde_json::json!({
                    "code": "FA401", "level": level, "message": message, "fingerprint": fingerprint,
                    "place": { "file": "src/ai.rs", "start": { "line": line } },
                })
            })
            .collect();
        serde_json::json!({ "findings": findings }).to_string()
    }

    #[test]
    fn what_moved_is_the_same_and_what_came_twice_is_new_once() {
        let before = report(&[("a", "warn", "one", 3), ("b", "warn", "two", 4), ("c", "warn", "gone", 9)]);
        let after = report(&[("a", "warn", "one", 30), ("b", "warn", "two", 40), ("b", "deny", "two", 50)]);
        let changes = Changes::between(&before, &after).unwrap();
        assert_eq!(
            changes.text(),
            "1 new finding, 1 fixed, 2 as before\n  new    src/ai.rs:50  FA401 (deny)  two\n  fixed  src/ai.rs:9  FA401 (warn)  gone\n"
        );
        assert!(changes.has_new_errors() && !Changes::between(&after, &before).unwrap().has_new_errors());
    }

    #[test]
    fn messages_are_cells_with_their_code() {
        let nothing = report(&[]);
        let after = report(&[("a", "warn", "`Vec<u8>` | @me <b> _x_ ` end\nhere", 3)]);
        let text = Changes::between(&nothing, &after).unwrap().markdown();
        let row = text.lines().find(|line| line.starts_with("| FA401")).unwrap();
        assert_eq!(row, "| FA401 | warn | `src/ai.rs:3` | `Vec<u8>` \\| &#64;me &lt;b&gt; \\_x\\_ \\` end here |");
        assert!(
            !text.contains("<details>")
                && Changes::between(&after, &nothing).unwrap().markdown().contains("1 fixed</summary>")
        );
    }

    #[test]
    fn what_is_no_report_is_named() {
        let report = report(&[]);
        assert_eq!(Changes::between("{", &report).unwrap_err().0, 0);
        assert_eq!(Changes::between(&report, "{}").unwrap_err().0, 1);
        assert_eq!(Changes::between(&report, r#"{"findings": [{}]}"#).unwrap_err().0, 1);
    }
}
