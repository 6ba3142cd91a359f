//! A picture as a PNG without compression: all that it takes are two checksums.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::scene::{HEIGHT, Picture, WIDTH};

/// Bytes of one block that is stored as it is.
const BLOCK: usize = 0xFFFF;

/// Writes a PNG.
pub fn write_png(file: &Path, picture: &Picture) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(file)?);
    file.write_all(b"\x89PNG\r\n\x1A\n")?;
    let mut header = Vec::new();
    header.extend((WIDTH as u32).to_be_bytes());
    header.extend((HEIGHT as u32).to_be_bytes());
    // Eight bits of red, green and blue each, nothing else.
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header)?;
    chunk(&mut file, b"IDAT", &stored(&rows(picture)))?;
    chunk(&mut file, b"IEND", &[])?;
    file.flush()
}

/// The rows, each with the filter that leaves it as it is.
fn rows(picture: &Picture) -> Vec<u8> {
    picture.rgb().chunks_exact(3 * WIDTH).flat_map(|row| std::iter::once(0).chain(row.iter().copied())).collect()
}

fn chunk(file: &mut impl Write, kind: &[u8; 4], data: &[u8]) -> io::Result<()> {
    file.write_all(&(data.len() as u32).to_be_bytes())?;
    file.write_all(kind)?;
    file.write_all(data)?;
    file.write_all(&crc32(kind.iter().chain(data)).to_be_bytes())
}

/// A zlib stream of blocks that are stored as they are.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(BLOCK);
    let last = blocks.len() - 1;
    for (index, block) in blocks.enumerate() {
        let len = block.len() as u16;
        stream.push(u8::from(index == last));
        stream.extend(len.to_le_bytes());
        stream.extend((!len).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789".iter()), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn a_stream_says_how_long_its_blocks_are() {
        let stream = stored(&[7; BLOCK + 2]);
        assert_eq!(stream[..7], [0x78, 0x01, 0, 0xFF, 0xFF, 0, 0]);
        let second = 7 + BLOCK;
        assert_eq!(stream[second..second + 7], [1, 2, 0, 0xFD, 0xFF, 7, 7]);
        assert_eq!(stream.len(), second + 7 + 4);
    }
}
