//! Figures of runs for findings, and findings about what runs saw and nobody predicted.

use std::collections::{BTreeMap, BTreeSet};

use super::Runs;
use super::measure::{describe, measure, ratio, times};
use super::systems::{Systems, asks_the_heap};
use crate::analysis::{SystemFacts, TagGraph};
use crate::model::codes::{FA911, FA912, FA913, Group};
use crate::model::finding::{Finding, Note, Place};
use crate::report::{Report, Reported};
use crate::trace_report::{bytes, count, percent};

/// Adds what runs say to the findings that cost something in a frame (budgets, the heap, what is hot), and puts the dearest
/// first: by calls of the heap, then by bytes; what never ran comes last.
///
/// A run of another program says nothing: not that these systems never ran.
pub fn join(report: &mut Report, systems: &[SystemFacts], runs: &Runs) {
    if !runs.systems.is_empty() && !systems.iter().any(|system| runs.systems.contains_key(&system.name)) {
        return;
    }
    let systems = Systems::new(systems);
    for reported in &mut report.findings {
        if !matches!(reported.finding.code.group, Group::Budgets | Group::Heap | Group::Dirtymem) {
            continue;
        }
        let Some(system) = systems.of(&reported.finding) else { continue };
        let measured = measure(system, runs);
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
/// `place` is where tags are declared.
#[must_use]
pub fn unpredicted(
    systems: &[SystemFacts],
    tags: &TagGraph,
    budgets: &BTreeMap<String, u64>,
    runs: &Runs,
    place: &Place,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for system in systems {
        let Some(totals) = runs.systems.get(&system.name) else { continue };
        let heap = totals.heap.filter(|heap| heap.calls > 0);
        if let Some(heap) = heap.filter(|_| !asks_the_heap(system) && !system.heap_on_change) {
            let times = times(ratio(heap.calls, runs.frames), "time");
            let message =
                format!("`{}` asked the heap {times} a frame, and nothing here says that it would", system.name);
            let figures = describe(&measure(system, runs), runs);
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
        let is_a_name = !tag.starts_with('(') && !tag.is_empty();
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
