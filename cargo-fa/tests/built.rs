//! The build as it is: features, targets, profiles and conditions decide what is analysed.

mod support;

use support::{Sample, manifest};

/// Code of which each build sees a part; `//~` names the builds in which the line is reported.
const PROGRAM: &str = r#"use framealloc::{SmartAlloc, frame_system};
#[cfg(feature = "fast")] fn name(v: u32) -> u32 { v }
#[cfg(not(feature = "fast"))] fn name(v: u32) -> String { format!("{v}") } //~ bare
#[cfg(feature = "slow")] mod slow { pub fn x(v: u32) -> String { format!("{v}") } } //~ slow all
#[cfg(not(feature = "slow"))] mod slow { pub fn x(v: u32) -> u32 { v } }
#[cfg(target_arch = "wasm32")] fn now() -> String { format!("wasm") } //~ wasm
#[cfg(not(target_arch = "wasm32"))] fn now() -> u32 { 1 }
#[cfg(loom)] fn model() -> String { format!("loom") } //~ loom
#[cfg(not(loom))] fn model() -> u32 { 1 }
#[cfg(backend = "vulkan")] fn backend() -> String { format!("vulkan") } //~ vulkan
#[cfg(not(backend = "vulkan"))] fn backend() -> u32 { 1 }
#[cfg(debug_assertions)] fn checked() -> String { format!("slow, and only where mistakes are looked for") }
#[cfg(not(debug_assertions))] fn checked() -> String { format!("shipped") } //~ release
const CONSOLE: bool = cfg!(feature = "console");
#[frame_system]
pub fn system(alloc: &SmartAlloc, v: u32) -> usize {
    std::hint::black_box((name(v), slow::x(v), now(), model(), backend(), checked()));
    #[cfg(feature = "console")]
    { let t = format!("{v}"); println!("{t}"); } //~ all
    if cfg!(feature = "console") { let t = format!("{v}"); println!("{t}"); } //~ all
    if CONSOLE { let t = format!("{v}"); println!("{t}"); } //~ all
    if !cfg!(feature = "console") && v > 3 { let t = format!("{v}"); println!("{t}"); } //~ default bare slow wasm loom vulkan release
    if cfg!(debug_assertions) { let t = format!("{v}"); println!("{t}"); }
    #[cfg(debug_assertions)]
    let label = format!("{v}");
    #[cfg(debug_assertions)]
    println!("{label}");
    let kind = match v {
        #[cfg(feature = "console")]
        1 => format!("{v}"), //~ all
        _ => String::new(),
    };
    println!("{kind}");
    #[cfg(feature = "fast")]
    { let t = format!("{v}"); println!("{t}"); } //~ default slow all wasm loom vulkan release
    *alloc.frame_box(1_usize)
}
fn value(v: u32) -> usize {
    #[cfg(feature = "console")]
    { format!("{v}").len() } //~ all
    #[cfg(not(feature = "console"))]
    { v as usize }
}
#[cfg_attr(feature = "console", frame_system)]
pub fn sometimes(alloc: &SmartAlloc, v: u32) -> usize { format!("{v}").len() + *alloc.frame_box(1_usize) } //~ all
#[frame_system]
pub fn always(alloc: &SmartAlloc, v: u32) -> usize { value(v) + *alloc.frame_box(1_usize) }
"#;

fn sample() -> Sample {
    let manifest =
        manifest("game") + "[workspace]\n[features]\ndefault = [\"fast\"]\nfast = []\nslow = []\nconsole = []\n";
    Sample::empty().file("Cargo.toml", &manifest).file("src/lib.rs", PROGRAM)
}

fn expected(build: &str) -> Vec<String> {
    let is_built =
        |line: &str| line.split_once("//~").is_some_and(|(_, builds)| builds.split(' ').any(|of| of == build));
    let lines = (1..).zip(PROGRAM.lines()).filter(|(_, line)| is_built(line));
    lines.map(|(number, _)| format!("FA401 src/lib.rs:{number}")).collect()
}

#[test]
fn what_is_not_built_is_not_reported() {
    let sample = sample();
    for (build, words) in [
        ("default", &[][..]),
        ("bare", &["--no-default-features"]),
        ("slow", &["--features", "slow"]),
        ("all", &["--all-features"]),
        ("wasm", &["--target", "wasm32-unknown-unknown"]),
        ("loom", &["--cfg", "loom"]),
        ("vulkan", &["--cfg", "backend=\"vulkan\""]),
        ("release", &["--release"]),
        ("release", &["--profile", "release"]),
    ] {
        let words: Vec<&str> =
            ["--only", "FA401", "--format", "compact"].into_iter().chain(words.iter().copied()).collect();
        let ran = sample.run_words("", &words);
        assert!(ran.code < 2, "{ran:?}");
        let place = |line: &str| format!("FA401 {}", line.splitn(3, ':').take(2).collect::<Vec<_>>().join(":"));
        assert_eq!(ran.stdout.lines().map(place).collect::<Vec<_>>(), expected(build), "{build}");
    }
}

#[test]
fn what_is_left_out_is_told_on_demand() {
    let sample = sample();
    let told = sample.run("-v").stderr;
    assert!(told.contains("since `feature = \"slow\"` does not hold: `slow` (src/lib.rs:4)"), "{told}");
    assert!(told.contains("since `target_arch = \"wasm32\"` does not hold: `now` (src/lib.rs:6)"), "{told}");
    assert!(told.contains("more, which -vv lists"), "{told}");
    assert!(!sample.run("").stderr.contains("not in this build"));
    let all = sample.run("-vv").stderr;
    assert!(all.contains("a value (src/lib.rs:") && !all.contains("-vv"), "{all}");
}

#[test]
fn a_build_that_does_not_exist_is_an_error() {
    let sample = sample();
    let error = |words: &[&str]| {
        let ran = sample.run_words("", words);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        ran.stderr
    };
    assert!(
        error(&["--features", "slwo"]).contains("--features slwo: `game` has no feature `slwo`; did you mean `slow`?")
    );
    assert!(error(&["--features", "gmae/slow"]).contains("no package is called `gmae`; did you mean `game`?"));
    assert!(error(&["--target", "wasm33"]).contains("--target wasm33: "));
    assert!(error(&["--cfg", "backend=vulkan"]).contains("--cfg backend=vulkan: expected `name` or `name=\"value\"`"));
    assert!(
        error(&["--profile", "relaese"])
            .contains("--profile relaese: no such profile in Cargo.toml; did you mean `release`?")
    );
    assert!(error(&["--profile", "dev", "--release"]).contains("--release"));
}

#[test]
fn what_cargo_is_configured_to_build_is_analysed() {
    let sample = sample().file(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"loom\"]\n");
    let codes = sample.codes("--only FA401");
    assert!(codes.contains(&"FA401 src/lib.rs:8".to_owned()), "{codes:?}");
    sample.write(".cargo/config.toml", "[build]\ntarget = \"wasm32-unknown-unknown\"\n");
    let codes = sample.codes("--only FA401");
    assert!(codes.contains(&"FA401 src/lib.rs:6".to_owned()), "{codes:?}");
}

#[test]
fn error_paths_are_cold() {
    let lines = [
        "use framealloc::{SmartAlloc, frame_system};",
        "use anyhow::{Context, Result, bail};",
        "",
        "fn parse(v: u32) -> Result<u32> { if v > 3 { bail!(\"{v} is too large\"); } Ok(v) }",
        "fn found(v: Option<u32>, n: u32) -> Result<u32, String> { v.ok_or_else(|| format!(\"no {n}\")) }",
        "fn told(v: Result<u32, u32>) -> Result<u32, String> { v.map_err(|e| format!(\"code {e}\")) }",
        "static NAME: std::sync::OnceLock<String> = std::sync::OnceLock::new();",
        "#[frame_system]",
        "pub fn s(alloc: &SmartAlloc, v: u32, o: Option<u32>, r: Result<u32, String>) -> Result<usize>",
        "{",
        "    let a = parse(v)?;",
        "    let b = found(o, v)?;",
        "    let c = told(Err(v))?;",
        "    let d = r.as_ref().with_context(|| format!(\"frame {v}\"))?;",
        "    let e = r.as_ref().context(format!(\"made whether it fails or not: {v}\"))?;",
        "    let f = o.unwrap_or_else(|| panic!(\"{}\", format!(\"{v}\")));",
        "    let g = NAME.get_or_init(|| format!(\"made once\")).len();",
        "    let h = o.expect(&format!(\"so is this: {v}\"));",
        "    if v == 9 { return Err(format!(\"{v}\")); }",
        "    let i = o.ok_or(format!(\"and this: {v}\"))?;",
        "    Ok((a + b + c + *d + *e + f + h + i) as usize + g + *alloc.frame_box(1_usize))",
        "}",
    ];
    let sample = Sample::game(&lines.join("\n"));
    // Arguments are made before the call, whether it fails or not.
    assert_eq!(sample.codes("--only FA4"), [15, 18, 20].map(|line| format!("FA401 src/lib.rs:{line}")));
}

#[test]
fn both_of_two_functions_are_known_where_nobody_knows_which_is_built() {
    // The build script has not run, and may set the condition.
    let lines = [
        "#[cfg(not(simd))] fn name(v: u32) -> u32 { v }",
        "#[cfg(simd)] fn name(v: u32) -> String { format!(\"{v}\") }",
    ];
    let system = "use framealloc::{SmartAlloc, frame_system};\n#[frame_system]\npub fn system(alloc: &SmartAlloc, v: u32) {\n    \
        std::hint::black_box((name(v), alloc.frame_box(1)));\n}\n";
    for (first, second, line) in [(0, 1, 7), (1, 0, 6)] {
        let sample = Sample::game(&format!("{system}{}\n{}\n", lines[first], lines[second]));
        let sample = sample.file("build.rs", "fn main() {}");
        assert_eq!(sample.codes("--only FA401"), [format!("FA401 src/lib.rs:{line}")]);
    }
}
