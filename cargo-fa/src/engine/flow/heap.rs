//! What std allocates, grows, passes through and copies out.

use std::sync::Arc;

use super::Interpreter;
use super::event::EventKind;
use super::method::is_way_in;
use super::place::Target;
use super::spawn::Runs;
use super::types::Ty;
use super::value::{Root, Value};
use crate::engine::hir::ir::{ExprId, MethodCall, Span};
use crate::engine::resolve::model::Known;
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn heap_alloc(&mut self, what: String, ty: Ty, span: Span, confidence: Confidence) {
        self.heap_event(what, ty, span, confidence, false);
    }

    pub(super) fn heap_event(&mut self, what: String, ty: Ty, span: Span, confidence: Confidence, ours: bool) {
        self.record(EventKind::HeapAlloc { what, ty, ours }, span, confidence);
    }

    /// The container may have to get more memory.
    pub(super) fn growth(&mut self, container: &Value, what: &str, span: Span) {
        if container.reserved {
            return;
        }
        let confidence = match container.alias {
            Some(Root::Local(_)) | None => Confidence::High,
            // Capacity that is kept from frame to frame grows only now and then.
            Some(_) => Confidence::Medium,
        };
        self.record(EventKind::HeapGrowth { what: what.to_owned() }, span, confidence);
    }

    pub(super) fn pooled_in_box(&mut self, what: &'static str, ty: &Ty, span: Span) {
        if let Ty::User(of, _) = ty
            && self.around.pooled.contains(of)
        {
            self.record(EventKind::PooledInBox { what, ty: ty.clone() }, span, Confidence::High);
        }
    }

    /// Methods that many types of std share, by name and, where it matters, by the receiver.
    #[expect(clippy::too_many_lines, reason = "a table of the methods of std")]
    pub(super) fn std_method(
        &mut self,
        receiver: &Value,
        name: &'l str,
        call: &'l MethodCall,
        span: Span,
        expected: Option<&Ty>,
    ) -> Option<Value> {
        let args = &*call.args;
        let at = call.name_span;
        let head = receiver.ty.head();
        let collection = receiver.ty.collection();
        let container = collection.is_some();
        let is_user = matches!(receiver.ty.peeled(), Ty::User(..));
        Some(match name {
            // ---- grows a container of the heap ----
            "push" | "push_back" | "push_front" | "insert" | "extend" | "append" | "extend_from_slice" | "push_str"
            | "resize" | "resize_with" | "reserve" | "reserve_exact" | "entry" | "insert_str"
                if container =>
            {
                let collection = collection.unwrap_or(Ty::Unknown);
                let head = collection.head();
                let map = matches!(head, Some(Known::HashMap | Known::BTreeMap));
                let element = collection.argument(usize::from(map));
                for arg in args {
                    let mut value = if matches!(name, "append") {
                        self.eval_place(*arg)
                    } else {
                        self.eval(*arg, Some(&element).filter(|ty| !ty.is_unknown()))
                    };
                    if head == Some(Known::String) {
                        value.flows.clear();
                    } else if !element.is_unknown() {
                        self.types.keep_held(&element, &mut value.flows);
                        if matches!(name, "extend" | "extend_from_slice" | "append") {
                            value.ty = Ty::Unknown;
                        }
                    }
                    let mut into = receiver.clone();
                    into.reserved = self.types.is_tied(&receiver.ty);
                    self.store(&into, &value, &Target::Container(name), span);
                    self.learn_element(receiver, head, &value.ty, name);
                }
                self.growth(receiver, &format!("{}::{name}", head.map_or("container", Known::name)), at);
                if matches!(name, "reserve" | "reserve_exact")
                    && let Some(Root::Local(var)) = receiver.alias
                    && let Some(value) = self.state.values.get_mut(var)
                {
                    value.reserved = true;
                }
                let mut value = Value::of(if name == "entry" { Ty::Unknown } else { Ty::Unit });
                value.alias = receiver.alias;
                value.field.clone_from(&receiver.field);
                value
            }
            "push" | "insert" | "set" | "replace" | "store" | "get_or_insert" | "or_insert" | "swap"
            | "get_or_init"
                if matches!(
                    head,
                    Some(
                        Known::Cell
                            | Known::RefCell
                            | Known::OnceCell
                            | Known::Option
                            | Known::Atomic
                            | Known::LocalKey
                    )
                ) =>
            {
                let inner = receiver.ty.argument(0);
                for arg in args {
                    let value = self.inline_closure(*arg, &[], Runs::Inline);
                    let mut into = receiver.clone();
                    into.ty = if inner.is_unknown() { Ty::Unknown } else { inner.clone() };
                    self.store(&into, &value, &Target::Container(name), span);
                }
                let mut value = receiver.clone();
                value.ty = inner;
                value
            }
            // ---- makes something on the heap ----
            "to_string" if !is_user => self.made("to_string", Ty::known(Known::String, []), args, at, Confidence::High),
            "to_owned" | "into_owned" => {
                let ty = owned(receiver.ty.peeled());
                let confidence = match &ty {
                    Ty::Known(known, _) if known.is_heap_container() => Some(Confidence::High),
                    Ty::Unknown => Some(Confidence::Low),
                    _ => None,
                };
                match confidence {
                    Some(confidence) => self.made(name, ty, args, at, confidence),
                    None => self.refine(Value::of(ty).with_flows(receiver.flows.clone())),
                }
            }
            "to_vec" | "into_boxed_slice" | "into_boxed_str" | "into_vec" => {
                let element = super::place::element_of(&receiver.ty);
                let known = if name == "to_vec" || name == "into_vec" { Known::Vec } else { Known::Box };
                self.copied("to_vec", receiver, Ty::known(known, [element]), args, at)
            }
            "to_uppercase" | "to_lowercase" | "to_ascii_uppercase" | "to_ascii_lowercase" | "repeat" | "replacen"
            | "to_str_lossy" | "escape_debug" | "replace"
                if matches!(receiver.ty.peeled(), Ty::Str) || head == Some(Known::String) =>
            {
                self.made(name, Ty::known(Known::String, []), args, at, Confidence::High)
            }
            "join" | "concat"
                if matches!(receiver.ty.peeled(), Ty::Slice(_) | Ty::Array(..)) || head == Some(Known::Vec) =>
            {
                self.made(name, Ty::known(Known::String, []), args, at, Confidence::High)
            }
            "clone" if args.is_empty() => self.cloned(receiver, at),
            "collect" => self.collected(receiver, call, expected, at),
            "into" if args.is_empty() => self.converted(receiver, expected, at),
            "split_off" | "sorted" if container => {
                self.made(name, receiver.ty.peeled().clone(), args, at, Confidence::High)
            }
            // ---- gives a number, or nothing that refers to the receiver ----
            "len" | "is_empty" | "capacity" | "count" | "sum" | "product" | "contains" | "any" | "all" | "position"
            | "is_some" | "is_none" | "is_ok" | "is_err" | "eq" | "ne" | "cmp" | "partial_cmp" | "contains_key"
            | "starts_with" | "ends_with" | "to_bits" | "is_null" | "addr" | "total_cmp" | "is_some_and"
            | "is_none_or" | "for_each" | "try_for_each"
                if !is_user =>
            {
                let item = self.item_of(receiver);
                self.through_loop(receiver, at, &mut |flow| {
                    for arg in args {
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
                    value.symbol = receiver
                        .symbol
                        .as_ref()
                        .or(receiver.field.as_ref())
                        .map(|symbol| format!("{symbol}.len()").into());
                }
                value
            }
            "fold" | "try_fold" | "reduce" => {
                let first =
                    args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[], Runs::Inline));
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
            // ---- iterators ----
            "iter" | "iter_mut" | "into_iter" | "drain" | "chunks" | "chunks_exact" | "windows" | "values"
            | "values_mut" | "keys" | "chars" | "bytes" | "lines" | "split" | "split_whitespace" | "par_iter"
            | "par_iter_mut" | "into_par_iter" | "chunks_mut" | "par_chunks" | "par_chunks_mut" | "char_indices"
            | "into_values" | "into_keys" | "try_iter" | "par_bridge" => {
                self.read_all(args);
                if name.starts_with("into_") {
                    self.uses_up(call.receiver, &receiver.ty);
                }
                Self::iterator_over(receiver, name)
            }
            "map" | "filter" | "filter_map" | "flat_map" | "inspect" | "take_while" | "skip_while" | "map_while"
            | "scan" | "enumerate" | "rev" | "zip" | "skip" | "take" | "chain" | "peekable" | "flatten" | "cloned"
            | "copied" | "cycle" | "step_by" | "by_ref" | "fuse" | "with_min_len" | "with_max_len"
                if head == Some(Known::Iterator) =>
            {
                self.adapted(receiver, name, args, at)
            }
            "next" | "last" | "nth" | "min" | "max" | "find" | "find_map" | "min_by" | "max_by" | "min_by_key"
            | "max_by_key" | "next_back" | "peek"
                if head == Some(Known::Iterator) =>
            {
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
            // ---- options and results ----
            "map" | "and_then" | "map_or" | "map_or_else" | "filter" | "zip" | "is_some_then"
                if matches!(head, Some(Known::Option | Known::Result)) =>
            {
                let inner = self.unwrapped(receiver.clone());
                let mut result = Value::unknown();
                for arg in args {
                    let value = self.inline_closure(*arg, std::slice::from_ref(&inner), Runs::Inline);
                    if result.ty.is_unknown() {
                        result.ty = value.ty.clone();
                    }
                    result.add_flows(&value.flows);
                }
                match name {
                    "map" => result.ty = Ty::known(head.unwrap_or(Known::Option), [result.ty]),
                    "filter" => result = receiver.clone(),
                    _ => {}
                }
                result
            }
            "unwrap" | "expect" | "unwrap_or_default" | "unwrap_or" | "unwrap_or_else" | "ok_or" | "ok_or_else"
            | "map_err" | "or_else" | "unwrap_unchecked" | "ok" | "err" | "or" | "copied" | "cloned" | "as_ref"
            | "as_mut" | "as_deref" | "as_deref_mut"
                if matches!(head, Some(Known::Option | Known::Result)) =>
            {
                self.option_method(receiver, name, args)
            }
            "take" if head == Some(Known::Option) => {
                let mut value = receiver.clone();
                value.ty = value.ty.peeled().clone();
                value.alias = None;
                value
            }
            "lock" | "read" | "write" | "try_lock" | "borrow" | "borrow_mut" | "get_mut"
                if matches!(head, Some(Known::Mutex | Known::RwLock | Known::RefCell)) =>
            {
                let guard = Ty::known(Known::Guard, [receiver.ty.argument(0)]);
                let mut value = receiver.clone();
                value.ty = if head == Some(Known::RefCell) { guard } else { Ty::known(Known::Result, [guard]) };
                value
            }
            "with" | "with_borrow_mut" | "with_borrow" | "get_or_init"
                if matches!(receiver.alias, Some(Root::Static(_))) =>
            {
                let mut inner = receiver.clone();
                if name == "with_borrow_mut" {
                    inner.ty = inner.ty.deref().unwrap_or_else(|| inner.ty.argument(0));
                }
                inner.ty = Ty::exclusive(inner.ty);
                args.first().map_or_else(Value::unknown, |arg| self.inline_closure(*arg, &[inner], Runs::Inline))
            }
            // ---- ways to a part ----
            "as_ptr" | "as_mut_ptr" if !is_user => {
                let mut value = receiver.clone();
                value.flows.iter_mut().for_each(|flow| flow.raw = true);
                value.ty = Ty::Ptr(Arc::new(super::place::element_of(&receiver.ty)));
                value.alias = None;
                value
            }
            "first" | "last" | "get" | "first_mut" | "last_mut" | "get_mut" | "get_unchecked" | "get_unchecked_mut"
                if !is_user && !matches!(super::place::element_of(&receiver.ty), Ty::Unknown) =>
            {
                self.read_all(args);
                let mut value = receiver.clone();
                value.ty = Ty::known(Known::Option, [Ty::reference(super::place::element_of(&receiver.ty))]);
                value
            }
            "as_slice" | "as_mut_slice" | "as_str" | "as_bytes" | "as_ref" | "as_mut" | "deref" | "deref_mut"
            | "trim" | "borrow"
                if !is_user =>
            {
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
            "pop" | "remove" | "swap_remove" | "pop_front" | "pop_back"
                if container || head == Some(Known::FrameVec) =>
            {
                self.read_all(args);
                let mut value = receiver.clone();
                value.alias = None;
                value.ty = receiver.ty.argument(0);
                if matches!(name, "pop" | "pop_front" | "pop_back") {
                    value.ty = Ty::known(Known::Option, [value.ty]);
                }
                self.refine(value)
            }
            "clear"
            | "truncate"
            | "sort"
            | "sort_unstable"
            | "sort_by"
            | "sort_by_key"
            | "sort_unstable_by"
            | "sort_unstable_by_key"
            | "retain"
            | "dedup"
            | "reverse"
            | "swap"
            | "fill"
            | "shrink_to_fit"
            | "rotate_left"
            | "copy_from_slice"
                if !is_user =>
            {
                for arg in args {
                    self.inline_closure(*arg, &[], Runs::Inline);
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
            _ if is_way_in(name) && matches!(receiver.alias, Some(Root::Static(_) | Root::Param(_))) && !is_user => {
                for arg in args {
                    self.inline_closure(*arg, std::slice::from_ref(receiver), Runs::Inline);
                }
                let mut value = receiver.clone();
                value.ty = Ty::Unknown;
                value
            }
            _ => return None,
        })
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

    fn made(&mut self, what: &str, ty: Ty, args: &'l [ExprId], at: Span, confidence: Confidence) -> Value {
        self.read_all(args);
        self.heap_alloc(what.to_owned(), ty.clone(), at, confidence);
        Value::of(ty)
    }

    fn copied(&mut self, what: &str, receiver: &Value, ty: Ty, args: &'l [ExprId], at: Span) -> Value {
        let flows = receiver.flows.clone();
        let made = self.made(what, ty, args, at, Confidence::High).with_flows(flows);
        let unknown = made.ty.argument(0).is_unknown();
        let mut made = self.refine(made);
        if unknown {
            // Elements that are copied out of the frame seldom refer to it.
            made.flows.iter_mut().for_each(|flow| flow.confidence = Confidence::Low);
        }
        made
    }

    fn cloned(&mut self, receiver: &Value, at: Span) -> Value {
        let ty = receiver.ty.peeled().clone();
        match self.types.clones_to_heap(&ty) {
            Some(true) => self.heap_alloc("clone".to_owned(), ty.clone(), at, Confidence::High),
            Some(false) => {}
            None => self.heap_alloc("clone".to_owned(), ty.clone(), at, Confidence::Low),
        }
        let mut value = receiver.clone();
        value.ty = ty;
        if value.ty.allocator().is_none() {
            value.alias = None;
        }
        self.refine(value)
    }

    fn collected(&mut self, receiver: &Value, call: &'l MethodCall, expected: Option<&Ty>, at: Span) -> Value {
        let asked = call.turbofish.first().map(|ty| self.lower_type(*ty));
        let ty = asked.or_else(|| expected.cloned()).unwrap_or(Ty::Unknown);
        let target = match &ty {
            Ty::Known(Known::Result | Known::Option, args) => args.first().cloned().unwrap_or(Ty::Unknown),
            other => other.clone(),
        };
        let item = self.item_of(receiver).ty;
        match target {
            Ty::Known(known, _) if known.is_heap_container() || known == Known::Box => {
                self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::High);
            }
            Ty::Unknown | Ty::Opaque { .. } => self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::Low),
            _ => {}
        }
        let ty = match ty {
            Ty::Known(known, args) if args.iter().all(Ty::is_unknown) && known.is_heap_container() => {
                Ty::known(known, [item])
            }
            other => other,
        };
        let mut value = receiver.clone();
        value.bound = None;
        value.alias = None;
        value.ty = ty;
        self.refine(value)
    }

    fn converted(&mut self, receiver: &Value, expected: Option<&Ty>, at: Span) -> Value {
        let ty = expected.cloned().unwrap_or(Ty::Unknown);
        let from_text = matches!(receiver.ty.peeled(), Ty::Str);
        let owned = matches!(ty, Ty::Known(Known::String | Known::Vec | Known::Box | Known::Rc | Known::Arc, _));
        if owned && (from_text || matches!(receiver.ty, Ty::Ref { .. })) {
            self.heap_alloc("into".to_owned(), ty.clone(), at, Confidence::High);
        }
        let mut value = receiver.clone();
        value.ty = ty;
        if value.ty.is_unknown() {
            value.flows.iter_mut().for_each(|flow| flow.confidence = flow.confidence.min(Confidence::Medium));
        }
        self.refine(value)
    }

    fn option_method(&mut self, receiver: &Value, name: &str, args: &'l [ExprId]) -> Value {
        let cold = matches!(name, "ok_or" | "ok_or_else" | "map_err" | "unwrap_or_else" | "or_else" | "expect");
        let fails = matches!(name, "ok_or" | "ok_or_else" | "map_err" | "expect");
        let mut other = Value::unknown();
        for arg in args {
            if self.closure_at(*arg).is_some() {
                let runs = if cold { Runs::Cold } else { Runs::Inline };
                other = self.inline_closure(*arg, &[], runs);
            } else {
                self.cold += u32::from(fails);
                other = self.eval(*arg, None);
                self.cold -= u32::from(fails);
            }
        }
        match name {
            "unwrap" | "expect" | "unwrap_unchecked" | "unwrap_or_default" => self.unwrapped(receiver.clone()),
            "unwrap_or" | "unwrap_or_else" => {
                let mut value = self.unwrapped(receiver.clone());
                if other.ty != Ty::Never {
                    value.join(&other);
                }
                value
            }
            "copied" | "cloned" => {
                let inner = self.unwrapped(receiver.clone());
                let mut value = inner;
                value.ty = Ty::known(Known::Option, [value.ty.peeled().clone()]);
                self.refine(value)
            }
            "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" => {
                let mut value = receiver.clone();
                let inner = self.unwrapped(receiver.clone()).ty;
                value.ty = Ty::known(Known::Option, [Ty::reference(inner)]);
                value
            }
            "ok" | "ok_or" | "ok_or_else" | "map_err" | "or_else" | "or" => {
                let mut value = receiver.clone();
                let inner = self.unwrapped(receiver.clone()).ty;
                value.ty = Ty::known(if name == "ok" { Known::Option } else { Known::Result }, [inner]);
                value
            }
            _ => receiver.clone(),
        }
    }
}

fn owned(ty: &Ty) -> Ty {
    match ty {
        Ty::Str => Ty::known(Known::String, []),
        Ty::Slice(inner) => Ty::known(Known::Vec, [(**inner).clone()]),
        Ty::Known(Known::Cow, args) => args.first().map_or(Ty::Unknown, owned),
        other => other.clone(),
    }
}
