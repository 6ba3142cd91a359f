//! Waiting in the frame path.

use framealloc_syntax::Effect;

use crate::engine::api::waits::WaitsFor;
use crate::engine::flow::event::EventKind;
use crate::engine::rules::unseen::path_of;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA411,
    name: "blocks-on-frame-path",
    summary: "code that runs every frame waits for a lock, a channel, a thread, a file or the like",
    level: Allow,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let (what, on, occurrence) = match &occurrence.event.kind {
        EventKind::Waits { what, on } => (what.clone(), *on, *occurrence),
        EventKind::Unseen(unseen, _) => {
            let path = path_of(unseen).filter(|path| cx.config.declares(Effect::Block, path) == Some(true))?;
            // Such an event is one of both effects.
            let reached = cx.reached.to(Effect::Block, occurrence.id, occurrence.event.closure);
            (path.to_string(), WaitsFor::Something, Occurrence { reached, ..*occurrence })
        }
        _ => return None,
    };
    if occurrence.event.cold.is_some() || !occurrence.runs_in_frame() {
        return None;
    }
    let message = match on {
        WaitsFor::Time | WaitsFor::NewThread => format!("`{what}` waits in the frame path"),
        _ => format!("`{what}` may wait in the frame path"),
    };
    let (until, help) = until(on, &what);
    let finding = Finding::new(CODE, message, cx.here(&occurrence)).caption(until);
    let finding = cx.under_promise(&occurrence, Effect::Block, finding);
    Some(cx.with_path(&occurrence, finding).help(help))
}

/// What is waited for, and what to do instead.
fn until(on: WaitsFor, what: &str) -> (&'static str, &'static str) {
    match on {
        WaitsFor::Lock => (
            "until nobody else holds the lock",
            "use what never waits (`try_lock`, `try_read`, `try_write`), and the last value where somebody else is at it",
        ),
        WaitsFor::Message => {
            ("until there is a message", "use `try_recv` or `try_iter`: they give what is there, and nothing otherwise")
        }
        WaitsFor::Room => {
            ("until there is room in the channel", "use `try_send`, and decide what is lost where the channel is full")
        }
        WaitsFor::Thread => (
            "until another thread has done its part",
            "look whether it is done (`is_finished`), and go on without it in this frame",
        ),
        WaitsFor::NewThread => (
            "the system makes a thread, and memory is taken for it",
            "start threads before the first frame, and hand them work (`try_send`)",
        ),
        WaitsFor::Work => (
            "until others have done the work, or a future is ready",
            "do the work here, or hand it on (`try_send`) and take what came of it in a later frame (`try_recv`)",
        ),
        WaitsFor::Time => (
            "for a time that the system makes longer as it likes",
            "pace frames where they begin and end, outside of systems; here, compare times (`elapsed`)",
        ),
        WaitsFor::File | WaitsFor::Network | WaitsFor::Process => (
            "for the system, and for what is behind it",
            "let another thread do it, and take what came of it with `try_recv`",
        ),
        WaitsFor::Console if what.ends_with('!') => (
            "standard output is behind a lock, and behind whoever reads it",
            "hand the text to a thread that writes it, or keep it in the frame (`frame_format!`) and show it",
        ),
        WaitsFor::Console => (
            "the console is behind a lock, and behind whoever reads or writes it",
            "let another thread do it, and take what came of it with `try_recv`",
        ),
        WaitsFor::Once => (
            "runs what makes the value, or waits for whoever does",
            "make the value before the first frame, and use `get` here: a value that is not there is then seen",
        ),
        WaitsFor::Something => {
            ("`.fa.toml` declares that it waits", "let another thread do it, and take what came of it with `try_recv`")
        }
    }
}
