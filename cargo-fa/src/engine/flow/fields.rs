//! Fields of structs and enums, as their declarations give them.

use std::borrow::Cow;
use std::sync::Arc;

use super::types::{Ty, TypeScope, Types};
use crate::engine::hir::ir::{Generics, Item, ItemKind, Name, TypeId, Variant};
use crate::engine::resolve::UserType;

impl<'l> Types<'_, 'l> {
    /// The type of a field.
    pub(crate) fn field(self, ty: &Ty, name: &str) -> Ty {
        let mut ty = Cow::Borrowed(ty.peeled());
        for _ in 0..8 {
            match &*ty {
                Ty::User(user, args) => {
                    let facts = self.program.facts(self.program.type_def(*user).file);
                    let declared = self.declared(*user, None);
                    let found = declared.and_then(|(generics, mut fields)| {
                        let (_, field) = fields.find(|(field, _)| facts.name(*field) == name)?;
                        Some(self.field_type(*user, args, generics, &self.scope_of(*user, args, generics), *field))
                    });
                    if let Some(found) = found {
                        return found;
                    }
                    // A field of what it leads to.
                    match self.deref(&ty) {
                        Some(next) => ty = Cow::Owned(next),
                        None => return Ty::Unknown,
                    }
                }
                Ty::Tuple(parts) => {
                    return name.parse::<usize>().ok().and_then(|at| parts.get(at)).cloned().unwrap_or(Ty::Unknown);
                }
                other => match other.deref() {
                    Some(next) => ty = Cow::Owned(next),
                    None => return Ty::Unknown,
                },
            }
        }
        Ty::Unknown
    }

    /// The type whose fields can be named behind references and owners of this type.
    pub(crate) fn owner(ty: &Ty) -> Option<UserType> {
        let mut ty = Cow::Borrowed(ty.peeled());
        for _ in 0..8 {
            let next = match &*ty {
                Ty::User(user, _) => return Some(*user),
                other => other.deref()?,
            };
            ty = Cow::Owned(next);
        }
        None
    }

    /// The type that has a field of this name: the first one behind references and owners, or what that leads to.
    pub(crate) fn owner_of(self, ty: &Ty, name: &str) -> Option<UserType> {
        let first = Self::owner(ty)?;
        let has = |user: UserType| {
            let facts = self.program.facts(self.program.type_def(user).file);
            self.declared(user, None).is_some_and(|(_, mut fields)| fields.any(|(field, _)| facts.name(*field) == name))
        };
        if has(first) {
            return Some(first);
        }
        let mut ty = ty.peeled().clone();
        for _ in 0..8 {
            let Some(next) = self.deref(&ty) else { break };
            if let Some(user) = Self::owner(&next).filter(|user| has(*user)) {
                return Some(user);
            }
            ty = next;
        }
        Some(first)
    }

    /// The fields of a struct, or of one or all variants of an enum.
    pub(crate) fn fields(self, user: UserType, args: &[Ty], variant: Option<usize>) -> Vec<(&'l str, Ty)> {
        let facts = self.program.facts(self.program.type_def(user).file);
        let Some((generics, fields)) = self.declared(user, variant) else { return Vec::new() };
        let scope = self.scope_of(user, &args.into(), generics);
        fields.map(|(name, ty)| (facts.name(*name), self.field_type(user, args, generics, &scope, *ty))).collect()
    }

    /// The fields as they are declared, for which the generic parameters stand.
    fn declared(
        self,
        user: UserType,
        variant: Option<usize>,
    ) -> Option<(&'l Generics, impl Iterator<Item = &'l (Name, TypeId)>)> {
        let item: &'l Item = self.program.type_def(user).item;
        let (generics, fields, variants): (&'l Generics, &'l [_], &'l [Variant]) = match &item.kind {
            ItemKind::Struct { generics, fields, .. } => (generics, fields, &[]),
            ItemKind::Enum { generics, variants } => (generics, &[], variants),
            _ => return None,
        };
        let wanted = variants.iter().enumerate().filter(move |(at, _)| variant.is_none_or(|variant| variant == *at));
        Some((generics, fields.iter().chain(wanted.flat_map(|(_, (_, fields))| fields))))
    }

    fn scope_of(self, user: UserType, args: &Arc<[Ty]>, generics: &'l Generics) -> TypeScope<'l> {
        let file = self.program.type_def(user).file;
        self.generic_scope(file, generics, Some(Ty::User(user, Arc::clone(args))))
    }

    fn field_type(
        self,
        user: UserType,
        args: &[Ty],
        generics: &'l Generics,
        scope: &TypeScope<'l>,
        field: TypeId,
    ) -> Ty {
        let def = self.program.type_def(user);
        let ty = self.lower(def.module, def.file, field, scope);
        if generics.types.is_empty() { ty } else { ty.substitute(args) }
    }
}
