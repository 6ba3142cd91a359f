//! ELF: Linux, and most others but Windows and Apple's.

use addr2line::gimli::{self, BaseAddresses, EhFrame, EndianSlice, LittleEndian, UnwindSection};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget, SectionFlags, elf};

use super::{Address, Content, Image, Kernel, Processor, Word, regions};

pub(super) fn read<'a>(file: &object::File<'a>, processor: Processor) -> Image<'a> {
    let mut image = Image {
        kernel: Kernel::Linux,
        // One that is loaded at one place only has its addresses in the file, whatever else the loader writes.
        is_relocated: file.kind() != object::ObjectKind::Executable,
        ..Image::new(regions(file, content_of), processor)
    };
    image.add_functions(file, unwound(file));
    image.read_relocations(file);
    image
}

impl<'a> Image<'a> {
    fn read_relocations(&mut self, file: &object::File<'a>) {
        for (at, relocation) in file.dynamic_relocations().into_iter().flatten() {
            let addend = relocation.addend();
            let kind = match relocation.flags() {
                object::RelocationFlags::Elf { r_type } => r_type,
                _ => u32::MAX,
            };
            let (relative, of_symbols) = match self.processor {
                Processor::X86_64 => {
                    (elf::R_X86_64_RELATIVE, [elf::R_X86_64_GLOB_DAT, elf::R_X86_64_JUMP_SLOT, elf::R_X86_64_64])
                }
                Processor::Aarch64 => {
                    (elf::R_AARCH64_RELATIVE, [elf::R_AARCH64_GLOB_DAT, elf::R_AARCH64_JUMP_SLOT, elf::R_AARCH64_ABS64])
                }
            };
            let word = match relocation.target() {
                _ if kind == relative => Word::Address(addend.cast_unsigned()),
                RelocationTarget::Symbol(index) if of_symbols.contains(&kind) => {
                    let symbol = file.dynamic_symbol_table().and_then(|table| {
                        use object::ObjectSymbolTable as _;
                        table.symbol_by_index(index).ok()
                    });
                    match symbol {
                        Some(symbol) if !symbol.is_undefined() => {
                            Word::Address(symbol.address().wrapping_add_signed(addend))
                        }
                        Some(symbol) => self.add_import(symbol.name().unwrap_or_default()),
                        None => Word::Unknown,
                    }
                }
                _ => Word::Unknown,
            };
            self.words.insert(at, word);
        }
        for section in file.sections() {
            if let SectionFlags::Elf { .. } = section.flags()
                && section.name() == Ok(".relr.dyn")
                && let Ok(packed) = section.data()
            {
                for at in packed_relocations(packed) {
                    if let Some(value) = self.stored(at) {
                        self.words.insert(at, Word::Address(value));
                    }
                }
            }
        }
    }
}

fn content_of(section: &object::Section<'_, '_>) -> Option<Content> {
    let SectionFlags::Elf { sh_flags } = section.flags() else { return None };
    let has = |flag: u32| sh_flags & u64::from(flag) != 0;
    if !has(elf::SHF_ALLOC) {
        return None;
    }
    let name = section.name().unwrap_or_default();
    let is_table = [".dyn", ".rel", ".eh_frame", ".gcc_except_table", ".gnu", ".note", ".hash", ".interp"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    Some(if has(elf::SHF_EXECINSTR) {
        Content::Code
    } else if is_table {
        Content::Tables
    } else if matches!(name, ".got" | ".got.plt") {
        Content::Links
    } else if !has(elf::SHF_WRITE) || name.starts_with(".data.rel.ro") {
        // Only the loader writes to these.
        Content::Constants
    } else {
        Content::Variables
    })
}

/// Where functions are by the tables that unwinding reads.
fn unwound(file: &object::File<'_>) -> Vec<(Address, u64)> {
    let Some(section) = file.section_by_name(".eh_frame") else { return Vec::new() };
    let Ok(bytes) = section.data() else { return Vec::new() };
    let frames = EhFrame::from(EndianSlice::new(bytes, LittleEndian));
    let address = |name: &str| file.section_by_name(name).map(|section| section.address());
    let mut bases = BaseAddresses::default().set_eh_frame(section.address());
    if let Some(text) = address(".text") {
        bases = bases.set_text(text);
    }
    if let Some(got) = address(".got") {
        bases = bases.set_got(got);
    }
    let mut found = Vec::new();
    let mut entries = frames.entries(&bases);
    while let Ok(Some(entry)) = entries.next() {
        if let gimli::CieOrFde::Fde(partial) = entry
            && let Ok(fde) = partial.parse(|_, bases, offset| frames.cie_from_offset(bases, offset))
        {
            found.push((fde.initial_address(), fde.len()));
        }
    }
    found
}

/// The addresses of a packed table: each is one word further than the last, or a bit of a map of the 63 words after it.
fn packed_relocations(table: &[u8]) -> Vec<Address> {
    let mut found = Vec::new();
    let mut next = 0_u64;
    for entry in table.chunks_exact(8).filter_map(|bytes| bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))) {
        if entry & 1 == 0 {
            found.push(entry);
            next = entry + 8;
        } else {
            found.extend((0..63).filter(|bit| entry >> (bit + 1) & 1 == 1).map(|bit| next + bit * 8));
            next += 63 * 8;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::packed_relocations;

    #[test]
    fn packed_relocations_are_an_address_and_the_bits_after_it() {
        let table: Vec<u8> =
            [0x1000_u64, 0b1011, 1 << 63 | 1, 0x9000].iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(packed_relocations(&table), [0x1000, 0x1008, 0x1018, 0x1008 + 63 * 8 + 62 * 8, 0x9000]);
    }
}
