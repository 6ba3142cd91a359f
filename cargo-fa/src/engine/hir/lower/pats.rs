//! Patterns.

use super::super::ir::{Pat, PatId};
use super::Lowerer;

impl Lowerer<'_> {
    pub(super) fn pat(&mut self, pat: &syn::Pat) -> PatId {
        let lowered = match pat {
            syn::Pat::Guard(guard) => {
                let pat = self.pat(&guard.pat);
                let condition = self.expr(&guard.guard);
                Pat::Guard(pat, condition)
            }
            syn::Pat::Ident(bind) => {
                let (name, span) = self.ident(&bind.ident);
                let sub = bind.subpat.as_ref().map(|(_, sub)| self.pat(sub));
                let constant = self.name(name).chars().next().is_some_and(char::is_uppercase);
                if constant && sub.is_none() && bind.by_ref.is_none() && bind.mutability.is_none() {
                    // `None` and constants look like bindings; a binding in upper case is a lint of rustc.
                    let path = syn::Path::from(bind.ident.clone());
                    Pat::Path(self.path(&path))
                } else {
                    Pat::Bind { name, span, by_ref: bind.by_ref.is_some(), mutable: bind.mutability.is_some(), sub }
                }
            }
            syn::Pat::Or(or) => Pat::Or(or.cases.iter().map(|case| self.pat(case)).collect()),
            syn::Pat::Macro(node) => {
                let expanded = self.expanded_as(&node.mac, syn::Pat::parse_multi_with_leading_vert, Self::pat);
                return expanded.unwrap_or_else(|| self.push_pat(Pat::Wild));
            }
            syn::Pat::Paren(paren) => return self.pat(&paren.pat),
            syn::Pat::Path(path) => Pat::Path(self.path(&path.path)),
            syn::Pat::Reference(reference) => Pat::Ref(self.pat(&reference.pat)),
            syn::Pat::Rest(_) => Pat::Rest,
            syn::Pat::Slice(slice) => Pat::Slice(slice.elems.iter().map(|elem| self.pat(elem)).collect()),
            syn::Pat::Struct(node) => {
                let path = self.path(&node.path);
                let fields = node.fields.iter().map(|field| (&field.member, &*field.pat));
                Pat::Struct(path, self.named(fields, Self::pat))
            }
            syn::Pat::Tuple(tuple) => Pat::Tuple(tuple.elems.iter().map(|elem| self.pat(elem)).collect()),
            syn::Pat::TupleStruct(node) => {
                let path = self.path(&node.path);
                Pat::TupleStruct(path, node.elems.iter().map(|elem| self.pat(elem)).collect())
            }
            syn::Pat::Type(typed) => {
                let pat = self.pat(&typed.pat);
                let ty = self.ty(&typed.ty);
                Pat::Typed(pat, ty)
            }
            syn::Pat::Lit(_) | syn::Pat::Range(_) | syn::Pat::Const(_) => Pat::Literal,
            _ => Pat::Wild,
        };
        self.push_pat(lowered)
    }
}
