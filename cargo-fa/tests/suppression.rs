//! `fa: allow` and `fa: expect` over findings of the real rules, in every form, with the exit code of the run.

mod support;

use support::Sample;

/// A finding of each of two codes: FA603 (warn) on line 5, FA601 (deny) on line 10.
const LIB: &str = r"use framealloc::{FrameBox, SmartAlloc};

pub fn twice(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    alloc.begin_frame();
    alloc.end_frame();
}

pub fn address(alloc: &SmartAlloc, kept: &mut *const u32) {
    *kept = FrameBox::as_ptr(&alloc.frame_box(1_u32));
}
";

fn codes(lib: &str) -> Vec<String> {
    Sample::game(lib).codes("--all")
}

#[test]
fn without_a_suppression_both_are_found_and_the_run_fails() {
    assert_eq!(codes(LIB), ["FA603 src/lib.rs:5", "FA601 src/lib.rs:10"]);
    assert_eq!(Sample::game(LIB).run("--all").code, 1);
    assert_eq!(Sample::game(LIB).run("--all --warn FA601").code, 0);
    assert_eq!(Sample::game(LIB).run("--all --allow FA601 -D warnings").code, 1);
}

#[test]
fn a_line_an_item_and_a_file_can_be_allowed() {
    let allow = "// fa: allow(FA601, reason = \"read at once\")";
    let line = LIB.replace("frame_box(1_u32));", &format!("frame_box(1_u32)); {allow}"));
    assert_eq!(codes(&line), ["FA603 src/lib.rs:5"]);
    let statement = LIB.replace("    *kept", &format!("    {allow}\n    *kept"));
    assert_eq!(codes(&statement), ["FA603 src/lib.rs:5"]);
    let item = LIB.replace("pub fn address", &format!("{allow}\npub fn address"));
    assert_eq!(codes(&item), ["FA603 src/lib.rs:5"]);
    let file = format!("//! fa: allow(FA6, reason = \"of another time\")\n{LIB}");
    assert!(codes(&file).is_empty());
    assert_eq!(Sample::game(&file).run("--all").code, 0);
}

#[test]
fn a_suppression_elsewhere_or_of_another_code_is_unused() {
    let elsewhere = LIB.replace("pub fn twice", "// fa: allow(FA601, reason = \"r\")\npub fn twice");
    assert_eq!(codes(&elsewhere), ["FA901 src/lib.rs:3", "FA603 src/lib.rs:6", "FA601 src/lib.rs:11"]);
    let other = LIB.replace("frame_box(1_u32));", "frame_box(1_u32)); // fa: allow(FA602, reason = \"r\")");
    assert_eq!(codes(&other), ["FA603 src/lib.rs:5", "FA601 src/lib.rs:10", "FA901 src/lib.rs:10"]);
}

#[test]
fn an_expectation_is_met_by_a_finding_and_reported_without_one() {
    let met = LIB.replace("frame_box(1_u32));", "frame_box(1_u32)); // fa: expect(FA601, reason = \"r\")");
    assert_eq!(codes(&met), ["FA603 src/lib.rs:5"]);
    let mended = met.replace("*kept = FrameBox::as_ptr(&alloc.frame_box(1_u32));", "*kept = std::ptr::null();");
    let ran = Sample::game(&mended).run("--all --format compact");
    assert!(ran.stdout.contains("unfulfilled expectation"), "{ran:?}");
}

#[test]
fn names_and_groups_are_understood_like_codes() {
    for selector in ["frame-escape", "FA6", "dirtymem", "FA601, FA603"] {
        let lib = format!("//! fa: allow({selector}, reason = \"r\")\n{LIB}");
        assert!(!codes(&lib).iter().any(|code| code.starts_with("FA601")), "{selector}");
    }
}
