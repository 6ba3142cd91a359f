//! PE, put together byte by byte.

use super::marks::{SYSTEMS, marks, pad, relative};

/// A program for Windows on x86-64: functions of 32 bytes, which only the table of unwinding knows, and three imports.
#[expect(clippy::too_many_lines, reason = "a file from its first byte to its last")]
pub(crate) fn pe() -> Vec<u8> {
    const BASE: u64 = 0x1_4000_0000;
    const IMPORTS: [&str; 4] = ["HeapAlloc", "WaitOnAddress", "GetCurrentThreadId", "EnumWindows"];
    let (text_at, rdata_at, idata_at) = (BASE + 0x1000, BASE + 0x2000, BASE + 0x3000);
    let (rdata, pointers) = marks(&SYSTEMS, rdata_at);
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
