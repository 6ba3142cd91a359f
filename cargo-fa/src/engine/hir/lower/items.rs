//! Items.

use proc_macro2::TokenStream;

use super::super::ir::{
    Cfg, Function, Impl, Included, Item, ItemId, ItemKind, Name, PatId, PathStart, Receiver, Span, TypeId, UseEntry,
    UseTarget,
};
use super::Lowerer;
use super::expand::all;
use super::macros::{IncludedPath, Items, StaticDeclarations, branches};
use super::types::path_start;

impl Lowerer<'_> {
    fn push_item(&mut self, head: Head, attrs: &[syn::Attribute], kind: ItemKind) -> ItemId {
        let mut attrs = self.attrs(attrs);
        attrs.of_fields = std::mem::take(&mut self.of_fields);
        let attrs = attrs.into();
        let id = ItemId(super::super::offset(self.facts.items.len()));
        self.facts.items.push(Item {
            kind,
            name: head.name,
            name_span: head.name_span,
            span: head.span,
            attrs,
            parent: self.parent,
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
            syn::Item::Fn(node) => Some(self.function(&node.attrs, &node.sig, Some(&node.block))),
            syn::Item::ForeignMod(node) => node.items.iter().filter_map(|item| self.foreign(item)).last(),
            syn::Item::Mod(node) => Some(self.module(node)),
            syn::Item::Use(node) => Some(self.use_item(node)),
            syn::Item::Struct(node) => {
                let head = self.head(&node.ident);
                let generics = self.generics(&node.generics);
                let fields = self.fields(&node.fields);
                let hidden = node.fields.iter().all(|field| matches!(field.vis, syn::Visibility::Inherited));
                Some(self.push_item(head, &node.attrs, ItemKind::Struct { generics, fields, hidden }))
            }
            syn::Item::Union(node) => {
                let head = self.head(&node.ident);
                let generics = self.generics(&node.generics);
                let fields = self.fields(&syn::Fields::Named(node.fields.clone()));
                Some(self.push_item(head, &node.attrs, ItemKind::Struct { generics, fields, hidden: false }))
            }
            syn::Item::Enum(node) => Some(self.enumeration(node)),
            syn::Item::Impl(node) => Some(self.impl_block(node)),
            syn::Item::Trait(node) => Some(self.trait_item(node)),
            syn::Item::Static(node) => Some(self.static_item(node)),
            syn::Item::Const(node) => Some(self.constant(&node.attrs, &node.ident, &node.ty, Some(&node.expr))),
            syn::Item::Type(node) => {
                let head = self.head(&node.ident);
                let generics = self.generics(&node.generics);
                let ty = Some(self.ty(&node.ty));
                Some(self.push_item(head, &node.attrs, ItemKind::Alias { generics, ty }))
            }
            syn::Item::ExternCrate(node) => {
                let head = self.head(&node.ident);
                let alias = node.rename.as_ref().map_or(head.name, |(_, ident)| self.ident(ident).0);
                Some(self.push_item(head, &node.attrs, ItemKind::ExternCrate { alias }))
            }
            syn::Item::Macro(node) => {
                self.item_macro(node);
                None
            }
            _ => None,
        }
    }

    fn module(&mut self, node: &syn::ItemMod) -> ItemId {
        let head = self.head(&node.ident);
        let paths = self.module_paths(&node.attrs);
        let kind = ItemKind::Module { inline: node.content.is_some(), paths };
        let id = self.push_item(head, &node.attrs, kind);
        if let Some((_, items)) = &node.content {
            self.inside(id, |lowerer| {
                for item in items {
                    lowerer.item(item);
                }
            });
        }
        id
    }

    fn use_item(&mut self, node: &syn::ItemUse) -> ItemId {
        let mut entries = Vec::new();
        self.use_tree(&node.tree, path_start(node.leading_colon), &mut Vec::new(), &mut entries);
        let span = self.span(node.use_token.span);
        let name = self.intern("use");
        let head = Head { name, name_span: span, span };
        self.push_item(head, &node.attrs, ItemKind::Use(entries.into_boxed_slice()))
    }

    fn enumeration(&mut self, node: &syn::ItemEnum) -> ItemId {
        let head = self.head(&node.ident);
        let generics = self.generics(&node.generics);
        let variants = node
            .variants
            .iter()
            .map(|variant| {
                let (name, _) = self.ident(&variant.ident);
                (name, self.fields(&variant.fields))
            })
            .collect();
        self.push_item(head, &node.attrs, ItemKind::Enum { generics, variants })
    }

    fn impl_block(&mut self, node: &syn::ItemImpl) -> ItemId {
        let generics = self.generics(&node.generics);
        let self_type = self.ty(&node.self_ty);
        let of_trait = node.trait_.as_ref().map(|(path, _)| self.path(path));
        let span = self.span(node.impl_token.span);
        let name = self.intern("impl");
        let head = Head { name, name_span: span, span };
        let types = node.items.iter().filter_map(|item| match item {
            syn::ImplItem::Type(node) => Some((&node.ident, &node.ty)),
            _ => None,
        });
        let types = types.map(|(ident, ty)| (self.ident(ident).0, self.ty(ty))).collect();
        let kind = ItemKind::Impl(Box::new(Impl { generics, self_type, of_trait, types }));
        let id = self.push_item(head, &node.attrs, kind);
        self.inside(id, |lowerer| {
            node.items.iter().for_each(|item| lowerer.impl_item(item));
        });
        id
    }

    fn impl_item(&mut self, item: &syn::ImplItem) {
        match item {
            syn::ImplItem::Fn(node) => {
                self.function(&node.attrs, &node.sig, Some(&node.block));
            }
            syn::ImplItem::Const(node) => {
                self.constant(&node.attrs, &node.ident, &node.ty, Some(&node.expr));
            }
            syn::ImplItem::Macro(node) => {
                self.expanded_as(&node.mac, all::<syn::ImplItem>, |lowerer, items| {
                    for item in items {
                        lowerer.impl_item(item);
                    }
                });
            }
            _ => {}
        }
    }

    fn trait_item(&mut self, node: &syn::ItemTrait) -> ItemId {
        let head = self.head(&node.ident);
        let generics = self.generics(&node.generics);
        let supers = node
            .supertraits
            .iter()
            .filter_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(self.path(&bound.path)),
                _ => None,
            })
            .collect();
        let id = self.push_item(head, &node.attrs, ItemKind::Trait { generics, supers });
        self.inside(id, |lowerer| {
            for item in &node.items {
                match item {
                    syn::TraitItem::Fn(node) => {
                        lowerer.function(&node.attrs, &node.sig, node.default.as_ref());
                    }
                    syn::TraitItem::Const(node) => {
                        lowerer.constant(
                            &node.attrs,
                            &node.ident,
                            &node.ty,
                            node.default.as_ref().map(|(_, init)| init),
                        );
                    }
                    _ => {}
                }
            }
        });
        id
    }

    fn static_item(&mut self, node: &syn::ItemStatic) -> ItemId {
        let head = self.head(&node.ident);
        let ty = self.ty(&node.ty);
        let init = Some(self.expr(&node.expr));
        let mutable = matches!(node.mutability, syn::StaticMutability::Mut(_));
        let kind = ItemKind::Static { ty, init, constant: false, mutable, thread_local: false };
        self.push_item(head, &node.attrs, kind)
    }

    fn item_macro(&mut self, node: &syn::ItemMacro) {
        if node.ident.is_some() {
            self.defined(node);
            return;
        }
        if self.expanded_items(&node.mac).is_some() {
            return;
        }
        let Some(last) = node.mac.path.segments.last() else { return };
        let thread_local = last.ident == "thread_local";
        if !thread_local && last.ident != "lazy_static" {
            if last.ident == "cfg_if" {
                self.cfg_if(&node.mac.tokens);
            } else if last.ident == "include" {
                let file = self.included(&node.mac.tokens);
                let (name, span) = self.ident(&last.ident);
                let head = Head { name, name_span: span, span };
                self.push_item(head, &node.attrs, ItemKind::Include(file));
            } else {
                let outer = std::mem::replace(&mut self.in_macro, true);
                self.items_in_macro(node.mac.tokens.clone());
                self.in_macro = outer;
            }
            return;
        }
        let Ok(StaticDeclarations(statics)) = node.mac.parse_body::<StaticDeclarations>() else { return };
        for node in statics {
            let head = self.head(&node.ident);
            let ty = self.ty(&node.ty);
            let init = Some(self.expr(&node.init));
            let kind = ItemKind::Static { ty, init, constant: false, mutable: false, thread_local };
            self.push_item(head, &[], kind);
        }
    }

    /// Items that are given to a macro are read as they stand, if they are nothing but items.
    fn items_in_macro(&mut self, tokens: TokenStream) {
        if let Ok(Items(items)) = syn::parse2(tokens) {
            for item in &items {
                self.item(item);
            }
        }
    }

    /// Of the branches of `cfg_if!` the first is built whose condition holds.
    fn cfg_if(&mut self, tokens: &TokenStream) {
        let outer = self.branch.clone();
        let mut before: Vec<Cfg> = Vec::new();
        for (condition, items) in branches(tokens.clone()) {
            self.branch.clone_from(&outer);
            self.branch.extend(before.iter().map(|cfg| Cfg::Not(Box::new(cfg.clone()))));
            self.branch.extend(condition.clone());
            self.items_in_macro(items);
            before.extend(condition);
        }
        self.branch = outer;
    }

    /// What `include!` names.
    pub(super) fn included(&mut self, tokens: &TokenStream) -> Included {
        match IncludedPath::read(tokens.clone()) {
            Some(IncludedPath { variable: None, path }) => Included::Here(self.text(&path)),
            Some(IncludedPath { variable: Some(variable), path }) if variable == "OUT_DIR" => {
                Included::OutDir(self.text(path.trim_start_matches(['/', '\\'])))
            }
            Some(IncludedPath { variable: Some(variable), path }) if path.is_empty() => {
                Included::Variable(self.text(&variable))
            }
            Some(IncludedPath { variable: Some(variable), path }) if variable == "CARGO_MANIFEST_DIR" => {
                Included::Package(self.text(path.trim_start_matches(['/', '\\'])))
            }
            _ => Included::Unknown,
        }
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
        self.push_item(head, attrs, kind)
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
            // Macros take them off; only the text has them.
            for attr in field.attrs.iter().filter(|attr| framealloc_syntax::denial(attr).is_some()) {
                let lowered = self.attrs(std::slice::from_ref(attr));
                self.of_fields.extend(lowered.custom.into_iter().map(|attr| (name, attr)));
            }
        }
        lowered.into()
    }

    fn foreign(&mut self, item: &syn::ForeignItem) -> Option<ItemId> {
        let syn::ForeignItem::Fn(node) = item else { return None };
        let id = self.function(&node.attrs, &node.sig, None);
        if let ItemKind::Fn(function) = &mut self.facts.items[id.0 as usize].kind {
            function.is_foreign = true;
        }
        Some(id)
    }

    fn function(&mut self, attrs: &[syn::Attribute], sig: &syn::Signature, body: Option<&syn::Block>) -> ItemId {
        let mut head = self.head(&sig.ident);
        head.span = Span { lo: self.lines.start(sig.fn_token.span), hi: self.lines.end(sig.paren_token.span.close()) };
        let mut receiver = None;
        let mut params: Vec<(PatId, TypeId)> = Vec::new();
        for input in &sig.inputs {
            match input {
                syn::FnArg::Receiver(node) => {
                    receiver = Some(match &node.kind {
                        syn::ReceiverKind::Reference(_, _, Some(_)) => Receiver::Exclusive,
                        syn::ReceiverKind::Reference(_, _, None) => Receiver::Shared,
                        syn::ReceiverKind::Typed(_, ty) => Receiver::Typed(self.ty(ty)),
                        _ => Receiver::Value,
                    });
                }
                syn::FnArg::Typed(node) => {
                    let pat = self.pat(&node.pat);
                    let ty = self.ty(&node.ty);
                    params.push((pat, ty));
                }
            }
        }
        let generics = self.generics(&sig.generics);
        let output = self.output(&sig.output);
        let kind = ItemKind::Fn(Box::new(Function {
            is_async: sig.asyncness.is_some(),
            is_foreign: false,
            receiver,
            params: params.into(),
            output,
            generics,
            body: None,
        }));
        let id = self.push_item(head, attrs, kind);
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

    fn use_tree(&mut self, tree: &syn::UseTree, start: PathStart, prefix: &mut Vec<Name>, entries: &mut Vec<UseEntry>) {
        let entry = |segments: &[Name], target| UseEntry { start, segments: segments.into(), target };
        match tree {
            syn::UseTree::Path(node) => {
                let (name, _) = self.ident(&node.ident);
                prefix.push(name);
                self.use_tree(&node.tree, start, prefix, entries);
                prefix.pop();
            }
            syn::UseTree::Name(node) => {
                let (name, _) = self.ident(&node.ident);
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
            syn::UseTree::Rename(node) => {
                let (name, _) = self.ident(&node.ident);
                let (alias, _) = self.ident(&node.rename);
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
            syn::UseTree::Group(node) => {
                for tree in &node.items {
                    self.use_tree(tree, start, prefix, entries);
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
