//! What functions do to fields and statics that may say whether something has been done.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{BinaryOp, ExprId, ExprKind, Literal, Name, Pat, Statement};
use crate::engine::resolve::FnId;

/// What is done to a field or static that may say whether something has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Change {
    True,
    False,
    Taken,
    /// A struct is made with it.
    MadeTrue,
    /// All elements are taken out of it.
    Emptied,
    /// An element is taken out of it.
    Removed,
    /// Elements that no longer count are taken out of it.
    Evicted,
    /// Something is added to a number.
    Counted,
    /// Elements are put into it.
    Grown,
    /// The name is of a variant of an `enum`, which is put where something else was.
    Put,
}

/// The type whose method does it, where it does it to `self`; the name; what is done.
pub(crate) type Changed<'l> = (Option<&'l str>, &'l str, Change);

/// The method that does it to a field of `self`; the field; what is done.
pub(crate) type DoneByMethod<'l> = (&'l str, &'l str, Change);

/// The type whose method does something to `self`, and the function that does it.
type DoneBy<'l> = (Option<&'l str>, FnId);

/// All that the functions of a program do of that kind.
#[derive(Default)]
pub(crate) struct Changes<'l> {
    all: FxHashSet<Changed<'l>>,
    /// To a field of whatever type.
    of_any: FxHashSet<(&'l str, Change)>,
    /// By name and change: who does it, of which type.
    done_by: FxHashMap<(&'l str, Change), Vec<DoneBy<'l>>>,
    /// By name and change: what methods do to fields of `self`.
    by_methods: FxHashSet<DoneByMethod<'l>>,
}

/// Who calls whom, as far as names tell.
pub(crate) trait CallsByName: Sync {
    /// Whether a function may run in every frame in which another one does, and not only where something happens.
    fn runs_beside(&self, function: FnId, other: FnId) -> bool;

    /// Whether a function does that wherever it runs, and not only in one of its branches.
    fn does_in_any_case(&self, function: FnId, name: &str, change: Change) -> bool;

    /// Whether a function can name the fields of the type that another one is a method of.
    fn sees_fields_of(&self, function: FnId, method: FnId) -> bool;
}

impl<'l> Changes<'l> {
    /// What is done, by which function, of which name.
    pub(crate) fn of(done: impl Iterator<Item = (Changed<'l>, FnId, &'l str)>) -> Self {
        let mut changes = Self::default();
        for ((owner, name, change), by, function) in done {
            if owner.is_some() && matches!(change, Change::True | Change::False) {
                changes.by_methods.insert((function, name, change));
            }
            changes.all.insert((owner, name, change));
            changes.of_any.insert((name, change));
            changes.done_by.entry((name, change)).or_default().push((owner, by));
        }
        changes
    }

    /// Whether that is done to a field of this type, or of one that is not known; without a type, to any of that name.
    pub(crate) fn has(&self, owner: Option<&'l str>, name: &'l str, change: Change) -> bool {
        match owner {
            Some(_) => self.all.contains(&(None, name, change)) || self.all.contains(&(owner, name, change)),
            None => self.of_any.contains(&(name, change)),
        }
    }

    /// Whether a method of this name does that to a field of its `self`.
    pub(crate) fn is_done_by_method(&self, asked: DoneByMethod<'_>) -> bool {
        self.by_methods.contains(&asked)
    }

    /// Whether somebody does that to a field in the frames in which this function runs. What is done where somebody asks for it,
    /// as a button that unloads a level does, leaves it alone in all others.
    pub(crate) fn is_done_beside(
        &self,
        calls: &dyn CallsByName,
        (owner, name, change): Changed<'_>,
        function: FnId,
    ) -> bool {
        let done_by = self.done_by.get(&(name, change)).into_iter().flatten();
        let of_field = |of: Option<&str>, by: FnId| match (owner, of) {
            (Some(owner), Some(of)) => owner == of,
            // Through something of whose type nobody knows.
            (Some(_), None) => calls.sees_fields_of(by, function),
            (None, _) => true,
        };
        done_by.filter(|(of, by)| of_field(*of, *by)).any(|(_, by)| {
            // Elements come and go in branches.
            let only_sometimes = matches!(change, Change::Emptied | Change::True | Change::False);
            calls.runs_beside(*by, function) && (!only_sometimes || calls.does_in_any_case(*by, name, change))
        })
    }
}

/// What functions do to the field or static that a variable leads to is done to that: `let mut jobs = self.jobs.lock()`.
pub(crate) fn note_changes_through(facts: &FileFacts, variables: &FxHashMap<Name, ExprId>, changes: &mut Vec<Noted>) {
    let led = |(own, name, change): &Noted| {
        let place = bare(facts, *variables.get(name).filter(|_| !own)?);
        match &facts.expr(place).kind {
            ExprKind::Field { base, name } => Some((is_self(facts, *base), *name, *change)),
            ExprKind::Name(name) => Some((false, *name, *change)),
            ExprKind::Path(path) => Some((false, facts.path(*path).segments.last()?.name, *change)),
            _ => None,
        }
    };
    let more: Vec<Noted> = changes.iter().filter_map(led).collect();
    changes.extend(more);
}

/// Takes down what a variable is made of, if the expression is a block that makes some.
pub(crate) fn note_variables(facts: &FileFacts, expr: ExprId, variables: &mut FxHashMap<Name, ExprId>) {
    let ExprKind::Block(block) = &facts.expr(expr).kind else { return };
    for statement in &block.statements {
        if let Statement::Let { pat, init: Some(init), .. } = statement
            && let Pat::Bind { name, .. } = facts.pat(*pat)
        {
            variables.entry(*name).or_insert(*init);
        }
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
    let is_field = |place: ExprId| matches!(facts.expr(bare(facts, place)).kind, ExprKind::Field { .. });
    let variant = |value: ExprId| variant_of(facts, value);
    let mut put = Vec::new();
    let mut set = |place: ExprId, value: ExprId| {
        if let Some(variant) = variant(value) {
            put.push((false, variant, Change::Put));
            return;
        }
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
        ExprKind::AssignOp { left, op: BinaryOp::Add, .. } => note(*left, Change::Counted),
        ExprKind::Assign { left, right } | ExprKind::AssignOp { left, right, .. } => set(*left, *right),
        ExprKind::Method(call) => match (facts.name(call.name), &*call.args) {
            ("store" | "swap" | "set" | "replace", [value, ..]) => set(call.receiver, *value),
            ("take", []) => note(call.receiver, Change::Taken),
            ("fetch_add", _) => note(call.receiver, Change::Counted),
            ("clear" | "drain", _) => note(call.receiver, Change::Emptied),
            ("retain" | "retain_mut" | "extract_if" | "truncate", _) => note(call.receiver, Change::Evicted),
            (name, _) if TAKES_ELEMENTS.contains(&name) => note(call.receiver, Change::Removed),
            (name, [_, ..]) if PUTS_ELEMENTS.contains(&name) && is_field(call.receiver) => {
                note(call.receiver, Change::Grown);
            }
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
            put.extend(args.get(1).and_then(|value| variant(*value)).map(|variant| (false, variant, Change::Put)));
        }
        _ => {}
    }
    changes.extend(put);
}

/// Methods after which a map may have to make again what it held. `retain` is not one of them: a cache that throws out what no
/// frame has asked for lately leaves a frame that is like those before it what it needs.
const TAKES_ELEMENTS: &[&str] =
    &["remove", "remove_entry", "pop_first", "pop_last", "first_entry", "last_entry", "split_off", "pop"];

/// Methods after which a list has an element that nobody has seen.
const PUTS_ELEMENTS: &[&str] =
    &["push", "push_back", "push_front", "insert", "extend", "append", "resize", "resize_with"];

/// The variant of an `enum` that an expression makes: `Stage::Loading`, `Stage::Loading { level }`.
pub(super) fn variant_of(facts: &FileFacts, expr: ExprId) -> Option<Name> {
    let path = match &facts.expr(expr).kind {
        ExprKind::Path(path) => *path,
        ExprKind::Struct(literal) => literal.path,
        ExprKind::Call { callee, .. } => match &facts.expr(*callee).kind {
            ExprKind::Path(path) => *path,
            _ => return None,
        },
        _ => return None,
    };
    let segments = &facts.path(path).segments;
    let last = segments.last().filter(|_| segments.len() > 1)?.name;
    let name = facts.name(last);
    // Constants are all capitals, functions have none.
    (name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)).then_some(last)
}

/// The place that a reference leads to.
pub(super) fn bare(facts: &FileFacts, expr: ExprId) -> ExprId {
    match &facts.expr(expr).kind {
        ExprKind::Ref { inner, .. } | ExprKind::Deref(inner) => bare(facts, *inner),
        ExprKind::Method(call) => match facts.name(call.name) {
            "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" | "borrow" | "borrow_mut" => bare(facts, call.receiver),
            "lock" | "read" | "write" if call.args.is_empty() => bare(facts, call.receiver),
            "unwrap" | "expect" if is_locked(facts, call.receiver) => bare(facts, call.receiver),
            _ => expr,
        },
        _ => expr,
    }
}

/// `cells.lock()`, `cells.write()`.
fn is_locked(facts: &FileFacts, expr: ExprId) -> bool {
    let ExprKind::Method(call) = &facts.expr(expr).kind else { return false };
    call.args.is_empty() && matches!(facts.name(call.name), "lock" | "read" | "write")
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
pub(crate) fn last_of(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match &facts.expr(expr).kind {
        ExprKind::Name(name) => Some(facts.name(*name)),
        ExprKind::Path(path) => facts.path(*path).segments.last().map(|last| facts.name(last.name)),
        _ => None,
    }
}
