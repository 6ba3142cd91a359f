//! What a program says, as text and for programs.

use std::fmt::Write as _;

use super::places::Place;
use super::verdict::{Aside, CallPath, InstanceProof, Proofs, Step, SystemProof, Verdict};

/// How many calls that nobody can follow are listed of one function.
const LISTED: usize = 4;

/// For programs: an array with an element for each program.
#[must_use]
pub fn json(proofs: &[Proofs]) -> String {
    // Plain data: there is nothing in it that could fail.
    let text = serde_json::to_string_pretty(proofs).unwrap_or_default();
    format!("{text}\n")
}

/// For people: each system with its verdict, and the way that leads to it.
#[must_use]
pub fn text(proofs: &Proofs) -> String {
    let mut text = String::new();
    for system in &proofs.systems {
        render_system(&mut text, system);
    }
    text.push_str(&counts(proofs));
    text
}

/// The last line: how many systems stand how, and in which program.
#[must_use]
pub fn counts(proofs: &Proofs) -> String {
    let counts =
        [Verdict::Proven, Verdict::Violated, Verdict::Open].map(|verdict| (proofs.count(verdict), word(verdict)));
    let counts = counts.map(|(count, word)| format!("{count} {word}")).join(", ");
    let systems = proofs.systems.len();
    let noun = if systems == 1 { "system that declares" } else { "systems that declare" };
    format!("{counts} of {systems} {noun} an effect, in {} for {}\n", proofs.program.display(), proofs.processor)
}

/// The verdict in few words: what a violated system does.
pub(super) fn summary(system: &SystemProof) -> String {
    let does = |is: fn(&InstanceProof) -> bool, what: &'static str| system.instances.iter().any(is).then_some(what);
    let what: Vec<&str> =
        [does(|instance| instance.violation.is_some(), "heap"), does(|instance| instance.wait.is_some(), "waits")]
            .into_iter()
            .flatten()
            .collect();
    let word = word(system.verdict);
    if what.is_empty() { word.to_owned() } else { format!("{word}: {}", what.join(", ")) }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proven => "proven",
        Verdict::Violated => "violated",
        Verdict::Open => "open",
    }
}

fn render_system(text: &mut String, system: &SystemProof) {
    let place = &system.declared;
    let _ = writeln!(
        text,
        "{:<9} {}  {}  {}:{}",
        word(system.verdict),
        system.name,
        system.effects,
        place.file,
        place.line
    );
    if system.instances.is_empty() {
        let _ = writeln!(
            text,
            "          its body was not found: the program never calls it, or has it in a form unknown here"
        );
    }
    for instance in &system.instances {
        if system.instances.len() > 1 {
            let _ = writeln!(text, "  {:<9} {}", word(instance.verdict), instance.function);
        }
        render_instance(text, instance);
    }
}

fn render_instance(text: &mut String, instance: &InstanceProof) {
    let asides = instance.asides.iter().map(|aside| match aside {
        Aside::Grows => "frame memory or a pool may grow",
        Aside::FallsBack => "a block that is too large for a chunk comes from the heap",
        Aside::ThreadLocals => "the first thread-local variable that a thread uses takes from the heap",
        Aside::Panics => "may panic",
        Aside::Frees => "may free",
        Aside::Formats => "formats, by functions whose address its code takes",
    });
    let asides: Vec<&str> = asides.collect();
    if !asides.is_empty() {
        let _ = writeln!(text, "          aside: {}", asides.join(", "));
    }
    for (path, what) in [(&instance.violation, "takes from the heap"), (&instance.wait, "may wait")] {
        if let Some(path) = path {
            render_path(text, path, what);
        }
    }
    if instance.verdict == Verdict::Violated {
        return;
    }
    for path in instance.open.iter().take(LISTED) {
        render_path(text, path, "");
    }
    if let Some(more) = instance.open.len().checked_sub(LISTED + 1) {
        let _ = writeln!(text, "          and {} more", more + 1);
    }
}

fn render_path(text: &mut String, path: &CallPath, what: &str) {
    for (depth, step) in path.steps.iter().enumerate() {
        let name = if step.function.is_empty() { "(without a name)" } else { &step.function };
        let _ = write!(text, "          {:depth$}{name}", "");
        if let Some(place) = telling(step) {
            let _ = write!(text, "  {}:{}", place.file, place.line);
        }
        text.push('\n');
    }
    let what = if what.is_empty() { String::new() } else { format!(", which {what}") };
    let _ = writeln!(text, "          {:depth$}-> {}{what}", "", path.end, depth = path.steps.len());
}

/// The line of the user's that leads to the call: the innermost one that is not of the standard library.
fn telling(step: &Step) -> Option<&Place> {
    let is_own = |place: &&Place| !place.file.starts_with("/rustc/") && !place.file.contains("/registry/src/");
    step.places.iter().find(is_own).or(step.places.first())
}
