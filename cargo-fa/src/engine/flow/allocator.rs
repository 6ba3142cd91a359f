//! Methods of allocators: what their rows say is done here and in `frame_calls`, `retained` and `pooled`.

use super::Interpreter;
use super::event::{Count, EventKind};
use super::scopes::ScopeKind;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Age, AllocatorKey, Flow, FrameState, Region, Root, Value};
use crate::engine::api::effect::Effect;
use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ExprId, MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// A method of an allocator; `None` when it is none of framealloc's that does something to memory.
    pub(super) fn allocator_method(&mut self, allocator: &Value, call: &'l MethodCall) -> Option<Value> {
        let full = self.facts.name(call.name);
        let (name, fallible) = full.strip_prefix("try_").map_or((full, false), |name| (name, true));
        let effect = api::allocator_method(name)?;
        let value = self
            .frame_control(effect, allocator, call)
            .or_else(|| self.frame_call(effect, allocator, call))
            .or_else(|| self.pooled_call(effect, call))?;
        Some(if fallible { wrap_result(value) } else { value })
    }

    /// Calls that lead to an allocator, open and close frames and scopes, or set something.
    fn frame_control(&mut self, effect: Effect, allocator: &Value, call: &'l MethodCall) -> Option<Value> {
        let args = &*call.args;
        let at = call.name_span;
        Some(match effect {
            Effect::View => self.view(allocator),
            Effect::TaggedView => {
                let tag = self.tag_argument(allocator, args.first());
                Value { tag: Some(tag), ..self.view(allocator) }
            }
            Effect::Whole => {
                let flows = self.whole_of(allocator);
                Value::of(Ty::reference(Ty::known(Known::SmartAlloc, []))).with_flows(flows)
            }
            Effect::UnderTag => self.under_tag(allocator, args),
            Effect::Scoped => self.scoped(allocator, args.first().copied(), Known::Frame),
            Effect::Ambient => args.first().map_or_else(Value::unknown, |body| self.in_zone(*body, &[])),
            Effect::AmbientForEach => self.each_in_zone(args, at),
            Effect::WholeFrame => self.whole_frame(allocator, args, at),
            Effect::OpensScope => {
                let whole = self.whole_of(allocator);
                let id = self.open_scope(whole, ScopeKind::Own);
                let flow = Self::frame_flow_of(Region::Scope(id), at);
                let mut scope = Value::of(Ty::known(Known::FrameScope, [])).with_flows(vec![flow]);
                scope.tag.clone_from(&allocator.tag);
                scope
            }
            Effect::BeginsFrame => {
                if let Some(key) = Self::key(allocator) {
                    self.begin(key, at);
                }
                Value::unit()
            }
            Effect::EndsFrame => {
                self.nobody_takes(0);
                self.end_allocator(allocator, at);
                Value::of(Ty::opaque(false))
            }
            Effect::EndsFrameInFlight => {
                self.nobody_takes(0);
                self.end_allocator(allocator, at);
                Self::flight(at)
            }
            Effect::EndsFrameWithPromotions => {
                self.frames.promoted.clear();
                self.end_allocator(allocator, at);
                Value::of(Ty::known(Known::Promotions, []))
            }
            Effect::GuardsFrame => self.frame_guard(allocator),
            Effect::SetsThreadBudget => {
                self.read_all(args);
                self.barriers.budget_set = true;
                self.recorder.out.summary.sets_budget |= self.context.on_thread == 0 && self.context.spawned == 0;
                Value::unit()
            }
            _ => return None,
        })
    }

    /// `&Frame` of this allocator's arena.
    fn view(&mut self, allocator: &Value) -> Value {
        let flows = self.arena(allocator);
        let mut view = Value::of(Ty::reference(Ty::known(Known::Frame, []))).with_flows(flows);
        view.alias = allocator.alias;
        view.field.clone_from(&allocator.field);
        view.tag.clone_from(&allocator.tag);
        view
    }

    /// The whole-frame memory of the allocator behind a frame.
    fn whole_of(&mut self, allocator: &Value) -> Vec<Flow> {
        let arena = self.arena(allocator);
        let mut whole = Vec::new();
        for flow in arena {
            match self.scopes.own(flow.region) {
                Some(scope) => whole.extend(scope.whole.clone()),
                None => whole.push(Flow { frame: false, ..flow }),
            }
        }
        whole
    }

    /// `with_tag("physics", |frame| …)`.
    fn under_tag(&mut self, allocator: &Value, args: &'l [ExprId]) -> Value {
        let tag = self.tag_argument(allocator, args.first());
        let view = Value { tag: Some(tag.clone()), ..self.view(allocator) };
        self.context.tags.push(tag);
        let result = args.get(1).map_or_else(Value::unknown, |body| self.inline_closure(*body, &[view], Runs::Inline));
        self.context.tags.pop();
        result
    }

    /// Runs `body` with an arena of its own: a `&Frame`, or the `&SmartAlloc` of a frame.
    fn scoped(&mut self, allocator: &Value, body: Option<ExprId>, head: Known) -> Value {
        let whole = self.whole_of(allocator);
        let id = self.open_scope(whole, ScopeKind::Own);
        let flow = Self::flow_of(Region::Scope(id), Span::default());
        let mut view = Value::of(Ty::reference(Ty::known(head, [])));
        view.flows = vec![Flow { frame: head == Known::Frame, ..flow }];
        view.tag.clone_from(&allocator.tag);
        let outer = self.loops.frame_from;
        let start = self.frame_start();
        self.loops.frame_from = Some(start.unwrap_or(self.loops.stack.len()));
        let result = match body.and_then(|body| self.closure_at(body)) {
            Some(closure) => self.run_closure(closure, &[view], Runs::Inline, Some(id)),
            None => body.map_or_else(Value::unknown, |body| self.inline_closure(body, &[view], Runs::Inline)),
        };
        self.loops.frame_from = outer;
        result
    }

    fn whole_frame(&mut self, allocator: &Value, args: &'l [ExprId], at: Span) -> Value {
        if let Some(key) = Self::key(allocator) {
            self.frames.delimited.insert(key);
        }
        let before = self.frames.promoted.len();
        let mut result = self.scoped(allocator, args.first().copied(), Known::SmartAlloc);
        if let Some(handle) = result.handle.as_mut().filter(|handle| handle.age == Age::Fresh) {
            (handle.age, handle.since) = (Age::Stale, at);
        }
        self.nobody_takes(before);
        // The frame ends when the closure returns.
        self.barriers.frame_ends.push((at, args.first().map_or(at, |body| self.span(*body)).hi));
        result
    }

    fn frame_guard(&mut self, allocator: &Value) -> Value {
        let key = Self::key(allocator);
        let flows = self.arena(allocator);
        if let Some(key) = key {
            self.frames.delimited.insert(key);
        }
        let mut guard = Value::of(Ty::known(Known::FrameGuard, [])).with_flows(flows);
        guard.alias = allocator.alias;
        guard.field.clone_from(&allocator.field);
        // Until the end of the block the frame is open; the guard ends it on every path.
        self.loops.frame_from = Some(self.loops.stack.len());
        guard
    }

    /// What is allocated here, as frame memory.
    pub(super) fn frame_flows(&mut self, allocator: &Value, site: Span) -> Vec<Flow> {
        self.arena(allocator)
            .into_iter()
            .map(|flow| Flow { frame: true, site, raw: false, captured: false, ..flow })
            .collect()
    }

    pub(super) fn frame_alloc(
        &mut self,
        allocator: &Value,
        what: &'static str,
        ty: Ty,
        count: Option<Count>,
        result: Ty,
        at: Span,
    ) -> Value {
        let flows = self.frame_flows(allocator, at);
        // Memory of a scope goes back when the scope ends: only loops inside of it count.
        let from =
            flows.iter().filter_map(|flow| self.scopes.own(flow.region)).map(|scope| scope.loops).max().unwrap_or(0);
        let own = flows.iter().any(|flow| self.scopes.own(flow.region).is_some());
        let once = self.context.seldom > 0 || self.loops.leaves.contains(&self.loops.stack.len());
        let content = ty.clone();
        self.record_from(
            EventKind::FrameAlloc { what, ty, count, once, own, tag: allocator.tag.clone() },
            at,
            Confidence::High,
            from,
        );
        self.note_allocation(allocator, at);
        self.needs_budget(at);
        let mut made = Value::of(result).with_flows(flows);
        // What is put into a collection tells later what it was made for.
        made.learn_content(&made.ty.collected().unwrap_or(content));
        made
    }

    /// On a thread that has set no budget, this is one allocation too many.
    pub(super) fn needs_budget(&mut self, at: Span) {
        if (self.context.spawned > 0 || self.context.on_thread > 0) && !self.barriers.budget_set {
            self.record(EventKind::NoBudget, at, Confidence::Medium);
        }
    }

    /// Remembers that this allocator is allocated from, for callers and for loops in which no frame ends.
    pub(super) fn note_allocation(&mut self, allocator: &Value, at: Span) {
        let site = self.site(at);
        for flow in &self.arena(allocator) {
            if let Region::Param(param) = flow.region {
                let known = &mut self.recorder.out.summary.allocates;
                if !known.iter().any(|(known, _)| *known == param) {
                    known.push((param, site));
                }
            }
        }
        let endless =
            self.loops.stack.iter().find(|around| !around.is_block && around.bound == super::value::Bound::Unknown);
        if let (Some(endless), Some(key)) = (endless, Self::key(allocator))
            && matches!(key, (Root::Local(var), None) if self.frames.local_allocators.contains_key(&var))
        {
            let span = endless.span;
            self.loops.allocations.push((key, span, at));
        }
    }

    // ---- begin and end ----

    pub(super) fn begin(&mut self, key: AllocatorKey, at: Span) {
        self.frames.delimited.insert(key.clone());
        let before = self.state.frames.get(&key).copied().unwrap_or(FrameState::Entry);
        match before {
            FrameState::Open(begun, _) | FrameState::Maybe(begun, _) => {
                let confidence =
                    if matches!(before, FrameState::Open(..)) { Confidence::High } else { Confidence::Medium };
                let why = super::event::Open::Begin;
                self.record(EventKind::LeftOpen { begun, why }, at, confidence);
            }
            _ => {}
        }
        self.end_memory(&key, at);
        self.state.frames.insert(key, FrameState::Open(at, self.loops.stack.len()));
    }

    pub(super) fn end(&mut self, key: AllocatorKey, at: Span) {
        self.barriers.frame_ends.push((at, at.lo));
        self.frames.delimited.insert(key.clone());
        let next = match self.state.frames.get(&key).copied().unwrap_or(FrameState::Entry) {
            FrameState::Entry | FrameState::Released => FrameState::Released,
            FrameState::Open(..) | FrameState::Maybe(..) => FrameState::Closed,
            FrameState::Closed => {
                self.record(EventKind::EndedWithoutBegin, at, Confidence::High);
                FrameState::Closed
            }
            FrameState::Unknown => FrameState::Unknown,
        };
        self.end_memory(&key, at);
        self.state.frames.insert(key, next);
    }

    pub(super) fn end_allocator(&mut self, allocator: &Value, at: Span) {
        if let Some(key) = Self::key(allocator) {
            self.end(key, at);
        }
    }

    pub(super) fn end_memory(&mut self, key: &AllocatorKey, at: Span) {
        self.frames.shared_here.clear();
        let whole = self.scopes.of_allocators.get(key).copied();
        let param = match key.0 {
            Root::Param(param) => Some(param),
            _ => None,
        };
        self.close(
            |flow| match flow.region {
                Region::Scope(id) => Some(id) == whole,
                Region::Param(id) => flow.frame && Some(id) == param,
            },
            at,
        );
    }
}

pub(super) fn wrap_result(mut value: Value) -> Value {
    value.ty = Ty::known(Known::Result, [value.ty]);
    value
}
