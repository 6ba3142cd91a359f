//! Findings that a project lives with for now: a file of fingerprints, so that a run reports only new ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::codes::{Code, FA904};
use crate::model::finding::{Finding, Place};
use crate::report::Reported;

/// The name of the file, where no other is given.
pub const FILE_NAME: &str = ".fa-baseline.json";

const SCHEMA_VERSION: u32 = 1;

/// The findings that a file lists.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    file: Arc<str>,
    text: String,
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fingerprint: String,
    /// The rest is for people who review a change of the file; only the code is read back.
    code: String,
    file: String,
    item: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema_version: u32,
    findings: Vec<Entry>,
}

impl Baseline {
    /// Reads the text of a baseline that is called `file` in findings.
    ///
    /// # Errors
    /// The text is no baseline, or one of a later version.
    pub fn read(file: impl Into<Arc<str>>, text: &str) -> Result<Self, String> {
        let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if document.schema_version != SCHEMA_VERSION {
            return Err(format!(
                "its version is {}, this program reads version {SCHEMA_VERSION}; write it again with `--write-baseline`",
                document.schema_version
            ));
        }
        let entries = document.findings.into_iter().map(|entry| (entry.fingerprint.clone(), entry)).collect();
        Ok(Self { file: file.into(), text: text.to_owned(), entries })
    }

    /// Whether it lists a finding.
    #[must_use]
    pub fn contains(&self, reported: &Reported) -> bool {
        self.entries.get(&reported.fingerprint).is_some_and(|entry| entry.code == reported.finding.code.number)
    }

    /// FA904 for every entry that is not in `seen` and could have been: `looked_for` says whether this run looks for a code
    /// in a file.
    pub fn stale(&self, seen: &BTreeSet<&str>, looked_for: impl Fn(&'static Code, &str) -> bool) -> Vec<Finding> {
        let gone = self.entries.values().filter(|entry| !seen.contains(entry.fingerprint.as_str()));
        gone.filter_map(|entry| {
            let code = Code::find(&entry.code);
            if code.is_some_and(|code| !looked_for(code, &entry.file)) {
                return None;
            }
            let start = self.text.find(&entry.fingerprint).unwrap_or(0);
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let place = Place::new(self.file.clone(), offset(start), offset(start + entry.fingerprint.len()));
            let message = format!("the baseline lists {} in {}, which is no longer there", entry.code, entry.file);
            Some(Finding::new(&FA904, message, place).help("write it again with `cargo fa --write-baseline`"))
        })
        .collect()
    }
}

/// The text of a baseline that lists these findings.
#[must_use]
pub fn write(findings: &[Reported]) -> String {
    let mut entries: Vec<Entry> = findings
        .iter()
        .filter(|reported| reported.finding.code.group != crate::model::codes::Group::Hygiene)
        .map(|reported| Entry {
            fingerprint: reported.fingerprint.clone(),
            code: reported.finding.code.number.to_owned(),
            file: reported.finding.primary.file.to_string(),
            item: reported.finding.item.clone(),
        })
        .collect();
    // By file, so that a change of one file is one place in the difference of two baselines.
    entries.sort_by(|a, b| (&a.file, &a.code, &a.fingerprint).cmp(&(&b.file, &b.code, &b.fingerprint)));
    let document = Document { schema_version: SCHEMA_VERSION, findings: entries };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// The JSON Schema of the file.
#[must_use]
pub fn schema() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": FILE_NAME,
        "type": "object",
        "additionalProperties": false,
        "required": ["schema_version", "findings"],
        "properties": {
            "schema_version": { "const": SCHEMA_VERSION },
            "findings": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["fingerprint", "code", "file", "item"],
                    "properties": {
                        "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
                        "code": { "type": "string", "pattern": "^FA[0-9]{3}$" },
                        "file": text,
                        "item": text,
                    },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::codes::{FA602, FA901, Level};

    fn reported(code: &'static Code, fingerprint: &str) -> Reported {
        let finding = Finding::new(code, "x", Place::new("src/lib.rs", 0, 1)).inside("game", "game::step");
        Reported { finding, level: Level::Warn, fingerprint: fingerprint.to_owned(), measured: None }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = write(&[reported(&FA602, "00000000000000aa"), reported(&FA901, "00000000000000bb")]);
        let baseline = Baseline::read("b.json", &text).unwrap();
        assert!(baseline.contains(&reported(&FA602, "00000000000000aa")));
        assert!(!baseline.contains(&reported(&FA602, "00000000000000cc")));
        assert!(!baseline.contains(&reported(&FA901, "00000000000000bb")), "hygiene is never part of a baseline");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(jsonschema::is_valid(&schema(), &value));
    }

    #[test]
    fn a_stale_entry_is_reported_where_it_stands() {
        let text = write(&[reported(&FA602, "00000000000000aa")]);
        let baseline = Baseline::read("b.json", &text).unwrap();
        let stale = baseline.stale(&BTreeSet::new(), |_, _| true);
        assert_eq!(stale.len(), 1);
        let place = &stale[0].primary;
        assert_eq!(&text[place.start as usize..place.end as usize], "00000000000000aa");
        assert!(baseline.stale(&BTreeSet::new(), |_, _| false).is_empty(), "the run did not look for it");
        assert!(baseline.stale(&BTreeSet::from(["00000000000000aa"]), |_, _| true).is_empty());
    }

    #[test]
    fn another_version_is_refused() {
        assert!(Baseline::read("b", r#"{"schema_version":2,"findings":[]}"#).unwrap_err().contains("version is 2"));
        assert!(Baseline::read("b", "{").is_err());
    }
}
