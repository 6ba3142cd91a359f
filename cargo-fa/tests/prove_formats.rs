//! What `cargo fa prove` reads of formats and processors that this machine may have no compiler for: programs that are put
//! together here, byte by byte. `ci/prove.sh` reads what compilers write.

mod support;

use std::path::PathBuf;

use serde_json::Value;
use support::{Ran, Sample};

const NO_HEAP: u32 = 1;
const NO_BLOCK: u32 = 2;

/// A system: its name, what it declares, and how it stands.
type System = (&'static str, u32, &'static str);

const SYSTEMS: [System; 6] = [
    ("keeps", NO_HEAP | NO_BLOCK, "proven"),
    ("breaks", NO_HEAP, "violated"),
    ("waits", NO_BLOCK, "violated"),
    ("sleeps", NO_HEAP, "proven"),
    ("asks", NO_HEAP, "open"),
    ("calls", NO_HEAP, "open"),
];

/// The marks at `at`, and their texts behind them: the bytes, and where the pointers are among them.
fn marks(at: u64) -> (Vec<u8>, Vec<usize>) {
    const SIZE: usize = 56;
    let (mut bytes, mut pointers, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    let texts_at = at + (SIZE * SYSTEMS.len()) as u64;
    for (line, (name, effects, _)) in (1_u32..).zip(SYSTEMS) {
        bytes.extend(b"framealloc fx \0\x01");
        for text in [name, "game.rs"] {
            pointers.push(bytes.len());
            bytes.extend((texts_at + texts.len() as u64).to_le_bytes());
            bytes.extend((text.len() as u64).to_le_bytes());
            texts.extend(text.bytes());
        }
        bytes.extend(line.to_le_bytes());
        bytes.extend(effects.to_le_bytes());
    }
    bytes.extend(texts);
    (bytes, pointers)
}

fn pad(bytes: &mut Vec<u8>, to: usize) {
    bytes.resize(bytes.len().next_multiple_of(to), 0);
}

/// The distance of an operand of four bytes that ends at `end`.
fn relative(target: u64, end: u64) -> [u8; 4] {
    i32::try_from(target.cast_signed() - end.cast_signed()).unwrap().to_le_bytes()
}

/// A program for Windows on x86-64: functions of 32 bytes, which only the table of unwinding knows, and three imports.
#[expect(clippy::too_many_lines, reason = "a file from its first byte to its last")]
fn pe() -> Vec<u8> {
    const BASE: u64 = 0x1_4000_0000;
    const IMPORTS: [&str; 4] = ["HeapAlloc", "WaitOnAddress", "GetCurrentThreadId", "EnumWindows"];
    let (text_at, rdata_at, idata_at) = (BASE + 0x1000, BASE + 0x2000, BASE + 0x3000);
    let (rdata, pointers) = marks(rdata_at);
    // A descriptor and the empty one that ends the list, the names' table, the table that is written to, the names.
    let (lookup, table, names) = (40_u32, 40 + 8 * 5, 40 + 16 * 5);
    let mut idata = Vec::new();
    for field in [0x3000 + lookup, 0, 0, 0x3000 + names, 0x3000 + table] {
        idata.extend(field.to_le_bytes());
    }
    idata.resize(40, 0);
    let mut texts = b"kernel32.dll\0\0".to_vec();
    let hints: Vec<u64> = IMPORTS
        .iter()
        .map(|name| {
            let at = 0x3000 + u64::from(names) + texts.len() as u64;
            texts.extend([0, 0]);
            texts.extend(name.bytes());
            texts.push(0);
            pad(&mut texts, 2);
            at
        })
        .collect();
    for _ in 0..2 {
        idata.extend(hints.iter().chain([&0]).flat_map(|hint| hint.to_le_bytes()));
    }
    idata.extend(texts);
    let (mut text, mut pdata) = (Vec::new(), Vec::new());
    for (index, (name, ..)) in (0_u64..).zip(SYSTEMS) {
        let start = text_at + index * 32;
        // lea rax, [rip + mark]
        text.extend([0x48, 0x8D, 0x05]);
        text.extend(relative(rdata_at + index * 56, start + 7));
        let import = match name {
            "keeps" => Some(2),
            "breaks" => Some(0),
            "waits" | "sleeps" => Some(1),
            "calls" => Some(3),
            _ => None,
        };
        if let Some(import) = import {
            // call [rip + slot]
            text.extend([0xFF, 0x15]);
            text.extend(relative(idata_at + u64::from(table) + import * 8, start + 13));
        } else {
            // call rbx
            text.extend([0xFF, 0xD3]);
        }
        text.push(0xC3);
        for field in [0x1000 + index * 32, 0x1000 + index * 32 + 16, 0] {
            pdata.extend(u32::try_from(field).unwrap().to_le_bytes());
        }
        pad(&mut text, 32);
    }
    let mut reloc = 0x2000_u32.to_le_bytes().to_vec();
    let entries = pointers.len().next_multiple_of(2);
    reloc.extend(u32::try_from(8 + entries * 2).unwrap().to_le_bytes());
    reloc.extend(pointers.iter().flat_map(|at| (u16::try_from(*at).unwrap() | 10 << 12).to_le_bytes()));
    pad(&mut reloc, 4);
    let sections: [(&str, u32, &[u8]); 5] = [
        (".text", 0x6000_0020, &text),
        (".rdata", 0x4000_0040, &rdata),
        (".idata", 0xC000_0040, &idata),
        (".pdata", 0x4000_0040, &pdata),
        (".reloc", 0x4200_0040, &reloc),
    ];
    let mut file = b"MZ".to_vec();
    file.resize(60, 0);
    file.extend(64_u32.to_le_bytes());
    file.extend(b"PE\0\0");
    file.extend(0x8664_u16.to_le_bytes());
    file.extend(5_u16.to_le_bytes());
    file.extend([0; 12]);
    file.extend(240_u16.to_le_bytes());
    file.extend(0x22_u16.to_le_bytes());
    let optional = file.len();
    file.extend(0x20B_u16.to_le_bytes());
    file.resize(optional + 24, 0);
    file.extend(BASE.to_le_bytes());
    for field in [0x1000_u32, 0x200] {
        file.extend(field.to_le_bytes());
    }
    file.resize(optional + 56, 0);
    for field in [0x6000_u32, 0x400] {
        file.extend(field.to_le_bytes());
    }
    file.resize(optional + 108, 0);
    file.extend(16_u32.to_le_bytes());
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap();
    for directory in 0..16 {
        let (at, size) = match directory {
            1 => (0x3000_u32, size(&idata)),
            3 => (0x4000, size(&pdata)),
            5 => (0x5000, size(&reloc)),
            _ => (0, 0),
        };
        file.extend(at.to_le_bytes());
        file.extend(size.to_le_bytes());
    }
    for (index, (name, flags, bytes)) in (1_u32..).zip(sections) {
        let mut header = name.as_bytes().to_vec();
        header.resize(8, 0);
        for field in [size(bytes), index * 0x1000, 0x400, index * 0x400, 0, 0, 0, flags] {
            header.extend(field.to_le_bytes());
        }
        file.extend(header);
    }
    for (_, _, bytes) in sections {
        pad(&mut file, 0x400);
        file.extend(bytes);
        assert!(bytes.len() <= 0x400, "a section has its place in the file");
    }
    pad(&mut file, 0x400);
    file
}

/// Name, kind, flags, address, bytes, link, information, size of an entry.
type Section<'f> = (u32, u32, u64, u64, &'f [u8], u32, u32, u64);

/// A program for Linux on `AArch64` that is loaded nowhere else, with symbols.
fn elf_for_a64() -> Vec<u8> {
    const TEXT: u64 = 0x41_0000;
    const DATA: u64 = 0x42_0000;
    let (rodata, _) = marks(DATA);
    let functions: Vec<&str> = SYSTEMS.iter().map(|system| system.0).chain(["malloc", "pthread_mutex_lock"]).collect();
    let place = |name: &str| TEXT + 32 * functions.iter().position(|function| *function == name).unwrap() as u64;
    let mut text = Vec::new();
    for (index, (name, ..)) in (0_u64..).zip(SYSTEMS) {
        let at = TEXT + index * 32;
        let (pages, low) = ((DATA >> 12) - (at >> 12), u32::try_from(index * 56).unwrap());
        let (pages, call) = (u32::try_from(pages).unwrap(), at + 8);
        // adrp x0, page; add x0, x0, #low
        let mut words = vec![0x9000_0000 | (pages & 3) << 29 | (pages >> 2) << 5, 0x9100_0000 | low << 10];
        let to = match name {
            "breaks" => Some("malloc"),
            "waits" | "sleeps" => Some("pthread_mutex_lock"),
            _ => None,
        };
        words.push(match (name, to) {
            // bl
            (_, Some(to)) => 0x9400_0000 | (u32::try_from(place(to) - call).unwrap() >> 2),
            // blr x9; svc #0
            ("asks", _) => 0xD63F_0120,
            ("calls", _) => 0xD400_0001,
            // nop
            _ => 0xD503_201F,
        });
        words.push(0xD65F_03C0);
        text.extend(words.iter().flat_map(|word: &u32| word.to_le_bytes()));
        pad(&mut text, 32);
    }
    for _ in 0..2 {
        text.extend(0xD65F_03C0_u32.to_le_bytes());
        pad(&mut text, 32);
    }
    let (mut strings, mut symbols) = (vec![0], vec![0; 24]);
    for name in &functions {
        symbols.extend(u32::try_from(strings.len()).unwrap().to_le_bytes());
        // A global function of the first section.
        symbols.extend([0x12, 0, 1, 0]);
        symbols.extend(place(name).to_le_bytes());
        symbols.extend(16_u64.to_le_bytes());
        strings.extend(name.bytes().chain([0]));
    }
    let names = b"\0.text\0.rodata\0.symtab\0.strtab\0";
    let sections: [Section<'_>; 5] = [
        (0, 0, 0, 0, &[], 0, 0, 0),
        (1, 1, 6, TEXT, &text, 0, 0, 0),
        (7, 1, 2, DATA, &rodata, 0, 0, 0),
        (15, 2, 0, 0, &symbols, 4, 1, 24),
        (23, 3, 0, 0, &strings, 0, 0, 0),
    ];
    let all: Vec<u8> = names.iter().copied().chain(strings.iter().copied()).collect();
    let mut file = vec![0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for half in [2_u16, 183] {
        file.extend(half.to_le_bytes());
    }
    file.extend(1_u32.to_le_bytes());
    let headers_at = file.len();
    file.resize(64, 0);
    let mut headers = Vec::new();
    for (index, (name, kind, flags, at, bytes, link, info, entry)) in sections.into_iter().enumerate() {
        pad(&mut file, 8);
        // The names of sections and of symbols share one table.
        let bytes = if index == 4 { &all } else { bytes };
        for field in [name, kind] {
            headers.extend(field.to_le_bytes());
        }
        for field in [flags, at, file.len() as u64, bytes.len() as u64] {
            headers.extend(field.to_le_bytes());
        }
        for field in [link, info] {
            headers.extend(field.to_le_bytes());
        }
        for field in [8, entry] {
            headers.extend(u64::to_le_bytes(field));
        }
        file.extend(bytes);
    }
    // Names of symbols begin where those of sections end.
    let shift = u32::try_from(names.len()).unwrap();
    let symbols_at = usize::try_from(u64::from_le_bytes(headers[3 * 64 + 24..][..8].try_into().unwrap())).unwrap();
    for index in 1..=functions.len() {
        let at = symbols_at + index * 24;
        let name = u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) + shift;
        file[at..at + 4].copy_from_slice(&name.to_le_bytes());
    }
    pad(&mut file, 8);
    let sections_at = file.len() as u64;
    file.extend(headers);
    let mut rest = Vec::new();
    for field in [TEXT, 0, sections_at] {
        rest.extend(field.to_le_bytes());
    }
    rest.extend(0_u32.to_le_bytes());
    for half in [64_u16, 0, 0, 64, 5, 4] {
        rest.extend(half.to_le_bytes());
    }
    file[headers_at..headers_at + rest.len()].copy_from_slice(&rest);
    file
}

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
    let systems = proofs[0]["systems"].as_array().unwrap();
    systems.iter().map(|system| (text(&system["name"]), text(&system["verdict"]))).collect()
}

fn wanted() -> Vec<(String, String)> {
    SYSTEMS.iter().map(|(name, _, verdict)| ((*name).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn a_program_for_windows_is_read_with_its_imports() {
    assert_eq!(verdicts(&pe()), wanted());
}

#[test]
fn a_program_for_arm_is_read() {
    assert_eq!(verdicts(&elf_for_a64()), wanted());
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
fn what_is_required_decides_the_exit_code() {
    let ran = prove(&pe(), "");
    assert!(ran.stdout.ends_with('\n') && ran.stdout.contains("2 proven, 2 violated, 2 open of 6 systems"), "{ran:?}");
    assert_eq!(ran.code, 1);
    // Of one that waits, only what declares that it does not.
    assert!(ran.stdout.contains("WaitOnAddress, which may wait"), "{ran:?}");
}

#[test]
fn a_format_that_is_not_read_is_refused_and_never_proven() {
    // Mach-O for AArch64, and ELF for another processor.
    let mut mach = vec![0xCF, 0xFA, 0xED, 0xFE, 0x0C, 0, 0, 1];
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
