//! A linked program: where its code and its constants are, what its functions are called, and what its words point to.

use addr2line::gimli::{self, BaseAddresses, EhFrame, EndianSlice, LittleEndian, UnwindSection};
use object::{
    Architecture, BinaryFormat, Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget, SectionFlags,
    SymbolKind,
};
use rustc_hash::FxHashMap;

use super::ProveError;

/// A function, by its first address.
pub(super) type Address = u64;

/// A program as it lies in memory once it is loaded.
pub(super) struct Image<'a> {
    regions: Vec<Region<'a>>,
    /// Sorted by their first address, without overlaps.
    functions: Vec<Function>,
    /// What the loader writes into words.
    words: FxHashMap<Address, Word>,
    imports: Vec<String>,
    /// Whether the program may be loaded anywhere: a word that the loader leaves alone then holds no address.
    is_relocated: bool,
}

struct Region<'a> {
    start: Address,
    bytes: &'a [u8],
    content: Content,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Code,
    /// Nobody writes to it once the program runs.
    Constants,
    Variables,
}

/// A function with its name, demangled and without the hash.
pub(super) struct Function {
    pub(super) start: Address,
    pub(super) end: Address,
    pub(super) name: String,
}

/// What a word holds once the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Address(Address),
    /// Something of another library, by its number in [`Image::import`].
    Import(u32),
    /// What only the loader knows.
    Unknown,
}

impl<'a> Image<'a> {
    /// Reads a program.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, ProveError> {
        let file = object::File::parse(file).map_err(|error| ProveError::Unreadable(error.to_string()))?;
        if file.format() != BinaryFormat::Elf || file.architecture() != Architecture::X86_64 {
            return Err(ProveError::Unsupported(format!("{:?} for {:?}", file.format(), file.architecture())));
        }
        let regions = regions(&file);
        let mut image = Self {
            regions,
            functions: Vec::new(),
            words: FxHashMap::default(),
            imports: Vec::new(),
            is_relocated: file.kind() == object::ObjectKind::Dynamic || file.dynamic_relocations().is_some(),
        };
        image.read_functions(&file);
        image.read_relocations(&file);
        Ok(image)
    }

    fn read_functions(&mut self, file: &object::File<'a>) {
        let mut found: Vec<(Address, Address, &str)> = Vec::new();
        for symbol in file.symbols().chain(file.dynamic_symbols()) {
            if symbol.kind() == SymbolKind::Text
                && !symbol.is_undefined()
                && let Ok(name) = symbol.name()
                && self.code_at(symbol.address()).is_some()
            {
                found.push((symbol.address(), symbol.size(), name));
            }
        }
        // A stripped program still says where its functions are, to whoever unwinds.
        found.extend(unwound(file).into_iter().map(|(start, size)| (start, size, "")));
        // One that has a name and a size comes first among those at one place.
        found.sort_by_key(|&(start, size, name)| (start, size == 0, name.is_empty()));
        found.dedup_by_key(|found| found.0);
        for (index, &(start, size, name)) in found.iter().enumerate() {
            let limit = found.get(index + 1).map_or(Address::MAX, |next| next.0);
            let end = if size == 0 { limit } else { limit.min(start.saturating_add(size)) };
            let name = format!("{:#}", rustc_demangle::demangle(name));
            self.functions.push(Function { start, end, name });
        }
    }

    fn read_relocations(&mut self, file: &object::File<'a>) {
        let mut imports: FxHashMap<&str, u32> = FxHashMap::default();
        for (at, relocation) in file.dynamic_relocations().into_iter().flatten() {
            let addend = relocation.addend();
            let kind = match relocation.flags() {
                object::RelocationFlags::Elf { r_type } => r_type,
                _ => u32::MAX,
            };
            let word = match (kind, relocation.target()) {
                (object::elf::R_X86_64_RELATIVE, _) => Word::Address(addend.cast_unsigned()),
                (
                    object::elf::R_X86_64_GLOB_DAT | object::elf::R_X86_64_JUMP_SLOT | object::elf::R_X86_64_64,
                    RelocationTarget::Symbol(index),
                ) => {
                    let symbol = file.dynamic_symbol_table().and_then(|table| {
                        use object::ObjectSymbolTable as _;
                        table.symbol_by_index(index).ok()
                    });
                    match symbol {
                        Some(symbol) if !symbol.is_undefined() => {
                            Word::Address(symbol.address().wrapping_add_signed(addend))
                        }
                        Some(symbol) => {
                            let name = symbol.name().unwrap_or_default();
                            let next = u32::try_from(self.imports.len()).unwrap_or(u32::MAX);
                            let number = *imports.entry(name).or_insert(next);
                            if number == next {
                                self.imports.push(name.to_owned());
                            }
                            Word::Import(number)
                        }
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

    /// The code from this address to the end of its region.
    pub(super) fn code_at(&self, at: Address) -> Option<&'a [u8]> {
        self.bytes_at(at, |content| content == Content::Code)
    }

    fn bytes_at(&self, at: Address, wanted: impl Fn(Content) -> bool) -> Option<&'a [u8]> {
        let region = self.regions.iter().find(|region| {
            wanted(region.content)
                && at.checked_sub(region.start).is_some_and(|offset| offset < region.bytes.len() as u64)
        })?;
        region.bytes.get(usize::try_from(at - region.start).ok()?..)
    }

    /// The eight bytes that the file has at this address, whatever the loader makes of them.
    fn stored(&self, at: Address) -> Option<u64> {
        let bytes = self.bytes_at(at, |_| true)?;
        Some(u64::from_le_bytes(*bytes.first_chunk()?))
    }

    /// The four bytes at an address that nobody writes to.
    pub(super) fn constant_half(&self, at: Address) -> Option<i32> {
        let bytes = self.bytes_at(at, |content| content != Content::Variables)?;
        Some(i32::from_le_bytes(*bytes.first_chunk()?))
    }

    /// What a word at an address holds that nobody writes to.
    pub(super) fn constant(&self, at: Address) -> Option<Word> {
        self.bytes_at(at, |content| content == Content::Constants)?;
        self.word(at)
    }

    /// What a word held when the program started.
    pub(super) fn word(&self, at: Address) -> Option<Word> {
        match self.words.get(&at) {
            Some(&word) => Some(word),
            // A number, then, or an address of a program that is loaded nowhere else.
            None => self.stored(at).map(|value| if self.is_relocated { Word::Unknown } else { Word::Address(value) }),
        }
    }

    /// The text that a word and the length after it describe.
    pub(super) fn text(&self, at: Address) -> Option<&'a str> {
        let Word::Address(start) = self.word(at)? else { return None };
        let length = usize::try_from(self.stored(at + 8)?).ok()?;
        let bytes = self.bytes_at(start, |content| content != Content::Code)?;
        std::str::from_utf8(bytes.get(..length)?).ok()
    }

    /// The function that an address is in.
    pub(super) fn function_at(&self, at: Address) -> Option<&Function> {
        let next = self.functions.partition_point(|function| function.start <= at);
        self.functions.get(next.checked_sub(1)?).filter(|function| at < function.end)
    }

    /// All functions.
    pub(super) fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// Where the code of a function ends that begins here, known or not.
    pub(super) fn end_of(&self, start: Address) -> Address {
        if let Some(function) = self.function_at(start) {
            return function.end;
        }
        let next = self.functions.partition_point(|function| function.start <= start);
        self.functions.get(next).map_or(Address::MAX, |function| function.start)
    }

    /// The name of what another library provides.
    pub(super) fn import(&self, number: u32) -> &str {
        self.imports.get(number as usize).map_or("", |name| name)
    }

    /// Every place of `pattern` among the data.
    pub(super) fn find(&self, pattern: &[u8]) -> Vec<Address> {
        let finder = memchr::memmem::Finder::new(pattern);
        let data = self.regions.iter().filter(|region| region.content != Content::Code);
        data.flat_map(|region| finder.find_iter(region.bytes).map(|offset| region.start + offset as u64)).collect()
    }

    /// The four bytes at any address.
    pub(super) fn half(&self, at: Address) -> Option<u32> {
        let bytes = self.bytes_at(at, |_| true)?;
        Some(u32::from_le_bytes(*bytes.first_chunk()?))
    }

    /// The words that hold this address.
    pub(super) fn words_with(&self, target: Address) -> impl Iterator<Item = Address> {
        self.words.iter().filter(move |(_, word)| **word == Word::Address(target)).map(|(at, _)| *at)
    }
}

fn regions<'a>(file: &object::File<'a>) -> Vec<Region<'a>> {
    let mut regions = Vec::new();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        if sh_flags & u64::from(object::elf::SHF_ALLOC) == 0 {
            continue;
        }
        let name = section.name().unwrap_or_default();
        let content = if sh_flags & u64::from(object::elf::SHF_EXECINSTR) != 0 {
            Content::Code
        } else if sh_flags & u64::from(object::elf::SHF_WRITE) == 0
            || matches!(name, ".got" | ".got.plt")
            || name.starts_with(".data.rel.ro")
        {
            // Only the loader writes to these.
            Content::Constants
        } else {
            Content::Variables
        };
        if let Ok(bytes) = section.data()
            && !bytes.is_empty()
        {
            regions.push(Region { start: section.address(), bytes, content });
        }
    }
    regions
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
