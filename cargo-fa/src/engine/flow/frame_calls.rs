//! The calls that take frame memory: what they return, what lies in it, what it borrows.

use std::sync::Arc;

use super::Interpreter;
use super::allocator::wrap_result;
use super::event::{Count, EventKind};
use super::frame_data::UNTOLD;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Age, Flow, Handle, Value};
use crate::engine::api::Known;
use crate::engine::api::effect::{Effect, Elements, Failure, Fill, Make};
use crate::engine::hir::ir::{ExprId, MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// A call of an allocator or a frame that takes frame memory; `None` when it is none.
    pub(super) fn frame_call(&mut self, effect: Effect, allocator: &Value, call: &'l MethodCall) -> Option<Value> {
        let args = &*call.args;
        let generic = call.turbofish.first().map(|ty| self.lower_type(*ty));
        let at = call.name_span;
        Some(match effect {
            Effect::FrameSlot => {
                let ty = generic.unwrap_or(Ty::Unknown);
                let result = Ty::known(Known::FrameSlot, [ty.clone()]);
                self.frame_alloc(allocator, "frame_alloc", ty, Some(Count::Exactly(1)), result, at)
            }
            Effect::FrameBox(make) => self.frame_box(allocator, make, args, at),
            Effect::FrameRef(what) => self.frame_ref(allocator, what, args, at),
            Effect::FrameBytes => {
                self.read_all(args);
                let result = Ty::exclusive(Ty::Slice(Arc::new(Ty::Scalar(1))));
                self.frame_alloc(allocator, "frame_bytes", Ty::Scalar(1), None, result, at)
            }
            Effect::FrameSlice(elements) => self.frame_slice(allocator, elements, args, at),
            Effect::FrameSliceFilled(fill) => self.frame_slice_filled(allocator, fill, generic, args, at),
            Effect::FrameText(failure) => {
                let text = args.first().map_or_else(Value::unknown, |text| self.eval_place(*text));
                let count = text.text.as_ref().and_then(|text| u64::try_from(text.len()).ok()).map(Count::Exactly);
                args.iter().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
                let made = self.frame_alloc(allocator, "frame_str", Ty::Scalar(1), count, Ty::exclusive(Ty::Str), at);
                if failure == Failure::Also { wrap_result(made) } else { made }
            }
            Effect::FrameFormat => {
                self.read_all(args);
                let result = Ty::known(Known::FrameString, []);
                self.frame_alloc(allocator, "frame_format", Ty::Scalar(1), None, result, at)
            }
            Effect::FrameCollection(known, what) => self.frame_collection(allocator, known, what, call),
            Effect::FrameVecOfArray | Effect::FrameVecOfElement => {
                let value = self.eval_args_first(args, None);
                let array = effect == Effect::FrameVecOfArray;
                let element = if array { super::layout::element_of(&value.ty) } else { value.ty };
                let ty = Ty::known(Known::FrameVec, [element.clone()]);
                let mut made = self.frame_alloc(allocator, "frame_vec", element, None, ty, at);
                made.add_flows(&value.flows);
                made
            }
            Effect::FrameCollect => {
                let source = self.eval_args_first(args, None);
                self.collected_into(allocator, &source, generic.unwrap_or(Ty::Unknown), at)
            }
            Effect::FrameShare => {
                let value = self.eval_args_first(args, None);
                let result = Ty::known(Known::FrameHandle, [value.ty.clone()]);
                let one = Some(Count::Exactly(1));
                self.outlives_frame("frame_share", &value, at);
                let mut handle = self.frame_alloc(allocator, "frame_share", value.ty, one, result, at);
                handle.flows.clear();
                self.frames.shares.insert(at);
                handle.handle = Some(Handle { resolved: false, age: Age::Fresh, since: at });
                handle
            }
            Effect::FrameCursor => {
                let flows = self.frame_flows(allocator, at);
                Value::of(Ty::known(Known::Cursor, [])).with_flows(flows)
            }
            Effect::RetainedSlot(what) => self.retained_slot(allocator, what, call),
            Effect::Retained => self.retained(allocator, call),
            _ => return None,
        })
    }

    /// A box of the first argument, or of what it makes.
    fn frame_box(&mut self, allocator: &Value, make: Make, args: &'l [ExprId], at: Span) -> Value {
        let value = match make {
            Make::Value => self.eval_args_first(args, None),
            Make::With | Make::TryWith => {
                args.first().map_or_else(Value::unknown, |make| self.inline_closure(*make, &[], Runs::Inline))
            }
        };
        let value = if make == Make::TryWith { self.unwrapped(value) } else { value };
        let result = Ty::known(Known::FrameBox, [value.ty.clone()]);
        let one = Some(Count::Exactly(1));
        let mut boxed = self.frame_alloc(allocator, "frame_box", value.ty.clone(), one, result, at);
        boxed.add_flows(&value.flows);
        if make == Make::TryWith { wrap_result(boxed) } else { boxed }
    }

    /// A plain reference to the first argument, which is never dropped.
    fn frame_ref(&mut self, allocator: &Value, what: &'static str, args: &'l [ExprId], at: Span) -> Value {
        let value = self.eval_args_first(args, None);
        self.leaked(what, &value.ty, at);
        let result = Ty::exclusive(value.ty.clone());
        let one = Some(Count::Exactly(1));
        let mut made = self.frame_alloc(allocator, what, value.ty.clone(), one, result, at);
        made.add_flows(&value.flows);
        made
    }

    /// A slice of the elements of the first argument.
    fn frame_slice(&mut self, allocator: &Value, elements: Elements, args: &'l [ExprId], at: Span) -> Value {
        let source = args.first().map_or_else(Value::unknown, |source| self.eval_place(*source));
        let mut element = match super::layout::element_of(&source.ty) {
            Ty::Unknown => source.ty.element(),
            element => element,
        };
        if elements == Elements::Concatenated {
            element = super::layout::element_of(&element);
        }
        let count = match source.ty.peeled() {
            Ty::Array(_, Some(len)) => Some(Count::Exactly(*len)),
            _ => source.symbol.clone().map(Count::Symbol),
        };
        let slice = Ty::Slice(Arc::new(element.clone()));
        if elements == Elements::Leaked {
            self.leaked("frame_leak_from_iter", &element, at);
        }
        // What is copied needs no drop, and what is leaked gets none: a plain reference.
        let result = match elements {
            Elements::Copied | Elements::Concatenated | Elements::Leaked => Ty::exclusive(slice),
            Elements::Moved => Ty::known(Known::FrameBox, [slice]),
        };
        let what = if elements == Elements::Copied { "frame_slice_copy" } else { "frame_slice" };
        let mut made = self.frame_alloc(allocator, what, element.clone(), count, result, at);
        if element.is_unknown() {
            made.learn_content(&UNTOLD);
        }
        made.add_flows(&self.borrowed_by(&element, &source));
        made
    }

    /// A slice of as many elements as the first argument says.
    fn frame_slice_filled(
        &mut self,
        allocator: &Value,
        fill: Fill,
        generic: Option<Ty>,
        args: &'l [ExprId],
        at: Span,
    ) -> Value {
        let len = args.first().map_or_else(Value::unknown, |len| self.eval(*len, None));
        let made = args.get(1).map(|make| match fill {
            Fill::Copy => self.eval(*make, None),
            _ => self.inline_closure(*make, &[Value::of(Ty::usize())], Runs::Inline),
        });
        let made = made.map(|made| if fill == Fill::TryWith { self.unwrapped(made) } else { made });
        let element = generic.or_else(|| made.map(|made| made.ty)).unwrap_or(Ty::Unknown);
        let slice = Ty::Slice(Arc::new(element.clone()));
        let result = match fill {
            Fill::Copy | Fill::Nothing => Ty::exclusive(slice),
            Fill::With | Fill::TryWith | Fill::Default => Ty::known(Known::FrameBox, [slice]),
        };
        let slice = self.frame_alloc(allocator, "frame_slice", element, count_of(&len), result, at);
        if fill == Fill::TryWith { wrap_result(slice) } else { slice }
    }

    /// An empty collection, of as many elements as the first argument says.
    fn frame_collection(&mut self, allocator: &Value, known: Known, what: &'static str, call: &'l MethodCall) -> Value {
        let capacity = call.args.first().map(|capacity| self.eval(*capacity, None));
        let generics: Vec<Ty> = call.turbofish.iter().map(|ty| self.lower_type(*ty)).collect();
        let unnamed = if known == Known::FrameString { Ty::Scalar(1) } else { Ty::Unknown };
        let element = generics.first().cloned().unwrap_or(unnamed);
        let count = capacity.as_ref().map_or(Some(Count::Exactly(0)), count_of);
        self.frame_alloc(allocator, what, element, count, Ty::known(known, generics), call.name_span)
    }

    fn collected_into(&mut self, allocator: &Value, source: &Value, ty: Ty, at: Span) -> Value {
        let element = ty.argument(0);
        let mut made = self.frame_alloc(allocator, "frame_collect", element.clone(), None, ty, at);
        made.add_flows(&self.borrowed_by(&element, source));
        made
    }

    /// `iterator.collect_in(frame)`: `frame.frame_collect(iterator)`. `None` where it is not given an allocator of ours.
    pub(super) fn collected_in(&mut self, source: &Value, name: &str, call: &'l MethodCall) -> Option<Value> {
        let ([frame], "collect_in" | "try_collect_in") = (&*call.args, name) else { return None };
        let frame = self.eval_place(*frame);
        frame.ty.allocator()?;
        let ty = call.turbofish.first().map_or(Ty::Unknown, |ty| self.lower_type(*ty));
        let made = self.collected_into(&frame, source, ty, call.name_span);
        Some(if name == "try_collect_in" { wrap_result(made) } else { made })
    }

    /// `FrameVec::from_iter_in(values, frame)` and the like: the call of `frame` that does the same.
    pub(super) fn made_in(
        &mut self,
        owner: &str,
        name: &str,
        args: &'l [ExprId],
        generic: Option<Ty>,
        at: Span,
    ) -> Value {
        let (name, fallible) = name.strip_prefix("try_").map_or((name, false), |name| (name, true));
        let Some((frame, given)) = args.split_last() else { return Value::unknown() };
        let given = given.first().map_or_else(Value::unknown, |given| self.eval(*given, None));
        let frame = self.eval_place(*frame);
        let (known, what) = match owner {
            "FrameBox" => (Known::FrameBox, "frame_box"),
            "FrameVec" => (Known::FrameVec, "frame_vec"),
            _ => (Known::FrameString, "frame_string"),
        };
        let (element, count) = match (known, name) {
            (Known::FrameString, _) => (Ty::Scalar(1), None),
            (Known::FrameBox, "new_in") => (given.ty.clone(), Some(Count::Exactly(1))),
            (_, "new_in") => (generic.unwrap_or(Ty::Unknown), Some(Count::Exactly(0))),
            (_, "with_capacity_in") => (generic.unwrap_or(Ty::Unknown), count_of(&given)),
            _ => (super::layout::element_of(&given.ty), None),
        };
        let result = match (known, name) {
            (Known::FrameString, _) => Ty::known(known, []),
            (Known::FrameBox, "from_iter_in") => Ty::known(known, [Ty::Slice(Arc::new(element.clone()))]),
            _ => Ty::known(known, [element.clone()]),
        };
        let mut made = self.frame_alloc(&frame, what, element.clone(), count, result, at);
        match name {
            "new_in" => made.add_flows(&given.flows),
            "from_iter_in" => made.add_flows(&self.borrowed_by(&element, &given)),
            _ => {}
        }
        if fallible { wrap_result(made) } else { made }
    }

    /// A value of this type is never dropped.
    fn leaked(&mut self, what: &'static str, ty: &Ty, at: Span) {
        if self.types.drops(ty) == Some(true) {
            self.record(EventKind::DropSkipped { what, ty: ty.clone() }, at, Confidence::High);
        }
    }

    /// What elements of this type, taken from `source`, still borrow.
    fn borrowed_by(&self, element: &Ty, source: &Value) -> Vec<Flow> {
        let mut flows = source.flows.clone();
        if element.is_unknown() {
            flows.clear();
        }
        self.types.keep_held(element, &mut flows);
        flows
    }
}

fn count_of(value: &Value) -> Option<Count> {
    value.number.map(Count::Exactly).or_else(|| value.symbol.clone().map(Count::Symbol))
}
