//! Which places outlive the frame, and of which there are many: what is done once for each element of a list that gets new ones
//! is done again.

use super::Interpreter;
use super::changes::{Change, bare};
use super::types::Ty;
use super::value::Root;
use super::walk;
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, ExprKind, ItemKind};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{Res, UserType};

/// How long a place is there, and how many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    /// It ends with the frame, or nobody knows.
    No,
    /// It is in an element of a list that gets new ones.
    EachOfMany,
    Yes,
}

impl<'l> Interpreter<'_, 'l> {
    /// `let cells = &mut self.cells`, `let cells = self.cells.lock().unwrap()`: what a variable stands for.
    pub(super) fn by_its_own_name(&self, place: ExprId) -> ExprId {
        let facts = self.facts;
        let ExprKind::Name(name) = &facts.expr(place).kind else { return place };
        let Some(init) = self.init_of(facts.name(*name)) else { return place };
        let lent = matches!(&facts.expr(init).kind, ExprKind::Ref { mutable: true, .. } | ExprKind::Method(_));
        let init = bare(facts, init);
        if lent && matches!(facts.expr(init).kind, ExprKind::Field { .. }) { init } else { place }
    }

    /// Whether a variable is an element of a list that gets new ones: what is done once for each is done again.
    fn is_one_of_many(&self, wanted: &str) -> bool {
        let facts = self.facts;
        let Some(body) = self.def.function.body else { return false };
        let binds = |pat| {
            let mut binds = false;
            walk::bound_names(facts, pat, &mut |name| binds |= name == wanted);
            binds
        };
        let mut list = self.init_of(wanted).and_then(|init| self.list_of_element(init));
        walk::visit(facts, body, &mut |expr| match &facts.expr(expr).kind {
            ExprKind::For(looped) if binds(looped.pat) => list = Some(looped.iter),
            ExprKind::Let { pat, value } if binds(*pat) => list = list.or_else(|| self.list_of_element(*value)),
            _ => {}
        });
        let Some(list) = list else { return false };
        let field = match &facts.expr(self.listed(list)).kind {
            ExprKind::Field { name, .. } | ExprKind::Name(name) => facts.name(*name),
            _ => return true,
        };
        self.has_change(None, field, Change::Grown)
    }

    /// `self.units[i]`, `self.units.get_mut(i)`: the list that this is an element of.
    fn list_of_element(&self, expr: ExprId) -> Option<ExprId> {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Ref { inner, .. } | ExprKind::Try(inner) => self.list_of_element(*inner),
            ExprKind::Index { base, .. } => Some(*base),
            ExprKind::Method(call) => match facts.name(call.name) {
                "get_mut" | "last_mut" | "first_mut" | "front_mut" | "back_mut" => Some(call.receiver),
                "unwrap" | "expect" => self.list_of_element(call.receiver),
                _ => None,
            },
            _ => None,
        }
    }

    /// The list that `iter_mut().enumerate()` walks over.
    fn listed(&self, iter: ExprId) -> ExprId {
        let iter = bare(self.facts, iter);
        match &self.facts.expr(iter).kind {
            ExprKind::Method(call) => self.listed(call.receiver),
            _ => iter,
        }
    }

    /// The type that a variable is of, or refers to.
    pub(super) fn type_of_variable(&self, name: &str) -> Option<UserType> {
        let value = self.lookup_var(name).and_then(|var| self.state.values.get(var))?;
        match value.ty.peeled() {
            Ty::User(user, _) => Some(*user),
            _ => None,
        }
    }

    /// The type of what a variable leads to, of which this is a field.
    pub(super) fn type_with_field(&self, place: ExprId) -> Option<UserType> {
        let ExprKind::Field { base, .. } = &self.facts.expr(place).kind else { return None };
        match &self.facts.expr(bare(self.facts, *base)).kind {
            ExprKind::Name(name) => self.type_of_variable(self.facts.name(*name)),
            _ => None,
        }
    }

    /// Whether fields of a type can be named outside of its module.
    pub(super) fn is_open(&self, user: UserType) -> bool {
        matches!(self.around.program.type_def(user).item.kind, ItemKind::Struct { hidden: false, .. })
    }

    /// A parameter that is `&mut`.
    pub(super) fn is_lent(&self, place: ExprId) -> bool {
        let ExprKind::Name(name) = &self.facts.expr(place).kind else { return false };
        let value = self.lookup_var(self.facts.name(*name)).and_then(|var| self.state.values.get(var));
        value.is_some_and(|value| {
            matches!(value.ty, Ty::Ref { mutable: true, .. }) && matches!(value.alias, Some(Root::Param(_)))
        })
    }

    /// The field behind a guard that is a variable: `let cache = self.cache.lock()`.
    pub(super) fn guarded_field(&self, place: ExprId) -> Option<&'l str> {
        let facts = self.facts;
        let ExprKind::Name(name) = &facts.expr(place).kind else { return None };
        let value = self.lookup_var(facts.name(*name)).and_then(|var| self.state.values.get(var))?;
        let is_kept = matches!(value.alias, Some(Root::Param(_) | Root::Static(_)));
        let field = value.field.as_ref().filter(|_| is_kept && value.ty.head() == Some(Known::Guard))?;
        facts.names().find(|known| **known == **field)
    }

    /// Of `self`, a static, or something that Bevy keeps.
    pub(super) fn lasting(&self, place: ExprId) -> Lasting {
        let facts = self.facts;
        let known = |lasts| if lasts { Lasting::Yes } else { Lasting::No };
        match &facts.expr(place).kind {
            ExprKind::Field { base: inner, .. } | ExprKind::Deref(inner) => {
                let inner = bare(facts, *inner);
                match &facts.expr(inner).kind {
                    ExprKind::Name(name) if facts.name(*name) != "self" => {
                        if self.is_one_of_many(facts.name(*name)) {
                            return Lasting::EachOfMany;
                        }
                        let var = self.lookup_var(facts.name(*name)).and_then(|var| self.state.values.get(var));
                        var.map_or_else(
                            || self.lasting(inner),
                            |value| {
                                let is_lent = matches!(value.ty, Ty::Ref { mutable: true, .. });
                                // What a closure is lent comes from whoever calls it.
                                known(
                                    is_lent && !matches!(value.alias, Some(Root::Local(_)))
                                        || matches!(value.ty.head(), Some(Known::Local | Known::ResMut))
                                        || value.ty.head() == Some(Known::Guard)
                                            && matches!(value.alias, Some(Root::Param(_) | Root::Static(_))),
                                )
                            },
                        )
                    }
                    _ => self.lasting(inner),
                }
            }
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                let Some(value) = self.lookup_var(name).and_then(|var| self.state.values.get(var)) else {
                    let res = self.around.program.resolve_name(self.module, name, Space::Values);
                    return known(matches!(res, Some(Res::Static(_))));
                };
                known(
                    name == "self" && matches!(value.ty, Ty::Ref { .. })
                        || matches!(value.ty.head(), Some(Known::Local | Known::ResMut))
                        || self.guarded_field(place).is_some(),
                )
            }
            _ => Lasting::No,
        }
    }
}
