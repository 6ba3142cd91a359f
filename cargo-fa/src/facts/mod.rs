//! Files into facts: parsed with syn, lowered to owned tables, the tree dropped before the task ends.

pub(crate) mod cache;
mod depth;
pub(crate) mod ir;
mod lower;

use ir::FileFacts;

/// Offsets and rows are 32 bits wide: files over 4 GiB are refused before anything is parsed.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Files over this size are reported instead of parsed: the positions of syn overflow at 4 GiB, and nobody writes 64 MiB.
const LARGEST_FILE: usize = 64 << 20;

/// Why a file could not be read, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// The facts of a file.
///
/// What is in modules of tests is left out unless `tests` are read. It needs a stack that fits [`STACK`] for the deepest nesting it accepts.
pub(crate) fn parse(bytes: &[u8], tests: bool) -> Result<FileFacts, Refused> {
    if bytes.len() > LARGEST_FILE {
        return Err(Refused::new(0, format!("larger than {} MiB", LARGEST_FILE >> 20)));
    }
    let whole = std::str::from_utf8(bytes).map_err(|error| Refused::new(error.valid_up_to(), "not valid UTF-8"))?;
    let base = prelude(whole);
    let text = &whole[base..];
    let text = depth::prepare(text, tests).map_err(|at| Refused::new(base + at, "nested too deeply to be analysed"))?;
    let parsed = std::panic::catch_unwind(|| lower_text(&text, offset(base)));
    proc_macro2::extra::invalidate_current_thread_spans();
    let mut facts = parsed.map_err(|_| Refused::new(base, "the parser failed on this file"))??;
    facts.mentions_fa = memchr::memmem::find(bytes, b"fa:").is_some();
    Ok(facts)
}

fn lower_text(text: &str, base: u32) -> Result<FileFacts, Refused> {
    let lines = lower::Lines::new(text, base);
    match syn::parse_str::<syn::File>(text) {
        Ok(file) => Ok(lower::Lowerer::new(lines).lower(&file)),
        Err(error) => {
            let span = error.span();
            let at = ir::Span { lo: lines.start(span), hi: lines.end(span) };
            Err(Refused { at, message: format!("does not parse: {error}") })
        }
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
