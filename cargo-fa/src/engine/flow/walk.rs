//! The children of an expression, for looks that need no flow.

use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, Pat, PatId, Statement};

/// Calls `visit` with every expression below and including `expr`, outermost first.
pub(crate) fn visit(facts: &FileFacts, expr: ExprId, visit: &mut dyn FnMut(ExprId)) {
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        visit(expr);
        let from = stack.len();
        children(facts, expr, &mut |child| stack.push(child));
        stack[from..].reverse();
    }
}

/// The expressions directly below.
pub(crate) fn children(facts: &FileFacts, expr: ExprId, each: &mut dyn FnMut(ExprId)) {
    match &facts.expr(expr).kind {
        ExprKind::Missing
        | ExprKind::Config(_)
        | ExprKind::Literal(_)
        | ExprKind::Name(_)
        | ExprKind::Path(_)
        | ExprKind::Continue { .. } => {}
        ExprKind::Block(block) => {
            block.statements.iter().for_each(|statement| statement_children(statement, each));
            block.tail.iter().for_each(|expr| each(*expr));
        }
        ExprKind::Async(block) => each(block.body),
        ExprKind::Closure(closure) => each(closure.body),
        ExprKind::Call { callee, args } => {
            each(*callee);
            args.iter().for_each(|expr| each(*expr));
        }
        ExprKind::Method(call) => {
            each(call.receiver);
            call.args.iter().for_each(|expr| each(*expr));
        }
        ExprKind::Field { base: inner, .. }
        | ExprKind::Deref(inner)
        | ExprKind::Unary { inner, .. }
        | ExprKind::Ref { inner, .. }
        | ExprKind::Cast { inner, .. }
        | ExprKind::Try(inner)
        | ExprKind::Await(inner)
        | ExprKind::Let { value: inner, .. }
        | ExprKind::Loop { body: inner, .. } => each(*inner),
        ExprKind::Index { base: left, index: right }
        | ExprKind::Binary { left, right, .. }
        | ExprKind::Assign { left, right }
        | ExprKind::AssignOp { left, right, .. }
        | ExprKind::While { cond: left, body: right, .. }
        | ExprKind::Repeat { value: left, len: right } => {
            each(*left);
            each(*right);
        }
        ExprKind::If { cond, then, otherwise } => {
            each(*cond);
            each(*then);
            if let Some(otherwise) = otherwise {
                each(*otherwise);
            }
        }
        ExprKind::Match { value, arms } => {
            each(*value);
            arms.iter().for_each(|(_, body)| each(*body));
        }
        ExprKind::For(looped) => {
            each(looped.iter);
            each(looped.body);
        }
        ExprKind::Break { value, .. } | ExprKind::Return(value) => value.iter().for_each(|expr| each(*expr)),
        ExprKind::Struct(literal) => {
            literal.fields.iter().for_each(|(_, expr)| each(*expr));
            literal.rest.iter().for_each(|expr| each(*expr));
        }
        ExprKind::Tuple(parts) | ExprKind::Array(parts) => parts.iter().for_each(|expr| each(*expr)),
        ExprKind::Range { start, end, .. } => start.iter().chain(end).for_each(|expr| each(*expr)),
        ExprKind::Choice(options) => options.iter().for_each(|(_, expr)| each(*expr)),
        ExprKind::Macro(call) => call.args.iter().for_each(|expr| each(*expr)),
    }
}

fn statement_children(statement: &Statement, each: &mut dyn FnMut(ExprId)) {
    match statement {
        Statement::Let { init, otherwise, .. } => init.iter().chain(otherwise).for_each(|expr| each(*expr)),
        Statement::Expr { expr } => each(*expr),
        Statement::Conditional(conditional) => statement_children(&conditional.1, each),
        Statement::Item(_) => {}
    }
}

/// The names that a pattern binds.
pub(crate) fn bound_names<'l>(facts: &'l FileFacts, pat: PatId, each: &mut dyn FnMut(&'l str)) {
    match facts.pat(pat) {
        Pat::Bind { name, sub, .. } => {
            each(facts.name(*name));
            if let Some(sub) = sub {
                bound_names(facts, *sub, each);
            }
        }
        Pat::Tuple(parts) | Pat::TupleStruct(_, parts) | Pat::Or(parts) | Pat::Slice(parts) => {
            parts.iter().for_each(|part| bound_names(facts, *part, each));
        }
        Pat::Struct(_, fields) => fields.iter().for_each(|(_, pat)| bound_names(facts, *pat, each)),
        Pat::Ref(inner) | Pat::Typed(inner, _) | Pat::Guard(inner, _) => bound_names(facts, *inner, each),
        Pat::Wild | Pat::Path(_) | Pat::Literal | Pat::Rest => {}
    }
}
