//! ELF, put together byte by byte.

use super::marks::{self, NO_HEAP, System, marks, pad};

pub(crate) const SYSTEMS: [System; 9] = [
    marks::SYSTEMS[0],
    marks::SYSTEMS[1],
    marks::SYSTEMS[2],
    marks::SYSTEMS[3],
    marks::SYSTEMS[4],
    marks::SYSTEMS[5],
    // Jumps through one table, of which the second entry leads to the heap: one takes either, one the first only, and of one
    // nothing says which.
    ("chooses", NO_HEAP, "violated"),
    ("ends", NO_HEAP, "proven"),
    ("guesses", NO_HEAP, "open"),
];

/// Of each function.
const SIZE: u64 = 64;

/// A jump to a return or to a call of what takes from the heap, `bl`, through a table of bytes at `table`: code for an address,
/// after a mark was taken.
fn choice(name: &str, at: u64, table: u64, bl: impl Fn(u64) -> u32) -> Vec<u32> {
    let last = match name {
        "chooses" => Some(1),
        "ends" => Some(0),
        _ => None,
    };
    // cmp w8, #last; b.hi to the return
    let compares = last.map_or([0xD503_201F; 2], |last: u32| [0x7100_011F | last << 10, 0x5400_00E8]);
    let pages = u32::try_from((table >> 12) - (at >> 12)).unwrap();
    let mut words = compares.to_vec();
    words.extend([
        // adr x1, the return; adrp x9, page; add x9, x9, #low
        0x1000_00C1,
        0x9000_0009 | (pages & 3) << 29 | (pages >> 2) << 5,
        0x9100_0129 | u32::try_from(table & 0xFFF).unwrap() << 10,
        // ldrb w2, [x9, x8]; add x1, x1, x2, lsl #2; br x1; ret
        0x3868_6922,
        0x8B02_0821,
        0xD61F_0020,
        0xD65F_03C0,
    ]);
    words.push(bl(at + 4 * words.len() as u64));
    words
}

/// Name, kind, flags, address, bytes, link, information, size of an entry.
type Section<'f> = (u32, u32, u64, u64, &'f [u8], u32, u32, u64);

/// A program for Linux on `AArch64` that is loaded nowhere else, with symbols.
pub(crate) fn elf_for_a64() -> Vec<u8> {
    const TEXT: u64 = 0x41_0000;
    const DATA: u64 = 0x42_0000;
    const TABLE: u64 = DATA + 0x800;
    let (mut rodata, _) = marks(&SYSTEMS, DATA);
    rodata.resize(usize::try_from(TABLE - DATA).unwrap(), 0);
    rodata.extend([0, 1]);
    let functions: Vec<&str> = SYSTEMS.iter().map(|system| system.0).chain(["malloc", "pthread_mutex_lock"]).collect();
    let place = |name: &str| TEXT + SIZE * functions.iter().position(|function| *function == name).unwrap() as u64;
    let mut text = Vec::new();
    for (index, (name, ..)) in (0_u64..).zip(SYSTEMS) {
        let at = TEXT + index * SIZE;
        let (pages, low) = ((DATA >> 12) - (at >> 12), u32::try_from(index * 56).unwrap());
        let (pages, call) = (u32::try_from(pages).unwrap(), at + 8);
        let bl = |to: &str, call: u64| 0x9400_0000 | (u32::try_from(place(to) - call).unwrap() >> 2);
        // adrp x0, page; add x0, x0, #low
        let mut words = vec![0x9000_0000 | (pages & 3) << 29 | (pages >> 2) << 5, 0x9100_0000 | low << 10];
        let to = match name {
            "breaks" => Some("malloc"),
            "waits" | "sleeps" => Some("pthread_mutex_lock"),
            _ => None,
        };
        match name {
            "chooses" | "ends" | "guesses" => words.extend(choice(name, call, TABLE, |call| bl("malloc", call))),
            _ => {}
        }
        words.push(match (name, to) {
            (_, Some(to)) => bl(to, call),
            // blr x9; svc #0
            ("asks", _) => 0xD63F_0120,
            ("calls", _) => 0xD400_0001,
            // nop
            _ => 0xD503_201F,
        });
        words.push(0xD65F_03C0);
        text.extend(words.iter().flat_map(|word: &u32| word.to_le_bytes()));
        pad(&mut text, usize::try_from(SIZE).unwrap());
    }
    for _ in 0..2 {
        text.extend(0xD65F_03C0_u32.to_le_bytes());
        pad(&mut text, usize::try_from(SIZE).unwrap());
    }
    let (mut strings, mut symbols) = (vec![0], vec![0; 24]);
    for name in &functions {
        symbols.extend(u32::try_from(strings.len()).unwrap().to_le_bytes());
        // A global function of the first section.
        symbols.extend([0x12, 0, 1, 0]);
        symbols.extend(place(name).to_le_bytes());
        symbols.extend(SIZE.to_le_bytes());
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
