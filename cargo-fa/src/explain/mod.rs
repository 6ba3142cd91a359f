//! What each code means, why it hurts a game, and what the code looks like before and after.
//!
//! One Markdown file per code, beside its rule (`engine/rules/<group>`); tests check that none is missing and that the analyser finds the code in its bad example
//! and nothing in its good one.

use std::fmt::Write;

use crate::model::codes::{Code, Level, Refusal, Stage};

/// One example of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Whether it has the problem.
    pub bad: bool,
    /// `rust`, `toml` or `json`.
    pub language: &'static str,
    /// The code.
    pub code: &'static str,
}

/// The first paragraph: what the code means.
#[must_use]
pub fn lead(code: &Code) -> &'static str {
    code.text.split("\n\n").next().unwrap_or("").trim()
}

/// The bad and the good example.
#[must_use]
pub fn examples(code: &Code) -> Vec<Example> {
    let mut examples = Vec::new();
    for (heading, bad) in [("## Bad\n", true), ("## Good\n", false)] {
        let block = code.text.split_once(heading).and_then(|(_, rest)| rest.split_once("```"));
        if let Some((language, rest)) = block.and_then(|(_, rest)| rest.split_once('\n')) {
            examples.push(Example { bad, language, code: rest.split("```").next().unwrap_or("") });
        }
    }
    examples
}

/// The whole text in Markdown.
#[must_use]
pub fn text(code: &Code) -> String {
    let mut text = format!("# {} {}\n\n", code.number, code.name);
    let _ = match code.stage {
        Stage::RunTime => writeln!(text, "{}; reported by the running program.\n", code.group.range()),
        Stage::Analyser => writeln!(text, "{} {}; level: {}.\n", code.group.range(), code.group, default(code)),
    };
    text.push_str(code.text.trim_end());
    text.push('\n');
    let refused = match code.refusal {
        Refusal::Never => "",
        Refusal::Partly => {
            "\n## The compiler\n\nrustc refuses the forms of this that borrow; for these the finding explains its error.\n"
        }
    };
    text.push_str(refused);
    if code.stage == Stage::Analyser && code.number != "FA905" {
        let _ = write!(
            text,
            "\n## Suppress\n\n\
             Behind a line, before an item or statement, or for a whole file:\n\n\
             ```rust\n\
             // fa: allow({number}, reason = \"…\")\n\
             //! fa: allow({number}, reason = \"…\")\n\
             ```\n\n\
             `expect` in place of `allow` reports when there is nothing left to suppress. For a project, in `.fa.toml`:\n\n\
             ```toml\n\
             [lints]\n\
             {name} = \"allow\"\n\
             ```\n",
            number = code.number,
            name = code.name,
        );
    }
    text
}

fn default(code: &Code) -> String {
    match code.level {
        Level::Allow if code.is_pedantic() => "allow (hint with --pedantic)".to_owned(),
        level => level.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::codes::ALL;

    #[test]
    fn every_code_has_a_lead_a_reason_and_two_examples() {
        for code in ALL {
            assert!(lead(code).ends_with(['.', '!']) && lead(code).len() > 40, "{code}: {}", lead(code));
            let prose = code.text.split("## Bad").next().unwrap();
            assert!(prose.trim().split("\n\n").count() >= 2, "{code} does not say why it matters");
            let examples = examples(code);
            assert_eq!(examples.iter().map(|example| example.bad).collect::<Vec<_>>(), [true, false], "{code}");
            assert!(examples.iter().all(|example| !example.code.trim().is_empty()), "{code}");
            assert_ne!(examples[0].code, examples[1].code, "{code}");
        }
    }

    #[test]
    fn rust_examples_parse_except_where_that_is_the_point() {
        for code in ALL {
            for example in examples(code).iter().filter(|example| example.language == "rust") {
                let parses = syn::parse_file(example.code).is_ok();
                assert_eq!(parses, !(code.number == "FA900" && example.bad), "{code}\n{}", example.code);
            }
        }
    }

    #[test]
    fn a_text_says_how_to_suppress_what_can_be_suppressed() {
        for code in ALL.iter().filter(|code| code.is_analysed() && code.number != "FA905") {
            assert!(text(code).contains(&format!("// fa: allow({code}")), "{code}");
        }
    }
}
