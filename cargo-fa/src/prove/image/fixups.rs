//! What the loader of Apple's systems writes: a program says it as chains of pointers, each with the distance to the next,
//! or, for older systems, as small programs of one byte and its operands.
//!
//! What is not understood is an error: a word whose chain was not followed would be taken for a number.

use object::macho;

use super::Address;

/// What the loader writes into a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fixup {
    /// This address, or, without one, the address that stands there.
    Address(Option<Address>),
    /// What another library calls so.
    Import(String),
    /// What several may provide, or something at a distance from it.
    Unknown,
}

/// A segment as it lies in memory, with its bytes in the file.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) start: Address,
    pub(super) bytes: &'a [u8],
}

impl Segment<'_> {
    fn has_word(self, at: Address) -> bool {
        at.checked_sub(self.start).is_some_and(|offset| offset.saturating_add(8) <= self.bytes.len() as u64)
    }
}

/// Words with what becomes of them, or what was not understood.
pub(super) type Fixups = Result<Vec<(Address, Fixup)>, &'static str>;

const MALFORMED: &str = "what the loader must write ends within a word";

/// What is read from its beginning to its end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, &'static str> {
        let (&first, rest) = self.0.split_first().ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(first)
    }

    /// A number in groups of seven bits, the lowest first.
    fn number(&mut self) -> Result<u64, &'static str> {
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
    }

    fn text(&mut self) -> Result<&'a str, &'static str> {
        let end = memchr::memchr(0, self.0).ok_or(MALFORMED)?;
        let text = std::str::from_utf8(&self.0[..end]).map_err(|_| MALFORMED)?;
        self.0 = &self.0[end + 1..];
        Ok(text)
    }
}

/// Where a small program writes next.
struct Cursor<'s, 'a> {
    segments: &'s [Segment<'a>],
    segment: Option<Segment<'a>>,
    at: Address,
}

impl<'s, 'a> Cursor<'s, 'a> {
    fn new(segments: &'s [Segment<'a>]) -> Self {
        Self { segments, segment: None, at: 0 }
    }

    fn enter(&mut self, segment: u8, offset: u64) -> Result<(), &'static str> {
        let segment = *self.segments.get(usize::from(segment)).ok_or(MALFORMED)?;
        (self.segment, self.at) = (Some(segment), segment.start.wrapping_add(offset));
        Ok(())
    }

    /// The words of `count` steps, between which `skip` bytes are left out.
    fn write(
        &mut self,
        (count, skip): (u64, u64),
        fixups: &mut Vec<(Address, Fixup)>,
        fixup: &Fixup,
    ) -> Result<(), &'static str> {
        for _ in 0..count {
            if !self.segment.is_some_and(|segment| segment.has_word(self.at)) {
                return Err("what the loader must write lies outside of the file");
            }
            fixups.push((self.at, fixup.clone()));
            self.at = self.at.wrapping_add(skip.wrapping_add(8));
        }
        Ok(())
    }
}

/// The words that hold an address of the program itself.
pub(super) fn rebases(program: &[u8], segments: &[Segment<'_>]) -> Fixups {
    let (mut code, mut cursor, mut fixups) = (Reader(program), Cursor::new(segments), Vec::new());
    while let Ok(byte) = code.byte() {
        let operand = byte & macho::REBASE_IMMEDIATE_MASK;
        let steps = match byte & macho::REBASE_OPCODE_MASK {
            macho::REBASE_OPCODE_DONE => break,
            macho::REBASE_OPCODE_SET_TYPE_IMM if operand == macho::REBASE_TYPE_POINTER => continue,
            macho::REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB => {
                let offset = code.number()?;
                cursor.enter(operand, offset)?;
                continue;
            }
            macho::REBASE_OPCODE_ADD_ADDR_ULEB => {
                cursor.at = cursor.at.wrapping_add(code.number()?);
                continue;
            }
            macho::REBASE_OPCODE_ADD_ADDR_IMM_SCALED => {
                cursor.at = cursor.at.wrapping_add(u64::from(operand) * 8);
                continue;
            }
            macho::REBASE_OPCODE_DO_REBASE_IMM_TIMES => (operand.into(), 0),
            macho::REBASE_OPCODE_DO_REBASE_ULEB_TIMES => (code.number()?, 0),
            macho::REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB => (1, code.number()?),
            macho::REBASE_OPCODE_DO_REBASE_ULEB_TIMES_SKIPPING_ULEB => (code.number()?, code.number()?),
            _ => return Err("a kind of rebasing that is not known"),
        };
        cursor.write(steps, &mut fixups, &Fixup::Address(None))?;
    }
    Ok(fixups)
}

/// When the loader looks for what a word is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// As the program is loaded.
    Now,
    /// At the first call. Each word has a program of its own.
    Lazy,
    /// As the program is loaded, in whatever library has it first.
    Weak,
}

/// The words that hold what other libraries provide.
pub(super) fn binds(program: &[u8], segments: &[Segment<'_>], binding: Binding) -> Fixups {
    let (mut code, mut cursor, mut fixups) = (Reader(program), Cursor::new(segments), Vec::new());
    let (mut name, mut is_of_library, mut addend) = ("", false, 0);
    while let Ok(byte) = code.byte() {
        let operand = byte & macho::BIND_IMMEDIATE_MASK;
        let steps = match byte & macho::BIND_OPCODE_MASK {
            macho::BIND_OPCODE_DONE if binding == Binding::Lazy => continue,
            macho::BIND_OPCODE_DONE => break,
            macho::BIND_OPCODE_SET_DYLIB_ORDINAL_IMM => {
                is_of_library = operand > 0;
                continue;
            }
            macho::BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB => {
                is_of_library = code.number()? > 0;
                continue;
            }
            // The program itself, or whoever has it.
            macho::BIND_OPCODE_SET_DYLIB_SPECIAL_IMM => {
                is_of_library = false;
                continue;
            }
            macho::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM => {
                name = code.text()?;
                continue;
            }
            macho::BIND_OPCODE_SET_TYPE_IMM if operand == macho::BIND_TYPE_POINTER => continue,
            macho::BIND_OPCODE_SET_ADDEND_SLEB => {
                // Only whether it is none matters.
                addend = code.number()?;
                continue;
            }
            macho::BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB => {
                let offset = code.number()?;
                cursor.enter(operand, offset)?;
                continue;
            }
            macho::BIND_OPCODE_ADD_ADDR_ULEB => {
                cursor.at = cursor.at.wrapping_add(code.number()?);
                continue;
            }
            macho::BIND_OPCODE_DO_BIND => (1, 0),
            macho::BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB => (1, code.number()?),
            macho::BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED => (1, u64::from(operand) * 8),
            macho::BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB => (code.number()?, code.number()?),
            _ => return Err("a kind of binding that is not known"),
        };
        let fixup = if addend == 0 && is_of_library && binding != Binding::Weak {
            Fixup::Import(name.to_owned())
        } else {
            Fixup::Unknown
        };
        cursor.write(steps, &mut fixups, &fixup)?;
    }
    Ok(fixups)
}

/// Chains of pointers. `base` is where the header of the program lies in memory.
pub(super) fn chained(table: &[u8], segments: &[Segment<'_>], base: Address) -> Fixups {
    let version = half(table, 0)?;
    let imports = imports(table)?;
    if version != 0 {
        return Err("chains of a version that is not known");
    }
    let starts = table.get(half(table, 4)? as usize..).ok_or(MALFORMED)?;
    let mut fixups = Vec::new();
    for segment in 0..half(starts, 0)? as usize {
        let offset = half(starts, 4 + segment * 4)? as usize;
        if offset == 0 {
            continue;
        }
        let pages = starts.get(offset..).ok_or(MALFORMED)?;
        let (size, format) = (quarter(pages, 4)?, quarter(pages, 6)?);
        let start = base.wrapping_add(word(pages, 8)?);
        let segment = segments.iter().find(|segment| segment.start == start).ok_or(MALFORMED)?;
        for page in 0..usize::from(quarter(pages, 20)?) {
            match quarter(pages, 22 + page * 2)? {
                NO_CHAIN => {}
                first if first & SEVERAL_CHAINS != 0 => return Err("pages with several chains"),
                first => follow(
                    *segment,
                    page * usize::from(size) + usize::from(first),
                    format,
                    base,
                    &imports,
                    &mut fixups,
                )?,
            }
        }
    }
    Ok(fixups)
}

/// A page without one.
const NO_CHAIN: u16 = 0xFFFF;
const SEVERAL_CHAINS: u16 = 0x8000;

/// Pointers of 64 bits that hold addresses, and such that hold distances from the header.
const OF_ADDRESSES: u16 = 2;
const OF_DISTANCES: u16 = 6;

/// Follows one chain through a page.
fn follow(
    segment: Segment<'_>,
    first: usize,
    format: u16,
    base: Address,
    imports: &[Fixup],
    fixups: &mut Vec<(Address, Fixup)>,
) -> Result<(), &'static str> {
    if !matches!(format, OF_ADDRESSES | OF_DISTANCES) {
        return Err("pointers of a kind that is not known, as of programs whose pointers are signed");
    }
    let mut offset = first;
    loop {
        let pointer = word(segment.bytes, offset)?;
        let fixup = if pointer >> 63 == 1 {
            let import = imports.get((pointer & 0xFF_FFFF) as usize).ok_or(MALFORMED)?;
            if pointer & 0xFF00_0000 == 0 { import.clone() } else { Fixup::Unknown }
        } else {
            let target = pointer & 0xF_FFFF_FFFF;
            let tag = pointer >> 36 & 0xFF;
            let address = if format == OF_DISTANCES { base.wrapping_add(target) } else { target };
            if tag == 0 { Fixup::Address(Some(address)) } else { Fixup::Unknown }
        };
        fixups.push((segment.start + offset as u64, fixup));
        match pointer >> 51 & 0xFFF {
            0 => return Ok(()),
            // In steps of four bytes.
            next => offset += usize::try_from(next).map_err(|_| MALFORMED)? * 4,
        }
    }
}

/// What chains name by its number.
fn imports(table: &[u8]) -> Result<Vec<Fixup>, &'static str> {
    let (at, names, count) = (half(table, 8)? as usize, half(table, 12)? as usize, half(table, 16)? as usize);
    let (format, is_packed) = (half(table, 20)?, half(table, 24)? != 0);
    if is_packed {
        return Err("names that are packed");
    }
    let mut imports = Vec::new();
    for index in 0..count {
        let (ordinal, name, addend) = match format {
            1 | 2 => {
                let size = if format == 1 { 4 } else { 8 };
                let import = half(table, at + index * size)?;
                let addend = if format == 1 { 0 } else { half(table, at + index * size + 4)?.into() };
                (u64::from(import & 0xFF), import >> 9, addend)
            }
            3 => {
                let import = word(table, at + index * 16)?;
                (import & 0xFFFF, (import >> 32) as u32, word(table, at + index * 16 + 8)?)
            }
            _ => return Err("imports of a kind that is not known"),
        };
        // The highest numbers stand for the program itself, and for whoever has it.
        let last = if format == 3 { 0xFFF0 } else { 0xF0 };
        let text = table.get(names + name as usize..).ok_or(MALFORMED)?;
        imports.push(if addend == 0 && (1..=last).contains(&ordinal) {
            Fixup::Import(Reader(text).text()?.to_owned())
        } else {
            Fixup::Unknown
        });
    }
    Ok(imports)
}

fn quarter(bytes: &[u8], at: usize) -> Result<u16, &'static str> {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map(|bytes| u16::from_le_bytes(*bytes)).ok_or(MALFORMED)
}

fn half(bytes: &[u8], at: usize) -> Result<u32, &'static str> {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes)).ok_or(MALFORMED)
}

fn word(bytes: &[u8], at: usize) -> Result<u64, &'static str> {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes)).ok_or(MALFORMED)
}

/// The numbers of a list of distances, each from the last.
pub(super) fn distances(list: &[u8]) -> Vec<u64> {
    let (mut reader, mut at, mut found) = (Reader(list), 0_u64, Vec::new());
    while let Ok(distance @ 1..) = reader.number() {
        at = at.wrapping_add(distance);
        found.push(at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 0x100] = [0; 0x100];

    fn segments() -> [Segment<'static>; 2] {
        [Segment { start: 0x1000, bytes: &BYTES }, Segment { start: 0x4000, bytes: &BYTES }]
    }

    #[test]
    fn rebasing_writes_words_one_after_the_other_and_leaves_some_out() {
        // A pointer; segment 1, 0x10; two; on by 0x80; two, each eight bytes further; one, and on by 16; one; the end.
        let program = [0x11, 0x21, 0x10, 0x52, 0x30, 0x80, 0x01, 0x80, 2, 8, 0x70, 16, 0x51, 0, 0x51];
        let at: Vec<Address> = rebases(&program, &segments()).unwrap().into_iter().map(|(at, _)| at).collect();
        assert_eq!(at, [0x4010, 0x4018, 0x40A0, 0x40B0, 0x40C0, 0x40D8]);
    }

    #[test]
    fn binding_names_what_one_library_provides_and_nothing_else() {
        // Library 1, `_f`, a pointer, segment 0 at 8: bound, and 8 further; then of whoever has it; then with a distance.
        let program = b"\x11\x40_f\0\x51\x70\x08\xA0\x08\x3E\x90\x11\x60\x04\x90\0\x90";
        let fixup = || Fixup::Import("_f".to_owned());
        let wanted = [(0x1008, fixup()), (0x1018, Fixup::Unknown), (0x1020, Fixup::Unknown)];
        assert_eq!(binds(program, &segments(), Binding::Now).unwrap(), wanted);
        let lazy = b"\x70\x10\x11\x40_f\0\x90\0\x70\x18\x11\x40_f\0\x90\0";
        assert_eq!(binds(lazy, &segments(), Binding::Lazy).unwrap(), [(0x1010, fixup()), (0x1018, fixup())]);
        assert_eq!(binds(&lazy[..8], &segments(), Binding::Weak).unwrap(), [(0x1010, Fixup::Unknown)]);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        assert!(rebases(&[0x12], &segments()).is_err(), "no pointer");
        assert!(rebases(&[0x20, 0xF9, 0x01, 0x51], &segments()).is_err(), "beyond the end of the segment");
        assert!(rebases(&[0x22, 0], &segments()).is_err(), "there is no such segment");
        assert!(rebases(&[0x20], &segments()).is_err(), "no end");
        assert!(binds(&[0xD0], &segments(), Binding::Now).is_err(), "signed pointers");
        assert!(chained(&[0; 16], &segments(), 0).is_err(), "a part of a header");
    }

    #[test]
    fn distances_are_from_the_last() {
        assert_eq!(distances(&[0x80, 0x10, 4, 8, 0, 9]), [0x800, 0x804, 0x80C]);
    }
}
