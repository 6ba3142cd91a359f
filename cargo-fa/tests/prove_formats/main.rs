//! What `cargo fa prove` reads of formats and processors that this machine may have no compiler for: programs that are put
//! together here, byte by byte. `ci/prove.sh` reads what compilers write.

mod elf;
mod macho;
mod marks;
mod pe;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

use elf::elf_for_a64;
use macho::{Fixups, Mach, macho, universal};
use marks::{SYSTEMS, System};
use pe::pe;
use serde_json::Value;
use support::{Ran, Sample};

fn prove(bytes: &[u8], flags: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let program: PathBuf = folder.path().join("game.exe");
    std::fs::write(&program, bytes).unwrap();
    Sample::game("pub fn nothing() {}\n").run(&format!("prove {} {flags}", program.display()))
}

fn verdicts(bytes: &[u8]) -> Vec<(String, String)> {
    let ran = prove(bytes, "--format json");
    assert_eq!(ran.code, 1, "{ran:?}");
    let proofs: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let proofs = proofs.as_array().unwrap().iter();
    let systems = proofs.flat_map(|proofs| proofs["systems"].as_array().unwrap());
    systems.map(|system| (text(&system["name"]), text(&system["verdict"]))).collect()
}

fn wanted(systems: &[System]) -> Vec<(String, String)> {
    systems.iter().map(|(name, _, verdict)| ((*name).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn a_program_for_windows_is_read_with_its_imports() {
    assert_eq!(verdicts(&pe()), wanted(&SYSTEMS));
}

#[test]
fn a_program_for_arm_is_read() {
    assert_eq!(verdicts(&elf_for_a64()), wanted(&elf::SYSTEMS));
}

#[test]
fn a_program_for_apples_systems_is_read_however_it_says_what_is_bound() {
    for mach in [Mach::X86_64, Mach::Arm64] {
        for fixups in [Fixups::Chained, Fixups::Steps] {
            let program = macho(mach, fixups);
            assert_eq!(verdicts(&program.bytes), wanted(&macho::SYSTEMS), "{mach:?}, {fixups:?}");
        }
    }
}

#[test]
fn a_table_among_code_ends_where_the_program_says_and_is_not_understood_where_it_says_nothing() {
    for mach in [Mach::X86_64, Mach::Arm64] {
        let mut program = macho(mach, Fixups::Chained);
        let size = program.data_in_code + 12;
        program.bytes[size..size + 4].fill(0);
        let open = verdicts(&program.bytes);
        let of = |name: &str| open.iter().find(|system| system.0 == name).unwrap().1.as_str();
        assert_eq!([of("chooses"), of("ends"), of("keeps")], ["open", "open", "proven"], "{mach:?}");
    }
}

#[test]
fn what_finds_variables_of_a_thread_is_named() {
    let ran = prove(&macho(Mach::Arm64, Fixups::Chained).bytes, "");
    assert!(
        ran.stdout.contains("aside: the first thread-local variable that a thread uses takes from the heap"),
        "{ran:?}"
    );
}

#[test]
fn of_a_universal_program_each_part_is_judged_or_the_one_that_is_asked_for() {
    let (x86, arm) = (macho(Mach::X86_64, Fixups::Chained).bytes, macho(Mach::Arm64, Fixups::Steps).bytes);
    let both = universal(&[(Mach::X86_64, &x86), (Mach::Arm64, &arm)]);
    assert_eq!(verdicts(&both), [wanted(&macho::SYSTEMS), wanted(&macho::SYSTEMS)].concat());
    for (arch, is_there) in [("x86_64", true), ("aarch64", true)] {
        let ran = prove(&both, &format!("--arch {arch}"));
        assert_eq!(ran.stdout.matches(&format!(" for {arch}\n")).count(), usize::from(is_there), "{ran:?}");
        assert_eq!(ran.stdout.matches("of 9 systems").count(), 1, "{ran:?}");
    }
    let ran = prove(&x86, "--arch aarch64");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.contains("nothing in it is for aarch64"), "{ran:?}");
}

#[test]
fn fixups_that_are_not_understood_are_no_program_that_is_read() {
    // Signed pointers: another kind of chain, and another kind of processor.
    let mut program = macho(Mach::Arm64, Fixups::Chained);
    program.bytes[program.pointer_format] = 9;
    let mut signed = macho(Mach::Arm64, Fixups::Chained).bytes;
    signed[8] = 2;
    let mut object = macho(Mach::X86_64, Fixups::Chained).bytes;
    object[12] = 1;
    for (file, words) in [(program.bytes, "pointers of a kind"), (signed, "arm64e"), (object, "not linked")] {
        let ran = prove(&file, "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
}

#[test]
fn each_way_has_a_rule_and_what_is_open_is_an_error_only_where_proofs_are_required() {
    for (flags, level) in [("", "note"), (" --require proven", "error")] {
        let ran = prove(&pe(), &format!("--format sarif{flags}"));
        let sarif: Value = serde_json::from_str(&ran.stdout).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let rules: Vec<(&str, &str)> = results
            .iter()
            .map(|result| (result["ruleId"].as_str().unwrap(), result["level"].as_str().unwrap()))
            .collect();
        assert_eq!(
            rules,
            [("prove-heap", "error"), ("prove-wait", "error"), ("prove-open", level), ("prove-open", level)]
        );
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("game.rs"), "{place}");
        assert_eq!(place["region"]["startLine"], 2);
        assert!(results[0]["message"]["text"].as_str().unwrap().contains("`HeapAlloc`, which takes from the heap."));
    }
}

#[test]
fn what_the_sources_say_of_systems_that_macros_make_stands_beside_the_program() {
    let macros = "macro_rules! system {
            ($name:ident, $made:expr) => {
                #[framealloc::frame_system(no_heap)]
                fn $name(_alloc: &framealloc::SmartAlloc) { drop($made); }
            };
        }";
    // In the lines of the marks.
    let systems = "system!(keeps, 1);
system!(breaks, Box::new(1));
system!(waits, 2); system!(sleeps, 3);

system!(asks, vec![1]);
/* no function */
";
    let sample = Sample::game(&format!("{macros}\n#[path = \"../game.rs\"]\nmod game;\n")).file("game.rs", systems);
    std::fs::write(sample.path("game.exe"), pe()).unwrap();
    let ran = sample.run("prove game.exe --table");
    let sources = |name: &str| {
        let row = ran.stdout.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        row.split("  ").filter(|cell| !cell.is_empty()).nth(2).unwrap().trim().to_owned()
    };
    let of = ["keeps", "breaks", "waits", "asks", "calls"].map(sources);
    assert_eq!(of, ["nothing found", "FA401", "not read", "FA401", "not read"], "{ran:?}");
}

#[test]
fn what_is_required_decides_the_exit_code() {
    let ran = prove(&pe(), "");
    assert!(ran.stdout.ends_with('\n') && ran.stdout.contains("2 proven, 2 violated, 2 open of 6 systems"), "{ran:?}");
    assert_eq!(ran.code, 1);
    // Of one that waits, only what declares that it does not.
    assert!(ran.stdout.contains("WaitOnAddress, which may wait"), "{ran:?}");
}

#[test]
fn a_format_that_is_not_read_is_refused_and_never_proven() {
    // Mach-O for PowerPC, and ELF for another processor.
    let mut mach = vec![0xCF, 0xFA, 0xED, 0xFE, 0x12, 0, 0, 1];
    mach.resize(32, 0);
    mach[12] = 2;
    let mut elf = elf_for_a64();
    elf[18] = 243;
    for file in [mach, elf] {
        let ran = prove(&file, "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains("programs of this kind are not read"), "{ran:?}");
    }
}
