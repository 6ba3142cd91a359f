//! Calls of an allocator that take memory of pools, of the heap, or for other threads.

use std::sync::Arc;

use super::Interpreter;
use super::event::HeapApi;
use super::spawn::Runs;
use super::types::Ty;
use super::value::Value;
use crate::engine::api::Known;
use crate::engine::api::effect::Effect;
use crate::engine::hir::ir::{ExprId, MethodCall};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn pooled_call(&mut self, effect: Effect, call: &'l MethodCall) -> Option<Value> {
        let args = &*call.args;
        let at = call.name_span;
        let generic = call.turbofish.first().map(|ty| self.lower_type(*ty));
        Some(match effect {
            Effect::Transfer => {
                let value = self.eval_args_first(args, None);
                self.outlives_frame("frame_box_for_transfer", &value, at);
                Value::of(Ty::known(Known::TransferHandle, [value.ty]))
            }
            Effect::TransferOfPooled => {
                let value = self.eval_args_first(args, None);
                Value::of(Ty::known(Known::TransferHandle, [value.ty.argument(0)]))
            }
            Effect::PoolBox => {
                let value = self.eval_args_first(args, None);
                Value::of(Ty::known(Known::PoolBox, [value.ty]))
            }
            Effect::PoolSlot => Value::of(Ty::known(Known::PoolSlot, [generic.unwrap_or(Ty::Unknown)])),
            Effect::PoolSliceFilled => {
                let element = self.slice_argument(args).ty;
                Value::of(Ty::known(Known::PoolBox, [Ty::Slice(Arc::new(element))]))
            }
            Effect::PoolSliceCopied => {
                let element = super::layout::element_of(&self.slice_argument(args).ty);
                Value::of(Ty::known(Known::PoolBox, [Ty::Slice(Arc::new(element))]))
            }
            Effect::PoolText => {
                self.read_all(args);
                Value::of(Ty::known(Known::PoolBox, [Ty::Str]))
            }
            Effect::HeapBox => {
                let value = self.eval_args_first(args, None);
                let ty = Ty::known(Known::HeapBox, [value.ty.clone()]);
                self.heap_event("heap_box".to_owned(), ty.clone(), at, Confidence::High, HeapApi::Framealloc);
                self.pooled_in_box("heap_box", &value.ty, at);
                let mut boxed = Value::of(ty);
                boxed.fresh = true;
                boxed
            }
            Effect::HeapSlot => {
                let ty = Ty::known(Known::HeapBox, [generic.unwrap_or(Ty::Unknown)]);
                self.heap_event("heap_alloc".to_owned(), ty, at, Confidence::High, HeapApi::Framealloc);
                Value::unknown()
            }
            Effect::HeapSliceFilled => {
                let element = self.slice_argument(args).ty;
                let ty = Ty::known(Known::HeapBox, [Ty::Slice(Arc::new(element))]);
                self.heap_event(
                    "heap_slice_fill_with".to_owned(),
                    ty.clone(),
                    at,
                    Confidence::High,
                    HeapApi::Framealloc,
                );
                Value::of(ty)
            }
            Effect::Scratch => {
                self.read_all(args);
                Value::of(Ty::known(Known::Scratch, []))
            }
            _ => return None,
        })
    }

    /// The last argument, which gives the elements; the others are lengths and tags.
    fn slice_argument(&mut self, args: &'l [ExprId]) -> Value {
        let last = args
            .last()
            .map_or_else(Value::unknown, |last| self.inline_closure(*last, &[Value::of(Ty::usize())], Runs::Inline));
        args.iter().rev().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
        last
    }
}
