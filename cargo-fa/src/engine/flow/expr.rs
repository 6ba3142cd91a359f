//! Expressions, in the order in which they run.

use super::changes::last_of;
use super::conditions::Decision;
use super::event::{Arm, Cold, Open};
use super::loops::{Jump, LoopEnd};
use super::types::Ty;
use super::value::{Age, AtEnd, Callable, Handle, Root, State, Value};
use super::{DEEPEST, Interpreter};
use crate::engine::api::Known;
use crate::engine::hir::ir::{Block, ExprId, ExprKind, ForLoop, MacroKind, Name, Pat, PatId, Span, Statement, TypeId};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{Res, UserType};

/// What is done with a variable that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameUse {
    /// Its value is moved or copied out.
    Value,
    /// It is read or written where it is.
    Place,
}

impl<'l> Interpreter<'_, 'l> {
    /// The value of an expression that is moved or copied out of where it is.
    pub(super) fn eval(&mut self, expr: ExprId, expected: Option<&Ty>) -> Value {
        self.evaluated(|interpreter| interpreter.eval_kind(expr, expected))
    }

    /// What evaluating anything takes, whoever knows what it is.
    pub(super) fn evaluated(&mut self, evaluate: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.depth > DEEPEST {
            return Value::unknown();
        }
        self.depth += 1;
        let made = self.recorder.made.len();
        let mut value = evaluate(self);
        self.own_what_was_made(made, &mut value);
        self.depth -= 1;
        value
    }

    pub(super) fn span(&self, expr: ExprId) -> Span {
        self.facts.expr(expr).span
    }

    fn eval_kind(&mut self, expr: ExprId, expected: Option<&Ty>) -> Value {
        let facts = self.facts;
        let span = self.span(expr);
        match &facts.expr(expr).kind {
            ExprKind::Missing => Value::unknown(),
            ExprKind::Literal(literal) => self.literal(*literal),
            ExprKind::Name(name) => self.eval_name(facts.name(*name), span, NameUse::Value),
            ExprKind::Path(path) => {
                let constant = self.associated_constant(facts.path(*path)).map(Res::Static);
                let res = constant
                    .or_else(|| self.around.program.resolve(self.module, self.file, facts.path(*path), Space::Values));
                self.constant_value(res, facts.path(*path).segments.last().map(|last| facts.name(last.name)), span)
            }
            ExprKind::Block(block) => self.block(block, span, expected),
            ExprKind::Async(block) => self.async_value(block, span),
            ExprKind::Closure(closure) => self.loose_closure(expr, closure, &[]),
            ExprKind::Call { callee, args } => {
                let tells = u32::from(last_of(self.facts, *callee).is_some_and(tells_an_error));
                self.context.cold += tells;
                let value = self.call(*callee, args, span, expected);
                self.context.cold -= tells;
                value
            }
            ExprKind::Method(call) => self.method_call(call, span, expected),
            ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                let place = self.eval_place(expr);
                self.copied_out(place)
            }
            ExprKind::Unary { op, inner } => self.unary(*op, *inner, span),
            ExprKind::Ref { raw: true, inner, .. } => self.raw_pointer(*inner),
            ExprKind::Ref { mutable: true, inner, .. } => self.reference(*inner, Ty::exclusive),
            ExprKind::Ref { inner, .. } => self.reference(*inner, Ty::reference),
            ExprKind::Binary { op, left, right } => self.binary(*op, *left, *right, span),
            ExprKind::Assign { left, right } => {
                let ty = self.place_type(*left);
                let value = self.eval(*right, Some(&ty).filter(|ty| !ty.is_unknown()));
                self.assign(*left, value, span);
                Value::unit()
            }
            ExprKind::AssignOp { op, left, right } => self.assign_op(*op, *left, *right, span),
            ExprKind::Cast { inner, ty } => self.cast(*inner, *ty),
            ExprKind::Try(inner) => {
                let expected = expected.map(|ty| Ty::known(Known::Option, [ty.clone()]));
                let value = self.eval(*inner, expected.as_ref());
                self.leave(Open::Question, span);
                self.unwrapped(value)
            }
            ExprKind::Await(inner) => self.awaited(*inner, span),
            ExprKind::If { cond, then, otherwise } => self.branch(*cond, *then, *otherwise, expected),
            ExprKind::Let { pat, value } => {
                let value = self.eval_scrutinee(*value, std::iter::once(*pat));
                self.bind(*pat, value);
                Value::of(Ty::Scalar(1))
            }
            ExprKind::Match { value, arms } => self.matched(*value, arms, expected),
            ExprKind::Loop { label, body } => {
                let bound = self.loop_bound(None, *body);
                self.run_loop(*label, bound, span, LoopEnd::Break, |flow| {
                    flow.eval(*body, None);
                })
            }
            ExprKind::While { label, cond, body } => self.while_loop(*label, *cond, *body, span),
            ExprKind::For(looped) => self.for_loop(looped, span),
            ExprKind::Break { label, value } => {
                let value = value.map(|value| self.eval(value, None));
                self.leave_loop(*label, value, Jump::Break, span);
                Value::of(Ty::Never)
            }
            ExprKind::Continue { label } => {
                self.leave_loop(*label, None, Jump::Continue, span);
                Value::of(Ty::Never)
            }
            ExprKind::Return(value) => self.return_expr(*value, span),
            ExprKind::Struct(literal) => self.struct_literal(literal, expected),
            ExprKind::Tuple(parts) => self.tuple(parts),
            ExprKind::Array(parts) => self.array(parts),
            ExprKind::Repeat { value, len } => self.repeat(*value, *len),
            ExprKind::Range { start, end, inclusive } => self.range(*start, *end, u64::from(*inclusive)),
            ExprKind::Macro(call) => self.macro_call(call, span),
            ExprKind::Config(_) => Value::of(Ty::Scalar(1)),
            ExprKind::Choice(options) => self.choice(options, expected),
        }
    }

    /// `value as Type`: a pointer stays an address, a number refers to nothing.
    fn cast(&mut self, inner: ExprId, ty: TypeId) -> Value {
        let mut value = self.eval(inner, None);
        let to = self.lower_type(ty);
        let from_pointer = matches!(value.ty, Ty::Ptr(_) | Ty::Ref { .. }) || value.flows.iter().any(|flow| flow.raw);
        match &to {
            Ty::Ptr(_) => value.flows.iter_mut().for_each(|flow| flow.raw = true),
            Ty::Scalar(8) if from_pointer => value.flows.iter_mut().for_each(|flow| flow.raw = true),
            _ => value.flows.clear(),
        }
        value.ty = to;
        value
    }

    /// `while cond { … }`.
    fn while_loop(&mut self, label: Option<Name>, cond: ExprId, body: ExprId, span: Span) -> Value {
        let bound = self.loop_bound(Some(cond), body);
        let once = self.runs_once(cond, true, body);
        self.run_loop(label, bound, span, LoopEnd::Condition, |flow| {
            let names = flow.variables.names.len();
            flow.eval(cond, None);
            flow.enter_cold(once);
            flow.eval(body, None);
            flow.leave_cold(once);
            flow.end_block(names, span);
        })
    }

    /// `for pat in iter { … }`.
    fn for_loop(&mut self, looped: &'l ForLoop, span: Span) -> Value {
        let iterated = self.eval_place(looped.iter);
        self.uses_up(looped.iter, &iterated.ty);
        let at = self.span(looped.iter);
        self.note_loop(&iterated, at);
        let iterated = self.iterator_for(iterated, span);
        let bound = Self::iterator_bound(&iterated);
        let item = self.item_of(&iterated);
        self.run_loop(looped.label, bound, span, LoopEnd::Condition, |flow| {
            let names = flow.variables.names.len();
            let mut item = item.clone();
            if let Some(ty) = flow.next_of(&iterated.ty, span) {
                item.ty = ty;
            }
            flow.bind(looped.pat, item);
            let once = flow.settles_picked(looped.iter, looped.pat, looped.body);
            flow.enter_cold(once);
            flow.eval(looped.body, None);
            flow.leave_cold(once);
            flow.end_block(names, span);
        })
    }

    /// `return value`.
    fn return_expr(&mut self, value: Option<ExprId>, span: Span) -> Value {
        let expected = self.bodies.last().and_then(|body| body.expected.clone());
        let result = match value {
            Some(value) => {
                let result = self.eval_result(value, expected.as_ref());
                self.returned(result, self.span(value))
            }
            None => Value::unit(),
        };
        self.leave(Open::Return, span);
        if let Some(body) = self.bodies.last_mut() {
            match &mut body.result {
                Some(known) => known.join(&result),
                None => body.result = Some(result),
            }
        }
        self.state.dead = true;
        Value::of(Ty::Never)
    }

    /// The value that a body ends with: its cold branches are what fails.
    pub(super) fn eval_result(&mut self, expr: ExprId, expected: Option<&Ty>) -> Value {
        self.eval(expr, expected)
    }

    /// A variable, or what else the name means.
    pub(super) fn eval_name(&mut self, name: &'l str, span: Span, used_as: NameUse) -> Value {
        let Some(var) = self.lookup_var(name) else {
            let res = self.around.program.resolve_name(self.module, name, Space::Values);
            return self.constant_value(res, Some(name), span);
        };
        let mut value = self.use_var(var, span);
        if used_as == NameUse::Value {
            if matches!(value.ty, Ty::Known(..) | Ty::User(..) | Ty::Tuple(_)) {
                self.hands_on(var);
            }
            let owned = match &value.ty {
                Ty::Known(known, _) => {
                    known.is_owner()
                        || known.is_heap_container()
                        || matches!(known, Known::TransferHandle | Known::Box | Known::HeapBox | Known::PoolBox)
                }
                Ty::Closure => true,
                _ => false,
            };
            if matches!(value.ty, Ty::User(..) | Ty::Tuple(_) | Ty::Known(Known::Option, _))
                && (self.types.owns_heap(&value.ty) || !self.types.drop_calls(&value.ty).is_empty())
                && let Some(known) = self.state.values.get_mut(var)
            {
                known.moved = true;
            }
            if owned {
                if let Some(known) = self.state.values.get_mut(var) {
                    known.moved = true;
                    known.flows.clear();
                }
            } else if value.alias.is_none() && value.ty.allocator().is_some() {
                value.alias = Some(Root::Local(var));
            }
        } else if value.alias.is_none() {
            value.alias = Some(Root::Local(var));
        }
        if value.symbol.is_none() && matches!(value.ty, Ty::Scalar(_) | Ty::Unknown) && value.number.is_none() {
            value.symbol = Some(name.into());
        }
        value
    }

    pub(super) fn constant_value(&mut self, res: Option<Res<'l>>, name: Option<&'l str>, span: Span) -> Value {
        match res {
            Some(Res::Static(item)) => {
                let def = &self.around.program.statics[item.0 as usize];
                let crate::engine::hir::ir::ItemKind::Static { ty, constant, .. } = &def.item.kind else {
                    return Value::unknown();
                };
                let scope = super::types::TypeScope::default();
                let mut value = Value::of(self.types.lower(def.module, def.file, *ty, &scope));
                if *constant {
                    value.number = self.types.number_of(item);
                    value.symbol = name.map(Into::into);
                } else {
                    value.alias = Some(Root::Static(item));
                    let made_here = self.frames.shared_here.contains(&(Root::Static(item), None));
                    if super::handles::holds_handle(&value.ty) && !made_here {
                        value.handle = Some(Handle { resolved: false, age: Age::Kept, since: span });
                    }
                }
                value.text = self.tag_text(item);
                value.callables = self.in_table(item, &value.ty);
                value
            }
            Some(Res::Variant(user, _) | Res::Type(user)) => Value::of(self.user_value(user)),
            Some(Res::External(external)) if external.krate == "std" && external.last == "None" => {
                Value::of(Ty::known(Known::Option, [Ty::Unknown]))
            }
            Some(Res::External(external))
                if external.is_framealloc() && matches!(external.before, "RetentionPolicy" | "Importance") =>
            {
                let mut value = Value::of(Ty::opaque(false));
                value.at_end = Some(match external.last {
                    "Discard" | "Ephemeral" => AtEnd::Discarded,
                    _ => AtEnd::Promoted,
                });
                value
            }
            Some(Res::Fn(function)) => {
                let mut value = Value::of(Ty::Function);
                value.callables = vec![Callable::Function(function)];
                value
            }
            _ => Value::unknown(),
        }
    }

    fn user_value(&self, user: UserType) -> Ty {
        self.types.user(user, Vec::new(), 0)
    }

    fn block(&mut self, block: &'l Block, span: Span, expected: Option<&Ty>) -> Value {
        if let Some(label) = block.label {
            let mut result = Value::unknown();
            let value = self.run_labelled(label, span, |flow| result = flow.block_body(block, span, expected));
            if !result.ty.is_unknown() && result.ty != Ty::Never {
                result.join(&value);
                return result;
            }
            return value;
        }
        self.block_body(block, span, expected)
    }

    fn block_body(&mut self, block: &'l Block, span: Span, expected: Option<&Ty>) -> Value {
        let names = self.variables.names.len();
        let fails = self.ends_in_failure(block);
        self.context.cold += u32::from(fails);
        let leaves = self.leaves_loop(block);
        if leaves {
            self.loops.leaves.push(self.loops.stack.len());
        }
        let mut once = None;
        for (at, statement) in block.statements.iter().enumerate() {
            self.statement(statement);
            if once.is_none() {
                once = self.goes_on_once(block, at);
                self.enter_cold(once);
            }
        }
        let value = match block.tail {
            Some(tail) => self.eval(tail, expected),
            None if self.state.dead => Value::of(Ty::Never),
            None => Value::unit(),
        };
        self.leave_cold(once);
        let end = Span { lo: span.hi.saturating_sub(1), hi: span.hi };
        // What a block that leaves has declared is dropped on the way.
        let dead = self.state.dead;
        self.state.dead &= !leaves;
        self.end_block(names, end);
        self.state.dead = dead;
        self.context.cold -= u32::from(fails);
        if leaves {
            self.loops.leaves.pop();
        }
        value
    }

    pub(super) fn statement(&mut self, statement: &'l Statement) {
        match statement {
            Statement::Let { pat, ty, init, otherwise, span } => {
                let ty = ty.map(|ty| self.lower_type(ty));
                let name = self.bound_name(*pat).filter(|_| init.is_some_and(|init| self.closure_at(init).is_some()));
                let tells = u32::from(name.is_some_and(tells_an_error));
                self.context.cold += tells;
                let mut value = match init {
                    Some(init) if self.is_reference_pattern(*pat) => self.eval_place(*init),
                    Some(init) => self.eval_init(*init, ty.as_ref()),
                    None => Value::unknown(),
                };
                self.context.cold -= tells;
                if let Some(ty) = ty {
                    self.declared_for_good(*pat, &value, &ty);
                    self.annotate(&mut value, ty);
                }
                if let Some(otherwise) = otherwise {
                    let before = self.state.clone();
                    self.context.cold += 1;
                    self.eval(*otherwise, None);
                    self.context.cold -= 1;
                    self.state = before;
                }
                if matches!(self.facts.pat(*pat), Pat::Wild) {
                    self.discarded(&value, *span, "bound to `_`");
                    if let Some(init) = init {
                        self.temporary_dropped(*init, &value);
                    }
                }
                self.bind(*pat, value);
            }
            Statement::Expr { expr } => {
                let value = self.eval(*expr, None);
                self.discarded(&value, self.span(*expr), "discarded");
                self.temporary_dropped(*expr, &value);
            }
            Statement::Conditional(conditional) => {
                let (condition, statement) = &**conditional;
                self.under(condition, |flow| flow.statement(statement));
            }
            Statement::Item(_) => {}
        }
    }

    /// `let other = alloc`: the allocator has another name, and its frame is as it was.
    fn eval_init(&mut self, init: ExprId, expected: Option<&Ty>) -> Value {
        let renamed = matches!(self.facts.expr(init).kind, ExprKind::Name(_)) && !self.state.frames.is_empty();
        let frames = renamed.then(|| self.state.frames.clone());
        let value = self.eval(init, expected);
        if let (Some(frames), Some(Root::Local(_))) = (frames, value.alias) {
            self.state.frames = frames;
        }
        value
    }

    /// A block that ends with `break` or `return` runs once, however often the loop around it does.
    fn leaves_loop(&self, block: &Block) -> bool {
        let last = block.tail.or_else(|| match block.statements.last() {
            Some(Statement::Expr { expr }) => Some(*expr),
            _ => None,
        });
        last.is_some_and(|last| matches!(self.facts.expr(last).kind, ExprKind::Break { .. } | ExprKind::Return(_)))
    }

    /// A block whose last thing is a panic, or to hand an error to the caller, runs when something went wrong.
    fn ends_in_failure(&self, block: &Block) -> bool {
        if self.depth < 3 {
            return false;
        }
        let last = block.tail.or_else(|| match block.statements.last() {
            Some(Statement::Expr { expr }) => Some(*expr),
            _ => None,
        });
        last.is_some_and(|last| self.is_failure(last))
    }

    pub(super) fn is_failure(&self, expr: ExprId) -> bool {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Macro(call) => call.kind == MacroKind::Panic,
            ExprKind::Return(Some(value)) | ExprKind::Try(value) => self.is_failure(*value),
            ExprKind::Call { callee, .. } => match &facts.expr(*callee).kind {
                ExprKind::Name(name) => facts.name(*name) == "Err",
                ExprKind::Path(path) => {
                    let last = facts.path(*path).segments.last();
                    last.is_some_and(|last| matches!(facts.name(last.name), "Err" | "exit" | "abort" | "panic_any"))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn branch(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>, expected: Option<&Ty>) -> Value {
        let names = self.variables.names.len();
        let decision = self.decided(cond);
        match (decision, otherwise) {
            (Decision::Never, Some(otherwise)) => return self.eval(otherwise, expected),
            (Decision::Never, None) => return Value::unit(),
            (Decision::Always, _) => {
                self.eval(cond, None);
                let value = self.eval(then, expected);
                self.end_block(names, self.span(then));
                return value;
            }
            (Decision::Debug | Decision::Open, _) => {}
        }
        let once = match decision {
            Decision::Debug => Some(Cold::Seldom),
            _ => self.runs_once(cond, true, then),
        };
        let otherwise_once = otherwise.and_then(|otherwise| self.runs_once(cond, false, otherwise));
        self.eval(cond, None);
        let before = self.state.clone();
        let branch = self.span(cond);
        self.context.arms.push(Arm { branch, index: 0 });
        self.enter_cold(once);
        let mut value = self.eval(then, expected);
        self.end_block(names, self.span(then));
        self.leave_cold(once);
        self.context.arms.pop();
        let after = std::mem::replace(&mut self.state, before);
        if let Some(otherwise) = otherwise {
            self.context.arms.push(Arm { branch, index: 1 });
            self.enter_cold(otherwise_once);
            let other = self.eval(otherwise, expected);
            self.leave_cold(otherwise_once);
            self.context.arms.pop();
            if value.ty == Ty::Never {
                value = other;
            } else if other.ty != Ty::Never {
                value.join(&other);
            }
        } else {
            value = Value::unit();
        }
        self.state.join(&after);
        value
    }

    fn matched(&mut self, value: ExprId, arms: &'l [(PatId, ExprId)], expected: Option<&Ty>) -> Value {
        let scrutinee = self.eval_scrutinee(value, arms.iter().map(|(pat, _)| *pat));
        let before = self.state.clone();
        let mut after = State { dead: true, ..State::default() };
        let mut result: Option<Value> = None;
        for (index, (pat, body)) in (0..).zip(arms) {
            if !self.is_built(*body) {
                continue;
            }
            self.context.arms.push(Arm { branch: self.span(value), index });
            self.state = before.clone();
            let names = self.variables.names.len();
            self.bind(*pat, scrutinee.clone());
            let fails = self.is_failure(*body) || self.is_error_pattern(*pat);
            let once = if fails { Some(Cold::Seldom) } else { self.fills(value, *pat, *body) };
            self.enter_cold(once);
            let value = self.eval(*body, expected);
            self.leave_cold(once);
            self.end_block(names, self.span(*body));
            self.context.arms.pop();
            if value.ty != Ty::Never {
                match &mut result {
                    Some(known) => known.join(&value),
                    None => result = Some(value),
                }
            }
            after.join(&self.state);
        }
        if !arms.is_empty() {
            self.state = after;
        }
        result.unwrap_or_else(|| Value::of(Ty::Never))
    }

    fn eval_scrutinee(&mut self, value: ExprId, patterns: impl Iterator<Item = PatId>) -> Value {
        let cache = u32::from(self.fills_vacant_entry(value, patterns));
        self.context.cache += cache;
        let scrutinee = self.eval_place(value);
        self.context.cache -= cache;
        scrutinee
    }

    fn is_error_pattern(&self, pat: PatId) -> bool {
        match self.facts.pat(pat) {
            Pat::TupleStruct(path, _) => {
                self.facts.path(*path).segments.last().is_some_and(|last| self.facts.name(last.name) == "Err")
            }
            _ => false,
        }
    }

    /// Arguments that are only read.
    pub(super) fn read_all(&mut self, args: &[ExprId]) {
        for arg in args {
            self.eval_place(*arg);
        }
    }
}

/// `show_error(at, format!(…))`: what a function of such a name is given is made where something went wrong.
fn tells_an_error(name: &str) -> bool {
    let Some((verb, what)) = name.split_once('_') else { return false };
    let tells = matches!(verb, "show" | "report" | "log" | "print" | "emit" | "raise" | "throw" | "handle");
    tells && matches!(what, "error" | "errors" | "failure" | "fatal")
}
