//! What a system calls that declares an effect, and nobody can see into.

use crate::engine::flow::event::Site;
use crate::engine::rules::unseen::{Unknown, unknown_calls};
use crate::engine::rules::{Context, rule};
use crate::model::finding::Finding;

rule! {
    code: FA412,
    name: "unknown-callee",
    summary: "code that declares an effect calls what nobody can see into",
    level: Hint,
    since: "0.12.0",
    found_by: Program(check),
}

/// How many of the calls are named in the message, and how many are shown.
const NAMED: usize = 4;
const SHOWN: usize = 12;

fn check(cx: &Context<'_, '_>, found: &mut Vec<Finding>) {
    found.extend(unknown_calls(cx).into_iter().filter(|unknown| !unknown.calls.is_empty()).map(|one| told(cx, &one)));
}

fn told(cx: &Context<'_, '_>, unknown: &Unknown) -> Finding {
    let Unknown { root, denied, calls, .. } = unknown;
    let def = cx.program.fn_def(*root);
    let word = denied.word().unwrap_or_default();
    let named: Vec<&str> = calls.keys().take(NAMED).map(String::as_str).collect();
    let more = calls.len() - named.len();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let noun = if calls.len() == 1 { "call" } else { "calls" };
    let message = format!("{} {noun} unknown: {}{rest}", calls.len(), named.join(", "));
    let place = Site { file: def.file, span: def.item.name_span };
    let mut finding = Finding::new(CODE, message, cx.place(place))
        .caption(format!("declares `{word}`, and is not held to it there"))
        .inside(cx.package(*root), cx.program.fn_path(*root));
    for (name, site) in calls.iter().take(SHOWN) {
        finding = finding.note_at(cx.place(*site), format!("{name} is called here"));
    }
    let help = if unknown.elsewhere {
        "say what they do in `[effects]` of `.fa.toml`, or look into the program: `cargo fa prove`"
    } else {
        "declare it where the call goes through: `#[no_heap]` or `#[no_block]` on the method of a trait, or on a field of a type with `#[effects]`"
    };
    finding.help(help)
}
