//! What is found out about a function: its events, its calls, and what its callers need to know.

use rustc_hash::{FxHashMap, FxHashSet};

use super::changes::last_of;
use super::dispatch::Callee;
use super::event::{CallSite, CalledOn, Cold, EscapeRoute, Event, EventKind, Fate, LoopAround, Site};
use super::generics::Given;
use super::open_tag::OpenTag;
use super::summary::{Analysed, ResultFlow, Store, StoreTarget, Summary};
use super::types::Ty;
use super::value::{Flow, FrameState, Region, Root, Value};
use super::{Context, Interpreter};
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprKind, Span, Type};
use crate::engine::resolve::FnId;
use crate::model::finding::Confidence;

#[derive(Default)]
pub(super) struct Recorder {
    pub(super) out: Analysed,
    /// What becomes of what is made on the heap, by its place.
    pub(super) fates: FxHashMap<Span, Fate>,
    /// What was made on the heap and is not yet part of a value.
    pub(super) made: Vec<Span>,
    /// Kinds of events by place: what is run through twice happens once.
    pub(super) seen: FxHashSet<(std::mem::Discriminant<EventKind>, Span, u32)>,
}

impl<'p> Interpreter<'p, '_> {
    pub(super) fn record(&mut self, kind: EventKind, span: Span, confidence: Confidence) {
        self.record_from(kind, span, confidence, 0);
    }

    /// Records an event whose memory is reset by a scope that `from` loops are around.
    pub(super) fn record_from(&mut self, kind: EventKind, span: Span, confidence: Confidence, from: usize) {
        if self.state.dead {
            return;
        }
        let detail = match &kind {
            EventKind::Escape { route, .. } => match route {
                EscapeRoute::Returned => 1,
                EscapeRoute::Transmuted => 2,
                _ => 3,
            },
            _ => 0,
        };
        if !self.recorder.seen.insert((std::mem::discriminant(&kind), span, detail)) {
            return;
        }
        let confidence = if self.context.guessing > 0 { Confidence::Low } else { confidence.min(self.context.sure) };
        let event = Event {
            kind,
            span,
            confidence,
            loops: self.loops_from(from),
            in_frame: self.in_frame(),
            spawned: self.context.spawned > 0,
            cold: self.coldness(),
            arms: self.context.arms.clone(),
            closure: self.context.closures.first().copied(),
        };
        self.recorder.out.events.push(event);
    }

    pub(super) fn record_call(&mut self, called: &Callee, given: Given, args: &[Value], span: Span) {
        if self.state.dead {
            return;
        }
        let call = self.call_site(called, given, args, span);
        let same = |known: &CallSite| {
            known.callee == call.callee
                && known.span == span
                && known.given == call.given
                && known.only == call.only
                && known.closure == call.closure
        };
        if !self.recorder.out.calls.iter().any(same) {
            self.recorder.out.calls.push(call);
        }
    }

    /// A call of this function here.
    pub(super) fn call_site(&self, called: &Callee, given: Given, args: &[Value], span: Span) -> CallSite {
        let Callee { function, confidence, only, .. } = called;
        CallSite {
            arenas: self.arenas_for(*function, args),
            callee: *function,
            span,
            confidence: if self.context.guessing > 0 { Confidence::Low } else { (*confidence).min(self.context.sure) },
            loops: self.loops_from(0),
            in_frame: self.in_frame(),
            cold: self.coldness(),
            called_on: args.first().map_or(CalledOn::Other, |receiver| self.called_on(receiver)),
            tag: self.context.tags.last().cloned(),
            spawned: self.context.spawned > 0,
            arms: self.context.arms.clone(),
            given,
            only: only.clone(),
            closure: self.context.closures.first().copied(),
            several: called.several,
        }
    }

    fn coldness(&self) -> Option<Cold> {
        let Context { cold, once, changed, .. } = self.context;
        match cold {
            0 => None,
            _ if cold == once => Some(Cold::OnceForEach),
            _ if cold == once + changed => Some(Cold::OnChange),
            _ => Some(Cold::Seldom),
        }
    }

    /// Goes into code that is cold for this reason, if there is one.
    pub(super) fn enter_cold(&mut self, why: Option<Cold>) {
        self.context.cold += u32::from(why.is_some());
        self.context.once += u32::from(why == Some(Cold::OnceForEach));
        self.context.changed += u32::from(why == Some(Cold::OnChange));
    }

    pub(super) fn leave_cold(&mut self, why: Option<Cold>) {
        self.context.cold -= u32::from(why.is_some());
        self.context.once -= u32::from(why == Some(Cold::OnceForEach));
        self.context.changed -= u32::from(why == Some(Cold::OnChange));
    }

    fn called_on(&self, receiver: &Value) -> CalledOn {
        let is_self = receiver.alias == Some(Root::Param(0)) && receiver.field.is_none();
        match receiver {
            _ if is_self && self.def.function.receiver.is_some() => CalledOn::Own,
            _ if self.is_made_here(receiver) => CalledOn::Made,
            // `Search::new(from, to).run()`.
            Value { alias: None, kept: false, ty: Ty::User(..), .. } => CalledOn::Made,
            _ => CalledOn::Other,
        }
    }

    /// A value of the workspace in a variable that was made for it: it ends with this call of the function.
    fn is_made_here(&self, value: &Value) -> bool {
        let Some(Root::Local(var)) = value.alias else { return false };
        let is_own = self.state.values.get(var).is_some_and(|known| matches!(known.ty, Ty::User(..)));
        let name = self.variables.info.get(&var).map(|info| info.name).filter(|_| is_own);
        let init = name.and_then(|name| self.init_of(name));
        init.is_some_and(|init| match &self.facts.expr(init).kind {
            ExprKind::Struct(_) => true,
            ExprKind::Call { callee, .. } => !matches!(last_of(self.facts, *callee), Some("take" | "replace")),
            _ => false,
        })
    }

    /// The tags of the arenas among these arguments, as the callee gets them: as `&SmartAlloc` a frame has none.
    fn arenas_for(&self, callee: FnId, args: &[Value]) -> Vec<(u16, Option<OpenTag>)> {
        let keeps = |ty: &Ty| matches!(ty.allocator(), Some(Known::Frame | Known::FrameScope | Known::TaggedAlloc));
        let params = self.param_types(callee).iter().zip(args).zip(0_u16..);
        params.filter(|((ty, _), _)| keeps(ty)).map(|((_, arg), at)| (at, arg.tag.clone())).collect()
    }

    pub(super) fn loops_from(&self, from: usize) -> Vec<LoopAround> {
        let start = self.frame_start().unwrap_or(0).max(from);
        self.loops
            .stack
            .iter()
            .enumerate()
            .skip(start)
            .filter(|(_, around)| !around.is_block)
            .map(|(_, around)| LoopAround { span: around.span, bound: around.bound.clone() })
            .collect()
    }

    /// How many loops are around the innermost frame, if code here runs inside one.
    pub(super) fn frame_start(&self) -> Option<usize> {
        let begun = self.state.frames.values().filter_map(|state| match state {
            FrameState::Open(_, loops) => Some(*loops),
            _ => None,
        });
        begun.chain(self.loops.frame_from).max()
    }

    pub(super) fn in_frame(&self) -> bool {
        self.frame_start().is_some() && self.context.spawned == 0
    }

    pub(super) fn finish(mut self, result: &Value) -> Analysed {
        let summary = &mut self.recorder.out.summary;
        let may_be_list =
            |ty: &Ty| matches!(ty, Ty::Unknown | Ty::Generic { .. } | Ty::Opaque { .. }) || ty.collection().is_some();
        summary.result_kept = result.kept && may_be_list(&result.ty);
        summary.leads_to = result.leads_to();
        for flow in &result.flows {
            if let Region::Param(param) = flow.region {
                let part = ResultFlow {
                    param,
                    frame: flow.frame,
                    raw: flow.raw,
                    captured: flow.captured,
                    confidence: flow.confidence,
                };
                if !summary.result.contains(&part) {
                    summary.result.push(part);
                }
            }
        }
        // Callers ask for it only where the signature leaves it open.
        let open = match self.signature.output {
            Ty::Unknown | Ty::Opaque { .. } => true,
            // `-> impl Trait` hides one type, and it is known here.
            Ty::Trait(_) => self.def.function.output.is_some_and(|ty| matches!(self.facts.ty(ty), Type::ImplTrait(_))),
            _ => false,
        };
        if open && !self.def.function.is_async {
            summary.result_type = Some(result.ty.clone()).filter(|ty| !ty.is_unknown());
        }
        let sure = self.context.sure;
        summary.result.iter_mut().for_each(|flow| flow.confidence = flow.confidence.min(sure));
        summary.stores.iter_mut().for_each(|store| store.confidence = store.confidence.min(sure));
        self.settle_containers();
        self.recorder.out.has_allocator |= self.signature.params.iter().any(|ty| ty.allocator().is_some());
        self.balance();
        self.barrier_events();
        self.recorder.out
    }

    pub(super) fn add_store(&mut self, param: u16, target: StoreTarget, flow: &Flow, path: Vec<(Site, String)>) {
        let stores = &mut self.recorder.out.summary.stores;
        let known = stores.iter().any(|store| store.param == param && store.target == target);
        if !known && stores.len() < 16 {
            stores.push(Store {
                param,
                target,
                frame: flow.frame,
                raw: flow.raw,
                captured: flow.captured,
                confidence: flow.confidence,
                path,
            });
        }
    }

    pub(super) fn summary_of(&self, callee: FnId) -> &'p Summary {
        if let Some(asking) = self.around.asking {
            asking.borrow_mut().summary(callee);
        }
        match self.around.circle.binary_search_by_key(&callee, |(member, _)| *member) {
            Ok(at) => &self.around.circle[at].1,
            Err(_) => &self.around.analysed.of(callee).summary,
        }
    }
}
