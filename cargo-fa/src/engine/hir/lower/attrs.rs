//! Attributes.

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;

use super::super::ir::{Attr, Attrs, Cfg};
use super::Lowerer;

/// Attributes of the language and of the usual tools: they say nothing about memory.
const BUILT_IN: &[&str] = &[
    "allow",
    "automatically_derived",
    "bench",
    "default",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "global_allocator",
    "ignore",
    "inline",
    "link",
    "link_name",
    "link_section",
    "macro_export",
    "macro_use",
    "must_use",
    "no_mangle",
    "no_std",
    "non_exhaustive",
    "panic_handler",
    "path",
    "proc_macro",
    "proc_macro_attribute",
    "proc_macro_derive",
    "recursion_limit",
    "repr",
    "should_panic",
    "target_feature",
    "track_caller",
    "unsafe",
    "warn",
    "feature",
    "rustfmt",
    "clippy",
    "diagnostic",
    "serde",
    "reflect",
    "error",
    "from",
    "source",
];

impl Lowerer<'_> {
    pub(super) fn attrs(&mut self, attrs: &[syn::Attribute]) -> Attrs {
        let mut lowered = Attrs { given_to: self.given_to, ..Attrs::default() };
        for attr in attrs {
            self.attr(&attr.meta, &mut lowered);
        }
        lowered
    }

    /// Whether the code below these attributes is only there to find mistakes.
    pub(super) fn is_cold(attrs: &[syn::Attribute]) -> bool {
        attrs.iter().any(|attr| {
            attr.path().is_ident("cfg")
                && attr.meta.require_list().is_ok_and(|list| {
                    let cfg = cfg(list.tokens.clone());
                    matches!(cfg, Cfg::Test | Cfg::DebugAssertions)
                })
        })
    }

    fn attr(&mut self, meta: &syn::Meta, lowered: &mut Attrs) {
        let path = meta.path();
        let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        match (first.as_str(), meta) {
            ("cfg", syn::Meta::List(list)) => lowered.cfg.push(cfg(list.tokens.clone())),
            ("cfg_attr", syn::Meta::List(list)) => {
                // The condition may or may not hold; what it adds is taken to be there.
                if let Ok(metas) = list.parse_args_with(Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated) {
                    for meta in metas.iter().skip(1) {
                        self.attr(meta, lowered);
                    }
                }
            }
            ("derive", syn::Meta::List(list)) => {
                if let Ok(paths) = list.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated) {
                    for path in &paths {
                        let path = self.path(path);
                        lowered.derives.push(path);
                    }
                }
            }
            ("cold", _) => lowered.cold = true,
            ("test", _) => lowered.test = true,
            (first, _) if BUILT_IN.contains(&first) => {}
            _ => {
                if path.segments.last().is_some_and(|segment| segment.ident == "test") {
                    lowered.test = true;
                    return;
                }
                let id = self.path(path);
                let mut span = self.span_of_path(id);
                let args = match meta {
                    syn::Meta::List(list) => {
                        let delim = match &list.delimiter {
                            syn::MacroDelimiter::Paren(paren) => paren.span,
                            syn::MacroDelimiter::Brace(brace) => brace.span,
                            syn::MacroDelimiter::Bracket(bracket) => bracket.span,
                        };
                        let (lo, hi) = (self.lines.end(delim.open()), self.lines.start(delim.close()));
                        if self.expands.is_open() {
                            lowered.custom.push(Attr {
                                path: id,
                                args: Some((list.tokens.to_string().into(), lo)),
                                span,
                            });
                            return;
                        }
                        span.hi = hi + 1;
                        let base = self.lines.base;
                        let text = &self.lines.text[(lo - base) as usize..(hi - base) as usize];
                        Some((text.into(), lo))
                    }
                    syn::Meta::Path(_) | syn::Meta::NameValue(_) => None,
                };
                lowered.custom.push(Attr { path: id, args, span });
            }
        }
    }
}

fn cfg(tokens: TokenStream) -> Cfg {
    let mut tokens = tokens.into_iter();
    let Some(TokenTree::Ident(ident)) = tokens.next() else { return Cfg::Unknown };
    match (ident.to_string().as_str(), tokens.next()) {
        ("test", None) => Cfg::Test,
        ("debug_assertions", None) => Cfg::DebugAssertions,
        ("feature", Some(TokenTree::Punct(_))) => match tokens.next() {
            Some(TokenTree::Literal(literal)) => Cfg::Feature(literal.to_string().trim_matches('"').into()),
            _ => Cfg::Unknown,
        },
        ("all", Some(TokenTree::Group(group))) => Cfg::All(cfg_list(group.stream())),
        ("any", Some(TokenTree::Group(group))) => Cfg::Any(cfg_list(group.stream())),
        ("not", Some(TokenTree::Group(group))) => Cfg::Not(Box::new(cfg(group.stream()))),
        _ => Cfg::Unknown,
    }
}

fn cfg_list(tokens: TokenStream) -> Vec<Cfg> {
    let mut list = Vec::new();
    let mut part = TokenStream::new();
    for token in tokens {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',') {
            list.push(cfg(std::mem::take(&mut part)));
        } else {
            part.extend([token]);
        }
    }
    if !part.is_empty() {
        list.push(cfg(part));
    }
    list
}
