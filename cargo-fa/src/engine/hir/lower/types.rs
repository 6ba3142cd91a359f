//! Types, paths and generics.

use super::super::ir::{Arguments, Generics, Lifetime, Name, Path, PathId, PathStart, Segment, Span, Type, TypeId};
use super::super::sparse::Sparse;
use super::Lowerer;

impl Lowerer<'_> {
    pub(super) fn ty(&mut self, ty: &syn::Type) -> TypeId {
        let lowered = match ty {
            syn::Type::Array(array) => {
                let elem = self.ty(&array.elem);
                let len = self.expr(&array.len);
                Type::Array(elem, len)
            }
            syn::Type::FnPtr(_) => Type::FnPointer,
            syn::Type::Group(group) => return self.ty(&group.elem),
            syn::Type::ImplTrait(node) => Type::ImplTrait(self.bounds(&node.bounds)),
            syn::Type::Infer(_) => Type::Infer,
            syn::Type::Macro(node) => {
                let expanded = self.expanded_as(&node.mac, <syn::Type as syn::parse::Parse>::parse, Self::ty);
                return expanded.unwrap_or_else(|| self.push_type(Type::Unknown));
            }
            syn::Type::Never(_) => Type::Never,
            syn::Type::Paren(paren) => return self.ty(&paren.elem),
            syn::Type::Path(path) => {
                let qself = path.qself.as_ref().map(|qself| self.ty(&qself.ty));
                Type::Path(self.path_with(&path.path, qself))
            }
            syn::Type::Ptr(ptr) => Type::Ptr(self.ty(&ptr.elem)),
            syn::Type::Reference(reference) => Type::Ref {
                lifetime: reference.lifetime.as_ref().map_or(Lifetime::Elided, |lifetime| self.lifetime(lifetime)),
                mutable: reference.mutability.is_some(),
                inner: self.ty(&reference.elem),
            },
            syn::Type::Slice(slice) => Type::Slice(self.ty(&slice.elem)),
            syn::Type::TraitObject(object) => Type::Dyn(self.bounds_of_object(&object.bounds)),
            syn::Type::Tuple(tuple) => Type::Tuple(tuple.elems.iter().map(|elem| self.ty(elem)).collect()),
            _ => Type::Unknown,
        };
        self.push_type(lowered)
    }

    fn lifetime(&mut self, lifetime: &syn::Lifetime) -> Lifetime {
        let (name, _) = self.ident(&lifetime.ident);
        match self.name(name) {
            "static" => Lifetime::Static,
            "_" => Lifetime::Elided,
            _ => Lifetime::Named(name),
        }
    }

    fn bounds<P>(&mut self, bounds: &syn::punctuated::Punctuated<syn::TypeParamBound, P>) -> Box<[PathId]> {
        bounds
            .iter()
            .filter_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(self.path(&bound.path)),
                // The only lifetime that asks for something whoever calls: a path of its name.
                syn::TypeParamBound::Lifetime(lifetime) if lifetime.ident == "static" => {
                    Some(self.static_bound(lifetime))
                }
                _ => None,
            })
            .collect()
    }

    /// As [`Lowerer::bounds`]; a lifetime that is not `'static` is a path of the name `_`: without any, the object in a
    /// box has to be `'static`.
    fn bounds_of_object<P>(&mut self, bounds: &syn::punctuated::Punctuated<syn::TypeParamBound, P>) -> Box<[PathId]> {
        let mut lowered = self.bounds(bounds).into_vec();
        let other = bounds.iter().find_map(|bound| match bound {
            syn::TypeParamBound::Lifetime(lifetime) if lifetime.ident != "static" => Some(lifetime),
            _ => None,
        });
        if let Some(lifetime) = other {
            let name = self.intern_made("_");
            let span = self.span(lifetime.ident.span());
            lowered.push(self.named_bound(name, span));
        }
        lowered.into()
    }

    fn static_bound(&mut self, lifetime: &syn::Lifetime) -> PathId {
        let (name, span) = self.ident(&lifetime.ident);
        self.named_bound(name, span)
    }

    fn named_bound(&mut self, name: Name, span: Span) -> PathId {
        let segments = [Segment { name, args: None }].into();
        self.push_path(Path { start: path_start(None), qself: None, segments, span })
    }

    pub(super) fn path(&mut self, path: &syn::Path) -> PathId {
        self.path_with(path, None)
    }

    pub(super) fn path_with(&mut self, path: &syn::Path, qself: Option<TypeId>) -> PathId {
        let mut span: Option<Span> = None;
        let segments = path
            .segments
            .iter()
            .map(|segment| {
                let (name, at) = self.ident(&segment.ident);
                span = Some(span.map_or(at, |span| span.to(at)));
                Segment { name, args: self.path_arguments(&segment.arguments) }
            })
            .collect();
        let lowered = Path { start: path_start(path.leading_colon), qself, segments, span: span.unwrap_or_default() };
        self.push_path(lowered)
    }

    fn path_arguments(&mut self, arguments: &syn::PathArguments) -> Option<Box<Arguments>> {
        match arguments {
            syn::PathArguments::None => None,
            syn::PathArguments::AngleBracketed(angle) => Some(Box::new(self.arguments(angle))),
            syn::PathArguments::Parenthesized(paren) => {
                let types = paren.inputs.iter().map(|input| self.ty(&input.ty)).collect();
                let output = self.output(&paren.output);
                Some(Box::new(Arguments { types, output, ..Arguments::default() }))
            }
        }
    }

    pub(super) fn arguments(&mut self, angle: &syn::AngleBracketedGenericArguments) -> Arguments {
        let (mut types, mut lifetimes, mut bindings) = (Vec::new(), Vec::new(), Vec::new());
        for argument in &angle.args {
            match argument {
                syn::GenericArgument::Lifetime(lifetime) => {
                    lifetimes.push(self.lifetime(lifetime));
                }
                syn::GenericArgument::Type(ty) => {
                    types.push(self.ty(ty));
                }
                syn::GenericArgument::AssocType(assoc) => {
                    let (name, _) = self.ident(&assoc.ident);
                    bindings.push((name, self.ty(&assoc.ty)));
                }
                _ => {}
            }
        }
        Arguments { types: types.into(), lifetimes: lifetimes.into(), bindings: bindings.into(), output: None }
    }

    pub(super) fn output(&mut self, output: &syn::ReturnType) -> Option<TypeId> {
        match output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(self.ty(ty)),
        }
    }

    pub(super) fn generics(&mut self, generics: &syn::Generics) -> Sparse<Generics> {
        let mut lowered = Generics::default();
        for param in &generics.params {
            match param {
                syn::GenericParam::Lifetime(param) => {
                    let (name, _) = self.ident(&param.lifetime.ident);
                    lowered.lifetimes.push(name);
                }
                syn::GenericParam::Type(param) => {
                    let (name, _) = self.ident(&param.ident);
                    let bounds = self.bounds(&param.bounds).into_vec();
                    lowered.types.push((name, bounds));
                }
                syn::GenericParam::Const(_) => {}
            }
        }
        let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        for predicate in predicates {
            let syn::WherePredicate::Type(predicate) = predicate else { continue };
            let syn::Type::Path(bounded) = &predicate.bounded_ty else { continue };
            let Some(ident) = bounded.path.get_ident() else { continue };
            let (name, _) = self.ident(ident);
            let bounds = self.bounds(&predicate.bounds);
            if let Some((_, known)) = lowered.types.iter_mut().find(|(param, _)| *param == name) {
                known.extend(bounds);
            }
        }
        lowered.into()
    }
}

/// What the `::` before a path, or its absence, says.
pub(super) fn path_start(leading_colon: Option<syn::Token![::]>) -> PathStart {
    if leading_colon.is_some() { PathStart::Crates } else { PathStart::Here }
}
