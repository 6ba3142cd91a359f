//! The command line, driven as users drive it.

mod support;

use support::{Ran, Sample, manifest};

/// A file with an unused suppression on its second line, which needs no rule to be found.
const UNUSED: &str =
    "pub fn count(values: &[u32]) -> usize {\n    values.len() // fa: allow(FA602, reason = \"short\")\n}\n";
const CLEAN: &str = "pub fn count(values: &[u32]) -> usize {\n    values.len()\n}\n";
const BROKEN: &str = "pub fn count( {\n";

fn unused() -> Sample {
    Sample::game(UNUSED)
}

fn assert_usage(ran: &Ran, words: &str) {
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.is_empty() && ran.stderr.contains(words), "{words} is not in {ran:?}");
}

#[test]
fn a_bare_run_checks_everything_and_says_how_much() {
    let ran = unused().run("");
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("warning[FA901]"), "{ran:?}");
    assert!(ran.stderr.contains("cargo-fa: 1 warning in 1 file ("), "{ran:?}");
    let ran = Sample::game(CLEAN).run("");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("no findings in 1 file"), "{ran:?}");
}

#[test]
fn cargo_and_the_program_itself_are_the_same() {
    let sample = unused();
    assert_eq!(sample.run("fa --all").stdout, sample.run("--all").stdout);
    assert_eq!(sample.run("fa explain FA601").stdout, sample.run("explain frame-escape").stdout);
}

#[test]
fn exit_codes_are_as_documented() {
    assert_eq!(unused().run("").code, 0);
    assert_eq!(unused().run("-D FA901").code, 1);
    assert_eq!(unused().run("-D warnings").code, 1);
    assert_eq!(unused().run("-D warnings -W FA901").code, 0);
    assert_eq!(unused().run("--nonsense").code, 2);
    let broken = Sample::game("mod broken;\n").file("src/broken.rs", BROKEN);
    assert_eq!(broken.run("").code, 0);
    assert_eq!(broken.run("--strict").code, 3);
    assert_eq!(broken.run("--strict -D FA900").code, 1);
    let help = unused().run("--help").stdout;
    for code in ["  0  ", "  1  ", "  2  ", "  3  ", "  101  "] {
        assert!(help.contains(code), "{help}");
    }
}

#[test]
fn a_file_that_does_not_parse_is_reported_and_the_rest_analysed() {
    let sample = Sample::game("mod broken;\nmod fine;\n").file("src/broken.rs", BROKEN).file("src/fine.rs", UNUSED);
    assert_eq!(sample.codes(""), ["FA900 src/broken.rs:1", "FA901 src/fine.rs:2"]);
    assert_eq!(sample.codes("--exclude **/broken.rs"), ["FA901 src/fine.rs:2"]);
}

#[test]
fn what_parses_of_a_file_is_analysed_whatever_does_not() {
    let system = "#[frame_system]\npub fn s(alloc: &SmartAlloc, v: u32) -> usize { format!(\"{v}\").len() + *alloc.frame_box(1) }\n";
    let text = format!("use framealloc::{{SmartAlloc, frame_system}};\npub fn broken( {{\n    let x = ;\n{system}");
    let sample = Sample::game(&text);
    assert_eq!(sample.codes(""), ["FA900 src/lib.rs:2", "FA401 src/lib.rs:5"]);
    let ran = sample.run("--strict --format compact");
    assert!(ran.code == 3 && ran.stdout.contains("a part of this file was not analysed: does not parse"), "{ran:?}");
}

#[test]
fn unknown_words_are_errors_with_a_suggestion() {
    let sample = unused();
    assert_usage(&sample.run("--deny FA9O1"), "did you mean `FA901`?");
    assert_usage(&sample.run("--allow unused-supression"), "did you mean `unused-suppression`?");
    assert_usage(&sample.run("--dirtymen"), "--dirtymem");
    assert_usage(&sample.run("--format sarf"), "did you mean `sarif`?");
    assert_usage(&sample.run("explain FA6O1"), "did you mean `FA601`?");
    assert_usage(&sample.run("-p gaem"), "did you mean `game`?");
    assert_usage(&sample.run("src/nothing.rs"), "does not exist");
    assert_usage(&sample.run("--config nothing.toml"), "nothing.toml");
    assert_usage(&sample.run("--manifest-path nothing/Cargo.toml"), "does not exist");
}

#[test]
fn a_folder_without_a_manifest_is_an_error() {
    assert_eq!(Sample::empty().run("").code, 2);
}

#[test]
fn the_configuration_is_checked_before_anything_else() {
    let sample = unused().file(".fa.toml", "[analysis]\nexclud = []\n\n[lints]\nFA9O1 = \"deny\"\n");
    let ran = sample.run("");
    assert_usage(
        &ran,
        "error[FA905]: unknown key `exclud` in `[analysis]`; did you mean `exclude`?\n  --> .fa.toml:2:1",
    );
    assert!(ran.stderr.contains(".fa.toml:5:1") && ran.stderr.contains("did you mean `FA901`?"), "{ran:?}");
}

#[test]
fn the_configuration_sets_levels_and_the_command_line_overrides_it() {
    let sample = unused().file(".fa.toml", "[lints]\nunused-suppression = \"deny\"\nhygiene = \"allow\"\n");
    assert_eq!(sample.run("").code, 1);
    assert_eq!(sample.run("-W FA901").code, 0);
    assert!(sample.codes("-A FA901").is_empty());
    sample.write(".fa.toml", "[lints]\nFA9 = \"allow\"\n");
    assert!(sample.codes("").is_empty());
    assert_eq!(sample.codes("-W FA901").len(), 1);
    sample.write(".fa.toml", "[analysis]\ndeny_warnings = true\n");
    assert_eq!(sample.run("").code, 1);
    sample.write(".fa.toml", "[analysis]\nmin_severity = \"deny\"\n");
    assert!(sample.codes("").is_empty());
    assert_eq!(sample.codes("--min-severity hint").len(), 1);
}

#[test]
fn the_nearest_configuration_holds_and_another_can_be_named() {
    let sample =
        unused().file(".fa.toml", "[lints]\nFA901 = \"deny\"\n").file("quiet.toml", "[lints]\nFA901 = \"allow\"\n");
    assert_eq!(sample.run_in("src", "").code, 1);
    assert_eq!(sample.run("--config quiet.toml").stdout, "");
}

#[test]
fn paths_are_excluded_by_the_configuration_and_the_command_line() {
    let sample = Sample::game("mod generated;\nmod latest;\n")
        .file("src/generated/mod.rs", UNUSED)
        .file("src/latest.rs", UNUSED)
        .file("tests/frame.rs", UNUSED);
    assert_eq!(sample.codes("").len(), 2);
    assert_eq!(sample.codes("--exclude generated"), ["FA901 src/latest.rs:2"]);
    assert_eq!(sample.codes("--exclude-path src/generated"), ["FA901 src/latest.rs:2"]);
    assert_eq!(sample.codes("--all --tests").len(), 3);
    // The documents' own line: tests are left out, `latest` is not.
    let args = ["--all", "--tests", "--exclude", "**/test*", "--format", "compact"];
    assert_eq!(sample.run_words("", &args).stdout.lines().count(), 2);
    let verbose = sample.run_words("", &["--exclude", "**/test*", "-v"]);
    assert!(verbose.stderr.contains("excluding paths that fit `**/test*`"), "{verbose:?}");
    sample.write(".fa.toml", "[analysis]\nexclude = [\"**/generated/**\"]\n");
    assert_eq!(sample.codes(""), ["FA901 src/latest.rs:2"]);
    assert_usage(&sample.run("--exclude src/**"), "every file of the selected packages is excluded");
}

fn two_packages() -> Sample {
    Sample::empty()
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"game\", \"tools\"]\ndefault-members = [\"game\"]\nresolver = \"3\"\n",
        )
        .file("game/Cargo.toml", &manifest("game"))
        .file("game/src/lib.rs", UNUSED)
        .file("tools/Cargo.toml", &manifest("tools"))
        .file("tools/src/lib.rs", UNUSED)
        .file("tools/examples/demo.rs", "fn main() {} // fa: allow(FA602, reason = \"none\")\n")
}

#[test]
fn packages_and_paths_are_selected_as_in_cargo() {
    let sample = two_packages();
    let game = "FA901 game/src/lib.rs:2";
    let tools = "FA901 tools/src/lib.rs:2";
    assert_eq!(sample.codes(""), [game]);
    assert_eq!(sample.codes("--workspace"), [game, tools]);
    assert_eq!(sample.codes("-p tools"), [tools]);
    assert_eq!(sample.codes("-p t*"), [tools]);
    assert_eq!(sample.codes("--workspace --exclude game"), [tools]);
    assert_eq!(sample.codes("--workspace --exclude-package tools"), [game]);
    assert_eq!(sample.codes("tools"), [tools]);
    assert_eq!(sample.codes("tools/src/lib.rs"), [tools]);
    assert_eq!(sample.codes("--manifest-path tools/Cargo.toml -p tools"), [tools]);
    assert_eq!(sample.codes("-p tools --examples"), ["FA901 tools/examples/demo.rs:1", tools]);
    assert_eq!(sample.codes("-p tools --all-targets").len(), 2);
    assert_usage(&sample.run("/"), "outside of the workspace");
}

#[test]
fn codes_are_chosen_with_only_skip_and_categories() {
    let sample = unused();
    assert_eq!(sample.codes("--only FA901").len(), 0, "FA602 was not looked for, so its suppression is not unused");
    assert_eq!(sample.codes("--only FA901,FA602").len(), 1);
    assert_eq!(sample.codes("--skip unused-suppression").len(), 0);
    assert_eq!(sample.codes("--dirtymem").len(), 1);
    assert_eq!(sample.codes("--threading").len(), 0, "FA602 was not looked for");
    assert_eq!(sample.codes("--threading --all").len(), 1);
}

#[test]
fn suppressions_are_applied_and_checked() {
    let sample = Sample::game(
        "//! fa: allow(FA901, reason = \"kept for the test\")\n\
         pub fn a() {} // fa: allow(FA602, reason = \"r\")\n\
         pub fn b() {} // fa: allow(FA6O2)\n\
         pub fn c() {} // fa: allow(FA601)\n",
    );
    assert_eq!(sample.codes(""), ["FA902 src/lib.rs:3"]);
    assert_eq!(sample.codes("-W FA903"), ["FA902 src/lib.rs:3", "FA903 src/lib.rs:4"]);
    assert_eq!(sample.codes("--forbid FA901").len(), 3);
    assert!(sample.run("").stderr.contains("; 2 suppressed"));
    let json: serde_json::Value = serde_json::from_str(&sample.run("--format json").stdout).unwrap();
    assert_eq!(json["suppressed"][0]["reason"], "kept for the test");
}

#[test]
fn show_tells_everything_about_one_file() {
    let sample =
        Sample::game("//! fa: allow(FA901, reason = \"kept\")\npub fn a() {} // fa: allow(FA602)\nmod other;\n")
            .file("src/other.rs", UNUSED);
    let ran = sample.run("show src/lib.rs");
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("allowed[FA901]") && ran.stdout.contains("suppressed: kept"), "{ran:?}");
    assert!(!ran.stdout.contains("other.rs"), "{ran:?}");
    assert_usage(&sample.run("show src/none.rs"), "does not exist");
    // A file that no module declares is shown all the same.
    sample.write("loose.rs", UNUSED);
    assert!(sample.run("show loose.rs").stdout.contains("FA901"));
}

#[test]
fn several_reports_are_written_in_one_run() {
    let sample = unused();
    let ran = sample.run("--format sarif=out.sarif --format junit=out.xml --format compact");
    assert_eq!(ran.stdout.lines().count(), 1);
    assert!(sample.read("out.sarif").contains("\"ruleId\": \"FA901\""));
    assert!(sample.read("out.xml").contains("<testsuites"));
    assert_usage(&sample.run("--format json --format sarif"), "only one report");
    assert_usage(&sample.run("--format json=no/such/folder.json"), "folder.json");
}

#[test]
fn machine_formats_are_alone_on_standard_output() {
    let sample = unused();
    for format in ["json", "sarif", "gitlab"] {
        let ran = sample.run(&format!("-v --timings --format {format}"));
        let _: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert!(ran.stderr.contains(" ms"), "{ran:?}");
    }
    let ran = sample.run("--message-format=json");
    for line in ran.stdout.lines() {
        let _: cargo_metadata::Message = serde_json::from_str(line).unwrap();
    }
    for line in sample.run("--format rustc-json").stdout.lines() {
        let _: cargo_metadata::diagnostic::Diagnostic = serde_json::from_str(line).unwrap();
    }
    assert_eq!(sample.run("-q").stderr, "");
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let sample = unused();
    assert!(!sample.run("").stdout.contains('\u{1b}'));
    assert!(sample.run("--color always").stdout.contains('\u{1b}'));
    assert!(!sample.run("--color never").stdout.contains('\u{1b}'));
    assert!(!sample.run("--color always --format compact").stdout.contains('\u{1b}'));
}

/// What a terminal shows of a run that asks this cargo about the workspace; `None` where no terminal is to be had.
#[cfg(target_os = "linux")]
fn on_a_terminal(sample: &Sample, cargo: &std::path::Path) -> Option<String> {
    use std::io::Read;
    use std::os::unix::ffi::OsStrExt;

    let terminal = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).ok()?;
    rustix::pty::grantpt(&terminal).unwrap();
    rustix::pty::unlockpt(&terminal).unwrap();
    let name = rustix::pty::ptsname(&terminal, Vec::new()).unwrap();
    let name = std::ffi::OsStr::from_bytes(name.to_bytes());
    let end = std::fs::File::options().read(true).write(true).open(name).unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-fa"))
        .arg("--no-cache")
        .env("CARGO", cargo)
        .current_dir(sample.path(""))
        .stdout(std::process::Stdio::null())
        .stderr(end)
        .status()
        .unwrap();
    assert!(ran.success());
    let mut shown = Vec::new();
    // The end of a terminal that nobody writes to any more is an error.
    let _ = std::fs::File::from(terminal).read_to_end(&mut shown);
    Some(String::from_utf8(shown).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_told_of_progress_while_a_run_takes_long() {
    use std::os::unix::fs::PermissionsExt;

    let sample = Sample::game(CLEAN).file("slow", &format!("#!/bin/sh\nsleep 1\nexec '{}' \"$@\"\n", env!("CARGO")));
    std::fs::set_permissions(sample.path("slow"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let Some(shown) = on_a_terminal(&sample, &sample.path("slow")) else {
        eprintln!("this machine has no terminals to give");
        return;
    };
    let (progress, rest) = shown.rsplit_once("\r\u{1b}[K").unwrap_or_else(|| panic!("{shown:?}"));
    assert!(progress.matches("\r    Analysing … ").count() > 3, "{shown:?}");
    assert!(rest.starts_with("cargo-fa: no findings") && !rest.contains("Analysing"), "{shown:?}");
    // No terminal, no progress.
    assert!(!sample.run("--no-cache").stderr.contains("Analysing"));
}

#[test]
fn a_baseline_hides_what_was_there_and_shows_what_is_new() {
    let sample = Sample::game("mod broken;\n").file("src/broken.rs", BROKEN);
    // Hygiene is not part of a baseline.
    assert_eq!(sample.run("--write-baseline").code, 0);
    assert!(sample.read(".fa-baseline.json").contains("\"findings\": []"));
    assert_eq!(sample.codes("--baseline").len(), 1);
    let entry = r#"{"fingerprint":"00000000000000aa","code":"FA602","file":"src/gone.rs","item":"game::gone"}"#;
    sample.write("other.json", &format!("{{\"schema_version\":1,\"findings\":[{entry}]}}"));
    assert_eq!(
        sample.codes("--baseline=other.json"),
        ["FA900 src/broken.rs:1", "FA904 other.json:1"].map(String::from).iter().rev().cloned().collect::<Vec<_>>()
    );
    assert_eq!(sample.codes("--baseline=other.json --only FA900,FA904").len(), 1, "FA602 was not looked for");
    assert_usage(&sample.run("--baseline=none.json"), "none.json");
}

#[test]
fn safe_fixes_are_applied_on_demand() {
    let sample = unused();
    let ran = sample.run("--fix --dry-run");
    assert!(
        ran.stdout.contains("-    values.len() // fa: allow") && ran.stdout.contains("+    values.len()\n"),
        "{ran:?}"
    );
    assert_eq!(sample.read("src/lib.rs"), UNUSED);
    let ran = sample.run("--fix --allow-no-vcs");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(ran.stderr.contains("1 fix applied"), "{ran:?}");
    assert_eq!(sample.read("src/lib.rs"), CLEAN);
    assert_usage(&sample.run("--dry-run"), "--fix");
}

#[test]
fn init_writes_a_file_that_is_read_back() {
    let sample = Sample::game(CLEAN);
    assert_eq!(sample.run("init").code, 0);
    assert_eq!(sample.run("").code, 0);
    assert_usage(&sample.run("init"), "--force");
    sample.write(".fa.toml", "this is [ no toml");
    assert_eq!(sample.run("").code, 2);
    assert_eq!(sample.run("init --force").code, 0, "a file that cannot be read is the reason to write it again");
    assert_eq!(sample.run("").code, 0);
}

#[test]
fn codes_are_listed_and_explained() {
    let sample = Sample::empty();
    let list = sample.run("list").stdout;
    for code in cargo_fa::model::codes::ALL {
        assert!(list.contains(&format!("{}  {}", code.number, code.name)), "{code}");
        let text = sample.run(&format!("explain {code}")).stdout;
        assert!(text.contains("## Bad") && text.contains("## Good"), "{code}");
        assert_eq!(text, sample.run(&format!("explain {}", code.name)).stdout);
    }
    let threading = sample.run("list --category threading").stdout;
    assert!(threading.contains("FA201") && !threading.contains("FA601"));
    let json: serde_json::Value = serde_json::from_str(&sample.run("list --format json").stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), cargo_fa::model::codes::ALL.len());
    assert!(sample.run("list --format markdown").stdout.starts_with("| code |"));
    assert_usage(&sample.run("list --category threadnig"), "did you mean `threading`?");
}

#[test]
fn schemas_are_printed() {
    for (words, schema) in [
        ("schema", cargo_fa::model::config::schema()),
        ("schema report", cargo_fa::report::json_schema()),
        ("schema baseline", cargo_fa::cli::baseline::schema()),
    ] {
        let printed: serde_json::Value = serde_json::from_str(&Sample::empty().run(words).stdout).unwrap();
        assert_eq!(printed, schema);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let sample = Sample::game("mod a;\nmod b;\nmod c;\n")
        .file("src/a.rs", UNUSED)
        .file("src/b.rs", BROKEN)
        .file("src/c.rs", UNUSED);
    for format in ["terminal", "json", "sarif", "rustc-json"] {
        let one = sample.run(&format!("-j 1 --no-cache --format {format}")).stdout;
        assert_eq!(one, sample.run(&format!("-j 4 --format {format}")).stdout);
        assert_eq!(one, sample.run(&format!("-j 4 --format {format}")).stdout, "from the cache");
    }
}

#[test]
fn a_workspace_without_framealloc_has_nothing_to_find() {
    let sample = Sample::empty()
        .file("Cargo.toml", "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n")
        .file("src/lib.rs", CLEAN);
    let ran = sample.run("");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(ran.stderr.contains("no package of this workspace uses framealloc"), "{ran:?}");
    assert_usage(&sample.run("src/lib.rs"), "in no package that uses framealloc");
}

#[test]
fn editors_get_the_messages_of_the_compiler_too() {
    let sample = Sample::empty()
        .file("Cargo.toml", "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n")
        .file("src/lib.rs", "pub fn f() -> u32 {\n    \"no number\"\n}\n");
    let ran = sample.run("--message-format=json --with-check");
    assert_eq!(ran.code, 1, "{ran:?}");
    let messages = cargo_metadata::Message::parse_stream(ran.stdout.as_bytes()).map(Result::unwrap);
    let errors = messages.filter(|message| match message {
        cargo_metadata::Message::CompilerMessage(message) => message.message.message.contains("mismatched types"),
        _ => false,
    });
    assert_eq!(errors.count(), 1, "{ran:?}");
    sample.write("src/lib.rs", "pub fn f() {}\n");
    assert_eq!(sample.run("--message-format=json --with-check=check").code, 0);
    assert_usage(&sample.run("--with-check"), "--message-format=json");
}
