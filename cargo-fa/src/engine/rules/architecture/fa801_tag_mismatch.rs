//! Tags in modules that are not theirs.

use framealloc_syntax::closest;

use crate::engine::resolve::ModuleKind;
use crate::engine::rules::tags::TagUse;
use crate::engine::rules::{Context, rule};
use crate::model::config::{TagSection, matches};
use crate::model::finding::{Confidence, Finding};

rule! {
    code: FA801,
    name: "tag-mismatch",
    summary: "a tag is used in a module that does not belong to it",
    level: Warn,
    since: "0.12.0",
    found_by: Program(check),
}

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    let mismatches = cx.tags().uses.iter().filter_map(|used| mismatch(cx, used));
    let (told, mismatches): (Vec<&str>, Vec<Finding>) = mismatches.unzip();
    found.extend(mismatches);
    // Whoever reads that a tag is used elsewhere reads there that its module is gone.
    let quiet = cx.config.tags.iter().filter(|(name, _)| !told.contains(&name.as_str()));
    found.extend(quiet.filter_map(|(name, tag)| gone(cx, name, tag)));
}

/// The tag that is used where it does not belong, and the finding.
fn mismatch<'c>(cx: &'c Context<'_, '_>, used: &TagUse) -> Option<(&'c str, Finding)> {
    let fits =
        |tag: &TagSection| tag.modules.is_empty() || tag.modules.iter().any(|pattern| matches(pattern, &used.module));
    // Of the tags that it may be, none that is declared is at home here.
    let declared: Vec<_> = used.paths.iter().filter_map(|path| cx.config.tags.get_key_value(path)).collect();
    if declared.iter().any(|(_, tag)| fits(tag)) {
        return None;
    }
    let (name, tag) = declared.first()?;
    let message = format!("tag `{name}` is used in `{}`, which is none of its modules", used.module);
    let own = cx.config.tags.iter().find(|(_, tag)| tag.modules.iter().any(|pattern| matches(pattern, &used.module)));
    let help = match own {
        Some((own, _)) => format!("this module belongs to the tag `{own}`; or add it to `modules` of `{name}`"),
        None => format!("add `\"{}\"` to `modules` of `[tags.{name}]`", used.module),
    };
    let mut finding = Finding::new(CODE, message, used.place.clone())
        .confidence(used.confidence)
        .caption(format!("belongs to {}", tag.modules.join(", ")))
        .note_at(tag.place.clone(), "declared here");
    for pattern in tag.modules.iter().filter(|pattern| is_gone(cx, pattern)) {
        finding = finding.note(format!("there is no module `{pattern}` any more: was it renamed?"));
    }
    Some((name, finding.help(help).inside(&used.package, &used.item)))
}

/// A tag of which one of the modules has been renamed or removed.
fn gone(cx: &Context<'_, '_>, name: &str, tag: &TagSection) -> Option<Finding> {
    let pattern = tag.modules.iter().find(|pattern| is_gone(cx, pattern))?;
    let modules: Vec<&str> = cx.program.modules.iter().map(|module| module.path.as_str()).collect();
    let message = format!("tag `{name}` belongs to `{pattern}`, and there is no such module");
    let finding = Finding::new(CODE, message, tag.place.clone()).confidence(Confidence::Medium);
    let same_crate = modules.iter().copied().filter(|path| path.split("::").next() == pattern.split("::").next());
    let finding = match closest(pattern, same_crate) {
        Some(near) => finding.caption(format!("did you mean `{near}`?")),
        None => finding.caption("declared here"),
    };
    Some(finding.help(format!("write the name that the module has now into `modules` of `[tags.{name}]`")))
}

/// Whether a pattern names a module of a crate that was read, and there is none. Modules that are only built for tests
/// may not have been read.
fn is_gone(cx: &Context<'_, '_>, pattern: &str) -> bool {
    let (first, last) = (pattern.split("::").next().unwrap_or(pattern), pattern.rsplit("::").next().unwrap_or(pattern));
    let modules = || cx.program.modules.iter().filter(|module| module.kind == ModuleKind::Named);
    !pattern.contains('*')
        && !last.contains("test")
        && modules().any(|module| module.path == first)
        && !modules().any(|module| matches(pattern, &module.path))
}
