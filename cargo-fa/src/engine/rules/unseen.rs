//! Calls of what nobody can see into, for each root that declares an effect.

use std::collections::BTreeMap;
use std::sync::Arc;

use framealloc_syntax::{Denied, Effect};

use super::Context;
use crate::engine::flow::declared;
use crate::engine::flow::event::{EventKind, Site, Unseen};
use crate::engine::resolve::FnId;
use crate::engine::schedule::reach::{self, Changes, Kept};

/// A root, and what it calls that nobody can see into.
pub(super) struct Unknown {
    pub(super) root: FnId,
    pub(super) denied: Denied,
    /// Names in the order of the alphabet, each with the first place.
    pub(super) calls: BTreeMap<String, Site>,
    /// Some are of other crates, or nobody knows of what.
    pub(super) elsewhere: bool,
}

/// The path that `.fa.toml` may say something about.
pub(super) fn path_of(unseen: &Unseen) -> Option<&Arc<str>> {
    match unseen {
        Unseen::Path(path) | Unseen::Macro(path) => Some(path),
        Unseen::Method(_) | Unseen::OfTrait(_) | Unseen::Pointer(_) | Unseen::Parameter(_) => None,
    }
}

fn name_of(unseen: &Unseen) -> String {
    match unseen {
        Unseen::Path(path) => format!("`{path}`"),
        Unseen::Method(name) | Unseen::OfTrait(name) => format!("`{name}`"),
        Unseen::Pointer(name) | Unseen::Parameter(name) => format!("what `{name}` holds"),
        Unseen::Macro(name) => format!("`{name}!`"),
    }
}

/// For each function that declares an effect, in the order of the program.
pub(super) fn unknown_calls(cx: &Context<'_, '_>) -> Vec<Unknown> {
    let roots = cx.analysed.iter().filter(|(id, function)| {
        let def = cx.program.fn_def(*id);
        function.denied.is_any() && def.function.body.is_some() && !def.in_test
    });
    let kept = reach::kept(cx.analysed);
    roots.map(|(root, _)| calls_of(cx, &kept, root)).collect()
}

fn calls_of(cx: &Context<'_, '_>, kept: &Kept, root: FnId) -> Unknown {
    let denied = cx.analysed.of(root).denied;
    let (mut calls, mut elsewhere) = (BTreeMap::new(), false);
    let mut add = |name: String, site: Site| {
        let first = calls.entry(name).or_insert(site);
        *first = (*first).min(site);
    };
    let below = reach::below(cx.program, cx.analysed, kept, root, Changes::Never);
    for id in below.functions() {
        let function = cx.analysed.of(id);
        let file = cx.program.fn_def(id).file;
        for event in function.events.iter().filter(|event| event.cold.is_none() && !event.spawned) {
            let EventKind::Unseen(unseen, declared) = &event.kind else { continue };
            let here = below.to(Effect::Heap, id, event.closure).is_some();
            // What a parameter is, whoever calls the function says; of a root nobody does.
            let handed_in = matches!(unseen, Unseen::Parameter(_)) && id != root;
            if here && !handed_in && !declared.covers(denied) && !is_answered(cx, unseen, denied) {
                add(name_of(unseen), Site { file, span: event.span });
                elsewhere |= matches!(unseen, Unseen::Path(_) | Unseen::Macro(_) | Unseen::Method(_));
            }
        }
        for (slot, call) in function.slot_calls.iter().filter(|(_, call)| call.cold.is_none() && !call.spawned) {
            let here = below.to(Effect::Heap, id, call.closure).is_some();
            if here && !below.is_kept(slot) && !declared::of_slot(cx.program, slot).covers(denied) {
                let name = format!("what `{}::{}` holds", cx.program.type_name(slot.0), slot.1);
                add(name, Site { file, span: call.span });
            }
        }
    }
    Unknown { root, denied, calls, elsewhere }
}

/// Whether `.fa.toml` says all that is asked.
fn is_answered(cx: &Context<'_, '_>, unseen: &Unseen, denied: Denied) -> bool {
    let Some(path) = path_of(unseen) else { return false };
    Effect::ALL
        .into_iter()
        .filter(|effect| denied.has(*effect))
        .all(|effect| cx.config.declares(effect, path).is_some())
}
