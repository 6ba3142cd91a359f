//! Attributes.

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;

use super::super::condition::{all_of, cfg, single, unless};
use super::super::ir::{Attr, Attrs, Cfg, Name};
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
        let mut lowered = Attrs { cfg: self.branch.clone(), in_macro: self.in_macro, ..Attrs::default() };
        for attr in attrs {
            self.attr(&attr.meta, None, &mut lowered);
        }
        lowered
    }

    /// The condition that these attributes make of what is below them.
    pub(super) fn condition(attrs: &[syn::Attribute]) -> Option<Cfg> {
        let mut all = Vec::new();
        for attr in attrs {
            collect_conditions(&attr.meta, &mut all);
        }
        (!all.is_empty()).then(|| all_of(all))
    }

    /// The paths that `#[path]` and `#[cfg_attr(…, path = …)]` give a module.
    pub(super) fn module_paths(&mut self, attrs: &[syn::Attribute]) -> Box<[(Cfg, Name)]> {
        let mut paths = Vec::new();
        for attr in attrs {
            collect_paths(&attr.meta, Cfg::Always(true), &mut paths);
        }
        paths.into_iter().map(|(when, path)| (when, self.text(&path))).collect()
    }

    fn attr(&mut self, meta: &syn::Meta, when: Option<&Cfg>, lowered: &mut Attrs) {
        let path = meta.path();
        let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        match (first.as_str(), meta) {
            ("cfg", syn::Meta::List(_)) => {
                let mut all = Vec::new();
                collect_conditions(meta, &mut all);
                lowered.cfg.extend(all.into_iter().map(|cfg| unless(when, cfg)));
            }
            ("cfg_attr", syn::Meta::List(list)) => {
                // Whether the condition holds is only known with the build.
                if let Some((condition, metas)) = conditional(list) {
                    let condition = all_of(when.cloned().into_iter().chain([condition]).collect());
                    for meta in &metas {
                        self.attr(meta, Some(&condition), lowered);
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
                // `#[frame_test]` makes a test, too.
                if path.segments.last().is_some_and(|segment| segment.ident == "test" || segment.ident == "frame_test")
                {
                    lowered.test = true;
                    return;
                }
                let when = when.cloned().map(Box::new);
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
                                when,
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
                lowered.custom.push(Attr { path: id, args, span, when });
            }
        }
    }
}

/// What a `cfg` and the `cfg` in a `cfg_attr` ask for.
fn collect_conditions(meta: &syn::Meta, all: &mut Vec<Cfg>) {
    let syn::Meta::List(list) = meta else { return };
    if list.path.is_ident("cfg") {
        all.push(single(list.tokens.clone()));
    } else if list.path.is_ident("cfg_attr")
        && let Some((condition, metas)) = conditional(list)
    {
        let mut inner = Vec::new();
        for meta in &metas {
            collect_conditions(meta, &mut inner);
        }
        all.extend(inner.into_iter().map(|cfg| unless(Some(&condition), cfg)));
    }
}

fn collect_paths(meta: &syn::Meta, when: Cfg, paths: &mut Vec<(Cfg, String)>) {
    match meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => {
            if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value {
                paths.push((when, text.value()));
            }
        }
        syn::Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let Some((condition, metas)) = conditional(list) else { return };
            let when = all_of(vec![when, condition]);
            for meta in &metas {
                collect_paths(meta, when.clone(), paths);
            }
        }
        _ => {}
    }
}

/// The condition of a `cfg_attr`, and the attributes that depend on it.
fn conditional(list: &syn::MetaList) -> Option<(Cfg, Vec<syn::Meta>)> {
    let parse = |input: syn::parse::ParseStream<'_>| {
        let mut condition = TokenStream::new();
        while !input.is_empty() && !input.peek(syn::Token![,]) {
            condition.extend([input.parse::<TokenTree>()?]);
        }
        input.parse::<Option<syn::Token![,]>>()?;
        let metas = Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated(input)?;
        Ok((cfg(condition), metas.into_iter().collect()))
    };
    list.parse_args_with(parse).ok()
}
