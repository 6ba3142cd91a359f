//! What functions do to fields and statics that may say whether something has been done.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, Literal, Name};

/// What is done to a field or static that may say whether something has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Change {
    True,
    False,
    Taken,
    /// A struct is made with it.
    MadeTrue,
}

/// The type whose method does it, where it does it to `self`; the name; what is done.
pub(crate) type Changed<'l> = (Option<&'l str>, &'l str, Change);

/// All that the functions of a program do of that kind.
#[derive(Default)]
pub(crate) struct Changes<'l>(FxHashSet<Changed<'l>>);

impl<'l> Changes<'l> {
    pub(crate) fn of(all: impl Iterator<Item = Changed<'l>>) -> Self {
        Self(all.collect())
    }

    /// Whether that is done to a field of this type, or of one that is not known.
    pub(crate) fn has(&self, owner: Option<&'l str>, name: &'l str, change: Change) -> bool {
        self.0.contains(&(None, name, change)) || owner.is_some() && self.0.contains(&(owner, name, change))
    }
}

/// A change as it is written: whether it is done to `self`, the name, and what is done.
pub(crate) type Noted = (bool, Name, Change);

/// Notes what an expression does to a field or static.
pub(crate) fn note_changes(facts: &FileFacts, expr: ExprId, changes: &mut Vec<Noted>) {
    let mut note = |place: ExprId, change: Change| {
        let place = bare(facts, place);
        let (name, own) = match &facts.expr(place).kind {
            ExprKind::Field { base, name } => (*name, is_self(facts, *base)),
            ExprKind::Name(name) => (*name, false),
            ExprKind::Path(path) => match facts.path(*path).segments.last() {
                Some(last) => (last.name, false),
                None => return,
            },
            _ => return,
        };
        changes.push((own, name, change));
    };
    let mut set = |place: ExprId, value: ExprId| {
        let to = match facts.expr(value).kind {
            ExprKind::Literal(Literal::Bool(value)) => Some(value),
            _ => None,
        };
        if to != Some(false) {
            note(place, Change::True);
        }
        if to != Some(true) {
            note(place, Change::False);
        }
    };
    match &facts.expr(expr).kind {
        ExprKind::Assign { left, right } | ExprKind::AssignOp { left, right, .. } => set(*left, *right),
        ExprKind::Method(call) => match (facts.name(call.name), &*call.args) {
            ("store" | "swap" | "set" | "replace", [value, ..]) => set(call.receiver, *value),
            ("take", []) => note(call.receiver, Change::Taken),
            _ => {}
        },
        ExprKind::Struct(literal) => {
            for (name, value) in &literal.fields {
                if matches!(facts.expr(*value).kind, ExprKind::Literal(Literal::Bool(true))) {
                    changes.push((false, *name, Change::MadeTrue));
                }
            }
        }
        ExprKind::Call { callee, args } => {
            if let (Some("take" | "replace" | "swap"), [place, ..]) = (last_of(facts, *callee), &**args) {
                note(*place, Change::Taken);
            }
        }
        _ => {}
    }
}

/// The place that a reference leads to.
pub(super) fn bare(facts: &FileFacts, expr: ExprId) -> ExprId {
    match &facts.expr(expr).kind {
        ExprKind::Ref { inner, .. } | ExprKind::Deref(inner) => bare(facts, *inner),
        ExprKind::Method(call) => match facts.name(call.name) {
            "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" | "borrow" | "borrow_mut" => bare(facts, call.receiver),
            _ => expr,
        },
        _ => expr,
    }
}

pub(super) fn is_self(facts: &FileFacts, expr: ExprId) -> bool {
    matches!(&facts.expr(bare(facts, expr)).kind, ExprKind::Name(name) if facts.name(*name) == "self")
}

pub(super) fn same_place(facts: &FileFacts, left: ExprId, right: ExprId) -> bool {
    let (left, right) = (bare(facts, left), bare(facts, right));
    match (&facts.expr(left).kind, &facts.expr(right).kind) {
        (ExprKind::Name(left), ExprKind::Name(right)) => facts.name(*left) == facts.name(*right),
        (ExprKind::Field { base: left, name }, ExprKind::Field { base: right, name: other }) => {
            facts.name(*name) == facts.name(*other) && same_place(facts, *left, *right)
        }
        _ => false,
    }
}

/// The last name of a path.
pub(super) fn last_of(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match &facts.expr(expr).kind {
        ExprKind::Name(name) => Some(facts.name(*name)),
        ExprKind::Path(path) => facts.path(*path).segments.last().map(|last| facts.name(last.name)),
        _ => None,
    }
}
