//! Names to definitions: modules, imports, globs, re-exports, and the methods of types.

mod binding;
mod build;
mod lookup_cache;
pub(crate) mod numbering;
pub(crate) mod paths;
mod scope;
pub(crate) mod traits;

use std::sync::OnceLock;

use binding::{Binding, Bindings, Import};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::api;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{Attr, Function, Item, ItemId, ItemKind};
use crate::engine::project::Loaded;
use crate::model::finding::Confidence;

macro_rules! index {
    ($($name:ident),*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) u32);
    )*};
}
index!(ModuleId, FnId, UserType, StaticId);

macro_rules! stored {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                u32::deserialize(deserializer).map(Self)
            }
        }
    )*};
}
// Of these there are as many as in the run that wrote them, in the same order, or nothing of it is read.
stored!(UserType, StaticId);

/// What a path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Res<'l> {
    Module(ModuleId),
    Fn(FnId),
    /// A struct, enum, trait or alias of the workspace.
    Type(UserType),
    Variant(UserType, u32),
    Static(StaticId),
    External(External<'l>),
}

/// A path into a crate whose sources are not read: the crate and the last two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct External<'l> {
    /// The package with `_` for `-`; `core` and `alloc` are `std`.
    pub(crate) krate: &'l str,
    pub(crate) before: &'l str,
    pub(crate) last: &'l str,
}

impl<'l> External<'l> {
    fn step(self, name: &'l str) -> Self {
        if self.krate == "framealloc" && self.before.is_empty() && name == "bevy" {
            // The facade names the crate so; types of the same name are other ones there.
            return Self { krate: "framealloc_bevy", before: "", last: "framealloc_bevy" };
        }
        Self { krate: self.krate, before: self.last, last: name }
    }

    pub(crate) fn is_framealloc(self) -> bool {
        api::is_framealloc(self.krate)
    }

    /// As far as it is known: `rapier3d::pipeline::step`.
    pub(crate) fn path(self) -> String {
        match self.before {
            _ if self.last == self.krate => self.krate.to_owned(),
            before if before.is_empty() || before == self.krate => format!("{}::{}", self.krate, self.last),
            before => format!("{}::{before}::{}", self.krate, self.last),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ModuleKind {
    /// `mod name`, or a crate.
    Named,
    /// The body of a function as far as it holds items.
    Block,
}

#[derive(Debug)]
pub(crate) struct Module<'l> {
    pub(crate) krate: usize,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) kind: ModuleKind,
    /// `game::physics`.
    pub(crate) path: String,
    names: FxHashMap<&'l str, Bindings<'l>>,
    globs: Vec<Import<'l>>,
}

#[derive(Debug)]
pub(crate) struct Crate<'l> {
    root: Option<ModuleId>,
    externs: FxHashMap<&'l str, ExternCrate<'l>>,
}

#[derive(Clone, Copy, Debug)]
enum ExternCrate<'l> {
    /// Index into [`Program::crates`].
    Local(usize),
    Foreign(&'l str),
}

#[derive(Debug)]
pub(crate) struct FnDef<'l> {
    pub(crate) file: usize,
    /// Where the item stands in its file.
    pub(crate) at: ItemId,
    pub(crate) item: &'l Item,
    pub(crate) function: &'l Function,
    /// Where names in the signature are looked up.
    pub(crate) module: ModuleId,
    /// Where names in the body are looked up.
    pub(crate) body_module: ModuleId,
    /// The impl or trait around it.
    pub(crate) owner: Option<Owner>,
    pub(crate) in_test: bool,
    /// How sure it is that it is compiled as it stands.
    pub(crate) sure: Confidence,
    /// It runs when something went wrong, or only where mistakes are looked for.
    pub(crate) cold: bool,
}

/// What `Self` is, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    Impl(ItemId),
    Trait(UserType),
}

#[derive(Debug)]
pub(crate) struct TypeDef<'l> {
    pub(crate) file: usize,
    pub(crate) item: &'l Item,
    pub(crate) module: ModuleId,
}

#[derive(Debug)]
pub(crate) struct StaticDef<'l> {
    pub(crate) file: usize,
    pub(crate) item: &'l Item,
    pub(crate) module: ModuleId,
}

/// What methods hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum TypeKey {
    User(UserType),
    Known(api::Known),
    /// A number, `bool` or `char` of this many bytes.
    Scalar(u8),
    Str,
    Slice,
    Tuple,
    Unit,
}

/// All crates with their names.
#[derive(Debug)]
pub(crate) struct Program<'l> {
    pub(crate) loaded: &'l Loaded,
    pub(crate) crates: Vec<Crate<'l>>,
    pub(crate) modules: Vec<Module<'l>>,
    pub(crate) fns: Vec<FnDef<'l>>,
    pub(crate) types: Vec<TypeDef<'l>>,
    pub(crate) statics: Vec<StaticDef<'l>>,
    methods: FxHashMap<(TypeKey, &'l str), Vec<FnId>>,
    /// Methods of any type, by name, for receivers of unknown type.
    by_name: FxHashMap<&'l str, Vec<FnId>>,
    impls: traits::Impls<'l>,
    /// Of `impl<T: Bound> Trait for T`, by name.
    blanket: FxHashMap<&'l str, Vec<(u32, FnId)>>,
    trait_members: FxHashMap<UserType, Vec<FnId>>,
    /// Associated constants of types and traits.
    constants: FxHashMap<(UserType, &'l str), StaticId>,
    /// Functions of one name in one module: one of them is built, and nobody knows which.
    twins: FxHashMap<FnId, Vec<FnId>>,
    /// What `Drop` does.
    pub(crate) has_drop: FxHashMap<UserType, FnId>,
    /// What dropping each type calls, once somebody asked.
    pub(crate) drop_calls: Vec<OnceLock<Vec<(UserType, FnId)>>>,
    lookup_cache: lookup_cache::LookupCache<'l>,
}

impl<'l> Program<'l> {
    pub(crate) fn facts(&self, file: usize) -> &'l FileFacts {
        &self.loaded.files[file].facts
    }

    pub(crate) fn all_fns(&self) -> impl Iterator<Item = FnId> + use<> {
        (0..crate::engine::hir::offset(self.fns.len())).map(FnId)
    }

    /// The functions that may be built in the place of this one.
    pub(crate) fn twins(&self, id: FnId) -> &[FnId] {
        self.twins.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Whether `cfg_attr` lets an attribute be there in this build.
    pub(crate) fn has_attribute(&self, file: usize, attr: &Attr) -> bool {
        let member = self.loaded.files[file].member;
        attr.when.as_ref().is_none_or(|when| self.loaded.conditions.holds(member, when) != Some(false))
    }

    pub(crate) fn fn_def(&self, id: FnId) -> &FnDef<'l> {
        &self.fns[id.0 as usize]
    }

    pub(crate) fn type_def(&self, id: UserType) -> &TypeDef<'l> {
        &self.types[id.0 as usize]
    }

    pub(crate) fn module(&self, id: ModuleId) -> &Module<'l> {
        &self.modules[id.0 as usize]
    }

    pub(crate) fn fn_name(&self, id: FnId) -> &'l str {
        let def = self.fn_def(id);
        self.facts(def.file).name(def.item.name)
    }

    pub(crate) fn type_name(&self, id: UserType) -> &'l str {
        let def = self.type_def(id);
        self.facts(def.file).name(def.item.name)
    }

    /// `game::physics::World::step`.
    pub(crate) fn fn_path(&self, id: FnId) -> String {
        let def = self.fn_def(id);
        let module = &self.module(def.module).path;
        match self.owner_of(def) {
            Some(owner) => format!("{module}::{owner}::{}", self.fn_name(id)),
            None => format!("{module}::{}", self.fn_name(id)),
        }
    }

    /// The name of the type or trait that a function is a method of.
    pub(crate) fn owner_of(&self, def: &FnDef<'l>) -> Option<&'l str> {
        def.owner.and_then(|owner| self.owner_name(def.file, owner))
    }

    fn owner_name(&self, file: usize, owner: Owner) -> Option<&'l str> {
        let facts = self.facts(file);
        match owner {
            Owner::Trait(id) => Some(self.type_name(id)),
            Owner::Impl(item) => {
                let ItemKind::Impl(block) = &facts.item(item).kind else { return None };
                let crate::engine::hir::ir::Type::Path(path) = facts.ty(block.self_type) else { return None };
                facts.path(*path).segments.last().map(|segment| facts.name(segment.name))
            }
        }
    }

    /// The methods of a type with this name.
    pub(crate) fn methods_of(&self, key: TypeKey, name: &'l str) -> &[FnId] {
        self.methods.get(&(key, name)).map_or(&[], Vec::as_slice)
    }

    /// The associated constant of a type with this name.
    pub(crate) fn constant_of(&self, user: UserType, name: &str) -> Option<StaticId> {
        self.constants.get(&(user, name)).copied()
    }

    /// All methods of these types.
    pub(crate) fn methods_of_types(&self, types: &FxHashSet<UserType>) -> FxHashSet<FnId> {
        let methods =
            self.methods.iter().filter(|((key, _), _)| matches!(key, TypeKey::User(user) if types.contains(user)));
        methods.flat_map(|(_, fns)| fns.iter().copied()).collect()
    }

    /// Every name that may be that of a function: most words of a program are not, and need not be looked up.
    pub(crate) fn callable_names(&self) -> FxHashSet<&'l str> {
        let declared = self.all_fns().map(|id| self.fn_name(id));
        let renamed = self.modules.iter().flat_map(|module| &module.names).filter_map(|(name, bindings)| {
            let renames = |binding: &Binding<'l>| match binding {
                Binding::Def(_) => false,
                Binding::Import(Import { file, entry }) => {
                    entry.segments.last().is_none_or(|last| self.facts(*file as usize).name(*last) != *name)
                }
            };
            bindings.as_slice().iter().any(renames).then_some(*name)
        });
        declared.chain(renamed).collect()
    }

    /// The methods of all types with this name.
    pub(crate) fn methods_named(&self, name: &str) -> &[FnId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests;
