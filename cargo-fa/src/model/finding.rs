//! What a rule reports: facts about places in files, with no line numbers and no colours.
//!
//! Places are byte ranges. Lines and columns are computed by [`SourceMap`](crate::model::source::SourceMap) for the few
//! findings that are printed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::codes::Code;

/// One thing that is wrong, as a rule saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which code it is.
    pub code: &'static Code,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What is wrong here, in lower case, without a full stop and without line breaks.
    pub message: String,
    /// The place to underline.
    pub primary: Place,
    /// Texts at places of any file; one at the primary place is the text of the underline itself.
    pub labels: Vec<Label>,
    /// Further facts: the call path, the derivation of a bound, what rustc says about it.
    pub notes: Vec<Note>,
    /// What to do about it.
    pub help: Option<String>,
    /// Edits that do it.
    pub fix: Option<Fix>,
    /// The source itself asks for the strictest level, such as `no_heap` for FA401.
    pub escalated: bool,
    /// It happens now and then: a frame that is like those before it does not come to it.
    pub occasional: bool,
    /// Module path of the enclosing item, such as `game::physics::step`.
    pub item: String,
    /// Name of the package.
    pub package: String,
    /// The calls on the way from the frame root to it, the root's first.
    pub calls: Vec<Call>,
}

/// A call on the way to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Where it stands.
    pub place: Place,
    /// Module path of the function that it stands in.
    pub item: String,
}

impl Finding {
    /// A finding of high confidence with no labels, notes, help or fix.
    #[must_use]
    pub fn new(code: &'static Code, message: impl Into<String>, primary: Place) -> Self {
        Self {
            code,
            confidence: Confidence::High,
            message: message.into(),
            primary,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
            escalated: false,
            occasional: false,
            item: String::new(),
            package: String::new(),
            calls: Vec::new(),
        }
    }

    /// The same finding with another confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The same finding with a text under its underline.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.labels.push(Label { place: self.primary.clone(), text: text.into() });
        self
    }

    /// The same finding with one more place and text.
    #[must_use]
    pub fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// The same finding with one more note that has no place.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(Note { text: text.into(), place: None });
        self
    }

    /// The same finding with one more note about a place, such as a step of the call path.
    #[must_use]
    pub fn note_at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.notes.push(Note { text: text.into(), place: Some(place) });
        self
    }

    /// The same finding with advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The same finding with edits that remove it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The same finding with edits that remove it, if there are any.
    pub(crate) fn maybe_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.or(self.fix);
        self
    }

    /// The same finding, inside this item of this package.
    #[must_use]
    pub fn inside(mut self, package: impl Into<String>, item: impl Into<String>) -> Self {
        self.package = package.into();
        self.item = item.into();
        self
    }

    /// The same finding at a call that leads to it, for those who do not see the code that it is in.
    #[must_use]
    pub fn at_call(mut self, call: Call, package: String) -> Self {
        let here = std::mem::replace(&mut self.primary, call.place);
        self.message = format!("below this call, {}", self.message);
        self.notes.insert(0, Note { text: "it happens here".to_owned(), place: Some(here) });
        (self.item, self.package) = (call.item, package);
        self.labels.clear();
        self.fix = None;
        self.caption("leads out of the selected packages")
    }

    /// The order of reports: by place, then by code, then by words.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        (&self.primary, self.code, &self.message).cmp(&(&other.primary, other.code, &other.message))
    }
}

/// How sure a rule is of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess from names or from parts of the program that could not be resolved; shown with `--pedantic`.
    Low,
    /// It may happen on some path.
    Medium,
    /// It happens whenever the code runs.
    High,
}

impl Confidence {
    /// The word that machine formats use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A range of bytes in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Path from the workspace root, with `/` between its parts on every system.
    pub file: Arc<str>,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Place {
    /// The bytes `start..end` of `file`.
    #[must_use]
    pub fn new(file: impl Into<Arc<str>>, start: u32, end: u32) -> Self {
        Self { file: file.into(), start, end }
    }
}

/// A text at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is to be said about it.
    pub text: String,
}

/// A further fact about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The fact.
    pub text: String,
    /// Where it can be seen.
    pub place: Option<Place>,
}

/// Edits that remove a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the edits do, as an order: "reserve the capacity before the loop".
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
    /// Whether a machine may apply them unasked.
    pub applicability: Applicability,
}

/// One replacement; an empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace.
    pub place: Place,
    /// What to put there.
    pub replacement: String,
}

/// Whether a fix keeps the meaning of the program, as rustc grades it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Applicability {
    /// `--fix` applies it.
    MachineApplicable,
    /// A human should look at it first.
    MaybeIncorrect,
    /// It holds words that a human must replace.
    HasPlaceholders,
}
