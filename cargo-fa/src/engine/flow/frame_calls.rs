//! The calls that take frame memory: what they return, what lies in it, what it borrows.

use std::sync::Arc;

use super::Interpreter;
use super::event::{Count, EventKind};
use super::ours::wrap_result;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Age, Flow, Handle, Value};
use crate::engine::hir::ir::{ExprId, MethodCall, Span};
use crate::engine::resolve::model::Known;
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// A call of an allocator or a frame that takes frame memory, without its `try_`; `None` when it is none.
    #[expect(clippy::too_many_lines, reason = "a table of the calls")]
    pub(super) fn frame_call(&mut self, allocator: &Value, name: &str, call: &'l MethodCall) -> Option<Value> {
        let args = &*call.args;
        let generic = call.turbofish.first().map(|ty| self.lower_type(*ty));
        let at = call.name_span;
        Some(match name {
            "frame_alloc" => {
                let ty = generic.unwrap_or(Ty::Unknown);
                let result = Ty::known(Known::FrameSlot, [ty.clone()]);
                self.frame_alloc(allocator, "frame_alloc", ty, Some(Count::Exactly(1)), result, at)
            }
            "frame_box" => {
                let value = self.eval_args_first(args, None);
                let result = Ty::known(Known::FrameBox, [value.ty.clone()]);
                let mut boxed =
                    self.frame_alloc(allocator, "frame_box", value.ty.clone(), Some(Count::Exactly(1)), result, at);
                boxed.add_flows(&value.flows);
                boxed
            }
            "frame_box_with" | "frame_box_try_with" => {
                let made =
                    args.first().map_or_else(Value::unknown, |make| self.inline_closure(*make, &[], Runs::Inline));
                let fallible = name == "frame_box_try_with";
                let made = if fallible { self.unwrapped(made) } else { made };
                let result = Ty::known(Known::FrameBox, [made.ty.clone()]);
                let mut boxed =
                    self.frame_alloc(allocator, "frame_box", made.ty.clone(), Some(Count::Exactly(1)), result, at);
                boxed.add_flows(&made.flows);
                if fallible { wrap_result(boxed) } else { boxed }
            }
            "frame_ref" | "frame_leak" => {
                let what = if name == "frame_ref" { "frame_ref" } else { "frame_leak" };
                let value = self.eval_args_first(args, None);
                self.leaked(what, &value.ty, at);
                let result = Ty::exclusive(value.ty.clone());
                let mut made = self.frame_alloc(allocator, what, value.ty.clone(), Some(Count::Exactly(1)), result, at);
                made.add_flows(&value.flows);
                made
            }
            "frame_bytes" => {
                self.read_all(args);
                let result = Ty::exclusive(Ty::Slice(Arc::new(Ty::Scalar(1))));
                self.frame_alloc(allocator, "frame_bytes", Ty::Scalar(1), None, result, at)
            }
            "frame_slice_copy"
            | "frame_slice_clone"
            | "frame_slice_from_iter"
            | "frame_leak_from_iter"
            | "frame_slice_concat" => {
                let source = args.first().map_or_else(Value::unknown, |source| self.eval_place(*source));
                let mut element = match super::place::element_of(&source.ty) {
                    Ty::Unknown => source.ty.element(),
                    element => element,
                };
                if name == "frame_slice_concat" {
                    element = super::place::element_of(&element);
                }
                let count = match source.ty.peeled() {
                    Ty::Array(_, Some(len)) => Some(Count::Exactly(*len)),
                    _ => source.symbol.clone().map(Count::Symbol),
                };
                let slice = Ty::Slice(Arc::new(element.clone()));
                if name == "frame_leak_from_iter" {
                    self.leaked("frame_leak_from_iter", &element, at);
                }
                // What is copied needs no drop: a plain reference.
                let plain = matches!(name, "frame_slice_copy" | "frame_slice_concat" | "frame_leak_from_iter");
                let result = if plain { Ty::exclusive(slice) } else { Ty::known(Known::FrameBox, [slice]) };
                let what = if name == "frame_slice_copy" { "frame_slice_copy" } else { "frame_slice" };
                let mut made = self.frame_alloc(allocator, what, element.clone(), count, result, at);
                made.add_flows(&self.borrowed_by(&element, &source));
                made
            }
            "frame_slice_fill_with"
            | "frame_slice_try_fill_with"
            | "frame_slice_fill_copy"
            | "frame_slice_fill_default"
            | "frame_slice_zeroed"
            | "frame_slice_uninit" => {
                let len = args.first().map_or_else(Value::unknown, |len| self.eval(*len, None));
                let made = args.get(1).map(|make| match name {
                    "frame_slice_fill_copy" => self.eval(*make, None),
                    _ => self.inline_closure(*make, &[Value::of(Ty::usize())], Runs::Inline),
                });
                let made =
                    made.map(|made| if name == "frame_slice_try_fill_with" { self.unwrapped(made) } else { made });
                let element = generic.or_else(|| made.map(|made| made.ty)).unwrap_or(Ty::Unknown);
                let slice = Ty::Slice(Arc::new(element.clone()));
                let plain = matches!(name, "frame_slice_fill_copy" | "frame_slice_zeroed" | "frame_slice_uninit");
                let result = if plain { Ty::exclusive(slice) } else { Ty::known(Known::FrameBox, [slice]) };
                let slice = self.frame_alloc(allocator, "frame_slice", element, count_of(&len), result, at);
                if name == "frame_slice_try_fill_with" { wrap_result(slice) } else { slice }
            }
            "frame_str" | "frame_str_concat" | "frame_str_join" | "frame_cstr" => {
                let text = args.first().map_or_else(Value::unknown, |text| self.eval_place(*text));
                let count = text.text.as_ref().and_then(|text| u64::try_from(text.len()).ok()).map(Count::Exactly);
                args.iter().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
                let made = self.frame_alloc(allocator, "frame_str", Ty::Scalar(1), count, Ty::exclusive(Ty::Str), at);
                if name == "frame_cstr" { wrap_result(made) } else { made }
            }
            "frame_format" => {
                self.read_all(args);
                let result = Ty::known(Known::FrameString, []);
                self.frame_alloc(allocator, "frame_format", Ty::Scalar(1), None, result, at)
            }
            "frame_vec"
            | "frame_map"
            | "frame_set"
            | "frame_string"
            | "frame_vec_with_capacity"
            | "frame_map_with_capacity"
            | "frame_set_with_capacity"
            | "frame_string_with_capacity"
            | "frame_deque"
            | "frame_deque_with_capacity"
            | "frame_heap"
            | "frame_heap_with_capacity"
            | "frame_sorted_map"
            | "frame_sorted_map_with_capacity" => {
                let capacity = args.first().map(|capacity| self.eval(*capacity, None));
                let (known, what) = match name.strip_suffix("_with_capacity").unwrap_or(name) {
                    "frame_vec" => (Known::FrameVec, "frame_vec"),
                    "frame_map" => (Known::FrameMap, "frame_map"),
                    "frame_set" => (Known::FrameSet, "frame_set"),
                    "frame_deque" => (Known::FrameDeque, "frame_deque"),
                    "frame_heap" => (Known::FrameHeap, "frame_heap"),
                    "frame_sorted_map" => (Known::FrameSortedMap, "frame_sorted_map"),
                    _ => (Known::FrameString, "frame_string"),
                };
                let generics: Vec<Ty> = call.turbofish.iter().map(|ty| self.lower_type(*ty)).collect();
                let element = generic.unwrap_or(if known == Known::FrameString { Ty::Scalar(1) } else { Ty::Unknown });
                let count = capacity.as_ref().map_or(Some(Count::Exactly(0)), count_of);
                self.frame_alloc(allocator, what, element, count, Ty::known(known, generics), at)
            }
            "frame_vec_from_array" | "frame_vec_from_elem" => {
                let value = self.eval_args_first(args, None);
                let array = name == "frame_vec_from_array";
                let element = if array { super::place::element_of(&value.ty) } else { value.ty };
                let ty = Ty::known(Known::FrameVec, [element.clone()]);
                let mut made = self.frame_alloc(allocator, "frame_vec", element, None, ty, at);
                made.add_flows(&value.flows);
                made
            }
            "frame_collect" => {
                let source = self.eval_args_first(args, None);
                self.collected_into(allocator, &source, generic.unwrap_or(Ty::Unknown), at)
            }
            "frame_share" => {
                let value = self.eval_args_first(args, None);
                let result = Ty::known(Known::FrameHandle, [value.ty.clone()]);
                let mut handle =
                    self.frame_alloc(allocator, "frame_share", value.ty, Some(Count::Exactly(1)), result, at);
                handle.flows.clear();
                handle.handle = Some(Handle { resolved: false, age: Age::Fresh, since: at });
                handle
            }
            _ => return None,
        })
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
            _ => (super::place::element_of(&given.ty), None),
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
