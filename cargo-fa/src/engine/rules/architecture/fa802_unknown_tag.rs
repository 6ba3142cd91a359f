//! Tags that nobody declares.

use std::collections::BTreeMap;

use framealloc_syntax::{closest, edit_distance};

use crate::engine::rules::tags::TagUse;
use crate::engine::rules::{Context, rule};
use crate::model::finding::{Applicability, Confidence, Edit, Finding, Fix};

rule! {
    code: FA802,
    name: "unknown-tag",
    summary: "a tag is used that `.fa.toml` does not declare",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    let tags = cx.tags();
    let counts = tags.counts();
    found.extend(tags.uses.iter().filter_map(|used| unknown(cx, used, &counts)));
}

fn unknown(cx: &Context<'_, '_>, used: &TagUse, counts: &BTreeMap<&str, usize>) -> Option<Finding> {
    let tags = &cx.config.tags;
    if tags.is_empty() {
        let mine = counts.get(used.name.as_str()).copied().unwrap_or(0);
        let twin = counts.iter().find(|(name, count)| {
            **count > mine
                && used.name.len() > 3
                && edit_distance(name, &used.name) == 1
                && !differs_in_digit(name, &used.name)
        })?;
        let message = format!("tag `{}` is one letter away from `{}`, which is used more often", used.name, twin.0);
        let finding = Finding::new(CODE, message, used.place.clone())
            .confidence(Confidence::Medium.min(used.confidence))
            .caption(format!("did you mean `{}`?", twin.0))
            .help(format!("write `{}`, or declare both in `.fa.toml`", twin.0));
        return Some(finding.inside(&used.package, &used.item));
    }
    // The first part of a declared path counts as declared, as it does for the macros.
    let begins = |known: &str| known.strip_prefix(&*used.name).is_some_and(|rest| rest.starts_with("::"));
    if tags.contains_key(&used.name)
        || tags.keys().any(|known| known.rsplit("::").next() == Some(&used.name) || begins(known))
    {
        return None;
    }
    let mut finding =
        Finding::new(CODE, format!("tag `{}` is not declared in `.fa.toml`", used.name), used.place.clone())
            .confidence(used.confidence);
    finding = match closest(&used.name, tags.keys().map(String::as_str)) {
        Some(near) => finding
            .caption(format!("did you mean `{near}`?"))
            .help(format!("write `{near}`, or add `[tags.{}]` to `.fa.toml`", used.name))
            .maybe_fix(respelled(used, near, tags.keys())),
        None => finding.caption("unknown").help(format!("add `[tags.{}]` to `.fa.toml`", used.name)),
    };
    Some(finding.inside(&used.package, &used.item))
}

/// The tag as it is declared. One letter away from one tag and far from all others is a slip; everything else is a
/// guess.
fn respelled<'t>(used: &TagUse, near: &str, tags: impl Iterator<Item = &'t String>) -> Option<Fix> {
    let slip = edit_distance(near, &used.name) == 1 && !differs_in_digit(near, &used.name);
    let alone = tags.filter(|tag| edit_distance(tag, &used.name) <= 2).count() == 1;
    used.literal.then(|| Fix {
        title: format!("write `{near}`"),
        edits: vec![Edit { place: used.place.clone(), replacement: format!("\"{near}\"") }],
        applicability: if slip && alone { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect },
    })
}

/// `layer1` and `layer2` are meant to differ.
fn differs_in_digit(left: &str, right: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    letters(left) == letters(right)
}
