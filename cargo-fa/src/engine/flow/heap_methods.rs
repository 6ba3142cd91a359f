//! Methods whose rows say that they take memory of the heap or lead to an address.

use std::sync::Arc;

use super::Interpreter;
use super::layout::element_of;
use super::spawn::Runs;
use super::stores::Target;
use super::types::Ty;
use super::value::Value;
use crate::engine::api::Known;
use crate::engine::api::effect::Effect;
use crate::engine::hir::ir::{ExprId, MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// What a row says of a method; `None` where it says nothing that is done here.
    pub(super) fn row_method(
        &mut self,
        effect: Effect,
        receiver: &Value,
        call: &'l MethodCall,
        (span, expected): (Span, Option<&Ty>),
    ) -> Option<Value> {
        let name = self.facts.name(call.name);
        let args = &*call.args;
        let at = call.name_span;
        Some(match effect {
            Effect::OnHeap(gives) => self.on_heap(name, gives, &element_of(&receiver.ty), args, at),
            Effect::ClonesInto => {
                self.read_all(args);
                let ty = receiver.ty.peeled().clone();
                if self.types.clones_to_heap(&ty) == Some(true) {
                    self.heap_alloc(name.to_owned(), ty, at, Confidence::High);
                }
                Value::unit()
            }
            Effect::BoxesInPlace => {
                self.read_all(args);
                let mut value = receiver.clone();
                let inner = match receiver.ty.peeled() {
                    Ty::Known(Known::String, _) => Ty::Str,
                    ty => Ty::Slice(Arc::new(element_of(ty))),
                };
                value.ty = Ty::known(Known::Box, [inner]);
                self.refine(value)
            }
            Effect::Partitions => self.partitioned(receiver, name, call, expected),
            Effect::SortsIterator => {
                let value = self.adapted(receiver, name, args, at);
                let ty = Ty::known(Known::Vec, [receiver.ty.argument(0)]);
                self.heap_alloc(name.to_owned(), ty, at, Confidence::High);
                value
            }
            Effect::SortsIfLong => self.sorted(receiver, name, args, at),
            Effect::SortsByKeys => {
                let given = self.given_each(receiver, name);
                for arg in args {
                    self.inline_closure(*arg, &given, Runs::Inline);
                }
                self.heap_alloc(name.to_owned(), Ty::Unknown, at, Confidence::High);
                Value::unit()
            }
            Effect::CopiesIfShared => {
                let ty = super::heap::owned(receiver.ty.peeled());
                let sure =
                    if self.types.clones_to_heap(&ty) == Some(true) { Confidence::Medium } else { Confidence::Low };
                self.heap_alloc(name.to_owned(), ty.clone(), at, sure);
                Value { ty: Ty::exclusive(ty), ..receiver.clone() }
            }
            Effect::GrowsArgument => {
                for arg in args {
                    let target = self.eval_place(*arg);
                    if let Some(head) = target.ty.collection().and_then(|ty| ty.head()) {
                        self.growth(&target, &format!("{name} into a {}", head.name()), at);
                    }
                }
                Value::of(Ty::known(Known::Result, [Ty::usize()]))
            }
            Effect::Keeps => self.kept_in_place(receiver, name, args, span),
            Effect::AddressAsNumber => {
                let mut value = Self::address(receiver);
                value.ty = Ty::usize();
                value
            }
            Effect::MovesPointer => {
                self.read_all(args);
                let mut value = receiver.clone();
                value.ty = match name {
                    "cast" => Ty::Ptr(Arc::new(call.turbofish.first().map_or(Ty::Unknown, |ty| self.lower_type(*ty)))),
                    _ => Ty::Ptr(Arc::new(pointed_at(receiver.ty.peeled()))),
                };
                value.alias = None;
                value
            }
            Effect::CellValue => {
                let mut value = receiver.clone();
                value.ty = receiver.ty.argument(0);
                value
            }
            _ => return None,
        })
    }

    /// Arguments are put into a list that has its elements in place.
    fn kept_in_place(&mut self, receiver: &Value, name: &'l str, args: &'l [ExprId], span: Span) -> Value {
        let element = super::layout::element_in_place(receiver.ty.peeled());
        for arg in args {
            let mut value = self.eval(*arg, Some(&element).filter(|ty| !ty.is_unknown()));
            if !element.is_unknown() {
                self.types.keep_held(&element, &mut value.flows);
            }
            self.store(receiver, &value, &Target::Container(name), span);
        }
        Value::unknown()
    }
}

/// What a pointer points at.
fn pointed_at(ty: &Ty) -> Ty {
    match ty {
        Ty::Ptr(inner) => (**inner).clone(),
        other => other.argument(0),
    }
}
