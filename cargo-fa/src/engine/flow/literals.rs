//! Literals, and values that are made of others where they are written: structs, tuples, arrays, references.

use std::sync::Arc;

use super::Interpreter;
use super::types::Ty;
use super::value::Value;
use crate::engine::hir::ir::{ExprId, IntKind, Literal, StructLiteral};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{Res, UserType};

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

    /// `Type { field: value, ..rest }`.
    pub(super) fn struct_literal(&mut self, literal: &'l StructLiteral, expected: Option<&Ty>) -> Value {
        let facts = self.facts;
        let path = facts.path(literal.path);
        let (ty, variant) = if let Some((user, args, variant)) = self.of_self(path) {
            (Ty::User(user, args.into()), variant)
        } else {
            match self.around.program.resolve(self.module, self.file, path, Space::Types) {
                Some(Res::Type(user)) => (self.types.user(user, Vec::new(), 0), None),
                Some(Res::Variant(user, at)) => (self.types.user(user, Vec::new(), 0), Some(at as usize)),
                _ => (Ty::Unknown, None),
            }
        };
        let ty = match expected {
            Some(expected @ Ty::User(user, args))
                if matches!(&ty, Ty::User(same, _) if same == user) && !args.is_empty() =>
            {
                expected.clone()
            }
            _ => ty,
        };
        let fields = match &ty {
            Ty::User(user, args) => self.types.fields(*user, args, variant),
            _ => Vec::new(),
        };
        let mut whole = Value::of(ty);
        for (name, expr) in &literal.fields {
            let name = facts.name(*name);
            let field = fields.iter().find(|(field, _)| *field == name).map(|(_, ty)| ty.clone());
            let mut value = self.eval(*expr, field.as_ref());
            if let Some(field) = field
                && !matches!(field, Ty::Param(_))
            {
                self.annotate(&mut value, field);
            }
            whole.add_flows(&value.flows);
            self.made_with(&whole.ty.clone(), name, &value);
            whole.own_made(&value.made);
        }
        if let Some(rest) = literal.rest {
            let rest = self.eval(rest, Some(&whole.ty.clone()));
            whole.add_flows(&rest.flows);
        }
        whole
    }

    /// `Type(value, …)`, `Type::Variant(value, …)`.
    pub(super) fn construct(
        &mut self,
        ty: Ty,
        (user, of, variant): (UserType, &[Ty], Option<usize>),
        args: &'l [ExprId],
    ) -> Value {
        let fields: Vec<Ty> = self.types.fields(user, of, variant).into_iter().map(|(_, ty)| ty).collect();
        let mut whole = Value::of(ty);
        for (at, arg) in args.iter().enumerate() {
            let field = fields.get(at);
            let mut value = self.eval(*arg, field);
            if let Some(field) = field
                && !matches!(field, Ty::Param(_))
            {
                self.annotate(&mut value, field.clone());
            }
            whole.add_flows(&value.flows);
            self.made_with(&whole.ty.clone(), &at.to_string(), &value);
            whole.own_made(&value.made);
            if whole.handle.is_none() {
                whole.handle = value.handle;
            }
        }
        whole
    }
}
