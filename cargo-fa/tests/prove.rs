//! `cargo fa prove` without a compiler: what it says of files, and what it relies on in the runtime. `ci/prove.sh` builds
//! programs and compares its verdicts with what their runs count.

mod support;

use std::path::Path;

use support::{Ran, Sample};

fn prove(arguments: &str) -> Ran {
    Sample::game("pub fn nothing() {}\n").run(&format!("prove {arguments}"))
}

#[test]
fn a_file_that_is_no_program_is_named() {
    for (file, words) in
        [("src/lib.rs", "src/lib.rs: the program cannot be read"), ("missing", "missing: the program cannot be read")]
    {
        let ran = prove(file);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_program_without_systems_has_nothing_to_prove() {
    let program = "/bin/true";
    let ran = prove(program);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("0 proven, 0 violated, 0 open of 0 systems that declare an effect, in "), "{ran:?}");
    let ran = prove(&format!("{program} --table"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("system  declares  sources  program  last run\n0 proven"), "{ran:?}");
    let ran = prove(&format!("{program} --format sarif"));
    let sarif: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, sarif["runs"][0]["results"].as_array().map(Vec::len)), (0, Some(0)), "{ran:?}");
    let ran = prove(&format!("{program} --format json --require proven"));
    let proofs: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, proofs[0]["systems"].as_array().map(Vec::len)), (0, Some(0)), "{ran:?}");
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_recording_that_cannot_be_read_is_an_error() {
    for (words, message) in [
        ("--trace run.fa", "--table"),
        ("--table --trace missing.fa", "missing.fa: "),
        ("--table --trace src/lib.rs", "src/lib.rs: "),
    ] {
        let ran = prove(&format!("/bin/true {words}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
}

#[test]
fn a_program_that_cargo_cannot_build_is_no_verdict() {
    let ran = prove("--bin missing");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.contains("cargo could not build the program"), "{ran:?}");
}

/// What a function that calls `HeapZone::growth` takes from the heap is called growth, so nothing may be inlined into it that
/// is not, and it into nothing.
#[test]
fn every_function_of_the_runtime_that_grows_is_never_inlined() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../framealloc-core/src");
    let mut calls = 0;
    for entry in walkdir::WalkDir::new(sources).into_iter().map(Result::unwrap) {
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, _) in lines.iter().enumerate().filter(|(_, line)| line.contains("= HeapZone::growth()")) {
            calls += 1;
            let is_function = |line: &&str| line.contains("fn ") && !line.starts_with("//");
            let function = lines[..index].iter().rposition(is_function).unwrap();
            let attributes =
                lines[..function].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
            assert!(
                attributes.into_iter().any(|line| *line == "#[inline(never)]"),
                "{}:{}: `{}` grows and may be inlined",
                entry.path().display(),
                function + 1,
                lines[function]
            );
        }
    }
    assert!(calls > 20, "only {calls} calls were found");
}
