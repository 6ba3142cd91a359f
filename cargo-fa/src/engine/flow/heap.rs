//! The general heap: what is made on it, what grows, what is copied out to it.

use super::Interpreter;
use super::event::{EventKind, HeapApi};
use super::types::Ty;
use super::value::Value;
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn heap_alloc(&mut self, what: String, ty: Ty, span: Span, confidence: Confidence) {
        self.heap_event(what, ty, span, confidence, HeapApi::Std);
    }

    pub(super) fn heap_event(&mut self, what: String, ty: Ty, span: Span, confidence: Confidence, api: HeapApi) {
        self.record(EventKind::HeapAlloc { what, ty, api }, span, confidence);
    }

    pub(super) fn pooled_in_box(&mut self, what: &'static str, ty: &Ty, span: Span) {
        if let Ty::User(user, _) = ty
            && self.around.pooled.contains(user)
        {
            self.record(EventKind::PooledInBox { what, ty: ty.clone() }, span, Confidence::High);
        }
    }

    pub(super) fn made(&mut self, what: &str, ty: Ty, args: &'l [ExprId], at: Span, confidence: Confidence) -> Value {
        self.read_all(args);
        self.heap_alloc(what.to_owned(), ty.clone(), at, confidence);
        Value::of(ty)
    }

    /// `to_owned`, `into_owned`.
    pub(super) fn made_owned(&mut self, receiver: &Value, name: &str, args: &'l [ExprId], at: Span) -> Value {
        let ty = owned(receiver.ty.peeled());
        let confidence = match &ty {
            Ty::Known(known, _) if known.is_heap_container() => Some(Confidence::High),
            Ty::Unknown => Some(Confidence::Low),
            _ => None,
        };
        match confidence {
            Some(confidence) => self.made(name, ty, args, at, confidence),
            None => self.refine(Value::of(ty).with_flows(receiver.flows.clone())),
        }
    }

    pub(super) fn copied(&mut self, what: &str, receiver: &Value, ty: Ty, args: &'l [ExprId], at: Span) -> Value {
        let flows = receiver.flows.clone();
        let made = self.made(what, ty, args, at, Confidence::High).with_flows(flows);
        let unknown = made.ty.argument(0).is_unknown();
        let mut made = self.refine(made);
        if unknown {
            // Elements that are copied out of the frame seldom refer to it.
            made.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        }
        made
    }

    pub(super) fn cloned(&mut self, receiver: &Value, at: Span) -> Value {
        let ty = receiver.ty.peeled().clone();
        match self.types.clones_to_heap(&ty) {
            Some(true) => self.heap_alloc("clone".to_owned(), ty.clone(), at, Confidence::High),
            Some(false) => {}
            None => self.heap_alloc("clone".to_owned(), ty.clone(), at, Confidence::Low),
        }
        let mut value = receiver.clone();
        value.becomes_its_own();
        value.ty = ty;
        if value.ty.allocator().is_none() {
            value.alias = None;
        }
        self.refine(value)
    }

    pub(super) fn collected(
        &mut self,
        receiver: &Value,
        call: &'l MethodCall,
        expected: Option<&Ty>,
        at: Span,
    ) -> Value {
        let asked = call.turbofish.first().map(|ty| self.lower_type(*ty));
        let ty = asked.or_else(|| expected.cloned()).unwrap_or(Ty::Unknown);
        let target = match &ty {
            Ty::Known(Known::Result | Known::Option, args) => args.first().cloned().unwrap_or(Ty::Unknown),
            other => other.clone(),
        };
        let item = self.item_of(receiver).ty;
        match target {
            Ty::Known(known, _) if known.is_heap_container() || known == Known::Box => {
                self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::High);
            }
            Ty::Unknown | Ty::Opaque { .. } => self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::Low),
            _ => {}
        }
        let ty = match ty {
            Ty::Known(known, args) if args.iter().all(Ty::is_unknown) && known.is_heap_container() => {
                Ty::known(known, [item])
            }
            other => other,
        };
        let mut value = receiver.clone();
        value.becomes_its_own();
        value.bound = None;
        value.alias = None;
        value.ty = ty;
        self.refine(value)
    }

    pub(super) fn converted(&mut self, receiver: &Value, expected: Option<&Ty>, at: Span) -> Value {
        let ty = expected.cloned().unwrap_or(Ty::Unknown);
        let from_text = matches!(receiver.ty.peeled(), Ty::Str);
        let owned = matches!(ty, Ty::Known(Known::String | Known::Vec | Known::Box | Known::Rc | Known::Arc, _));
        if owned && (from_text || matches!(receiver.ty, Ty::Ref { .. })) {
            self.heap_alloc("into".to_owned(), ty.clone(), at, Confidence::High);
        }
        let mut value = receiver.clone();
        value.becomes_its_own();
        value.ty = ty;
        if value.ty.is_unknown() {
            value.flows.iter_mut().for_each(|flow| flow.confidence = flow.confidence.min(Confidence::Medium));
        }
        self.refine(value)
    }
}

/// What a borrowed value is when it is owned.
fn owned(ty: &Ty) -> Ty {
    match ty {
        Ty::Str => Ty::known(Known::String, []),
        Ty::Slice(inner) => Ty::known(Known::Vec, [(**inner).clone()]),
        Ty::Known(Known::Cow, args) => args.first().map_or(Ty::Unknown, owned),
        other => other.clone(),
    }
}
