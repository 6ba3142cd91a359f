//! The general heap: what is made on it, what grows, what is copied out to it.

use super::Interpreter;
use super::event::{EventKind, Fate, HeapApi};
use super::in_place::NewMemory;
use super::spawn::Runs;
use super::summary::ParameterUse;
use super::types::{Ty, UNNAMED};
use super::value::Value;
use crate::engine::api::Known;
use crate::engine::api::effect::Gives;
use crate::engine::hir::ir::{ExprId, ItemKind, MethodCall, PathId, Span, Type};
use crate::engine::resolve::{FnId, Owner};
use crate::model::finding::Confidence;

impl<'l> Interpreter<'_, 'l> {
    pub(super) fn heap_alloc(&mut self, what: String, ty: Ty, span: Span, confidence: Confidence) {
        self.heap_event(what, ty, span, confidence, HeapApi::Std);
    }

    pub(super) fn heap_event(&mut self, what: String, ty: Ty, span: Span, confidence: Confidence, api: HeapApi) {
        self.recorder.made.push(span);
        self.record(EventKind::HeapAlloc { what, ty, api, fate: Fate::Here }, span, confidence);
    }

    pub(super) fn pooled_in_box(&mut self, what: &'static str, ty: &Ty, span: Span) {
        if let Ty::User(user, _) = ty
            && self.around.pooled.contains(user)
        {
            self.record(EventKind::PooledInBox { what, ty: ty.clone() }, span, Confidence::High);
        }
    }

    /// A call that gives something on the heap, as its row says.
    pub(super) fn on_heap(&mut self, what: &str, gives: Gives, element: &Ty, args: &'l [ExprId], at: Span) -> Value {
        let text = Ty::known(Known::String, []);
        let list = Ty::known(Known::Vec, [element.clone()]);
        let ty = match gives {
            Gives::Text | Gives::TextOrError => text,
            Gives::List | Gives::ListOrError => list,
            Gives::Opaque | Gives::OpaqueOrError => Ty::opaque(true),
        };
        let mut value = self.eval_args_first(args, None);
        self.heap_alloc(what.to_owned(), ty.clone(), at, Confidence::High);
        value.ty = match gives {
            Gives::Text | Gives::List | Gives::Opaque => ty,
            Gives::TextOrError | Gives::ListOrError | Gives::OpaqueOrError => Ty::known(Known::Result, [ty]),
        };
        value.alias = None;
        self.refine(value)
    }

    /// `partition` and `unzip`: two containers, where the types that are asked for are such.
    pub(super) fn partitioned(
        &mut self,
        receiver: &Value,
        name: &str,
        call: &'l MethodCall,
        expected: Option<&Ty>,
    ) -> Value {
        let item = self.item_of(receiver);
        self.through_loop(receiver, call.name_span, &mut |flow| {
            for arg in &call.args {
                flow.inline_closure(*arg, std::slice::from_ref(&item), Runs::Inline);
            }
        });
        let asked: Vec<Ty> = call.turbofish.iter().map(|ty| self.lower_type(*ty)).collect();
        let parts: Vec<Ty> = match (name, &*asked) {
            ("partition", [both, ..]) => vec![both.clone(), both.clone()],
            ("unzip", [_, _, left, right]) => vec![left.clone(), right.clone()],
            _ => match expected {
                Some(Ty::Tuple(parts)) => parts.to_vec(),
                _ => Vec::new(),
            },
        };
        let on_heap = |ty: &&Ty| matches!(ty, Ty::Known(known, _) if known.is_heap_container());
        if let Some(ty) = parts.iter().find(on_heap) {
            self.heap_alloc(name.to_owned(), ty.clone(), call.name_span, Confidence::High);
        } else if parts.is_empty() {
            self.heap_alloc(name.to_owned(), Ty::Unknown, call.name_span, Confidence::Low);
        }
        let mut value = receiver.clone();
        value.alias = None;
        value.bound = None;
        value.ty = if parts.is_empty() { Ty::Unknown } else { Ty::Tuple(parts.into()) };
        self.refine(value)
    }

    /// A stable sort takes a buffer from the heap once the elements are more than its own room on the stack holds.
    pub(super) fn sorted(&mut self, receiver: &Value, name: &str, args: &'l [ExprId], at: Span) -> Value {
        const BYTES_ON_THE_STACK: u64 = 4096;
        const SORTED_IN_PLACE: u64 = 20;
        let given = self.given_each(receiver, name);
        for arg in args {
            self.inline_closure(*arg, &given, Runs::Inline);
        }
        let element = super::layout::element_of(&receiver.ty);
        let len = match receiver.ty.peeled() {
            Ty::Array(_, len) => *len,
            _ => None,
        };
        let bytes = len.zip(self.types.layout(&element)).map(|(len, (size, _))| (len, len.saturating_mul(size)));
        let ty = Ty::known(Known::Vec, [element]);
        match bytes {
            Some((len, bytes)) if len <= SORTED_IN_PLACE || bytes <= BYTES_ON_THE_STACK => {}
            Some(_) => self.heap_alloc(name.to_owned(), ty, at, Confidence::High),
            None => self.heap_event(name.to_owned(), ty, at, Confidence::Medium, HeapApi::IfLarge),
        }
        Value::unit()
    }

    /// A value that is read from text or bytes, with what its type keeps on the heap.
    pub(super) fn parsed(
        &mut self,
        what: &str,
        generics: &[Ty],
        expected: Option<&Ty>,
        args: &'l [ExprId],
        at: Span,
    ) -> Value {
        self.read_all(args);
        let expected = expected.map(|ty| match ty {
            Ty::Known(Known::Result | Known::Option, _) => ty.argument(0),
            other => other.clone(),
        });
        let ty = generics.last().cloned().or(expected).unwrap_or(Ty::Unknown);
        if self.types.clones_to_heap(&ty) == Some(true) {
            self.heap_alloc(what.to_owned(), ty.clone(), at, Confidence::High);
        }
        Value::of(Ty::known(Known::Result, [ty]))
    }

    pub(super) fn made(&mut self, what: &str, ty: Ty, args: &'l [ExprId], at: Span, confidence: Confidence) -> Value {
        self.read_all(args);
        self.heap_alloc(what.to_owned(), ty.clone(), at, confidence);
        Value::of(ty)
    }

    /// `to_owned`, `into_owned`.
    pub(super) fn made_owned(&mut self, receiver: &Value, name: &str, args: &'l [ExprId], at: Span) -> Value {
        let ty = owned(receiver.ty.peeled());
        if name == "to_owned" && self.on_parameter(receiver.ty.peeled(), ParameterUse::ToOwned) {
            return Value::of(Ty::opaque(false));
        }
        let confidence = match &ty {
            Ty::User(..) if self.types.clones_to_heap(&ty) == Some(true) => Some(Confidence::High),
            Ty::Known(known, _) if known.is_heap_container() => Some(Confidence::High),
            Ty::Unknown => Some(Confidence::Low),
            _ => None,
        };
        match confidence {
            Some(confidence) => self.made(name, ty, args, at, confidence),
            None => self.refine(Value::of(ty).with_flows(receiver.flows.clone())),
        }
    }

    pub(super) fn copied(&mut self, what: &str, receiver: &Value, ty: Ty, args: &'l [ExprId], at: Span) -> Value {
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

    pub(super) fn cloned(&mut self, receiver: &Value, at: Span) -> Value {
        let mut ty = receiver.ty.peeled().clone();
        // They are not `Clone` themselves.
        while let Ty::Known(Known::Guard | Known::ResMut | Known::Local, args) = &ty {
            ty = args.first().map_or(Ty::Unknown, |inner| inner.peeled().clone());
        }
        match self.types.clones_to_heap(&ty) {
            // Whether it allocates, the caller knows.
            _ if self.on_parameter(&ty, ParameterUse::Clone) => {}
            Some(true) => self.heap_alloc("clone".to_owned(), ty.clone(), at, Confidence::High),
            Some(false) => {}
            None => self.heap_alloc("clone".to_owned(), ty.clone(), at, Confidence::Low),
        }
        let mut value = receiver.clone();
        value.becomes_its_own();
        value.made.clear();
        value.ty = ty;
        if value.ty.allocator().is_none() {
            value.alias = None;
        }
        self.refine(value)
    }

    pub(super) fn collected(
        &mut self,
        receiver: &Value,
        call: &'l MethodCall,
        expected: Option<&Ty>,
        at: Span,
    ) -> Value {
        let asked = call.turbofish.first().map(|ty| self.lower_type(*ty));
        let said_nothing = asked.is_none() && expected.is_none_or(Ty::is_unknown);
        let ty = asked.or_else(|| expected.cloned()).unwrap_or(Ty::Unknown);
        let target = match &ty {
            Ty::Known(Known::Result | Known::Option, args) => args.first().cloned().unwrap_or(Ty::Unknown),
            other => other.clone(),
        };
        let item = self.item_of(receiver).ty;
        let collected = match &ty {
            Ty::Known(Known::Result | Known::Option, _) if item.head() == ty.head() => item.argument(0),
            _ => item.clone(),
        };
        let collected = if collected.is_unknown() { target.argument(0) } else { collected };
        match target {
            Ty::Known(Known::Vec, _) => match self.types.new_memory(receiver, &collected) {
                NewMemory::Certain => self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::High),
                NewMemory::Possible => self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::Medium),
                NewMemory::None => {}
            },
            Ty::Known(known, _)
                if known.is_heap_container() || matches!(known, Known::Box | Known::Rc | Known::Arc) =>
            {
                self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::High);
            }
            // Of what says nowhere what it is, nearly all is a list or a map.
            Ty::Unknown if said_nothing && receiver.ty.head() == Some(Known::Iterator) => {
                self.heap_alloc("collect".to_owned(), ty.clone(), at, Confidence::Medium);
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
        value.becomes_its_own();
        value.bound = None;
        value.alias = None;
        value.ty = ty;
        self.refine(value)
    }

    pub(super) fn converted(&mut self, receiver: &Value, expected: Option<&Ty>, at: Span) -> Value {
        let asked = expected.cloned().filter(|ty| !ty.is_unknown());
        let ty = asked.or_else(|| self.bound_of_into(receiver.ty.peeled())).unwrap_or(Ty::Unknown);
        let from_text = matches!(receiver.ty.peeled(), Ty::Str);
        let owned = matches!(ty, Ty::Known(Known::String | Known::Vec | Known::Box | Known::Rc | Known::Arc, _));
        if (owned || ty.is_unknown()) && self.on_parameter(receiver.ty.peeled(), ParameterUse::IntoOwned) {
            // It depends on what the caller gives.
        } else if owned
            && (from_text || matches!(receiver.ty, Ty::Ref { .. }) || moves_to_new_memory(&receiver.ty, &ty))
        {
            self.heap_alloc("into".to_owned(), ty.clone(), at, Confidence::High);
        }
        let mut value = receiver.clone();
        value.becomes_its_own();
        if matches!(receiver.ty, Ty::Ref { .. }) {
            value.made.clear();
        }
        value.ty = ty;
        if value.ty.is_unknown() {
            value.flows.iter_mut().for_each(|flow| flow.confidence = flow.confidence.min(Confidence::Medium));
        }
        self.refine(value)
    }
}

impl Interpreter<'_, '_> {
    /// `String` in `T: Into<String>`.
    fn bound_of_into(&self, ty: &Ty) -> Option<Ty> {
        let Ty::Generic { index, .. } = ty else { return None };
        let facts = self.facts;
        let bounds: &[PathId] = if *index >= UNNAMED {
            match facts.ty(self.def.function.params.get(usize::from(*index - UNNAMED))?.1) {
                Type::ImplTrait(bounds) => bounds,
                _ => return None,
            }
        } else {
            // Those of the `impl` come first.
            let of_impl = match self.def.owner {
                Some(Owner::Impl(item)) => match &facts.item(item).kind {
                    ItemKind::Impl(block) => &*block.generics.types,
                    _ => &[],
                },
                _ => &[],
            };
            let at = usize::from(*index);
            match at.checked_sub(of_impl.len()) {
                Some(at) => &self.def.function.generics.types.get(at)?.1,
                None => &of_impl.get(at)?.1,
            }
        };
        let into = bounds.iter().filter_map(|bound| facts.path(*bound).segments.last());
        let args = into.into_iter().find(|last| facts.name(last.name) == "Into")?.args.as_deref()?;
        args.types.first().map(|ty| self.lower_type(*ty))
    }

    /// Something is done to a generic parameter that allocates for some types: callers are told.
    fn on_parameter(&mut self, ty: &Ty, how: ParameterUse) -> bool {
        let Ty::Generic { index, .. } = ty else { return false };
        let uses = &mut self.recorder.out.summary.parameter_uses;
        if self.context.cold == 0 && self.context.guessing == 0 && !uses.contains(&(*index, how)) {
            uses.push((*index, how));
        }
        true
    }

    /// What a callee does to its generic parameters allocates if they are these.
    pub(super) fn parameters_used(&mut self, callee: FnId, given: &[(u16, Ty)], span: Span) {
        let summary = self.summary_of(callee);
        for (param, how) in &summary.parameter_uses {
            let Some((_, ty)) = given.iter().find(|(known, _)| known == param) else { continue };
            if self.on_parameter(ty.peeled(), *how) {
                continue;
            }
            match how {
                ParameterUse::Clone if !matches!(ty, Ty::Ref { .. }) => {
                    if self.types.clones_to_heap(ty) == Some(true) {
                        self.heap_alloc("clone".to_owned(), ty.clone(), span, Confidence::High);
                    }
                    let ty = ty.clone();
                    self.parts_called(&ty, "Clone", "clone", span);
                }
                ParameterUse::IntoOwned if *ty.peeled() == Ty::Str => {
                    self.heap_alloc("into".to_owned(), Ty::known(Known::String, []), span, Confidence::High);
                }
                ParameterUse::ToOwned => {
                    let made = owned(ty.peeled());
                    if self.types.clones_to_heap(&made) == Some(true) {
                        self.heap_alloc("to_owned".to_owned(), made, span, Confidence::High);
                    }
                }
                ParameterUse::Clone | ParameterUse::IntoOwned => {}
            }
        }
    }
}

/// `Vec<u8>` into `Arc<[u8]>`: the counts lie before the elements, so that these must move. A `Vec` in a box stays where
/// it is.
fn moves_to_new_memory(from: &Ty, to: &Ty) -> bool {
    matches!(from, Ty::Known(Known::Vec | Known::String | Known::Box, _))
        && matches!(to, Ty::Known(Known::Rc | Known::Arc, _))
}

/// What a borrowed value is when it is owned.
pub(super) fn owned(ty: &Ty) -> Ty {
    match ty {
        Ty::Str => Ty::known(Known::String, []),
        Ty::Slice(inner) => Ty::known(Known::Vec, [(**inner).clone()]),
        Ty::Known(Known::Cow, args) => args.first().map_or(Ty::Unknown, owned),
        other => other.clone(),
    }
}
