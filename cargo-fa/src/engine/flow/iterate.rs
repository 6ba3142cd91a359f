//! Iterators: what they yield, and how often a loop over them runs.

use std::sync::Arc;

use super::Interpreter;
use super::in_place::UsedUp;
use super::loops::LoopEnd;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Bound, Value};
use crate::engine::api::Known;
use crate::engine::hir::ir::{BinaryOp, ExprId, ExprKind, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn iterator_over(over: &Value, name: &str) -> Value {
        let element = match over.ty.peeled() {
            Ty::Str => match name {
                "chars" => Ty::Scalar(4),
                "bytes" => Ty::Scalar(1),
                "char_indices" => Ty::Tuple(Arc::new([Ty::usize(), Ty::Scalar(4)])),
                _ => Ty::Str,
            },
            ty => {
                let direct = ty.element();
                if direct.is_unknown() { super::layout::element_of(ty) } else { direct }
            }
        };
        let owns = name == "drain"
            || matches!(over.ty, Ty::Known(..)) && matches!(name, "into_iter" | "into_par_iter" | "into_values");
        let element = match (&element, name) {
            (Ty::Unknown, _) => Ty::Unknown,
            (element, "values" | "values_mut" | "into_values" | "keys" | "into_keys") => match element {
                Ty::Tuple(parts) => {
                    Ty::reference(parts.get(usize::from(name.contains("value"))).cloned().unwrap_or(Ty::Unknown))
                }
                _ => Ty::Unknown,
            },
            (element, "chunks" | "chunks_exact" | "windows" | "par_chunks" | "chunks_mut") => {
                Ty::reference(Ty::Slice(Arc::new(element.clone())))
            }
            (element, "chars" | "bytes" | "char_indices") => element.clone(),
            (element, "iter_mut" | "par_iter_mut") => Ty::exclusive(element.clone()),
            (element, _) if owns || over.is(Known::Iterator) => element.clone(),
            (element, _) => Ty::reference(element.clone()),
        };
        let mut value = over.clone();
        value.bound = Some(Self::iterator_bound(over));
        value.ty = Ty::known(Known::Iterator, [element]);
        value.used_up = UsedUp::of(over, name).or_else(|| over.used_up.clone());
        value.lazy.clone_from(&over.flows);
        value.fresh = false;
        if !owns {
            value.made.clear();
        }
        value.number = None;
        value
    }

    pub(super) fn adapted(&mut self, receiver: &Value, name: &'l str, args: &'l [ExprId], at: Span) -> Value {
        let item = self.item_of(receiver);
        let mut value = receiver.clone();
        let mut made: Option<Value> = None;
        let mut other: Option<Value> = None;
        self.through_loop(receiver, at, &mut |flow| {
            for arg in args {
                let params = if name == "scan" { vec![Value::unknown(), item.clone()] } else { vec![item.clone()] };
                let result = if flow.closure_at(*arg).is_some() || matches!(name, "map" | "filter_map" | "flat_map") {
                    flow.inline_closure(*arg, &params, Runs::Inline)
                } else {
                    flow.eval(*arg, None)
                };
                if matches!(name, "zip" | "chain") {
                    other = Some(result);
                } else {
                    made = Some(result);
                }
            }
        });
        let element = match name {
            "map" | "scan" => {
                let made = made.unwrap_or_else(Value::unknown);
                value.flows.clone_from(&made.flows);
                value.made.clone_from(&made.made);
                made.ty
            }
            "filter_map" | "map_while" => {
                let made = made.unwrap_or_else(Value::unknown);
                value.flows.clone_from(&made.flows);
                value.made.clone_from(&made.made);
                self.unwrapped(made).ty
            }
            "flat_map" => {
                let made = made.unwrap_or_else(Value::unknown);
                value.flows.clone_from(&made.flows);
                value.made.clone_from(&made.made);
                value.bound = Some(Bound::Input("a flattened iterator".into()));
                made.ty.element()
            }
            "flatten" => item.ty.element(),
            "enumerate" => Ty::Tuple(Arc::new([Ty::usize(), item.ty])),
            "zip" => {
                let other = other.unwrap_or_else(Value::unknown);
                value.add_flows(&other.flows);
                Ty::Tuple(Arc::new([item.ty, other.ty.element()]))
            }
            "cloned" if self.types.clones_to_heap(item.ty.peeled()) == Some(true) => {
                let ty = item.ty.peeled().clone();
                self.through_loop(receiver, at, &mut |flow| {
                    flow.heap_alloc("cloned".to_owned(), ty.clone(), at, Confidence::High);
                });
                ty
            }
            "cloned" | "copied" => item.ty.peeled().clone(),
            _ => item.ty,
        };
        value.bound = match (name, made_number(args, self)) {
            ("take", Some(number)) => Some(Bound::AtMost(number)),
            ("take", None) => Some(Bound::Input("the number taken".into())),
            ("cycle", _) => Some(Bound::Unknown),
            _ => value.bound,
        };
        value.used_up = UsedUp::after(value.used_up.take(), name);
        value.ty = Ty::known(Known::Iterator, [element]);
        value.lazy.extend(receiver.flows.iter().cloned());
        self.refine(value)
    }

    /// Runs what an adaptor does for every element, as a loop over them.
    pub(super) fn through_loop(&mut self, iterator: &Value, at: Span, body: &mut dyn FnMut(&mut Self)) {
        if iterator.ty.head() != Some(Known::Iterator) {
            body(self);
            return;
        }
        let bound = Self::iterator_bound(iterator);
        self.run_loop(None, bound, at, LoopEnd::Condition, body);
    }

    /// One element of what is iterated.
    pub(super) fn item_of(&self, iterated: &Value) -> Value {
        let mut item = iterated.clone();
        item.ty = match &iterated.ty {
            Ty::Known(Known::Iterator, args) => args.first().cloned().unwrap_or(Ty::Unknown),
            ty => ty.element(),
        };
        item.bound = None;
        item.used_up = None;
        item.lazy.clear();
        item.number = None;
        item.symbol = None;
        item.fresh = false;
        item.reserved = false;
        if item.ty.is_unknown() { item } else { self.refine(item) }
    }

    pub(super) fn iterator_bound(iterated: &Value) -> Bound {
        if let Some(bound) = &iterated.bound {
            return bound.clone();
        }
        match iterated.ty.peeled() {
            Ty::Array(_, Some(len)) => Bound::AtMost(*len),
            Ty::Known(Known::Option, _) => Bound::AtMost(1),
            Ty::Known(Known::Receiver | Known::AsyncReceiver, _) => Bound::Unknown,
            _ => {
                let name = iterated.field.clone().or_else(|| iterated.symbol.clone());
                Bound::Input(name.unwrap_or_else(|| "its input".into()))
            }
        }
    }

    /// How often a `loop` or `while` runs.
    pub(super) fn loop_bound(&mut self, cond: Option<ExprId>, body: ExprId) -> Bound {
        let facts = self.facts;
        if let Some(cond) = cond {
            match &facts.expr(cond).kind {
                ExprKind::Binary { op: BinaryOp::Equal | BinaryOp::Unequal | BinaryOp::Order, right, .. } => {
                    return match &facts.expr(*right).kind {
                        ExprKind::Literal(crate::engine::hir::ir::Literal::Int(Some(number), _)) => {
                            Bound::AtMost((*number).into())
                        }
                        _ => Bound::Input("a limit".into()),
                    };
                }
                ExprKind::Binary { op: BinaryOp::AndThen | BinaryOp::OrElse, left, right } => {
                    let (left, right) = (*left, *right);
                    let first = self.loop_bound(Some(left), body);
                    return if first == Bound::Unknown { self.loop_bound(Some(right), body) } else { first };
                }
                ExprKind::Let { value, .. } => {
                    if let ExprKind::Method(call) = &facts.expr(*value).kind
                        && matches!(facts.name(call.name), "next" | "next_back" | "split_first")
                    {
                        return Bound::Input("an iterator".into());
                    }
                    return Bound::Unknown;
                }
                _ => return Bound::Unknown,
            }
        }
        // `if count >= limit { break; }` bounds a loop.
        let mut bounded = false;
        super::walk::visit(facts, body, &mut |expr| {
            if let ExprKind::If { cond, then, .. } = &facts.expr(expr).kind
                && matches!(
                    facts.expr(*cond).kind,
                    ExprKind::Binary { op: BinaryOp::Equal | BinaryOp::Unequal | BinaryOp::Order, .. }
                )
            {
                super::walk::visit(facts, *then, &mut |expr| {
                    bounded |= matches!(facts.expr(expr).kind, ExprKind::Break { .. } | ExprKind::Return(_));
                });
            }
        });
        if bounded { Bound::Input("a limit".into()) } else { Bound::Unknown }
    }
}

fn made_number(args: &[ExprId], flow: &Interpreter<'_, '_>) -> Option<u64> {
    match args.first().map(|arg| &flow.facts.expr(*arg).kind) {
        Some(ExprKind::Literal(crate::engine::hir::ir::Literal::Int(number, _))) => number.map(u64::from),
        Some(ExprKind::Name(name)) => flow.types.constant(flow.module, flow.facts.name(*name)),
        _ => None,
    }
}
