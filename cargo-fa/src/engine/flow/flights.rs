//! Frames in flight: what ended frames shared.

use super::Interpreter;
use super::event::EventKind;
use super::types::{Ty, Types};
use super::value::{Age, Flow, Handle, Value};
use crate::engine::api::Known;
use crate::engine::hir::ir::{MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// The flight of the frame that ended here.
    pub(super) fn flight(at: Span) -> Value {
        let mut flight = Value::of(Ty::known(Known::FrameInFlight, []));
        flight.handle = Some(Handle { resolved: false, age: Age::Fresh, since: at });
        flight
    }

    /// `flight.get(handle)`. A value that was shared after the frame of the flight had ended, in a frame that is still open, is in
    /// none: every end that is known of ages the handles there are.
    pub(super) fn resolved_in_flight(&mut self, flight: &Value, call: &'l MethodCall) -> Value {
        let handle = call.args.first().map_or_else(Value::unknown, |arg| self.eval(*arg, None));
        let mut value = Value::of(Ty::known(Known::Option, [Ty::reference(handle.ty.argument(0))]));
        value.flows = flight.flows.iter().map(|flow| Flow { site: call.name_span, ..flow.clone() }).collect();
        let shared =
            handle.handle.filter(|shared| shared.age == Age::Fresh && self.frames.shares.contains(&shared.since));
        if let (Some(shared), Some(ended)) = (shared, flight.handle)
            && shared.since.lo > ended.since.hi
        {
            value.handle = Some(Handle { resolved: true, age: Age::Later, since: shared.since });
        }
        value
    }

    /// `publisher.publish(&mut alloc, root)`: the frame ends.
    pub(super) fn published(&mut self, call: &'l MethodCall) -> Value {
        let mut args = call.args.iter();
        let allocator = args.next().map_or_else(Value::unknown, |arg| self.eval_place(*arg));
        args.for_each(|arg| drop(self.eval(*arg, None)));
        self.end_allocator(&allocator, call.name_span);
        Value::of(Ty::known(Known::Result, [Ty::opaque(false)]))
    }

    /// A flight is put into a container.
    pub(super) fn kept_flight(&mut self, container: &Value, value: &Value, at: Span) {
        if holds_flight(self.types, &value.ty, 0) {
            let container = super::containers::lent_container(container);
            self.record(EventKind::FlightKept { container }, at, Confidence::Medium);
        }
    }
}

/// A flight, or something made of one.
fn holds_flight(types: Types<'_, '_>, ty: &Ty, depth: usize) -> bool {
    match ty {
        Ty::Known(Known::FrameInFlight, _) => true,
        Ty::Known(Known::Option | Known::Box | Known::Arc | Known::Rc, args) => {
            args.iter().any(|arg| holds_flight(types, arg, depth))
        }
        Ty::Tuple(parts) => parts.iter().any(|part| holds_flight(types, part, depth)),
        Ty::User(user, args) if depth < 3 => {
            types.fields(*user, args, None).iter().any(|(_, field)| holds_flight(types, field, depth + 1))
        }
        _ => false,
    }
}
