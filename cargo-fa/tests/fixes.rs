//! What `--fix` makes of a program: it compiles, and what was fixed is not found again.

mod support;

use support::Sample;

const CONFIGURATION: &str = "[tags.physics]\n[tags.audio]\n[tags.layer1]\n[tags.layer2]\n";

const PROGRAM: &str = r#"//! A program with slips.
use framealloc::{FrameBox, Importance, RetentionPolicy, SmartAlloc, Tag, alloc_tag, frame_system, pooled};

static STEP: Tag = Tag::new("phisics");

#[alloc_tag("phyics")]
pub fn attribute(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[frame_system(budget = "64KiB", tag = "audioo")]
pub fn system(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

pub fn called(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag("physic", |tagged| *tagged.frame_box(1))
}

pub fn constant(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    alloc.tagged(&STEP).frame_box(1)
}

#[pooled(tag = "audi")]
pub struct Bullet {
    pub speed: f32,
}

pub fn one_of_two(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag("layer", |tagged| *tagged.frame_box(1))
}

pub fn promoted(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    println!("{}", *alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool));
    println!("{}", *alloc.frame_retained::<u32>(framealloc::RetentionPolicy::PromoteToHeap).write(1));
    println!("{}", *alloc.frame_with_importance::<u32>(Importance::Persistent).write(1));
    alloc.end_frame();
}

pub fn by_a_variable(alloc: &mut SmartAlloc) {
    let policy = RetentionPolicy::PromoteToPool;
    alloc.begin_frame();
    println!("{}", *alloc.frame_retain(1_u32, policy));
    alloc.end_frame();
}

pub fn used(alloc: &SmartAlloc) {
    for tag in ["physics", "audio"] {
        alloc.with_tag(tag, |_| ());
    }
}
"#;

#[test]
fn slips_are_mended_and_the_program_compiles() {
    let sample = Sample::game(PROGRAM).file(".fa.toml", CONFIGURATION);
    let ran = sample.run("--all --fix -A FA805");
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected = PROGRAM
        .replace("#[alloc_tag(\"phyics\")]", "#[alloc_tag(\"physics\")]")
        .replace("\"audioo\"", "\"audio\"")
        .replace("\"physic\"", "\"physics\"")
        .replace("\"audi\"", "\"audio\"")
        .replace("1_u32, RetentionPolicy::PromoteToPool", "1_u32, RetentionPolicy::Discard")
        .replace("framealloc::RetentionPolicy::PromoteToHeap", "framealloc::RetentionPolicy::Discard")
        .replace("Importance::Persistent", "Importance::Ephemeral");
    assert_eq!(sample.read("src/lib.rs"), expected);
    assert!(ran.stderr.contains("7 fixes applied"), "{ran:?}");

    // What is a guess is left to a person: which layer, and where a constant is meant.
    let left = sample.codes("--all -A FA805");
    let lines: Vec<&str> = expected.lines().collect();
    let left: Vec<&str> =
        left.iter().map(|at| lines[at.rsplit(':').next().unwrap().parse::<usize>().unwrap() - 1]).collect();
    assert_eq!(
        left.iter().map(|line| line.trim()).collect::<Vec<_>>(),
        [
            "alloc.tagged(&STEP).frame_box(1)",
            "alloc.with_tag(\"layer\", |tagged| *tagged.frame_box(1))",
            "println!(\"{}\", *alloc.frame_retain(1_u32, policy));",
        ]
    );
    assert_compiles(&sample);
}

#[test]
fn fixed_programs_have_nothing_left_to_fix() {
    let sample = Sample::game(PROGRAM).file(".fa.toml", CONFIGURATION);
    sample.run("--all --fix -A FA805");
    let before = sample.read("src/lib.rs");
    sample.run("--all --fix -A FA805");
    assert_eq!(sample.read("src/lib.rs"), before);
}

fn assert_compiles(sample: &Sample) {
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::copy(workspace.join("Cargo.lock"), sample.path("Cargo.lock")).unwrap();
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), std::path::PathBuf::from);
    let output = std::process::Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--manifest-path"])
        .arg(sample.path("Cargo.toml"))
        .env("CARGO_TARGET_DIR", target.join("fixtures"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
