//! Syntax tree in, facts out.

mod attrs;
mod expand;
mod exprs;
mod items;
mod macros;
mod pats;
mod types;

use expand::Expands;
use proc_macro2::Span as TokenSpan;
use rustc_hash::FxHashMap;

use super::file::FileFacts;
use super::ir::{
    Attr, Cfg, Expr, ExprId, ExprKind, ItemId, ItemKind, Name, Pat, PatId, Path, PathId, Span, Type, TypeId,
};
use super::macros::FileMacros;
use super::tables::{Rows, Tables, fit};

/// Where lines start, so that line and column of a token become a byte.
///
/// `Span::byte_range` would do, at a search in a tree for every token, and in the text that the parser saw.
pub(super) struct Lines<'s> {
    text: &'s str,
    starts: Vec<u32>,
    /// What the parser saw and where its lines start, if a column is not always a byte.
    seen: Option<(&'s str, Vec<u32>)>,
    /// How many bytes of the file come before `text`.
    base: u32,
}

fn starts(text: &str) -> Vec<u32> {
    let mut starts = vec![0];
    starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| super::offset(at + 1)));
    starts
}

impl<'s> Lines<'s> {
    /// `seen` has the code of `text` in the same lines and columns.
    pub(super) fn new(text: &'s str, seen: &'s str, base: u32) -> Self {
        let seen = (!seen.is_ascii()).then(|| (seen, starts(seen)));
        Self { text, starts: starts(text), seen, base }
    }

    /// The byte within `text`.
    fn within(&self, line: usize, column: usize) -> usize {
        let line = line.saturating_sub(1);
        let start_in = |starts: &[u32]| starts.get(line).copied().unwrap_or(0) as usize;
        let column = match &self.seen {
            Some((seen, starts)) => {
                let rest = &seen[start_in(starts)..];
                rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
            }
            None => column,
        };
        (start_in(&self.starts) + column).min(self.text.len())
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
    /// The functions whose bodies are lowered last, as [`super::outline`] found them.
    plain: &'s [usize],
    /// Those of them that were met.
    functions: Vec<ItemId>,
    /// The tables of functions; what is outside of them goes to those of the facts.
    bodies: Option<Tables>,
    /// How many rows are outside of functions, once that is known.
    outside: Rows,
    names: FxHashMap<&'s str, Name>,
    lines: Lines<'s>,
    parent: Option<ItemId>,
    /// What the fields that were lowered last declare.
    of_fields: Vec<(Name, Attr)>,
    /// Whether the items that are lowered were given to a macro that is not known.
    in_macro: bool,
    /// Under which conditions `cfg_if!` has them.
    branch: Vec<Cfg>,
    missing: Option<ExprId>,
    /// Names that are not in the text where their tokens are.
    made: FxHashMap<Box<str>, Name>,
    expands: Expands<'s>,
}

impl<'s> Lowerer<'s> {
    pub(super) fn new(lines: Lines<'s>, plain: &'s [usize], macros: Option<&'s FileMacros>) -> Self {
        Self {
            facts: FileFacts::default(),
            plain,
            functions: Vec::new(),
            bodies: None,
            outside: Rows::default(),
            names: FxHashMap::default(),
            lines,
            parent: None,
            of_fields: Vec::new(),
            in_macro: false,
            branch: Vec::new(),
            missing: None,
            made: FxHashMap::default(),
            expands: Expands::new(macros),
        }
    }

    /// Lowers what is outside of functions, which does not depend on what is in them.
    pub(super) fn outside(mut self, file: &syn::File) -> Self {
        self.facts.attrs = self.attrs(&file.attrs);
        for item in &file.items {
            self.item(item);
        }
        self.facts.lines = self.lines.count();
        self.outside = self.facts.outside.rows();
        // The first expressions of the bodies are the bodies themselves, so that functions can name them already.
        for (at, function) in self.functions.iter().enumerate() {
            if let ItemKind::Fn(function) = &mut self.facts.items[function.0 as usize].kind {
                function.body = Some(ExprId(self.outside.exprs + super::offset(at)));
            }
        }
        self
    }

    pub(super) fn facts(mut self) -> FileFacts {
        self.facts.outside.fit();
        fit(&mut self.facts.items);
        self.facts
    }

    /// Lowers the bodies of functions.
    pub(super) fn with_bodies(mut self, file: &syn::File) -> (FileFacts, Tables) {
        let functions = std::mem::take(&mut self.functions);
        let nothing = || Expr { span: Span::default(), kind: ExprKind::Missing };
        let mut blocks = Vec::with_capacity(functions.len());
        self.plain_blocks(&file.items, &mut blocks);
        debug_assert_eq!(functions.len(), blocks.len(), "both look in the same places");
        self.bodies = Some(Tables { exprs: functions.iter().map(|_| nothing()).collect(), ..Tables::default() });
        for (at, (function, block)) in functions.iter().zip(blocks).enumerate() {
            self.parent = Some(*function);
            let lowered = self.block_expr(block, None);
            let (tables, before) = self.filled();
            tables.exprs.swap(at, (lowered.0 - before.exprs) as usize);
        }
        let mut bodies = self.bodies.take().unwrap_or_default();
        bodies.fit();
        (self.facts(), bodies)
    }

    /// The bodies of [`Lowerer::functions`], in the same order.
    fn plain_blocks<'f>(&self, items: &'f [syn::Item], blocks: &mut Vec<&'f syn::Block>) {
        for item in items {
            match item {
                syn::Item::Fn(node) => blocks.extend(self.plain(&node.block)),
                syn::Item::Impl(node) => blocks.extend(node.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(node) => self.plain(&node.block),
                    _ => None,
                })),
                syn::Item::Trait(node) => blocks.extend(node.items.iter().filter_map(|item| match item {
                    syn::TraitItem::Fn(node) => self.plain(node.default.as_ref()?),
                    _ => None,
                })),
                syn::Item::Mod(node) => {
                    if let Some((_, items)) = &node.content {
                        self.plain_blocks(items, blocks);
                    }
                }
                _ => {}
            }
        }
    }

    fn plain<'f>(&self, block: &'f syn::Block) -> Option<&'f syn::Block> {
        let at = self.lines.start(block.brace_token.span.open()) - self.lines.base;
        self.plain.binary_search(&(at as usize)).is_ok().then_some(block)
    }

    /// The tables that are filled, and how many rows come before them.
    fn filled(&mut self) -> (&mut Tables, Rows) {
        match &mut self.bodies {
            Some(bodies) => (bodies, self.outside),
            None => (&mut self.facts.outside, Rows::default()),
        }
    }

    fn is_in_function(&self) -> bool {
        let parent = self.parent.map(|parent| &self.facts.items[parent.0 as usize].kind);
        parent.is_some_and(|kind| matches!(kind, ItemKind::Fn(_)))
    }

    fn span(&self, token: TokenSpan) -> Span {
        Span { lo: self.lines.start(token), hi: self.lines.end(token) }
    }

    /// From the start of what was lowered to the end of a token: half of what looking up both ends of the token takes.
    fn until(&self, from: Span, token: TokenSpan) -> Span {
        Span { lo: from.lo, hi: self.lines.end(token).max(from.hi) }
    }

    fn intern(&mut self, text: &'s str) -> Name {
        if let Some(name) = self.names.get(text).or_else(|| self.made.get(text)) {
            return *name;
        }
        let name = self.text(text);
        self.names.insert(text, name);
        name
    }

    /// As [`Lowerer::intern`], for a name that a macro made.
    fn intern_made(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text).or_else(|| self.made.get(text)) {
            return *name;
        }
        let name = self.text(text);
        self.made.insert(text.into(), name);
        name
    }

    /// A text that is not looked up by others.
    fn text(&mut self, text: &str) -> Name {
        let (tables, before) = self.filled();
        let name = Name(before.names + super::offset(tables.names.len()));
        tables.names.push(text);
        name
    }

    /// The name is read from the source at the token's place: `Ident` can only be printed, which is slow.
    fn ident(&mut self, ident: &proc_macro2::Ident) -> (Name, Span) {
        if self.expands.is_open() {
            let text = ident.to_string();
            let span = self.span(ident.span());
            return (self.intern_made(text.strip_prefix("r#").unwrap_or(&text)), span);
        }
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
        let (tables, before) = self.filled();
        let id = ExprId(before.exprs + super::offset(tables.exprs.len()));
        tables.exprs.push(Expr { span, kind });
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
        let (tables, before) = self.filled();
        let id = PatId(before.pats + super::offset(tables.pats.len()));
        tables.pats.push(pat);
        id
    }

    fn push_type(&mut self, ty: Type) -> TypeId {
        let (tables, before) = self.filled();
        let id = TypeId(before.types + super::offset(tables.types.len()));
        tables.types.push(ty);
        id
    }

    fn push_path(&mut self, path: Path) -> PathId {
        let (tables, before) = self.filled();
        let id = PathId(before.paths + super::offset(tables.paths.len()));
        tables.paths.push(path);
        id
    }

    fn name(&self, name: Name) -> &str {
        match (name.0.checked_sub(self.outside.names), &self.bodies) {
            (Some(at), Some(bodies)) => bodies.names.at(at as usize),
            _ => self.facts.outside.names.at(name.0 as usize),
        }
    }

    fn span_of_path(&self, path: PathId) -> Span {
        match (path.0.checked_sub(self.outside.paths), &self.bodies) {
            (Some(at), Some(bodies)) => bodies.paths[at as usize].span,
            _ => self.facts.outside.paths[path.0 as usize].span,
        }
    }

    fn lowered(&self, expr: ExprId) -> &Expr {
        match (expr.0.checked_sub(self.outside.exprs), &self.bodies) {
            (Some(at), Some(bodies)) => &bodies.exprs[at as usize],
            _ => &self.facts.outside.exprs[expr.0 as usize],
        }
    }

    fn span_of(&self, expr: ExprId) -> Span {
        self.lowered(expr).span
    }
}
