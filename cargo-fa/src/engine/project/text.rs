//! What a file says: what an editor has of it, or what is on disk.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::analysis::Edited;

/// Reads a file to the end of `bytes`.
pub(super) fn read(path: &Path, edited: &Edited, bytes: &mut Vec<u8>) -> io::Result<()> {
    match edited.get(path) {
        Some(text) => bytes.extend_from_slice(text.as_bytes()),
        None => _ = File::open(path)?.read_to_end(bytes)?,
    }
    Ok(())
}
