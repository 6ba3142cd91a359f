//! Methods of what lives in a frame: cursors, boxes and collections.

use std::sync::Arc;

use super::Interpreter;
use super::event::EventKind;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Root, Value};
use crate::engine::hir::ir::MethodCall;
use crate::engine::resolve::model::Known;
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn cursor_method(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall) -> Option<Value> {
        let (plain, fallible) = name.strip_prefix("try_").map_or((name, false), |name| (name, true));
        if !matches!(plain, "alloc" | "boxed" | "copy" | "bytes") {
            return None;
        }
        let value = call.args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
        if plain == "alloc" && self.types.drops(&value.ty) == Some(true) {
            self.record(
                EventKind::DropSkipped { what: "Cursor::alloc", ty: value.ty.clone() },
                call.name_span,
                Confidence::High,
            );
        }
        let slice = |element: Ty| Ty::exclusive(Ty::Slice(Arc::new(element)));
        let (content, ty) = match plain {
            "boxed" => (value.ty.clone(), Ty::known(Known::FrameBox, [value.ty.clone()])),
            "copy" => {
                let element = super::place::element_of(&value.ty);
                (element.clone(), slice(element))
            }
            "bytes" => (Ty::Scalar(1), slice(Ty::Scalar(1))),
            _ => (value.ty.clone(), Ty::exclusive(value.ty.clone())),
        };
        let mut made = Value::of(ty).with_flows(receiver.flows.clone());
        made.flows.iter_mut().for_each(|flow| flow.site = call.name_span);
        made.learn_content(&content);
        let mut borrowed = value.flows;
        self.types.keep_held(&content, &mut borrowed);
        made.add_flows(&borrowed);
        Some(if fallible { super::ours::wrap_result(made) } else { made })
    }

    /// A value is put into a place.
    pub(super) fn slot_method(&mut self, receiver: &Value, name: &str, call: &'l MethodCall) -> Value {
        let value = call.args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
        let inner = match receiver.ty.argument(0) {
            Ty::Unknown => value.ty.clone(),
            ty => ty,
        };
        // What needs no drop is a plain reference.
        let plain = name == "zeroed" || name.starts_with("write_ref");
        let ty = if plain { Ty::exclusive(inner.clone()) } else { Ty::known(Known::FrameBox, [inner.clone()]) };
        let mut made = Value::of(ty).with_flows(receiver.flows.clone());
        made.learn_content(&inner);
        made.add_flows(&value.flows);
        made
    }

    /// Methods of what lives in a frame.
    pub(super) fn frame_data_method(
        &mut self,
        receiver: &Value,
        name: &'l str,
        head: Known,
        call: &'l MethodCall,
    ) -> Option<Value> {
        let args = &*call.args;
        let (plain, fallible) = name.strip_prefix("try_").map_or((name, false), |name| (name, true));
        match plain {
            "as_ptr" | "as_mut_ptr" | "as_non_null" | "into_raw" => {
                let mut value = receiver.clone();
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                value.ty = Ty::Ptr(Arc::new(super::place::element_of(&receiver.ty)));
                value.alias = None;
                Some(value)
            }
            "into_box" | "into_boxed" | "into_boxed_str" | "into_boxed_slice" | "freeze" => {
                self.moved(call.receiver);
                let element = receiver.ty.argument(0);
                let mut value = receiver.clone();
                value.ty = Ty::known(Known::FrameBox, [Ty::Slice(Arc::new(element))]);
                value.alias = None;
                Some(value)
            }
            "into_bump_slice" | "leak" | "into_mut" => {
                self.moved(call.receiver);
                let element = receiver.ty.argument(0);
                if self.types.drops(&element) == Some(true) {
                    let kind = EventKind::DropSkipped { what: "leak", ty: element.clone() };
                    self.record(kind, call.name_span, Confidence::High);
                }
                let mut value = receiver.clone();
                value.ty = Ty::exclusive(if head == Known::FrameVec { Ty::Slice(Arc::new(element)) } else { element });
                value.alias = None;
                Some(value)
            }
            "into_shared_slice" | "into_shared_str" => {
                self.moved(call.receiver);
                let mut value = receiver.clone();
                value.ty = Ty::reference(match head {
                    Known::FrameString => Ty::Str,
                    _ => Ty::Slice(Arc::new(receiver.ty.argument(0))),
                });
                value.alias = None;
                Some(value)
            }
            "push"
            | "push_back"
            | "push_front"
            | "push_mut"
            | "insert"
            | "insert_mut"
            | "extend"
            | "append"
            | "extend_from_slice"
            | "extend_from_slice_copy"
            | "extend_from_slices_copy"
            | "push_str"
            | "resize"
                if head != Known::FrameBox =>
            {
                let values: Vec<Value> = args.iter().map(|arg| self.eval(*arg, None)).collect();
                self.kept_in_frame(receiver, plain, head, &values);
                let mut value = Value::unit();
                if plain.ends_with("_mut") {
                    value = receiver.clone();
                    value.ty = Ty::exclusive(receiver.ty.argument(0));
                }
                Some(if fallible { super::ours::wrap_result(value) } else { value })
            }
            "take" | "take_all" if head != Known::FrameBox => {
                let mut value = receiver.clone();
                value.alias = None;
                Some(value)
            }
            "clone" => {
                // A clone of a box in the frame would be in the frame as well; of its content, a value of its own.
                let mut value = Value::of(receiver.ty.clone()).with_flows(receiver.flows.clone());
                value.alias = None;
                Some(value)
            }
            _ => None,
        }
    }

    /// Values are put into a collection in frame memory, which tells what it was made for.
    fn kept_in_frame(&mut self, receiver: &Value, name: &str, head: Known, values: &[Value]) {
        let Some(Root::Local(var)) = receiver.alias else { return };
        let Some(known) = self.state.values.get_mut(var) else { return };
        let several = name.starts_with("extend") || name == "append";
        let element = |value: &Value| match name {
            "extend_from_slice" | "extend_from_slice_copy" => super::place::element_of(&value.ty),
            _ if several => value.ty.element(),
            _ => value.ty.clone(),
        };
        let learned: Vec<Ty> = match (head, values) {
            (Known::FrameMap | Known::FrameSortedMap, [key, value]) => vec![key.ty.clone(), value.ty.clone()],
            (Known::FrameMap | Known::FrameSortedMap, [pairs]) if several => match element(pairs) {
                Ty::Tuple(parts) => parts.to_vec(),
                _ => Vec::new(),
            },
            (Known::FrameMap | Known::FrameSortedMap | Known::FrameString, _) => Vec::new(),
            (_, [.., value]) => vec![element(value)],
            _ => Vec::new(),
        };
        if let Ty::Known(_, generics) = &mut known.ty
            && generics.is_empty()
            && !learned.is_empty()
            && !learned.iter().any(Ty::is_unknown)
        {
            *generics = learned.into();
        }
        if let Some(content) = known.ty.collected() {
            known.learn_content(&content);
        }
        for value in values {
            let mut flows = value.flows.clone();
            // What they lead to is not what this is made of.
            for flow in &mut flows {
                flow.content.get_or_insert(Ty::Unknown);
            }
            known.add_flows(&flows);
        }
    }
}
