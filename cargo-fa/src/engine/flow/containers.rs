//! Heap containers that grow in the frame: those whose memory is used again in the next frame grow only until they have
//! seen the largest one.

use std::sync::Arc;

use super::Interpreter;
use super::changes::Change;
use super::event::{Container, EventKind, Fate, Keys, Lent};
use super::method::{is_keyed, lent};
use super::steady::{Reach, keeps_steady};
use super::stores::Target;
use super::types::Ty;
use super::value::{AllocatorKey, Root, Value, Var};
use crate::engine::api::{self, Known};
use crate::engine::hir::ir::{ItemKind, Receiver, Span};
use crate::engine::resolve::{FnId, UserType};
use crate::model::finding::Confidence;

/// How many containers are in one another.
fn layers(ty: &Ty) -> u32 {
    const MOST: u32 = 4;
    let mut ty = ty.clone();
    let mut layers = 0;
    while let Some(collection) = ty.collection().filter(|_| layers < MOST) {
        layers += 1;
        ty = collection.looked_up();
    }
    layers
}

impl Interpreter<'_, '_> {
    /// Whether a container is an element of the one that its field, or the parameter, is.
    fn is_element(&self, container: &Value) -> bool {
        let declared = match (container.owner, &container.field, container.alias) {
            (Some(owner), Some(field), _) => self.types.field(&Ty::User(owner, [].into()), field),
            (None, None, Some(Root::Param(param))) => {
                self.param_types(self.id).get(usize::from(param)).cloned().unwrap_or(Ty::Unknown)
            }
            _ => return false,
        };
        layers(&declared) > layers(&container.ty)
    }

    /// The container may have to get more memory.
    pub(super) fn growth(&mut self, container: &Value, what: &str, span: Span) {
        if container.reserved && matches!(container.alias, Some(Root::Local(_)) | None) {
            return;
        }
        let keyed = self.context.keyed > 0 && is_keyed(&lent(&container.ty));
        let keys = match keyed {
            true if self.context.cache > 0 || self.are_names(&lent(&container.ty).argument(0)) => Keys::OfCache,
            true => Keys::AllSeen,
            false => Keys::Any,
        };
        let is_element = self.is_element(container);
        let mut container = lent_container(container);
        container.is_element = is_element;
        container.keys = keys;
        container.steady |= self.is_emptied_static(container.root);
        // Capacity that is kept from frame to frame grows only now and then.
        let confidence = if container.kept { Confidence::Medium } else { Confidence::High };
        self.record(EventKind::HeapGrowth { what: what.to_owned(), container, fate: Fate::Here }, span, confidence);
    }

    /// Whether keys of this type are names: a program has so many of those, where numbers and places have no end.
    pub(super) fn are_names(&self, key: &Ty) -> bool {
        match key.peeled() {
            Ty::Str | Ty::Known(Known::String, _) => true,
            Ty::Known(Known::Arc | Known::Rc | Known::Box | Known::Cow, inner) => {
                inner.first().is_some_and(|inner| *inner.peeled() == Ty::Str)
            }
            Ty::User(user, _) => match &self.around.program.type_def(*user).item.kind {
                ItemKind::Enum { variants, .. } => variants.iter().all(|(_, fields)| fields.is_empty()),
                _ => false,
            },
            _ => false,
        }
    }

    /// A static whose elements somebody takes out, as what is put into a queue for the end of the frame is.
    fn is_emptied_static(&self, root: Option<Root>) -> bool {
        let Some(Root::Static(id)) = root else { return false };
        let def = &self.around.program.statics[id.0 as usize];
        let name = self.around.program.facts(def.file).name(def.item.name);
        [Change::Emptied, Change::Removed, Change::Taken].into_iter().any(|change| self.has_change(None, name, change))
    }

    /// A method of a container is called that says that its memory is used again.
    pub(super) fn note_steady(&mut self, receiver: &Value, name: &str) {
        if !keeps_steady(name) || receiver.ty.collection().is_none() {
            return;
        }
        let reach = if self.is_element(receiver) { Reach::All } else { Reach::of_method(name) };
        self.frames.steady.insert((key(receiver.alias, receiver.field.as_ref()), reach));
        if receiver.kept {
            self.frames.steady_made.extend(&receiver.made);
        }
        if let (Some(Root::Param(param)), None) = (receiver.alias, &receiver.field)
            && !self.recorder.out.emptied_params.contains(&param)
        {
            self.recorder.out.emptied_params.push(param);
        }
        if let (Some(owner), Some(field)) = (receiver.owner, &receiver.field)
            && self.is_seen_by_others(receiver)
        {
            let emptied = &mut self.recorder.out.emptied;
            if !emptied.iter().any(|(of, known, as_far)| *of == owner && known == field && *as_far == reach) {
                emptied.push((owner, Arc::clone(field), reach));
            }
        }
    }

    /// Whether this is a part of something of the caller, not of a value that ends here with its memory.
    fn is_seen_by_others(&self, place: &Value) -> bool {
        match place.alias {
            Some(Root::Param(0)) => self.def.function.receiver != Some(Receiver::Value),
            Some(Root::Param(_) | Root::Static(_)) => true,
            Some(Root::Local(var)) => self.state.values.get(var).is_some_and(|root| {
                matches!(root.ty, Ty::Ref { .. } | Ty::Ptr(_))
                    || root.ty.head().is_some_and(|head| matches!(head, Known::Guard | Known::ResMut | Known::Local))
            }),
            None => false,
        }
    }

    /// Containers among the arguments are the callee's to fill.
    pub(super) fn lend(&mut self, callee: FnId, args: &[Value], span: Span) {
        for (param, arg) in (0..).zip(args) {
            self.lend_one(callee, param, arg, span, false);
        }
    }

    fn lend_one(&mut self, callee: FnId, param: u16, arg: &Value, span: Span, guessed: bool) {
        let fills = matches!(arg.ty, Ty::Ref { mutable: true, .. }) || arg.kept;
        if !(fills && arg.ty.collection().is_some() || locks_collection(&arg.ty)) {
            return;
        }
        let lent = Lent { callee, span, param, guessed, container: lent_container(arg) };
        if !self.recorder.out.lent.contains(&lent) {
            self.recorder.out.lent.push(lent);
        }
    }

    /// What a callee gives leads to a container in a field of what an argument refers to. Where that is a type around
    /// whatever it is given, a lock say, the field counts that the lock is in.
    pub(super) fn leads_on(&self, value: &mut Value, led: &(u16, UserType, Arc<str>), args: &[Value]) {
        let (param, owner, field) = led;
        let Some(arg) = args.get(usize::from(*param)) else { return };
        value.alias = arg.alias;
        (value.owner, value.field) = match (arg.owner, &arg.field) {
            (Some(outer), Some(around)) if self.types.is_generic_type(*owner) => {
                (Some(outer), Some(Arc::clone(around)))
            }
            (None, _) if self.types.is_generic_type(*owner) => (None, None),
            _ => (Some(*owner), Some(Arc::clone(field))),
        };
    }

    /// As [`Interpreter::lend`], to the methods of this name: whose it is, nobody knows.
    pub(super) fn lend_by_name(&mut self, name: &str, at: usize, arg: &Value, span: Span) {
        if arg.ty.collection().is_none() || api::by_name(name).common || !api::shared_method(name).is_empty() {
            return;
        }
        let program = self.around.program;
        for method in program.methods_named(name) {
            if program.fn_def(*method).function.receiver.is_some()
                && let Ok(param) = u16::try_from(at + 1)
            {
                self.lend_one(*method, param, arg, span, true);
            }
        }
    }

    /// Something becomes of a value, and of all that it owns.
    pub(super) fn becomes(&mut self, value: &Value, fate: Fate) {
        if !matches!(value.ty, Ty::Ref { .. } | Ty::Ptr(_)) {
            for made in &value.made {
                let known = self.recorder.fates.entry(*made).or_default();
                *known = fate.max(*known);
            }
        }
    }

    /// What a value owns goes where it goes.
    pub(super) fn made_is_stored(&mut self, target: &Value, value: &Value, how: &Target<'_>) {
        match target.alias {
            Some(Root::Local(var)) => {
                self.leaves_zone_in(var, value);
                if let Some(known) = self.state.values.get_mut(var).filter(|known| !known.kept) {
                    known.own_made(&value.made);
                } else {
                    self.becomes(value, Fate::Kept);
                }
            }
            Some(root) => {
                self.becomes(value, if matches!(how, Target::Channel) { Fate::Sent } else { Fate::Kept });
                self.kept_in(root, value);
            }
            None => {}
        }
    }

    /// What was made on the heap while an expression was run through is its value's, where that can own anything.
    pub(super) fn own_what_was_made(&mut self, since: usize, value: &mut Value) {
        match value.ty {
            Ty::Scalar(_) | Ty::Unit | Ty::Never | Ty::Ref { .. } | Ty::Ptr(_) => value.made.clear(),
            _ => value.own_made(&self.recorder.made[since..]),
        }
        self.recorder.made.truncate(since);
    }

    /// What the function as a whole does with the containers that it fills.
    pub(super) fn settle_containers(&mut self) {
        let steady = std::mem::take(&mut self.frames.steady);
        let steady_made = std::mem::take(&mut self.frames.steady_made);
        let settle = |container: &mut Container| {
            let of = key(container.root, container.field.as_ref());
            let reaches = Reach::all_of(container.is_element);
            let is_steady = || reaches.iter().any(|reach| steady.contains(&(of.clone(), *reach)));
            container.steady |=
                container.kept && (is_steady() || container.made.is_some_and(|made| steady_made.contains(&made)));
        };
        let is_local = |root: Root| matches!(root, Root::Local(_));
        for event in &mut self.recorder.out.events {
            let fate_of = |made: Span| self.recorder.fates.get(&made).copied().unwrap_or_default();
            match &mut event.kind {
                EventKind::HeapGrowth { container, fate, .. } => {
                    settle(container);
                    *fate = container.made.map(fate_of).unwrap_or_default();
                    // Taken out of something that is kept, and put into such a thing again.
                    container.steady |= container.kept && container.root.is_none_or(is_local) && *fate == Fate::Kept;
                }
                EventKind::FlightKept { container } => settle(container),
                EventKind::HeapAlloc { fate, .. } | EventKind::MadeInZone { fate, .. } => *fate = fate_of(event.span),
                _ => {}
            }
        }
        self.recorder.out.lent.iter_mut().for_each(|lent| settle(&mut lent.container));
    }
}

impl Value {
    /// The parameter and field of the container that a reference or guard leads to.
    pub(super) fn leads_to(&self) -> Option<(u16, UserType, Arc<str>)> {
        let (Some(Root::Param(param)), Some(owner), Some(field)) = (self.alias, self.owner, &self.field) else {
            return None;
        };
        let mut ty = &self.ty;
        while let Ty::Known(Known::Option | Known::Result, args) = ty {
            ty = args.first()?;
        }
        let leads = match ty {
            Ty::Ref { mutable: true, .. } => ty.collection().is_some(),
            // A lock of the workspace, for whatever it holds.
            Ty::Known(Known::Guard, held) => ty.collection().is_some() || matches!(&**held, [Ty::Generic { .. }]),
            _ => false,
        };
        leads.then(|| (param, owner, Arc::clone(field)))
    }
}

/// `Arc<Mutex<Vec<T>>>`, also with a lock of the workspace.
fn locks_collection(ty: &Ty) -> bool {
    let (mut ty, mut locked) = (ty, false);
    for _ in 0..6 {
        match ty.peeled() {
            Ty::Known(Known::Arc | Known::Rc | Known::Box, args) => ty = args.first().unwrap_or(&Ty::Unknown),
            Ty::Known(Known::Mutex | Known::RwLock | Known::RefCell | Known::Lock, args) => {
                (ty, locked) = (args.first().unwrap_or(&Ty::Unknown), true);
            }
            Ty::User(_, args) if args.len() == 1 => (ty, locked) = (&args[0], true),
            other => return locked && other.collection().is_some(),
        }
    }
    false
}

/// What is part of nothing is no other container either.
fn key(root: Option<Root>, field: Option<&Arc<str>>) -> AllocatorKey {
    (root.unwrap_or(Root::Local(Var(u32::MAX - 3))), field.cloned())
}

pub(super) fn lent_container(container: &Value) -> Container {
    let outlives = matches!(container.alias, Some(Root::Param(_) | Root::Static(_)));
    Container {
        root: container.alias,
        field: container.field.clone(),
        owner: container.owner,
        kept: container.kept || outlives,
        steady: container.reserved,
        keys: Keys::Any,
        is_element: false,
        made: container.made.first().copied(),
    }
}
