//! Calls of macros of the workspace: what they become is lowered in their place.

use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};
use rustc_hash::FxHashMap;
use syn::parse::{Parse, ParseStream, Parser as _};

use super::super::ir::{Block, Expansion, ExprId, ExprKind, Span};
use super::super::macros::{self, DefinitionId, Expanded, FileMacros, Prefix, Rules};
use super::Lowerer;
use super::macros::{IncludedPath, Items, is_known};

/// How deep calls may nest that macros make; rustc stops there as well.
const DEEPEST: u32 = 128;
/// How many tokens the calls of a file may become.
const MOST_TOKENS: usize = 1 << 19;

/// What is known about macros while a file is lowered.
pub(super) struct Expands<'s> {
    file: Option<&'s FileMacros>,
    rules: FxHashMap<DefinitionId, Option<Rc<Rules>>>,
    /// Macros that were defined by macros, the last one last.
    made: Vec<(String, Rc<Rules>)>,
    /// Calls that are being lowered, in each other.
    depth: u32,
    left: usize,
}

impl<'s> Expands<'s> {
    pub(super) fn new(file: Option<&'s FileMacros>) -> Self {
        Self { file, rules: FxHashMap::default(), made: Vec::new(), depth: 0, left: MOST_TOKENS }
    }

    /// Whether what is lowered was made by a macro: its names are not in the text where its tokens are.
    pub(super) fn is_open(&self) -> bool {
        self.depth > 0
    }
}

impl Lowerer<'_> {
    /// What a call becomes; `None` where the macro is not of the workspace, or cannot be expanded.
    fn expanded(&mut self, mac: &syn::Macro) -> Option<(TokenStream, Span)> {
        let file = self.expands.file?;
        let last = mac.path.segments.last()?;
        let name = last.ident.to_string();
        let prefix = match mac.path.segments.first() {
            Some(first) if mac.path.segments.len() > 1 => match first.ident.to_string().as_str() {
                "crate" | "self" | "super" => Prefix::Own,
                named => Prefix::Named(named.to_owned()),
            },
            _ => Prefix::None,
        };
        let close = match &mac.delimiter {
            syn::MacroDelimiter::Paren(paren) => paren.span.close(),
            syn::MacroDelimiter::Brace(brace) => brace.span.close(),
            syn::MacroDelimiter::Bracket(bracket) => bracket.span.close(),
        };
        let token = last.ident.span();
        let call = token.join(close).unwrap_or(token);
        let span = self.span(call);
        let made = self.expands.made.iter().rev().find(|(known, _)| *known == name).map(|(_, rules)| Rc::clone(rules));
        let (rules, krate) = match made {
            Some(rules) if prefix == Prefix::None => (rules, None),
            _ => {
                if let Some(id) = file.find(&name, &prefix, span.lo as usize) {
                    let rules = self.expands.rules.entry(id).or_insert_with(|| file.rules(id).map(Rc::new)).clone();
                    let Some(rules) = rules else {
                        self.unexpanded(&name, span, "its rules are not understood");
                        return None;
                    };
                    (rules, file.crate_of(id))
                } else {
                    if prefix == Prefix::None && file.has(&name) && !is_known(&name) {
                        self.unexpanded(&name, span, "several macros of this name might be meant");
                    }
                    return None;
                }
            }
        };
        if self.expands.depth >= DEEPEST {
            self.unexpanded(&name, span, "it calls itself too often");
            return None;
        }
        let args: Vec<TokenTree> = mac.tokens.clone().into_iter().collect();
        match macros::expand(&rules, &args, krate, call, &mut self.expands.left) {
            Expanded::Tokens(tokens) => {
                if !self.expands.is_open() {
                    self.expansion(Expansion { span, name: name.into(), failed: None });
                }
                Some((tokens.into_iter().collect(), span))
            }
            Expanded::Failed(why) => {
                self.unexpanded(&name, span, why);
                None
            }
        }
    }

    /// What `include!` puts in its place, where a value or statements stand.
    fn included_tokens(&mut self, mac: &syn::Macro) -> Option<(TokenStream, Span)> {
        let file = self.expands.file.filter(|_| mac.path.is_ident("include") && !self.expands.is_open())?;
        let IncludedPath { variable: None, path } = IncludedPath::read(mac.tokens.clone())? else { return None };
        let call = mac.path.segments.last()?.ident.span();
        let tokens = file.included(&path, call, &mut self.expands.left)?;
        let span = self.span(call);
        self.expansion(Expansion { span, name: "include".into(), failed: None });
        Some((tokens, span))
    }

    fn expansion(&mut self, expansion: Expansion) {
        let (tables, _) = self.filled();
        tables.expansions.push(expansion);
    }

    fn unexpanded(&mut self, name: &str, span: Span, why: &str) {
        self.expansion(Expansion { span, name: name.into(), failed: Some(why.into()) });
    }

    /// Lowers what a macro made.
    fn within<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> T {
        self.expands.depth += 1;
        let lowered = lower(self);
        self.expands.depth -= 1;
        lowered
    }

    /// A macro that a macro defines.
    pub(super) fn defined(&mut self, node: &syn::ItemMacro) {
        if let (true, Some(name)) = (self.expands.is_open(), &node.ident)
            && let Some(rules) = Rules::read(node.mac.tokens.clone())
        {
            self.expands.made.push((name.to_string(), Rc::new(rules)));
        }
    }

    /// A call where an expression stands.
    pub(super) fn expanded_expr(&mut self, mac: &syn::Macro) -> Option<ExprId> {
        let (tokens, span) = self.included_tokens(mac).or_else(|| self.expanded(mac))?;
        if let Ok(expr) = syn::parse2::<syn::Expr>(tokens.clone()) {
            return Some(self.within(|lowerer| lowerer.expr(&expr)));
        }
        if let Ok(statements) = syn::Block::parse_within.parse2(tokens) {
            let block = self.within(|lowerer| lowerer.statements(&statements, None));
            Some(self.push_expr(span, ExprKind::Block(Box::new(block))))
        } else {
            self.misplaced(mac, span, "what it becomes is not an expression");
            None
        }
    }

    /// A call where a statement stands: what it declares is there for those behind it.
    pub(super) fn expanded_statements(&mut self, mac: &syn::Macro) -> Option<Block> {
        let (tokens, span) = self.included_tokens(mac).or_else(|| self.expanded(mac))?;
        if let Ok(statements) = syn::Block::parse_within.parse2(tokens) {
            Some(self.within(|lowerer| lowerer.statements(&statements, None)))
        } else {
            self.misplaced(mac, span, "what it becomes is not a statement");
            None
        }
    }

    /// A call where something else stands, which `lower` lowers.
    pub(super) fn expanded_as<N, T>(
        &mut self,
        mac: &syn::Macro,
        parse: fn(ParseStream<'_>) -> syn::Result<N>,
        lower: impl FnOnce(&mut Self, &N) -> T,
    ) -> Option<T> {
        let (tokens, span) = self.expanded(mac)?;
        if let Ok(node) = parse.parse2(tokens) {
            Some(self.within(|lowerer| lower(lowerer, &node)))
        } else {
            self.misplaced(mac, span, "what it becomes is not what is expected there");
            None
        }
    }

    pub(super) fn expanded_items(&mut self, mac: &syn::Macro) -> Option<()> {
        self.expanded_as(mac, Items::parse, |lowerer, Items(items)| {
            for item in items {
                lowerer.item(item);
            }
        })
    }

    fn misplaced(&mut self, mac: &syn::Macro, span: Span, why: &str) {
        let name = mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        self.unexpanded(&name, span, why);
    }
}

/// As many of something as there are.
pub(super) fn all<N: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<N>> {
    let mut nodes = Vec::new();
    while !input.is_empty() {
        nodes.push(input.parse()?);
    }
    Ok(nodes)
}
