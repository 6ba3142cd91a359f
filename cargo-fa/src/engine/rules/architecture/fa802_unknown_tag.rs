//! Tags that nobody declares.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use framealloc_syntax::{closest, edit_distance};

use crate::engine::rules::tags::{TagUse, is_below};
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
        return twin(used, counts);
    }
    // The first part of a declared path counts as declared, as it does for the macros.
    let ends =
        |known: &str, path: &str| known.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"));
    let declared = |path: &str| tags.keys().any(|known| ends(known, path) || is_below(known, path));
    if used.paths.iter().any(|path| declared(path)) {
        return None;
    }
    let path = used.paths.first()?;
    let mut finding = Finding::new(CODE, format!("tag `{path}` is not declared in `.fa.toml`"), used.place.clone())
        .confidence(used.confidence);
    let key = if path.contains("::") { format!("[tags.\"{path}\"]") } else { format!("[tags.{path}]") };
    let open = path.strip_suffix(&*used.written).and_then(|open| open.strip_suffix("::"));
    finding = match (open, closest(path, tags.keys().map(String::as_str))) {
        // The name is declared, and is another tag than this.
        (Some(open), _) if declared(&used.written) => {
            finding.caption(format!("nests under `{open}`, which is open here")).help(format!(
                "add `{key}` to `.fa.toml`, or open a `static` of the type `Tag`, whose path is the whole path"
            ))
        }
        (_, Some(near)) => finding
            .caption(format!("did you mean `{near}`?"))
            .help(format!("write `{near}`, or add `{key}` to `.fa.toml`"))
            .maybe_fix(respelled(used, near, tags.keys())),
        (_, None) => finding.caption("unknown").help(format!("add `{key}` to `.fa.toml`")),
    };
    Some(finding.inside(&used.package, &used.item))
}

/// A tag that is a slip of the keyboard away from one that is used more often, where none is declared.
fn twin(used: &TagUse, counts: &BTreeMap<&str, usize>) -> Option<Finding> {
    let path = used.paths.first()?;
    let mine = counts.get(path.as_str()).copied().unwrap_or(0);
    let is_long = path.len() > 3;
    let (twin, count) = counts.iter().filter(|_| is_long).find(|(name, count)| {
        let more = **count > mine && is_slip(name, path);
        more || (**count == mine && path.len() > 4 && is_transposed(name, path))
    })?;
    let message = match count.cmp(&mine) {
        Ordering::Greater => format!("tag `{path}` is a slip away from `{twin}`, which is used more often"),
        // Which of the two is meant nobody can tell: both are shown.
        _ => format!("tag `{path}` is a slip away from `{twin}`, which is used as often"),
    };
    let finding = Finding::new(CODE, message, used.place.clone())
        .confidence(Confidence::Medium.min(used.confidence))
        .caption(format!("did you mean `{twin}`?"))
        .help(format!("write `{twin}`, or declare both in `.fa.toml`"));
    Some(finding.inside(&used.package, &used.item))
}

/// One letter is another, is missing or too many, or two have changed places.
fn is_slip(name: &str, meant: &str) -> bool {
    (edit_distance(name, meant) == 1 && !differs_in_digit(name, meant)) || is_transposed(name, meant)
}

/// Two letters beside each other have changed places.
fn is_transposed(name: &str, meant: &str) -> bool {
    let (name, meant): (Vec<char>, Vec<char>) = (name.chars().collect(), meant.chars().collect());
    let Some(at) = name.iter().zip(&meant).position(|(left, right)| left != right) else { return false };
    let swapped = name.get(at + 1) == meant.get(at) && name.get(at) == meant.get(at + 1);
    let is_letter =
        |letters: &[char]| letters[at].is_alphabetic() && letters.get(at + 1).is_some_and(|next| next.is_alphabetic());
    swapped && is_letter(&name) && name.get(at + 2..) == meant.get(at + 2..)
}

/// The tag as it is declared. One letter away from one tag and far from all others is a slip; everything else is a
/// guess.
fn respelled<'t>(used: &TagUse, near: &str, tags: impl Iterator<Item = &'t String>) -> Option<Fix> {
    let slip = is_slip(near, &used.written);
    let alone = tags.filter(|tag| edit_distance(tag, &used.written) <= 2).count() == 1;
    let is_whole = used.paths.first() == Some(&used.written);
    (used.literal && is_whole).then(|| Fix {
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
