//! Method calls, by the head of the receiver's type.

use super::Interpreter;
use super::changes::bare;
use super::effects::origin_of_part;
use super::event::{Cold, EventKind, Fate, Runner};
use super::option_and_result::runs_seldom;
use super::settled::Many;
use super::spawn::Runs;
use super::stores::Target;
use super::types::Ty;
use super::value::{Age, AtEnd, Value};
use crate::engine::api::effect::Effect;
use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ExprId, ExprKind, MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn method_call(&mut self, call: &'l MethodCall, span: Span, expected: Option<&Ty>) -> Value {
        let facts = self.facts;
        let name = facts.name(call.name);
        // Long chains are nested as deeply as they are long.
        // What is unwrapped is asked for through the call that gives it: `let save: Save = from_str(text).unwrap()`.
        let unwraps = matches!(name, "unwrap" | "expect" | "unwrap_or_default" | "unwrap_or_else" | "unwrap_or");
        let asked = expected.filter(|_| unwraps).map(|ty| Ty::known(Known::Option, [ty.clone()]));
        let cache = u32::from(self.asks_a_cache(call, name));
        self.context.cache += cache;
        let receiver = match (&facts.expr(call.receiver).kind, asked) {
            (ExprKind::Call { .. }, Some(asked)) => self.eval(call.receiver, Some(&asked)),
            _ => self.eval_place(call.receiver),
        };
        self.context.cache -= cache;
        let scope = u32::from(api::joins_what_it_spawns(name) && receiver.ty.allocator().is_none());
        let seldom = u32::from(api::runs_where_nothing_is_yet(name));
        let fails = u32::from(receiver.ty.is_unknown() && api::runs_where_it_failed(name));
        let (keyed, filled) = self.fills_a_kept_map(&receiver, call, name);
        let keyed = u32::from(keyed);
        self.context.keyed += keyed;
        // A function that is named there runs as seldom as a closure.
        let fills_option = name == "get_or_insert_with" && !self.is_user_method(&receiver.ty, name);
        let filled = filled.or(fills_option.then_some(Cold::Seldom));
        self.context.cold += fails;
        self.enter_cold(filled);
        self.context.joined += scope;
        self.context.seldom += seldom;
        let mut value = self.method_of(&receiver, call, span, expected);
        if value.ty.is_unknown()
            && let Some(held) = self.held_under_key(call, name)
        {
            value.ty = Ty::exclusive(held);
        }
        self.context.joined -= scope;
        self.context.seldom -= seldom;
        self.context.keyed -= keyed;
        self.context.cold -= fails;
        self.leave_cold(filled);
        value
    }

    /// `entry(key).or_insert_with(|| …)`. What begins with nothing is a list of what has been seen, or a count of it:
    /// `or_default()`, `or_insert_with(Vec::new)`.
    fn asks_a_cache(&self, call: &'l MethodCall, name: &str) -> bool {
        let is_entry = matches!(&self.facts.expr(call.receiver).kind, ExprKind::Method(entry) if self.facts.name(entry.name) == "entry");
        let makes = call.args.first().is_some_and(|make| self.closure_at(*make).is_some());
        is_entry && (name == "or_insert" || makes && matches!(name, "or_insert_with" | "or_insert_with_key"))
    }

    /// What `entry(key).or_default()` leads to.
    fn held_under_key(&self, call: &'l MethodCall, name: &str) -> Option<Ty> {
        let ExprKind::Method(entry) = &self.facts.expr(call.receiver).kind else { return None };
        let fills = matches!(name, "or_default" | "or_insert" | "or_insert_with" | "or_insert_with_key");
        if !fills || self.facts.name(entry.name) != "entry" {
            return None;
        }
        match self.written_type(bare(self.facts, entry.receiver))?.collection()? {
            Ty::Known(Known::HashMap | Known::BTreeMap, pair) => pair.get(1).cloned(),
            _ => None,
        }
    }

    /// Whether a map grows here that is kept, and that nobody takes anything out of, so that it knows all keys sooner or later;
    /// and whether the arguments run once for each key. What `insert` is given is made whether the key is known or not.
    fn fills_a_kept_map(&self, receiver: &Value, call: &'l MethodCall, name: &str) -> (bool, Option<Cold>) {
        match (name, &self.facts.expr(call.receiver).kind) {
            ("entry" | "insert", _) => {
                let first = call.args.first();
                let map = lent(&receiver.ty);
                // By names each element of a list may have one.
                let many = if self.are_names(&map.argument(0)) { Many::Allowed } else { Many::Excluded };
                let for_good = |key: &ExprId| self.fills_gaps_for_good(call.receiver, *key, many).is_some();
                (is_keyed(&map) && first.is_some_and(for_good), None)
            }
            ("or_insert_with" | "or_insert_with_key", ExprKind::Method(entry)) => {
                let key = entry.args.first().filter(|_| self.facts.name(entry.name) == "entry");
                (false, key.and_then(|key| self.fills_gaps_for_good(entry.receiver, *key, Many::Excluded)))
            }
            _ => (false, None),
        }
    }

    fn method_of(&mut self, receiver: &Value, call: &'l MethodCall, span: Span, expected: Option<&Ty>) -> Value {
        let name = self.facts.name(call.name);
        self.recorder.out.has_allocator |= receiver.ty.allocator().is_some();
        if receiver.ty.allocator().is_some() {
            self.note_wait(receiver, name, call.name_span);
        }
        if receiver.ty.allocator().is_some()
            && !self.is_user_method(&receiver.ty, name)
            && let Some(value) = self.allocator_method(receiver, call)
        {
            return value;
        }
        let inner = Self::through_pointers(receiver, name);
        self.note_steady(&inner, name);
        self.note_wait(&inner, name, call.name_span);
        if let Some(value) = self.collected_in(&inner, name, call) {
            return value;
        }
        if let Some(value) = self.known_method(&inner, name, call, span) {
            return value;
        }
        if let Some(value) = self.workspace_method(receiver, name, call, span) {
            return value;
        }
        self.note_named_wait(&inner, name, &call.args, call.name_span);
        if let Some(value) = self.method_of_std(&inner, name, call, expected) {
            return value;
        }
        if let Some(value) = self.shared_method(&inner, name, call, span, expected) {
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

    /// A method of a type that is known, which nobody in the workspace can have written: of framealloc, of threads, channels and
    /// Bevy.
    fn known_method(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall, span: Span) -> Option<Value> {
        let head = receiver.ty.head()?;
        // What may fail for want of memory is in a frame.
        let tries = head == Known::Cursor || head == Known::FrameBox || head.is_frame_collection();
        let plain = name.strip_prefix("try_").filter(|_| tries).unwrap_or(name);
        let at = call.name_span;
        let args = &*call.args;
        Some(match api::method_of(head, plain)? {
            Effect::Unwraps => {
                self.read_all(args);
                self.unwrapped_handle(receiver, at)
            }
            Effect::Configures => {
                self.read_all(args);
                receiver.clone()
            }
            Effect::SetsHeapBudget => {
                self.heap_budget(args);
                receiver.clone()
            }
            Effect::RetainedSlotWrite => {
                let value =
                    args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
                let mut kept =
                    Value::of(Ty::known(Known::FrameRetained, [value.ty])).with_flows(receiver.flows.clone());
                kept.at_end = receiver.at_end;
                kept
            }
            Effect::RetainKey => {
                let mut key = Value::of(Ty::known(Known::RetainKey, [receiver.ty.argument(0)]));
                key.at_end = receiver.at_end;
                key
            }
            Effect::RetainDiscard => {
                self.read_all(args);
                self.frames.promoted.clear();
                Value::unit()
            }
            Effect::TakesPromoted => {
                let key = args.first().map_or_else(Value::unknown, |arg| self.eval(*arg, None));
                if key.at_end == Some(AtEnd::Discarded) {
                    self.record(EventKind::Retention { discards: true, policy: None }, at, Confidence::High);
                }
                Value::of(Ty::known(Known::Option, [Ty::opaque(false)]))
            }
            Effect::ReceivesTransfer => {
                self.read_all(args);
                self.moved(call.receiver);
                Value::of(Ty::known(Known::PoolBox, [receiver.ty.argument(0)]))
            }
            Effect::SpawnsScoped => {
                // Joined before the scope ends: what it borrows from the frame is fine.
                if let Some(arg) = args.first() {
                    self.joined_thread(*arg, receiver);
                }
                Value::of(Ty::known(Known::JoinHandle, [Ty::Unknown]))
            }
            Effect::Sends => self.sent(receiver, args, span),
            Effect::Commands => {
                for arg in args {
                    self.eval(*arg, None);
                }
                Value::of(Ty::opaque(true))
            }
            effect @ (Effect::Resource | Effect::ResourceIfAny) => self.resource(receiver, call, effect),
            Effect::WorldAlloc => {
                let mut value = receiver.clone();
                value.ty = Ty::known(Known::AllocResource, []);
                value
            }
            Effect::QueryItem => {
                self.read_all(args);
                let mut value = receiver.clone();
                value.ty = Ty::known(Known::Result, [receiver.ty.argument(0)]);
                value
            }
            Effect::ResourceScope => {
                let resource = self.resource(receiver, call, Effect::Resource);
                let params = [receiver.clone(), resource];
                args.first().map_or_else(Value::unknown, |body| self.inline_closure(*body, &params, Runs::Inline))
            }
            effect => return self.frame_data_method(effect, receiver, call),
        })
    }

    /// `world.resource::<T>()`: a part of the world.
    fn resource(&mut self, world: &Value, call: &'l MethodCall, effect: Effect) -> Value {
        let ty = call.turbofish.first().map_or(Ty::Unknown, |ty| self.lower_type(*ty));
        let mut value = world.clone();
        value.field = Some(self.types.display(&ty).into());
        let resource = if ty.is_unknown() { Ty::Unknown } else { Ty::exclusive(ty) };
        value.ty = if effect == Effect::ResourceIfAny { Ty::known(Known::Option, [resource]) } else { resource };
        value
    }

    /// `unwrap` and `expect`, also of a handle that was resolved as if its value must be there.
    fn unwrapped_handle(&mut self, receiver: &Value, at: Span) -> Value {
        if let Some(handle) = receiver.handle
            && handle.resolved
            && handle.age != Age::Fresh
        {
            let confidence =
                if matches!(handle.age, Age::Stale | Age::Later) { Confidence::High } else { Confidence::Medium };
            self.record(EventKind::StaleHandle { age: handle.age, since: handle.since }, at, confidence);
        }
        let mut value = self.unwrapped(receiver.clone());
        value.handle = value.handle.filter(|handle| !handle.resolved);
        value
    }

    /// A channel takes a value.
    fn sent(&mut self, receiver: &Value, args: &'l [ExprId], span: Span) -> Value {
        let mut value = args.first().map_or_else(Value::unknown, |arg| self.eval(*arg, None));
        args.iter().skip(1).for_each(|arg| drop(self.eval(*arg, None)));
        self.becomes(&value, Fate::Sent);
        // A channel without a limit is a list of blocks, each of which has room for some thirty messages.
        if receiver.ty.head() == Some(Known::Sender) {
            self.heap_alloc("Sender::send".to_owned(), Ty::Unknown, span, Confidence::Medium);
        }
        let item = receiver.ty.argument(0);
        if !item.is_unknown() {
            self.types.keep_in(&item.loosened(&value.ty), &value.ty, &mut value.flows);
        }
        let mut into = receiver.clone();
        into.ty = Ty::Unknown;
        self.store(&into, &value, &Target::Channel, span);
        Value::of(Ty::known(Known::Result, [Ty::Unit]))
    }

    /// A method that is not known may keep what it is given. Its name does not say so, its types can refuse it: what holds no
    /// borrow keeps none. Where they are not known either, rustc watches the borrow, and nothing is certain but an address.
    fn kept_by_unknown(&mut self, receiver: &Value, arg: &Value, how: &Target<'_>, span: Span) {
        let keeper = receiver.ty.peeled();
        let mut arg = arg.clone();
        arg.flows.retain(|flow| self.types.can_refer(keeper, flow.link()));
        for flow in arg.flows.iter_mut().filter(|flow| !flow.raw) {
            flow.confidence = Confidence::Low;
        }
        let mut into = receiver.clone();
        into.ty = Ty::Unknown;
        self.store(&into, &arg, how, span);
    }

    /// A method that nobody knows: what goes in may come out, and may stay in.
    fn unknown_method(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall, span: Span) -> Value {
        self.note_unseen_method(receiver, name, call.name_span);
        let stores = api::by_name(name).stores;
        let spawns = matches!(name, "spawn" | "spawn_blocking" | "spawn_local" | "spawn_fifo")
            && self.context.joined == 0
            && !matches!(receiver.ty.head(), Some(Known::Commands));
        let mut value = Value::unknown();
        for (at, arg) in call.args.iter().enumerate() {
            let facts = self.facts;
            let kind = &facts.expr(*arg).kind;
            if spawns && matches!(kind, ExprKind::Async(_)) {
                return self.spawn(*arg, Runner::Task, Confidence::Medium);
            }
            // Most of what spawns asks for `'static`; what is joined first does not.
            if spawns && matches!(kind, ExprKind::Closure(_)) {
                return self.spawn(*arg, Runner::Thread, Confidence::Medium);
            }
            let is_function = matches!(kind, ExprKind::Path(_)) && runs_what_it_is_given(name);
            if (self.closure_at(*arg).is_some() || is_function) && !stores {
                self.inline_closure(*arg, &[], if runs_seldom(name) { Runs::Cold } else { Runs::Inline });
                continue;
            }
            if spawns && matches!(kind, ExprKind::Block(_)) {
                return self.spawn(*arg, Runner::Thread, Confidence::Medium);
            }
            let arg = self.eval(*arg, None);
            self.becomes(&arg, Fate::Given);
            self.lend_by_name(name, at, &arg, span);
            if stores {
                let how = if name.contains("send") { Target::Channel } else { Target::Container(name) };
                self.kept_by_unknown(receiver, &arg, &how, span);
            }
            value.add_flows(&arg.flows);
        }
        value.origin = origin_of_part(receiver);
        value.add_flows(&receiver.flows);
        value.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        if api::by_name(name).leads_in {
            value.alias = receiver.alias;
            value.owner = receiver.owner;
            value.field.clone_from(&receiver.field);
        }
        value
    }
}

/// Methods of options and iterators that call a function: `first.map(Box::new)`.
fn runs_what_it_is_given(name: &str) -> bool {
    matches!(name, "map" | "and_then" | "map_or_else" | "filter_map" | "flat_map" | "for_each" | "unwrap_or_else")
}

/// What a guard gives.
pub(super) fn lent(ty: &Ty) -> Ty {
    match ty.peeled() {
        Ty::Known(Known::Guard, args) => args.first().cloned().unwrap_or(Ty::Unknown),
        other => other.clone(),
    }
}

/// Whether a container has each key once.
pub(super) fn is_keyed(ty: &Ty) -> bool {
    matches!(ty.peeled(), Ty::Known(Known::HashMap | Known::HashSet | Known::BTreeMap | Known::BTreeSet, _))
}
