//! What stands for generic parameters: read off arguments at a call, put into results, asked for at a dispatch.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::types::{Ty, TypeScope, Types};
use crate::engine::hir::ir::PathId;
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::traits::TraitOf;
use crate::engine::resolve::{ModuleId, Res, TypeKey, UserType};

/// What parameters of a function are known to be, by their index.
pub(crate) type Given = Vec<(u16, Ty)>;

/// Of which types of a parameter something is true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Condition {
    pub(crate) param: u16,
    pub(crate) types: Vec<TypeKey>,
    /// It is true of all others.
    pub(crate) others: bool,
}

impl Condition {
    /// Whether it holds where these are known; `None` where the type at hand is not.
    pub(crate) fn holds(&self, given: &[(u16, Ty)]) -> Option<bool> {
        let (_, ty) = given.iter().find(|(param, _)| *param == self.param)?;
        match ty.peeled() {
            // Whoever implements the trait may be behind it.
            Ty::Trait(_) => None,
            ty => Some(ty.key().is_some_and(|key| self.types.contains(&key)) != self.others),
        }
    }
}

/// Types are followed this deep into one another.
const DEEPEST: u32 = 8;

impl Ty {
    /// What methods of this type hang on.
    pub(crate) fn key(&self) -> Option<TypeKey> {
        Some(match self {
            Self::User(user, _) | Self::Trait(user) => TypeKey::User(*user),
            Self::Known(known, _) => TypeKey::Known(*known),
            Self::Scalar(bytes) => TypeKey::Scalar(*bytes),
            Self::Str => TypeKey::Str,
            Self::Slice(_) | Self::Array(..) => TypeKey::Slice,
            Self::Tuple(_) => TypeKey::Tuple,
            Self::Unit => TypeKey::Unit,
            _ => return None,
        })
    }

    /// Reads off an argument of this type what the parameters in the type of a function's parameter stand for.
    pub(crate) fn match_with(&self, arg: &Self, given: &mut Given) {
        self.match_at(arg, given, 0);
    }

    fn match_at(&self, arg: &Self, given: &mut Given, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        let mut all = |left: &[Self], right: &[Self]| {
            left.iter().zip(right).for_each(|(left, right)| left.match_at(right, given, depth + 1));
        };
        match (self, arg) {
            (_, Self::Unknown | Self::Opaque { .. } | Self::Param(_) | Self::Never) => {}
            (Self::Generic { index, .. }, arg) => {
                if !given.iter().any(|(known, _)| known == index) {
                    given.push((*index, arg.clone()));
                }
            }
            (Self::Ref { inner, .. }, Self::Ref { inner: arg, .. }) => inner.match_at(arg, given, depth + 1),
            (Self::Ref { inner, .. }, arg) => inner.match_at(arg, given, depth + 1),
            (param, Self::Ref { inner, .. }) => param.match_at(inner, given, depth + 1),
            (Self::Slice(left) | Self::Array(left, _), Self::Slice(right) | Self::Array(right, _)) => {
                left.match_at(right, given, depth + 1);
            }
            (Self::Known(left, params), Self::Known(right, args)) if left == right => all(params, args),
            (Self::User(left, params), Self::User(right, args)) if left == right => all(params, args),
            (Self::Tuple(left), Self::Tuple(right)) => all(left, right),
            (param, arg) => {
                if let Some(behind) = arg.deref() {
                    param.match_at(&behind, given, depth + 1);
                }
            }
        }
    }

    /// The type where these are known: what else is a parameter of the callee means nothing to the caller.
    pub(crate) fn with_given(&self, given: &[(u16, Self)]) -> Self {
        let one = |inner: &Arc<Self>| Arc::new(inner.with_given(given));
        let all = |args: &Arc<[Self]>| args.iter().map(|arg| arg.with_given(given)).collect::<Arc<[Self]>>();
        match self {
            Self::Generic { index, traits } => match given.iter().find(|(known, _)| known == index) {
                Some((_, ty)) => ty.clone(),
                None => match **traits {
                    [only] => Self::Trait(only),
                    _ => Self::opaque(false),
                },
            },
            Self::Ref { inner, mutable, fixed } => Self::Ref { inner: one(inner), mutable: *mutable, fixed: *fixed },
            Self::Ptr(inner) => Self::Ptr(one(inner)),
            Self::Slice(inner) => Self::Slice(one(inner)),
            Self::Array(inner, len) => Self::Array(one(inner), *len),
            Self::Tuple(args) => Self::Tuple(all(args)),
            Self::Known(known, args) => Self::Known(*known, all(args)),
            Self::User(user, args) => Self::User(*user, all(args)),
            other => other.clone(),
        }
    }

    /// Whether there is a generic parameter in it.
    pub(crate) fn is_generic(&self) -> bool {
        match self {
            Self::Generic { .. } => true,
            Self::Ref { inner, .. } | Self::Ptr(inner) | Self::Slice(inner) | Self::Array(inner, _) => {
                inner.is_generic()
            }
            Self::Tuple(args) | Self::Known(_, args) | Self::User(_, args) => args.iter().any(Self::is_generic),
            _ => false,
        }
    }

    /// Whether a parameter of this type takes an argument of that one, as far as both are known.
    pub(crate) fn takes(&self, arg: &Self) -> bool {
        let all = |left: &[Self], right: &[Self]| {
            left.len() != right.len() || left.iter().zip(right).all(|(left, right)| left.takes(right))
        };
        match (self, arg) {
            (Self::Unknown | Self::Opaque { .. } | Self::Generic { .. } | Self::Param(_) | Self::Trait(_), _)
            | (_, Self::Unknown | Self::Opaque { .. } | Self::Generic { .. } | Self::Param(_) | Self::Never) => true,
            (Self::Ref { inner: left, .. }, Self::Ref { inner: right, .. }) => {
                left.takes(right) || right.deref().is_some_and(|right| left.takes(&right))
            }
            (Self::Slice(left) | Self::Array(left, _), Self::Slice(right) | Self::Array(right, _))
            | (Self::Ptr(left), Self::Ptr(right)) => left.takes(right),
            (Self::Known(left, params), Self::Known(right, args)) => left == right && all(params, args),
            (Self::User(left, params), Self::User(right, args)) => left == right && all(params, args),
            (Self::Tuple(left), Self::Tuple(right)) => left.len() == right.len() && all(left, right),
            (left, right) => left == right,
        }
    }
}

impl Types<'_, '_> {
    /// The traits of the workspace among these bounds.
    pub(crate) fn traits(self, module: ModuleId, file: usize, bounds: &[PathId]) -> Vec<UserType> {
        let facts = self.program.facts(file);
        let named = bounds.iter().filter_map(|bound| {
            match self.program.resolve(module, file, facts.path(*bound), Space::Types) {
                Some(Res::Type(user)) => Some(user),
                _ => None,
            }
        });
        named.collect()
    }

    /// What one step of `*` gives, also of a type that implements `Deref` itself.
    pub(crate) fn deref(self, ty: &Ty) -> Option<Ty> {
        let Ty::User(user, args) = ty else { return ty.deref() };
        let (def, target) = self.program.foreign_type(TypeKey::User(*user), "Deref", "Target")?;
        let facts = self.program.facts(def.file);
        // `impl<T> Deref for Wrapper<T>`: the parameters stand for the arguments in their order.
        let params = def.block.generics.types.iter().zip(&**args);
        let scope = TypeScope {
            self_type: Some(ty.clone()),
            params: params.map(|((name, _), arg)| (facts.name(*name), arg.clone())).collect(),
        };
        Some(self.lower(def.module, def.file, target, &scope))
    }

    /// Whether a type has a trait, as far as `impl`s tell.
    pub(crate) fn implements(self, key: TypeKey, user_trait: UserType) -> bool {
        self.program.impls_for(key).any(|def| def.of_trait == Some(TraitOf::User(user_trait)))
    }
}
