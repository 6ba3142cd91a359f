//! Whether what runs under a condition makes it false, and nobody makes it true again in the frames in which it runs.

use super::Interpreter;
use super::changes::{Change, Changed, bare, is_self, last_of, same_place, variant_of};
use super::event::Cold;
use super::lasting::Lasting;
use super::marks::Mark;
use super::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, Literal, MethodCall};
use crate::engine::resolve::UserType;

/// Whether a place may be one of many, each of which is settled once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    Excluded,
    Allowed,
}

impl<'l> Interpreter<'_, 'l> {
    /// Whether something in the body makes the condition false.
    pub(super) fn settles(&self, mark: &Mark<'l>, body: ExprId) -> bool {
        let mut settles = matches!(mark, Mark::Changed(..) | Mark::Requested(_) | Mark::Differs(_));
        walk::visit(self.facts, body, &mut |expr| {
            settles = settles || self.settles_at(mark, expr) && self.is_looked_into(mark, expr);
        });
        settles
    }

    /// A list of what can be used again leads into another, which is asked for its length or an element. A queue that has run
    /// dry leads nowhere, and what is written down then is written down again.
    fn is_looked_into(&self, mark: &Mark<'l>, expr: ExprId) -> bool {
        let facts = self.facts;
        let (Mark::UsedUp(_), ExprKind::Method(grown)) = (mark, &facts.expr(expr).kind) else { return true };
        let Some(body) = self.def.function.body else { return false };
        let mut looked = false;
        walk::visit(facts, body, &mut |expr| {
            looked |= match &facts.expr(expr).kind {
                ExprKind::Index { base, .. } => same_place(facts, *base, grown.receiver),
                ExprKind::Method(call) => {
                    matches!(facts.name(call.name), "len" | "get" | "get_mut" | "last_mut")
                        && same_place(facts, call.receiver, grown.receiver)
                }
                _ => false,
            };
        });
        looked
    }

    pub(super) fn settles_at(&self, mark: &Mark<'l>, expr: ExprId) -> bool {
        let facts = self.facts;
        let is_literal = |expr: ExprId, wanted: bool| matches!(facts.expr(expr).kind, ExprKind::Literal(Literal::Bool(value)) if value == wanted);
        let is_some = |expr: ExprId| match &facts.expr(expr).kind {
            ExprKind::Call { callee, .. } => last_of(facts, *callee) == Some("Some"),
            _ => false,
        };
        match (mark, &facts.expr(expr).kind) {
            (Mark::Picked(flag, found), ExprKind::Assign { left, right }) => {
                self.is_flag_of(*flag, found, *left) && is_literal(*right, false)
            }
            (Mark::Picked(flag, found), ExprKind::Method(call)) => {
                self.is_named(call.receiver, found) && self.does_to_field(call, *flag, Change::False)
            }
            (Mark::Remembered(place, _), ExprKind::Method(call)) => self.does_to_place(call, *place, Change::True),
            (Mark::Changed(..) | Mark::Requested(_) | Mark::Differs(_), _) => true,
            (Mark::Remembered(place, _), ExprKind::Assign { left, .. }) => same_place(facts, *place, *left),
            (Mark::Resized(list), ExprKind::Assign { left, .. }) => same_place(facts, *list, *left),
            (Mark::Outgrown(list), ExprKind::Method(call)) => {
                matches!(facts.name(call.name), "push" | "push_back" | "resize" | "resize_with")
                    && same_place(facts, *list, call.receiver)
            }
            (Mark::Vacant(place, key), ExprKind::Method(call)) => {
                facts.name(call.name) == "insert" && same_place(facts, *place, call.receiver)
                    || are_among(facts, [*place, *key], &call.args)
            }
            (Mark::VacantEntry(..), ExprKind::Method(call)) => {
                matches!(facts.name(call.name), "insert" | "insert_entry")
                    && call.args.len() == 1
                    && matches!(facts.expr(call.receiver).kind, ExprKind::Name(_))
            }
            // Whoever is given the map and the key that it lacks fills it.
            (Mark::Vacant(place, key), ExprKind::Call { args, .. }) => are_among(facts, [*place, *key], args),
            (Mark::UsedUp(place), ExprKind::Method(call)) => {
                matches!(facts.name(call.name), "push" | "push_back") && !same_place(facts, *place, call.receiver)
            }
            (Mark::Threaded(first), ExprKind::Method(call)) => {
                facts.name(call.name) == "push" && self.is_threaded(call.receiver, *first)
            }
            (Mark::Variant(place, now), ExprKind::Assign { left, right }) => {
                let is_another = |variant| facts.name(variant) != *now;
                same_place(facts, *place, *left) && variant_of(facts, *right).is_some_and(is_another)
            }
            (Mark::Nothing(place), ExprKind::Assign { left, right }) => {
                same_place(facts, *place, *left) && is_some(*right)
            }
            (Mark::Nothing(place), ExprKind::Method(call)) => {
                let fills =
                    matches!(facts.name(call.name), "insert" | "replace" | "get_or_insert" | "get_or_insert_with");
                fills && same_place(facts, *place, call.receiver) || self.does_to_place(call, *place, Change::True)
            }
            (Mark::Flag(place, now), ExprKind::Assign { left, right }) => {
                same_place(facts, *place, *left) && is_literal(*right, !now)
            }
            (Mark::Flag(place, now), ExprKind::Method(call)) => {
                matches!(facts.name(call.name), "store" | "set")
                    && same_place(facts, *place, call.receiver)
                    && call.args.first().is_some_and(|value| is_literal(*value, !now))
                    || self.does_to_place(call, *place, if *now { Change::False } else { Change::True })
            }
            _ => false,
        }
    }

    /// Whether the place is that flag, of the element that was found.
    fn is_flag_of(&self, flag: ExprId, found: &str, place: ExprId) -> bool {
        let name_of = |place: ExprId| match &self.facts.expr(bare(self.facts, place)).kind {
            ExprKind::Field { base, name } => Some((*base, *name)),
            _ => None,
        };
        match (name_of(flag), name_of(place)) {
            (Some((_, flag)), Some((base, name))) => flag == name && self.is_named(base, found),
            _ => false,
        }
    }

    fn is_named(&self, place: ExprId, wanted: &str) -> bool {
        matches!(&self.facts.expr(bare(self.facts, place)).kind, ExprKind::Name(name) if self.facts.name(*name) == wanted)
    }

    /// `chunk.remesh()`, which does that to a field of the chunk: this one.
    fn does_to_place(&self, call: &MethodCall, place: ExprId, change: Change) -> bool {
        let place = bare(self.facts, place);
        let ExprKind::Field { base, .. } = &self.facts.expr(place).kind else { return false };
        same_place(self.facts, *base, call.receiver) && self.does_to_field(call, place, change)
    }

    fn does_to_field(&self, call: &MethodCall, place: ExprId, change: Change) -> bool {
        let ExprKind::Field { name, .. } = &self.facts.expr(bare(self.facts, place)).kind else { return false };
        let asked = (self.facts.name(call.name), self.facts.name(*name), change);
        if let Some(asking) = self.around.asking {
            asking.borrow_mut().change_by_method(asked);
        }
        self.around.changes.is_done_by_method(asked)
    }

    /// `self.free = self.slots[index].next`: the free elements of a list are threaded through it, and this is the first one.
    fn is_threaded(&self, list: ExprId, first: ExprId) -> bool {
        let facts = self.facts;
        let Some(body) = self.def.function.body else { return false };
        let mut threaded = false;
        walk::visit(facts, body, &mut |expr| {
            let ExprKind::Assign { left, right } = &facts.expr(expr).kind else { return };
            if same_place(facts, *left, first) {
                walk::visit(facts, *right, &mut |part| {
                    threaded |= matches!(&facts.expr(part).kind, ExprKind::Index { base, .. } if same_place(facts, *base, list));
                });
            }
        });
        threaded
    }

    /// Why it is cold, if the place outlives the frame and nobody sets it back in the frames in which this runs.
    pub(super) fn stays_settled(&self, mark: &Mark<'l>) -> Option<Cold> {
        self.stays_settled_in(mark, Many::Excluded)
    }

    pub(super) fn stays_settled_in(&self, mark: &Mark<'l>, many: Many) -> Option<Cold> {
        if let Mark::Differs(now) = mark {
            return (!self.is_new_in_each_frame(*now)).then_some(Cold::OnChange);
        }
        let (Mark::Nothing(place)
        | Mark::Picked(place, _)
        | Mark::Flag(place, _)
        | Mark::Changed(place, _)
        | Mark::Vacant(place, _)
        | Mark::VacantEntry(place, _)
        | Mark::UsedUp(place)
        | Mark::Threaded(place)
        | Mark::Variant(place, _)
        | Mark::Remembered(place, _)
        | Mark::Requested(place)
        | Mark::Differs(place)
        | Mark::Resized(place)
        | Mark::Outgrown(place)) = mark;
        // Under a key that no frame has asked for before, there is never anything.
        if matches!(mark, Mark::Vacant(_, new) | Mark::VacantEntry(_, new) if self.is_ever_new(*new))
            || matches!(mark, Mark::Remembered(_, new) if self.is_new_in_each_frame(*new))
        {
            return None;
        }
        let place = self.by_its_own_name(bare(self.facts, *place));
        let lent = matches!(mark, Mark::UsedUp(_) | Mark::Requested(_) | Mark::Remembered(..)) && self.is_lent(place);
        let lasting = if matches!(mark, Mark::Picked(..)) { Lasting::EachOfMany } else { self.lasting(place) };
        if lasting == Lasting::No && !lent {
            return None;
        }
        let owner = self.around.program.owner_of(self.def);
        let is_own = matches!(self.facts.expr(place).kind, ExprKind::Field { base, .. } if is_self(self.facts, base));
        let name = match &self.facts.expr(place).kind {
            ExprKind::Field { name, .. } | ExprKind::Name(name) => self.facts.name(*name),
            _ => return None,
        };
        let guarded = self.guarded_field(place);
        let undone: &[Change] = match mark {
            Mark::Flag(_, now) | Mark::Changed(_, now) if *now => &[Change::True],
            Mark::Flag(..) | Mark::Changed(..) => &[Change::False],
            // What is put there as a whole may be an empty one.
            Mark::Vacant(..) | Mark::VacantEntry(..) => {
                &[Change::Emptied, Change::Removed, Change::Taken, Change::True]
            }
            Mark::Outgrown(_) => &[Change::Emptied, Change::Removed, Change::Evicted, Change::Taken, Change::True],
            // Who empties such a list uses what was in it, and puts it back.
            Mark::UsedUp(_) | Mark::Threaded(_) | Mark::Remembered(..) | Mark::Resized(_) | Mark::Differs(_) => &[],
            // States are always entered in branches.
            Mark::Variant(_, variant) if self.has_change(None, variant, Change::Put) => return None,
            Mark::Variant(..) if self.has_change(owner.filter(|_| is_own), name, Change::True) => return None,
            Mark::Nothing(_) | Mark::Variant(..) => &[Change::Taken],
            Mark::Picked(..) | Mark::Requested(_) => &[Change::True],
        };
        let of_element = || self.type_marked(mark, place).map(|user| self.around.program.type_name(user));
        let owner = if is_own { owner } else { of_element() };
        // Where nobody knows of which type a field is, any of that name counts.
        let places = [(owner, Some(name)), (None, guarded)];
        let asked = || {
            let named = places.iter().filter_map(|(owner, name)| Some((*owner, (*name)?)));
            named.flat_map(|(owner, name)| undone.iter().map(move |undone| (owner, name, *undone)))
        };
        let set_back = asked().any(|asked| self.is_done_beside(asked));
        // A flag that nothing is made with, and nobody sets, is set by somebody who is not seen, who can name it.
        let set_elsewhere = matches!(mark, Mark::Flag(_, true) | Mark::Picked(..))
            && !self.has_change(owner, name, Change::MadeTrue)
            && !self.has_change(owner, name, Change::True);
        if set_elsewhere && !self.type_marked(mark, place).is_some_and(|user| self.is_open(user)) {
            return None;
        }
        let emptied = matches!(mark, Mark::Nothing(_)) && self.is_emptied_here(place);
        if set_back || emptied {
            return None;
        }
        let on_change = set_elsewhere
            || matches!(mark, Mark::Remembered(..) | Mark::Requested(_) | Mark::Resized(_))
            || asked().any(|(owner, name, change)| self.has_change(owner, name, change));
        // Of what is once for each there is no end where there are ever more.
        let ends = on_change || many == Many::Allowed || lasting != Lasting::EachOfMany;
        ends.then_some(if on_change { Cold::OnChange } else { Cold::OnceForEach })
    }

    /// The type that has the field.
    fn type_marked(&self, mark: &Mark<'l>, place: ExprId) -> Option<UserType> {
        match mark {
            Mark::Picked(_, found) => self.type_of_variable(found),
            _ => self.type_with_field(place),
        }
    }

    /// Whether somebody does that to a field of this type, or of one that is not known.
    pub(super) fn has_change(&self, owner: Option<&'l str>, name: &'l str, change: Change) -> bool {
        if let Some(asking) = self.around.asking {
            asking.borrow_mut().change((owner, name, change));
        }
        self.around.changes.has(owner, name, change)
    }

    /// Whether somebody does that to a field in the frames in which this runs.
    fn is_done_beside(&self, asked: Changed<'l>) -> bool {
        // Most fields are left alone.
        if !self.has_change(asked.0, asked.1, asked.2) {
            return false;
        }
        if let Some(asking) = self.around.asking {
            asking.borrow_mut().change_beside(asked);
        }
        self.around.changes.is_done_beside(self.around.calls, asked, self.id)
    }

    /// `self.target = None`.
    fn is_emptied_here(&self, place: ExprId) -> bool {
        let facts = self.facts;
        let mut emptied = false;
        let Some(body) = self.def.function.body else { return false };
        walk::visit(facts, body, &mut |expr| {
            if let ExprKind::Assign { left, right } = &facts.expr(expr).kind {
                emptied |= same_place(facts, place, *left) && last_of(facts, *right) == Some("None");
            }
        });
        emptied
    }
}

/// Whether a call is given all of these.
fn are_among(facts: &FileFacts, wanted: [ExprId; 2], args: &[ExprId]) -> bool {
    wanted.iter().all(|wanted| args.iter().any(|arg| same_place(facts, *wanted, *arg)))
}
