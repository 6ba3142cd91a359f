//! The types of places in functions that nobody runs through, as far as declarations and patterns tell.

use super::emptied::Look;
use crate::engine::api::Known;
use crate::engine::flow::types::{Ty, TypeScope, Types};
use crate::engine::flow::{param_types, type_scope};
use crate::engine::hir::ir::{ExprId, ExprKind, Pat, PatId, TypeId};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnId, Res, TypeKey};

/// Expressions are followed this far to what tells their type.
const DEEPEST: u32 = 12;

/// A variable, and what it is bound to.
#[derive(Clone, Copy)]
pub(super) struct Local<'l> {
    pub(super) name: &'l str,
    pub(super) from: ExprId,
    part: Part<'l>,
    declared: Option<TypeId>,
}

/// Which part of an expression a variable is.
#[derive(Clone, Copy)]
pub(super) enum Part<'l> {
    All,
    /// One of those that it yields.
    Element,
    /// What is in an `Option` or `Result`.
    Inside,
    /// A field of it.
    Field(&'l str),
    Unknown,
}

impl<'l> Look<'_, 'l> {
    /// The variables of a pattern are parts of what it is matched with.
    pub(super) fn binds(&mut self, pat: PatId, from: ExprId, which: Part<'l>) {
        self.binds_as(pat, from, which, None);
    }

    fn binds_as(&mut self, pat: PatId, from: ExprId, which: Part<'l>, declared: Option<TypeId>) {
        let facts = self.facts;
        match facts.pat(pat) {
            Pat::Bind { name, .. } => {
                self.locals.push(Local { name: facts.name(*name), from, part: which, declared });
            }
            Pat::TupleStruct(path, parts) => {
                let last = facts.path(*path).segments.last().map(|last| facts.name(last.name));
                let inside = match (last, which) {
                    (Some("Some" | "Ok"), Part::All) => Part::Inside,
                    _ => Part::Unknown,
                };
                parts.iter().for_each(|inner| self.binds_as(*inner, from, inside, None));
            }
            Pat::Struct(_, fields) => {
                for (field, inner) in fields {
                    let field =
                        if matches!(which, Part::All) { Part::Field(facts.name(*field)) } else { Part::Unknown };
                    self.binds_as(*inner, from, field, None);
                }
            }
            Pat::Tuple(parts) => parts.iter().for_each(|inner| self.binds_as(*inner, from, Part::Unknown, None)),
            Pat::Typed(inner, ty) => self.binds_as(*inner, from, which, Some(*ty)),
            Pat::Ref(inner) | Pat::Guard(inner, _) => self.binds_as(*inner, from, which, None),
            _ => {}
        }
    }

    /// The type of a parameter, `self` too.
    pub(super) fn param_named(&self, name: &str) -> Option<Ty> {
        let receiver = usize::from(self.def.function.receiver.is_some());
        let mut declared = self.def.function.params.iter();
        let is_named = |pat: PatId| matches!(self.facts.pat(pat), Pat::Bind { name: known, .. } if self.facts.name(*known) == name);
        let at = match name {
            "self" if receiver == 1 => 0,
            _ => declared.position(|(pat, _)| is_named(*pat))? + receiver,
        };
        self.params.get_or_init(|| param_types(self.types, self.def, self.scope())).get(at).cloned()
    }

    pub(super) fn scope(&self) -> &TypeScope<'l> {
        self.scope.get_or_init(|| type_scope(self.types.program, self.def))
    }

    /// The type of a place, as far as declarations tell.
    pub(super) fn type_of(&self, expr: ExprId) -> Ty {
        self.type_at(expr, 0)
    }

    fn type_at(&self, expr: ExprId, depth: u32) -> Ty {
        let facts = self.facts;
        if depth > DEEPEST {
            return Ty::Unknown;
        }
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                if let Some(ty) = self.param_named(name) {
                    return ty;
                }
                // One that is bound to another of its name comes before the use of that.
                let mut locals = self.locals.iter().filter(|local| local.name == name && local.from < expr);
                locals.next_back().map_or(Ty::Unknown, |local| self.type_of_local(local, depth + 1))
            }
            ExprKind::Field { base, name } => self.types.field(&self.type_at(*base, depth + 1), facts.name(*name)),
            ExprKind::Ref { inner, .. } | ExprKind::Deref(inner) => self.type_at(*inner, depth + 1),
            ExprKind::Index { base, .. } => self.type_at(*base, depth + 1).looked_up(),
            ExprKind::Method(call) => {
                let receiver = self.type_at(call.receiver, depth + 1);
                let name = facts.name(call.name);
                self.type_given(&receiver, name).unwrap_or_else(|| led_to(&receiver, name))
            }
            ExprKind::Call { callee, args } => self.type_made(*callee, args, depth + 1),
            _ => Ty::Unknown,
        }
    }

    /// What `take(&mut self.list)` gives, or a function of the workspace.
    fn type_made(&self, callee: ExprId, args: &[ExprId], depth: u32) -> Ty {
        let ExprKind::Path(path) = &self.facts.expr(callee).kind else { return Ty::Unknown };
        let path = self.facts.path(*path);
        let last = path.segments.last().map_or("", |last| self.facts.name(last.name));
        if let ("take" | "replace", [place, ..]) = (last, args) {
            return self.type_at(*place, depth).peeled().clone();
        }
        match self.types.program.resolve(self.def.module, self.def.file, path, Space::Values) {
            Some(Res::Fn(function)) => self.type_returned(function),
            _ => Ty::Unknown,
        }
    }

    fn type_of_local(&self, local: &Local<'l>, depth: u32) -> Ty {
        if let Some(ty) = local.declared {
            return self.types.lower(self.def.module, self.def.file, ty, self.scope());
        }
        let whole = self.type_at(local.from, depth);
        match local.part {
            Part::All => whole,
            Part::Element => whole.element().peeled().clone(),
            Part::Inside => match whole.peeled() {
                Ty::Known(Known::Option | Known::Result, args) => args.first().cloned().unwrap_or(Ty::Unknown),
                // What leads to an element gives it without its option here.
                other => other.clone(),
            },
            Part::Field(name) => self.types.field(&whole, name),
            Part::Unknown => Ty::Unknown,
        }
    }

    /// What a method of the workspace gives: `self.lock_mut()`, a guard.
    fn type_given(&self, receiver: &Ty, name: &'l str) -> Option<Ty> {
        let program = self.types.program;
        let owner = Types::owner(receiver)?;
        Some(self.type_returned(*program.methods_of(TypeKey::User(owner), name).first()?))
    }

    fn type_returned(&self, function: FnId) -> Ty {
        let program = self.types.program;
        let def = program.fn_def(function);
        let scope = type_scope(program, def);
        def.function.output.map_or(Ty::Unit, |ty| self.types.lower(def.module, def.file, ty, &scope))
    }
}

/// What a method of std leads to, without the `Option` around it.
fn led_to(receiver: &Ty, name: &str) -> Ty {
    match name {
        "get_mut" | "first_mut" | "last_mut" | "front_mut" | "back_mut" | "get_unchecked_mut" => {
            match receiver.peeled() {
                Ty::Known(Known::Mutex | Known::RwLock | Known::RefCell | Known::Lock, args) => {
                    args.first().cloned().unwrap_or(Ty::Unknown)
                }
                _ => receiver.looked_up(),
            }
        }
        "values_mut" => Ty::Slice(std::sync::Arc::new(receiver.looked_up())),
        "pop" | "pop_front" | "pop_back" | "swap_remove" => receiver.looked_up(),
        "lock" | "write" | "borrow_mut" | "unwrap" | "expect" | "unwrap_or" | "unwrap_or_else"
        | "unwrap_or_default" => match receiver.peeled() {
            Ty::Known(
                Known::Mutex | Known::RwLock | Known::RefCell | Known::Lock | Known::Option | Known::Result,
                args,
            ) => args.first().cloned().unwrap_or(Ty::Unknown),
            other => other.clone(),
        },
        "iter_mut" | "as_mut" | "as_deref_mut" | "deref_mut" => receiver.clone(),
        _ => Ty::Unknown,
    }
}
