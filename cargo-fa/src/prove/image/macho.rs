//! Mach-O: Apple's systems.

use object::macho;
use object::read::macho::{LoadCommandVariant, MachHeader as _, MachOFile64};
use object::{Endianness, Object as _, ObjectSection as _, ObjectSegment as _, SectionFlags};

use super::fixups::{self, Binding, Fixup, Segment};
use super::{Address, Content, Image, Processor, Word, regions, without_underscore};
use crate::prove::verdict::ProveError;

type Program<'a> = MachOFile64<'a, Endianness>;

pub(super) fn read<'a>(
    file: &object::File<'a>,
    program: &Program<'a>,
    processor: Processor,
) -> Result<Image<'a>, ProveError> {
    let (header, endian) = (program.macho_header(), program.endian());
    if !matches!(header.filetype(endian), macho::MH_EXECUTE | macho::MH_DYLIB | macho::MH_BUNDLE) {
        return Err(unsupported("Mach-O that is not linked"));
    }
    if processor == Processor::Aarch64
        && header.cpusubtype(endian) & !macho::CPU_SUBTYPE_MASK == macho::CPU_SUBTYPE_ARM64E
    {
        return Err(unsupported("Mach-O for arm64e, whose pointers are signed"));
    }
    let said = Said::read(program)?;
    let mut image = Image {
        is_relocated: header.flags(endian) & macho::MH_PIE != 0 || said.chains.is_some(),
        tables: said.tables(program),
        ..Image::new(regions(file, content_of), processor)
    };
    image.read_fixups(&said)?;
    let starts = fixups::distances(said.function_starts).into_iter();
    image.add_functions(file, starts.map(|distance| (said.base.wrapping_add(distance), 0)).collect());
    Ok(image)
}

fn unsupported(what: &str) -> ProveError {
    ProveError::Unsupported(what.to_owned())
}

/// What the commands of a program say, as far as that matters here.
struct Said<'a> {
    /// Where its header lies in memory.
    base: Address,
    segments: Vec<Segment<'a>>,
    function_starts: &'a [u8],
    data_in_code: &'a [u8],
    chains: Option<&'a [u8]>,
    rebases: &'a [u8],
    binds: [(Binding, &'a [u8]); 3],
}

impl<'a> Said<'a> {
    fn read(program: &Program<'a>) -> Result<Self, ProveError> {
        let wrong = |error: object::Error| ProveError::Unreadable(error.to_string());
        let endian = program.endian();
        let bytes = |offset: u32, size: u32| {
            let range = offset as usize..(offset as usize).saturating_add(size as usize);
            let missing = || ProveError::Unreadable("a table lies outside of the file".to_owned());
            if size == 0 { Ok(&[][..]) } else { program.data().get(range).ok_or_else(missing) }
        };
        let mut said = Self {
            base: 0,
            segments: Vec::new(),
            function_starts: &[],
            data_in_code: &[],
            chains: None,
            rebases: &[],
            binds: [Binding::Now, Binding::Lazy, Binding::Weak].map(|binding| (binding, &[][..])),
        };
        for segment in program.segments() {
            if segment.name().map_err(wrong)? == Some("__TEXT") {
                said.base = segment.address();
            }
            said.segments.push(Segment { start: segment.address(), bytes: segment.data().map_err(wrong)? });
        }
        let mut commands = program.macho_load_commands().map_err(wrong)?;
        while let Some(command) = commands.next().map_err(wrong)? {
            match command.variant().map_err(wrong)? {
                LoadCommandVariant::DyldInfo(info) => {
                    said.rebases = bytes(info.rebase_off.get(endian), info.rebase_size.get(endian))?;
                    said.binds = [
                        (Binding::Now, bytes(info.bind_off.get(endian), info.bind_size.get(endian))?),
                        (Binding::Lazy, bytes(info.lazy_bind_off.get(endian), info.lazy_bind_size.get(endian))?),
                        (Binding::Weak, bytes(info.weak_bind_off.get(endian), info.weak_bind_size.get(endian))?),
                    ];
                }
                LoadCommandVariant::LinkeditData(data) => {
                    let table = bytes(data.dataoff.get(endian), data.datasize.get(endian))?;
                    match command.cmd() {
                        macho::LC_DYLD_CHAINED_FIXUPS => said.chains = Some(table),
                        macho::LC_FUNCTION_STARTS => said.function_starts = table,
                        macho::LC_DATA_IN_CODE => said.data_in_code = table,
                        _ => {}
                    }
                }
                LoadCommandVariant::EncryptionInfo64(info) if info.cryptid.get(endian) != 0 => {
                    return Err(unsupported("Mach-O that is encrypted"));
                }
                _ => {}
            }
        }
        Ok(said)
    }

    /// What lies among the code and is none: from where to where, by the address.
    fn tables(&self, program: &Program<'a>) -> Vec<(Address, Address)> {
        let of_file = |offset: u32| {
            let mut segments = program.segments();
            segments.find_map(|segment| {
                let (start, size) = segment.file_range();
                let inside = u64::from(offset).checked_sub(start).filter(|inside| *inside < size)?;
                Some(segment.address() + inside)
            })
        };
        let mut tables: Vec<(Address, Address)> = self
            .data_in_code
            .chunks_exact(8)
            .filter_map(|entry| {
                let (offset, rest) = entry.split_first_chunk()?;
                let start = of_file(u32::from_le_bytes(*offset))?;
                Some((start, start + u64::from(u16::from_le_bytes(*rest.first_chunk()?))))
            })
            .collect();
        tables.sort_unstable();
        tables
    }
}

impl<'a> Image<'a> {
    fn read_fixups(&mut self, said: &Said<'a>) -> Result<(), ProveError> {
        let not_read = |what: &str| ProveError::Unsupported(format!("Mach-O with {what}"));
        let mut found = fixups::rebases(said.rebases, &said.segments).map_err(not_read)?;
        for (binding, table) in said.binds {
            found.extend(fixups::binds(table, &said.segments, binding).map_err(not_read)?);
        }
        if let Some(chains) = said.chains {
            found.extend(fixups::chained(chains, &said.segments, said.base).map_err(not_read)?);
        }
        for (at, fixup) in found {
            let word = match fixup {
                Fixup::Address(address) => address.or_else(|| self.stored(at)).map_or(Word::Unknown, Word::Address),
                Fixup::Import(name) => {
                    let name = without_underscore(&name);
                    if name == THREAD_LOCAL {
                        // The loader writes another function there, and nobody after it.
                        self.links.push(at);
                    }
                    self.add_import(name)
                }
                Fixup::Unknown => Word::Unknown,
            };
            self.words.insert(at, word);
        }
        self.links.sort_unstable();
        Ok(())
    }
}

/// What finds the variables of a thread.
const THREAD_LOCAL: &str = "_tlv_bootstrap";

fn content_of(section: &object::Section<'_, '_>) -> Option<Content> {
    let SectionFlags::MachO { flags } = section.flags() else { return None };
    let segment = section.segment_name().ok()??;
    let name = section.name().unwrap_or_default();
    let is_code = flags & (macho::S_ATTR_PURE_INSTRUCTIONS | macho::S_ATTR_SOME_INSTRUCTIONS) != 0;
    let kind = flags & macho::SECTION_TYPE;
    Some(match segment {
        "__DWARF" | "__LINKEDIT" => return None,
        _ if is_code => Content::Code,
        _ if matches!(
            kind,
            macho::S_NON_LAZY_SYMBOL_POINTERS | macho::S_LAZY_SYMBOL_POINTERS | macho::S_THREAD_LOCAL_VARIABLE_POINTERS
        ) =>
        {
            Content::Links
        }
        "__TEXT" if matches!(name, "__unwind_info" | "__eh_frame" | "__gcc_except_tab" | "__init_offsets") => {
            Content::Tables
        }
        // Nobody writes to these but the loader. Where there is no segment of their own, constants have a section.
        "__TEXT" | "__DATA_CONST" | "__AUTH_CONST" => Content::Constants,
        "__DATA" if name == "__const" => Content::Constants,
        _ => Content::Variables,
    })
}
