//! PE: Windows. Names come from the table of symbols that the GNU tools write; those of a PDB are not read, so that a program
//! with one has open calls where framealloc would be known by its names.

use object::pe::ImageNtHeaders64;
use object::read::pe::{Import, PeFile64};
use object::{LittleEndian as LE, Object as _, ObjectSection as _, SectionFlags};

use super::{Address, Content, Image, Processor, Word, regions};
use crate::prove::state::WINDOWS;

pub(super) fn read<'a>(file: &object::File<'a>, program: &PeFile64<'a>) -> Result<Image<'a>, object::Error> {
    let base = program.relative_address_base();
    let mut image =
        Image { convention: &WINDOWS, is_relocated: false, ..Image::new(regions(file, content_of), Processor::X86_64) };
    image.add_functions(file, unwound(file, base));
    image.read_base_relocations(program, base)?;
    image.read_imports(program, base)?;
    Ok(image)
}

impl<'a> Image<'a> {
    fn read_base_relocations(&mut self, program: &PeFile64<'a>, base: Address) -> Result<(), object::Error> {
        let Some(mut blocks) =
            program.data_directories().relocation_blocks(program.data(), &program.section_table())?
        else {
            return Ok(());
        };
        self.is_relocated = true;
        while let Some(block) = blocks.next()? {
            for relocation in block {
                let at = base + u64::from(relocation.virtual_address);
                let word = match (relocation.typ, self.stored(at)) {
                    (object::pe::IMAGE_REL_BASED_DIR64, Some(address)) => Word::Address(address),
                    _ => Word::Unknown,
                };
                self.words.insert(at, word);
            }
        }
        Ok(())
    }

    fn read_imports(&mut self, program: &PeFile64<'a>, base: Address) -> Result<(), object::Error> {
        let Some(table) = program.import_table()? else { return Ok(()) };
        let mut descriptors = table.descriptors()?;
        while let Some(descriptor) = descriptors.next()? {
            let first = descriptor.first_thunk.get(LE);
            let names = match descriptor.original_first_thunk.get(LE) {
                0 => first,
                names => names,
            };
            let mut thunks = table.thunks(names)?;
            let mut at = base + u64::from(first);
            while let Some(thunk) = thunks.next::<ImageNtHeaders64>()? {
                let word = match table.import::<ImageNtHeaders64>(thunk)? {
                    Import::Name(_, name) => self.add_import(&String::from_utf8_lossy(name)),
                    // A number without a name: it is open.
                    Import::Ordinal(number) => {
                        let library = String::from_utf8_lossy(table.name(descriptor.name.get(LE))?).into_owned();
                        self.add_import(&format!("{library}#{number}"))
                    }
                };
                self.words.insert(at, word);
                self.links.push(at);
                at += 8;
            }
        }
        self.links.sort_unstable();
        Ok(())
    }
}

fn content_of(section: &object::Section<'_, '_>) -> Option<Content> {
    let SectionFlags::Coff { characteristics } = section.flags() else { return None };
    let has = |flag: u32| characteristics & flag != 0;
    let name = section.name().unwrap_or_default();
    if has(object::pe::IMAGE_SCN_MEM_DISCARDABLE) || name.starts_with(".debug") {
        return None;
    }
    Some(if has(object::pe::IMAGE_SCN_MEM_EXECUTE) {
        Content::Code
    } else if matches!(name, ".pdata" | ".xdata" | ".edata" | ".rsrc") {
        Content::Tables
    } else if has(object::pe::IMAGE_SCN_MEM_WRITE) {
        Content::Variables
    } else {
        Content::Constants
    })
}

/// Where functions are by the table that unwinding reads: begin, end, and where more is said, by their distance from the base.
fn unwound(file: &object::File<'_>, base: Address) -> Vec<(Address, u64)> {
    let Some(section) = file.section_by_name(".pdata") else { return Vec::new() };
    let Ok(bytes) = section.data() else { return Vec::new() };
    let half = |bytes: &[u8]| bytes.first_chunk().map_or(0, |half| u32::from_le_bytes(*half));
    let entries = bytes.chunks_exact(12).map(|entry| (half(entry), half(&entry[4..])));
    let functions = entries.filter(|(begin, end)| begin < end);
    functions.map(|(begin, end)| (base + u64::from(begin), u64::from(end - begin))).collect()
}
