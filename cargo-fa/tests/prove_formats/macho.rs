//! Mach-O, put together byte by byte: without symbols, so that what is known of its functions is where they begin, and of the
//! others what the loader binds.

use super::marks::{self, NO_BLOCK, NO_HEAP, System, marks, pad, relative};

/// What it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mach {
    X86_64,
    Arm64,
}

/// How it says what the loader writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixups {
    Chained,
    Steps,
}

/// A program, and where some of its bytes are.
pub(crate) struct Built {
    pub(crate) bytes: Vec<u8>,
    /// The command that says where data lies among code.
    pub(crate) data_in_code: usize,
    /// Of what kind the pointers of chains are.
    pub(crate) pointer_format: usize,
}

pub(crate) const SYSTEMS: [System; 9] = [
    marks::SYSTEMS[0],
    marks::SYSTEMS[1],
    marks::SYSTEMS[2],
    marks::SYSTEMS[3],
    marks::SYSTEMS[4],
    marks::SYSTEMS[5],
    // A table of two ways, of which one takes from the heap; one that ends before such a way; a variable of the thread.
    ("chooses", NO_HEAP, "violated"),
    ("ends", NO_HEAP, "proven"),
    ("remembers", NO_HEAP | NO_BLOCK, "proven"),
];

const IMPORTS: [&str; 5] = ["_malloc", "_pthread_mutex_lock", "_pthread_self", "_qsort", "__tlv_bootstrap"];

const BASE: u64 = 0x1_0000_0000;
const SEGMENT: u64 = 0x4000;
const TEXT: u64 = BASE + 0x2000;
const STUBS: u64 = BASE + 0x3000;
/// Marks, then slots; the descriptor of a variable of a thread lies in a segment of its own.
const CONST: u64 = BASE + SEGMENT;
const GOT: u64 = CONST + 0x2000;
const VARS: u64 = BASE + 2 * SEGMENT;
const LINK: u64 = BASE + 3 * SEGMENT;
/// Of each function.
const SIZE: u64 = 64;

/// Where the table of a function begins in it, and the two places it may lead to.
const TABLE: u64 = 48;

fn word(text: &mut Vec<u8>, word: u32) {
    text.extend(word.to_le_bytes());
}

/// `adrp` and `add` of an address.
fn load(text: &mut Vec<u8>, register: u32, address: u64, at: u64) {
    let pages = u32::try_from((address >> 12) - (at >> 12)).unwrap();
    word(text, 0x9000_0000 | (pages & 3) << 29 | (pages >> 2) << 5 | register);
    word(text, 0x9100_0000 | u32::try_from(address & 0xFFF).unwrap() << 10 | register << 5 | register);
}

fn call(mach: Mach, text: &mut Vec<u8>, start: u64, import: usize) {
    let stub = STUBS + 12 * import as u64;
    let at = start + text.len() as u64;
    match mach {
        Mach::X86_64 => {
            text.push(0xE8);
            text.extend(relative(stub, at + 5));
        }
        Mach::Arm64 => word(text, 0x9400_0000 | (u32::try_from(stub - at).unwrap() >> 2)),
    }
}

fn back(mach: Mach, text: &mut Vec<u8>) {
    match mach {
        Mach::X86_64 => text.push(0xC3),
        Mach::Arm64 => word(text, 0xD65F_03C0),
    }
}

/// A function that holds its mark.
fn function(mach: Mach, name: &str, index: u64) -> Vec<u8> {
    let (start, mark) = (TEXT + index * SIZE, CONST + index * 56);
    let mut text = Vec::new();
    match mach {
        Mach::X86_64 => {
            // lea rax, [rip + mark]
            text.extend([0x48, 0x8D, 0x05]);
            text.extend(relative(mark, start + 7));
        }
        Mach::Arm64 => load(&mut text, 0, mark, start),
    }
    match (name, mach) {
        ("keeps", _) => call(mach, &mut text, start, 2),
        ("breaks", _) => call(mach, &mut text, start, 0),
        ("waits" | "sleeps", _) => call(mach, &mut text, start, 1),
        ("calls", _) => call(mach, &mut text, start, 3),
        // call rbx; blr x9
        ("asks", Mach::X86_64) => text.extend([0xFF, 0xD3]),
        ("asks", Mach::Arm64) => word(&mut text, 0xD63F_0120),
        ("remembers", Mach::X86_64) => {
            // lea rdi, [rip + descriptor]; call [rdi]
            text.extend([0x48, 0x8D, 0x3D]);
            text.extend(relative(VARS, start + 14));
            text.extend([0xFF, 0x17]);
        }
        ("remembers", Mach::Arm64) => {
            load(&mut text, 0, VARS, start);
            // ldr x8, [x0]; blr x8
            word(&mut text, 0xF940_0008);
            word(&mut text, 0xD63F_0100);
        }
        ("chooses" | "ends", _) => return choice(mach, text, start),
        _ => unreachable!("a system that has no code here"),
    }
    back(mach, &mut text);
    text.resize(usize::try_from(SIZE).unwrap(), 0);
    text
}

/// A jump through a table to a return and to a call of the heap.
fn choice(mach: Mach, mut text: Vec<u8>, start: u64) -> Vec<u8> {
    match mach {
        Mach::X86_64 => {
            // lea rcx, [rip + table]; movsxd rax, [rcx + rdx * 4]; add rax, rcx; jmp rax
            text.extend([0x48, 0x8D, 0x0D]);
            text.extend(relative(start + TABLE, start + 14));
            text.extend([0x48, 0x63, 0x04, 0x91, 0x48, 0x01, 0xC8, 0xFF, 0xE0]);
        }
        Mach::Arm64 => {
            // adr x1, table; ldrsw x2, [x1, x3, lsl #2]; add x1, x1, x2; br x1
            let distance = u32::try_from(TABLE).unwrap() - u32::try_from(text.len()).unwrap();
            word(&mut text, 0x1000_0001 | (distance >> 2) << 5);
            for instruction in [0xB8A3_7822, 0x8B02_0021, 0xD61F_0020] {
                word(&mut text, instruction);
            }
        }
    }
    let returns = text.len() as u64;
    back(mach, &mut text);
    let takes = text.len() as u64;
    call(mach, &mut text, start, 0);
    back(mach, &mut text);
    assert!(text.len() as u64 <= TABLE, "the code ends before its table");
    text.resize(usize::try_from(TABLE).unwrap(), 0);
    for place in [returns, takes] {
        text.extend(relative(place, TABLE));
    }
    text.resize(usize::try_from(SIZE).unwrap(), 0);
    text
}

fn stubs(mach: Mach) -> Vec<u8> {
    let mut text = Vec::new();
    for index in 0..IMPORTS.len() as u64 {
        let (at, slot) = (STUBS + index * 12, GOT + index * 8);
        match mach {
            Mach::X86_64 => {
                // jmp [rip + slot]
                text.extend([0xFF, 0x25]);
                text.extend(relative(slot, at + 6));
                text.resize(usize::try_from(index + 1).unwrap() * 12, 0);
            }
            Mach::Arm64 => {
                // adrp x16, page; ldr x16, [x16, #low]; br x16
                let pages = u32::try_from((slot >> 12) - (at >> 12)).unwrap();
                word(&mut text, 0x9000_0010 | (pages & 3) << 29 | (pages >> 2) << 5);
                word(&mut text, 0xF940_0210 | (u32::try_from(slot & 0xFFF).unwrap() / 8) << 10);
                word(&mut text, 0xD61F_0200);
            }
        }
    }
    text
}

fn number(mut number: u64, bytes: &mut Vec<u8>) {
    while number > 0x7F {
        bytes.push(0x80 | u8::try_from(number & 0x7F).unwrap());
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
}

/// The words that the loader writes: their addresses, in order, with the number of an import or nothing.
type Words = Vec<(u64, Option<usize>)>;

/// As steps: those of rebasing and those of binding.
fn steps(words: &Words) -> (Vec<u8>, Vec<u8>) {
    let (mut rebases, mut binds) = (vec![0x11], vec![0x11, 0x51]);
    for &(at, import) in words {
        // Segments in their order: nothing, code, constants, variables.
        let segment = u8::try_from((at - BASE) / SEGMENT + 1).unwrap();
        let offset = (at - BASE) % SEGMENT;
        if let Some(import) = import {
            binds.push(0x40);
            binds.extend(IMPORTS[import].bytes().chain([0]));
            binds.push(0x70 | segment);
            number(offset, &mut binds);
            binds.push(0x90);
        } else {
            rebases.push(0x20 | segment);
            number(offset, &mut rebases);
            rebases.push(0x51);
        }
    }
    rebases.push(0);
    binds.push(0);
    (rebases, binds)
}

/// As chains: the table, and where in it the kind of pointers stands. The pointers themselves are written into `file`.
fn chains(words: &Words, file: &mut [u8]) -> (Vec<u8>, usize) {
    for (index, &(at, import)) in words.iter().enumerate() {
        let place = usize::try_from(at - BASE).unwrap();
        let next = words.get(index + 1).map_or(0, |next| next.0 - at);
        let next = if next > 0 && at / SEGMENT == (at + next) / SEGMENT { next / 4 } else { 0 };
        let target = u64::from_le_bytes(file[place..place + 8].try_into().unwrap());
        let pointer = match import {
            Some(import) => 1 << 63 | import as u64,
            None => target - BASE,
        };
        file[place..place + 8].copy_from_slice(&(pointer | next << 51).to_le_bytes());
    }
    let mut table = Vec::new();
    // Version, starts, imports, names, how many, of which kind, not packed; then where each segment's starts are.
    let (starts, size) = (28_u32, 4 + 5 * 4 + 2 * 24_u32);
    let imports = starts + size;
    let names = imports + 4 * u32::try_from(IMPORTS.len()).unwrap();
    for field in [0, starts, imports, names, u32::try_from(IMPORTS.len()).unwrap(), 1, 0] {
        table.extend(field.to_le_bytes());
    }
    for field in [5_u32, 0, 0, 24, 48, 0] {
        table.extend(field.to_le_bytes());
    }
    let format = table.len() + 6;
    for segment in [1, 2] {
        let start = BASE + segment * SEGMENT;
        let first = words.iter().find(|word| word.0 >= start).unwrap().0 - start;
        table.extend(24_u32.to_le_bytes());
        for half in [0x4000_u16, 6] {
            table.extend(half.to_le_bytes());
        }
        table.extend((segment * SEGMENT).to_le_bytes());
        table.extend(0_u32.to_le_bytes());
        for half in [1, u16::try_from(first).unwrap()] {
            table.extend(half.to_le_bytes());
        }
    }
    let mut texts = vec![0];
    for name in IMPORTS {
        table.extend((1 | u32::try_from(texts.len()).unwrap() << 9).to_le_bytes());
        texts.extend(name.bytes().chain([0]));
    }
    table.extend(texts);
    (table, format)
}

struct Part<'p> {
    name: &'p str,
    start: u64,
    size: u64,
    flags: u32,
}

/// A command of a segment with its sections.
fn segment(name: &str, start: u64, size: u64, sections: &[Part<'_>]) -> Vec<u8> {
    let mut command = Vec::new();
    let text = |command: &mut Vec<u8>, text: &str| {
        let end = command.len() + 16;
        command.extend(text.bytes());
        command.resize(end, 0);
    };
    for field in [0x19, 72 + 80 * u32::try_from(sections.len()).unwrap()] {
        command.extend(field.to_le_bytes());
    }
    text(&mut command, name);
    let is_empty = name == "__PAGEZERO";
    let (place, size_of_file) = if is_empty { (0, 0) } else { (start - BASE, size) };
    for field in [start, size, place, size_of_file] {
        command.extend(field.to_le_bytes());
    }
    for field in [7, 7, u32::try_from(sections.len()).unwrap(), 0] {
        command.extend(field.to_le_bytes());
    }
    for section in sections {
        text(&mut command, section.name);
        text(&mut command, name);
        for field in [section.start, section.size] {
            command.extend(field.to_le_bytes());
        }
        for field in [u32::try_from(section.start - BASE).unwrap(), 4, 0, 0, section.flags, 0, 0, 0] {
            command.extend(field.to_le_bytes());
        }
    }
    command
}

/// Commands, each with what it has besides its fields.
fn command(kind: u32, fields: &[u32]) -> Vec<u8> {
    let size = u32::try_from(8 + fields.len() * 4).unwrap();
    [kind, size].iter().chain(fields).flat_map(|field| field.to_le_bytes()).collect()
}

pub(crate) fn macho(mach: Mach, fixups: Fixups) -> Built {
    let (constants, pointers) = marks(&SYSTEMS, CONST);
    let text: Vec<u8> = (0..).zip(SYSTEMS).flat_map(|(index, system)| function(mach, system.0, index)).collect();
    let stubs = stubs(mach);
    let mut file = vec![0; usize::try_from(3 * SEGMENT).unwrap()];
    for (at, bytes) in [(TEXT, &text), (STUBS, &stubs), (CONST, &constants)] {
        let at = usize::try_from(at - BASE).unwrap();
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }
    let mut words: Words = pointers.iter().map(|at| (CONST + *at as u64, None)).collect();
    words.extend((0..IMPORTS.len()).map(|index| (GOT + 8 * index as u64, Some(index))));
    words.push((VARS, Some(4)));

    // What the commands point to, each with its place in the file.
    let mut link = Vec::new();
    let mut add = |bytes: &[u8]| {
        pad(&mut link, 8);
        let place = u32::try_from(LINK - BASE).unwrap() + u32::try_from(link.len()).unwrap();
        link.extend(bytes);
        [place, u32::try_from(bytes.len()).unwrap()]
    };
    let mut starts = Vec::new();
    number(TEXT - BASE, &mut starts);
    for _ in 1..SYSTEMS.len() {
        number(SIZE, &mut starts);
    }
    starts.push(0);
    let mut tables = Vec::new();
    for (index, entries) in [(6_u32, 2_u16), (7, 1)] {
        let place = u32::try_from(TEXT - BASE + TABLE).unwrap() + index * u32::try_from(SIZE).unwrap();
        tables.extend(place.to_le_bytes());
        tables.extend((entries * 4).to_le_bytes());
        tables.extend(4_u16.to_le_bytes());
    }
    let mut pointer_format = 0;
    let loaded = match fixups {
        Fixups::Chained => {
            let (table, format) = chains(&words, &mut file);
            let [place, size] = add(&table);
            pointer_format = place as usize + format;
            command(0x8000_0034, &[place, size])
        }
        Fixups::Steps => {
            let (rebases, binds) = steps(&words);
            let ([rebases, rebases_size], [binds, binds_size]) = (add(&rebases), add(&binds));
            command(0x8000_0022, &[rebases, rebases_size, binds, binds_size, 0, 0, 0, 0, 0, 0])
        }
    };
    let [starts, starts_size] = add(&starts);
    let [tables, tables_size] = add(&tables);
    let part = |name, start, size: usize, flags| Part { name, start, size: size as u64, flags };
    let mut commands = vec![
        segment("__PAGEZERO", 0, BASE, &[]),
        segment(
            "__TEXT",
            BASE,
            SEGMENT,
            &[part("__text", TEXT, text.len(), 0x8000_0400), part("__stubs", STUBS, stubs.len(), 0x8000_0408)],
        ),
        segment(
            "__DATA_CONST",
            CONST,
            SEGMENT,
            &[part("__const", CONST, constants.len(), 0), part("__got", GOT, 8 * IMPORTS.len(), 6)],
        ),
        segment("__DATA", VARS, SEGMENT, &[part("__thread_vars", VARS, 24, 0x13)]),
        segment("__LINKEDIT", LINK, link.len() as u64, &[]),
        loaded,
        command(0x26, &[starts, starts_size]),
    ];
    let data_in_code = 32 + commands.concat().len();
    commands.push(command(0x29, &[tables, tables_size]));
    let (processor, subtype) = match mach {
        Mach::X86_64 => (0x0100_0007, 3),
        Mach::Arm64 => (0x0100_000C, 0),
    };
    let size = u32::try_from(commands.concat().len()).unwrap();
    // A program that is loaded anywhere.
    let header = [0xFEED_FACF, processor, subtype, 2, u32::try_from(commands.len()).unwrap(), size, 0x20_0085, 0];
    let header: Vec<u8> = header.iter().flat_map(|field: &u32| field.to_le_bytes()).chain(commands.concat()).collect();
    file[..header.len()].copy_from_slice(&header);
    file.extend(link);
    Built { bytes: file, data_in_code, pointer_format }
}

/// Several programs in one file.
pub(crate) fn universal(programs: &[(Mach, &[u8])]) -> Vec<u8> {
    let mut file = Vec::new();
    for field in [0xCAFE_BABE, u32::try_from(programs.len()).unwrap()] {
        file.extend(field.to_be_bytes());
    }
    let mut place = 0x4000;
    for (mach, bytes) in programs {
        let processor = match mach {
            Mach::X86_64 => [0x0100_0007, 3],
            Mach::Arm64 => [0x0100_000C, 0],
        };
        let size = u32::try_from(bytes.len()).unwrap();
        for field in processor.into_iter().chain([place, size, 14]) {
            file.extend(field.to_be_bytes());
        }
        place += size.next_multiple_of(0x4000);
    }
    for (_, bytes) in programs {
        pad(&mut file, 0x4000);
        file.extend(*bytes);
    }
    file
}
