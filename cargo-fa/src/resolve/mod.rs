//! Names to definitions: modules, imports, globs, re-exports, and the methods of types.

mod build;
pub(crate) mod model;
pub(crate) mod paths;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::facts::ir::{FileFacts, Function, Item, ItemId, ItemKind, Name};
use crate::finding::Confidence;
use crate::project::Loaded;

macro_rules! index {
    ($($name:ident),*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) u32);
    )*};
}
index!(ModuleId, FnId, UserType, StaticId);

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
        Self { krate: self.krate, before: self.last, last: name }
    }

    pub(crate) fn is_ours(self) -> bool {
        model::is_ours(self.krate)
    }
}

#[derive(Clone, Copy, Debug)]
enum Binding<'l> {
    Def(Res<'l>),
    Import { leading: bool, file: usize, segments: &'l [Name] },
}

/// A module, or the body of a function as far as it holds items.
#[derive(Debug)]
pub(crate) struct Module<'l> {
    pub(crate) krate: usize,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) is_block: bool,
    /// `game::physics`.
    pub(crate) path: String,
    names: FxHashMap<&'l str, Vec<Binding<'l>>>,
    globs: Vec<(bool, usize, &'l [Name])>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TypeKey {
    User(UserType),
    Known(model::Known),
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
    /// Module of each `impl` block: by file and item.
    methods: FxHashMap<(TypeKey, &'l str), Vec<FnId>>,
    /// Methods of any type, by name, for receivers of unknown type.
    by_name: FxHashMap<&'l str, Vec<FnId>>,
    /// `Drop` is implemented.
    pub(crate) has_drop: rustc_hash::FxHashSet<UserType>,
    looked_up: LookedUp<'l>,
}

/// What names in modules were found to mean, by module, name and whether a type is meant; `None` also while the search
/// goes on.
type Known<'l> = FxHashMap<(ModuleId, &'l str, bool), Option<Res<'l>>>;

/// One table for each thread of the pool and one for whoever is outside of it: nobody ever waits for a lock.
#[derive(Debug)]
struct LookedUp<'l>(Vec<Mutex<Known<'l>>>);

impl<'l> LookedUp<'l> {
    fn new() -> Self {
        let mut tables = Vec::new();
        tables.resize_with(rayon::current_num_threads() + 1, Mutex::default);
        Self(tables)
    }

    fn own(&self) -> MutexGuard<'_, Known<'l>> {
        let last = self.0.len() - 1;
        let at = rayon::current_thread_index().map_or(last, |at| at.min(last));
        self.0[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'l> Program<'l> {
    /// Runs `task` with nothing looked up yet: its result does not depend on what ran on this thread before, and so not
    /// on the number of threads. A search that comes by itself again takes a name for unknown, and what it finds on the
    /// way is kept, so that what a name means in a circle of globs depends on who asks first.
    ///
    /// `task` must not wait for the pool, which could run another task inside of it.
    pub(crate) fn apart<T>(&self, task: impl FnOnce() -> T) -> T {
        let before = std::mem::take(&mut *self.looked_up.own());
        let result = task();
        *self.looked_up.own() = before;
        result
    }

    pub(crate) fn facts(&self, file: usize) -> &'l FileFacts {
        &self.loaded.files[file].facts
    }

    pub(crate) fn all_fns(&self) -> impl Iterator<Item = FnId> + use<> {
        (0..crate::facts::offset(self.fns.len())).map(FnId)
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
        match def.owner.and_then(|owner| self.owner_name(def.file, owner)) {
            Some(owner) => format!("{module}::{owner}::{}", self.fn_name(id)),
            None => format!("{module}::{}", self.fn_name(id)),
        }
    }

    fn owner_name(&self, file: usize, owner: Owner) -> Option<&'l str> {
        let facts = self.facts(file);
        match owner {
            Owner::Trait(id) => Some(self.type_name(id)),
            Owner::Impl(item) => {
                let ItemKind::Impl(of) = &facts.item(item).kind else { return None };
                let crate::facts::ir::Type::Path(path) = facts.ty(of.self_type) else { return None };
                facts.path(*path).segments.last().map(|segment| facts.name(segment.name))
            }
        }
    }

    /// The methods of a type with this name.
    pub(crate) fn methods_of(&self, key: TypeKey, name: &'l str) -> &[FnId] {
        self.methods.get(&(key, name)).map_or(&[], Vec::as_slice)
    }

    /// All methods of these types.
    pub(crate) fn methods_of_types(&self, types: &rustc_hash::FxHashSet<UserType>) -> rustc_hash::FxHashSet<FnId> {
        let of = self.methods.iter().filter(|((key, _), _)| matches!(key, TypeKey::User(of) if types.contains(of)));
        of.flat_map(|(_, fns)| fns.iter().copied()).collect()
    }

    /// The methods of all types with this name.
    pub(crate) fn methods_named(&self, name: &str) -> &[FnId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests;
