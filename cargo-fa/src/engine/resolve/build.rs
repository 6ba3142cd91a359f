//! Collects the modules, items and impls of all crates.

use std::collections::hash_map::Entry;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::binding::{Binding, Bindings, Defined, Import};
use super::lookup_cache::LookupCache;
use super::{
    Crate, ExternCrate, FnDef, FnId, Module, ModuleId, ModuleKind, Owner, Program, Res, StaticDef, StaticId, TypeDef,
    TypeKey, UserType,
};
use crate::engine::api;
use crate::engine::hir::ir::{ItemId, ItemKind, UseTarget};
use crate::engine::hir::offset;
use crate::engine::project::{FRAMEALLOC, Loaded, Project, TargetKind, certainty, is_read};

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
}

struct Builder<'l> {
    program: Program<'l>,
    impls: Vec<PendingImpl>,
    tests: bool,
}

impl<'l> Program<'l> {
    pub(crate) fn build(project: &'l Project, loaded: &'l Loaded, tests: bool) -> Self {
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
            has_drop: FxHashSet::default(),
            lookup_cache: LookupCache::new(),
        };
        let mut builder = Builder { program, impls: Vec::new(), tests };
        for source in &loaded.crates {
            builder.program.crates.push(Crate { root: None, externs: externs(project, loaded, source.member) });
        }
        for (index, source) in loaded.crates.iter().enumerate() {
            let root = builder.module(index, None, ModuleKind::Named, source.name.clone());
            builder.program.crates[index].root = Some(root);
            let in_test = source.kind == TargetKind::Test;
            builder.items(Around { krate: index, file: source.root, module: root, in_test }, None);
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
            if is_read(facts, id, self.tests) {
                self.item(around, id);
            }
        }
    }

    fn item(&mut self, around: Around, id: ItemId) {
        let Around { krate, file, module, .. } = around;
        let loaded = self.program.loaded;
        let facts = &loaded.files[file].facts;
        let item = facts.item(id);
        let name = facts.name(item.name);
        let in_test = around.in_test || item.attrs.test || item.attrs.cfg.contains(&crate::engine::hir::ir::Cfg::Test);
        let around = Around { in_test, ..around };
        match &item.kind {
            ItemKind::Module { inline, .. } => {
                let path = format!("{}::{name}", self.program.module(module).path);
                let child = self.module(krate, Some(module), ModuleKind::Named, path);
                self.bind(module, name, Binding::Def(Defined::Module(child)));
                if *inline {
                    self.items(Around { module: child, ..around }, Some(id));
                } else if let Some(target) = loaded.crates[krate].modules.get(&(file, id)) {
                    self.items(Around { file: *target, module: child, ..around }, None);
                }
            }
            ItemKind::Use(entries) => {
                for entry in entries {
                    let import = Import { file: offset(file), entry };
                    match entry.target {
                        UseTarget::Named(alias) => self.bind(module, facts.name(alias), Binding::Import(import)),
                        UseTarget::Glob => self.program.modules[module.0 as usize].globs.push(import),
                        UseTarget::Hidden => {}
                    }
                }
            }
            ItemKind::Fn(_) => {
                let function = self.function(around, id, None);
                self.bind(module, name, Binding::Def(Defined::Fn(function)));
            }
            ItemKind::Struct { .. } | ItemKind::Enum { .. } | ItemKind::Alias { .. } => {
                let user = self.user_type(file, id, module);
                self.bind(module, name, Binding::Def(Defined::Type(user)));
            }
            ItemKind::Trait { .. } => {
                let user = self.user_type(file, id, module);
                self.bind(module, name, Binding::Def(Defined::Type(user)));
                for function in self.members(around, id, Owner::Trait(user)) {
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
            if item.parent == Some(parent) && matches!(item.kind, ItemKind::Fn(_)) && is_read(facts, id, self.tests) {
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
            if is_constant && is_read(facts, id, self.tests) {
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
        let Around { krate, file, module, in_test } = around;
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
        let sure = certainty(facts, id, self.tests);
        self.program.fns.push(FnDef { file, item, function, module, body_module, owner, in_test, sure });
        function_id
    }

    /// Impls can name types anywhere, so that they wait until all names are there.
    fn finish(mut self) -> Program<'l> {
        let impls = std::mem::take(&mut self.impls);
        let look_up = |pending: &PendingImpl| {
            let ItemKind::Impl(block) = &self.program.facts(pending.file).item(pending.item).kind else { return None };
            self.program.type_key(pending.module, pending.file, block.self_type)
        };
        let keys: Vec<Option<TypeKey>> = impls.par_iter().map(look_up).collect();
        for (pending, key) in impls.into_iter().zip(keys) {
            let facts = self.program.facts(pending.file);
            let ItemKind::Impl(block) = &facts.item(pending.item).kind else { continue };
            let of_trait = block.of_trait.map(|path| facts.path(path));
            let trait_name = of_trait.and_then(|path| path.segments.last()).map(|segment| facts.name(segment.name));
            if let (Some(TypeKey::User(user)), Some("Drop")) = (key, trait_name) {
                self.program.has_drop.insert(user);
            }
            for constant in pending.constants {
                let name = facts.name(self.program.statics[constant.0 as usize].item.name);
                if let Some(TypeKey::User(user)) = key {
                    self.program.constants.insert((user, name), constant);
                }
            }
            for function in pending.fns {
                let name = self.program.fn_name(function);
                if let Some(key) = key {
                    self.program.methods.entry((key, name)).or_default().push(function);
                }
                self.program.by_name.entry(name).or_default().push(function);
            }
        }
        // What was found so far was found without these methods.
        self.program.lookup_cache = LookupCache::new();
        self.program
    }
}

impl Program<'_> {
    fn type_key(&self, module: ModuleId, file: usize, ty: crate::engine::hir::ir::TypeId) -> Option<TypeKey> {
        use crate::engine::hir::ir::Type;
        let facts = self.facts(file);
        match facts.ty(ty) {
            Type::Ref { inner, .. } => self.type_key(module, file, *inner),
            Type::Path(path) => match self.resolve(module, file, facts.path(*path), super::paths::Space::Types)? {
                Res::Type(user) => Some(TypeKey::User(user)),
                Res::External(external) => api::known_type(external.krate, external.last).map(TypeKey::Known),
                _ => None,
            },
            _ => None,
        }
    }
}
