//! What conditions say of places that may outlive the frame: that there is nothing, that a flag is set, that something has changed.

use super::Interpreter;
use super::changes::{bare, last_of, variant_of};
use super::walk;
use crate::engine::hir::ir::{BinaryOp, ExprId, ExprKind, Literal, Pat, PatId, UnaryOp};

/// What a condition says of a place.
pub(super) enum Mark<'l> {
    /// There is nothing in it.
    Nothing(ExprId),
    /// It is this.
    Flag(ExprId, bool),
    /// Those elements are looked for whose flag is this: the flag, the element that was found.
    Picked(ExprId, &'l str),
    /// It was this, and no longer is.
    Changed(ExprId, bool),
    /// The map has nothing for a key: the map, the key.
    Vacant(ExprId, ExprId),
    /// The same, of what `entry` gives for the key.
    VacantEntry(ExprId, ExprId),
    /// Nothing is left in a list of what can be used again.
    UsedUp(ExprId),
    /// It is the number of the first free element of a list, if one is free.
    Threaded(ExprId),
    /// It is this variant of an `enum`.
    Variant(ExprId, &'l str),
    /// It holds another value than this one, which it is to remember.
    Remembered(ExprId, ExprId),
    /// It is not what it was, by its name: `curr_state != prev_state`.
    Differs(ExprId),
    /// It is taken out of there.
    Requested(ExprId),
    /// A list has another length than it is to have.
    Resized(ExprId),
    /// A list has no element of this number.
    Outgrown(ExprId),
}

impl<'l> Interpreter<'_, 'l> {
    /// `widget.needs_rebuild()`, `transform.is_changed()`: a method of such a name says whether something has changed.
    pub(super) fn asks_for_change(&self, condition: ExprId) -> bool {
        let ExprKind::Method(call) = &self.facts.expr(condition).kind else { return false };
        let name = self.facts.name(call.name);
        call.args.is_empty()
            && (name.starts_with("needs_")
                || matches!(
                    name,
                    "is_dirty" | "is_stale" | "is_changed" | "has_changed" | "changed" | "is_added" | "is_outdated"
                ))
    }

    /// `iter_mut().find(|element| element.dirty)`, `filter(…)`: the flag, for what the pattern binds.
    pub(super) fn picked(&self, iter: ExprId, pat: PatId) -> Option<Mark<'l>> {
        let facts = self.facts;
        let ExprKind::Method(call) = &facts.expr(bare(facts, iter)).kind else { return None };
        let closure = call.args.first().and_then(|arg| self.closure_at(*arg));
        let Some(closure) = closure.filter(|_| matches!(facts.name(call.name), "find" | "filter")) else {
            return self.picked(call.receiver, pat);
        };
        let mut found = None;
        walk::bound_names(facts, pat, &mut |name| found = Some(name));
        let mut marks = Vec::new();
        self.marks(closure.body, true, &mut marks);
        let mut flags = marks.into_iter().filter_map(|mark| match mark {
            Mark::Flag(place, true) if self.is_field(place) => Some(place),
            _ => None,
        });
        Some(Mark::Picked(flags.next()?, found?))
    }

    pub(super) fn is_field(&self, place: ExprId) -> bool {
        matches!(self.facts.expr(bare(self.facts, place)).kind, ExprKind::Field { .. })
    }

    /// `Entry::Vacant(entry)`, where `self.meshes.entry(key)` is matched.
    pub(super) fn vacant_entry(&self, pat: PatId, value: ExprId) -> Option<Mark<'l>> {
        let (map, key) = self.entry_of(value).filter(|_| self.is_pattern_of(pat, "Vacant"))?;
        Some(Mark::VacantEntry(map, key))
    }

    /// The map and the key of `self.meshes.entry(key)`.
    pub(super) fn entry_of(&self, value: ExprId) -> Option<(ExprId, ExprId)> {
        let ExprKind::Method(call) = &self.facts.expr(bare(self.facts, value)).kind else { return None };
        let key = call.args.first().filter(|_| self.facts.name(call.name) == "entry")?;
        Some((call.receiver, *key))
    }

    /// What it says of a place that this is `None`: the place itself, or a call that looks into it.
    pub(super) fn nothing_in(&self, value: ExprId) -> Mark<'l> {
        match &self.facts.expr(bare(self.facts, value)).kind {
            // `let entry = self.cache.lock().get(key).cloned();`
            ExprKind::Name(name) => match self.init_of(self.facts.name(*name)) {
                Some(init) => self.vacancy_in(init).unwrap_or(Mark::Nothing(value)),
                None => Mark::Nothing(value),
            },
            ExprKind::Method(_) => self.vacancy_in(value).unwrap_or(Mark::Nothing(value)),
            _ => Mark::Nothing(value),
        }
    }

    /// A call that looks into a map or takes out of a list.
    pub(super) fn vacancy_in(&self, value: ExprId) -> Option<Mark<'l>> {
        match &self.facts.expr(bare(self.facts, value)).kind {
            ExprKind::Method(call) => match (self.facts.name(call.name), &*call.args) {
                ("get" | "get_mut", [key]) => Some(Mark::Vacant(call.receiver, *key)),
                ("pop" | "pop_front" | "pop_back", []) => Some(Mark::UsedUp(call.receiver)),
                ("cloned" | "copied", []) => self.vacancy_in(call.receiver),
                _ => None,
            },
            _ => None,
        }
    }

    /// `Stage::Loading`, also with fields.
    pub(super) fn variant_of_pattern(&self, pat: PatId) -> Option<&'l str> {
        match self.facts.pat(pat) {
            Pat::TupleStruct(path, _) | Pat::Path(path) | Pat::Struct(path, _) => {
                let segments = &self.facts.path(*path).segments;
                segments.last().filter(|_| segments.len() > 1).map(|last| self.facts.name(last.name))
            }
            Pat::Ref(inner) => self.variant_of_pattern(*inner),
            _ => None,
        }
    }

    pub(super) fn marks(&self, condition: ExprId, holds: bool, marks: &mut Vec<Mark<'l>>) {
        let facts = self.facts;
        match &facts.expr(condition).kind {
            ExprKind::Unary { op: UnaryOp::Not, inner } => self.marks(*inner, !holds, marks),
            ExprKind::Binary { op: BinaryOp::AndThen, left, right } if holds => {
                self.marks(*left, true, marks);
                self.marks(*right, true, marks);
            }
            ExprKind::Binary { op: BinaryOp::OrElse, left, right } if !holds => {
                self.marks(*left, false, marks);
                self.marks(*right, false, marks);
            }
            ExprKind::Let { pat, value } if self.is_pattern_of(*pat, if holds { "None" } else { "Some" }) => {
                marks.push(self.nothing_in(*value));
            }
            ExprKind::Let { pat, value } if holds && self.is_pattern_of(*pat, "Vacant") => {
                marks.extend(self.vacant_entry(*pat, *value));
            }
            ExprKind::Let { pat, value } if holds && self.is_pattern_of(*pat, "Some") => {
                marks.extend(self.taken_out_of(*value).map(Mark::Requested));
                marks.extend(self.picked(*value, *pat));
            }
            ExprKind::Binary { op: BinaryOp::Equal, left, right } if holds => {
                let variant = variant_of(facts, *right).map(|variant| facts.name(variant));
                marks.extend(variant.map(|variant| Mark::Variant(*left, variant)));
                marks
                    .extend([left, right].into_iter().filter_map(|side| self.list_measured(*side)).map(Mark::Outgrown));
            }
            ExprKind::Binary { op: BinaryOp::Equal | BinaryOp::Unequal, left, right } => {
                let unequal = matches!(facts.expr(condition).kind, ExprKind::Binary { op: BinaryOp::Unequal, .. });
                if unequal == holds {
                    marks.extend(self.is_former(*left, *right).then_some(Mark::Differs(*left)));
                    marks.extend([Mark::Remembered(*left, *right), Mark::Remembered(*right, *left)]);
                    let lists = [left, right].into_iter().filter_map(|side| self.list_measured(*side));
                    marks.extend(lists.map(Mark::Resized));
                }
            }
            ExprKind::Binary { op: BinaryOp::Order, left, right } if holds => {
                marks
                    .extend([left, right].into_iter().filter_map(|side| self.list_measured(*side)).map(Mark::Outgrown));
            }
            // `if std::mem::take(&mut self.dirty)`
            ExprKind::Call { callee, args } if holds && last_of(facts, *callee) == Some("take") => {
                marks.extend(args.first().map(|place| Mark::Changed(*place, true)));
            }
            ExprKind::Method(call) => match (facts.name(call.name), &*call.args) {
                ("is_none", []) if holds => marks.push(Mark::Nothing(call.receiver)),
                ("is_some", []) if !holds => marks.push(Mark::Nothing(call.receiver)),
                ("contains_key" | "contains", [key]) if !holds => marks.push(Mark::Vacant(call.receiver, *key)),
                ("load" | "get", _) => marks.push(Mark::Flag(call.receiver, holds)),
                ("swap", [value, _]) => {
                    if matches!(facts.expr(*value).kind, ExprKind::Literal(Literal::Bool(value)) if value != holds) {
                        marks.push(Mark::Changed(call.receiver, holds));
                    }
                }
                _ => {}
            },
            ExprKind::Name(_) | ExprKind::Path(_) | ExprKind::Field { .. } | ExprKind::Deref(_) => {
                marks.push(Mark::Flag(condition, holds));
            }
            _ => {}
        }
    }

    /// `self.is_first_frame`.
    pub(super) fn is_first_frame(&self, condition: ExprId) -> bool {
        let name = match &self.facts.expr(condition).kind {
            ExprKind::Field { name, .. } | ExprKind::Name(name) => self.facts.name(*name),
            _ => return false,
        };
        matches!(name.strip_prefix("is_").unwrap_or(name), "first_frame" | "first_run" | "first_time" | "first_update")
    }

    /// Whether these are now and before, by their names: `speed` and `last_speed`, `curr_state` and `prev_state`.
    fn is_former(&self, left: ExprId, right: ExprId) -> bool {
        const NOW: &[&str] = &["curr_", "current_", "new_"];
        const BEFORE: &[&str] = &["prev_", "previous_", "last_", "old_"];
        let name = |place: ExprId| match &self.facts.expr(bare(self.facts, place)).kind {
            ExprKind::Field { name, .. } | ExprKind::Name(name) => Some(self.facts.name(*name)),
            _ => None,
        };
        let stripped = |name: &'l str, words: &[&str]| words.iter().find_map(|word| name.strip_prefix(word));
        let pair = |now: &'l str, before: &'l str| {
            stripped(before, BEFORE).is_some_and(|what| what == stripped(now, NOW).unwrap_or(now))
        };
        match (name(left), name(right)) {
            (Some(left), Some(right)) => pair(left, right) || pair(right, left),
            _ => false,
        }
    }

    /// `self.order.take()`: the place.
    pub(super) fn taken_out_of(&self, value: ExprId) -> Option<ExprId> {
        match &self.facts.expr(value).kind {
            ExprKind::Method(call) if self.facts.name(call.name) == "take" && call.args.is_empty() => {
                Some(call.receiver)
            }
            _ => None,
        }
    }

    /// `hand.remove(self.clicked.take()?)`: the place without which what follows does not run. What is in a branch or closure
    /// leaves nothing, or not always.
    pub(super) fn requested_by(&self, value: ExprId) -> Option<ExprId> {
        match &self.facts.expr(value).kind {
            ExprKind::Try(inner) => self.taken_out_of(*inner).or_else(|| self.requested_by(*inner)),
            ExprKind::Method(call) => {
                std::iter::once(&call.receiver).chain(&call.args).find_map(|part| self.requested_by(*part))
            }
            ExprKind::Call { args, .. } => args.iter().find_map(|part| self.requested_by(*part)),
            _ => None,
        }
    }

    /// The list whose length this is.
    pub(super) fn list_measured(&self, expr: ExprId) -> Option<ExprId> {
        match &self.facts.expr(expr).kind {
            ExprKind::Method(call) if self.facts.name(call.name) == "len" => Some(call.receiver),
            _ => None,
        }
    }

    pub(super) fn is_pattern_of(&self, pat: PatId, variant: &str) -> bool {
        let is = |path| self.facts.path(path).segments.last().is_some_and(|last| self.facts.name(last.name) == variant);
        match self.facts.pat(pat) {
            Pat::TupleStruct(path, _) | Pat::Path(path) => is(*path),
            Pat::Bind { name, .. } => self.facts.name(*name) == variant,
            Pat::Ref(inner) => self.is_pattern_of(*inner, variant),
            _ => false,
        }
    }
}
