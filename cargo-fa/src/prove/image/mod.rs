//! A linked program: where its code and its constants are, what its functions are called, and what its words point to.

mod elf;
mod fixups;
mod macho;
mod pe;
pub(super) mod read;

use std::cell::OnceCell;

use object::{BinaryFormat, Object as _, ObjectSection as _, ObjectSymbol as _, SymbolKind};
use rustc_hash::FxHashMap;

use super::names::Known;
use super::state::{AAPCS64, Convention, SYSTEM_V};

/// A function, by its first address.
pub(super) type Address = u64;

/// What a program is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Processor {
    X86_64,
    Aarch64,
}

/// Whose numbers a call of the kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    Linux,
    Other,
}

/// A program as it lies in memory once it is loaded.
pub(super) struct Image<'a> {
    regions: Vec<Region<'a>>,
    /// Sorted by their first address, without overlaps.
    functions: Vec<Function>,
    /// What the loader writes into words.
    words: FxHashMap<Address, Word>,
    imports: Vec<Import>,
    import_numbers: FxHashMap<String, u32>,
    /// Words that the loader writes to although their section is one that is written to, sorted.
    links: Vec<Address>,
    /// Where data lies among code, from where to where, sorted; only some formats say so.
    tables: Vec<(Address, Address)>,
    pub(super) kernel: Kernel,
    pub(super) processor: Processor,
    /// How functions are called.
    pub(super) convention: &'static Convention,
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
    /// Constants that no code refers to.
    Tables,
    /// Words that the loader writes, each for itself.
    Links,
    Variables,
}

/// A function with its name, demangled and without the hash.
pub(super) struct Function {
    pub(super) start: Address,
    pub(super) end: Address,
    pub(super) name: String,
    known: OnceCell<Known>,
}

/// A function of another library.
pub(super) struct Import {
    pub(super) name: String,
    pub(super) known: Known,
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

impl Processor {
    /// As compilers call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }
}

/// A name as C has it, of a symbol of Apple's systems.
fn without_underscore(name: &str) -> &str {
    name.strip_prefix('_').unwrap_or(name)
}

/// The sections that are in memory, which `content_of` tells.
fn regions<'a>(
    file: &object::File<'a>,
    content_of: impl Fn(&object::Section<'a, '_>) -> Option<Content>,
) -> Vec<Region<'a>> {
    let region = |section: object::Section<'a, '_>| {
        let content = content_of(&section)?;
        let bytes = section.data().ok().filter(|bytes| !bytes.is_empty())?;
        Some(Region { start: section.address(), bytes, content })
    };
    file.sections().filter_map(region).collect()
}

impl<'a> Image<'a> {
    /// Nothing but what lies where.
    fn new(regions: Vec<Region<'a>>, processor: Processor) -> Self {
        Self {
            regions,
            functions: Vec::new(),
            words: FxHashMap::default(),
            imports: Vec::new(),
            import_numbers: FxHashMap::default(),
            links: Vec::new(),
            tables: Vec::new(),
            kernel: Kernel::Other,
            processor,
            convention: match processor {
                Processor::X86_64 => &SYSTEM_V,
                Processor::Aarch64 => &AAPCS64,
            },
            is_relocated: true,
        }
    }

    /// Functions by symbols, and by what else says where some are, with their sizes.
    fn add_functions(&mut self, file: &object::File<'a>, others: Vec<(Address, u64)>) {
        let mut found: Vec<(Address, Address, &str)> = Vec::new();
        let is_macho = file.format() == BinaryFormat::MachO;
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
        found.extend(others.into_iter().map(|(start, size)| (start, size, "")));
        // One that has a name comes first among those at one place; where none of them says its size, another may.
        found.sort_by_key(|&(start, size, name)| (start, name.is_empty(), size == 0));
        let mut sizes: FxHashMap<Address, u64> = FxHashMap::default();
        for &(start, size, _) in &found {
            let known = sizes.entry(start).or_default();
            *known = if *known == 0 { size } else { *known };
        }
        found.dedup_by_key(|found| found.0);
        for (index, &(start, _, name)) in found.iter().enumerate() {
            let size = sizes.get(&start).copied().unwrap_or(0);
            let limit = found.get(index + 1).map_or(Address::MAX, |next| next.0);
            // What lies behind the last function of a region is no part of it.
            let limit = limit.min(start.saturating_add(self.code_at(start).map_or(0, <[u8]>::len) as u64));
            let end = if size == 0 { limit } else { limit.min(start.saturating_add(size)) };
            let name =
                format!("{:#}", rustc_demangle::demangle(if is_macho { without_underscore(name) } else { name }));
            self.functions.push(Function { start, end, name, known: OnceCell::new() });
        }
    }

    /// The number of what another library provides.
    fn add_import(&mut self, name: &str) -> Word {
        let next = u32::try_from(self.imports.len()).unwrap_or(u32::MAX);
        let number = *self.import_numbers.entry(name.to_owned()).or_insert(next);
        if number == next {
            self.imports.push(Import { name: name.to_owned(), known: Known::of_import(name) });
        }
        Word::Import(number)
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

    /// Whether code may take this address: of code or of data, but not of what only loaders and unwinding read.
    pub(super) fn is_takable(&self, at: Address) -> bool {
        self.bytes_at(at, |content| content != Content::Tables).is_some()
    }

    /// Whether this is a word that stands for itself, not part of a table.
    pub(super) fn is_link(&self, at: Address) -> bool {
        self.links.binary_search(&at).is_ok() || self.bytes_at(at, |content| content == Content::Links).is_some()
    }

    /// Where the data ends that lies here among code, if that is known.
    pub(super) fn table_end(&self, at: Address) -> Option<Address> {
        let next = self.tables.partition_point(|table| table.0 <= at);
        self.tables.get(next.checked_sub(1)?).map(|table| table.1).filter(|end| at < *end)
    }

    /// Whether a function begins here.
    pub(super) fn is_function(&self, at: Address) -> bool {
        self.functions.binary_search_by_key(&at, |function| function.start).is_ok()
    }

    /// The eight bytes that the file has at this address, whatever the loader makes of them.
    fn stored(&self, at: Address) -> Option<u64> {
        let bytes = self.bytes_at(at, |_| true)?;
        Some(u64::from_le_bytes(*bytes.first_chunk()?))
    }

    /// What lies from an address on that nobody writes to.
    pub(super) fn constant_bytes(&self, at: Address) -> Option<&'a [u8]> {
        self.bytes_at(at, |content| content != Content::Variables)
    }

    /// The four bytes at an address that nobody writes to.
    pub(super) fn constant_half(&self, at: Address) -> Option<i32> {
        Some(i32::from_le_bytes(*self.constant_bytes(at)?.first_chunk()?))
    }

    /// What a word at an address holds that nobody writes to.
    pub(super) fn constant(&self, at: Address) -> Option<Word> {
        if !self.is_link(at) {
            self.bytes_at(at, |content| matches!(content, Content::Constants | Content::Tables))?;
        }
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

    /// What another library provides.
    pub(super) fn import(&self, number: u32) -> Option<&Import> {
        self.imports.get(number as usize)
    }

    /// What is known by its name of the function that begins here.
    pub(super) fn known(&self, start: Address) -> Known {
        let function = self.function_at(start).filter(|function| function.start == start);
        function.map_or(Known::NOTHING, |function| *function.known.get_or_init(|| Known::of(&function.name)))
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
