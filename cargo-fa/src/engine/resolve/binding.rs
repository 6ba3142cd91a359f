//! What a module binds a name to.

use super::{FnId, ModuleId, Res, StaticId, UserType};
use crate::engine::hir::ir::UseEntry;

#[derive(Clone, Copy, Debug)]
pub(super) enum Binding<'l> {
    Def(Defined),
    Import(Import<'l>),
}

/// Something that a module declares.
#[derive(Clone, Copy, Debug)]
pub(super) enum Defined {
    Module(ModuleId),
    Fn(FnId),
    Type(UserType),
    Static(StaticId),
}

impl From<Defined> for Res<'_> {
    fn from(defined: Defined) -> Self {
        match defined {
            Defined::Module(module) => Self::Module(module),
            Defined::Fn(function) => Self::Fn(function),
            Defined::Type(user) => Self::Type(user),
            Defined::Static(item) => Self::Static(item),
        }
    }
}

/// A part of a `use`, and the file that it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import<'l> {
    pub(super) file: u32,
    pub(super) entry: &'l UseEntry,
}

/// All that has one name in a module: mostly one thing.
#[derive(Debug)]
pub(super) enum Bindings<'l> {
    One(Binding<'l>),
    More(Vec<Binding<'l>>),
}

impl<'l> Bindings<'l> {
    pub(super) fn push(&mut self, binding: Binding<'l>) {
        match self {
            Self::One(first) => *self = Self::More(vec![*first, binding]),
            Self::More(all) => all.push(binding),
        }
    }

    pub(super) fn as_slice(&self) -> &[Binding<'l>] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(all) => all,
        }
    }
}
