//! What `cargo fa explain` shows is true: the bad example of every code has that code and no other, the good one has none.

mod support;

use cargo_fa::explain::{Example, examples};
use cargo_fa::model::codes::{ALL, Code, Stage};
use framealloc_trace::{Encoder, FrameView, Kind, SystemFigures, SystemHeap};
use support::{Sample, manifest};

/// What the examples about tags assume is declared.
fn configuration(code: &Code) -> &'static str {
    match code.number {
        "FA203" => "[budgets]\nrequired = true\n",
        "FA801" => "[tags.physics]\nmodules = [\"crate::physics\"]\n",
        "FA802" => "[tags.physics]\n",
        "FA803" => "[tags.audio]\nmay_use = []\n[tags.physics]\nmay_use = []\n",
        _ => "",
    }
}

/// A program that uses every tag of the examples that are a `.fa.toml`.
const USES_TAGS: &str = "use framealloc::{SmartAlloc, alloc_tag};\n\n\
    #[alloc_tag(\"physics\")]\npub fn step(alloc: &SmartAlloc) {\n    println!(\"{}\", alloc.frame_number());\n}\n";
const USES_AUDIO: &str =
    "\n#[alloc_tag(\"audio\")]\npub fn mix(alloc: &SmartAlloc) {\n    println!(\"{}\", alloc.frame_number());\n}\n";

/// A program that calls into a crate of which an example speaks.
const CALLS_RAPIER: &str = "use framealloc::{SmartAlloc, frame_system};\n\n\
    #[frame_system]\npub fn step(alloc: &SmartAlloc) -> u32 {\n    rapier3d::step();\n    *alloc.frame_box(1)\n}\n";

/// What a run of an example counts, of codes that are about runs: what the program of the bad one asks the heap for, the
/// program of the good one does not.
fn run_of(code: &Code, example: &Example) -> Option<Vec<u8>> {
    let heap = match code.number {
        "FA911" => SystemHeap { calls: u64::from(example.bad), bytes: 0 },
        "FA912" | "FA913" => SystemHeap::default(),
        _ => return None,
    };
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::System, 1, "game::step", 0);
    encoder.define(Kind::Tag, 2, "level", 0);
    let systems = [SystemFigures { id: 1, calls: 1, bytes: 64, largest_call: 64, heap: Some(heap) }];
    let tags: &[(u32, u64)] = if code.number == "FA912" { &[(2, 64)] } else { &[] };
    encoder.frame(&FrameView { number: 1, bytes: 64, systems: &systems, tags, ..FrameView::default() });
    Some(encoder.into_bytes())
}

/// What the bad example of a code has besides, because one comes with the other.
const WITH: [(&str, &str); 1] = [("FA552", "FA401")];

/// The codes that a run finds in an example.
fn found(code: &'static Code, example: Example) -> Vec<String> {
    let sample = match (example.language, code.number) {
        ("rust", _) => Sample::game(example.code).file(".fa.toml", configuration(code)),
        ("toml", "FA804") => Sample::game(&format!("{USES_TAGS}{USES_AUDIO}")).file(".fa.toml", example.code),
        ("toml", "FA906") => Sample::empty()
            .file("Cargo.toml", &(manifest("game") + "rapier3d = \"0.22\"\n[workspace]\n"))
            .file("src/lib.rs", CALLS_RAPIER)
            .file(".fa.toml", example.code),
        ("toml", _) => Sample::game(USES_TAGS).file(".fa.toml", example.code),
        ("json", _) => Sample::game(USES_TAGS).file(".fa-baseline.json", example.code),
        (language, _) => panic!("{code} has an example in {language}"),
    };
    // Codes that are off by default are shown where they are explained; only there, because an example need not be perfect.
    let run = run_of(code, &example);
    if let Some(run) = &run {
        std::fs::write(sample.path("run.fa"), run).unwrap();
    }
    let words = match (example.language, code.number) {
        _ if run.is_some() => "--trace run.fa".to_owned(),
        ("json", _) => "--baseline".to_owned(),
        (_, "FA403" | "FA903") => format!("-W {code}"),
        _ => String::new(),
    };
    let mut codes: Vec<String> =
        sample.codes(&words).into_iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect();
    codes.dedup();
    codes
}

#[test]
fn every_bad_example_has_its_code_and_every_good_one_has_none() {
    let mut wrong = Vec::new();
    for code in ALL.iter().filter(|code| code.stage == Stage::Analyser && code.number != "FA905") {
        for example in examples(code) {
            let expected: &[&str] = if example.bad { &[code.number] } else { &[] };
            let mut found = found(code, example);
            found.retain(|other| !WITH.contains(&(code.number, other.as_str())));
            if found != expected {
                let kind = if example.bad { "bad" } else { "good" };
                wrong.push(format!("{code}: the {kind} example has {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_key_stops_the_run() {
    for example in examples(&cargo_fa::model::codes::FA905) {
        let ran = Sample::game(USES_TAGS).file(".fa.toml", example.code).run("");
        assert_eq!(ran.code, if example.bad { 2 } else { 0 }, "{ran:?}");
        assert_eq!(ran.stderr.contains("FA905"), example.bad, "{ran:?}");
    }
}
