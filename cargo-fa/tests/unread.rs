//! Nothing is skipped in silence: files that code names, packages beside the workspace, and what cannot be read.

mod support;

use support::{Sample, manifest};

const SYSTEM: &str = "use framealloc::{SmartAlloc, frame_system};\n#[frame_system]\n\
    pub fn s(alloc: &SmartAlloc, v: u32) -> usize { let t = format!(\"{v}\"); t.len() + *alloc.frame_box(1usize) }\n";

#[test]
fn included_files_and_paths_under_conditions_are_read() {
    let lib = "#[cfg_attr(unix, path = \"unix_impl.rs\")]\n#[cfg_attr(not(unix), path = \"other_impl.rs\")]\npub mod imp;\n\
        pub mod body { include!(\"body.inc\"); }\n\
        pub mod sub { include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/more/body.inc\")); }\n";
    let sample = Sample::game(lib).file("src/body.inc", SYSTEM).file("more/body.inc", &format!("mod deep;\n{SYSTEM}"));
    let sample = sample.file("more/deep.rs", SYSTEM).file("src/unix_impl.rs", SYSTEM).file("src/other_impl.rs", SYSTEM);
    let expected = if cfg!(unix) { "FA401 src/unix_impl.rs:3" } else { "FA401 src/other_impl.rs:3" };
    assert_eq!(
        sample.codes("--strict"),
        ["FA401 more/body.inc:4", "FA401 more/deep.rs:3", "FA401 src/body.inc:3", expected]
    );
}

#[test]
fn what_build_scripts_write_is_read_once_cargo_has_run_them() {
    let lib = "include!(concat!(env!(\"OUT_DIR\"), \"/systems.rs\"));\n#[cfg(simd)] pub mod simd;\n";
    let sample = Sample::game(lib).file("build.rs", "fn main() {}").file("src/simd.rs", SYSTEM);
    let ran = sample.run("--strict --format compact");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("src/lib.rs:1:1: warn FA900 not analysed: include! names systems.rs"), "{ran:?}");
    assert!(ran.stdout.contains("run `cargo check` first"), "{ran:?}");
    let written = "target/debug/build/game-0123456789abcdef";
    sample.write(&format!("{written}/out/systems.rs"), SYSTEM);
    sample.write(&format!("{written}/output"), "cargo::rustc-cfg=simd\n");
    let ran = sample.run("--strict --format compact");
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 2), "{ran:?}");
    assert!(
        ran.stdout.contains(&format!("{written}/out/systems.rs:3")) && ran.stdout.contains("src/simd.rs:3"),
        "{ran:?}"
    );
    sample.write(&format!("{written}/output"), "");
    assert_eq!(sample.codes("").len(), 1, "the script does not set the condition");
}

#[test]
fn what_is_missing_is_reported_where_it_is_named() {
    let lib = "mod gone;\n#[cfg(windows)] #[cfg(unix)] mod never;\n#[path = \"nowhere.rs\"] mod moved;\ninclude!(\"lost.inc\");\n\
        include!(strange!());\npub fn table() -> [u32; 2] { include!(\"table.inc\") }\nfn blocks() { mod never; }\n";
    let sample = Sample::game(lib);
    assert_eq!(sample.codes(""), [1, 3, 4, 5, 6, 7].map(|line| format!("FA900 src/lib.rs:{line}")));
    let ran = sample.run("--strict --format compact");
    assert_eq!(ran.code, 3);
    for told in [
        "this module has no file: neither src/gone.rs nor src/gone/mod.rs exists",
        "this module names src/nowhere.rs, which does not exist",
        "include! names src/lost.inc, which does not exist",
        "include! names no file that is known before macros are expanded",
        "include! gives a value or statements that were not read",
        "this module stands in a function and names no file, which rustc refuses",
    ] {
        assert!(ran.stdout.contains(told), "{told}: {ran:?}");
    }
}

#[test]
fn values_and_statements_that_are_included_are_read() {
    let lib = "use framealloc::{SmartAlloc, frame_system};\n\
        const TABLE: [u32; 2] = include!(\"table.inc\");\n\
        fn name(n: u32) -> usize { format!(\"{n}\").len() }\n\
        #[frame_system]\npub fn a(alloc: &SmartAlloc) -> usize {\n    include!(\"value.inc\") + *alloc.frame_box(1)\n}\n\
        #[frame_system]\npub fn b(alloc: &SmartAlloc) -> usize {\n    include!(\"statements.inc\");\n    *alloc.frame_box(1)\n}\n\
        #[frame_system]\npub fn c(alloc: &SmartAlloc) -> usize {\n    let first = include!(\"table.inc\")[0];\n    *alloc.frame_box(first as usize + TABLE.len())\n}\n";
    let sample = Sample::game(lib)
        .file("src/table.inc", "// Made by a script.\n[1, 2]\n")
        .file("src/value.inc", "\"12\".to_string().len()")
        .file("src/statements.inc", "let n = 7; name(n);");
    assert_eq!(sample.codes("--strict"), ["FA401 src/lib.rs:3", "FA401 src/lib.rs:6"]);
    // What is included is a part of what is read: the next run does not take the last one's word.
    sample.write("src/value.inc", "12");
    assert_eq!(sample.codes("--strict"), ["FA401 src/lib.rs:3"]);
}

#[test]
fn modules_in_functions_are_read() {
    let lib = "pub fn outer() -> usize {\n    #[path = \"inner.rs\"]\n    mod inner;\n    \
        mod beside { use framealloc::{SmartAlloc, frame_system};\n\
        #[frame_system] pub fn s(alloc: &SmartAlloc, v: u32) -> usize { v.to_string().len() + *alloc.frame_box(1) } }\n    \
        inner::s as usize + beside::s as usize\n}\n";
    let sample = Sample::game(lib).file("src/inner.rs", SYSTEM);
    assert_eq!(sample.codes("--strict"), ["FA401 src/inner.rs:3", "FA401 src/lib.rs:5"]);
}

#[test]
fn files_that_lead_to_themselves_are_reported() {
    let sample = Sample::game("#[path = \"lib.rs\"] pub mod again;\npub mod a;\n").file("src/a.rs", SYSTEM);
    assert_eq!(
        sample.codes(""),
        ["FA900 src/lib.rs:1", "FA401 src/a.rs:3"].map(str::to_owned).into_iter().rev().collect::<Vec<_>>()
    );
}

#[cfg(unix)]
#[test]
fn links_in_circles_come_to_an_end() {
    let sample = Sample::game("pub mod a;\n").file("src/a/mod.rs", "pub mod b;\npub mod c;\n").file("src/x.rs", "");
    std::os::unix::fs::symlink(".", sample.path("src/a/b")).unwrap();
    std::os::unix::fs::symlink(".", sample.path("src/a/c")).unwrap();
    let ran = sample.run("--strict --format compact");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("leads to a file that it is itself a part of"), "{ran:?}");
    let looped = Sample::game("pub mod own;\n");
    std::os::unix::fs::symlink("own.rs", looped.path("src/own.rs")).unwrap();
    assert_eq!(looped.run("--strict").code, 3);
}

const ENGINE: &str = "use framealloc::Frame;\npub struct Renderer { names: Vec<String> }\nimpl Renderer {\n    \
    pub fn draw(&mut self, frame: &Frame, n: u32) -> usize {\n        let s = format!(\"{n}\");\n        \
    self.names.push(s);\n        *frame.frame_box(1_usize) + self.names.len()\n    }\n}\n";
const GAME: &str = "use framealloc::{SmartAlloc, frame_system};\n#[frame_system]\n\
    pub fn render(alloc: &SmartAlloc, r: &mut engine::Renderer) -> usize {\n    r.draw(alloc, 1)\n}\n";

fn beside() -> Sample {
    let game = manifest("game") + "engine = { path = \"../engine\" }\n[workspace]\n";
    Sample::empty()
        .file("engine/Cargo.toml", &(manifest("engine") + "[workspace]\n"))
        .file("engine/src/lib.rs", ENGINE)
        .file("game/Cargo.toml", &game)
        .file("game/src/lib.rs", GAME)
}

#[test]
fn dependencies_outside_of_the_workspace_are_followed_and_reported_at_the_call() {
    let sample = beside();
    let ran = sample.run_in("game", "--only FA4 --format compact");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("src/lib.rs:4:5: warn FA40")), "{ran:?}");
    assert!(lines[0].contains("FA401 below this call, `format!` allocates"), "{ran:?}");
    let shown = sample.run_in("game", "--only FA401").stdout;
    assert!(shown.contains("../engine/src/lib.rs:5") && shown.contains("it happens here"), "{shown}");
    // Selected, it is reported where it is.
    for words in ["-p engine --only FA401 --format compact", "../engine --only FA401 --format compact"] {
        let ran = sample.run_in("game", words);
        assert!(ran.stdout.starts_with("../engine/src/lib.rs:5:17: warn FA401 `format!`"), "{words}: {ran:?}");
    }
    // Nothing is said about code that nobody calls from here.
    sample.write("game/src/lib.rs", &GAME.replace("r.draw(alloc, 1)", "*alloc.frame_box(1_usize)"));
    assert_eq!(sample.run_in("game", "--format compact").stdout, "");
}

#[test]
fn accepted_there_is_accepted_here() {
    let sample = beside();
    sample.write(
        "engine/src/lib.rs",
        &ENGINE.replace("let s =", "// fa: allow(FA401, reason = \"a label\")\n        let s ="),
    );
    assert_eq!(sample.run_in("game", "--only FA401 --format compact").stdout, "");
}

#[test]
fn a_package_that_is_not_selected_is_reported_at_the_call() {
    let root = manifest("game") + "engine = { path = \"engine\" }\n[workspace]\nmembers = [\"engine\"]\n";
    let sample = Sample::empty()
        .file("Cargo.toml", &root)
        .file("src/lib.rs", GAME)
        .file("engine/Cargo.toml", &manifest("engine"))
        .file("engine/src/lib.rs", ENGINE);
    assert_eq!(sample.codes("--only FA401"), ["FA401 src/lib.rs:4"]);
    assert_eq!(sample.codes("--only FA401 --workspace"), ["FA401 engine/src/lib.rs:5"]);
    assert!(sample.codes("--only FA401 --exclude engine").is_empty());
}

#[test]
fn a_dependency_that_cannot_be_read_is_reported() {
    let sample = beside();
    sample.write("engine/Cargo.toml", "[package\n");
    let ran = sample.run_in("game", "--strict --format compact");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.stdout.contains("../engine/Cargo.toml:1:1: warn FA900 not analysed: the dependency `engine`"),
        "{ran:?}"
    );
    sample.write("engine/Cargo.toml", &(manifest("engine") + "[workspace]\n"));
    sample.write("engine/src/lib.rs", "mod gone;\n");
    let ran = sample.run_in("game", "--strict --format compact");
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{ran:?}");
    assert!(ran.stderr.contains("not read: ../engine/src/lib.rs: this module has no file"), "{ran:?}");
}

#[test]
fn files_that_are_found_late_know_the_macros_of_those_before() {
    let lib = "#[macro_export]\nmacro_rules! system { ($name:ident) => {\n    #[framealloc::frame_system]\n    pub fn $name(alloc: &framealloc::SmartAlloc, v: u32) -> usize {\n        let t = format!(\"{v}\"); t.len() + *alloc.frame_box(1usize)\n    }\n} }\nmacro_rules! one { () => { 1 } }\npub fn first() -> u32 { one!() }\n";
    let workspace = "[workspace]\nmembers = [\"game\", \"lib\"]\nresolver = \"3\"\n";
    let library = "[package]\nname = \"lib\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let game = manifest("game") + "lib = { path = \"../lib\" }\n";
    let sample = Sample::empty().file("Cargo.toml", workspace).file("lib/Cargo.toml", library);
    let sample = sample.file("lib/src/lib.rs", lib).file("game/Cargo.toml", &game);
    let sample = sample.file("game/src/lib.rs", "#[path = \"../late/file.rs\"]\npub mod late;\n");
    let sample = sample.file("game/late/file.rs", "// Found by its path.\nlib::system!(step);\n");
    assert_eq!(sample.codes("--strict --all"), ["FA401 game/late/file.rs:2"]);
}
