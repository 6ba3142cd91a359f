//! Operators: of numbers and texts, and of types that implement them.

use super::Interpreter;
use super::dispatch::Callee;
use super::types::Ty;
use super::value::{Root, Value};
use crate::engine::api::Known;
use crate::engine::hir::ir::{BinaryOp, ExprId, Span, UnaryOp};
use crate::engine::resolve::TypeKey;
use crate::model::finding::Confidence;

/// The trait behind an operator and its method, and the ones that assign.
fn behind(op: BinaryOp) -> (&'static [(&'static str, &'static str)], (&'static str, &'static str)) {
    match op {
        BinaryOp::AndThen | BinaryOp::OrElse => (&[], ("", "")),
        BinaryOp::Equal | BinaryOp::Unequal => (&[("PartialEq", "eq")], ("", "")),
        BinaryOp::Order => (
            &[("PartialOrd", "partial_cmp"), ("PartialOrd", "lt"), ("PartialOrd", "gt"), ("PartialOrd", "le")],
            ("", ""),
        ),
        BinaryOp::Add => (&[("Add", "add")], ("AddAssign", "add_assign")),
        BinaryOp::Sub => (&[("Sub", "sub")], ("SubAssign", "sub_assign")),
        BinaryOp::Mul => (&[("Mul", "mul")], ("MulAssign", "mul_assign")),
        BinaryOp::Div => (&[("Div", "div")], ("DivAssign", "div_assign")),
        BinaryOp::Rem => (&[("Rem", "rem")], ("RemAssign", "rem_assign")),
        BinaryOp::And => (&[("BitAnd", "bitand")], ("BitAndAssign", "bitand_assign")),
        BinaryOp::Or => (&[("BitOr", "bitor")], ("BitOrAssign", "bitor_assign")),
        BinaryOp::Xor => (&[("BitXor", "bitxor")], ("BitXorAssign", "bitxor_assign")),
        BinaryOp::Shl => (&[("Shl", "shl")], ("ShlAssign", "shl_assign")),
        BinaryOp::Shr => (&[("Shr", "shr")], ("ShrAssign", "shr_assign")),
    }
}

impl Interpreter<'_, '_> {
    /// The method of a trait of std that the workspace implements for this type; called if there is one.
    pub(super) fn implemented(
        &mut self,
        ty: &Ty,
        trait_name: &str,
        method: &str,
        args: &[Value],
        span: Span,
    ) -> Option<Value> {
        let key = ty.peeled().key()?;
        let found = self.around.program.foreign_methods(key, trait_name, method);
        if found.is_empty() {
            return None;
        }
        let sure = if found.len() == 1 { Confidence::High } else { Confidence::Medium };
        let callees = found.into_iter().map(|function| Callee::new(function, sure)).collect();
        Some(self.call_either(callees, args, &[], span))
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> Value {
        // Chains of operators are as deep as they are long.
        let left_value = self.eval(left, None);
        let before = matches!(op, BinaryOp::AndThen | BinaryOp::OrElse).then(|| self.state.clone());
        let right_value = self.eval(right, None);
        if let Some(before) = before {
            self.state.join(&before);
        }
        if let Some(value) = self.binary_of_user(op, &left_value, &right_value, span) {
            return value;
        }
        match op {
            BinaryOp::AndThen | BinaryOp::OrElse | BinaryOp::Equal | BinaryOp::Unequal | BinaryOp::Order => {
                Value::of(Ty::Scalar(1))
            }
            BinaryOp::Add if left_value.is(Known::String) => {
                self.growth(&left_value, "String + &str", span);
                Value::of(left_value.ty)
            }
            _ => {
                let mut value = Value::of(left_value.ty.clone());
                value.number = match (op, left_value.number, right_value.number) {
                    (BinaryOp::Add, Some(left), Some(right)) => left.checked_add(right),
                    (BinaryOp::Mul, Some(left), Some(right)) => left.checked_mul(right),
                    _ => None,
                };
                if value.number.is_none() {
                    value.symbol = left_value.symbol.or(right_value.symbol);
                }
                // Addresses stay addresses under arithmetic.
                value.flows = left_value.flows.into_iter().filter(|flow| flow.raw).collect();
                value
            }
        }
    }

    fn binary_of_user(&mut self, op: BinaryOp, left: &Value, right: &Value, span: Span) -> Option<Value> {
        // `2.0 * vector` is implemented for the number.
        let of_user = |ty: &Ty| matches!(ty.peeled(), Ty::User(..));
        if !of_user(&left.ty) && !of_user(&right.ty) {
            return None;
        }
        let (traits, _) = behind(op);
        let args = [left.clone(), right.clone()];
        let called =
            traits.iter().find_map(|(trait_name, method)| self.implemented(&left.ty, trait_name, method, &args, span));
        let compares = matches!(op, BinaryOp::Equal | BinaryOp::Unequal | BinaryOp::Order);
        called.map(|value| if compares { Value::of(Ty::Scalar(1)) } else { value })
    }

    /// `place += value`.
    pub(super) fn assign_op(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> Value {
        let target = self.eval_place(left);
        let value = self.eval(right, None);
        if let Some(Root::Local(var)) = target.alias
            && let Some(value) = self.state.values.get_mut(var)
        {
            value.number = None;
        }
        if target.ty.head() == Some(Known::String) {
            self.growth(&target, "String += &str", span);
        } else if matches!(target.ty.peeled(), Ty::User(..)) {
            let (_, (trait_name, method)) = behind(op);
            let mut place = target.clone();
            place.ty = Ty::exclusive(target.ty.peeled().clone());
            let ty = target.ty.clone();
            self.implemented(&ty, trait_name, method, &[place, value], span);
        }
        Value::unit()
    }

    pub(super) fn unary(&mut self, op: UnaryOp, inner: ExprId, span: Span) -> Value {
        let value = self.eval(inner, None);
        let (trait_name, method) = match op {
            UnaryOp::Not => ("Not", "not"),
            UnaryOp::Neg => ("Neg", "neg"),
        };
        let ty = value.ty.clone();
        let called = matches!(ty.peeled(), Ty::User(..))
            .then(|| self.implemented(&ty, trait_name, method, std::slice::from_ref(&value), span))
            .flatten();
        called.unwrap_or_else(|| Value::of(ty))
    }

    /// `base[index]` of a type that implements `Index`: what it gives is behind a reference.
    pub(super) fn indexed(&mut self, base: &Value, index: &Value, span: Span) -> Option<Value> {
        let ty = self.receivers(&base.ty).into_iter().find(|ty| {
            let key = ty.key().filter(|key| matches!(key, TypeKey::User(_)));
            key.is_some_and(|key| !self.around.program.foreign_methods(key, "Index", "index").is_empty())
        })?;
        let mut value = self.implemented(&ty, "Index", "index", &[base.clone(), index.clone()], span)?;
        value.ty = value.ty.deref().unwrap_or(Ty::Unknown);
        value.alias = base.alias;
        Some(value)
    }

    /// `*value` of a type that implements `Deref`.
    pub(super) fn dereferenced(&mut self, value: &Value, span: Span) -> Option<Value> {
        let Ty::User(..) = &value.ty else { return None };
        let target = self.types.deref(&value.ty)?;
        let mut behind = self.implemented(&value.ty, "Deref", "deref", std::slice::from_ref(value), span)?;
        behind.ty = target;
        behind.alias = value.alias;
        Some(behind)
    }
}
