//! Collects the modules, items and impls of all crates.

use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::binding::{Binding, Bindings, Defined, Import};
use super::lookup_cache::LookupCache;
use super::traits::{ImplDef, Impls, TraitOf};
use super::{
    Crate, ExternCrate, FnDef, FnId, Module, ModuleId, ModuleKind, Owner, Program, Res, StaticDef, StaticId, TypeDef,
    TypeKey, UserType,
};
use crate::engine::api;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{Impl, ItemId, ItemKind, Path, Type, TypeId, UseTarget};
use crate::engine::hir::offset;
use crate::engine::project::{FRAMEALLOC, Loaded, Project, TargetKind};

struct PendingImpl {
    file: usize,
    item: ItemId,
    module: ModuleId,
    fns: Vec<FnId>,
    constants: Vec<StaticId>,
}

/// Where an item stands.
#[derive(Clone, Copy)]
struct Around {
    krate: usize,
    file: usize,
    module: ModuleId,
    in_test: bool,
    /// It is only there to find mistakes.
    debug_only: bool,
}

struct Builder<'l> {
    program: Program<'l>,
    impls: Vec<PendingImpl>,
    /// The files that are collected, one in the other.
    files: Vec<usize>,
}

impl<'l> Program<'l> {
    pub(crate) fn build(project: &'l Project, loaded: &'l Loaded) -> Self {
        let items = loaded.files.iter().flat_map(|file| &file.facts.items);
        let functions = items.filter(|item| matches!(item.kind, ItemKind::Fn(_))).count();
        let program = Program {
            loaded,
            crates: Vec::new(),
            modules: Vec::new(),
            fns: Vec::with_capacity(functions),
            types: Vec::new(),
            statics: Vec::new(),
            constants: FxHashMap::default(),
            methods: FxHashMap::with_capacity_and_hasher(functions, FxBuildHasher),
            by_name: FxHashMap::default(),
            impls: Impls::default(),
            blanket: FxHashMap::default(),
            trait_members: FxHashMap::default(),
            twins: FxHashMap::default(),
            has_drop: FxHashMap::default(),
            drop_calls: Vec::new(),
            lookup_cache: LookupCache::new(),
        };
        let mut builder = Builder { program, impls: Vec::new(), files: Vec::new() };
        for source in &loaded.crates {
            builder.program.crates.push(Crate { root: None, externs: externs(project, loaded, source.member) });
        }
        for (index, source) in loaded.crates.iter().enumerate() {
            let root = builder.module(index, None, ModuleKind::Named, source.name.clone());
            builder.program.crates[index].root = Some(root);
            let in_test = source.kind == TargetKind::Test;
            builder.file(Around { krate: index, file: source.root, module: root, in_test, debug_only: false });
        }
        builder.finish()
    }
}

/// The crates that paths of this package can start with.
fn externs<'l>(project: &'l Project, loaded: &'l Loaded, member: usize) -> FxHashMap<&'l str, ExternCrate<'l>> {
    let mut externs = FxHashMap::default();
    for name in ["std", "core", "alloc"] {
        externs.insert(name, ExternCrate::Foreign("std"));
    }
    let library = |member: usize| {
        loaded.crates.iter().position(|source| source.member == member && source.kind == TargetKind::Library)
    };
    let package = &project.members[member];
    if let Some(own) = library(member) {
        externs.insert(loaded.crates[own].name.as_str(), ExternCrate::Local(own));
    }
    for dependency in &package.dependencies {
        let local = project
            .members
            .iter()
            .position(|member| member.name == dependency.package && !member.loose)
            .filter(|_| !FRAMEALLOC.contains(&dependency.package.as_str()))
            .and_then(library);
        let target = match local {
            Some(index) => ExternCrate::Local(index),
            None => ExternCrate::Foreign(canonical(&dependency.package, &dependency.name)),
        };
        externs.insert(dependency.name.as_str(), target);
    }
    externs
}

/// The package's name with `_`, which is the name in paths unless the dependency is renamed.
fn canonical<'l>(package: &'l str, name: &'l str) -> &'l str {
    match package {
        "framealloc-core" => "framealloc_core",
        "framealloc-bevy" => "framealloc_bevy",
        "framealloc-macros" => "framealloc_macros",
        _ if package.contains('-') => name,
        _ => package,
    }
}

impl<'l> Builder<'l> {
    fn module(&mut self, krate: usize, parent: Option<ModuleId>, kind: ModuleKind, path: String) -> ModuleId {
        let id = ModuleId(u32::try_from(self.program.modules.len()).unwrap_or(u32::MAX));
        self.program.modules.push(Module { krate, parent, kind, path, names: FxHashMap::default(), globs: Vec::new() });
        id
    }

    fn bind(&mut self, module: ModuleId, name: &'l str, binding: Binding<'l>) {
        match self.program.modules[module.0 as usize].names.entry(name) {
            Entry::Occupied(mut known) => known.get_mut().push(binding),
            Entry::Vacant(place) => {
                place.insert(Bindings::One(binding));
            }
        }
    }

    /// Of functions under conditions that are not decided all are known, not only the first.
    fn know_twins(&mut self, module: ModuleId, name: &str, function: FnId) {
        let bound = self.program.modules[module.0 as usize].names.get(name).map_or(&[][..], Bindings::as_slice);
        let others = bound.iter().filter_map(|binding| match binding {
            Binding::Def(Defined::Fn(other)) => Some(*other),
            _ => None,
        });
        for other in others.collect::<Vec<_>>() {
            self.program.twins.entry(other).or_default().push(function);
            self.program.twins.entry(function).or_default().push(other);
        }
    }

    /// What is in a file. `#[path]` and `include!` can make a file a part of itself.
    fn file(&mut self, around: Around) {
        if !self.files.contains(&around.file) {
            self.files.push(around.file);
            self.items(around, None);
            self.files.pop();
        }
    }

    fn is_built(&self, file: usize, item: ItemId) -> bool {
        let source = &self.program.loaded.files[file];
        self.program.loaded.conditions.is_built(source.member, &source.facts, item)
    }

    /// Everything whose parent is `parent`.
    fn items(&mut self, around: Around, parent: Option<ItemId>) {
        let facts = &self.program.loaded.files[around.file].facts;
        // Children follow their parent in the table, so that a scan from there finds them all.
        let from = parent.map_or(0, |parent| parent.0 as usize + 1);
        for index in from..facts.items.len() {
            let id = ItemId(u32::try_from(index).unwrap_or(u32::MAX));
            let item = &facts.items[index];
            if item.parent != parent {
                // Past the subtree of the parent nothing can follow.
                if parent.is_some() && item.parent.is_none_or(|other| Some(other) < parent) {
                    break;
                }
                continue;
            }
            if self.is_built(around.file, id) {
                let source = &self.program.loaded.files[around.file];
                let conditions = &self.program.loaded.conditions;
                let cfgs = &item.attrs.cfg;
                let debug_only =
                    around.debug_only || cfgs.iter().any(|cfg| conditions.is_debug_only(source.member, cfg));
                let in_test = around.in_test || cfgs.iter().any(|cfg| conditions.is_test_only(source.member, cfg));
                self.item(Around { in_test, debug_only, ..around }, id);
            }
        }
    }

    fn item(&mut self, around: Around, id: ItemId) {
        let Around { krate, file, module, .. } = around;
        let loaded = self.program.loaded;
        let facts = &loaded.files[file].facts;
        let item = facts.item(id);
        let name = facts.name(item.name);
        let around = Around { in_test: around.in_test || item.attrs.test, ..around };
        match &item.kind {
            ItemKind::Module { inline, .. } => {
                let path = format!("{}::{name}", self.program.module(module).path);
                let child = self.module(krate, Some(module), ModuleKind::Named, path);
                self.bind(module, name, Binding::Def(Defined::Module(child)));
                if *inline {
                    self.items(Around { module: child, ..around }, Some(id));
                } else if let Some(target) = loaded.crates[krate].modules.get(&(file, id)) {
                    self.file(Around { file: *target, module: child, ..around });
                }
            }
            ItemKind::Include(_) => {
                if let Some(target) = loaded.crates[krate].modules.get(&(file, id)) {
                    self.file(Around { file: *target, ..around });
                }
            }
            ItemKind::Use(entries) => {
                for entry in entries {
                    let import = Import { file: offset(file), entry };
                    match entry.target {
                        UseTarget::Named(alias) => self.bind(module, facts.name(alias), Binding::Import(import)),
                        UseTarget::Glob => self.program.modules[module.0 as usize].globs.push(import),
                        UseTarget::Hidden => self.bind(module, "_", Binding::Import(import)),
                    }
                }
            }
            ItemKind::Fn(_) => {
                let function = self.function(around, id, None);
                self.know_twins(module, name, function);
                self.bind(module, name, Binding::Def(Defined::Fn(function)));
            }
            ItemKind::Struct { .. } | ItemKind::Enum { .. } | ItemKind::Alias { .. } => {
                let user = self.user_type(file, id, module);
                self.bind(module, name, Binding::Def(Defined::Type(user)));
            }
            ItemKind::Trait { .. } => {
                let user = self.user_type(file, id, module);
                self.bind(module, name, Binding::Def(Defined::Type(user)));
                let members = self.members(around, id, Owner::Trait(user));
                self.program.trait_members.insert(user, members.clone());
                for function in members {
                    let name = self.program.fn_name(function);
                    self.program.methods.entry((TypeKey::User(user), name)).or_default().push(function);
                    self.program.by_name.entry(name).or_default().push(function);
                }
            }
            ItemKind::Impl(_) => {
                let fns = self.members(around, id, Owner::Impl(id));
                let constants = self.constants(file, id, module);
                self.impls.push(PendingImpl { file, item: id, module, fns, constants });
            }
            ItemKind::Static { .. } => {
                let static_id = self.static_item(file, id, module);
                self.bind(module, name, Binding::Def(Defined::Static(static_id)));
            }
            ItemKind::ExternCrate { alias } => {
                let target = self.program.crates[krate].externs.get(name).copied();
                if let Some(target) = target {
                    self.program.crates[krate].externs.insert(facts.name(*alias), target);
                }
            }
        }
    }

    fn members(&mut self, around: Around, parent: ItemId, owner: Owner) -> Vec<FnId> {
        let facts = &self.program.loaded.files[around.file].facts;
        let mut fns = Vec::new();
        for index in parent.0 as usize + 1..facts.items.len() {
            let id = ItemId(u32::try_from(index).unwrap_or(u32::MAX));
            let item = &facts.items[index];
            if item.parent.is_none_or(|other| other < parent) {
                break;
            }
            if item.parent == Some(parent) && matches!(item.kind, ItemKind::Fn(_)) && self.is_built(around.file, id) {
                fns.push(self.function(around, id, Some(owner)));
            }
        }
        fns
    }

    /// The associated constants of an impl.
    fn constants(&mut self, file: usize, parent: ItemId, module: ModuleId) -> Vec<StaticId> {
        let facts = &self.program.loaded.files[file].facts;
        let mut constants = Vec::new();
        for index in parent.0 as usize + 1..facts.items.len() {
            let id = ItemId(u32::try_from(index).unwrap_or(u32::MAX));
            let item = &facts.items[index];
            if item.parent.is_none_or(|other| other < parent) {
                break;
            }
            let is_constant = item.parent == Some(parent) && matches!(item.kind, ItemKind::Static { .. });
            if is_constant && self.is_built(file, id) {
                constants.push(self.static_item(file, id, module));
            }
        }
        constants
    }

    fn static_item(&mut self, file: usize, id: ItemId, module: ModuleId) -> StaticId {
        let static_id = StaticId(u32::try_from(self.program.statics.len()).unwrap_or(u32::MAX));
        let item = self.program.loaded.files[file].facts.item(id);
        self.program.statics.push(StaticDef { file, item, module });
        static_id
    }

    fn user_type(&mut self, file: usize, id: ItemId, module: ModuleId) -> UserType {
        let user = UserType(u32::try_from(self.program.types.len()).unwrap_or(u32::MAX));
        let item = self.program.loaded.files[file].facts.item(id);
        self.program.types.push(TypeDef { file, item, module });
        user
    }

    fn function(&mut self, around: Around, id: ItemId, owner: Option<Owner>) -> FnId {
        let Around { krate, file, module, in_test, .. } = around;
        let facts = &self.program.loaded.files[file].facts;
        let item = facts.item(id);
        let ItemKind::Fn(function) = &item.kind else { unreachable!("only functions are passed here") };
        let has_items = facts.items.get(id.0 as usize + 1).is_some_and(|next| next.parent == Some(id));
        let body_module = if has_items {
            let path = self.program.module(module).path.clone();
            let body = self.module(krate, Some(module), ModuleKind::Block, path);
            self.items(Around { module: body, ..around }, Some(id));
            body
        } else {
            module
        };
        let function_id = FnId(u32::try_from(self.program.fns.len()).unwrap_or(u32::MAX));
        let in_test = in_test || item.attrs.test;
        let source = &self.program.loaded.files[file];
        let conditions = &self.program.loaded.conditions;
        let sure = conditions.certainty(source.member, facts, id);
        let debug_only = |cfg| conditions.is_debug_only(source.member, cfg);
        let cold = around.debug_only || item.attrs.cold || item.attrs.cfg.iter().any(debug_only);
        self.program.fns.push(FnDef { file, at: id, item, function, module, body_module, owner, in_test, sure, cold });
        function_id
    }

    /// Impls can name types anywhere, so that they wait until all names are there.
    fn finish(mut self) -> Program<'l> {
        let impls = std::mem::take(&mut self.impls);
        let look_up = |pending: &PendingImpl| {
            let facts = self.program.facts(pending.file);
            let ItemKind::Impl(block) = &facts.item(pending.item).kind else { return (None, None) };
            let of_trait = block.of_trait.and_then(|path| self.program.trait_of(pending.module, pending.file, path));
            let key = self.program.type_key(pending.module, pending.file, block.self_type);
            // `impl<T> Trait for T`, where something else may be called `T`.
            let own = |ty| matches!(facts.ty(ty), Type::Path(path) if is_parameter(facts, block, facts.path(*path)));
            (key.filter(|_| !own(peeled(facts, block.self_type))), of_trait)
        };
        let found: Vec<_> = impls.par_iter().map(look_up).collect();
        for (pending, (key, of_trait)) in impls.into_iter().zip(found) {
            let facts = self.program.facts(pending.file);
            let ItemKind::Impl(block) = &facts.item(pending.item).kind else { continue };
            for constant in &pending.constants {
                let name = facts.name(self.program.statics[constant.0 as usize].item.name);
                if let Some(TypeKey::User(user)) = key {
                    self.program.constants.insert((user, name), *constant);
                }
            }
            for function in &pending.fns {
                let name = self.program.fn_name(*function);
                if let (Some(TypeKey::User(user)), Some(TraitOf::Foreign("Drop")), "drop") = (key, of_trait, name) {
                    self.program.has_drop.insert(user, *function);
                }
                if let Some(key) = key {
                    self.program.methods.entry((key, name)).or_default().push(*function);
                }
                self.program.by_name.entry(name).or_default().push(*function);
            }
            let PendingImpl { file, module, fns, .. } = pending;
            self.program.impls.push(ImplDef { file, block, module, key, of_trait, fns });
        }
        self.program.find_blankets();
        self.program.drop_calls.resize_with(self.program.types.len(), OnceLock::new);
        // What was found so far was found without these methods.
        self.program.lookup_cache = LookupCache::new();
        self.program
    }
}

/// Without references.
fn peeled(facts: &FileFacts, mut ty: TypeId) -> TypeId {
    while let Type::Ref { inner, .. } = facts.ty(ty) {
        ty = *inner;
    }
    ty
}

/// Whether a path is a generic parameter of an `impl`.
fn is_parameter(facts: &FileFacts, block: &Impl, path: &Path) -> bool {
    match &*path.segments {
        [only] => block.generics.types.iter().any(|(name, _)| facts.name(*name) == facts.name(only.name)),
        _ => false,
    }
}

impl Program<'_> {
    fn type_key(&self, module: ModuleId, file: usize, ty: TypeId) -> Option<TypeKey> {
        let facts = self.facts(file);
        match facts.ty(ty) {
            Type::Ref { inner, .. } => self.type_key(module, file, *inner),
            Type::Slice(_) | Type::Array(..) => Some(TypeKey::Slice),
            Type::Tuple(parts) if parts.is_empty() => Some(TypeKey::Unit),
            Type::Tuple(_) => Some(TypeKey::Tuple),
            Type::Path(path) => match self.resolve(module, file, facts.path(*path), super::paths::Space::Types) {
                Some(Res::Type(user)) => Some(TypeKey::User(self.behind_aliases(user))),
                Some(Res::External(external)) => api::known_type(external.krate, external.last).map(TypeKey::Known),
                _ => match &*facts.path(*path).segments {
                    [only] => plain(facts.name(only.name)),
                    _ => None,
                },
            },
            // `impl dyn Trait { … }`
            Type::Dyn(bounds) => match self.trait_of(module, file, *bounds.first()?)? {
                TraitOf::User(user) => Some(TypeKey::User(user)),
                TraitOf::Foreign(_) => None,
            },
            _ => None,
        }
    }

    /// `type Alias = Struct;` and `use` of it: methods hang on what it stands for.
    fn behind_aliases(&self, user: UserType) -> UserType {
        let mut at = user;
        for _ in 0..8 {
            let def = self.type_def(at);
            let ItemKind::Alias { ty: Some(ty), .. } = &def.item.kind else { break };
            let Type::Path(path) = self.facts(def.file).ty(*ty) else { break };
            let path = self.facts(def.file).path(*path);
            match self.resolve(def.module, def.file, path, super::paths::Space::Types) {
                Some(Res::Type(next)) if next != at => at = next,
                _ => break,
            }
        }
        at
    }
}

/// Types of the language that have names.
fn plain(name: &str) -> Option<TypeKey> {
    Some(match name {
        "u8" | "i8" | "bool" => TypeKey::Scalar(1),
        "u16" | "i16" => TypeKey::Scalar(2),
        "u32" | "i32" | "f32" | "char" => TypeKey::Scalar(4),
        "u64" | "i64" | "f64" | "usize" | "isize" => TypeKey::Scalar(8),
        "u128" | "i128" => TypeKey::Scalar(16),
        "str" => TypeKey::Str,
        _ => return None,
    })
}
