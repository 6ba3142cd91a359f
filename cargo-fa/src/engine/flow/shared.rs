//! Methods that many types share: std's, and those of crates that call things as std does.

use std::sync::Arc;

use super::Interpreter;
use super::event::Freed;
use super::layout::element_of;
use super::option_and_result::runs_seldom;
use super::receivers::fits;
use super::spawn::Runs;
use super::stores::Target;
use super::types::Ty;
use super::value::{Root, Value};
use crate::engine::api::effect::Effect;
use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ExprId, ExprKind, MethodCall, Span};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    /// A method that is known by its name and by the kind of its receiver.
    pub(super) fn shared_method(
        &mut self,
        receiver: &Value,
        name: &'l str,
        call: &'l MethodCall,
        span: Span,
        expected: Option<&Ty>,
    ) -> Option<Value> {
        let (_, effect) = api::shared_method(name).iter().find(|(on, _)| fits(*on, receiver))?;
        let args = &*call.args;
        let at = call.name_span;
        let text = || Ty::known(Known::String, []);
        let same = || receiver.ty.peeled().clone();
        Some(match effect {
            Effect::Grows => self.grown(receiver, name, call, span),
            Effect::KeptInCell => self.kept_in_cell(receiver, name, args, span),
            Effect::MakesText => self.made(name, text(), args, at, Confidence::High),
            Effect::MakesSame => self.made(name, same(), args, at, Confidence::High),
            Effect::MakesOwned => self.made_owned(receiver, name, args, at),
            Effect::MakesVec | Effect::MakesBox => {
                let known = if *effect == Effect::MakesVec { Known::Vec } else { Known::Box };
                self.copied("to_vec", receiver, Ty::known(known, [element_of(&receiver.ty)]), args, at)
            }
            Effect::Clones if args.is_empty() => self.cloned(receiver, at),
            Effect::Collects => self.collected(receiver, call, expected, at),
            Effect::Converts if args.is_empty() => self.converted(receiver, expected, at),
            Effect::Reads => self.read(receiver, name, call, expected),
            Effect::Folds => self.folded(receiver, args, at),
            Effect::Iterates => {
                self.read_all(args);
                if name.starts_with("into_") {
                    self.uses_up(call.receiver, &receiver.ty);
                }
                Self::iterator_over(receiver, name)
            }
            Effect::Adapts => self.adapted(receiver, name, args, at),
            Effect::Yields => self.yielded(receiver, name, args, at),
            Effect::MapsOption => self.mapped_option(receiver, name, args),
            Effect::OptionMethod => self.option_method(receiver, name, args, at),
            Effect::TakesOption => {
                let mut value = receiver.clone();
                value.ty = same();
                value.alias = None;
                value
            }
            Effect::Locks => {
                let guard = Ty::known(Known::Guard, [receiver.ty.argument(0)]);
                // Only what can be poisoned may fail; what is only tried may give nothing.
                let fails = !matches!(receiver.ty.head(), Some(Known::RefCell | Known::Lock));
                let mut value = receiver.clone();
                value.ty = match name.starts_with("try_") {
                    true if receiver.ty.head() == Some(Known::Lock) => Ty::known(Known::Option, [guard]),
                    true => Ty::known(Known::Result, [guard]),
                    false if fails => Ty::known(Known::Result, [guard]),
                    false => guard,
                };
                value
            }
            Effect::WithStatic => self.with_static(receiver, name, args),
            Effect::Address => Self::address(receiver),
            Effect::Element => {
                self.read_all(args);
                let mut value = receiver.clone();
                // `samples.get(from..to)`.
                let is_part = args.iter().any(|arg| matches!(self.facts.expr(*arg).kind, ExprKind::Range { .. }));
                let part = match receiver.ty.peeled() {
                    Ty::Str | Ty::Known(Known::String, _) => Ty::Str,
                    _ if is_part => Ty::Slice(Arc::new(element_of(&receiver.ty))),
                    _ => receiver.ty.looked_up(),
                };
                value.ty = Ty::known(Known::Option, [Ty::reference(part)]);
                value
            }
            Effect::MapsArray => {
                let mut value = self.adapted(receiver, "map", args, at);
                if let Ty::Array(_, length) = receiver.ty.peeled() {
                    value.ty = Ty::Array(Arc::new(value.ty.element()), *length);
                }
                value
            }
            Effect::Borrows => Self::borrowed(receiver),
            Effect::Halves | Effect::HalvesIfAny => {
                self.read_all(args);
                let is_text = matches!(receiver.ty.peeled(), Ty::Str) || receiver.ty.head() == Some(Known::String);
                let part = if is_text { Ty::Str } else { Ty::Slice(Arc::new(element_of(&receiver.ty))) };
                let part = if name.ends_with("mut") { Ty::exclusive(part) } else { Ty::reference(part) };
                let mut value = receiver.clone();
                let halves = Ty::Tuple([part.clone(), part].into());
                value.ty = if *effect == Effect::Halves { halves } else { Ty::known(Known::Option, [halves]) };
                self.refine(value)
            }
            Effect::Removes => self.removed(receiver, name, args, at),
            Effect::Rearranges => self.rearranged(receiver, name, args, at),
            Effect::LeadsIn => {
                for arg in args {
                    self.inline_closure(*arg, std::slice::from_ref(receiver), Runs::Inline);
                }
                let mut value = receiver.clone();
                value.ty = Ty::Unknown;
                value
            }
            _ => return self.row_method(*effect, receiver, call, (span, expected)),
        })
    }

    /// Arguments are put into a container of the heap, which may have to grow.
    fn grown(&mut self, receiver: &Value, name: &'l str, call: &'l MethodCall, span: Span) -> Value {
        let collection = receiver.ty.collection().unwrap_or(Ty::Unknown);
        let head = collection.head();
        let map = matches!(head, Some(Known::HashMap | Known::BTreeMap));
        for (at, arg) in call.args.iter().enumerate() {
            let element = match name {
                "insert" => collection.argument(at.min(usize::from(map))),
                "extend" | "append" if map => Ty::Tuple([collection.argument(0), collection.argument(1)].into()),
                _ => collection.argument(0),
            };
            let mut value = if matches!(name, "append") {
                let emptied = self.eval_place(*arg);
                self.note_steady(&emptied, "clear");
                emptied
            } else {
                self.eval(*arg, Some(&element).filter(|ty| !ty.is_unknown()))
            };
            if head == Some(Known::String) {
                value.flows.clear();
            } else if !element.is_unknown() {
                let item = match name {
                    "extend" => value.ty.element(),
                    "extend_from_slice" | "append" | "clone_from" => element_of(&value.ty),
                    _ => value.ty,
                };
                self.types.keep_in(&element.loosened(&item), &item, &mut value.flows);
                value.ty = item;
            }
            let mut into = receiver.clone();
            into.reserved = self.types.is_tied(&receiver.ty);
            self.store(&into, &value, &Target::Container(name), span);
            self.kept_flight(receiver, &value, call.name_span);
            self.learn_element(receiver, head, &value.ty, name);
        }
        let element = collection.argument(0);
        if matches!(name, "extend_from_slice" | "clone_from") && self.types.clones_to_heap(&element) == Some(true) {
            self.heap_alloc(name.to_owned(), element, call.name_span, Confidence::High);
        }
        self.growth(receiver, &format!("{}::{name}", head.map_or("container", Known::name)), call.name_span);
        if matches!(name, "reserve" | "reserve_exact")
            && let Some(Root::Local(var)) = receiver.alias
            && let Some(value) = self.state.values.get_mut(var)
        {
            value.reserved = true;
        }
        let mut value = Value::of(if name == "entry" { Ty::Unknown } else { Ty::Unit });
        value.alias = receiver.alias;
        value.field.clone_from(&receiver.field);
        if name == "entry" {
            value.owner = receiver.owner;
            value.kept = receiver.kept;
        }
        value
    }

    /// What a container was made of is known once something is put in.
    fn learn_element(&mut self, receiver: &Value, head: Option<Known>, ty: &Ty, name: &str) {
        if let (Some(Root::Local(var)), Some(known)) = (receiver.alias, head)
            && matches!(name, "push" | "push_back")
            && !ty.is_unknown()
            && let Some(value) = self.state.values.get_mut(var)
            && matches!(&value.ty, Ty::Known(same, args) if *same == known && args.is_empty())
        {
            value.ty = Ty::known(known, [ty.clone()]);
        }
    }

    fn kept_in_cell(&mut self, receiver: &Value, name: &'l str, args: &'l [ExprId], span: Span) -> Value {
        let inner = receiver.ty.argument(0);
        for arg in args {
            let runs = if runs_seldom(name) { Runs::Cold } else { Runs::Inline };
            let value = self.inline_closure(*arg, &[], runs);
            let mut into = receiver.clone();
            into.ty = if inner.is_unknown() { Ty::Unknown } else { inner.clone() };
            self.store(&into, &value, &Target::Container(name), span);
        }
        let mut value = receiver.clone();
        value.ty = inner;
        value
    }

    /// A number, or nothing that refers to the receiver; closures run for each element.
    fn read(&mut self, receiver: &Value, name: &str, call: &'l MethodCall, expected: Option<&Ty>) -> Value {
        let item = self.item_of(receiver);
        self.through_loop(receiver, call.name_span, &mut |flow| {
            for arg in &call.args {
                flow.inline_closure(*arg, std::slice::from_ref(&item), Runs::Inline);
            }
        });
        let mut value = Value::of(match name {
            "sum" | "product" => match call.turbofish.first() {
                Some(ty) => self.lower_type(*ty),
                None => match self.item_of(receiver).ty.peeled() {
                    Ty::Scalar(bytes) => Ty::Scalar(*bytes),
                    _ => expected.cloned().filter(|ty| matches!(ty, Ty::Scalar(_))).unwrap_or(Ty::Scalar(8)),
                },
            },
            "for_each" => Ty::Unit,
            "len" | "count" | "capacity" => Ty::usize(),
            _ => Ty::Scalar(1),
        });
        if name == "len" {
            value.number = match receiver.ty.peeled() {
                Ty::Array(_, len) => *len,
                _ => None,
            };
            let symbol = receiver.symbol.as_ref().or(receiver.field.as_ref());
            value.symbol = symbol.map(|symbol| format!("{symbol}.len()").into());
        }
        value
    }

    fn folded(&mut self, receiver: &Value, args: &'l [ExprId], at: Span) -> Value {
        let first = args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
        let item = self.item_of(receiver);
        let mut result = first.clone();
        self.through_loop(receiver, at, &mut |flow| {
            for arg in args.iter().skip(1) {
                let value = flow.inline_closure(*arg, &[first.clone(), item.clone()], Runs::Inline);
                result.add_flows(&value.flows);
            }
        });
        result
    }

    /// One element of an iterator.
    fn yielded(&mut self, receiver: &Value, name: &str, args: &'l [ExprId], at: Span) -> Value {
        let item = self.item_of(receiver);
        let mut result = item.clone();
        self.through_loop(receiver, at, &mut |flow| {
            for arg in args {
                let value = flow.inline_closure(*arg, std::slice::from_ref(&item), Runs::Inline);
                if name == "find_map" {
                    result = value;
                }
            }
        });
        if name != "find_map" {
            result.ty = Ty::known(Known::Option, [result.ty]);
        }
        result
    }

    /// Runs a closure with what a static holds.
    fn with_static(&mut self, receiver: &Value, name: &str, args: &'l [ExprId]) -> Value {
        let mut inner = receiver.clone();
        if name == "with_borrow_mut" {
            inner.ty = inner.ty.deref().unwrap_or_else(|| inner.ty.argument(0));
        }
        inner.ty = Ty::exclusive(inner.ty);
        args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[inner], Runs::Inline))
    }

    /// The address of a value, which rustc does not watch.
    pub(super) fn address(value: &Value) -> Value {
        let mut pointer = value.clone();
        pointer.flows.iter_mut().for_each(|flow| flow.raw = true);
        pointer.ty = Ty::Ptr(Arc::new(element_of(&value.ty)));
        pointer.alias = None;
        pointer
    }

    /// A reference to all of it.
    fn borrowed(receiver: &Value) -> Value {
        let mut value = receiver.clone();
        let inner = match receiver.ty.peeled() {
            Ty::Known(Known::Vec | Known::FrameVec, args) => {
                Ty::Slice(Arc::new(args.first().cloned().unwrap_or(Ty::Unknown)))
            }
            Ty::Known(Known::FrameBox | Known::Box, args) => args.first().cloned().unwrap_or(Ty::Unknown),
            Ty::Known(Known::String | Known::FrameString, _) => Ty::Str,
            other => other.clone(),
        };
        value.ty = Ty::reference(inner);
        value
    }

    /// An element is moved out.
    fn removed(&mut self, receiver: &Value, name: &str, args: &'l [ExprId], at: Span) -> Value {
        self.read_all(args);
        let mut value = receiver.clone();
        value.taken_out(at);
        value.owner = None;
        let ends = matches!(name, "pop_first" | "pop_last");
        value.ty = match receiver.ty.collection() {
            Some(Ty::Known(Known::BTreeMap, pair)) if ends => Ty::Tuple(pair),
            _ => receiver.ty.argument(0),
        };
        if ends || matches!(name, "pop" | "pop_front" | "pop_back") {
            value.ty = Ty::known(Known::Option, [value.ty]);
        }
        self.refine(value)
    }

    /// What the closure of a method is given that looks at each element, or at each with its neighbour.
    pub(super) fn given_each(&self, receiver: &Value, name: &str) -> Vec<Value> {
        let each = self.each_of(receiver);
        match &*each {
            _ if name.starts_with("retain") || name.ends_with("_key") => each,
            [element] if name.ends_with("_by") => vec![element.clone(), element.clone()],
            _ => Vec::new(),
        }
    }

    /// What the closure of `retain` is given: an element, or a key and its value.
    fn each_of(&self, receiver: &Value) -> Vec<Value> {
        let part = |ty: Ty| {
            let mut value = receiver.clone();
            value.ty = ty;
            self.refine(value)
        };
        match receiver.ty.collection() {
            Some(Ty::Known(Known::HashMap | Known::BTreeMap, args)) if args.len() == 2 => {
                vec![part(Ty::reference(args[0].clone())), part(Ty::exclusive(args[1].clone()))]
            }
            Some(ty) if !ty.argument(0).is_unknown() => vec![part(Ty::exclusive(ty.argument(0)))],
            _ => Vec::new(),
        }
    }

    /// Elements change their places or go.
    fn rearranged(&mut self, receiver: &Value, name: &str, args: &'l [ExprId], at: Span) -> Value {
        let given = self.given_each(receiver, name);
        for arg in args {
            self.inline_closure(*arg, &given, Runs::Inline);
        }
        let collection = receiver.ty.collection();
        if matches!(name, "clear" | "truncate" | "retain" | "retain_mut" | "dedup")
            && let Some(Ty::Known(_, parts)) = &collection
        {
            for part in &**parts {
                self.drop_glue(part, at, Confidence::Medium);
                self.freed_by(part, Freed::Removed, at, Confidence::Medium);
            }
        }
        if name.starts_with("shrink_to")
            && let Some(collection) = collection
        {
            self.freed_by(&collection, Freed::Shrunk, at, Confidence::Medium);
        }
        if name == "clear"
            && let Some(Root::Local(var)) = receiver.alias
            && let Some(value) = self.state.values.get_mut(var)
            && value.alias.is_none()
        {
            value.flows.clear();
        }
        Value::unit()
    }
}
