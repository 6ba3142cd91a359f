//! Literals, and values that are made of others where they are written: tuples, arrays, references.

use std::sync::Arc;

use super::Interpreter;
use super::types::Ty;
use super::value::Value;
use crate::engine::hir::ir::{ExprId, IntKind, Literal};

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn literal(&mut self, literal: Literal) -> Value {
        match literal {
            Literal::Int(number, kind) => {
                let bytes = match kind {
                    IntKind::None => 4,
                    IntKind::Bytes(bytes) => bytes,
                };
                let mut value = Value::of(Ty::Scalar(bytes));
                value.number = number.map(u64::from);
                value
            }
            Literal::Float(narrow) => Value::of(Ty::Scalar(if narrow { 4 } else { 8 })),
            Literal::Str(text) => {
                let mut value = Value::of(Ty::Ref { inner: Arc::new(Ty::Str), mutable: false, fixed: true });
                value.text = Some(self.facts.name(text).into());
                value
            }
            Literal::Bool(_) => Value::of(Ty::Scalar(1)),
            Literal::Char => Value::of(Ty::Scalar(4)),
            Literal::Bytes(_) => {
                Value::of(Ty::Ref { inner: Arc::new(Ty::Slice(Arc::new(Ty::Scalar(1)))), mutable: false, fixed: true })
            }
        }
    }

    /// `(a, b)`.
    pub(super) fn tuple(&mut self, parts: &'l [ExprId]) -> Value {
        let mut flows = Value::unit();
        let mut types = Vec::with_capacity(parts.len());
        for part in parts {
            let value = self.eval(*part, None);
            flows.add_flows(&value.flows);
            flows.own_made(&value.made);
            types.push(value.ty);
        }
        if !types.is_empty() {
            flows.ty = Ty::Tuple(types.into());
        }
        flows
    }

    /// `[a, b]`.
    pub(super) fn array(&mut self, parts: &'l [ExprId]) -> Value {
        let mut all = Value::unknown();
        for part in parts {
            let value = self.eval(*part, None);
            all.add_callables(&value.callables);
            all.add_flows(&value.flows);
            all.own_made(&value.made);
            if all.ty.is_unknown() {
                all.ty = value.ty;
            }
        }
        all.ty = Ty::Array(Arc::new(all.ty), u64::try_from(parts.len()).ok());
        all
    }

    /// `[value; len]`.
    pub(super) fn repeat(&mut self, value: ExprId, len: ExprId) -> Value {
        let mut value = self.eval(value, None);
        let len = self.eval(len, None);
        value.ty = Ty::Array(Arc::new(value.ty), len.number);
        value
    }

    /// `&place`, `&mut place`.
    pub(super) fn reference(&mut self, place: ExprId, to: fn(Ty) -> Ty) -> Value {
        let mut value = self.eval_place(place);
        value.ty = to(value.ty);
        value
    }

    /// `&raw const place`, `&raw mut place`.
    pub(super) fn raw_pointer(&mut self, place: ExprId) -> Value {
        let mut value = self.eval_place(place);
        value.flows.iter_mut().for_each(|flow| flow.raw = true);
        value.ty = Ty::Ptr(Arc::new(value.ty));
        value
    }
}
