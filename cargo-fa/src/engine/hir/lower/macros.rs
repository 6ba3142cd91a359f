//! Macro calls: known ones are understood, others are read as well as they can be.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};

use super::super::condition::single;
use super::super::ir::{Block, Cfg, ExprId, ExprKind, Literal, MacroCall, MacroKind, Span, Statement};
use super::super::offset;
use super::Lowerer;

enum Shape {
    Arguments(MacroKind),
    Vec,
    FrameVec,
    Select,
    /// `frame_closure!`.
    FrameClosure,
    RawAddress {
        mutable: bool,
    },
    Text,
    /// `cfg!`.
    Config,
    /// `include!`.
    Include,
}

fn shape(name: &str) -> Shape {
    let kind = match name {
        "format" => MacroKind::Format,
        "format_args" | "print" | "println" | "eprint" | "eprintln" => MacroKind::Print,
        "write" | "writeln" => MacroKind::Write,
        "panic" | "todo" | "unimplemented" | "unreachable" | "bail" => MacroKind::Panic,
        "assert" | "assert_eq" | "assert_ne" | "ensure" => MacroKind::Assert,
        "debug_assert" | "debug_assert_eq" | "debug_assert_ne" => MacroKind::DebugAssert,
        "trace" | "debug" | "info" | "warn" | "error" | "log" | "event" | "span" | "trace_span" | "debug_span"
        | "info_span" | "warn_span" | "error_span" | "warn_once" | "info_once" | "error_once" | "debug_once" => {
            MacroKind::Log
        }
        "matches" => MacroKind::Matches,
        "join" | "try_join" => MacroKind::Join,
        "frame_format" => MacroKind::FrameFormat,
        "pin" | "dbg" => MacroKind::Transparent,
        "vec" => return Shape::Vec,
        "frame_vec" | "try_frame_vec" => return Shape::FrameVec,
        "select" | "select_biased" => return Shape::Select,
        "frame_closure" => return Shape::FrameClosure,
        "addr_of" => return Shape::RawAddress { mutable: false },
        "addr_of_mut" => return Shape::RawAddress { mutable: true },
        "concat" | "stringify" | "include_str" | "include_bytes" | "env" | "option_env" | "line" | "column"
        | "file" | "module_path" | "compile_error" => return Shape::Text,
        "cfg" => return Shape::Config,
        "include" => return Shape::Include,
        _ => MacroKind::Unknown,
    };
    Shape::Arguments(kind)
}

/// Whether a macro of std or of a usual crate has this name.
pub(super) fn is_known(name: &str) -> bool {
    !matches!(shape(name), Shape::Arguments(MacroKind::Unknown))
}

impl<'s> Lowerer<'s> {
    pub(super) fn macro_call(&mut self, mac: &syn::Macro) -> ExprId {
        if let Some(expanded) = self.expanded_expr(mac) {
            return expanded;
        }
        self.foreign_call(mac)
    }

    /// A call of a macro that is not of the workspace.
    pub(super) fn foreign_call(&mut self, mac: &syn::Macro) -> ExprId {
        let name = mac.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let path = self.path(&mac.path);
        let close = match &mac.delimiter {
            syn::MacroDelimiter::Paren(paren) => paren.span.close(),
            syn::MacroDelimiter::Brace(brace) => brace.span.close(),
            syn::MacroDelimiter::Bracket(bracket) => bracket.span.close(),
        };
        let span = self.span_of_path(path).to(self.span(close));
        let (kind, args) = match shape(&name) {
            Shape::Config => {
                return self.push_expr(span, ExprKind::Config(Box::new(single(mac.tokens.clone()))));
            }
            Shape::Include => {
                // The value of a constant or static runs on no frame.
                if self.is_in_function() {
                    self.filled().0.included.push(span);
                }
                return self.push_expr(span, ExprKind::Missing);
            }
            Shape::Text => {
                let text = self.text("");
                return self.push_expr(span, ExprKind::Literal(Literal::Str(text)));
            }
            Shape::Select => {
                if let Ok(arms) = mac.parse_body::<SelectArms>() {
                    return self.select(path, span, arms);
                }
                (MacroKind::Unknown, self.arguments_of(&mac.tokens, Separators::CommasAndSemicolons))
            }
            // A system is its closure; the scope around the body is as that of `#[frame_system]`.
            Shape::FrameClosure => match closure_in(&mac.tokens) {
                Some(closure) => return self.expr(&syn::Expr::Closure(closure)),
                None => (MacroKind::Unknown, self.unknown(&mac.tokens)),
            },
            Shape::RawAddress { mutable } => {
                let inner = match mac.parse_body::<syn::Expr>() {
                    Ok(expr) => self.expr(&expr),
                    Err(_) => self.missing(),
                };
                return self.push_expr(span, ExprKind::Ref { mutable, raw: true, inner });
            }
            Shape::Vec => match mac.parse_body::<RepeatArguments>() {
                Ok(RepeatArguments(value, len)) => (MacroKind::VecRepeat, vec![self.expr(&value), self.expr(&len)]),
                Err(_) => (MacroKind::VecList, self.arguments_of(&mac.tokens, Separators::Commas)),
            },
            Shape::FrameVec => {
                let mut tokens = mac.tokens.clone().into_iter();
                let is_framealloc = matches!(tokens.next(), Some(TokenTree::Ident(word)) if word == "in");
                if is_framealloc {
                    (MacroKind::FrameVec, self.arguments_of(&tokens.collect(), Separators::CommasAndSemicolons))
                } else {
                    (MacroKind::Unknown, self.unknown(&mac.tokens))
                }
            }
            Shape::Arguments(MacroKind::Matches) => {
                let first = split(&mac.tokens, Separators::Commas).into_iter().next();
                (MacroKind::Matches, first.and_then(|tokens| self.argument(tokens)).into_iter().collect())
            }
            Shape::Arguments(MacroKind::Unknown) => (MacroKind::Unknown, self.unknown(&mac.tokens)),
            Shape::Arguments(kind) => (kind, self.arguments_of(&mac.tokens, Separators::Commas)),
        };
        self.push_expr(span, ExprKind::Macro(Box::new(MacroCall { path, kind, args: args.into() })))
    }

    fn unknown(&mut self, tokens: &TokenStream) -> Vec<ExprId> {
        // A body of statements says more than its parts between commas.
        let statements = |input: ParseStream<'_>| syn::Block::parse_within(input);
        if let Ok(stmts) = syn::parse::Parser::parse2(statements, tokens.clone())
            && stmts.len() > 1
        {
            // Items in there may be what the macro makes, or what it only talks of.
            let outer = std::mem::replace(&mut self.in_macro, true);
            let block = self.statements(&stmts, None);
            self.in_macro = outer;
            return vec![self.push_expr(Span::default(), ExprKind::Block(Box::new(block)))];
        }
        self.arguments_of(tokens, Separators::CommasAndSemicolons)
    }

    /// The arguments between commas, with those that a format string names.
    fn arguments_of(&mut self, tokens: &TokenStream, separators: Separators) -> Vec<ExprId> {
        let mut args = Vec::new();
        for tokens in split(tokens, separators) {
            let literal = tokens.clone().into_iter().next();
            if let Some(arg) = self.argument(tokens) {
                let is_text = matches!(self.lowered(arg).kind, ExprKind::Literal(Literal::Str(_)));
                args.push(arg);
                if let (true, Some(TokenTree::Literal(literal))) = (is_text, literal) {
                    self.captured_names(&literal, &mut args);
                }
            }
        }
        args
    }

    fn argument(&mut self, tokens: TokenStream) -> Option<ExprId> {
        if let Some(simple) = self.single_token(&tokens) {
            return Some(simple);
        }
        if let Ok(expr) = syn::parse2::<syn::Expr>(tokens.clone()) {
            // `name = value` in a format macro names an argument.
            return Some(match &expr {
                syn::Expr::Assign(named) => self.expr(&named.right),
                other => self.expr(other),
            });
        }
        // `target: value`, `?value`, `%value`, `name = %value`.
        let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
        while matches!(tokens.first(), Some(TokenTree::Punct(_)))
            || matches!(tokens.get(1), Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), ':' | '='))
        {
            tokens.remove(0);
        }
        let expr = syn::parse2::<syn::Expr>(tokens.into_iter().collect()).ok()?;
        Some(self.expr(&expr))
    }

    /// A name or literal alone, which needs no parser.
    fn single_token(&mut self, tokens: &TokenStream) -> Option<ExprId> {
        let mut tokens = tokens.clone().into_iter();
        let (first, None) = (tokens.next()?, tokens.next()) else { return None };
        match first {
            TokenTree::Ident(ident) => {
                let (name, span) = self.ident(&ident);
                let keyword =
                    matches!(self.name(name), "true" | "false" | "_" | "return" | "break" | "continue" | "crate");
                (!keyword).then(|| self.push_expr(span, ExprKind::Name(name)))
            }
            TokenTree::Literal(literal) => {
                let expr = syn::Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit: syn::Lit::new(literal) });
                Some(self.expr(&expr))
            }
            _ => None,
        }
    }

    /// `{name}` and `{name:?}` in the text of a literal.
    fn captured_names(&mut self, literal: &proc_macro2::Literal, args: &mut Vec<ExprId>) {
        let span = self.span(literal.span());
        if self.expands.is_open() {
            for name in named_in(&literal.to_string()) {
                let name = self.intern_made(name);
                args.push(self.push_expr(span, ExprKind::Name(name)));
            }
            return;
        }
        let base = self.lines.base;
        let text: &'s str = self.lines.text;
        let literal: &'s str = &text[(span.lo - base) as usize..(span.hi - base) as usize];
        let from = literal.as_ptr() as usize;
        for name in named_in(literal) {
            let lo = span.lo + offset(name.as_ptr() as usize - from);
            let interned = self.intern(name);
            args.push(self.push_expr(Span { lo, hi: lo + offset(name.len()) }, ExprKind::Name(interned)));
        }
    }

    /// `select!` waits for all futures at once, then runs one arm.
    fn select(&mut self, path: super::super::ir::PathId, span: Span, arms: SelectArms) -> ExprId {
        let mut futures = Vec::new();
        let mut bodies = Vec::new();
        for arm in arms.0 {
            let future = arm.future.as_ref().map(|future| self.expr(future));
            futures.extend(future);
            let pat = match &arm.pat {
                Some(pat) => self.pat(pat),
                None => self.push_pat(super::super::ir::Pat::Wild),
            };
            bodies.push((pat, self.expr(&arm.body)));
        }
        let wait = MacroCall { path, kind: MacroKind::Join, args: futures.into() };
        let wait = self.push_expr(span, ExprKind::Macro(Box::new(wait)));
        let value = self.missing();
        let choice = self.push_expr(span, ExprKind::Match { value, arms: bodies.into_boxed_slice() });
        let statements = Box::new([Statement::Expr { expr: wait }]);
        self.push_expr(span, ExprKind::Block(Box::new(Block { label: None, statements, tail: Some(choice) })))
    }
}

/// The names in braces of the text of a literal.
fn named_in(literal: &str) -> Vec<&str> {
    let bytes = literal.as_bytes();
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'{', &bytes[at..]) {
        let open = at + found;
        if bytes.get(open + 1) == Some(&b'{') {
            at = open + 2;
            continue;
        }
        at = open + 1;
        if literal[..open].ends_with("\\u") {
            continue;
        }
        let len = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let starts = bytes.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        if starts && matches!(bytes.get(at + len), Some(b'}' | b':')) {
            names.push(&literal[at..at + len]);
        }
    }
    names
}

/// What stands between the arguments of a macro.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separators {
    Commas,
    CommasAndSemicolons,
}

/// Parts between separators that are not in brackets.
fn split(tokens: &TokenStream, separators: Separators) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut pipes = 0;
    for token in tokens.clone() {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                // The commas between the parameters of a closure.
                '|' if part.is_empty() || pipes % 2 == 1 => pipes += 1,
                ',' if pipes % 2 == 0 => {
                    parts.push(part.drain(..).collect());
                    pipes = 0;
                    continue;
                }
                ';' if separators == Separators::CommasAndSemicolons => {
                    parts.push(part.drain(..).collect());
                    pipes = 0;
                    continue;
                }
                _ => {}
            }
        }
        part.push(token);
    }
    if !part.is_empty() {
        parts.push(part.into_iter().collect());
    }
    parts
}

/// The closure behind the options of `frame_closure!`: from the first bar on, or the word before it.
fn closure_in(tokens: &TokenStream) -> Option<syn::ExprClosure> {
    let begins = |token: &TokenTree| match token {
        TokenTree::Punct(bar) => bar.as_char() == '|',
        TokenTree::Ident(word) => word == "move" || word == "static",
        _ => false,
    };
    syn::parse2(tokens.clone().into_iter().skip_while(|token| !begins(token)).collect()).ok()
}

struct RepeatArguments(syn::Expr, syn::Expr);

impl Parse for RepeatArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let value = input.parse()?;
        input.parse::<syn::Token![;]>()?;
        Ok(Self(value, input.parse()?))
    }
}

struct SelectArm {
    pat: Option<syn::Pat>,
    future: Option<syn::Expr>,
    body: syn::Expr,
}

struct SelectArms(Vec<SelectArm>);

impl Parse for SelectArms {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arms = Vec::new();
        if input.peek(syn::Ident) && input.peek2(syn::Token![;]) {
            input.parse::<syn::Ident>()?;
            input.parse::<syn::Token![;]>()?;
        }
        while !input.is_empty() {
            let (pat, future) = if input.peek(syn::Token![else]) {
                input.parse::<syn::Token![else]>()?;
                (None, None)
            } else if input.peek(syn::Ident) && (input.peek2(syn::Token![=>])) {
                // `default => …`, `complete => …`
                input.parse::<syn::Ident>()?;
                (None, None)
            } else {
                let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
                input.parse::<syn::Token![=]>()?;
                let future = input.parse()?;
                if input.peek(syn::Token![,]) {
                    input.parse::<syn::Token![,]>()?;
                    input.parse::<syn::Token![if]>()?;
                    input.parse::<syn::Expr>()?;
                }
                (Some(pat), Some(future))
            };
            input.parse::<syn::Token![=>]>()?;
            let body = syn::Expr::parse_with_earlier_boundary_rule(input)?;
            arms.push(SelectArm { pat, future, body });
            if input.peek(syn::Token![,]) {
                input.parse::<syn::Token![,]>()?;
            }
        }
        Ok(Self(arms))
    }
}

/// Nothing but items.
pub(super) struct Items(pub(super) Vec<syn::Item>);

impl Parse for Items {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(Self(items))
    }
}

/// The blocks of `if #[cfg(…)] { … } else { … }`, with their conditions.
pub(super) fn branches(tokens: TokenStream) -> Vec<(Option<Cfg>, TokenStream)> {
    let mut branches = Vec::new();
    let mut condition = None;
    for token in tokens {
        let TokenTree::Group(group) = token else { continue };
        match group.delimiter() {
            proc_macro2::Delimiter::Brace => branches.push((condition.take(), group.stream())),
            proc_macro2::Delimiter::Bracket => {
                let inside = group.stream().into_iter().find_map(|token| match token {
                    TokenTree::Group(inside) => Some(inside.stream()),
                    _ => None,
                });
                condition = Some(inside.map_or(Cfg::Unknown, single));
            }
            _ => {}
        }
    }
    branches
}

/// `"path"`, `env!("VARIABLE")` or `concat!(env!("VARIABLE"), "/path")`.
pub(super) struct IncludedPath {
    pub(super) variable: Option<String>,
    pub(super) path: String,
}

impl IncludedPath {
    pub(super) fn read(tokens: TokenStream) -> Option<Self> {
        let mut path = Self { variable: None, path: String::new() };
        path.add(tokens)?;
        Some(path)
    }

    fn is_empty(&self) -> bool {
        self.variable.is_none() && self.path.is_empty()
    }

    fn add(&mut self, tokens: TokenStream) -> Option<()> {
        match syn::parse2::<syn::Expr>(tokens).ok()? {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => self.path.push_str(&text.value()),
            syn::Expr::Macro(node) if node.mac.path.is_ident("env") && self.is_empty() => {
                self.variable = Some(node.mac.parse_body::<syn::LitStr>().ok()?.value());
            }
            syn::Expr::Macro(node) if node.mac.path.is_ident("concat") => {
                for part in split(&node.mac.tokens, Separators::Commas) {
                    self.add(part)?;
                }
            }
            _ => return None,
        }
        Some(())
    }
}

/// The inside of `thread_local!` and `lazy_static!`.
pub(super) struct StaticDeclarations(pub(super) Vec<StaticDeclaration>);

pub(super) struct StaticDeclaration {
    pub(super) ident: syn::Ident,
    pub(super) ty: syn::Type,
    pub(super) init: syn::Expr,
}

impl Parse for StaticDeclarations {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut statics = Vec::new();
        while !input.is_empty() {
            input.call(syn::Attribute::parse_outer)?;
            input.parse::<syn::Visibility>()?;
            input.parse::<syn::Token![static]>()?;
            if input.peek(syn::Token![ref]) {
                input.parse::<syn::Token![ref]>()?;
            }
            let ident = input.parse()?;
            input.parse::<syn::Token![:]>()?;
            let ty = input.parse()?;
            input.parse::<syn::Token![=]>()?;
            let init = input.parse()?;
            statics.push(StaticDeclaration { ident, ty, init });
            if !input.is_empty() {
                input.parse::<syn::Token![;]>()?;
            }
        }
        Ok(Self(statics))
    }
}
