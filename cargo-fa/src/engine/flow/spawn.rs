//! Closures, threads, tasks and suspensions.

use super::event::{EscapeRoute, EventKind, Fate, Runner, Site};
use super::summary::StoreTarget;
use super::types::Ty;
use super::value::{Age, Callable, Flow, FrameState, Region, Root, State, Value, Var};
use super::walk;
use super::{BodyContext, Interpreter};
use crate::engine::api::Known;
use crate::engine::hir::ir::{AsyncBlock, Closure, ExprId, ExprKind, Span};
use crate::model::finding::Confidence;

/// What a closure runs as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// At once, as part of the call.
    Inline,
    /// Only when something went wrong.
    Cold,
    /// On another thread that may outlive the frame.
    Thread,
    /// On a thread that is joined before the call returns.
    Joined,
}

impl<'l> Interpreter<'_, 'l> {
    /// The closure that an argument is, if it is written there.
    pub(super) fn closure_at(&self, expr: ExprId) -> Option<&'l Closure> {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Closure(closure) => Some(closure),
            _ => None,
        }
    }

    /// A closure that is kept as a value, and is given this when it is called: what it captures, it holds.
    pub(super) fn loose_closure(&mut self, expr: ExprId, closure: &'l Closure, given: &[Ty]) -> Value {
        let mut value = Value::of(Ty::Closure);
        value.closure = Some(expr);
        value.callables = vec![Callable::Closure(expr)];
        value.flows = self.captures(closure.body).into_iter().flat_map(|(_, flows)| flows).collect();
        let frame = self.loops.frame_from;
        let before = self.run_later();
        self.context.closures.push(expr);
        let given: Vec<Value> = given.iter().cloned().map(Value::of).collect();
        self.run_closure(closure, &given, Runs::Inline, None);
        self.context.closures.pop();
        // Running the body once more does not make its moves happen here.
        self.ran_later(before);
        self.loops.frame_from = frame;
        if closure.moves {
            value.made = self.moved_into(closure.body);
        }
        value
    }

    /// A body that somebody else may run, whenever and however often: which frames are open then is not known.
    fn run_later(&mut self) -> State {
        let before = self.state.clone();
        self.loops.frame_from = self.frame_start();
        self.state.frames.values_mut().for_each(|state| *state = FrameState::Entry);
        before
    }

    /// Goes on as if it had not run; frames that it ends may have ended from now on.
    fn ran_later(&mut self, before: State) {
        let after = std::mem::replace(&mut self.state, before);
        // What the body uses up belongs to it.
        for var in after.values.moved() {
            if let Some(value) = self.state.values.get_mut(var) {
                value.moved = true;
            }
        }
        for (key, state) in after.frames {
            if !matches!(state, FrameState::Entry | FrameState::Closed) {
                self.state.frames.insert(key, FrameState::Unknown);
            }
        }
    }

    /// Whoever gets the variable by value has the allocators in it as well.
    pub(super) fn hands_on(&mut self, var: Var) {
        for (key, state) in &mut self.state.frames {
            if key.0 == Root::Local(var) {
                *state = FrameState::Unknown;
                self.frames.delimited.insert(key.clone());
            }
        }
    }

    /// What the body of a `move` closure names belongs to the closure.
    ///
    /// What was made on the heap and is in there comes out.
    fn moved_into(&mut self, body: ExprId) -> Vec<Span> {
        let facts = self.facts;
        let mut made = Value::unit();
        walk::visit(facts, body, &mut |expr| {
            if let ExprKind::Name(name) = &facts.expr(expr).kind
                && let Some(var) = self.lookup_var(facts.name(*name))
                && let Some(value) = self.state.values.get_mut(var)
                && matches!(value.ty, Ty::Known(..) | Ty::User(..))
            {
                value.moved |= matches!(value.ty, Ty::Known(..));
                made.own_made(&value.made);
                self.hands_on(var);
            }
        });
        made.made
    }

    /// The variables from outside that refer to memory, with what they refer to.
    pub(super) fn captures(&self, body: ExprId) -> Vec<(Var, Vec<Flow>)> {
        let facts = self.facts;
        let mut found: Vec<(Var, Vec<Flow>)> = Vec::new();
        let (mut inner, mut taken): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        walk::visit(facts, body, &mut |expr| {
            if let ExprKind::Block(block) = &facts.expr(expr).kind {
                for statement in &block.statements {
                    if let crate::engine::hir::ir::Statement::Let { pat, init, .. } = statement.bare() {
                        let from = inner.len();
                        walk::bound_names(facts, *pat, &mut |name| inner.push(name));
                        // `let job = job;` takes the one from outside.
                        if let Some(init) = init {
                            walk::visit(facts, *init, &mut |expr| {
                                if let ExprKind::Name(name) = &facts.expr(expr).kind
                                    && inner[from..].contains(&facts.name(*name))
                                {
                                    taken.push(facts.name(*name));
                                }
                            });
                        }
                    }
                }
            }
            if let ExprKind::Closure(closure) = &facts.expr(expr).kind {
                closure.params.iter().for_each(|(pat, _)| walk::bound_names(facts, *pat, &mut |name| inner.push(name)));
            }
        });
        walk::visit(facts, body, &mut |expr| {
            let ExprKind::Name(name) = &facts.expr(expr).kind else { return };
            let name = facts.name(*name);
            if inner.contains(&name) && !taken.contains(&name) {
                return;
            }
            let Some(var) = self.lookup_var(name) else { return };
            if found.iter().any(|(known, _)| *known == var) {
                return;
            }
            let Some(value) = self.state.values.get(var) else { return };
            let mut flows = value.flows.clone();
            flows.retain(|flow| flow.stale.is_none());
            for flow in &mut flows {
                flow.captured = true;
            }
            if !flows.is_empty() {
                found.push((var, flows));
            }
        });
        found
    }

    /// Runs the body of a closure with these parameters; what it returns comes out.
    pub(super) fn run_closure(
        &mut self,
        closure: &'l Closure,
        params: &[Value],
        runs: Runs,
        scope: Option<u16>,
    ) -> Value {
        let names = self.variables.names.len();
        let outer_frame = self.loops.frame_from;
        let outer_sure = self.context.sure;
        let system = self.around.system_closures.get(&(self.file, closure.body)).copied();
        if let Some(asking) = self.around.asking {
            asking.borrow_mut().system_closure(closure.body, system);
        }
        if let Some(sure) = system {
            self.loops.frame_from = Some(self.loops.stack.len());
            self.context.sure = outer_sure.min(sure);
        }
        match runs {
            Runs::Cold => self.context.cold += 1,
            Runs::Thread => {
                self.context.spawned += 1;
                self.loops.frame_from = None;
            }
            Runs::Inline | Runs::Joined => {}
        }
        if let Some(scope) = scope {
            self.scopes.of_closures.push(scope);
        }
        let expected = closure.output.map(|ty| self.lower_type(ty));
        self.bodies.push(BodyContext {
            is_async: closure.is_async,
            expected: expected.clone(),
            scope,
            ..BodyContext::inside(self.loops.stack.len())
        });
        let entry = self.state.clone();
        for (at, (pat, ty)) in closure.params.iter().enumerate() {
            let mut value = params.get(at).cloned().unwrap_or_else(Value::unknown);
            if let Some(ty) = ty {
                let ty = self.lower_type(*ty);
                if !matches!(ty.peeled(), Ty::Known(known, _) if known.is_allocator()) || value.ty.is_unknown() {
                    self.annotate(&mut value, ty);
                }
            }
            // What whoever calls it hands in to be filled is theirs, and nobody here knows what they do with it.
            let is_lent = params.get(at).is_none_or(|known| known.alias.is_none());
            if is_lent && matches!(value.ty, Ty::Ref { mutable: true, .. }) && value.ty.collection().is_some() {
                value.reserved = true;
            }
            self.bind(*pat, value);
        }
        let value = self.eval_result(closure.body, expected.as_ref());
        let mut value = self.returned(value, self.tail_span(closure.body));
        if let Some(context) = self.bodies.pop() {
            self.state.join(&context.exits);
            if let Some(result) = context.result {
                if value.ty == Ty::Never {
                    value = result;
                } else {
                    value.join(&result);
                }
            }
        }
        self.end_block(names, self.span(closure.body));
        if scope.is_some() {
            self.scopes.of_closures.pop();
        }
        if runs == Runs::Cold {
            self.context.cold -= 1;
        }
        if runs == Runs::Thread {
            self.context.spawned -= 1;
        }
        if runs == Runs::Thread || system.is_some() {
            self.loops.frame_from = outer_frame;
        }
        self.context.sure = outer_sure;
        // It may not run, or diverge: what follows it still runs.
        if self.state.dead || runs == Runs::Cold {
            let mut entry: State = entry;
            std::mem::swap(&mut entry, &mut self.state);
            self.state.join(&entry);
        }
        value
    }

    /// Checks what leaves the innermost body, and forgets what ended with it.
    pub(super) fn returned(&mut self, mut value: Value, span: Span) -> Value {
        let Some(body) = self.bodies.last() else { return value };
        let (scope, is_function) = (body.scope, body.is_function);
        if let Some(ty) = body.expected.clone() {
            self.annotate(&mut value, ty);
        }
        if is_function {
            // A part of something else is given away with it.
            let fate = if value.ty.owns_directly() { Fate::Returned } else { Fate::Given };
            self.becomes(&value, fate);
        }
        // An iterator that is given out has not taken its items yet.
        let lazy = std::mem::take(&mut value.lazy);
        if value.ty.holds_iterator() {
            value.add_flows(&lazy);
        }
        let gets_out: Vec<Flow> = value
            .flows
            .iter()
            .filter(|flow| match flow.region {
                Region::Scope(id) => Some(id) == scope || is_function,
                Region::Param(_) => false,
            })
            .cloned()
            .collect();
        for flow in &gets_out {
            if flow.frame
                && let Some(flow) =
                    if lazy.contains(flow) { Some(flow.clone()) } else { self.types.held(&value.ty, flow) }
            {
                self.escape(EscapeRoute::Returned, &flow, span, Vec::new());
            }
        }
        value.flows.retain(|flow| !gets_out.contains(flow));
        if matches!(value.alias, Some(Root::Local(_))) {
            value.alias = None;
        }
        value
    }

    /// The place of the expression that a body ends with.
    pub(super) fn tail_span(&self, expr: ExprId) -> Span {
        match &self.facts.expr(expr).kind {
            ExprKind::Block(block) => match block.tail {
                Some(tail) => self.tail_span(tail),
                None => self.span(expr),
            },
            _ => self.span(expr),
        }
    }

    // ---- threads and tasks ----

    /// Something is handed to a thread or task that may outlive the frame.
    pub(super) fn spawn(&mut self, arg: ExprId, runner: Runner, confidence: Confidence) -> Value {
        let facts = self.facts;
        let span = self.span(arg);
        // `spawn({ let copy = …; move || … })`: what stands before the closure runs here.
        if let ExprKind::Block(block) = &facts.expr(arg).kind
            && let Some(tail) = block.tail
            && matches!(facts.expr(tail).kind, ExprKind::Closure(_) | ExprKind::Async(_))
        {
            let names = self.variables.names.len();
            block.statements.iter().for_each(|statement| self.statement(statement));
            let value = self.spawn(tail, runner, confidence);
            self.end_block(names, span);
            return value;
        }
        let body = match &facts.expr(arg).kind {
            ExprKind::Closure(closure) => Some(closure.body),
            ExprKind::Async(block) => Some(block.body),
            _ => None,
        };
        if let Some(body) = body {
            for (var, flows) in self.captures(body) {
                let value = self.state.values.get(var).cloned();
                // What is copied out of the frame is the task's own.
                let copied = value
                    .as_ref()
                    .is_some_and(|value| matches!(value.ty, Ty::Scalar(_)) && !value.flows.iter().any(|flow| flow.raw));
                let name = self.name_of(var);
                for flow in flows.iter().filter(|_| !copied) {
                    self.spawned_flow(flow, &name, runner, span, confidence);
                }
            }
            let frame = self.loops.frame_from;
            let before = self.run_later();
            // It has been said that this gets out: what the task does with it is no second finding.
            self.state.values.change_referring(|value| {
                value.flows.retain(|flow| !flow.frame);
                // It may run in a later frame than the one that a handle was made in.
                if let Some(handle) = value.handle.as_mut().filter(|handle| handle.age == Age::Fresh) {
                    (handle.age, handle.since) = (Age::Kept, span);
                }
            });
            if let ExprKind::Closure(closure) = &facts.expr(arg).kind {
                self.thread_budget(closure);
                self.run_closure(closure, &[], Runs::Thread, None);
            } else {
                self.context.spawned += 1;
                self.loops.frame_from = None;
                self.async_block(body, span);
                self.context.spawned -= 1;
            }
            self.ran_later(before);
            self.loops.frame_from = frame;
            let mut task = Value::of(Ty::Closure);
            task.made = self.moved_into(body);
            self.becomes(&task, Fate::Job);
        } else {
            let value = self.eval(arg, None);
            self.becomes(&value, Fate::Job);
            for flow in value.flows.clone() {
                self.spawned_flow(&flow, "the future", runner, span, confidence);
            }
        }
        Value::of(Ty::known(Known::JoinHandle, [Ty::Unknown]))
    }

    /// A thread that is joined before the frame ends.
    pub(super) fn joined_thread(&mut self, body: ExprId, scope: &Value) {
        if let Some(closure) = self.closure_at(body) {
            self.thread_budget(closure);
        }
        self.context.on_thread += 1;
        self.inline_closure(body, std::slice::from_ref(scope), Runs::Joined);
        self.context.on_thread -= 1;
    }

    fn spawned_flow(&mut self, flow: &Flow, name: &str, runner: Runner, span: Span, confidence: Confidence) {
        if flow.frame {
            let kind = EventKind::Spawned {
                runner,
                name: name.to_owned(),
                allocated: self.site(flow.site),
                raw: flow.raw,
                via: Vec::new(),
            };
            self.record(kind, span, confidence.min(flow.confidence));
        } else if let Region::Param(param) = flow.region {
            let target = match runner {
                Runner::Task => StoreTarget::Task,
                Runner::Thread => StoreTarget::Thread,
            };
            let step: (Site, String) = (self.site(span), "handed to what is spawned here".to_owned());
            let mut flow = flow.clone();
            flow.confidence = confidence;
            self.add_store(param, target, &flow, vec![step]);
        }
    }

    // ---- suspensions ----

    /// An `async` block that is kept as a value: what is moved into it belongs to it.
    pub(super) fn async_value(&mut self, block: &'l AsyncBlock, span: Span) -> Value {
        let mut value = self.async_block(block.body, span);
        if block.moves {
            value.made = self.moved_into(block.body);
        }
        value
    }

    pub(super) fn async_block(&mut self, body: ExprId, span: Span) -> Value {
        let mut value = Value::of(Ty::opaque(true));
        value.flows = self.captures(body).into_iter().flat_map(|(_, flows)| flows).collect();
        self.bodies.push(BodyContext { is_async: true, ..BodyContext::inside(self.loops.stack.len()) });
        let frame = self.loops.frame_from;
        let entry = self.run_later();
        let names = self.variables.names.len();
        self.eval(body, None);
        self.end_block(names, span);
        self.loops.frame_from = frame;
        self.bodies.pop();
        // Its body runs when it is polled; only what it uses was analysed.
        self.ran_later(entry);
        value
    }

    pub(super) fn awaited(&mut self, inner: ExprId, span: Span) -> Value {
        let value = self.eval(inner, None);
        // The future holds what it was given until it is done.
        if self.bodies.last().is_some_and(|body| body.is_async) {
            self.held_by_future(&value, span);
        }
        self.suspend(span);
        let mut value = value;
        value.flows.clear();
        value.ty = match value.ty {
            // An async fn of the workspace gives its declared result.
            Ty::Opaque { .. } => Ty::Unknown,
            ty => ty,
        };
        value
    }

    fn held_by_future(&mut self, value: &Value, span: Span) {
        if let Some(flow) = value.flows.iter().find(|flow| flow.frame && flow.stale.is_none()) {
            let kind =
                EventKind::AcrossAwait { name: "the awaited future".to_owned(), awaited: span, allocated: flow.site };
            let confidence = flow.confidence;
            self.record(kind, span, confidence);
        }
    }

    /// `join!` and `select!`: all of them are polled in turn.
    pub(super) fn joined(&mut self, futures: &[ExprId], span: Span) {
        for future in futures {
            let value = self.eval(*future, None);
            if self.bodies.last().is_some_and(|body| body.is_async) {
                let at = self.span(*future);
                self.held_by_future(&value, at);
            }
        }
        self.suspend(span);
    }
}
