//! Code that runs once for all frames: where nothing is there yet, or where a flag says that it has not run.

use super::Interpreter;
use super::event::Cold;
use super::marks::Mark;
use super::settled::Many;
use crate::engine::hir::ir::{BinaryOp, Block, ExprId, ExprKind, Pat, PatId, Statement};

impl<'l> Interpreter<'_, 'l> {
    /// Whether `body`, which runs if the condition is `holds`, makes sure that it does not run again.
    pub(super) fn runs_once(&self, condition: ExprId, holds: bool, body: ExprId) -> Option<Cold> {
        // Each of them is a reason, and no longer is one afterwards.
        if let ExprKind::Binary { op: BinaryOp::OrElse, left, right } = &self.facts.expr(condition).kind
            && holds
        {
            let (left, right) = (self.runs_once(*left, true, body)?, self.runs_once(*right, true, body)?);
            return Some(if left == right { left } else { Cold::OnChange });
        }
        if holds && self.asks_for_change(condition) {
            return Some(Cold::OnChange);
        }
        if holds && self.is_first_frame(condition) {
            return Some(Cold::Seldom);
        }
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

    /// Whether the entry of a map is asked for to fill it where it is vacant.
    pub(super) fn fills_vacant_entry(&self, value: ExprId, mut patterns: impl Iterator<Item = PatId>) -> bool {
        self.entry_of(value).is_some() && patterns.any(|pat| self.is_pattern_of(pat, "Vacant"))
    }

    /// Whether what `entry` of this map leads to is made once for each key, and never again.
    pub(super) fn fills_gaps_for_good(&self, map: ExprId, key: ExprId, many: Many) -> Option<Cold> {
        self.stays_settled_in(&Mark::Vacant(map, key), many)
    }

    /// Whether what follows the first statements of a block runs once: `if self.ready { return; } … self.ready = true;`.
    pub(super) fn goes_on_once(&self, block: &'l Block, statement: usize) -> Option<Cold> {
        let expr = match block.statements.get(statement)? {
            Statement::Expr { expr } => expr,
            // `let Some(order) = self.order.take() else { return };`
            Statement::Let { pat, init: Some(init), otherwise: Some(_), .. } if self.is_pattern_of(*pat, "Some") => {
                return self.taken_out_of(*init).and_then(|place| self.stays_settled(&Mark::Requested(place)));
            }
            // `let order = self.order.take()?;`
            Statement::Let { init: Some(init), .. } => {
                return self.requested_by(*init).and_then(|place| self.stays_settled(&Mark::Requested(place)));
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
        if !leaves {
            return None;
        }
        let mut marks = Vec::new();
        self.marks(*cond, false, &mut marks);
        let rest = block.statements[statement + 1..].iter().filter_map(|statement| match statement {
            Statement::Expr { expr } => Some(*expr),
            _ => None,
        });
        let rest: Vec<ExprId> = rest.chain(block.tail).collect();
        let settles = |mark: &&Mark<'l>| rest.iter().any(|later| self.settles_at(mark, *later));
        marks.iter().filter(settles).find_map(|mark| self.stays_settled(mark))
    }
}
