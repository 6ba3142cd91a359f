//! What is known of each system before it runs.

use super::Context;
use super::heap_use::asks_the_heap;
use super::tags::Arenas;
use super::worst_case::{Counted, Known, bytes_of};
use crate::analysis::{SystemFacts, WorstCase};
use crate::engine::flow::attributes::{our_attribute, tokens};
use crate::engine::flow::event::Site;
use crate::engine::resolve::FnId;
use crate::engine::schedule::reach;
use framealloc_syntax::{AttributeArgs as _, FrameSystemArgs};

/// Every function with `#[frame_system]`, sorted by place.
pub(crate) fn systems(cx: &Context<'_, '_>, predictions: bool) -> Vec<SystemFacts> {
    let mut known = Known::default();
    let kept = predictions.then(|| reach::kept(cx.analysed));
    let mut systems: Vec<SystemFacts> = cx
        .analysed
        .iter()
        .filter(|(_, analysed)| analysed.system)
        .map(|(id, analysed)| {
            let def = cx.program.fn_def(id);
            let bytes = bytes_of(cx, (id, Arenas::default()), Counted::All, &mut known);
            let heap = kept.as_ref().map(|kept| asks_the_heap(cx, kept, id)).unwrap_or_default();
            SystemFacts {
                name: name_in_reports(cx, id),
                item: cx.program.fn_path(id),
                package: cx.package(id).to_owned(),
                place: cx.place(Site { file: def.file, span: def.item.name_span }),
                tag: analysed.tag.as_deref().map(str::to_owned),
                budget: analysed.budget,
                denied: analysed.denied,
                heap: heap.steady,
                heap_on_change: heap.on_change,
                worst: WorstCase {
                    bytes: bytes.total,
                    parts: bytes.parts.into_iter().map(|(site, words, part)| (cx.place(site), words, part)).collect(),
                    open: bytes.open.into_iter().map(|(site, words)| (cx.place(site), words)).collect(),
                },
            }
        })
        .collect();
    systems.sort_by(|a, b| a.place.cmp(&b.place));
    systems
}

/// The name that the run knows it by: the attribute sees the module and the function, and not the type that it is a method of.
fn name_in_reports(cx: &Context<'_, '_>, id: FnId) -> String {
    let def = cx.program.fn_def(id);
    let of_attribute = def.item.attrs.custom.iter().find_map(|attr| {
        let is_ours = our_attribute(cx.program, def.module, def.file, attr) == Some("frame_system");
        FrameSystemArgs::parse(tokens(attr)).value.name.filter(|_| is_ours)
    });
    match of_attribute {
        Some(name) => name.value,
        None => format!("{}::{}", cx.program.module(def.module).path, cx.program.fn_name(id)),
    }
}
