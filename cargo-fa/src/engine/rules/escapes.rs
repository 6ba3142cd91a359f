//! What FA201, FA601 and FA703 say alike of frame data that gets where its frame does not.

use super::{Context, Occurrence};
use crate::engine::flow::event::{EscapeRoute, EventKind, Runner};
use crate::model::codes::Code;
use crate::model::finding::{Confidence, Finding};

const REFUSED: &str =
    "rustc refuses this as well: what it calls the borrow of the allocator is the frame, and the frame ends first";

/// Says that rustc does not take this either, where that is certain: what was worked out of types that are not all
/// known, or holds on some paths only, may be wrong.
pub(super) fn refused(finding: Finding, occurrence: &Occurrence<'_>) -> Finding {
    if occurrence.event.confidence == Confidence::High { finding.note(REFUSED) } else { finding }
}

/// A finding about frame data that gets somewhere which outlives its frame: FA601, or FA703 where a closure has
/// captured it.
pub(super) fn stored(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>, code: &'static Code) -> Option<Finding> {
    let EventKind::Escape { route, raw, captured, allocated, via } = &occurrence.event.kind else { return None };
    let what = match (captured, raw) {
        (true, _) => "a closure that captures frame data",
        (false, true) => "the address of frame data",
        (false, false) => "frame data",
    };
    let (message, caption) = match route {
        EscapeRoute::Returned => {
            (format!("{what} is returned past the end of its frame"), "leaves the frame here".to_owned())
        }
        EscapeRoute::Static(name) => (
            format!("{what} is kept in the static `{name}`, which outlives every frame"),
            format!("kept in `{name}` here"),
        ),
        EscapeRoute::Field(place) => {
            (format!("{what} is stored in `{place}`, which outlives the frame"), "stored here".to_owned())
        }
        EscapeRoute::Container(place, method) => {
            (format!("{what} is put into `{place}` by `{method}`, which outlives the frame"), "put in here".to_owned())
        }
        EscapeRoute::Variable(name) => {
            (format!("{what} is stored in `{name}`, which was declared outside of the frame"), "stored here".to_owned())
        }
        EscapeRoute::Channel => {
            (format!("{what} is sent through a channel that outlives the frame"), "sent here".to_owned())
        }
        EscapeRoute::Transmuted => {
            ("the lifetime of frame data is changed to `'static`".to_owned(), "its frame is forgotten here".to_owned())
        }
        EscapeRoute::Fixed(by) => (
            format!("{what} is given to `{by}`, which asks for what lives as long as the program (`'static`)"),
            "`'static` is asked for here".to_owned(),
        ),
        EscapeRoute::Callee(words) => (format!("{what} outlives its frame: {words}"), "passed here".to_owned()),
    };
    let mut finding = Finding::new(code, message, cx.here(occurrence)).caption(caption);
    if allocated.span != occurrence.event.span && allocated.span.hi > 0 {
        finding = finding.label(cx.place(*allocated), "allocated from the frame here");
    }
    for (site, text) in via {
        finding = finding.note_at(cx.place(*site), text.clone());
    }
    finding = if *raw {
        finding.note("rustc does not watch addresses: after the frame the memory belongs to somebody else")
    } else {
        refused(finding, occurrence)
    };
    Some(finding.help(match route {
        EscapeRoute::Returned => {
            "return a copy (`into_inner`, `to_owned`), or take `&Frame` from the caller and allocate from the caller's frame"
        }
        EscapeRoute::Channel => "send `alloc.frame_box_for_transfer(value)`, or a copy",
        _ => "keep a copy, a `PoolBox` (`alloc.pool_box`), or a `FrameHandle` (`alloc.frame_share`) that is checked when it is read",
    }))
}

/// A finding about frame data that a thread (FA201) or a task (FA703) captures.
pub(super) fn spawned(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>, code: &'static Code) -> Option<Finding> {
    let EventKind::Spawned { runner, name, allocated, raw, via } = &occurrence.event.kind else { return None };
    let who = match runner {
        Runner::Task => "task",
        Runner::Thread => "thread",
    };
    let message = format!("a spawned {who} captures frame data (`{name}`) and may outlive the frame");
    let mut finding = Finding::new(code, message, cx.here(occurrence))
        .caption(format!("this {who} is not joined before the frame ends"));
    if allocated.span.hi > 0 {
        finding = finding.label(cx.place(*allocated), "allocated from the frame here");
    }
    for (site, text) in via {
        finding = finding.note_at(cx.place(*site), text.clone());
    }
    if !raw {
        finding = refused(finding, occurrence);
    }
    Some(finding.help(match runner {
        Runner::Task => {
            "copy out what the task needs before it is spawned, or hand it `alloc.frame_box_for_transfer(value)`"
        }
        Runner::Thread => {
            "use `std::thread::scope`, hand over `alloc.frame_box_for_transfer(value)`, or copy out what the thread needs"
        }
    }))
}
