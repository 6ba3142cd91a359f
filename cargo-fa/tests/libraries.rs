//! Packages that cannot name frame memory: their functions are read if code that can calls them, and only then.

mod support;

use support::{Sample, manifest};

const GAME: &str = "use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn update(alloc: &mut SmartAlloc, tick: u32) -> usize {
    math::steps(tick) + alloc.frame_remaining().unwrap_or(0)
}
";

/// A game that calls `math::steps`, and a library of these two files.
fn workspace(lib: &str, other: &str) -> Sample {
    let game = manifest("game") + "math = { path = \"../math\" }\n";
    Sample::empty()
        .file("Cargo.toml", "[workspace]\nmembers = [\"game\", \"math\"]\nresolver = \"3\"\n")
        .file("game/Cargo.toml", &game)
        .file("game/src/lib.rs", GAME)
        .file("math/Cargo.toml", "[package]\nname = \"math\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
        .file("math/src/lib.rs", lib)
        .file("math/src/other.rs", other)
}

/// What is found, the same cold and with what the first run stored; and of how many files `-v` says that only their
/// outlines were read.
fn codes_and_outlines(sample: &Sample) -> (Vec<String>, Option<String>) {
    let outlines = |verbose: &support::Ran| {
        let line = verbose.stderr.lines().find(|line| line.contains("only the outlines were read"));
        line.map(|line| line.trim_start_matches("cargo-fa: of ").split(" only").next().unwrap_or_default().to_owned())
    };
    let cold = (sample.codes("--all"), outlines(&sample.run("--all -v")));
    for words in ["--all", "--all --no-cache", "--all -j 1"] {
        assert_eq!(sample.codes(words), cold.0, "{words}");
    }
    assert_eq!(outlines(&sample.run("--all -v --no-cache")), cold.1);
    cold
}

#[test]
fn a_function_that_frame_code_calls_is_read() {
    let lib = "mod other;\npub fn steps(tick: u32) -> usize {\n    other::list(tick).len()\n}\n";
    let other = "pub fn list(tick: u32) -> Vec<u32> {\n    (0..tick).collect()\n}\n";
    let sample = workspace(lib, other);
    let (codes, outlines) = codes_and_outlines(&sample);
    assert_eq!(outlines, None);
    assert_eq!(codes, ["FA401 math/src/other.rs:2"]);
}

#[test]
fn a_function_that_nobody_calls_is_not_read_and_counted() {
    let lib = "mod other;\npub fn steps(tick: u32) -> usize {\n    tick as usize\n}\n";
    let other = "pub fn list() -> Vec<u32> {\n    let = ;\n}\n";
    let (codes, outlines) = codes_and_outlines(&workspace(lib, other));
    assert_eq!(codes, [""; 0]);
    assert_eq!(outlines.as_deref(), Some("1 file"));
}

#[test]
fn a_function_that_is_called_and_does_not_parse_is_reported() {
    let lib = "mod other;\npub fn steps(tick: u32) -> usize {\n    other::list(tick).len()\n}\n";
    let other = "pub fn list(tick: u32) -> Vec<u32> {\n    let = ;\n}\n";
    let sample = workspace(lib, other);
    let (codes, outlines) = codes_and_outlines(&sample);
    assert_eq!(codes, ["FA900 math/src/other.rs:2"]);
    assert_eq!(outlines, None);
    assert_eq!(sample.run("--strict").code, 3);
    sample.write("math/src/other.rs", "pub fn list(tick: u32) -> [u32; 3] {\n    [tick; 3]\n}\n");
    assert_eq!(codes_and_outlines(&sample).0, [""; 0]);
}

#[test]
fn what_is_outside_of_functions_must_parse_in_any_case() {
    let lib = "mod other;\npub fn steps(tick: u32) -> usize {\n    tick as usize\n}\n";
    let sample = workspace(lib, "pub fn list( {}\n");
    assert_eq!(codes_and_outlines(&sample).0, ["FA900 math/src/other.rs:1"]);
}

/// The deepest nesting that is let through, parsed while a function that calls it is analysed.
#[test]
fn a_deep_function_is_read_where_it_is_called() {
    let deep = |depth: usize| format!("pub fn list(x: u32) -> u32 {{ {}x{} }}\n", "(".repeat(depth), ")".repeat(depth));
    let lib = "mod other;\npub fn steps(tick: u32) -> usize {\n    other::list(tick) as usize\n}\n";
    for (depth, codes) in [(590, &[][..]), (100_000, &["FA900 math/src/other.rs:1"][..])] {
        assert_eq!(codes_and_outlines(&workspace(lib, &deep(depth))).0, codes, "{depth}");
    }
}
