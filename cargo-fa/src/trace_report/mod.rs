//! `cargo fa report`: what a recording of frames says, as a page, a picture, text, or a comparison.
//!
//! A [`Recording`] is read once into columns; the text, the page and the picture print the same tables and facts of it. What
//! they print depends on nothing but the recording: no clock, no order of a hash map.

mod arguments;
mod columns;
mod diff;
mod escape;
mod figures;
mod html;
mod recording;
mod svg;
mod tables;
mod text;
mod timeline;
mod units;

use std::path::Path;

pub use arguments::{Arguments, TextFormat};
pub use diff::{Diff, Threshold};
pub use html::page;
pub use recording::Recording;
pub use svg::picture;
pub use text::{markdown, summary};

use crate::exit::{CLEAN, FOUND, INCOMPLETE, UsageError};

/// What a run of `cargo fa report` has to say.
#[derive(Clone, Debug)]
pub struct Made {
    /// For standard output.
    pub text: String,
    /// Lines for standard error: what was written, and what is wrong with a recording.
    pub messages: Vec<String>,
    /// The exit code.
    pub code: u8,
}

/// Does what the command line says.
///
/// # Errors
/// The command line is wrong, a file cannot be read or written, or is no recording.
pub fn run(arguments: &Arguments) -> Result<Made, UsageError> {
    let recordings = match (arguments.diff, arguments.traces.as_slice()) {
        (false, [_]) | (true, [_, _]) => {
            arguments.traces.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?
        }
        (true, _) => return Err(UsageError("`--diff` compares two recordings, the old one first".to_owned())),
        (false, _) => return Err(UsageError("two recordings are compared with `--diff`".to_owned())),
    };
    let incomplete = recordings.iter().any(Recording::is_incomplete);
    let code = if arguments.strict && incomplete { INCOMPLETE } else { CLEAN };
    let mut messages = Vec::new();
    if let [before, after] = recordings.as_slice() {
        for recording in [before, after] {
            if recording.frames.is_empty() {
                return Err(UsageError(format!("{} holds no frame to compare", recording.name)));
            }
        }
        let diff = Diff::new(before, after, arguments.threshold);
        let text = match arguments.format {
            TextFormat::Text => diff.text(),
            TextFormat::Markdown => diff.markdown(),
        };
        return Ok(Made { text, messages, code: if diff.has_grown() { FOUND } else { code } });
    }
    let recording = &recordings[0];
    for (file, render) in [(&arguments.html, page as fn(&Recording) -> String), (&arguments.svg, picture)] {
        if let Some(file) = file {
            std::fs::write(file, render(recording))
                .map_err(|error| UsageError(format!("{}: {error}", file.display())))?;
            messages.push(format!("cargo-fa: wrote {}", file.display()));
        }
    }
    let mut text = String::new();
    if messages.is_empty() {
        text = match arguments.format {
            TextFormat::Text => summary(recording),
            TextFormat::Markdown => markdown(recording),
        };
    } else if let Some(note) = recording.note() {
        messages.push(format!("note: {note}"));
    }
    Ok(Made { text, messages, code })
}

fn open(path: &Path) -> Result<Recording, UsageError> {
    let wrong = |error: &dyn std::fmt::Display| UsageError(format!("{}: {error}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(&error))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Recording::read(&name, &bytes).map_err(|error| wrong(&error))
}
