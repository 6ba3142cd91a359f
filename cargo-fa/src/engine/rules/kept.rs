//! Containers that outlive the frame: whether their memory is used again in the next one.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::context::Lenders;
use super::{Context, Occurrence};
use crate::engine::flow::event::{Cold, Container, Lent};
use crate::engine::flow::types::Ty;
use crate::engine::flow::value::Root;
use crate::engine::resolve::{FnId, UserType};
use crate::engine::schedule::reach::Step;

/// What becomes of the memory of a container that grows in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// It ends with the function.
    Local,
    /// It is kept, and nothing empties the container or reserves for it.
    Kept,
    /// It is kept, and used again: the container grows until it has seen its largest frame.
    Steady,
}

/// The fields of a type that are containers whose memory is used again.
pub(super) type SteadyFields = Rc<FxHashSet<String>>;

/// How often a container is lent on.
const LENT_ON: u32 = 4;

impl Context<'_, '_> {
    /// Whether it only happens where something went wrong, or once for all frames. What is done once for each value is done
    /// in each frame that makes one.
    pub(super) fn is_cold(&self, occurrence: &Occurrence<'_>) -> bool {
        match occurrence.event.cold {
            Some(Cold::Seldom) => true,
            Some(Cold::OnceForEach) => !self.ends_with_call(occurrence),
            // Said of what promises to leave the heap alone, in other words.
            None | Some(Cold::OnChange) => false,
        }
    }

    /// Whether the function is a method of a value that its caller has just made.
    pub(super) fn ends_with_call(&self, occurrence: &Occurrence<'_>) -> bool {
        let Some(reached) = occurrence.reached else { return false };
        let [before @ .., Step { site, callee, .. }] = &*reached.path else { return false };
        let caller = before.last().map_or(reached.root, |step| step.callee);
        let mut calls = self.analysed.of(caller).calls.iter();
        calls.any(|call| call.on_local && call.callee == *callee && call.span == site.span)
    }

    /// What becomes of the memory of a container that grows in this function.
    pub(super) fn memory_of(&self, occurrence: &Occurrence<'_>, container: &Container) -> Memory {
        let way = occurrence.reached.map(|reached| (reached.root, &*reached.path));
        let (root, path) = way.unwrap_or((occurrence.id, &[]));
        self.memory_on_way(root, path, container, 0)
    }

    /// The calls that lead to the function say what is lent to it.
    fn memory_on_way(&self, root: FnId, path: &[Step], container: &Container, depth: u32) -> Memory {
        let field = container.owner.zip(container.field.as_deref());
        if container.steady || field.is_some_and(|(owner, field)| self.steady_fields(owner).contains(field)) {
            return Memory::Steady;
        }
        if field.is_some_and(|(owner, field)| self.is_borrowed(owner, field)) {
            return Memory::Steady;
        }
        if !container.kept {
            return Memory::Local;
        }
        if let (Some(Root::Param(param)), None, [before @ .., Step { site, callee, .. }]) =
            (container.root, field, path)
        {
            let caller = before.last().map_or(root, |step| step.callee);
            let mut lent = self.analysed.of(caller).lent.iter();
            let lent = lent.find(|lent| lent.callee == *callee && lent.span == site.span && lent.param == param);
            if let Some(lent) = lent {
                return self.memory_on_way(root, before, &lent.container, depth);
            }
        }
        if let (Some(Root::Param(param)), None) = (container.root, field) {
            let function = path.last().map_or(root, |step| step.callee);
            if depth < LENT_ON && self.is_lent_steady(function, param, depth) {
                return Memory::Steady;
            }
        }
        Memory::Kept
    }

    /// Whether everybody who runs in frames and lends a container for this parameter uses its memory again. A method that
    /// is only called by its name must be lent such a one by somebody.
    fn is_lent_steady(&self, function: FnId, param: u16, depth: u32) -> bool {
        let lenders = self.lenders(function, param);
        let is_steady =
            |lender: FnId, lent: &Lent| self.memory_on_way(lender, &[], &lent.container, depth + 1) == Memory::Steady;
        let runs = |lender: FnId| self.reached.get(lender).is_some() || self.analysed.of(lender).system;
        let mut of_frames = lenders.iter().filter(|(lender, _)| runs(*lender)).peekable();
        let known: Vec<_> = if of_frames.peek().is_some() { of_frames.collect() } else { lenders.iter().collect() };
        let (guessed, sure): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, lent)| lent.guessed);
        let asked = if sure.is_empty() { guessed } else { sure };
        !asked.is_empty() && asked.iter().all(|(lender, lent)| is_steady(*lender, lent))
    }

    /// Who calls a function with a container for this parameter.
    fn lenders(&self, function: FnId, param: u16) -> Vec<(FnId, &Lent)> {
        let lenders = self.lenders.get_or_init(|| {
            let mut lenders = Lenders::default();
            for (id, analysed) in self.analysed.iter() {
                for (at, lent) in analysed.lent.iter().enumerate() {
                    lenders.entry((lent.callee, lent.param)).or_default().push((id, at));
                }
            }
            lenders
        });
        let of = lenders.get(&(function, param)).into_iter().flatten();
        of.map(|(lender, at)| (*lender, &self.analysed.of(*lender).lent[*at])).collect()
    }

    /// `struct Encoder<'a> { bytes: &'a mut Vec<u8> }`: the memory is that of whoever made it.
    fn is_borrowed(&self, owner: UserType, field: &str) -> bool {
        matches!(self.types.field(&Ty::User(owner, [].into()), field), Ty::Ref { mutable: true, .. })
    }

    /// The fields of a type whose memory is used again.
    fn steady_fields(&self, owner: UserType) -> SteadyFields {
        if let Some(known) = self.steady.borrow().get(&owner) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.emptied_fields(owner));
        self.steady.borrow_mut().insert(owner, Rc::clone(&found));
        found
    }
}
