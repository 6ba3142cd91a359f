//! What to do instead of making something on the heap: it depends on what becomes of it.

use super::Occurrence;
use crate::engine::api::Known;
use crate::engine::flow::event::Fate;
use crate::engine::flow::types::Ty;

/// What is made, as far as frame memory has something like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Text,
    List,
    /// A map, a set, a deque, a heap.
    Collection,
    /// A closure in a box.
    Job,
    Boxed,
    Shared,
    Other,
}

fn made(what: &str, ty: &Ty) -> Made {
    let kind = |ty: &Ty| match ty {
        Ty::Known(Known::String, _) => Made::Text,
        Ty::Known(Known::Vec, _) => Made::List,
        Ty::Known(Known::Box, args) => match args.first() {
            Some(Ty::Closure) => Made::Job,
            Some(Ty::Str) => Made::Text,
            Some(Ty::Slice(_)) => Made::List,
            _ => Made::Boxed,
        },
        Ty::Known(Known::Rc | Known::Arc, _) => Made::Shared,
        Ty::Known(known, _) if known.is_heap_container() => Made::Collection,
        _ => Made::Other,
    };
    match ty {
        Ty::Known(Known::Option | Known::Result, args) => args.first().map_or(Made::Other, kind),
        _ if matches!(what, "join" | "concat") && kind(ty) != Made::List => Made::Text,
        ty => kind(ty),
    }
}

/// What an allocation can be replaced with.
pub(super) fn instead(occurrence: &Occurrence<'_>, what: &str, ty: &Ty, fate: Fate) -> &'static str {
    if let Some(help) = whatever_becomes_of_it(what) {
        return help;
    }
    let made = made(what, ty);
    let stays = match fate {
        Fate::Here => true,
        // Whoever is no system can return frame memory, of the frame that it is given.
        Fate::Returned => !occurrence.function.system,
        Fate::Given | Fate::Kept | Fate::Sent | Fate::Job => false,
    };
    if made == Made::Job && fate != Fate::Here {
        return JOB;
    }
    match (stays, occurrence.function.has_allocator) {
        (true, true) => in_the_frame(what, ty, made),
        (true, false) => in_a_helper(made, fate),
        (false, _) => beyond_the_frame(made, fate),
    }
}

/// For calls that have no form in frame memory.
fn whatever_becomes_of_it(what: &str) -> Option<&'static str> {
    Some(match what {
        "sort" | "sort_by" | "sort_by_key" | "par_sort" | "par_sort_by" | "par_sort_by_key" | "sort_by_cached_key" => {
            "use `sort_unstable` and its kin, which need no memory"
        }
        "Rc::make_mut" | "Arc::make_mut" | "Rc::unwrap_or_clone" | "Arc::unwrap_or_clone" | "to_mut" => {
            "it copies what somebody else still holds: change it outside of the frame"
        }
        _ if [
            "fs::",
            "env::",
            "mpsc::",
            "BufReader::",
            "BufWriter::",
            "serde_json::",
            "crossbeam_channel::",
            "flume::",
        ]
        .iter()
        .any(|module| what.starts_with(module)) =>
        {
            "do this once, outside of the frame"
        }
        _ => return None,
    })
}

const JOB: &str = "a job that outlives the frame cannot borrow from it: keep jobs as values of an `enum`, or in a pool (`pool_unsize!(alloc.pool_box(move || …) => dyn FnMut())`)";

/// For what ends with the frame, in a function that has no allocator.
fn in_a_helper(made: Made, fate: Fate) -> &'static str {
    match (made, fate) {
        (Made::Boxed | Made::Shared | Made::Job, _) => "let the function take `&Frame`, and use `frame.frame_box(…)`",
        (Made::Text, Fate::Returned) => {
            "let the function take `&Frame`, and give back what `frame_format!(frame, …)` makes"
        }
        (Made::Text, _) => "let the function take `&Frame`, and use `frame_format!(frame, …)`",
        (_, Fate::Returned) => {
            "let the function take `&Frame`, and give back what `frame.frame_slice_from_iter(…)` and its kin make"
        }
        _ => "let the function take `&Frame`, and use `frame.frame_slice_from_iter(…)` and its kin",
    }
}

/// For what ends with the frame.
fn in_the_frame(what: &str, ty: &Ty, made: Made) -> &'static str {
    let fallible = matches!(ty, Ty::Known(Known::Option | Known::Result, _));
    match (what, made) {
        ("collect", _) if fallible => "fill a collection of the frame in a loop: `list.push(item?)`",
        ("collect", Made::List) => "use `alloc.frame_slice_from_iter(…)`",
        ("collect", _) => {
            "use `alloc.frame_collect::<FrameMap<_, _>>(…)`; `FrameSet`, `FrameDeque`, `FrameString` work alike"
        }
        ("to_uppercase" | "to_lowercase", _) => {
            "collect the letters in the frame: `alloc.frame_collect::<FrameString>(text.chars().flat_map(char::to_uppercase))`"
        }
        ("join", Made::Text) => "use `alloc.frame_str_join(…)`",
        ("concat", Made::Text) => "use `alloc.frame_str_concat(…)`",
        ("join" | "concat", _) => "use `alloc.frame_slice_concat(…)`",
        ("vec!", _) => "use `frame_vec![in alloc; …]`",
        ("clone", Made::Text) => "borrow it, or copy it into the frame (`alloc.frame_str(…)`)",
        ("clone", Made::List) => "borrow it, or copy it into the frame (`alloc.frame_slice_clone(…)`)",
        ("clone", _) => "borrow it",
        (_, Made::Text) if what.ends_with("with_capacity") => "use `alloc.frame_string_with_capacity(…)`",
        (_, Made::List) if what.ends_with("with_capacity") => "use `alloc.frame_vec_with_capacity(…)`",
        (_, Made::Collection) if what.ends_with("with_capacity") => {
            "use `alloc.frame_map_with_capacity(…)`; sets and deques have it, too"
        }
        (_, Made::Collection) => {
            "use `alloc.frame_collect::<FrameMap<_, _>>(…)`; `FrameSet`, `FrameDeque`, `FrameString` work alike"
        }
        (_, Made::Text) => {
            "use `frame_format!(alloc, …)`, or `alloc.frame_str(…)` for a copy: the text ends with the frame"
        }
        (_, Made::List) => "use `alloc.frame_slice_copy(…)` or `alloc.frame_slice_clone(…)`",
        (_, Made::Boxed | Made::Job) => "use `alloc.frame_box(…)`",
        (_, Made::Shared) => "use `alloc.frame_ref(…)`: references to it are shared as often as is needed",
        _ => "use frame memory, or make it once before the first frame",
    }
}

/// For what outlives the frame.
fn beyond_the_frame(made: Made, fate: Fate) -> &'static str {
    match (made, fate) {
        (Made::Text, Fate::Returned) => "let the caller lend a `&mut String` that it keeps: clear it and write into it",
        (Made::Text, Fate::Kept) => {
            "write into the text that is kept there (`clear`, then `write!`), or keep one from a pool: `alloc.pool_str(…)`"
        }
        (Made::Text, _) => "hand on a text from a pool: `alloc.pool_str(…)`",
        (Made::List, Fate::Returned) => "let the caller lend a `&mut Vec` that it keeps: clear it and fill it",
        (Made::List, Fate::Kept) => {
            "fill the list that is kept there (`clear`, then `extend`), or keep one from a pool: `alloc.pool_slice_copy(…)`"
        }
        (Made::List, _) => "hand on a list from a pool: `alloc.pool_slice_copy(…)`",
        (Made::Collection, Fate::Returned) => "let the caller lend a collection that it keeps: clear it and fill it",
        (Made::Collection, Fate::Kept) => "fill the collection that is kept there: `clear`, then `extend`",
        (Made::Boxed, _) => "use `alloc.pool_box(…)`",
        (Made::Job, _) => JOB,
        _ => "make it once before the first frame and keep it",
    }
}

/// What a container that grows can be replaced with, where its memory is not kept.
pub(super) fn instead_of_growth(occurrence: &Occurrence<'_>, fate: Fate) -> &'static str {
    match fate {
        Fate::Here if !occurrence.function.has_allocator => {
            "let the function take `&Frame`, and use `frame.frame_vec()` and its kin"
        }
        Fate::Here => {
            "use `alloc.frame_vec()`, `frame_map()`, `frame_string()` and their kin: what ends with the frame can be in its memory"
        }
        Fate::Returned if !occurrence.function.system => {
            "let the function take `&Frame`, and give back what `frame.frame_vec()` and its kin make"
        }
        Fate::Returned => "let the caller lend a container that it keeps: clear it and fill it",
        Fate::Given | Fate::Kept | Fate::Sent | Fate::Job => {
            "fill one of the frame, and hand on a copy from a pool: `alloc.pool_slice_copy(…)`, `alloc.pool_str(…)`"
        }
    }
}
