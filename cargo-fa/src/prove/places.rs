//! Where instructions come from.

use std::path::Path;

use super::image::Address;

/// A line of a source.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// As the compiler was given it.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// The table of lines of a program.
pub(super) struct Places {
    loader: Option<addr2line::Loader>,
}

impl Places {
    pub(super) fn of(program: &Path) -> Self {
        Self { loader: addr2line::Loader::new(program).ok() }
    }

    /// The lines that an instruction comes from: where it stands, and, outwards, where that was inlined.
    pub(super) fn of_instruction(&self, at: Address) -> Vec<Place> {
        let Some(mut frames) = self.loader.as_ref().and_then(|loader| loader.find_frames(at).ok()) else {
            return Vec::new();
        };
        let mut places = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            if let Some(location) = frame.location
                && let (Some(file), Some(line @ 1..)) = (location.file, location.line)
            {
                places.push(Place { file: file.to_owned(), line });
            }
        }
        places
    }
}
