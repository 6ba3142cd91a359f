//! The API of framealloc.

use std::sync::Arc;

use super::Interpreter;
use super::event::{Count, EventKind};
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Age, AllocatorKey, Flow, FrameState, Region, Root, Value};
use crate::engine::hir::ir::{ExprId, ItemKind, MethodCall, Span};
use crate::engine::resolve::model::Known;
use crate::engine::resolve::{External, StaticId};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// A method of an allocator; `None` when the name is not one of ours.
    #[expect(clippy::too_many_lines, reason = "a table of the methods of an allocator")]
    pub(super) fn allocator_method(&mut self, allocator: &Value, call: &'l MethodCall) -> Option<Value> {
        let facts = self.facts;
        let full = facts.name(call.name);
        let (name, fallible) = full.strip_prefix("try_").map_or((full, false), |name| (name, true));
        let args = &*call.args;
        let generic = call.turbofish.first().map(|ty| self.lower_type(*ty));
        let at = call.name_span;
        let value = match name {
            "frame" => self.view(allocator),
            "tagged" => {
                self.tag_argument(args.first(), true);
                self.view(allocator)
            }
            "whole" => {
                let flows = self.whole_of(allocator);
                Value::of(Ty::reference(Ty::known(Known::SmartAlloc, []))).with_flows(flows)
            }
            "with_tag" => {
                let tag = self.tag_argument(args.first(), true);
                let view = self.view(allocator);
                if let Some(tag) = &tag {
                    self.tags.push(tag.clone());
                }
                let result =
                    args.get(1).map_or_else(Value::unknown, |body| self.inline_closure(*body, &[view], Runs::Inline));
                if tag.is_some() {
                    self.tags.pop();
                }
                result
            }
            "scoped" | "speculative" => self.scoped(allocator, args.first().copied(), name),
            "frame_scope" => {
                let whole = self.whole_of(allocator);
                let id = self.open_scope(whole, true);
                let flow = Self::flow_of(Region::Scope(id), true, at);
                Value::of(Ty::known(Known::FrameScope, [])).with_flows(vec![flow])
            }
            "cursor" => {
                let flows = self.frame_flows(allocator, at);
                Value::of(Ty::known(Known::Cursor, [])).with_flows(flows)
            }
            "frame_retained" => {
                let policy = self.eval_args_first(args, None);
                let ty = generic.unwrap_or(Ty::Unknown);
                let result = Ty::known(Known::RetainedSlot, [ty.clone()]);
                let slot = self.frame_alloc(allocator, "frame_retained", ty, Some(Count::Exactly(1)), result, at);
                self.retain(slot, policy.discards, args.first(), at)
            }
            "frame_with_importance" => {
                let importance = self.eval_args_first(args, None);
                let ty = generic.unwrap_or(Ty::Unknown);
                let result = Ty::known(Known::RetainedSlot, [ty.clone()]);
                let what = "frame_with_importance";
                let slot = self.frame_alloc(allocator, what, ty, Some(Count::Exactly(1)), result, at);
                self.retain(slot, importance.discards, args.first(), at)
            }
            "frame_retain" => {
                let value = self.eval_args_first(args.get(..1).unwrap_or_default(), None);
                let policy = args.get(1).map_or_else(Value::unknown, |policy| self.eval(*policy, None));
                let result = Ty::known(Known::FrameRetained, [value.ty.clone()]);
                let kept = self.frame_alloc(allocator, "frame_retain", value.ty, Some(Count::Exactly(1)), result, at);
                self.retain(kept, policy.discards, args.get(1), at)
            }
            "frame_box_for_transfer" => {
                let value = self.eval_args_first(args, None);
                Value::of(Ty::known(Known::TransferHandle, [value.ty]))
            }
            "pool_box" => {
                let value = self.eval_args_first(args, None);
                Value::of(Ty::known(Known::PoolBox, [value.ty]))
            }
            "pool_alloc" => Value::of(Ty::known(Known::PoolSlot, [generic.unwrap_or(Ty::Unknown)])),
            "heap_box" => {
                let value = self.eval_args_first(args, None);
                let ty = Ty::known(Known::HeapBox, [value.ty.clone()]);
                self.heap_event("heap_box".to_owned(), ty.clone(), at, Confidence::High, true);
                self.pooled_in_box("heap_box", &value.ty, at);
                let mut boxed = Value::of(ty);
                boxed.fresh = true;
                boxed
            }
            "transfer" => {
                let value = self.eval_args_first(args, None);
                Value::of(Ty::known(Known::TransferHandle, [value.ty.argument(0)]))
            }
            "pool_slice_copy" | "pool_slice_fill_with" | "heap_slice_fill_with" => {
                let last = args.last().map_or_else(Value::unknown, |last| {
                    self.inline_closure(*last, &[Value::of(Ty::usize())], Runs::Inline)
                });
                args.iter().rev().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
                let element = if name == "pool_slice_copy" { super::place::element_of(&last.ty) } else { last.ty };
                let slice = Ty::Slice(Arc::new(element));
                if name == "heap_slice_fill_with" {
                    let ty = Ty::known(Known::HeapBox, [slice]);
                    self.heap_event(name.to_owned(), ty.clone(), at, Confidence::High, true);
                    Value::of(ty)
                } else {
                    Value::of(Ty::known(Known::PoolBox, [slice]))
                }
            }
            "pool_str" => {
                self.read_all(args);
                Value::of(Ty::known(Known::PoolBox, [Ty::Str]))
            }
            "heap_alloc" => {
                let ty = Ty::known(Known::HeapBox, [generic.unwrap_or(Ty::Unknown)]);
                self.heap_event("heap_alloc".to_owned(), ty, at, Confidence::High, true);
                Value::unknown()
            }
            "scratch" => {
                self.read_all(args);
                Value::of(Ty::known(Known::Scratch, []))
            }
            "begin_frame" => {
                if let Some(key) = Self::key(allocator) {
                    self.begin(key, at);
                }
                Value::unit()
            }
            "end_frame" | "end_frame_with_promotions" => {
                if name == "end_frame" {
                    self.nobody_takes(0);
                } else {
                    self.promoted.clear();
                }
                self.end_allocator(allocator, at);
                Value::of(if name == "end_frame" {
                    Ty::Opaque { borrows: false }
                } else {
                    Ty::known(Known::Promotions, [])
                })
            }
            "frame_guard" => {
                let key = Self::key(allocator);
                let flows = self.arena(allocator);
                if let Some(key) = key {
                    self.turned.insert(key);
                }
                let mut guard = Value::of(Ty::known(Known::FrameGuard, [])).with_flows(flows);
                guard.alias = allocator.alias;
                guard.field.clone_from(&allocator.field);
                // Until the end of the block the frame is open; the guard ends it on every path.
                self.frame_from = Some(self.loops.len());
                guard
            }
            "whole_frame" => {
                if let Some(key) = Self::key(allocator) {
                    self.turned.insert(key);
                }
                let before = self.promoted.len();
                let mut result = self.scoped(allocator, args.first().copied(), name);
                if let Some(handle) = result.handle.as_mut().filter(|handle| handle.age == Age::Fresh) {
                    (handle.age, handle.since) = (Age::Stale, at);
                }
                self.nobody_takes(before);
                // The frame is turned when the closure returns.
                self.barriers.turns.push((at, args.first().map_or(at, |body| self.span(*body)).hi));
                result
            }
            "set_thread_frame_budget" => {
                self.read_all(args);
                self.barriers.budget_set = true;
                self.out.summary.sets_budget |= self.on_thread == 0 && self.spawned == 0;
                Value::unit()
            }
            _ => self.frame_call(allocator, name, call)?,
        };
        Some(if fallible { wrap_result(value) } else { value })
    }

    fn retain(&mut self, mut value: Value, discards: Option<bool>, policy: Option<&ExprId>, at: Span) -> Value {
        value.discards = discards;
        let begun_here = Self::key(&value).is_none();
        let known = self.promoted.iter().any(|(made, _)| *made == at);
        if discards == Some(false) && begun_here && self.frame_start().is_some() && !known {
            let policy = policy.and_then(|policy| self.policy_word(*policy));
            self.promoted.push((at, policy));
        }
        value
    }

    /// `PromoteToPool` in `RetentionPolicy::PromoteToPool`, and what stands there for a value that nobody takes.
    fn policy_word(&self, expr: ExprId) -> Option<(Span, &'static str)> {
        let crate::engine::hir::ir::ExprKind::Path(path) = &self.facts.expr(expr).kind else { return None };
        let path = self.facts.path(*path);
        let discards = match &*path.segments {
            [.., of, _] if self.facts.name(of.name) == "RetentionPolicy" => "Discard",
            [.., of, _] if self.facts.name(of.name) == "Importance" => "Ephemeral",
            _ => return None,
        };
        let last = self.facts.name(path.segments.last()?.name);
        let lo = path.span.hi.checked_sub(u32::try_from(last.len()).ok()?)?;
        Some((Span { lo, hi: path.span.hi }, discards))
    }

    /// The frame ends, and what was retained in it since is not given out: only the other form of the call does that.
    fn nobody_takes(&mut self, since: usize) {
        for (made, policy) in self.promoted.split_off(since) {
            self.record(EventKind::Retention { discards: false, policy }, made, Confidence::High);
        }
    }

    /// `&Frame` of this allocator's arena.
    fn view(&mut self, allocator: &Value) -> Value {
        let flows = self.arena(allocator);
        let mut view = Value::of(Ty::reference(Ty::known(Known::Frame, []))).with_flows(flows);
        view.alias = allocator.alias;
        view.field.clone_from(&allocator.field);
        view
    }

    /// The whole-frame memory of the allocator behind a frame.
    fn whole_of(&mut self, allocator: &Value) -> Vec<Flow> {
        let arena = self.arena(allocator);
        let mut whole = Vec::new();
        for flow in arena {
            match flow.region {
                Region::Scope(id) if self.scopes[id as usize].own => {
                    whole.extend(self.scopes[id as usize].whole.clone());
                }
                _ => whole.push(Flow { frame: false, ..flow }),
            }
        }
        whole
    }

    fn scoped(&mut self, allocator: &Value, body: Option<ExprId>, name: &str) -> Value {
        let whole = self.whole_of(allocator);
        let id = self.open_scope(whole, true);
        let flow = Self::flow_of(Region::Scope(id), true, Span::default());
        let head = if name == "whole_frame" { Known::SmartAlloc } else { Known::Frame };
        let mut view = Value::of(Ty::reference(Ty::known(head, [])));
        view.flows = vec![Flow { frame: head == Known::Frame, ..flow }];
        let outer = self.frame_from;
        let start = self.frame_start();
        self.frame_from = Some(start.unwrap_or(self.loops.len()));
        let result = match body.and_then(|body| self.closure_at(body)) {
            Some(of) => self.run_closure(of, &[view], Runs::Inline, Some(id)),
            None => body.map_or_else(Value::unknown, |body| self.inline_closure(body, &[view], Runs::Inline)),
        };
        self.frame_from = outer;
        result
    }

    /// What is allocated here, as frame memory.
    fn frame_flows(&mut self, allocator: &Value, site: Span) -> Vec<Flow> {
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
        let from = flows
            .iter()
            .map(|flow| match flow.region {
                Region::Scope(id) if self.scopes[id as usize].own => self.scopes[id as usize].loops,
                _ => 0,
            })
            .max()
            .unwrap_or(0);
        let own = flows.iter().any(|flow| matches!(flow.region, Region::Scope(id) if self.scopes[id as usize].own));
        let once = self.leaves.contains(&self.loops.len());
        let content = ty.clone();
        self.record_from(EventKind::FrameAlloc { what, ty, count, once, own }, at, Confidence::High, from);
        self.note_allocation(allocator, at);
        self.needs_budget(at);
        let mut made = Value::of(result).with_flows(flows);
        // What is put into a collection tells later what it was made for.
        made.learn_content(&made.ty.collected().unwrap_or(content));
        made
    }

    /// On a thread that has set no budget, this is one allocation too many.
    pub(super) fn needs_budget(&mut self, at: Span) {
        if (self.spawned > 0 || self.on_thread > 0) && !self.barriers.budget_set {
            self.record(EventKind::NoBudget, at, Confidence::Medium);
        }
    }

    /// Remembers that this allocator is allocated from, for callers and for loops that never turn.
    pub(super) fn note_allocation(&mut self, allocator: &Value, at: Span) {
        let site = self.site(at);
        for flow in &self.arena(allocator) {
            if let Region::Param(param) = flow.region {
                let known = &mut self.out.summary.allocates;
                if !known.iter().any(|(of, _)| *of == param) {
                    known.push((param, site));
                }
            }
        }
        let endless = self.loops.iter().find(|of| !of.is_block && of.bound == super::value::Bound::Unknown);
        if let (Some(endless), Some(key)) = (endless, Self::key(allocator))
            && matches!(key, (Root::Local(var), None) if self.local_allocators.contains_key(&var))
        {
            let span = endless.span;
            self.loop_allocations.push((key, span, at));
        }
    }

    // ---- begin and end ----

    pub(super) fn begin(&mut self, key: AllocatorKey, at: Span) {
        self.turned.insert(key.clone());
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
        self.state.frames.insert(key, FrameState::Open(at, self.loops.len()));
    }

    pub(super) fn end(&mut self, key: AllocatorKey, at: Span) {
        self.barriers.turns.push((at, at.lo));
        self.turned.insert(key.clone());
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

    fn end_allocator(&mut self, allocator: &Value, at: Span) {
        if let Some(key) = Self::key(allocator) {
            self.end(key, at);
        }
    }

    fn end_memory(&mut self, key: &AllocatorKey, at: Span) {
        self.shared_here.clear();
        let whole = self.wholes.get(key).copied();
        let param = match key.0 {
            Root::Param(param) => Some(param),
            _ => None,
        };
        self.close(
            |flow| match flow.region {
                Region::Scope(id) => Some(id) == whole,
                Region::Param(of) => flow.frame && Some(of) == param,
            },
            at,
        );
    }

    // ---- free functions and constructors ----

    pub(super) fn our_function(&mut self, of: External<'l>, args: &'l [ExprId], generics: &[Ty], span: Span) -> Value {
        let first = generics.first().cloned();
        match (of.before, of.last) {
            ("SmartAlloc", "new" | "default" | "with_config" | "with_frame_capacity") => {
                self.read_all(args);
                Value::of(Ty::known(Known::SmartAlloc, []))
            }
            ("SmartAlloc", "try_with_frame_capacity") => {
                self.read_all(args);
                wrap_result(Value::of(Ty::known(Known::SmartAlloc, [])))
            }
            (
                owner @ ("FrameBox" | "FrameVec" | "FrameString"),
                name @ ("new_in"
                | "try_new_in"
                | "with_capacity_in"
                | "try_with_capacity_in"
                | "from_iter_in"
                | "try_from_iter_in"),
            ) => self.made_in(owner, name, args, first, span),
            (_, "kilobytes" | "megabytes" | "gigabytes") => {
                let mut value = self.eval_args_first(args, None);
                let shift = match of.last {
                    "kilobytes" => 10,
                    "megabytes" => 20,
                    _ => 30,
                };
                value.number = value.number.and_then(|number| number.checked_mul(1 << shift));
                value.ty = Ty::usize();
                value
            }
            ("FrameBox", "leak") => {
                let value = self.eval_args_first(args, None);
                let element = value.ty.argument(0);
                if self.types.drops(&element) == Some(true) {
                    self.record(
                        EventKind::DropSkipped { what: "FrameBox::leak", ty: element.clone() },
                        span,
                        Confidence::High,
                    );
                }
                let mut leaked = Value::of(Ty::exclusive(element)).with_flows(value.flows);
                leaked.alias = None;
                leaked
            }
            (
                "FrameBox" | "FrameVec" | "FrameSlot" | "PoolBox",
                "as_ptr" | "as_mut_ptr" | "into_raw" | "as_non_null",
            ) => {
                let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                let inner = value.ty.argument(0);
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                value.ty = Ty::Ptr(Arc::new(inner));
                value.alias = None;
                value
            }
            ("FrameBox" | "FrameRetained", "into_inner") => {
                let value = self.eval_args_first(args, None);
                let ty = value.ty.argument(0);
                let mut inner = Value::of(ty).with_flows(value.flows);
                // The value itself leaves the frame; what it borrows is another matter.
                if inner.ty.is_unknown() {
                    inner.flows.clear();
                }
                self.types.keep_held(&inner.ty, &mut inner.flows);
                inner
            }
            ("FrameBarrier", _) => {
                self.read_all(args);
                Value::of(Ty::known(Known::FrameBarrier, []))
            }
            ("Tag", "new") => {
                let mut value = self.eval_args_first(args, None);
                value.ty = Ty::known(Known::Tag, []);
                value
            }
            (before, _) => {
                let known = crate::engine::resolve::model::known_type(of.krate, before);
                let mut value = Value::unknown();
                for arg in args {
                    let arg = self.eval(*arg, None);
                    value.add_flows(&arg.flows);
                }
                value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
                if let (Some(known), "new" | "default") = (known, of.last) {
                    value.ty = Ty::known(known, first.into_iter().collect::<Vec<_>>());
                }
                value
            }
        }
    }

    // ---- tags ----

    /// The name in `with_tag("physics", …)` or `tagged(&PHYSICS)`.
    pub(super) fn tag_argument(&mut self, arg: Option<&ExprId>, enters: bool) -> Option<Arc<str>> {
        let arg = *arg?;
        let value = self.eval_place(arg);
        let name = value.text?;
        let span = self.span(arg);
        let literal = matches!(
            self.facts.expr(arg).kind,
            crate::engine::hir::ir::ExprKind::Literal(crate::engine::hir::ir::Literal::Str(_))
        );
        self.record(EventKind::Tag { name: name.clone(), enters, literal }, span, Confidence::High);
        Some(name)
    }

    /// The name of `static PHYSICS: Tag = Tag::new("physics")`, or of a text constant.
    pub(super) fn tag_text(&self, of: StaticId) -> Option<Arc<str>> {
        use crate::engine::hir::ir::{ExprKind, Literal};
        let def = &self.around.program.statics[of.0 as usize];
        let facts = self.around.program.facts(def.file);
        let ItemKind::Static { init: Some(init), .. } = &def.item.kind else { return None };
        let text = match &facts.expr(*init).kind {
            ExprKind::Literal(Literal::Str(text)) => *text,
            ExprKind::Call { args, .. } => match args.first().map(|arg| &facts.expr(*arg).kind) {
                Some(ExprKind::Literal(Literal::Str(text))) => *text,
                _ => return None,
            },
            _ => return None,
        };
        Some(facts.name(text).into())
    }
}

pub(super) fn wrap_result(mut value: Value) -> Value {
    value.ty = Ty::known(Known::Result, [value.ty]);
    value
}
