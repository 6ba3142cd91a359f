//! Methods that std calls on types of the workspace: conversions, formatting, comparing, iterating, dropping.

use rustc_hash::FxHashSet;

use super::Interpreter;
use super::dispatch::Callee;
use super::types::{Ty, Types};
use super::value::Value;
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, ExprKind, MethodCall, Span};
use crate::engine::resolve::{FnId, TypeKey, UserType};
use crate::model::finding::Confidence;

/// Types are followed this deep into what they are made of.
const DEEPEST: u32 = 5;

impl Types<'_, '_> {
    /// What runs when a value of this type is dropped, as far as the workspace wrote it; first its own.
    pub(super) fn drop_calls(self, ty: &Ty) -> Vec<(UserType, FnId)> {
        if self.program.has_drop.is_empty() {
            return Vec::new();
        }
        let read = || {
            let mut found = Vec::new();
            self.drop_calls_at(ty, 0, &mut FxHashSet::default(), &mut found);
            found
        };
        match ty {
            // Asked about each variable that is read: what it is made of is looked at once.
            Ty::User(user, args) if args.is_empty() => {
                self.program.drop_calls[user.0 as usize].get_or_init(read).clone()
            }
            _ => read(),
        }
    }

    fn drop_calls_at(self, ty: &Ty, depth: u32, seen: &mut FxHashSet<UserType>, found: &mut Vec<(UserType, FnId)>) {
        if depth > DEEPEST {
            return;
        }
        match ty {
            Ty::User(user, args) => {
                if !seen.insert(*user) {
                    return;
                }
                found.extend(self.program.has_drop.get(user).map(|function| (*user, *function)));
                for (_, field) in self.fields(*user, args, None) {
                    self.drop_calls_at(&field, depth + 1, seen, found);
                }
            }
            Ty::Known(
                Known::Rc
                | Known::Arc
                | Known::Weak
                | Known::PhantomData
                | Known::NonNull
                | Known::ManuallyDrop
                | Known::MaybeUninit
                | Known::Res
                | Known::ResMut
                | Known::Local
                | Known::Query
                | Known::Iterator
                | Known::Guard
                | Known::Sender
                | Known::SyncSender
                | Known::AsyncSender
                | Known::Receiver
                | Known::AsyncReceiver
                | Known::JoinHandle,
                _,
            ) => {}
            Ty::Known(known, _) if known.is_allocator() => {}
            Ty::Known(_, parts) | Ty::Tuple(parts) => {
                parts.iter().for_each(|part| self.drop_calls_at(part, depth + 1, seen, found));
            }
            Ty::Array(inner, _) => self.drop_calls_at(inner, depth + 1, seen, found),
            _ => {}
        }
    }

    /// The functions of one name and trait of std that are somewhere in a type: `clone` of a field.
    fn parts_with(self, ty: &Ty, trait_name: &str, method: &str, depth: u32, found: &mut Vec<FnId>) {
        if depth > DEEPEST {
            return;
        }
        match ty {
            Ty::User(user, args) => {
                let own = self.program.foreign_methods(TypeKey::User(*user), trait_name, method);
                if own.is_empty() {
                    for (_, field) in self.fields(*user, args, None) {
                        self.parts_with(&field, trait_name, method, depth + 1, found);
                    }
                } else {
                    found.extend(own.into_iter().filter(|function| !found.contains(function)).collect::<Vec<_>>());
                }
            }
            Ty::Known(Known::Rc | Known::Arc | Known::Weak | Known::PhantomData, _) => {}
            Ty::Known(_, parts) | Ty::Tuple(parts) => {
                parts.iter().for_each(|part| self.parts_with(part, trait_name, method, depth + 1, found));
            }
            Ty::Array(inner, _) => self.parts_with(inner, trait_name, method, depth + 1, found),
            _ => {}
        }
    }
}

impl<'l> Interpreter<'_, 'l> {
    /// What dropping a value of this type calls.
    pub(super) fn drop_glue(&mut self, ty: &Ty, span: Span, confidence: Confidence) {
        for (user, function) in self.types.drop_calls(ty) {
            let own = matches!(ty, Ty::User(same, _) if *same == user);
            let sure = if own { confidence } else { confidence.min(Confidence::Medium) };
            let place = Value::of(Ty::exclusive(Ty::User(user, [].into())));
            self.call_as(&Callee::new(function, sure), &[place], span, sure);
        }
    }

    /// A value that no variable holds ends with its statement.
    pub(super) fn temporary_dropped(&mut self, expr: ExprId, value: &Value) {
        let made =
            matches!(self.facts.expr(expr).kind, ExprKind::Call { .. } | ExprKind::Method(_) | ExprKind::Struct(_));
        if made && value.alias.is_none() {
            let span = self.span(expr);
            self.drop_glue(&value.ty, span, Confidence::High);
        }
    }

    /// Methods of std that do what the workspace wrote for its types.
    pub(super) fn method_of_std(
        &mut self,
        receiver: &Value,
        name: &'l str,
        call: &'l MethodCall,
        expected: Option<&Ty>,
    ) -> Option<Value> {
        let at = call.name_span;
        let args = &*call.args;
        let one = std::slice::from_ref(receiver);
        match name {
            // Each type is made of itself by handing it on.
            "into" if args.is_empty() && expected == Some(&receiver.ty) && receiver.ty.is_concrete() => {
                Some(receiver.clone())
            }
            "into" if args.is_empty() => self.converted_by(expected?, "From", "from", one, at),
            "try_into" if args.is_empty() => {
                let target = expected?.argument(0);
                let value = self.converted_by(&target, "TryFrom", "try_from", one, at)?;
                Some(value)
            }
            "parse" if args.is_empty() => {
                let asked = call.turbofish.first().map(|ty| self.lower_type(*ty));
                let target = asked.or_else(|| expected.map(|ty| ty.argument(0)))?;
                let mut value = self.converted_by(&target, "FromStr", "from_str", one, at)?;
                value.ty = Ty::known(Known::Result, [target]);
                Some(value)
            }
            "to_string" if args.is_empty() && matches!(receiver.ty.peeled(), Ty::User(..)) => {
                let ty = receiver.ty.clone();
                self.implemented(&ty, "Display", "fmt", one, at)?;
                let text = Ty::known(Known::String, []);
                self.heap_alloc(name.to_owned(), text.clone(), at, Confidence::High);
                Some(Value::of(text))
            }
            "unwrap_or_default" if args.is_empty() => {
                let target = receiver.ty.argument(0);
                self.implemented(&target, "Default", "default", &[], at);
                None
            }
            "clone" if args.is_empty() => {
                let ty = receiver.ty.peeled().clone();
                self.parts_called(&ty, "Clone", "clone", at);
                None
            }
            "sort" | "sort_unstable" | "binary_search" | "max" | "min" | "is_sorted" | "cmp" => {
                let element = super::layout::element_of(&receiver.ty);
                let element = if element.is_unknown() { receiver.ty.argument(0) } else { element };
                let element = element.peeled().clone();
                self.compared(&element, at);
                None
            }
            "contains" | "dedup" => {
                let element = super::layout::element_of(&receiver.ty).peeled().clone();
                self.implemented(&element, "PartialEq", "eq", &[], at);
                None
            }
            "insert" | "get" | "get_mut" | "remove" | "entry" | "contains_key" => {
                self.looked_up(receiver, at);
                None
            }
            _ => self.iterated_by(receiver, name, call),
        }
    }

    fn compared(&mut self, ty: &Ty, at: Span) {
        if self.implemented(ty, "Ord", "cmp", &[], at).is_none() {
            self.implemented(ty, "PartialOrd", "partial_cmp", &[], at);
        }
    }

    /// A key is hashed or compared.
    fn looked_up(&mut self, receiver: &Value, at: Span) {
        let Some(collection) = receiver.ty.collection() else { return };
        let key = collection.argument(0).peeled().clone();
        match collection.head() {
            Some(Known::HashMap | Known::HashSet) => {
                self.implemented(&key, "Hash", "hash", &[], at);
                self.implemented(&key, "PartialEq", "eq", &[], at);
            }
            Some(Known::BTreeMap | Known::BTreeSet | Known::BinaryHeap) => self.compared(&key, at),
            _ => {}
        }
    }

    /// `From`, `TryFrom` and `FromStr` of this type, for an argument that they take.
    fn converted_by(&mut self, target: &Ty, trait_name: &str, method: &str, args: &[Value], at: Span) -> Option<Value> {
        let key = target.key()?;
        let found = self.around.program.foreign_methods(key, trait_name, method);
        let takes = |function: &FnId| {
            self.param_types(*function).iter().zip(args).all(|(param, arg)| {
                !arg.ty.is_unknown() && param.takes(&arg.ty) || matches!(target, Ty::User(..)) && arg.ty.is_unknown()
            })
        };
        let found: Vec<FnId> = found.into_iter().filter(takes).collect();
        let sure = if found.len() == 1 { Confidence::High } else { Confidence::Medium };
        let callees: Vec<Callee> = found.into_iter().map(|function| Callee::new(function, sure)).collect();
        if callees.is_empty() {
            return None;
        }
        let mut value = self.call_either(callees, args, &[], at);
        if trait_name == "From" {
            value.ty = target.clone();
        }
        Some(value)
    }

    /// What a derived method calls on the parts.
    pub(super) fn parts_called(&mut self, ty: &Ty, trait_name: &str, method: &str, at: Span) {
        let mut found = Vec::new();
        self.types.parts_with(ty, trait_name, method, 0, &mut found);
        for function in found {
            self.call_as(&Callee::new(function, Confidence::Medium), &[], at, Confidence::Medium);
        }
    }

    /// `Default::default()` for what is expected here.
    pub(super) fn made_by_default(&mut self, expected: Option<&Ty>, span: Span) -> Option<Value> {
        let ty = expected?;
        let mut value = self.implemented(ty, "Default", "default", &[], span)?;
        value.ty = ty.clone();
        Some(value)
    }

    // ---- formatting ----

    /// The arguments of a format macro: what `Display` and `Debug` of types of the workspace do runs here.
    pub(super) fn formatted(&mut self, args: &'l [ExprId], span: Span) {
        let mut text = None;
        for arg in args {
            let value = self.eval_place(*arg);
            if text.is_none() && value.text.is_some() {
                text.clone_from(&value.text);
                continue;
            }
            let Some(ty) = self.receivers(&value.ty).into_iter().find(|ty| matches!(ty, Ty::User(..))) else {
                continue;
            };
            let text = text.as_deref().unwrap_or("{}");
            let (debug, display) = placeholders(text);
            let args = [value];
            if display {
                self.implemented(&ty, "Display", "fmt", &args, span);
            }
            if debug {
                self.implemented(&ty, "Debug", "fmt", &args, span);
            }
        }
    }

    // ---- iterating ----

    /// `next` of an iterator that the workspace wrote, or none.
    pub(super) fn next_of(&mut self, iterator: &Ty, span: Span) -> Option<Ty> {
        let ty = iterator.peeled().clone();
        if !matches!(ty, Ty::User(..)) {
            return None;
        }
        let place = Value::of(Ty::exclusive(ty.clone()));
        let next = self.implemented(&ty, "Iterator", "next", &[place], span)?;
        Some(next.ty.argument(0))
    }

    /// What `for` makes of a value: the iterator that `IntoIterator` of the workspace gives.
    pub(super) fn iterator_for(&mut self, iterated: Value, span: Span) -> Value {
        if !matches!(iterated.ty.peeled(), Ty::User(..)) {
            return iterated;
        }
        let ty = iterated.ty.clone();
        match self.implemented(&ty, "IntoIterator", "into_iter", std::slice::from_ref(&iterated), span) {
            Some(mut iterator) => {
                iterator.symbol = iterated.symbol;
                iterator
            }
            None => iterated,
        }
    }

    /// Adaptors of an iterator that the workspace wrote call its `next`.
    fn iterated_by(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall) -> Option<Value> {
        let row = crate::engine::api::shared_method(name).iter().any(|(on, _)| *on == crate::engine::api::On::Iterator);
        if !row && !matches!(name, "collect" | "count" | "sum" | "fold" | "for_each" | "any" | "all" | "by_ref") {
            return None;
        }
        let at = call.name_span;
        let mut item = None;
        let mut looped = receiver.clone();
        looped.ty = Ty::known(Known::Iterator, [Ty::Unknown]);
        if !matches!(receiver.ty.peeled(), Ty::User(..)) {
            return None;
        }
        self.through_loop(&looped, at, &mut |flow| item = flow.next_of(&receiver.ty, at));
        let mut iterator = receiver.clone();
        iterator.ty = Ty::known(Known::Iterator, [item?]);
        iterator.bound = None;
        self.shared_method(&iterator, name, call, at, None)
    }
}

/// Whether a format string has `{:?}`, and whether it has others.
fn placeholders(text: &str) -> (bool, bool) {
    let (mut debug, mut display) = (false, false);
    for part in text.replace("{{", "").split('{').skip(1) {
        let Some((inside, _)) = part.split_once('}') else { continue };
        let is_debug = inside.ends_with('?');
        debug |= is_debug;
        display |= !is_debug;
    }
    (debug, display)
}
