//! One defect at a time is put into a clean program: each is found, and nothing else.

mod support;

use std::fmt::Write;

use support::Sample;

const CONFIGURATION: &str = "[tags.physics]\nmodules = [\"game::physics\"]\nmay_use = []\nbudget = \"64KiB\"\n\n[tags.audio]\nmodules = [\"game::audio\"]\nmay_use = []\n";

const CLEAN: &str = include_str!("clean/game.rs");

/// What is replaced by what, and the code that has to be found.
const DEFECTS: [(&str, &str, &str); 20] = [
    ("world.deepest = *deepest;", "world.best = &raw const *deepest;", "FA601"),
    ("world.deepest = *deepest;", "world.deepest = *deepest; world.names.push(String::new());", "FA402"),
    ("world.deepest = *deepest;", "world.deepest = *deepest; println!(\"{}\", format!(\"{deepest}\"));", "FA401"),
    ("buffer.clear();", "let mut buffer = alloc.frame_vec::<f32>();", "FA602"),
    ("buffer.push(*depth);", "buffer.push(*alloc.frame_box(*depth));", "FA602"),
    (
        "for depth in depths.iter() {",
        "let mut left = depths.iter();\n        while let Some(depth) = left.next() {",
        "",
    ),
    (
        "scope.spawn(|| println!(\"{}\", depths.len()));",
        "let at = depths.as_ptr() as usize; std::thread::spawn(move || println!(\"{at}\"));",
        "FA201",
    ),
    ("fn depths<'f>(frame: &'f Frame,", "fn depths<'f>(frame: &'f SmartAlloc,", "FA606"),
    ("[0_u8; 4096]", "[0_u8; 40960]", "FA302"),
    ("tag = \"audio\",", "tag = \"physics\",", "FA801"),
    ("tag = \"audio\",", "tag = \"adio\",", "FA802"),
    (
        "*frame.frame_box(1_u32));\n    tile.await + first",
        "*frame.frame_box(1_u32));\n    let kept = alloc.frame_box(first);\n    tile.await + *kept",
        "FA702",
    ),
    ("println!(\"{}\", handle.receive().len())", "drop(handle)", "FA204"),
    ("    if !paused {", "    if paused {\n        return;\n    }\n    {", "FA603"),
    ("    alloc.end_frame();\n}", "}", "FA603"),
    (
        "println!(\"{:?}\", handle.get(alloc));\n    audio::mix(alloc, &[0; 8]);\n    alloc.end_frame();",
        "audio::mix(alloc, &[0; 8]);\n    alloc.end_frame();\n    println!(\"{}\", handle.get(alloc).unwrap());",
        "FA608",
    ),
    ("FrameBarrier::new(1)", "FrameBarrier::new(4)", "FA202"),
    ("let samples = alloc.frame_box([0_u8; 4096]);", "let samples = alloc.frame_ref(String::new());", "FA607"),
    ("for event in events {", "loop {\n            let event = alloc.frame_box(events.len());", "FA301"),
    (
        "println!(\"{} {event}\", samples.len());",
        "super::physics::step(alloc, &mut super::physics::World { deepest: 0.0, best: std::ptr::null(), names: Vec::new() }, &[*event as f32]); println!(\"{}\", samples.len());",
        "FA803",
    ),
];

/// What is found, besides that a tag has lost its only use.
fn codes(text: &str) -> Vec<String> {
    let rows = Sample::game(text).file(".fa.toml", CONFIGURATION).codes("--skip unused-tag");
    let mut codes: Vec<String> = rows.iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect();
    codes.dedup();
    codes
}

#[test]
fn the_program_itself_is_clean() {
    assert!(codes(CLEAN).is_empty(), "{:?}", codes(CLEAN));
}

#[test]
fn every_defect_is_found_and_nothing_else() {
    let mut wrong = String::new();
    for (old, new, code) in DEFECTS {
        assert!(CLEAN.contains(old), "the program has no `{old}`");
        let found = codes(&CLEAN.replacen(old, new, 1));
        let expected: Vec<&str> = if code.is_empty() { Vec::new() } else { vec![code] };
        if found != expected {
            let _ = writeln!(wrong, "{new}\n  expected {expected:?}\n  found    {found:?}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
