//! FA601, FA201 and FA703: frame data gets where its frame does not.

use super::{Context, Happening};
use crate::engine::flow::event::{EventKind, How};
use crate::model::codes;
use crate::model::finding::Finding;

const REFUSED: &str =
    "rustc refuses this as well: what it calls the borrow of the allocator is the frame, and the frame ends first";

pub(super) fn escape(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::Escape { how, raw, captured, allocated, via } = &of.event.kind else { return None };
    let what = match (captured, raw) {
        (true, _) => "a closure that captures frame data",
        (false, true) => "the address of frame data",
        (false, false) => "frame data",
    };
    let (message, caption) = match how {
        How::Returned => (format!("{what} is returned past the end of its frame"), "leaves the frame here".to_owned()),
        How::Static(name) => (
            format!("{what} is kept in the static `{name}`, which outlives every frame"),
            format!("kept in `{name}` here"),
        ),
        How::Field(place) => {
            (format!("{what} is stored in `{place}`, which outlives the frame"), "stored here".to_owned())
        }
        How::Container(place, method) => {
            (format!("{what} is put into `{place}` by `{method}`, which outlives the frame"), "put in here".to_owned())
        }
        How::Variable(name) => {
            (format!("{what} is stored in `{name}`, which was declared outside of the frame"), "stored here".to_owned())
        }
        How::Channel => (format!("{what} is sent through a channel that outlives the frame"), "sent here".to_owned()),
        How::Transmuted => {
            ("the lifetime of frame data is changed to `'static`".to_owned(), "its frame is forgotten here".to_owned())
        }
        How::Callee(words) => (format!("{what} outlives its frame: {words}"), "passed here".to_owned()),
    };
    let code = if *captured { &codes::FA703 } else { &codes::FA601 };
    let mut finding = Finding::new(code, message, cx.here(of)).caption(caption);
    if allocated.span != of.event.span && allocated.span.hi > 0 {
        finding = finding.label(cx.place(*allocated), "allocated from the frame here");
    }
    for (site, text) in via {
        finding = finding.note_at(cx.place(*site), text.clone());
    }
    finding = if *raw {
        finding.note("rustc does not watch addresses: after the frame the memory belongs to somebody else")
    } else {
        finding.note(REFUSED)
    };
    Some(finding.help(match how {
        How::Returned => {
            "return a copy (`into_inner`, `to_owned`), or take `&Frame` from the caller and allocate from the caller's frame"
        }
        How::Channel => "send `alloc.frame_box_for_transfer(value)`, or a copy",
        _ => "keep a copy, a `PoolBox` (`alloc.pool_box`), or a `FrameHandle` (`alloc.frame_share`) that is checked when it is read",
    }))
}

pub(super) fn use_after_end(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::UseAfterEnd { name, ended, raw, allocated } = &of.event.kind else { return None };
    let mut finding = Finding::new(&codes::FA601, format!("`{name}` is used after its frame ended"), cx.here(of))
        .caption("used here")
        .label(cx.at(of, *ended), "the frame or scope ends here");
    if allocated.hi > 0 {
        finding = finding.label(cx.at(of, *allocated), "allocated here");
    }
    finding = finding.note(if *raw { "the memory is handed out again in the next frame" } else { REFUSED });
    Some(finding.help("use it before the frame ends, or keep a copy or a `PoolBox`"))
}

pub(super) fn spawned(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::Spawned { task, name, allocated, raw, via } = &of.event.kind else { return None };
    let (code, who) = if *task { (&codes::FA703, "task") } else { (&codes::FA201, "thread") };
    let message = format!("a spawned {who} captures frame data (`{name}`) and may outlive the frame");
    let mut finding =
        Finding::new(code, message, cx.here(of)).caption(format!("this {who} is not joined before the frame ends"));
    if allocated.span.hi > 0 {
        finding = finding.label(cx.place(*allocated), "allocated from the frame here");
    }
    for (site, text) in via {
        finding = finding.note_at(cx.place(*site), text.clone());
    }
    if !raw {
        finding = finding.note(REFUSED);
    }
    Some(finding.help(if *task {
        "copy out what the task needs before it is spawned, or hand it `alloc.frame_box_for_transfer(value)`"
    } else {
        "use `std::thread::scope`, hand over `alloc.frame_box_for_transfer(value)`, or copy out what the thread needs"
    }))
}
