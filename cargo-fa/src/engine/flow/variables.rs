//! Variables: what is known of them while they are alive, and what happens when they end.

use rustc_hash::FxHashMap;

use super::Interpreter;
use super::event::{EventKind, Freed};
use super::types::Ty;
use super::value::{Value, Var};
use crate::engine::api::Known;
use crate::engine::hir::ir::{Pat, PatId, Span};
use crate::model::finding::Confidence;

#[derive(Debug)]
pub(super) struct VarInfo<'l> {
    pub(super) name: &'l str,
    /// Closure bodies with a scope of their own that were open when it was declared.
    pub(super) closed_scopes: usize,
}

#[derive(Default)]
pub(super) struct Variables<'l> {
    /// Those in scope, the innermost last.
    pub(super) names: Vec<(&'l str, Var)>,
    pub(super) info: FxHashMap<Var, VarInfo<'l>>,
}

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn declare(&mut self, name: &'l str, var: Var, mut value: Value) {
        self.variables.names.push((name, var));
        let info = VarInfo { name, closed_scopes: self.scopes.of_closures.len() };
        self.variables.info.insert(var, info);
        value.moved = false;
        self.state.values.insert(var, value);
    }

    /// The variables declared since `names` go out of scope.
    pub(super) fn end_block(&mut self, names: usize, end: Span) {
        while self.variables.names.len() > names {
            let Some((_, var)) = self.variables.names.pop() else { break };
            let Some(value) = self.state.values.remove(var) else { continue };
            if !self.state.dead {
                self.drop_value(var, &value, end);
            }
        }
    }

    pub(super) fn drop_value(&mut self, var: Var, value: &Value, end: Span) {
        if value.moved {
            return;
        }
        // An empty container has nothing to give back.
        if !value.fresh || value.reserved || value.is(Known::Box) {
            self.freed_by(&value.ty, Freed::AtEnd, self.binding_span(var), Confidence::Medium);
        }
        if value.alias.is_none() {
            let span = self.binding_span(var);
            self.drop_glue(&value.ty, span, Confidence::High);
        }
        let Ty::Known(known, args) = &value.ty else { return };
        match known {
            Known::FrameScope => {
                self.close_own(value, end);
            }
            Known::FrameGuard => self.loops.frame_from = None,
            Known::TransferHandle if value.alias.is_none() => {
                let span = self.binding_span(var);
                self.record(EventKind::TransferLost { how: "dropped" }, span, Confidence::High);
            }
            Known::Box | Known::HeapBox if value.fresh => {
                let span = self.binding_span(var);
                let what = if *known == Known::Box { "Box::new" } else { "heap_box" };
                let ty = args.first().cloned().unwrap_or(Ty::Unknown);
                self.record(EventKind::Churn { what, ty }, span, Confidence::High);
            }
            _ => {}
        }
        if known.is_owner()
            && let Some(flow) = value.flows.iter().find(|flow| flow.stale.is_some() && flow.frame && !flow.raw)
            && let Some(ended) = flow.stale
        {
            let kind = EventKind::DroppedAfterEnd { name: self.name_of(var), ended, allocated: flow.site };
            let span = self.binding_span(var);
            self.record(kind, span, flow.confidence);
        }
        if known.is_owner()
            && let Some(flow) = value.flows.iter().find(|flow| flow.crossed.is_some() && flow.frame)
            && let Some(awaited) = flow.crossed
        {
            let kind = EventKind::HeldAtAwait { name: self.name_of(var), awaited, allocated: flow.site };
            let span = self.binding_span(var);
            self.record(kind, span, flow.confidence);
        }
    }

    /// A value that owns heap memory gives it back.
    pub(super) fn freed_by(&mut self, ty: &Ty, by: Freed, span: Span, confidence: Confidence) {
        if self.types.owns_heap(ty) {
            self.record(EventKind::HeapFree { ty: ty.clone(), by }, span, confidence);
        }
    }

    pub(super) fn binding_span(&self, var: Var) -> Span {
        match self.facts.pat(PatId(var.0)) {
            Pat::Bind { span, .. } => *span,
            _ => self.def.item.name_span,
        }
    }

    /// Using a variable shows what happened to it since.
    pub(super) fn use_var(&mut self, var: Var, span: Span) -> Value {
        let Some(value) = self.state.values.get(var).cloned() else { return Value::unknown() };
        if let Some(flow) = value.flows.iter().find(|flow| flow.stale.is_some() && flow.frame)
            && let Some(ended) = flow.stale
        {
            let kind = EventKind::UseAfterEnd { name: self.name_of(var), ended, raw: flow.raw, allocated: flow.site };
            self.record(kind, span, flow.confidence);
            if let Some(value) = self.state.values.get_mut(var) {
                value.flows.retain(|flow| flow.stale.is_none());
            }
        }
        if let Some(flow) = value.flows.iter().find(|flow| flow.crossed.is_some() && flow.frame)
            && let Some(awaited) = flow.crossed
        {
            let kind = EventKind::AcrossAwait { name: self.name_of(var), awaited, allocated: flow.site };
            let at = self.binding_span(var);
            self.record(kind, at, flow.confidence);
            if let Some(value) = self.state.values.get_mut(var) {
                for flow in &mut value.flows {
                    flow.crossed = None;
                }
            }
        }
        value
    }

    /// Everything that is alive now is held across this suspension.
    pub(super) fn suspend(&mut self, at: Span) {
        if !self.bodies.last().is_some_and(|body| body.is_async) {
            return;
        }
        self.state.values.change_referring(|value| {
            if value.moved {
                return;
            }
            for flow in &mut value.flows {
                if flow.frame && flow.crossed.is_none() {
                    flow.crossed = Some(at);
                }
            }
        });
    }

    /// What the value can no longer refer to, given its type, is forgotten.
    pub(super) fn refine(&self, mut value: Value) -> Value {
        if !value.flows.is_empty() {
            self.types.keep_held(&value.ty, &mut value.flows);
        }
        value
    }
}
