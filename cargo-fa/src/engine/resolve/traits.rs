//! Which type implements which trait, and which function a method means.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::{FnId, ModuleId, Owner, Program, Res, TypeKey, UserType};
use crate::engine::hir::ir::{Impl, ItemKind, PathId, Type, TypeId};
use crate::engine::resolve::paths::Space;

/// A trait that an `impl` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TraitOf<'l> {
    User(UserType),
    /// One of std or of another crate, by its name.
    Foreign(&'l str),
}

/// An `impl` block.
#[derive(Debug)]
pub(crate) struct ImplDef<'l> {
    pub(crate) file: usize,
    pub(crate) block: &'l Impl,
    pub(crate) module: ModuleId,
    /// What its methods hang on.
    pub(crate) key: Option<TypeKey>,
    pub(crate) of_trait: Option<TraitOf<'l>>,
    pub(crate) fns: Vec<FnId>,
}

/// `impl` blocks, found by what they are for.
#[derive(Debug, Default)]
pub(super) struct Impls<'l> {
    pub(super) all: Vec<ImplDef<'l>>,
    of_trait: FxHashMap<TraitOf<'l>, Vec<u32>>,
    of_type: FxHashMap<TypeKey, Vec<u32>>,
    of_fn: FxHashMap<FnId, u32>,
}

impl<'l> Impls<'l> {
    pub(super) fn push(&mut self, def: ImplDef<'l>) {
        let at = crate::engine::hir::offset(self.all.len());
        if let Some(of_trait) = def.of_trait {
            self.of_trait.entry(of_trait).or_default().push(at);
        }
        if let Some(key) = def.key {
            self.of_type.entry(key).or_default().push(at);
        }
        self.of_fn.extend(def.fns.iter().map(|function| (*function, at)));
        self.all.push(def);
    }
}

/// How many traits may stand above one another.
const SUPERTRAITS: usize = 8;

impl<'l> Program<'l> {
    pub(crate) fn trait_of(&self, module: ModuleId, file: usize, path: PathId) -> Option<TraitOf<'l>> {
        let facts = self.facts(file);
        let path = facts.path(path);
        match self.resolve(module, file, path, Space::Types) {
            Some(Res::Type(user)) => Some(TraitOf::User(user)),
            Some(Res::External(external)) => Some(TraitOf::Foreign(external.last)),
            _ => path.segments.last().map(|last| TraitOf::Foreign(facts.name(last.name))),
        }
    }

    /// The `impl` that a function stands in.
    pub(crate) fn impl_around(&self, function: FnId) -> Option<&ImplDef<'l>> {
        self.impls.of_fn.get(&function).map(|at| &self.impls.all[*at as usize])
    }

    pub(crate) fn impls_of_trait(&self, user_trait: TraitOf<'l>) -> impl Iterator<Item = &ImplDef<'l>> {
        self.impls.of_trait.get(&user_trait).into_iter().flatten().map(|at| &self.impls.all[*at as usize])
    }

    pub(crate) fn impls_for(&self, key: TypeKey) -> impl Iterator<Item = &ImplDef<'l>> {
        self.impls.of_type.get(&key).into_iter().flatten().map(|at| &self.impls.all[*at as usize])
    }

    /// The functions of one name that this type has from a trait of std: `add` of `Add`, for each type on the right.
    pub(crate) fn foreign_methods(&self, key: TypeKey, trait_name: &str, name: &str) -> Vec<FnId> {
        let impls = self
            .impls_for(key)
            .filter(|def| matches!(def.of_trait, Some(TraitOf::Foreign(last)) if last == trait_name));
        impls.flat_map(|def| &def.fns).copied().filter(|function| self.fn_name(*function) == name).collect()
    }

    /// An associated type of an `impl` of a trait of std, and the `impl`.
    pub(crate) fn foreign_type(&self, key: TypeKey, trait_name: &str, name: &str) -> Option<(&ImplDef<'l>, TypeId)> {
        self.impls_for(key)
            .filter(|def| matches!(def.of_trait, Some(TraitOf::Foreign(last)) if last == trait_name))
            .find_map(|def| {
                let facts = self.facts(def.file);
                let (_, ty) = def.block.types.iter().find(|(known, _)| facts.name(*known) == name)?;
                Some((def, *ty))
            })
    }

    /// The trait, or one above it, that declares a method, and the declaration.
    pub(crate) fn declared_in(&self, user_trait: UserType, name: &'l str) -> Option<(UserType, FnId)> {
        let mut found = None;
        let _ = self.each_trait_from(user_trait, &mut |user_trait| match self
            .methods_of(TypeKey::User(user_trait), name)
            .first()
        {
            Some(function) => {
                found = Some((user_trait, *function));
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        });
        found
    }

    /// This trait and those above it.
    fn each_trait_from(
        &self,
        user_trait: UserType,
        each: &mut dyn FnMut(UserType) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut traits = vec![user_trait];
        let mut at = 0;
        while let Some(user_trait) = traits.get(at).copied() {
            at += 1;
            each(user_trait)?;
            let def = self.type_def(user_trait);
            let ItemKind::Trait { supers, .. } = &def.item.kind else { continue };
            for path in supers.iter().filter(|_| at <= SUPERTRAITS) {
                if let Some(TraitOf::User(above)) = self.trait_of(def.module, def.file, *path)
                    && !traits.contains(&above)
                {
                    traits.push(above);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The body that a trait gives to this type's method where the type has none of its own.
    pub(crate) fn provided(&self, key: TypeKey, name: &'l str) -> Option<FnId> {
        self.impls_for(key).find_map(|def| {
            let Some(TraitOf::User(user_trait)) = def.of_trait else { return None };
            let provided = self.methods_of(TypeKey::User(user_trait), name).iter().copied();
            provided.into_iter().find(|function| self.fn_def(*function).function.body.is_some())
        })
    }

    /// Whether an `impl` is for a parameter of its own: `impl<T: Bound> Trait for T`.
    pub(crate) fn blanket_bounds(&self, def: &ImplDef<'l>) -> Option<&'l [PathId]> {
        let facts = self.facts(def.file);
        let mut ty = def.block.self_type;
        while let Type::Ref { inner, .. } = facts.ty(ty) {
            ty = *inner;
        }
        let Type::Path(path) = facts.ty(ty) else { return None };
        let [only] = &*facts.path(*path).segments else { return None };
        let generics = &def.block.generics.types;
        generics.iter().find(|(name, _)| facts.name(*name) == facts.name(only.name)).map(|(_, bounds)| &bounds[..])
    }

    /// The blanket `impl`s whose trait has a method of this name, each with the function that is called.
    pub(crate) fn blanket_methods(&self, name: &str) -> &[(u32, FnId)] {
        self.blanket.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn impl_at(&self, at: u32) -> &ImplDef<'l> {
        &self.impls.all[at as usize]
    }

    /// Fills [`Program::blanket_methods`] once all `impl`s are known.
    pub(super) fn find_blankets(&mut self) {
        let mut found: FxHashMap<&'l str, Vec<(u32, FnId)>> = FxHashMap::default();
        for (at, def) in self.impls.all.iter().enumerate() {
            let Some(of_trait) = def.of_trait else { continue };
            if self.blanket_bounds(def).is_none() {
                continue;
            }
            let at = crate::engine::hir::offset(at);
            for function in &def.fns {
                found.entry(self.fn_name(*function)).or_default().push((at, *function));
            }
            let TraitOf::User(user_trait) = of_trait else { continue };
            let own: Vec<&str> = def.fns.iter().map(|function| self.fn_name(*function)).collect();
            for function in self.members_of_trait(user_trait) {
                let name = self.fn_name(function);
                if self.fn_def(function).function.body.is_some() && !own.contains(&name) {
                    found.entry(name).or_default().push((at, function));
                }
            }
        }
        self.blanket = found;
    }

    fn members_of_trait(&self, user_trait: UserType) -> Vec<FnId> {
        let mut members: Vec<FnId> = self.trait_members.get(&user_trait).cloned().unwrap_or_default();
        members.sort_unstable();
        members
    }

    /// The trait whose declaration a function is.
    pub(crate) fn trait_around(&self, function: FnId) -> Option<UserType> {
        match self.fn_def(function).owner {
            Some(Owner::Trait(user_trait)) => Some(user_trait),
            _ => None,
        }
    }
}
