//! Items.

use super::super::ir::{
    Function, Given, Impl, Item, ItemId, ItemKind, Name, PatId, Receiver, Span, TypeId, UseEntry, UseTarget,
};
use super::Lowerer;
use super::macros::{Items, StaticDeclarations, branches};

impl Lowerer<'_> {
    fn push_item(&mut self, head: Head, attrs: &[syn::Attribute], public: bool, kind: ItemKind) -> ItemId {
        let attrs = self.attrs(attrs).into();
        let id = ItemId(super::super::offset(self.facts.items.len()));
        self.facts.items.push(Item {
            kind,
            name: head.name,
            name_span: head.name_span,
            span: head.span,
            attrs,
            parent: self.parent,
            public,
        });
        id
    }

    fn head(&mut self, ident: &proc_macro2::Ident) -> Head {
        let (name, name_span) = self.ident(ident);
        Head { name, name_span, span: name_span }
    }

    /// Lowers what `inside` lowers, with this item as the parent.
    fn inside(&mut self, parent: ItemId, inside: impl FnOnce(&mut Self)) {
        let outer = self.parent.replace(parent);
        inside(self);
        self.parent = outer;
    }

    pub(super) fn item(&mut self, item: &syn::Item) -> Option<ItemId> {
        match item {
            syn::Item::Fn(of) => Some(self.function(&of.attrs, public(&of.vis), &of.sig, Some(&of.block))),
            syn::Item::Mod(of) => Some(self.module(of)),
            syn::Item::Use(of) => Some(self.use_item(of)),
            syn::Item::Struct(of) => {
                let head = self.head(&of.ident);
                let generics = self.generics(&of.generics);
                let fields = self.fields(&of.fields);
                Some(self.push_item(head, &of.attrs, public(&of.vis), ItemKind::Struct { generics, fields }))
            }
            syn::Item::Union(of) => {
                let head = self.head(&of.ident);
                let generics = self.generics(&of.generics);
                let fields = self.fields(&syn::Fields::Named(of.fields.clone()));
                Some(self.push_item(head, &of.attrs, public(&of.vis), ItemKind::Struct { generics, fields }))
            }
            syn::Item::Enum(of) => Some(self.enumeration(of)),
            syn::Item::Impl(of) => Some(self.impl_block(of)),
            syn::Item::Trait(of) => Some(self.trait_item(of)),
            syn::Item::Static(of) => Some(self.static_item(of)),
            syn::Item::Const(of) => Some(self.constant(&of.attrs, &of.ident, &of.ty, Some(&of.expr))),
            syn::Item::Type(of) => {
                let head = self.head(&of.ident);
                let generics = self.generics(&of.generics);
                let ty = Some(self.ty(&of.ty));
                Some(self.push_item(head, &of.attrs, public(&of.vis), ItemKind::Alias { generics, ty }))
            }
            syn::Item::ExternCrate(of) => {
                let head = self.head(&of.ident);
                let alias = of.rename.as_ref().map_or(head.name, |(_, ident)| self.ident(ident).0);
                Some(self.push_item(head, &of.attrs, public(&of.vis), ItemKind::ExternCrate { alias }))
            }
            syn::Item::Macro(of) => {
                self.item_macro(of);
                None
            }
            _ => None,
        }
    }

    fn module(&mut self, of: &syn::ItemMod) -> ItemId {
        let head = self.head(&of.ident);
        let path = of.attrs.iter().find(|attr| attr.path().is_ident("path")).and_then(|attr| {
            let syn::Meta::NameValue(pair) = &attr.meta else { return None };
            let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else {
                return None;
            };
            Some(self.text(&text.value()))
        });
        let kind = ItemKind::Module { inline: of.content.is_some(), path };
        let id = self.push_item(head, &of.attrs, public(&of.vis), kind);
        if let Some((_, items)) = &of.content {
            self.inside(id, |lowerer| {
                for item in items {
                    lowerer.item(item);
                }
            });
        }
        id
    }

    fn use_item(&mut self, of: &syn::ItemUse) -> ItemId {
        let mut entries = Vec::new();
        self.use_tree(&of.tree, of.leading_colon.is_some(), &mut Vec::new(), &mut entries);
        let span = self.span(of.use_token.span);
        let name = self.intern("use");
        let head = Head { name, name_span: span, span };
        self.push_item(head, &of.attrs, public(&of.vis), ItemKind::Use(entries.into_boxed_slice()))
    }

    fn enumeration(&mut self, of: &syn::ItemEnum) -> ItemId {
        let head = self.head(&of.ident);
        let generics = self.generics(&of.generics);
        let variants = of
            .variants
            .iter()
            .map(|variant| {
                let (name, _) = self.ident(&variant.ident);
                (name, self.fields(&variant.fields))
            })
            .collect();
        self.push_item(head, &of.attrs, public(&of.vis), ItemKind::Enum { generics, variants })
    }

    fn impl_block(&mut self, of: &syn::ItemImpl) -> ItemId {
        let generics = self.generics(&of.generics);
        let self_type = self.ty(&of.self_ty);
        let of_trait = of.trait_.as_ref().map(|(path, _)| self.path(path));
        let span = self.span(of.impl_token.span);
        let name = self.intern("impl");
        let head = Head { name, name_span: span, span };
        let kind = ItemKind::Impl(Box::new(Impl { generics, self_type, of_trait }));
        let id = self.push_item(head, &of.attrs, false, kind);
        self.inside(id, |lowerer| {
            for item in &of.items {
                match item {
                    syn::ImplItem::Fn(of) => {
                        lowerer.function(&of.attrs, public(&of.vis), &of.sig, Some(&of.block));
                    }
                    syn::ImplItem::Const(of) => {
                        lowerer.constant(&of.attrs, &of.ident, &of.ty, Some(&of.expr));
                    }
                    _ => {}
                }
            }
        });
        id
    }

    fn trait_item(&mut self, of: &syn::ItemTrait) -> ItemId {
        let head = self.head(&of.ident);
        let generics = self.generics(&of.generics);
        let supers = of
            .supertraits
            .iter()
            .filter_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(self.path(&bound.path)),
                _ => None,
            })
            .collect();
        let id = self.push_item(head, &of.attrs, public(&of.vis), ItemKind::Trait { generics, supers });
        self.inside(id, |lowerer| {
            for item in &of.items {
                match item {
                    syn::TraitItem::Fn(of) => {
                        lowerer.function(&of.attrs, true, &of.sig, of.default.as_ref());
                    }
                    syn::TraitItem::Const(of) => {
                        lowerer.constant(&of.attrs, &of.ident, &of.ty, of.default.as_ref().map(|(_, init)| init));
                    }
                    _ => {}
                }
            }
        });
        id
    }

    fn static_item(&mut self, of: &syn::ItemStatic) -> ItemId {
        let head = self.head(&of.ident);
        let ty = self.ty(&of.ty);
        let init = Some(self.expr(&of.expr));
        let mutable = matches!(of.mutability, syn::StaticMutability::Mut(_));
        let kind = ItemKind::Static { ty, init, constant: false, mutable, thread_local: false };
        self.push_item(head, &of.attrs, public(&of.vis), kind)
    }

    fn item_macro(&mut self, of: &syn::ItemMacro) {
        let Some(last) = of.mac.path.segments.last() else { return };
        let thread_local = last.ident == "thread_local";
        if !thread_local && last.ident != "lazy_static" {
            // What a definition holds is not code yet.
            if of.ident.is_none() {
                let given_to = if last.ident == "cfg_if" { Given::CfgIf } else { Given::Unknown };
                self.items_in_macro(&of.mac, given_to);
            }
            return;
        }
        let Ok(StaticDeclarations(statics)) = of.mac.parse_body::<StaticDeclarations>() else { return };
        for of in statics {
            let head = self.head(&of.ident);
            let ty = self.ty(&of.ty);
            let init = Some(self.expr(&of.init));
            let kind = ItemKind::Static { ty, init, constant: false, mutable: false, thread_local };
            self.push_item(head, &[], false, kind);
        }
    }

    /// Items that are given to a macro are read as they stand, if they are nothing but items.
    fn items_in_macro(&mut self, of: &syn::Macro, given_to: Given) {
        let parts = match given_to {
            Given::CfgIf => branches(of.tokens.clone()),
            _ => vec![of.tokens.clone()],
        };
        let outer = std::mem::replace(&mut self.given_to, given_to);
        for part in parts {
            if let Ok(Items(items)) = syn::parse2(part) {
                for item in &items {
                    self.item(item);
                }
            }
        }
        self.given_to = outer;
    }

    fn constant(
        &mut self,
        attrs: &[syn::Attribute],
        ident: &proc_macro2::Ident,
        ty: &syn::Type,
        init: Option<&syn::Expr>,
    ) -> ItemId {
        let head = self.head(ident);
        let ty = self.ty(ty);
        let init = init.map(|init| self.expr(init));
        let kind = ItemKind::Static { ty, init, constant: true, mutable: false, thread_local: false };
        self.push_item(head, attrs, false, kind)
    }

    fn fields(&mut self, fields: &syn::Fields) -> Box<[(Name, TypeId)]> {
        let mut lowered = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let name = match &field.ident {
                Some(ident) => self.ident(ident).0,
                None => self.digits(super::super::offset(at)),
            };
            let ty = self.ty(&field.ty);
            lowered.push((name, ty));
        }
        lowered.into()
    }

    fn function(
        &mut self,
        attrs: &[syn::Attribute],
        public: bool,
        sig: &syn::Signature,
        body: Option<&syn::Block>,
    ) -> ItemId {
        let mut head = self.head(&sig.ident);
        head.span = Span { lo: self.lines.start(sig.fn_token.span), hi: self.lines.end(sig.paren_token.span.close()) };
        let mut receiver = None;
        let mut params: Vec<(PatId, TypeId)> = Vec::new();
        for input in &sig.inputs {
            match input {
                syn::FnArg::Receiver(of) => {
                    receiver = Some(match &of.kind {
                        syn::ReceiverKind::Reference(_, _, Some(_)) => Receiver::Exclusive,
                        syn::ReceiverKind::Reference(_, _, None) => Receiver::Shared,
                        syn::ReceiverKind::Typed(_, ty) => Receiver::Typed(self.ty(ty)),
                        _ => Receiver::Value,
                    });
                }
                syn::FnArg::Typed(of) => {
                    let pat = self.pat(&of.pat);
                    let ty = self.ty(&of.ty);
                    params.push((pat, ty));
                }
            }
        }
        let generics = self.generics(&sig.generics);
        let output = self.output(&sig.output);
        let kind = ItemKind::Fn(Box::new(Function {
            is_async: sig.asyncness.is_some(),
            receiver,
            params: params.into(),
            output,
            generics,
            body: None,
        }));
        let id = self.push_item(head, attrs, public, kind);
        if let Some(block) = body {
            if self.plain(block).is_some() {
                self.functions.push(id);
                return id;
            }
            let mut lowered = None;
            self.inside(id, |lowerer| lowered = Some(lowerer.block_expr(block, None)));
            if let ItemKind::Fn(function) = &mut self.facts.items[id.0 as usize].kind {
                function.body = lowered;
            }
        }
        id
    }

    fn use_tree(&mut self, tree: &syn::UseTree, leading: bool, prefix: &mut Vec<Name>, entries: &mut Vec<UseEntry>) {
        let entry = |segments: &[Name], target| UseEntry { leading, segments: segments.into(), target };
        match tree {
            syn::UseTree::Path(of) => {
                let (name, _) = self.ident(&of.ident);
                prefix.push(name);
                self.use_tree(&of.tree, leading, prefix, entries);
                prefix.pop();
            }
            syn::UseTree::Name(of) => {
                let (name, _) = self.ident(&of.ident);
                if self.name(name) == "self" {
                    if let Some(last) = prefix.last() {
                        entries.push(entry(prefix, UseTarget::Named(*last)));
                    }
                } else {
                    prefix.push(name);
                    entries.push(entry(prefix, UseTarget::Named(name)));
                    prefix.pop();
                }
            }
            syn::UseTree::Rename(of) => {
                let (name, _) = self.ident(&of.ident);
                let (alias, _) = self.ident(&of.rename);
                let target = if self.name(alias) == "_" { UseTarget::Hidden } else { UseTarget::Named(alias) };
                if self.name(name) == "self" {
                    entries.push(entry(prefix, target));
                } else {
                    prefix.push(name);
                    entries.push(entry(prefix, target));
                    prefix.pop();
                }
            }
            syn::UseTree::Glob(_) => entries.push(entry(prefix, UseTarget::Glob)),
            syn::UseTree::Group(of) => {
                for tree in &of.items {
                    self.use_tree(tree, leading, prefix, entries);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Head {
    name: Name,
    name_span: Span,
    span: Span,
}

fn public(vis: &syn::Visibility) -> bool {
    !matches!(vis, syn::Visibility::Inherited)
}
