//! Method calls, by the head of the receiver's type.

use super::Interpreter;
use super::event::EventKind;
use super::place::Target;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Age, Handle, Value};
use crate::engine::hir::ir::{ExprId, ExprKind, MethodCall, Span};
use crate::engine::resolve::model::Known;
use crate::engine::resolve::{FnId, TypeKey};
use crate::model::finding::Confidence;

/// Methods that put an argument into the receiver, whatever it is.
const STORES: &[&str] = &[
    "push",
    "push_back",
    "push_front",
    "insert",
    "extend",
    "extend_from_slice",
    "append",
    "set",
    "replace",
    "store",
    "get_or_insert",
    "entry",
    "send",
    "try_send",
    "add",
    "or_insert",
    "fill",
    "push_within_capacity",
    "write",
    "swap",
    "get_or_init",
    "init",
    "send_blocking",
];

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn method_call(&mut self, call: &'l MethodCall, span: Span, expected: Option<&Ty>) -> Value {
        let facts = self.facts;
        let name = facts.name(call.name);
        // Long chains are nested as deeply as they are long.
        let receiver = self.eval_place(call.receiver);
        if receiver.ty.allocator().is_some()
            && !self.is_user_method(&receiver.ty, name)
            && let Some(value) = self.allocator_method(&receiver, call)
        {
            return value;
        }
        let inner = Self::through_pointers(&receiver, name);
        if let Some(value) = self.collected_in(&inner, name, call) {
            return value;
        }
        if let Some(value) = self.modelled_method(&inner, name, call, span) {
            return value;
        }
        if let Some(value) = self.workspace_method(&receiver, name, call, span) {
            return value;
        }
        if let Some(value) = self.std_method(&inner, name, call, span, expected) {
            return value;
        }
        self.unknown_method(&inner, name, call, span)
    }

    /// What a method of a smart pointer is called on: the value behind it.
    fn through_pointers(receiver: &Value, name: &str) -> Value {
        let mut value = receiver.clone();
        if matches!(
            name,
            "clone" | "as_ref" | "as_mut" | "into_inner" | "as_ptr" | "as_mut_ptr" | "leak" | "downgrade" | "upgrade"
        ) {
            return value;
        }
        for _ in 0..6 {
            let pointer = matches!(
                value.ty.head(),
                Some(
                    Known::Arc
                        | Known::Rc
                        | Known::Box
                        | Known::Guard
                        | Known::Res
                        | Known::ResMut
                        | Known::Local
                        | Known::Pin
                        | Known::ManuallyDrop
                        | Known::PoolBox
                        | Known::HeapBox
                )
            );
            let Some(next) = value.ty.peeled().deref().filter(|_| pointer) else { break };
            if next.is_unknown() {
                break;
            }
            value.ty = next;
        }
        value
    }

    fn is_user_method(&self, ty: &Ty, name: &'l str) -> bool {
        Self::receivers(ty).iter().any(|key| !self.around.program.methods_of(*key, name).is_empty())
    }

    /// What method lookup tries, one `*` after the other.
    fn receivers(ty: &Ty) -> Vec<TypeKey> {
        let mut keys = Vec::new();
        let mut ty = ty.clone();
        for _ in 0..8 {
            match &ty {
                Ty::User(of, _) | Ty::Trait(of) => keys.push(TypeKey::User(*of)),
                Ty::Known(known, _) => keys.push(TypeKey::Known(*known)),
                _ => {}
            }
            match ty.deref() {
                Some(next) => ty = next,
                None => break,
            }
        }
        keys
    }

    fn workspace_method(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall, span: Span) -> Option<Value> {
        let program = self.around.program;
        for key in Self::receivers(&receiver.ty) {
            let found = program.methods_of(key, name);
            if found.is_empty() {
                continue;
            }
            let is_trait = matches!(key, TypeKey::User(of) if matches!(program.type_def(of).item.kind, crate::engine::hir::ir::ItemKind::Trait { .. }));
            let mut callees: Vec<FnId> = found.iter().copied().take(8).collect();
            if is_trait {
                // Whoever implements the trait may be meant.
                let all = program.methods_named(name);
                callees =
                    all.iter().copied().filter(|id| program.fn_def(*id).function.body.is_some()).take(8).collect();
            } else {
                callees.truncate(1);
            }
            return Some(self.call_all(
                &callees,
                receiver,
                call,
                span,
                if is_trait { Confidence::Medium } else { Confidence::High },
            ));
        }
        if receiver.ty.is_unknown()
            && let [only] = program.methods_named(name)
            && !is_common(name)
        {
            return Some(self.call_all(&[*only], receiver, call, span, Confidence::Medium));
        }
        None
    }

    fn call_all(
        &mut self,
        callees: &[FnId],
        receiver: &Value,
        call: &'l MethodCall,
        span: Span,
        confidence: Confidence,
    ) -> Value {
        let params = callees.first().map(|callee| self.param_types(*callee)).unwrap_or_default();
        let mut args = vec![receiver.clone()];
        for (at, arg) in call.args.iter().enumerate() {
            args.push(self.eval(*arg, params.get(at + 1)));
        }
        self.consume(call.receiver, callees.first().copied());
        let mut result: Option<Value> = None;
        for callee in callees {
            let value = self.call_fn(*callee, &args, span, confidence);
            match &mut result {
                Some(known) => known.join(&value),
                None => result = Some(value),
            }
        }
        result.unwrap_or_else(Value::unknown)
    }

    /// A method that takes `self` uses the variable up.
    fn consume(&mut self, receiver: ExprId, callee: Option<FnId>) {
        let by_value = callee.is_some_and(|callee| {
            self.around.program.fn_def(callee).function.receiver == Some(crate::engine::hir::ir::Receiver::Value)
        });
        if by_value {
            self.moved(receiver);
        }
    }

    /// A value that is owned is used up by a loop over it, or by a method that takes `self`; a reference is not.
    pub(super) fn uses_up(&mut self, expr: ExprId, ty: &Ty) {
        if matches!(ty, Ty::Known(..) | Ty::User(..)) && ty.allocator().is_none() {
            self.moved(expr);
        }
    }

    pub(super) fn moved(&mut self, expr: ExprId) {
        if let ExprKind::Name(name) = &self.facts.expr(expr).kind
            && let Some(var) = self.lookup_var(self.facts.name(*name))
            && let Some(value) = self.state.values.get_mut(var)
        {
            value.moved = true;
        }
    }

    /// Methods of our types that are not allocators, of threads, channels and Bevy.
    fn modelled_method(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall, span: Span) -> Option<Value> {
        let head = receiver.ty.head()?;
        let at = call.name_span;
        let args = &*call.args;
        Some(match (head, name) {
            (Known::FrameHandle, "get" | "get_mut" | "try_get") => {
                self.read_all(args);
                let allocator_flows = args.first().map(|arg| self.eval_place(*arg).flows).unwrap_or_default();
                let mut value = Value::of(Ty::known(Known::Option, [Ty::reference(receiver.ty.argument(0))]));
                value.flows = allocator_flows
                    .into_iter()
                    .map(|flow| super::value::Flow { frame: true, site: at, ..flow })
                    .collect();
                value.handle = receiver.handle.map(|handle| Handle { resolved: true, ..handle });
                value
            }
            (Known::Option, "unwrap" | "expect" | "unwrap_unchecked") => {
                self.read_all(args);
                if let Some(handle) = receiver.handle
                    && handle.resolved
                    && handle.age != Age::Fresh
                {
                    let confidence = if handle.age == Age::Stale { Confidence::High } else { Confidence::Medium };
                    self.record(EventKind::StaleHandle { age: handle.age, since: handle.since }, at, confidence);
                }
                let mut value = self.unwrapped(receiver.clone());
                value.handle = value.handle.filter(|handle| !handle.resolved);
                value
            }
            (Known::RetainedSlot, "write" | "write_with") => {
                let value =
                    args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
                let mut kept =
                    Value::of(Ty::known(Known::FrameRetained, [value.ty])).with_flows(receiver.flows.clone());
                kept.discards = receiver.discards;
                kept
            }
            (Known::FrameRetained, "key") => {
                let mut key = Value::of(Ty::known(Known::RetainKey, [receiver.ty.argument(0)]));
                key.discards = receiver.discards;
                key
            }
            (Known::FrameRetained, "set_policy" | "discard") => {
                self.read_all(args);
                self.promoted.clear();
                Value::unit()
            }
            (Known::Promotions, "take") => {
                let key = args.first().map_or_else(Value::unknown, |arg| self.eval(*arg, None));
                if key.discards == Some(true) {
                    self.record(EventKind::Retention { discards: true, policy: None }, at, Confidence::High);
                }
                Value::of(Ty::known(Known::Option, [Ty::Opaque { borrows: false }]))
            }
            (Known::TransferHandle, "receive" | "try_receive" | "into_inner") => {
                self.read_all(args);
                self.moved(call.receiver);
                Value::of(Ty::known(Known::PoolBox, [receiver.ty.argument(0)]))
            }
            (Known::FrameSlot, "write" | "write_with" | "write_ref" | "write_ref_with" | "zeroed") => {
                self.slot_method(receiver, name, call)
            }
            (Known::Cursor, _) => return self.cursor_method(receiver, name, call),
            (head, _) if head == Known::FrameBox || head.is_frame_collection() => {
                return self.frame_data_method(receiver, name, head, call);
            }
            (Known::ThreadScope, "spawn") => {
                // Joined before the scope ends: what it borrows from the frame is fine.
                if let Some(arg) = args.first() {
                    self.joined_thread(*arg, receiver);
                }
                Value::of(Ty::known(Known::JoinHandle, [Ty::Unknown]))
            }
            (Known::Sender, "send" | "try_send" | "send_blocking" | "send_timeout") => {
                let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval(*arg, None));
                args.iter().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
                let item = receiver.ty.argument(0);
                if !item.is_unknown() {
                    self.types.keep_held(&item, &mut value.flows);
                }
                let mut into = receiver.clone();
                into.ty = Ty::Unknown;
                self.store(&into, &value, &Target::Channel, span);
                Value::of(Ty::known(Known::Result, [Ty::Unit]))
            }
            (Known::Commands, _) => {
                let mut value = Value::of(Ty::Opaque { borrows: true });
                for arg in args {
                    self.eval(*arg, None);
                }
                value.alias = None;
                value
            }
            _ => return None,
        })
    }

    /// A method that is not known may keep what it is given. Its name does not say so, its types can refuse it: what holds no
    /// borrow keeps none. Where they are not known either, rustc watches the borrow, and nothing is certain but an address.
    fn kept_by_unknown(&mut self, receiver: &Value, arg: &Value, how: &Target<'_>, span: Span) {
        let keeper = receiver.ty.peeled();
        let mut arg = arg.clone();
        arg.flows.retain(|flow| self.types.can_refer(keeper, flow.raw));
        for flow in arg.flows.iter_mut().filter(|flow| !flow.raw) {
            flow.confidence = Confidence::Low;
        }
        let mut into = receiver.clone();
        into.ty = Ty::Unknown;
        self.store(&into, &arg, how, span);
    }

    /// A method that nobody knows: what goes in may come out, and may stay in.
    fn unknown_method(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall, span: Span) -> Value {
        let stores = STORES.contains(&name);
        let spawns = matches!(name, "spawn" | "spawn_blocking" | "spawn_local" | "spawn_fifo")
            && !matches!(receiver.ty.head(), Some(Known::Commands));
        let mut value = Value::unknown();
        for arg in &call.args {
            let facts = self.facts;
            let kind = &facts.expr(*arg).kind;
            if spawns && matches!(kind, ExprKind::Async(_)) {
                return self.spawn(*arg, true, Confidence::High);
            }
            if spawns && matches!(kind, ExprKind::Closure(_)) {
                let builder = receiver.ty.is_unknown() || matches!(receiver.ty, Ty::Opaque { .. });
                return self.spawn(*arg, false, if builder { Confidence::High } else { Confidence::Medium });
            }
            if self.closure_at(*arg).is_some() && !stores {
                self.inline_closure(*arg, &[], Runs::Inline);
                continue;
            }
            let arg = self.eval(*arg, None);
            if stores {
                let how = if name.contains("send") { Target::Channel } else { Target::Container(name) };
                self.kept_by_unknown(receiver, &arg, &how, span);
            }
            value.add_flows(&arg.flows);
        }
        value.add_flows(&receiver.flows);
        value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        if is_way_in(name) {
            value.alias = receiver.alias;
            value.field.clone_from(&receiver.field);
        }
        value
    }
}

/// Methods that lead from a place to a part of it.
pub(super) fn is_way_in(name: &str) -> bool {
    matches!(
        name,
        "borrow_mut"
            | "lock"
            | "write"
            | "read"
            | "borrow"
            | "unwrap"
            | "expect"
            | "get_mut"
            | "as_mut"
            | "as_ref"
            | "iter_mut"
            | "entry"
            | "or_default"
            | "or_insert"
            | "or_insert_with"
            | "last_mut"
            | "first_mut"
            | "deref_mut"
            | "get_or_insert_with"
            | "as_deref_mut"
            | "peek_mut"
            | "back_mut"
            | "front_mut"
            | "into_inner"
            | "get"
            | "with"
            | "values_mut"
            | "as_mut_slice"
            | "unwrap_or_else"
            | "get_mut_or_default"
            | "bypass_change_detection"
    )
}

/// Names that many types have: one workspace method of that name says nothing about an unknown receiver.
fn is_common(name: &str) -> bool {
    STORES.contains(&name)
        || is_way_in(name)
        || matches!(
            name,
            "new"
                | "len"
                | "is_empty"
                | "clear"
                | "iter"
                | "next"
                | "clone"
                | "into"
                | "from"
                | "map"
                | "filter"
                | "collect"
                | "take"
                | "pop"
                | "remove"
                | "contains"
                | "update"
                | "run"
                | "start"
                | "stop"
                | "reset"
                | "drain"
                | "fold"
                | "sum"
                | "min"
                | "max"
                | "abs"
                | "to_string"
                | "eq"
                | "cmp"
                | "hash"
                | "fmt"
                | "drop"
                | "index"
                | "add_assign"
                | "sub"
                | "mul"
                | "div"
                | "spawn"
                | "join"
                | "recv"
                | "poll"
                | "open"
                | "close"
                | "flush"
                | "count"
                | "name"
                | "id"
                | "position"
                | "length"
                | "normalize"
                | "dot"
                | "cross"
                | "apply"
                | "build"
                | "call"
                | "process"
                | "handle"
                | "execute"
                | "tick"
                | "step"
                | "draw"
                | "render"
        )
}
