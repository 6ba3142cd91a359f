//! Which functions a method call may mean: that of the type at hand, or those of all types that it may be.

use std::sync::Arc;

use super::Interpreter;
use super::generics::{Condition, Given};
use super::receivers::is_of_std;
use super::types::{SELF, Ty};
use super::value::Value;
use crate::engine::api;
use crate::engine::hir::ir::{ExprId, ExprKind, MethodCall, Receiver, Span};
use crate::engine::resolve::traits::TraitOf;
use crate::engine::resolve::{FnId, Res, TypeKey, UserType};
use crate::model::finding::Confidence;

/// Of a trait that more types have, these are followed.
const MOST_IMPLS: usize = 48;
/// A method is looked for behind this many pointers.
const DEREFS: usize = 8;

/// A function that may be called, and when.
#[derive(Clone, Debug)]
pub(super) struct Callee {
    pub(super) function: FnId,
    pub(super) confidence: Confidence,
    /// What `Self` and other parameters are.
    pub(super) given: Given,
    pub(super) only: Option<Condition>,
    /// It is one of several that may be meant.
    pub(super) several: bool,
}

impl Callee {
    pub(super) fn new(function: FnId, confidence: Confidence) -> Self {
        Self { function, confidence, given: Vec::new(), only: None, several: false }
    }

    fn with_self(function: FnId, confidence: Confidence, ty: Ty) -> Self {
        Self { given: vec![(SELF, ty)], ..Self::new(function, confidence) }
    }
}

impl<'l> Interpreter<'_, 'l> {
    /// What method lookup tries, one `*` after the other.
    pub(super) fn receivers(&self, ty: &Ty) -> Vec<Ty> {
        let mut found = Vec::new();
        let mut ty = ty.clone();
        for _ in 0..DEREFS {
            let next = self.types.deref(&ty);
            if !matches!(ty, Ty::Ref { .. }) {
                found.push(ty);
            }
            match next {
                Some(next) => ty = next,
                None => break,
            }
        }
        found
    }

    /// The functions of the workspace that a method of this name may be, called on a value of this type.
    pub(super) fn callees(&self, receiver: &Ty, name: &'l str) -> Vec<Callee> {
        for (derefs, ty) in self.receivers(receiver).iter().enumerate() {
            let mut found = self.callees_on(ty, name);
            if found.is_empty() {
                continue;
            }
            if derefs > 0 {
                found.extend(self.deref_calls(receiver));
            }
            return found;
        }
        Vec::new()
    }

    /// What `Deref` does on the way to what is behind a type of the workspace: nothing mostly, and then it is not called.
    fn deref_calls(&self, receiver: &Ty) -> Vec<Callee> {
        let Some(key @ TypeKey::User(_)) = receiver.peeled().key() else { return Vec::new() };
        let found = self.around.program.foreign_methods(key, "Deref", "deref");
        found.into_iter().map(|function| Callee::new(function, Confidence::High)).collect()
    }

    fn callees_on(&self, ty: &Ty, name: &'l str) -> Vec<Callee> {
        let program = self.around.program;
        match ty {
            Ty::Generic { index, traits } => {
                let declared = traits.iter().find_map(|user_trait| program.declared_in(*user_trait, name));
                declared.map(|(user_trait, declared)| self.bounded(*index, user_trait, declared)).unwrap_or_default()
            }
            Ty::Trait(user_trait) => match program.declared_in(*user_trait, name) {
                Some((user_trait, declared)) => self.behind_dyn(ty, user_trait, declared),
                None => self.of_implementors(*user_trait, name),
            },
            _ => self.of_type(ty, name),
        }
    }

    /// Methods of a type: its own, those that it implements, those that its traits provide.
    fn of_type(&self, ty: &Ty, name: &'l str) -> Vec<Callee> {
        let program = self.around.program;
        let Some(key) = ty.key() else { return Vec::new() };
        let own = program.methods_of(key, name);
        if let Some(inherent) = own.iter().find(|id| program.impl_around(**id).is_none_or(|def| def.of_trait.is_none()))
        {
            return vec![Callee::new(*inherent, Confidence::High)];
        }
        let in_scope = |id: &FnId| match (key, program.impl_around(*id).and_then(|def| def.of_trait)) {
            (TypeKey::User(_), _) => true,
            (_, Some(TraitOf::User(user_trait))) => program.is_in_scope(self.module, user_trait),
            _ => true,
        };
        let own: Vec<FnId> = own.iter().copied().filter(in_scope).collect();
        if !own.is_empty() {
            let confidence = if own.len() == 1 { Confidence::High } else { Confidence::Medium };
            return own.iter().map(|id| Callee::new(*id, confidence)).collect();
        }
        if let Some(provided) = program.provided(key, name) {
            return vec![Callee::with_self(provided, Confidence::High, ty.clone())];
        }
        let blanket = program.blanket_methods(name).iter().filter(|(at, _)| self.is_covered(*at, ty));
        blanket.map(|(_, function)| Callee::with_self(*function, Confidence::High, ty.clone())).take(1).collect()
    }

    /// Whether `impl<T: Bound> Trait for T` is for this type too.
    fn is_covered(&self, at: u32, ty: &Ty) -> bool {
        let program = self.around.program;
        let def = program.impl_at(at);
        let Some(bounds) = program.blanket_bounds(def) else { return false };
        let facts = program.facts(def.file);
        let key = ty.key();
        bounds.iter().all(|path| match program.trait_of(def.module, def.file, *path) {
            Some(TraitOf::User(user_trait)) => key.is_some_and(|key| self.types.implements(key, user_trait)),
            Some(TraitOf::Foreign("Fn" | "FnMut" | "FnOnce")) => matches!(ty, Ty::Closure | Ty::Function),
            // Which of std's types are numbers, iterators or futures is not told by our tables.
            Some(TraitOf::Foreign("Iterator" | "IntoIterator")) => {
                matches!(ty, Ty::Known(api::Known::Iterator, _))
                    || key.is_some_and(|key| !program.foreign_methods(key, "Iterator", "next").is_empty())
            }
            Some(TraitOf::Foreign(bound)) => match ty {
                Ty::User(user, _) => {
                    let item = program.type_def(*user);
                    let of_item = program.facts(item.file);
                    let derived = item.item.attrs.derives.iter().filter_map(|path| of_item.path(*path).segments.last());
                    derived.into_iter().any(|last| of_item.name(last.name) == bound)
                        || program
                            .impls_for(TypeKey::User(*user))
                            .any(|def| def.of_trait == Some(TraitOf::Foreign(bound)))
                        || matches!(bound, "Sized" | "Send" | "Sync")
                }
                _ => matches!(bound, "Sized" | "Send" | "Sync" | "Copy" | "Clone" | "Debug" | "Display" | "ToString"),
            },
            None => facts.path(*path).segments.is_empty(),
        })
    }

    /// A parameter bounded by a trait: whose method it is, the caller of this function knows.
    fn bounded(&self, index: u16, user_trait: UserType, declared: FnId) -> Vec<Callee> {
        let program = self.around.program;
        let name = program.fn_name(declared);
        let (mut found, mut overridden) = (Vec::new(), Vec::new());
        for def in program.impls_of_trait(TraitOf::User(user_trait)).take(MOST_IMPLS) {
            let Some(own) = def.fns.iter().find(|function| program.fn_name(**function) == name) else { continue };
            let mut callee = Callee::new(*own, Confidence::High);
            match def.key {
                Some(key) => {
                    overridden.push(key);
                    callee.only = Some(Condition { param: index, types: vec![key], others: false });
                }
                None => callee.confidence = Confidence::Medium,
            }
            found.push(callee);
        }
        if program.fn_def(declared).function.body.is_some() {
            let forwarded = Ty::Generic { index, traits: Arc::new([user_trait]) };
            let mut callee = Callee::with_self(declared, Confidence::High, forwarded);
            callee.only = Some(Condition { param: index, types: overridden, others: true });
            found.push(callee);
        }
        found
    }

    /// `dyn Trait`: whoever implements the trait may be meant.
    fn behind_dyn(&self, ty: &Ty, user_trait: UserType, declared: FnId) -> Vec<Callee> {
        let program = self.around.program;
        let name = program.fn_name(declared);
        let (mut found, mut provided) = (Vec::new(), true);
        for def in program.impls_of_trait(TraitOf::User(user_trait)).take(MOST_IMPLS) {
            let own = def.fns.iter().find(|function| program.fn_name(**function) == name);
            found.extend(own.map(|own| Callee::new(*own, Confidence::Medium)));
            provided |= own.is_none();
        }
        if program.fn_def(declared).function.body.is_some() && provided {
            found.push(Callee::with_self(declared, Confidence::Medium, ty.clone()));
        }
        found
    }

    /// `trait Source: Iterator`: a method of std's trait, of the types that have both.
    fn of_implementors(&self, user_trait: UserType, name: &'l str) -> Vec<Callee> {
        let program = self.around.program;
        let mut found: Vec<Callee> = Vec::new();
        for def in program.impls_of_trait(TraitOf::User(user_trait)).take(MOST_IMPLS) {
            let of_type = def.key.map_or(&[][..], |key| program.methods_of(key, name));
            let of_std = |id: &&FnId| {
                matches!(program.impl_around(**id).and_then(|def| def.of_trait), Some(TraitOf::Foreign(_)))
            };
            for function in of_type.iter().filter(of_std) {
                if !found.iter().any(|known| known.function == *function) {
                    found.push(Callee::new(*function, Confidence::Medium));
                }
            }
        }
        found
    }

    pub(super) fn workspace_method(
        &mut self,
        receiver: &Value,
        name: &'l str,
        call: &'l MethodCall,
        span: Span,
    ) -> Option<Value> {
        // Methods of a type come before those of traits that somebody gave it.
        if is_of_std(receiver, name) {
            return None;
        }
        let callees = self.callees(&receiver.ty, name);
        if !callees.is_empty() {
            return Some(self.call_all(callees, receiver, call, span));
        }
        let program = self.around.program;
        // A method that std has too says nothing about a receiver that is not known.
        let guessed = receiver.ty.is_unknown() && !api::by_name(name).common && api::shared_method(name).is_empty();
        match program.methods_named(name) {
            [only] if guessed && program.fn_def(*only).function.receiver.is_some() => {
                Some(self.call_all(vec![Callee::new(*only, Confidence::Medium)], receiver, call, span))
            }
            _ => None,
        }
    }

    fn call_all(&mut self, callees: Vec<Callee>, receiver: &Value, call: &'l MethodCall, span: Span) -> Value {
        let mut args = vec![receiver.clone()];
        args.extend(self.arguments(&call.args, callees.first().map(|callee| callee.function), 1));
        self.consume(call.receiver, callees.first().map(|callee| callee.function));
        let generics: Vec<Ty> = call.turbofish.iter().map(|ty| self.lower_type(*ty)).collect();
        self.call_either(callees, &args, &generics, span)
    }

    /// The arguments of a call of this function, of which the first stands for this parameter.
    pub(super) fn arguments(&mut self, args: &'l [ExprId], function: Option<FnId>, first: usize) -> Vec<Value> {
        let signature = function.map(|function| self.around.signatures.of(self.around.program, function));
        let facts = self.facts;
        let arg = |(at, arg): (usize, &ExprId)| {
            let given = signature.and_then(|signature| signature.closures.get(at)).filter(|given| !given.is_empty());
            // `&mut |world| …` for a `&mut dyn FnMut(&World)`.
            let (inner, to): (ExprId, fn(Ty) -> Ty) = match &facts.expr(*arg).kind {
                ExprKind::Ref { raw: false, mutable: true, inner } => (*inner, Ty::exclusive),
                ExprKind::Ref { raw: false, mutable: false, inner } => (*inner, Ty::reference),
                _ => (*arg, |ty| ty),
            };
            if let (Some(closure), Some(given)) = (self.closure_at(inner), given) {
                let mut value = self.evaluated(|interpreter| interpreter.loose_closure(inner, closure, given));
                value.ty = to(value.ty);
                value
            } else {
                self.eval(*arg, signature.and_then(|signature| signature.params.get(at)))
            }
        };
        (first..).zip(args).map(arg).collect()
    }

    /// Calls whichever of these the arguments fit, or all of them where that is not known.
    pub(super) fn call_either(&mut self, callees: Vec<Callee>, args: &[Value], generics: &[Ty], span: Span) -> Value {
        let callees = self.fitting(callees, args);
        let several = callees.len() > 1;
        // Behind `dyn` each may come to run; of conversions and the like it is one that is meant.
        let is_trait = |ty: &Ty| matches!(ty, Ty::Trait(_));
        let is_dyn = several && args.first().is_some_and(|receiver| self.receivers(&receiver.ty).iter().any(is_trait));
        let mut result: Option<Value> = None;
        for mut callee in callees {
            callee.several = several && !is_dyn && callee.only.is_none();
            callee.given.extend(self.explicit(callee.function, generics));
            let flows = if several { Confidence::Medium } else { callee.confidence };
            let value = self.call_as(&callee, args, span, flows);
            match &mut result {
                Some(known) => known.join(&value),
                None => result = Some(value),
            }
        }
        result.unwrap_or_else(Value::unknown)
    }

    /// Of several `impl`s of one trait for one type (`From<A>`, `From<B>`) those whose parameters take the arguments.
    fn fitting(&self, callees: Vec<Callee>, args: &[Value]) -> Vec<Callee> {
        if callees.len() < 2 || callees.iter().any(|callee| callee.only.is_some()) {
            return callees;
        }
        let takes = |callee: &Callee| {
            let has_receiver = self.around.program.fn_def(callee.function).function.receiver.is_some();
            let params = self.param_types(callee.function).iter().zip(args);
            params.skip(usize::from(has_receiver)).all(|(param, arg)| param.takes(&arg.ty))
        };
        let fit: Vec<Callee> = callees.iter().filter(|callee| takes(callee)).cloned().collect();
        match fit.len() {
            0 => callees,
            1 => fit.into_iter().map(|callee| Callee { confidence: Confidence::High, ..callee }).collect(),
            _ => fit,
        }
    }

    /// What is written in `f::<A, B>`.
    fn explicit(&self, function: FnId, generics: &[Ty]) -> Given {
        let def = self.around.program.fn_def(function);
        if generics.len() != def.function.generics.types.len() {
            return Vec::new();
        }
        let before = self.around.program.impl_around(function).map_or(0, |def| def.block.generics.types.len());
        (0..).skip(before).zip(generics.iter().cloned()).filter(|(_, ty)| !ty.is_unknown()).collect()
    }

    /// A method that takes `self` uses the variable up.
    fn consume(&mut self, receiver: ExprId, callee: Option<FnId>) {
        let by_value =
            callee.is_some_and(|callee| self.around.program.fn_def(callee).function.receiver == Some(Receiver::Value));
        if by_value {
            self.moved(receiver);
        }
    }

    /// `T::f()` and `Self::f()`, where `T` is a parameter or a type, and `<T as Trait>::f()`.
    pub(super) fn associated(&self, path: &'l crate::engine::hir::ir::Path) -> Option<Vec<Callee>> {
        let facts = self.facts;
        let last = facts.name(path.segments.last()?.name);
        let ty = match (path.qself, path.segments.len()) {
            (Some(qself), _) => self.lower_type(qself),
            (None, 2) => {
                let first = facts.name(path.segments[0].name);
                if first == "Self" {
                    self.type_scope.self_type.clone()?
                } else {
                    self.type_scope.params.iter().find(|(name, _)| *name == first)?.1.clone()
                }
            }
            _ => return None,
        };
        let found = self.callees_on(ty.peeled(), last);
        (!found.is_empty()).then_some(found)
    }

    /// A function of a trait that is called by its path: `Trait::f(&value)`, `Type::f(…)` that a trait provides.
    pub(super) fn by_path(
        &self,
        function: FnId,
        path: &'l crate::engine::hir::ir::Path,
        args: &[Value],
    ) -> Vec<Callee> {
        let program = self.around.program;
        let name = program.fn_name(function);
        let sure = vec![Callee::new(function, Confidence::High)];
        if let Some(def) = program.impl_around(function) {
            // `Label::from`: one of several.
            let (Some(key), Some(of_trait)) = (def.key, def.of_trait) else { return sure };
            let same = program.impls_for(key).filter(|other| other.of_trait == Some(of_trait)).flat_map(|def| &def.fns);
            let same = same.copied().filter(|other| program.fn_name(*other) == name);
            let same: Vec<FnId> = same.collect();
            let sure = if same.len() == 1 { Confidence::High } else { Confidence::Medium };
            return same.into_iter().map(|function| Callee::new(function, sure)).collect();
        }
        if program.trait_around(function).is_none() {
            return sure;
        }
        let has_receiver = program.fn_def(function).function.receiver.is_some();
        let behind = args.first().filter(|_| has_receiver).map(|arg| self.callees(&arg.ty, name)).unwrap_or_default();
        if !behind.is_empty() {
            return behind;
        }
        // `Type::f` of a type that has it from a trait.
        let Some(Res::Type(user)) = program.resolve_owner(self.module, self.file, path) else { return sure };
        match self.callees_on(&self.types.user(user, Vec::new(), 0), name) {
            found if found.is_empty() => sure,
            found => found,
        }
    }

    /// Whether somebody in the workspace gave this type such a method.
    pub(super) fn is_user_method(&self, ty: &Ty, name: &'l str) -> bool {
        self.receivers(ty).iter().filter_map(Ty::key).any(|key| !self.around.program.methods_of(key, name).is_empty())
    }
}
