//! Code that runs once for all frames: where nothing is there yet, or where a flag says that it has not run.

use super::Interpreter;
use super::changes::{Change, bare, is_self, last_of, same_place};
use super::types::Ty;
use super::value::Root;
use super::walk;
use crate::engine::api::Known;
use crate::engine::hir::ir::{BinaryOp, Block, ExprId, ExprKind, Literal, Pat, PatId, Statement, UnaryOp};
use crate::engine::resolve::Res;
use crate::engine::resolve::paths::Space;

/// What a condition says of a place.
enum Mark {
    /// There is nothing in it.
    Nothing(ExprId),
    /// It is this.
    Flag(ExprId, bool),
    /// It was this, and no longer is.
    Changed(ExprId, bool),
}

impl<'l> Interpreter<'_, 'l> {
    /// Whether `body`, which runs if the condition is `holds`, makes sure that it does not run again.
    pub(super) fn runs_once(&self, condition: ExprId, holds: bool, body: ExprId) -> bool {
        let mut marks = Vec::new();
        self.marks(condition, holds, &mut marks);
        marks.iter().any(|mark| self.settles(mark, body) && self.stays_settled(mark))
    }

    /// Whether an arm, of a `match` of this value, fills what it has found empty.
    pub(super) fn fills(&self, value: ExprId, pat: PatId, body: ExprId) -> bool {
        let is_nothing = matches!(self.facts.pat(pat), Pat::Wild) || self.is_pattern_of(pat, "None");
        let mark = Mark::Nothing(value);
        is_nothing && self.settles(&mark, body) && self.stays_settled(&mark)
    }

    /// Whether what follows the first statements of a block runs once: `if self.ready { return; } … self.ready = true;`.
    pub(super) fn goes_on_once(&self, block: &'l Block, statement: usize) -> bool {
        let Some(Statement::Expr { expr }) = block.statements.get(statement) else { return false };
        let ExprKind::If { cond, then, otherwise: None } = &self.facts.expr(*expr).kind else { return false };
        let ExprKind::Block(inner) = &self.facts.expr(*then).kind else { return false };
        let only = inner.tail.or(match &*inner.statements {
            [Statement::Expr { expr }] => Some(*expr),
            _ => None,
        });
        let leaves = only.is_some_and(|last| matches!(self.facts.expr(last).kind, ExprKind::Return(None)));
        let mut marks = Vec::new();
        self.marks(*cond, false, &mut marks);
        let rest = block.statements[statement + 1..].iter().filter_map(|statement| match statement {
            Statement::Expr { expr } => Some(*expr),
            _ => None,
        });
        let rest: Vec<ExprId> = rest.chain(block.tail).collect();
        let settled = |mark: &Mark| rest.iter().any(|later| self.settles_at(mark, *later)) && self.stays_settled(mark);
        leaves && marks.iter().any(settled)
    }

    fn marks(&self, condition: ExprId, holds: bool, marks: &mut Vec<Mark>) {
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
                marks.push(Mark::Nothing(*value));
            }
            ExprKind::Method(call) => match (facts.name(call.name), &*call.args) {
                ("is_none", []) if holds => marks.push(Mark::Nothing(call.receiver)),
                ("is_some", []) if !holds => marks.push(Mark::Nothing(call.receiver)),
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
    fn settles(&self, mark: &Mark, body: ExprId) -> bool {
        let mut settles = matches!(mark, Mark::Changed(..));
        walk::visit(self.facts, body, &mut |expr| settles = settles || self.settles_at(mark, expr));
        settles
    }

    fn settles_at(&self, mark: &Mark, expr: ExprId) -> bool {
        let facts = self.facts;
        let is_literal = |expr: ExprId, wanted: bool| matches!(facts.expr(expr).kind, ExprKind::Literal(Literal::Bool(value)) if value == wanted);
        let is_some = |expr: ExprId| match &facts.expr(expr).kind {
            ExprKind::Call { callee, .. } => last_of(facts, *callee) == Some("Some"),
            _ => false,
        };
        match (mark, &facts.expr(expr).kind) {
            (Mark::Changed(..), _) => true,
            (Mark::Nothing(place), ExprKind::Assign { left, right }) => {
                same_place(facts, *place, *left) && is_some(*right)
            }
            (Mark::Nothing(place), ExprKind::Method(call)) => {
                let fills =
                    matches!(facts.name(call.name), "insert" | "replace" | "get_or_insert" | "get_or_insert_with");
                fills && same_place(facts, *place, call.receiver)
            }
            (Mark::Flag(place, now), ExprKind::Assign { left, right }) => {
                same_place(facts, *place, *left) && is_literal(*right, !now)
            }
            (Mark::Flag(place, now), ExprKind::Method(call)) => {
                matches!(facts.name(call.name), "store" | "set")
                    && same_place(facts, *place, call.receiver)
                    && call.args.first().is_some_and(|value| is_literal(*value, !now))
            }
            _ => false,
        }
    }

    /// Whether the place outlives the frame, and nobody sets it back.
    fn stays_settled(&self, mark: &Mark) -> bool {
        let (Mark::Nothing(place) | Mark::Flag(place, _) | Mark::Changed(place, _)) = mark;
        let place = bare(self.facts, *place);
        if !self.outlives(place) {
            return false;
        }
        let owner = self.around.program.owner_of(self.def);
        let is_own = matches!(self.facts.expr(place).kind, ExprKind::Field { base, .. } if is_self(self.facts, base));
        let name = match &self.facts.expr(place).kind {
            ExprKind::Field { name, .. } | ExprKind::Name(name) => self.facts.name(*name),
            _ => return false,
        };
        let undone = match mark {
            Mark::Nothing(_) => Change::Taken,
            Mark::Flag(_, now) | Mark::Changed(_, now) if *now => Change::True,
            Mark::Flag(..) | Mark::Changed(..) => Change::False,
        };
        // A field that is reached through something else is of a type that is not asked for here: any of that name counts.
        let set_back = self.has_change(owner.filter(|_| is_own), name, undone);
        // A flag that nothing is made with is set by somebody who is not seen: `dirty`.
        if matches!(mark, Mark::Flag(_, true)) && !self.has_change(None, name, Change::MadeTrue) {
            return false;
        }
        let emptied = matches!(mark, Mark::Nothing(_)) && self.is_emptied_here(place);
        !set_back && !emptied
    }

    /// Whether somebody does that to a field of this type, or of one that is not known.
    fn has_change(&self, owner: Option<&'l str>, name: &'l str, change: Change) -> bool {
        if let Some(asking) = self.around.asking {
            asking.borrow_mut().change((owner, name, change));
        }
        self.around.changes.has(owner, name, change)
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

    /// Of `self`, a static, or something that Bevy keeps.
    fn outlives(&self, place: ExprId) -> bool {
        let facts = self.facts;
        match &facts.expr(place).kind {
            ExprKind::Field { base: inner, .. } | ExprKind::Deref(inner) => {
                let inner = bare(facts, *inner);
                match &facts.expr(inner).kind {
                    ExprKind::Name(name) if facts.name(*name) != "self" => {
                        let var = self.lookup_var(facts.name(*name)).and_then(|var| self.state.values.get(var));
                        var.map_or_else(
                            || self.outlives(inner),
                            |value| {
                                let is_lent = matches!(value.ty, Ty::Ref { mutable: true, .. });
                                is_lent && matches!(value.alias, Some(Root::Param(_) | Root::Static(_)))
                                    || matches!(value.ty.head(), Some(Known::Local | Known::ResMut))
                            },
                        )
                    }
                    _ => self.outlives(inner),
                }
            }
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                let Some(value) = self.lookup_var(name).and_then(|var| self.state.values.get(var)) else {
                    let res = self.around.program.resolve_name(self.module, name, Space::Values);
                    return matches!(res, Some(Res::Static(_)));
                };
                name == "self" && matches!(value.ty, Ty::Ref { .. })
                    || matches!(value.ty.head(), Some(Known::Local | Known::ResMut))
            }
            _ => false,
        }
    }
}
