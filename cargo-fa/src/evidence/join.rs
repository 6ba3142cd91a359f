//! Figures of runs for findings, and findings about what runs saw and nobody predicted.

use std::collections::{BTreeMap, BTreeSet};

use super::Runs;
use crate::analysis::{SystemFacts, TagGraph};
use crate::model::codes::{FA911, FA912, FA913, Group};
use crate::model::finding::{Confidence, Finding, Note, Place};
use crate::report::{Measured, Report, Reported};
use crate::trace_report::{SystemTotals, bytes, count, number, percent};

fn measured(name: &str, totals: Option<&SystemTotals>, runs: &Runs) -> Measured {
    let SystemTotals { calls, bytes, largest_call, heap } = totals.copied().unwrap_or_default();
    Measured {
        system: name.to_owned(),
        frames: runs.frames,
        calls,
        bytes_per_frame: ratio(bytes, runs.frames),
        share: ratio(bytes, runs.bytes),
        largest_call,
        heap_calls_per_frame: heap.map(|heap| ratio(heap.calls, runs.frames)),
        heap_bytes_per_frame: heap.map(|heap| ratio(heap.bytes, runs.frames)),
    }
}

/// ``in run.fa (600 frames): 1 call of `step` and 12.0 KiB a frame (14.0 % of it), at most 40.0 KiB in a call; …``
fn describe(measured: &Measured, runs: &Runs) -> String {
    let Measured { system, frames, calls, .. } = measured;
    let from = format!("in {} ({} frames)", runs.describe(), count(*frames));
    if *calls == 0 {
        return format!("{from}: `{system}` never ran");
    }
    let calls = each_frame(*calls, *frames, "call");
    let (mean, share) = (bytes(measured.bytes_per_frame), percent(measured.share));
    let most = bytes(ratio(measured.largest_call, 1));
    let heap = match (measured.heap_calls_per_frame, measured.heap_bytes_per_frame) {
        (Some(calls), Some(asked)) => {
            let calls = number(calls);
            let plural = if calls == "1" { "" } else { "s" };
            format!("{calls} call{plural} of the heap a frame for {}", bytes(asked))
        }
        _ => "calls of the heap were not counted".to_owned(),
    };
    format!("{from}: {calls} of `{system}` and {mean} a frame ({share} of it), at most {most} in a call; {heap}")
}

#[expect(clippy::cast_precision_loss, reason = "these are averages")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// `1 call`, `0.5 calls`
fn each_frame(times: u64, frames: u64, noun: &str) -> String {
    let plural = if times == frames { "" } else { "s" };
    format!("{} {noun}{plural}", number(ratio(times, frames)))
}

/// The systems of the program by the paths of their functions.
struct Systems<'a>(BTreeMap<&'a str, &'a SystemFacts>);

impl<'a> Systems<'a> {
    fn new(systems: &'a [SystemFacts]) -> Self {
        Self(systems.iter().map(|system| (system.item.as_str(), system)).collect())
    }

    /// The system that a finding is in, or that calls what it is in.
    fn of(&self, finding: &Finding) -> Option<&'a SystemFacts> {
        let first = finding.calls.first().map_or(finding.item.as_str(), |call| call.item.as_str());
        self.0.get(first).or_else(|| self.0.get(finding.item.as_str())).copied()
    }
}

/// Adds what runs say to the findings that cost something in a frame (budgets, the heap, what is hot), and puts the dearest
/// first: by calls of the heap, then by bytes; what never ran comes last.
pub fn join(report: &mut Report, systems: &[SystemFacts], runs: &Runs) {
    let systems = Systems::new(systems);
    for reported in &mut report.findings {
        if !matches!(reported.finding.code.group, Group::Budgets | Group::Heap | Group::Dirtymem) {
            continue;
        }
        let Some(system) = systems.of(&reported.finding) else { continue };
        let measured = measured(&system.name, runs.systems.get(&system.name), runs);
        reported.finding.notes.push(Note { text: describe(&measured, runs), place: None });
        reported.measured = Some(measured);
    }
    report.findings.sort_by(|a, b| {
        let (ours, theirs) = (cost(a), cost(b));
        let dearer = theirs.0.total_cmp(&ours.0).then_with(|| theirs.1.total_cmp(&ours.1));
        dearer.then_with(|| a.finding.order(&b.finding))
    });
}

/// Calls of the heap, which cost more than any number of bytes of a frame, and those bytes.
fn cost(reported: &Reported) -> (f64, f64) {
    match &reported.measured {
        Some(measured) if measured.calls > 0 => {
            let heap = if reported.finding.code.group == Group::Heap { measured.heap_calls_per_frame } else { None };
            (heap.unwrap_or(0.0), measured.bytes_per_frame)
        }
        Some(_) => (-1.0, -1.0),
        None => (0.0, 0.0),
    }
}

/// What runs saw and nobody predicted: FA911 to FA913.
///
/// `predicted` are all findings of the program, accepted ones too; `place` is where tags are declared.
#[must_use]
pub fn unpredicted<'f>(
    predicted: impl IntoIterator<Item = &'f Finding>,
    systems: &[SystemFacts],
    tags: &TagGraph,
    budgets: &BTreeMap<String, u64>,
    runs: &Runs,
    place: &Place,
) -> Vec<Finding> {
    let by_item = Systems::new(systems);
    let uses_heap: BTreeSet<&str> = predicted
        .into_iter()
        .filter(|finding| finding.code.group == Group::Heap && finding.confidence > Confidence::Low)
        .filter_map(|finding| by_item.of(finding).map(|system| system.item.as_str()))
        .collect();
    let mut found = Vec::new();
    for system in systems {
        let Some(totals) = runs.systems.get(&system.name) else { continue };
        let heap = totals.heap.filter(|heap| heap.calls > 0);
        if let Some(heap) = heap.filter(|_| !uses_heap.contains(system.item.as_str())) {
            let times = each_frame(heap.calls, runs.frames, "time");
            let message =
                format!("`{}` asked the heap {times} a frame, and nothing here says that it would", system.name);
            let figures = describe(&measured(&system.name, Some(totals), runs), runs);
            found.push(at_system(Finding::new(&FA911, message, system.place.clone()), system).note(figures));
        }
        if let Some(budget) = system.budget.filter(|budget| is_far_below(totals.largest_call, *budget)) {
            let words = format!("the largest of {} calls", count(totals.calls));
            let message = never_reached(&format!("`{}`", system.name), budget, &words, totals.largest_call);
            found.push(at_system(Finding::new(&FA913, message, system.place.clone()), system));
        }
    }
    let known: BTreeSet<&str> = tags.tags.iter().map(|tag| tag.name.as_str()).collect();
    for (tag, most) in &runs.tags {
        // What no tag accounts for has a name in brackets.
        let is_a_name = !tag.starts_with('(') && !tag.is_empty() && tag != "no tag" && tag != "not attributed";
        if *most > 0 && is_a_name && !known.contains(tag.as_str()) {
            let message =
                format!("frames used the tag `{tag}` ({} at most), and no source names it", bytes(ratio(*most, 1)));
            found.push(Finding::new(&FA912, message, place.clone()).caption("in the run only"));
        }
        if let Some(budget) = budgets.get(tag.as_str()).filter(|budget| is_far_below(*most, **budget)) {
            let words = format!("the largest of {} frames", count(runs.frames));
            found.push(Finding::new(
                &FA913,
                never_reached(&format!("the tag `{tag}`"), *budget, &words, *most),
                place.clone(),
            ));
        }
    }
    found
}

fn at_system(finding: Finding, system: &SystemFacts) -> Finding {
    finding.inside(system.package.clone(), system.item.clone())
}

/// Less than half: a budget is meant to have room, and one that has more than that says nothing.
fn is_far_below(most: u64, budget: u64) -> bool {
    most < budget / 2
}

fn never_reached(whose: &str, budget: u64, words: &str, most: u64) -> String {
    let part = percent(ratio(most, budget));
    format!("the budget of {whose} is {budget} bytes, and {words} took {most} ({part} of it)")
}
