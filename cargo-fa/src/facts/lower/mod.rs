//! Syntax tree in, facts out.

mod attrs;
mod exprs;
mod items;
mod macros;
mod pats;
mod types;

use proc_macro2::Span as TokenSpan;
use rustc_hash::FxHashMap;

use super::ir::{
    Bodies, Expr, ExprId, ExprKind, FileFacts, Given, ItemId, Lazy, Name, Pat, PatId, Path, PathId, Span, Type, TypeId,
};

/// Where lines start, so that line and column of a token become a byte.
///
/// `Span::byte_range` would do, at a search in a tree for every token.
pub(super) struct Lines<'s> {
    text: &'s str,
    starts: Vec<u32>,
    ascii: bool,
    /// How many bytes of the file come before `text`.
    base: u32,
}

impl<'s> Lines<'s> {
    pub(super) fn new(text: &'s str, base: u32) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| super::offset(at + 1)));
        Self { text, starts, ascii: text.is_ascii(), base }
    }

    /// The byte within `text`.
    fn within(&self, line: usize, column: usize) -> usize {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0) as usize;
        if self.ascii {
            return (start + column).min(self.text.len());
        }
        let rest = &self.text[start..];
        start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }

    pub(super) fn start(&self, span: TokenSpan) -> u32 {
        let at = span.start();
        super::offset(self.within(at.line, at.column)) + self.base
    }

    pub(super) fn end(&self, span: TokenSpan) -> u32 {
        let at = span.end();
        super::offset(self.within(at.line, at.column)) + self.base
    }

    pub(super) fn count(&self) -> u32 {
        let last_is_empty = self.text.is_empty() || self.text.ends_with('\n');
        super::offset(self.starts.len()) - u32::from(last_is_empty)
    }
}

pub(super) struct Lowerer<'s> {
    facts: FileFacts,
    bodies: Bodies,
    names: FxHashMap<&'s str, Name>,
    lines: Lines<'s>,
    parent: Option<ItemId>,
    /// The macro around the items that are lowered.
    given_to: Given,
    missing: Option<ExprId>,
}

impl<'s> Lowerer<'s> {
    pub(super) fn new(lines: Lines<'s>) -> Self {
        Self {
            facts: FileFacts::default(),
            bodies: Bodies::default(),
            names: FxHashMap::default(),
            lines,
            parent: None,
            given_to: Given::Nobody,
            missing: None,
        }
    }

    pub(super) fn lower(mut self, file: &syn::File) -> FileFacts {
        self.facts.attrs = self.attrs(&file.attrs);
        for item in &file.items {
            self.item(item);
        }
        self.facts.lines = self.lines.count();
        self.facts.bodies = Lazy::made(self.bodies);
        self.facts
    }

    fn span(&self, token: TokenSpan) -> Span {
        Span { lo: self.lines.start(token), hi: self.lines.end(token) }
    }

    /// From the start of what was lowered to the end of a token: half of what looking up both ends of the token takes.
    fn until(&self, from: Span, token: TokenSpan) -> Span {
        Span { lo: from.lo, hi: self.lines.end(token).max(from.hi) }
    }

    fn intern(&mut self, text: &'s str) -> Name {
        if let Some(name) = self.names.get(text) {
            return *name;
        }
        let name = self.text(text);
        self.names.insert(text, name);
        name
    }

    /// A text that is not looked up by others.
    fn text(&mut self, text: &str) -> Name {
        let name = Name(super::offset(self.facts.names.len()));
        self.facts.names.push(text);
        name
    }

    /// The name is read from the source at the token's place: `Ident` can only be printed, which is slow.
    fn ident(&mut self, ident: &proc_macro2::Ident) -> (Name, Span) {
        let lo = self.lines.start(ident.span());
        let from = (lo - self.lines.base) as usize;
        let bytes = self.lines.text.as_bytes();
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let raw = if bytes[from..].starts_with(b"r#") { 2 } else { 0 };
        let start = from + raw;
        let len = bytes[start..].iter().position(|byte| !is_word(byte)).unwrap_or(bytes.len() - start);
        let text: &'s str = self.lines.text;
        let name = self.intern(&text[start..start + len]);
        (name, Span { lo, hi: lo + super::offset(raw + len) })
    }

    fn push_expr(&mut self, span: Span, kind: ExprKind) -> ExprId {
        let exprs = &mut self.bodies.exprs;
        let id = ExprId(super::offset(exprs.len()));
        exprs.push(Expr { span, kind });
        id
    }

    fn missing(&mut self) -> ExprId {
        if let Some(id) = self.missing {
            return id;
        }
        let id = self.push_expr(Span::default(), ExprKind::Missing);
        self.missing = Some(id);
        id
    }

    fn push_pat(&mut self, pat: Pat) -> PatId {
        let pats = &mut self.bodies.pats;
        let id = PatId(super::offset(pats.len()));
        pats.push(pat);
        id
    }

    fn push_type(&mut self, ty: Type) -> TypeId {
        let id = TypeId(super::offset(self.facts.types.len()));
        self.facts.types.push(ty);
        id
    }

    fn push_path(&mut self, path: Path) -> PathId {
        let id = PathId(super::offset(self.facts.paths.len()));
        self.facts.paths.push(path);
        id
    }

    fn span_of(&self, expr: ExprId) -> Span {
        self.bodies.exprs[expr.0 as usize].span
    }
}
