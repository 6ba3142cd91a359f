//! Code that runs once for all frames: where nothing is there yet, or where a flag says that it has not run.

use super::Interpreter;
use super::changes::{Change, Changed, bare, is_self, last_of, same_place, variant_of};
use super::event::Cold;
use super::lasting::Lasting;
use super::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{BinaryOp, Block, ExprId, ExprKind, Literal, MethodCall, Pat, PatId, Statement, UnaryOp};
use crate::engine::resolve::UserType;

/// What a condition says of a place.
enum Mark<'l> {
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
    /// It is taken out of there.
    Requested(ExprId),
    /// A list has no element of this number.
    Outgrown(ExprId),
}

/// Whether a place may be one of many, each of which is settled once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Many {
    Excluded,
    Allowed,
}

impl<'l> Interpreter<'_, 'l> {
    /// Whether `body`, which runs if the condition is `holds`, makes sure that it does not run again.
    pub(super) fn runs_once(&self, condition: ExprId, holds: bool, body: ExprId) -> Option<Cold> {
        let mut marks = Vec::new();
        self.marks(condition, holds, &mut marks);
        marks.iter().filter(|mark| self.settles(mark, body)).find_map(|mark| self.stays_settled(mark))
    }

    /// Whether an arm, of a `match` of this value, fills what it has found empty.
    pub(super) fn fills(&self, value: ExprId, pat: PatId, body: ExprId) -> Option<Cold> {
        if let Some(mark) = self.vacant_entry(pat, value) {
            return self.settles(&mark, body).then(|| self.stays_settled(&mark)).flatten();
        }
        let is_nothing = matches!(self.facts.pat(pat), Pat::Wild) || self.is_pattern_of(pat, "None");
        let mark = match (is_nothing, self.variant_of_pattern(pat)) {
            (true, _) => self.nothing_in(value),
            (false, Some(variant)) => Mark::Variant(value, variant),
            (false, None) => return None,
        };
        let threaded = Mark::Threaded(value);
        let marks = [Some(mark), Some(threaded).filter(|_| is_nothing && self.is_field(value))];
        let mut settled = marks.iter().flatten().filter(|mark| self.settles(mark, body));
        settled.find_map(|mark| self.stays_settled(mark))
    }

    /// Whether the elements that `iter_mut().filter(|element| element.dirty)` yields are settled by what is done to each.
    pub(super) fn settles_picked(&self, iter: ExprId, pat: PatId, body: ExprId) -> Option<Cold> {
        let mark = self.picked(iter, pat)?;
        self.settles(&mark, body).then(|| self.stays_settled(&mark)).flatten()
    }

    /// `iter_mut().find(|element| element.dirty)`, `filter(…)`: the flag, for what the pattern binds.
    fn picked(&self, iter: ExprId, pat: PatId) -> Option<Mark<'l>> {
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

    fn is_field(&self, place: ExprId) -> bool {
        matches!(self.facts.expr(bare(self.facts, place)).kind, ExprKind::Field { .. })
    }

    /// `Entry::Vacant(entry)`, where `self.meshes.entry(key)` is matched.
    fn vacant_entry(&self, pat: PatId, value: ExprId) -> Option<Mark<'l>> {
        let (map, key) = self.entry_of(value).filter(|_| self.is_pattern_of(pat, "Vacant"))?;
        Some(Mark::VacantEntry(map, key))
    }

    /// The map and the key of `self.meshes.entry(key)`.
    fn entry_of(&self, value: ExprId) -> Option<(ExprId, ExprId)> {
        let ExprKind::Method(call) = &self.facts.expr(bare(self.facts, value)).kind else { return None };
        let key = call.args.first().filter(|_| self.facts.name(call.name) == "entry")?;
        Some((call.receiver, *key))
    }

    /// Whether the entry of a map is asked for to fill it where it is vacant.
    pub(super) fn fills_vacant_entry(&self, value: ExprId, mut patterns: impl Iterator<Item = PatId>) -> bool {
        self.entry_of(value).is_some() && patterns.any(|pat| self.is_pattern_of(pat, "Vacant"))
    }

    /// Whether what `entry` of this map leads to is made once for each key, and never again.
    pub(super) fn fills_gaps_for_good(&self, map: ExprId, key: ExprId) -> Option<Cold> {
        self.stays_settled(&Mark::Vacant(map, key))
    }

    /// The same of a map by names, of which each element of a list may have one.
    pub(super) fn knows_names_for_good(&self, map: ExprId, name: ExprId) -> bool {
        self.stays_settled_in(&Mark::Vacant(map, name), Many::Allowed).is_some()
    }

    /// What it says of a place that this is `None`: the place itself, or a call that looks into it.
    fn nothing_in(&self, value: ExprId) -> Mark<'l> {
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
    fn vacancy_in(&self, value: ExprId) -> Option<Mark<'l>> {
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
    fn variant_of_pattern(&self, pat: PatId) -> Option<&'l str> {
        match self.facts.pat(pat) {
            Pat::TupleStruct(path, _) | Pat::Path(path) | Pat::Struct(path, _) => {
                let segments = &self.facts.path(*path).segments;
                segments.last().filter(|_| segments.len() > 1).map(|last| self.facts.name(last.name))
            }
            Pat::Ref(inner) => self.variant_of_pattern(*inner),
            _ => None,
        }
    }

    /// Whether what follows the first statements of a block runs once: `if self.ready { return; } … self.ready = true;`.
    pub(super) fn goes_on_once(&self, block: &'l Block, statement: usize) -> Option<Cold> {
        let expr = match block.statements.get(statement)? {
            Statement::Expr { expr } => expr,
            // `let Some(order) = self.order.take() else { return };`
            Statement::Let { pat, init: Some(init), otherwise: Some(_), .. } if self.is_pattern_of(*pat, "Some") => {
                return self.taken_out_of(*init).and_then(|place| self.stays_settled(&Mark::Requested(place)));
            }
            _ => return None,
        };
        let ExprKind::If { cond, then, otherwise: None } = &self.facts.expr(*expr).kind else { return None };
        let ExprKind::Block(inner) = &self.facts.expr(*then).kind else { return None };
        let last = inner.tail.or(match inner.statements.last() {
            Some(Statement::Expr { expr }) => Some(*expr),
            _ => None,
        });
        let leaves = last.is_some_and(|last| {
            matches!(self.facts.expr(last).kind, ExprKind::Return(_) | ExprKind::Continue { label: None })
        });
        let mut marks = Vec::new();
        self.marks(*cond, false, &mut marks);
        let rest = block.statements[statement + 1..].iter().filter_map(|statement| match statement {
            Statement::Expr { expr } => Some(*expr),
            _ => None,
        });
        let rest: Vec<ExprId> = rest.chain(block.tail).collect();
        if !leaves {
            return None;
        }
        let settles = |mark: &&Mark<'l>| rest.iter().any(|later| self.settles_at(mark, *later));
        marks.iter().filter(settles).find_map(|mark| self.stays_settled(mark))
    }

    fn marks(&self, condition: ExprId, holds: bool, marks: &mut Vec<Mark<'l>>) {
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
                    marks.extend([Mark::Remembered(*left, *right), Mark::Remembered(*right, *left)]);
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

    /// `self.order.take()`: the place.
    fn taken_out_of(&self, value: ExprId) -> Option<ExprId> {
        match &self.facts.expr(value).kind {
            ExprKind::Method(call) if self.facts.name(call.name) == "take" && call.args.is_empty() => {
                Some(call.receiver)
            }
            _ => None,
        }
    }

    /// The list whose length this is.
    fn list_measured(&self, expr: ExprId) -> Option<ExprId> {
        match &self.facts.expr(expr).kind {
            ExprKind::Method(call) if self.facts.name(call.name) == "len" => Some(call.receiver),
            _ => None,
        }
    }

    fn is_pattern_of(&self, pat: PatId, variant: &str) -> bool {
        let is = |path| self.facts.path(path).segments.last().is_some_and(|last| self.facts.name(last.name) == variant);
        match self.facts.pat(pat) {
            Pat::TupleStruct(path, _) | Pat::Path(path) => is(*path),
            Pat::Bind { name, .. } => self.facts.name(*name) == variant,
            Pat::Ref(inner) => self.is_pattern_of(*inner, variant),
            _ => false,
        }
    }

    /// Whether something in the body makes the condition false.
    fn settles(&self, mark: &Mark<'l>, body: ExprId) -> bool {
        let mut settles = matches!(mark, Mark::Changed(..) | Mark::Requested(_));
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

    fn settles_at(&self, mark: &Mark<'l>, expr: ExprId) -> bool {
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
            (Mark::Changed(..) | Mark::Requested(_), _) => true,
            (Mark::Remembered(place, _), ExprKind::Assign { left, .. }) => same_place(facts, *place, *left),
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
    fn stays_settled(&self, mark: &Mark<'l>) -> Option<Cold> {
        self.stays_settled_in(mark, Many::Excluded)
    }

    fn stays_settled_in(&self, mark: &Mark<'l>, many: Many) -> Option<Cold> {
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
        | Mark::Outgrown(place)) = mark;
        // Under a key that no frame has asked for before, there is never anything.
        if matches!(mark, Mark::Vacant(_, new) | Mark::VacantEntry(_, new) if self.is_ever_new(*new))
            || matches!(mark, Mark::Remembered(_, new) if self.is_new_in_each_frame(*new))
        {
            return None;
        }
        let place = self.by_its_own_name(bare(self.facts, *place));
        let lent_list = matches!(mark, Mark::UsedUp(_)) && self.is_lent(place);
        let lasting = if matches!(mark, Mark::Picked(..)) { Lasting::EachOfMany } else { self.lasting(place) };
        if lasting == Lasting::No && !lent_list {
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
            Mark::UsedUp(_) | Mark::Threaded(_) | Mark::Remembered(..) => &[],
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
            || matches!(mark, Mark::Remembered(..) | Mark::Requested(_))
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
