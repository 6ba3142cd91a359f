//! Fields as expressions lead to them, and to their elements.

use super::emptied::Look;
use crate::engine::flow::steady::Reach;
use crate::engine::hir::ir::{ExprId, ExprKind, PathId};

/// Methods that lead from a container to an element of it, or to each.
const ELEMENTS: &[&str] = &[
    "iter_mut",
    "values_mut",
    "get_mut",
    "get_unchecked_mut",
    "first_mut",
    "last_mut",
    "front_mut",
    "back_mut",
    "entry",
];

/// Methods that lead on, from what is around a container or from what leads to an element.
const ONWARDS: &[&str] = &[
    "lock",
    "write",
    "borrow_mut",
    "unwrap",
    "expect",
    "as_mut",
    "as_deref_mut",
    "deref_mut",
    "or_default",
    "or_insert_with",
    "get_or_insert_with",
    "get_or_insert_default",
    "enumerate",
    "flatten",
];

/// Whether a method leads to a container, to an element of one or to each of them.
fn leads_in(method: &str) -> bool {
    ELEMENTS.contains(&method) || ONWARDS.contains(&method)
}

/// A container in a field, as an expression leads to it.
#[derive(Clone, Copy)]
pub(super) struct Place<'l> {
    /// Of the field, or of the method without arguments that gives it out.
    pub(super) name: &'l str,
    pub(super) by_method: bool,
    /// What it is a field of; nothing where that is `self` or came out of a pattern.
    pub(super) of: Option<ExprId>,
    /// The pattern that it came out of.
    pub(super) pattern: Option<PathId>,
    /// It is an element of the container in the field.
    pub(super) is_element: bool,
    /// How far what is done to it reaches.
    pub(super) reach: Reach,
}

impl<'l> Place<'l> {
    pub(super) fn of_self(field: &'l str) -> Self {
        Self { name: field, by_method: false, of: None, pattern: None, is_element: false, reach: Reach::All }
    }

    pub(super) fn element(self) -> Self {
        Self { is_element: true, ..self }
    }

    /// What a method does to it.
    pub(super) fn done_by(self, method: &str) -> Self {
        let reach = if self.is_element { Reach::All } else { Reach::of_method(method) };
        Self { reach, ..self }
    }
}

impl<'l> Look<'_, 'l> {
    /// `&mut self.list`, `self.list.lock().unwrap()`, a name of these: no copy.
    pub(super) fn is_reference(&self, expr: ExprId) -> bool {
        match &self.facts.expr(expr).kind {
            ExprKind::Ref { .. } | ExprKind::Name(_) => true,
            ExprKind::Method(call) => call.args.is_empty() || leads_in(self.facts.name(call.name)),
            ExprKind::Match { value, .. } => self.is_entry(*value),
            _ => false,
        }
    }

    /// `self.map.entry(key)`: what is removed through it is removed from the map.
    pub(super) fn is_entry(&self, expr: ExprId) -> bool {
        matches!(&self.facts.expr(expr).kind, ExprKind::Method(call) if self.facts.name(call.name) == "entry")
    }

    /// The field that an expression leads to, or to an element of: `&mut self.cells[at]`, `self.cells.iter_mut()`.
    pub(super) fn place(&self, expr: ExprId) -> Option<Place<'l>> {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Field { base, name } => {
                let own = matches!(&facts.expr(*base).kind, ExprKind::Name(name) if facts.name(*name) == "self");
                Some(Place { of: Some(*base).filter(|_| !own), ..Place::of_self(facts.name(*name)) })
            }
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                self.names.iter().rev().find(|(known, _)| *known == name).map(|(_, place)| *place)
            }
            ExprKind::Index { base, .. } => self.place(*base).map(Place::element),
            ExprKind::Ref { inner, .. } | ExprKind::Deref(inner) => self.place(*inner),
            ExprKind::Match { value, .. } if self.is_entry(*value) => self.place(*value),
            ExprKind::Method(call) => {
                let name = facts.name(call.name);
                if leads_in(name) {
                    let place = self.place(call.receiver);
                    return if ELEMENTS.contains(&name) { place.map(Place::element) } else { place };
                }
                let given_out = Place { by_method: true, of: Some(call.receiver), ..Place::of_self(name) };
                call.args.is_empty().then_some(given_out)
            }
            _ => None,
        }
    }
}
