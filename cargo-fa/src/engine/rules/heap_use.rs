//! Which systems ask the heap for memory in steady frames: by all that each of them reaches, where a finding names one way.

use framealloc_syntax::Effect;

use super::{Context, FINDERS, Finder, Occurrence};
use crate::engine::flow::event::EventKind;
use crate::engine::resolve::FnId;
use crate::engine::schedule::reach::{self, Changes, Kept};
use crate::model::codes::{FA401, FA402};
use crate::model::finding::Confidence;

/// Whether a system asks the heap for memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeapUse {
    /// How sure it is that it does in a frame that is like those before it; `None` if nothing says so.
    pub(super) steady: Option<Confidence>,
    /// It may where something has changed.
    pub(super) on_change: bool,
}

/// Whether a system asks the heap for memory, by all that it reaches.
///
/// What only frees (FA403), waits (FA411) or is not known (FA412) says nothing of the kind.
pub(super) fn asks_the_heap(cx: &Context<'_, '_>, kept: &Kept, root: FnId) -> HeapUse {
    let below = reach::below(cx.program, cx.analysed, kept, root, Changes::Always);
    let mut found = HeapUse::default();
    for id in below.functions() {
        let function = cx.analysed.of(id);
        let file = cx.program.fn_def(id).file;
        let of_heap = function.events.iter().filter(|event| {
            matches!(event.kind, EventKind::HeapAlloc { .. } | EventKind::HeapGrowth { .. } | EventKind::Unseen(..))
        });
        for event in of_heap {
            let Some(reached) = below.to(Effect::Heap, id, event.closure) else { continue };
            let occurrence = Occurrence { id, file, event, function, reached: Some(reached) };
            for finder in FINDERS {
                let Finder::Event(check) = finder else { continue };
                let Some(finding) = check(cx, &occurrence) else { continue };
                if (*finding.code != FA401 && *finding.code != FA402) || finding.occasional {
                    continue;
                }
                if occurrence.is_on_change() {
                    found.on_change = true;
                    continue;
                }
                let most = if reached.either.is_some() { Confidence::Medium } else { Confidence::High };
                found.steady = found.steady.max(Some(cx.complete(&occurrence, finding).confidence.min(most)));
            }
        }
    }
    found
}
