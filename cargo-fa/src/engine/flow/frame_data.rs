//! Methods of what lives in a frame: handles, slots, cursors, boxes and collections.

use std::sync::Arc;

use super::Interpreter;
use super::allocator::wrap_result;
use super::event::EventKind;
use super::layout::element_of;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Flow, Handle, Root, Value};
use crate::engine::api::Known;
use crate::engine::api::effect::{CursorMake, Effect, Stored};
use crate::engine::hir::ir::{ExprId, MethodCall};
use crate::model::finding::Confidence;

/// What lies in memory that was filled with values of a type that is not known.
pub(super) const UNTOLD: Ty = Ty::opaque(true);

impl<'l> Interpreter<'_, 'l> {
    /// A method of a value in a frame; `None` when its row says nothing.
    pub(super) fn frame_data_method(
        &mut self,
        effect: Effect,
        receiver: &Value,
        call: &'l MethodCall,
    ) -> Option<Value> {
        let head = receiver.ty.head()?;
        let args = &*call.args;
        Some(match effect {
            Effect::HandleGet => self.resolved_handle(receiver, call),
            Effect::FlightGet => self.resolved_in_flight(receiver, call),
            Effect::PublishesFrame => self.published(call),
            Effect::SlotWrite => {
                let (value, inner) = self.written_into(receiver, args);
                Self::in_place_of(receiver, &value, Ty::known(Known::FrameBox, [inner.clone()]), &inner)
            }
            // What needs no drop is a plain reference.
            Effect::SlotWriteRef => {
                let (value, inner) = self.written_into(receiver, args);
                Self::in_place_of(receiver, &value, Ty::exclusive(inner.clone()), &inner)
            }
            Effect::CursorAlloc(kind) => self.cursor_alloc(receiver, kind, call),
            Effect::FrameAddress => Self::address(receiver),
            Effect::FrameIntoBox => {
                self.moved(call.receiver);
                let boxed = Ty::known(Known::FrameBox, [Ty::Slice(Arc::new(receiver.ty.argument(0)))]);
                Self::turned_into(receiver, boxed)
            }
            Effect::FrameLeak => {
                self.moved(call.receiver);
                let element = receiver.ty.argument(0);
                if self.types.drops(&element) == Some(true) {
                    let kind = EventKind::DropSkipped { what: "leak", ty: element.clone() };
                    self.record(kind, call.name_span, Confidence::High);
                }
                let leaked = if head == Known::FrameVec { Ty::Slice(Arc::new(element)) } else { element };
                Self::turned_into(receiver, Ty::exclusive(leaked))
            }
            Effect::FrameIntoShared => {
                self.moved(call.receiver);
                let shared = match head {
                    Known::FrameString => Ty::Str,
                    _ => Ty::Slice(Arc::new(receiver.ty.argument(0))),
                };
                Self::turned_into(receiver, Ty::reference(shared))
            }
            Effect::FrameStores(stored) => {
                let values: Vec<Value> = args.iter().map(|arg| self.eval(*arg, None)).collect();
                self.kept_in_frame(receiver, stored, head, &values);
                let mut value = Value::unit();
                if stored == Stored::EachAndRef {
                    value = receiver.clone();
                    value.ty = Ty::exclusive(receiver.ty.argument(0));
                }
                if self.facts.name(call.name).starts_with("try_") { wrap_result(value) } else { value }
            }
            Effect::FrameTakes => Self::turned_into(receiver, receiver.ty.clone()),
            // A clone of a box in the frame would be in the frame as well; of its content, a value of its own.
            Effect::FrameClone => Value::of(receiver.ty.clone()).with_flows(receiver.flows.clone()),
            _ => return None,
        })
    }

    /// The receiver as something else, which is no place of the caller any more.
    fn turned_into(receiver: &Value, ty: Ty) -> Value {
        let mut value = receiver.clone();
        value.ty = ty;
        value.alias = None;
        value
    }

    /// `handle.get(&alloc)`: what is behind it, if it is of the frame that is open.
    fn resolved_handle(&mut self, receiver: &Value, call: &'l MethodCall) -> Value {
        self.read_all(&call.args);
        let allocator_flows = call.args.first().map(|arg| self.eval_place(*arg).flows).unwrap_or_default();
        let at = call.name_span;
        let mut value = Value::of(Ty::known(Known::Option, [Ty::reference(receiver.ty.argument(0))]));
        value.flows = allocator_flows.into_iter().map(|flow| Flow { frame: true, site: at, ..flow }).collect();
        value.handle = receiver.handle.map(|handle| Handle { resolved: true, ..handle });
        value
    }

    /// The value that is put into a slot, and the type of the slot.
    fn written_into(&mut self, receiver: &Value, args: &'l [ExprId]) -> (Value, Ty) {
        let value = args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
        let inner = match receiver.ty.argument(0) {
            Ty::Unknown => value.ty.clone(),
            ty => ty,
        };
        (value, inner)
    }

    fn in_place_of(receiver: &Value, value: &Value, ty: Ty, inner: &Ty) -> Value {
        let mut made = Value::of(ty).with_flows(receiver.flows.clone());
        made.learn_content(inner);
        made.add_flows(&value.flows);
        made
    }

    fn cursor_alloc(&mut self, receiver: &Value, kind: CursorMake, call: &'l MethodCall) -> Value {
        let value = call.args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
        if kind == CursorMake::Ref && self.types.drops(&value.ty) == Some(true) {
            let kind = EventKind::DropSkipped { what: "Cursor::alloc", ty: value.ty.clone() };
            self.record(kind, call.name_span, Confidence::High);
        }
        let slice = |element: Ty| Ty::exclusive(Ty::Slice(Arc::new(element)));
        let (content, ty) = match kind {
            CursorMake::Box => (value.ty.clone(), Ty::known(Known::FrameBox, [value.ty.clone()])),
            CursorMake::Copy => {
                let element = element_of(&value.ty);
                (element.clone(), slice(element))
            }
            CursorMake::Bytes => (Ty::Scalar(1), slice(Ty::Scalar(1))),
            CursorMake::Ref => (value.ty.clone(), Ty::exclusive(value.ty.clone())),
        };
        let mut made = Value::of(ty).with_flows(receiver.flows.clone());
        made.flows.iter_mut().for_each(|flow| flow.site = call.name_span);
        made.learn_content(&content);
        let mut borrowed = value.flows;
        self.types.keep_held(&content, &mut borrowed);
        made.add_flows(&borrowed);
        if self.facts.name(call.name).starts_with("try_") { wrap_result(made) } else { made }
    }

    /// Values are put into a collection in frame memory, which tells what it was made for.
    fn kept_in_frame(&mut self, receiver: &Value, stored: Stored, head: Known, values: &[Value]) {
        let Some(Root::Local(var)) = receiver.alias else { return };
        let Some(known) = self.state.values.get_mut(var) else { return };
        let element = |value: &Value| match stored {
            Stored::ElementsOfSlice => element_of(&value.ty),
            Stored::Yielded => value.ty.element(),
            Stored::Each | Stored::EachAndRef => value.ty.clone(),
        };
        let several = matches!(stored, Stored::ElementsOfSlice | Stored::Yielded);
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
        let untold = learned.iter().any(Ty::is_unknown);
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
        if untold {
            known.learn_content(&UNTOLD);
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
