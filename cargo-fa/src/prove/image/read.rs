//! The programs in a file, by their formats.

use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
use object::{Architecture, FileKind, Object as _};

use super::{Image, Processor, elf, macho, pe};
use crate::prove::verdict::ProveError;

/// The programs in a file: several in a universal one of Apple's systems, one for each processor.
pub(in crate::prove) fn slices(bytes: &[u8]) -> Result<Vec<&[u8]>, ProveError> {
    fn each<'a, F: FatArch>(bytes: &'a [u8], slices: &[F]) -> object::Result<Vec<&'a [u8]>> {
        slices.iter().map(|slice| slice.data(bytes)).collect()
    }
    let slices = match FileKind::parse(bytes) {
        Ok(FileKind::MachOFat32) => MachOFatFile32::parse(bytes).and_then(|file| each(bytes, file.arches())),
        Ok(FileKind::MachOFat64) => MachOFatFile64::parse(bytes).and_then(|file| each(bytes, file.arches())),
        _ => Ok(vec![bytes]),
    };
    slices.map_err(|error| ProveError::Unreadable(error.to_string()))
}

/// Reads a program for one processor.
pub(in crate::prove) fn program(bytes: &[u8]) -> Result<Image<'_>, ProveError> {
    let file = object::File::parse(bytes).map_err(|error| ProveError::Unreadable(error.to_string()))?;
    match (&file, file.architecture()) {
        (object::File::Elf64(_), Architecture::X86_64) => Ok(elf::read(&file, Processor::X86_64)),
        (object::File::Elf64(_), Architecture::Aarch64) if file.is_little_endian() => {
            Ok(elf::read(&file, Processor::Aarch64))
        }
        (object::File::Pe64(program), Architecture::X86_64) => {
            pe::read(&file, program).map_err(|error| ProveError::Unreadable(error.to_string()))
        }
        (object::File::MachO64(program), Architecture::X86_64) if file.is_little_endian() => {
            macho::read(&file, program, Processor::X86_64)
        }
        (object::File::MachO64(program), Architecture::Aarch64) if file.is_little_endian() => {
            macho::read(&file, program, Processor::Aarch64)
        }
        _ => Err(ProveError::Unsupported(format!("{:?} for {:?}", file.format(), file.architecture()))),
    }
}
