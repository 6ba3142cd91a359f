//! Functions of framealloc: constructors, sizes, and what a path leads to that is a method as well.

use std::sync::Arc;

use super::Interpreter;
use super::allocator::wrap_result;
use super::event::EventKind;
use super::external::ExternalCall;
use super::types::Ty;
use super::value::Value;
use crate::engine::api::effect::Makes;
use crate::engine::api::{self, Known};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn framealloc_function(&mut self, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, generics, span, .. } = call;
        match api::framealloc_function(function.before, function.last) {
            Makes::Allocator => {
                self.read_all(args);
                let made = Value::of(Ty::known(Known::SmartAlloc, []));
                if function.last.starts_with("try_") { wrap_result(made) } else { made }
            }
            Makes::InFrame => self.made_in(function.before, function.last, args, generics.first().cloned(), span),
            Makes::Size(shift) => {
                let mut value = self.eval_args_first(args, None);
                value.number = value.number.and_then(|number| number.checked_mul(1 << shift));
                value.ty = Ty::usize();
                value
            }
            Makes::LeaksFrameBox => {
                let value = self.eval_args_first(args, None);
                let element = value.ty.argument(0);
                if self.types.drops(&element) == Some(true) {
                    let kind = EventKind::DropSkipped { what: "FrameBox::leak", ty: element.clone() };
                    self.record(kind, span, Confidence::High);
                }
                Value::of(Ty::exclusive(element)).with_flows(value.flows)
            }
            Makes::FrameAddress => {
                let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
                let inner = value.ty.argument(0);
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                value.ty = Ty::Ptr(Arc::new(inner));
                value.alias = None;
                value
            }
            Makes::IntoInner => {
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
            Makes::Barrier => {
                self.read_all(args);
                Value::of(Ty::known(Known::FrameBarrier, []))
            }
            Makes::Tag => {
                let mut value = self.eval_args_first(args, None);
                if function.last == "intern" && value.text.is_none() {
                    self.record(EventKind::DynamicTag { anything: true }, span, Confidence::High);
                }
                value.ty = Ty::known(Known::Tag, []);
                value
            }
            Makes::HeapTag => {
                self.heap_tag_argument(args.first().copied());
                self.other_of_framealloc(call)
            }
            _ => self.other_of_framealloc(call),
        }
    }

    /// A value of the type before the name, or something that is not followed further.
    fn other_of_framealloc(&mut self, call: ExternalCall<'_, 'l>) -> Value {
        let ExternalCall { function, args, generics, .. } = call;
        let mut value = Value::unknown();
        for arg in args {
            let arg = self.eval(*arg, None);
            value.add_flows(&arg.flows);
        }
        value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        let known = api::known_type(function.krate, function.before);
        if let (Some(known), "new" | "default") = (known, function.last) {
            value.ty = Ty::known(known, generics.first().cloned().into_iter().collect::<Vec<_>>());
        }
        value
    }
}
