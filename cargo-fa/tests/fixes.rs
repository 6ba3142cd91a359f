//! What `--fix` makes of a program: it compiles, and what was fixed is not found again.

mod support;

use std::fmt::Write as _;

use support::{Sample, assert_compiles};

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
    let ran = sample.run("--all --fix --allow-no-vcs -A FA805");
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
    sample.run("--all --fix --allow-no-vcs -A FA805");
    let before = sample.read("src/lib.rs");
    sample.run("--all --fix --allow-no-vcs -A FA805");
    assert_eq!(sample.read("src/lib.rs"), before);
}

/// Slips that are mended by themselves, each on its own line: the code, what is written, what it becomes.
const REWRITES: &[(&str, &str, &str)] = &[
    (
        "FA401",
        "let t = format!(\"{}\", v); println!(\"{t} {}\", t.len());",
        "let t = framealloc::frame_format!(alloc, \"{}\", v); println!(\"{t} {}\", t.len());",
    ),
    (
        "FA401",
        "let l = vec![v, v]; println!(\"{:?} {}\", l, l[0]);",
        "let l = framealloc::frame_vec![in alloc; v, v]; println!(\"{:?} {}\", l, l[0]);",
    ),
    (
        "FA401",
        "let r = vec![0_u8; 4]; println!(\"{}\", r.len());",
        "let r = framealloc::frame_vec![in alloc; 0_u8; 4]; println!(\"{}\", r.len());",
    ),
    (
        "FA401",
        "let c = xs.iter().map(|x| x + 1).collect::<Vec<_>>(); println!(\"{}\", c.iter().sum::<u32>());",
        "let c = alloc.frame_slice_from_iter(xs.iter().map(|x| x + 1)); println!(\"{}\", c.iter().sum::<u32>());",
    ),
    (
        "FA401",
        "let b = Box::new((v, v)); println!(\"{}\", b.0);",
        "let b = alloc.frame_box((v, v)); println!(\"{}\", b.0);",
    ),
    (
        "FA401",
        "let n = v.to_string(); println!(\"{}\", n.as_str());",
        "let n = framealloc::frame_format!(alloc, \"{}\", v); println!(\"{}\", n.as_str());",
    ),
    (
        "FA402",
        "let mut g = Vec::new(); for x in xs { g.push(*x); } println!(\"{}\", g.len());",
        "let mut g = alloc.frame_vec(); for x in xs { g.push(*x); } println!(\"{}\", g.len());",
    ),
    (
        "FA402",
        "let mut s = String::new(); for x in xs { s.push_str(if *x > 3 { \"a\" } else { \"b\" }); } println!(\"{s}\");",
        "let mut s = alloc.frame_string(); for x in xs { s.push_str(if *x > 3 { \"a\" } else { \"b\" }); } println!(\"{s}\");",
    ),
    (
        "FA602",
        "for x in xs { let mut h = alloc.frame_vec::<u32>(); h.push(*x); println!(\"{}\", h.len()); }",
        "let mut h = alloc.frame_vec::<u32>();\n    for x in xs { h.clear(); h.push(*x); println!(\"{}\", h.len()); }",
    ),
    (
        "FA301",
        "loop { let mut w = alloc.frame_string(); w.push_str(\"a\"); println!(\"{w}\"); if done() { break; } }",
        "let mut w = alloc.frame_string();\n    loop { w.clear(); w.push_str(\"a\"); println!(\"{w}\"); if done() { break; } }",
    ),
    ("FA606", "println!(\"{}\", helper(alloc, xs));", "println!(\"{}\", helper(alloc, xs));"),
];

/// What is returned, stored, compared, handed on or seen by a closure keeps its type.
const KEPT: &[&str] = &[
    "let a = format!(\"{v}\"); keep(a);",
    "let a = format!(\"{v}\"); println!(\"{}\", takes(&a));",
    "let a = vec![v]; names.extend(a);",
    "let a = vec![v]; if a == [3] { println!(\"three\"); }",
    "let a = format!(\"{v}\"); let f = || println!(\"{a}\"); f();",
    "let a = format!(\"{v}\"); { let a = 1; println!(\"{a}\"); } println!(\"{a}\");",
];

fn rewritten(fixed: bool) -> String {
    let mut text = "//! Slips.\nuse framealloc::{SmartAlloc, frame_system};\nfn done() -> bool { true }\nfn keep(text: String) { drop(text); }\nfn takes(text: &String) -> usize { text.capacity() }\n"
        .to_owned();
    text.push_str(if fixed {
        "fn helper(alloc: &framealloc::Frame, xs: &[u32]) -> usize { alloc.frame_slice_copy(xs).len() }\n"
    } else {
        "fn helper(alloc: &SmartAlloc, xs: &[u32]) -> usize { alloc.frame_slice_copy(xs).len() }\n"
    });
    for (number, (_, before, after)) in REWRITES.iter().enumerate() {
        let body = if fixed { after } else { before };
        write!(
            text,
            "#[frame_system]\npub fn fixed{number}(alloc: &SmartAlloc, v: u32, xs: &[u32]) {{\n    let _ = (v, xs);\n    {body}\n    println!(\"{{}}\", *alloc.frame_box(1_u8));\n}}\n"
        )
        .unwrap();
    }
    for (number, body) in KEPT.iter().enumerate() {
        write!(
            text,
            "#[frame_system]\npub fn kept{number}(alloc: &SmartAlloc, v: u32, names: &mut Vec<u32>) {{\n    names.clear();\n    {body}\n    println!(\"{{}}\", *alloc.frame_box(1_u8));\n}}\n"
        )
        .unwrap();
    }
    text.push_str("fn main() {\n    let alloc = SmartAlloc::default();\n");
    for number in 0..REWRITES.len() {
        writeln!(text, "    fixed{number}(&alloc, 1, &[1, 2]);").unwrap();
    }
    for number in 0..KEPT.len() {
        writeln!(text, "    kept{number}(&alloc, 1, &mut Vec::new());").unwrap();
    }
    text + "}\n"
}

#[test]
fn what_a_frame_can_hold_is_moved_there_and_the_program_compiles() {
    let sample = Sample::empty()
        .file("Cargo.toml", &(support::manifest("game") + "[workspace]\n"))
        .file("src/main.rs", &rewritten(false));
    let found: std::collections::BTreeSet<String> = sample
        .codes("--all -A FA4,FA5,FA6,FA3 -W FA401,FA402,FA602,FA301,FA606")
        .iter()
        .map(|row| row[..5].to_owned())
        .collect();
    for (code, ..) in REWRITES {
        assert!(found.contains(*code), "{code} is not found: {found:?}");
    }
    let ran = sample.run("--all --fix --allow-no-vcs --pedantic");
    assert!(ran.code < 2, "{ran:?}");
    let (text, expected) = (sample.read("src/main.rs"), rewritten(true));
    let differences: Vec<_> = text.lines().zip(expected.lines()).filter(|(is, should)| is != should).collect();
    assert!(text == expected, "{differences:#?}\n{ran:?}");
    assert_compiles(&sample);
}

#[test]
fn codes_that_were_misread_are_mended_and_others_are_not() {
    let text = "pub fn f() -> u32 {\n    1 // fa: allow(FA6O2, reason = \"why\")\n}\n\
        pub fn g() -> u32 {\n    1 // fa: allow(FA40l, reason = \"why\")\n}\n\
        pub fn h() -> u32 {\n    1 // fa: allow(FA692, reason = \"why\")\n}\n";
    let sample = Sample::game(text);
    let ran = sample.run("--all --fix --allow-no-vcs --only FA902");
    let expected = text.replace("FA6O2", "FA602").replace("FA40l", "FA401");
    assert_eq!(sample.read("src/lib.rs"), expected, "{ran:?}");
    assert_compiles(&sample);
}

/// Every suggestion of any grade, applied alone to the program it was given for.
#[test]
fn suggestions_for_a_person_compile_as_well() {
    let cases = [
        (
            "FA202",
            "use framealloc::FrameBarrier;\npub fn run() {\n    let barrier = FrameBarrier::new(3);\n    std::thread::scope(|scope| {\n        scope.spawn(|| barrier.signal_frame_complete());\n        barrier.signal_frame_complete();\n        barrier.wait_all();\n    });\n}\n",
            "FrameBarrier::new(2)",
        ),
        (
            "FA606",
            "use framealloc::{SmartAlloc, frame_system};\npub fn sum(alloc: &SmartAlloc, v: &[f32]) -> f32 {\n    alloc.frame_slice_copy(v).iter().sum()\n}\n#[frame_system]\npub fn mean(alloc: &SmartAlloc, v: &[f32]) {\n    println!(\"{}\", sum(alloc, v));\n}\n",
            "alloc: &framealloc::Frame, v: &[f32]) -> f32",
        ),
        (
            "FA551",
            "use framealloc::pooled;\n#[pooled]\npub struct Spark { pub heat: u32 }\npub fn f(v: u32) {\n    let p = Box::new(Spark { heat: v });\n    println!(\"{}\", p.heat);\n}\n",
            "framealloc::Pooled::pooled(Spark { heat: v })",
        ),
        ("FA902", "pub fn f() -> u32 {\n    1 // fa: allow(FA6O2, reason = \"why\")\n}\n", "allow(FA602, reason"),
        ("FA903", "pub fn f() -> u32 {\n    1 // fa: allow(FA602)\n}\n", "allow(FA602, reason = \"…\")"),
        (
            "FA602",
            "use framealloc::{SmartAlloc, frame_system};\n#[frame_system]\npub fn f(alloc: &SmartAlloc, xs: &[u32]) {\n    for x in xs {\n        let mut near = alloc.frame_vec();\n        near.push(*x);\n        println!(\"{}\", near.len());\n    }\n}\n",
            "near.clear();",
        ),
    ];
    for (code, text, expected) in cases {
        let sample = Sample::game(text);
        let ran = sample.run(&format!("--all --pedantic -W {code} --only {code} --format rustc-json"));
        let only = std::collections::HashSet::new();
        let suggestions = rustfix::get_suggestions_from_json(&ran.stdout, &only, rustfix::Filter::Everything).unwrap();
        assert_eq!(suggestions.len(), 1, "{code}: {ran:?}");
        let fixed = rustfix::apply_suggestions(text, &suggestions).unwrap();
        assert!(fixed.contains(expected), "{code}: {fixed}");
        sample.write("src/lib.rs", &fixed);
        assert_compiles(&sample);
    }
}
