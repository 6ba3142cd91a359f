//! Systems in all the shapes in which Bevy games write them.
//!
//! The program is a test of framealloc-bevy, where it compiles and runs; here it is read. `//~ FA401` marks the lines that
//! have a finding.

mod support;

use std::collections::BTreeSet;

use support::{Sample, manifest};

const PROGRAM: &str = include_str!("../../framealloc-bevy/tests/shapes_of_systems.rs");

fn game(lib: &str) -> Sample {
    let dependencies = "bevy_app = \"0.20\"\nbevy_ecs = \"0.20\"\n\n[workspace]\n";
    Sample::empty().file("Cargo.toml", &(manifest("game") + dependencies)).file("src/lib.rs", lib)
}

/// `FA401 src/lib.rs:3` for each mark.
fn marked(text: &str) -> BTreeSet<String> {
    let lines = text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, line.split_once("//~")?.1)));
    lines.flat_map(|(at, codes)| codes.split_whitespace().map(move |code| format!("{code} src/lib.rs:{at}"))).collect()
}

/// The program of zones around parallel queries, likewise.
const ZONES: &str = include_str!("../../framealloc-bevy/tests/ambient_queries.rs");

#[test]
fn every_shape_of_a_system_runs_every_frame_and_set_up_does_not() {
    assert!(marked(PROGRAM).len() > 30, "{}", marked(PROGRAM).len());
    found_as_marked(PROGRAM);
}

#[test]
fn in_a_zone_around_a_parallel_query_the_heap_is_no_finding() {
    assert_eq!(marked(ZONES).len(), 1);
    found_as_marked(ZONES);
}

fn found_as_marked(program: &str) {
    let expected = marked(program);
    let found: BTreeSet<String> = game(program).codes("").into_iter().collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "not found: {missing:#?}\nunexpected: {wrong:#?}");
}
