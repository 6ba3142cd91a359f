//! Files into facts: parsed with syn, lowered to owned tables, the tree dropped before the task ends.

mod bodies;
pub(crate) mod cache;
pub(crate) mod condition;
mod depth;
pub(crate) mod file;
pub(crate) mod hash;
pub(crate) mod interface;
pub(crate) mod ir;
mod key;
mod lower;
pub(crate) mod macros;
mod outline;
pub(crate) mod pack;
mod part;
mod recover;
pub(crate) mod scratch;
mod shape;
mod sparse;
mod tables;

use std::path::Path;

use bodies::{Bodies, Unread};
use depth::{Prepared, Without};
use file::FileFacts;
pub(crate) use ir::offset;
pub(crate) use key::Extent;
use key::Key;
use macros::FileMacros;
use serde::{Deserialize, Serialize};
use tables::Tables;

use crate::model::suppress;

/// Files over this size are reported instead of parsed: the positions of syn overflow at 4 GiB, and nobody writes 64 MiB.
const LARGEST_FILE: usize = 64 << 20;

/// Why a file could not be read, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refused {
    pub(crate) at: ir::Span,
    pub(crate) message: String,
}

impl Refused {
    fn new(at: usize, message: impl Into<String>) -> Self {
        let at = offset(at);
        Self { at: ir::Span { lo: at, hi: at + 1 }, message: message.into() }
    }
}

/// The facts of a file of these bytes, which `key` names.
///
/// It needs a stack that fits [`STACK`] for the deepest nesting it accepts, and so does whoever asks for bodies later.
pub(crate) fn parse(
    path: &Path,
    bytes: &[u8],
    key: Key,
    extent: Extent,
    macros: Option<FileMacros>,
) -> Result<FileFacts, Refused> {
    let (mut facts, bodies) = lower_bytes(bytes, extent, macros.as_ref())?;
    facts.comments = std::str::from_utf8(bytes).map(suppress::comments).unwrap_or_default();
    facts.bodies = if let Some(bodies) = bodies {
        Bodies::read(bodies)
    } else {
        let outside = facts.outside.rows();
        Bodies::unread(Unread { path: path.to_owned(), key, outside, macros, stored: None })
    };
    Ok(facts)
}

/// The tables of the functions of a file of which the rest has been parsed.
///
/// It is read once more: few files come to this, and the texts of all would be as large as what is known of them.
fn parse_bodies(file: &Unread) -> Result<Tables, Refused> {
    let bytes = std::fs::read(&file.path).map_err(|error| Refused::new(0, format!("cannot be read: {error}")))?;
    let extent = Extent { tests: file.key.tests, bodies: true };
    if Key::of(&bytes, extent).with_macros(file.macros.as_ref()) != file.key {
        return Err(Refused::new(0, "the file changed while it was analysed"));
    }
    let (facts, bodies) = lower_bytes(&bytes, extent, file.macros.as_ref())?;
    // What is outside of functions parsed without them: their mistakes are what is reported.
    if let Some(broken) = facts.broken.into_iter().next() {
        return Err(broken);
    }
    if facts.outside.rows() != file.outside {
        return Err(Refused::new(0, "the parser read this file in two ways"));
    }
    Ok(bodies.unwrap_or_default())
}

/// The facts without the bodies of functions, and their tables unless there are some that wait.
fn lower_bytes(
    bytes: &[u8],
    extent: Extent,
    macros: Option<&FileMacros>,
) -> Result<(FileFacts, Option<Tables>), Refused> {
    if bytes.len() > LARGEST_FILE {
        return Err(Refused::new(0, format!("larger than {} MiB", LARGEST_FILE >> 20)));
    }
    let whole = std::str::from_utf8(bytes).map_err(|error| Refused::new(error.valid_up_to(), "not valid UTF-8"))?;
    let base = prelude(whole);
    let text = &whole[base..];
    let without = Without { tests: !extent.tests, bodies: !extent.bodies };
    let prepared =
        depth::prepare(text, without).map_err(|at| Refused::new(base + at, "nested too deeply to be analysed"))?;
    let lowered = std::panic::catch_unwind(|| lower_text(text, &prepared, extent, offset(base), macros));
    proc_macro2::extra::invalidate_current_thread_spans();
    lowered.map_err(|_| Refused::new(base, "the parser failed on this file"))?
}

fn lower_text(
    text: &str,
    prepared: &Prepared,
    extent: Extent,
    base: u32,
    macros: Option<&FileMacros>,
) -> Result<(FileFacts, Option<Tables>), Refused> {
    let lines = lower::Lines::new(text, &prepared.text, base);
    let error = match syn::parse_str::<syn::File>(&prepared.text) {
        Ok(file) => return Ok(lower_file(&file, lines, prepared, extent, macros)),
        Err(error) => error,
    };
    let span = error.span();
    let at = ir::Span { lo: lines.start(span), hi: lines.end(span) };
    if let Some((rest, broken)) = recover::without_broken(text, &prepared.text, base)
        && let Ok(file) = syn::parse_str::<syn::File>(&rest)
    {
        let lines = lower::Lines::new(text, &rest, base);
        let (mut facts, bodies) = lower_file(&file, lines, prepared, extent, macros);
        facts.broken = broken;
        return Ok((facts, bodies));
    }
    Err(Refused { at, message: format!("does not parse: {error}") })
}

fn lower_file<'s>(
    file: &syn::File,
    lines: lower::Lines<'s>,
    prepared: &'s Prepared,
    extent: Extent,
    macros: Option<&'s FileMacros>,
) -> (FileFacts, Option<Tables>) {
    let outside = lower::Lowerer::new(lines, &prepared.bodies, macros).outside(file);
    if extent.bodies || prepared.bodies.is_empty() {
        let (facts, bodies) = outside.with_bodies(file);
        (facts, Some(bodies))
    } else {
        (outside.facts(), None)
    }
}

/// How many bytes the byte order mark and the line of the interpreter take.
fn prelude(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    if rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[') {
        return mark + rest.find('\n').unwrap_or(rest.len());
    }
    mark
}

/// Stack of the threads that parse and analyse: enough for the deepest nesting that [`depth::check`] lets through.
pub(crate) const STACK: usize = 256 << 20;

#[cfg(test)]
mod tests;
