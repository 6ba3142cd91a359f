//! std, and what other crates call as std does: methods are known by their names and, where it matters, by the kind
//! of receiver.

#![allow(clippy::enum_glob_use, reason = "a table is read by its columns; the lint is silent in tests")]

use super::effect::Effect::*;
use super::effect::{Builds, Gives, Makes};
use super::{ANY, Associated, Crates, External, Known, Method, On};

pub(super) const TYPES: &[(&str, Known)] = &[
    ("Box", Known::Box),
    ("Rc", Known::Rc),
    ("Arc", Known::Arc),
    ("Weak", Known::Weak),
    ("Vec", Known::Vec),
    ("VecDeque", Known::VecDeque),
    ("LinkedList", Known::VecDeque),
    ("String", Known::String),
    ("OsString", Known::String),
    ("PathBuf", Known::String),
    ("CString", Known::CString),
    ("Path", Known::Path),
    ("HashMap", Known::HashMap),
    ("HashSet", Known::HashSet),
    ("BTreeMap", Known::BTreeMap),
    ("BTreeSet", Known::BTreeSet),
    ("BinaryHeap", Known::BinaryHeap),
    ("Option", Known::Option),
    ("Result", Known::Result),
    ("Cell", Known::Cell),
    ("UnsafeCell", Known::Cell),
    ("RefCell", Known::RefCell),
    ("Mutex", Known::Mutex),
    ("RwLock", Known::RwLock),
    ("MutexGuard", Known::Guard),
    ("RwLockReadGuard", Known::Guard),
    ("RwLockWriteGuard", Known::Guard),
    ("Ref", Known::Guard),
    ("RefMut", Known::Guard),
    ("OnceCell", Known::OnceCell),
    ("OnceLock", Known::OnceLock),
    ("LazyLock", Known::LazyLock),
    ("LazyCell", Known::OnceCell),
    ("Sender", Known::Sender),
    ("SyncSender", Known::SyncSender),
    ("Receiver", Known::Receiver),
    ("JoinHandle", Known::JoinHandle),
    ("ScopedJoinHandle", Known::JoinHandle),
    ("Cow", Known::Cow),
    ("NonNull", Known::NonNull),
    ("ManuallyDrop", Known::ManuallyDrop),
    ("MaybeUninit", Known::MaybeUninit),
    ("PhantomData", Known::PhantomData),
    ("Pin", Known::Pin),
    ("AtomicPtr", Known::Atomic),
    ("AtomicUsize", Known::Atomic),
    ("AtomicBool", Known::Atomic),
    ("AtomicU64", Known::Atomic),
    ("AtomicU32", Known::Atomic),
    ("Scope", Known::ThreadScope),
    ("LocalKey", Known::LocalKey),
    ("File", Known::File),
];

/// Functions and modules that a glob import brings into scope.
#[rustfmt::skip]
pub(super) const NAMES: &[&str] = &[
    "spawn", "scope", "forget", "transmute", "drop", "swap", "replace", "take", "channel", "sync_channel", "mpsc",
    "atomic", "mem", "thread", "collections", "ptr",
];

/// What is in scope without any import.
pub(super) const PRELUDE: &[&str] = &[
    "Vec",
    "String",
    "Box",
    "Option",
    "Result",
    "Some",
    "None",
    "Ok",
    "Err",
    "drop",
    "ToString",
    "ToOwned",
    "Default",
    "Clone",
    "Iterator",
    "IntoIterator",
    "From",
    "Into",
    "Drop",
    "Fn",
    "FnMut",
    "FnOnce",
    "Send",
    "Sync",
    "Copy",
];

/// Methods of its types that are decided before those of the workspace.
pub(super) static METHODS: &[Method] = &[
    Method(On::Types(&[Known::Option]), &["unwrap", "expect", "unwrap_unchecked"], Unwraps),
    Method(On::Types(&[Known::ThreadScope]), &["spawn"], SpawnsScoped),
    Method(
        On::Types(&[Known::Sender, Known::SyncSender, Known::AsyncSender]),
        &["send", "try_send", "send_blocking", "send_timeout"],
        Sends,
    ),
];

/// Methods that many types share. Of rows with the same name the first whose receiver fits decides.
#[rustfmt::skip]
pub(super) static SHARED: &[Method] = &[
    // Grow a container of the heap.
    Method(On::Container, &[
        "push", "push_back", "push_front", "insert", "extend", "append", "extend_from_slice", "push_str", "resize",
        "resize_with", "reserve", "reserve_exact", "entry", "insert_str", "try_reserve", "try_reserve_exact",
        "replace_range", "splice", "extend_from_within", "get_or_insert_with", "insert_full", "insert_sorted",
        "shift_insert", "insert_before", "insert_with_key", "par_extend",
    ], Grows),
    Method(On::Types(&[Known::Vec]), &["write", "write_all", "write_fmt"], Grows),
    Method(On::Types(&[Known::String]), &["write_str", "write_char", "write_fmt"], Grows),
    Method(On::Types(&[Known::InlineVec]), &[
        "push", "insert", "try_push", "extend", "extend_from_slice", "try_insert", "try_extend_from_slice",
    ], Keeps),
    Method(On::Cell, &[
        "insert", "set", "replace", "store", "get_or_insert", "swap", "get_or_init",
    ], KeptInCell),

    // Make something on the heap.
    Method(On::Anything, &["to_string"], MakesText),
    Method(On::Anything, &["to_owned", "into_owned"], MakesOwned),
    Method(On::Anything, &["to_vec"], MakesVec),
    Method(On::Types(&[Known::InlineVec]), &["into_boxed_slice"], MakesBox),
    Method(On::Anything, &["into_boxed_slice", "into_boxed_str"], BoxesInPlace),
    Method(On::Text, &[
        "to_uppercase", "to_lowercase", "to_ascii_uppercase", "to_ascii_lowercase", "repeat", "replacen", "replace",
    ], MakesText),
    Method(On::List, &["join", "concat"], MakesText),
    Method(On::Anything, &["clone"], Clones),
    Method(On::Container, &["clone_from"], Grows),
    Method(On::Anything, &["clone_from"], ClonesInto),
    Method(On::Anything, &["collect"], Collects),
    Method(On::Anything, &["into"], Converts),
    Method(On::Container, &["split_off"], MakesSame),
    Method(On::List, &["repeat"], MakesVec),
    Method(On::Types(&[Known::Path, Known::String]), &[
        "join", "with_extension", "with_file_name", "to_path_buf", "with_added_extension",
    ], OnHeap(Gives::Text)),
    Method(On::Types(&[Known::Path, Known::String]), &["canonicalize", "read_link"], OnHeap(Gives::TextOrError)),
    Method(On::Types(&[Known::Path, Known::String]), &["read_dir"], OnHeap(Gives::OpaqueOrError)),
    Method(On::Types(&[Known::Cow]), &["to_mut"], CopiesIfShared),
    Method(On::Iterator, &["partition", "unzip"], Partitions),
    // Of Bevy's queries and of itertools: a list of all elements is made and sorted.
    Method(On::Iterator, &[
        "sort", "sort_by", "sort_by_key", "sort_by_cached_key", "sort_unstable", "sort_unstable_by",
        "sort_unstable_by_key", "sorted", "sorted_by", "sorted_by_key", "sorted_by_cached_key", "sorted_unstable",
        "sorted_unstable_by", "sorted_unstable_by_key", "k_smallest", "tee", "unique", "unique_by", "permutations",
        "combinations", "multi_cartesian_product", "powerset",
    ], SortsIterator),
    Method(On::Iterator, &["collect_vec"], OnHeap(Gives::List)),
    Method(On::Iterator, &["into_group_map", "into_grouping_map", "counts", "counts_by"], OnHeap(Gives::Opaque)),
    Method(On::Anything, &["read_to_string", "read_to_end", "read_line", "read_until"], GrowsArgument),
    Method(On::Anything, &["collect_into_vec", "unzip_into_vecs"], GrowsArgument),
    Method(On::NotOfUser, &["sort", "sort_by", "sort_by_key"], SortsIfLong),
    Method(On::NotOfUser, &["par_sort", "par_sort_by", "par_sort_by_key"], SortsIfLong),
    Method(On::NotOfUser, &["sort_by_cached_key", "par_sort_by_cached_key"], SortsByKeys),

    // Give a number, or nothing that refers to the receiver.
    Method(On::Pointer, &["addr", "expose_provenance"], AddressAsNumber),
    Method(On::Pointer, &[
        "add", "sub", "offset", "cast", "cast_mut", "cast_const", "byte_add", "byte_sub", "byte_offset", "wrapping_add",
        "wrapping_sub", "wrapping_offset", "wrapping_byte_add", "with_addr", "map_addr", "as_ptr",
    ], MovesPointer),
    Method(On::NotOfUser, &[
        "len", "is_empty", "capacity", "count", "sum", "product", "contains", "any", "all", "position", "is_some",
        "is_none", "is_ok", "is_err", "eq", "ne", "cmp", "partial_cmp", "contains_key", "starts_with", "ends_with",
        "to_bits", "is_null", "total_cmp", "is_some_and", "is_none_or", "for_each", "try_for_each",
    ], Reads),
    Method(On::Anything, &["fold", "try_fold", "reduce"], Folds),

    Method(On::NotOfUser, &["split_at", "split_at_mut"], Halves),
    Method(On::Text, &["split_once", "rsplit_once"], HalvesIfAny),

    // Iterators, rayon's among them.
    Method(On::Anything, &[
        "iter", "iter_mut", "into_iter", "drain", "chunks", "chunks_exact", "windows", "values", "values_mut", "keys",
        "chars", "bytes", "lines", "split", "split_whitespace", "split_ascii_whitespace", "splitn", "rsplit", "rsplitn", "split_terminator",
        "split_inclusive", "par_iter", "par_iter_mut", "into_par_iter",
        "chunks_mut", "chunks_exact_mut", "rchunks", "rchunks_exact", "rchunks_mut", "chunk_by", "array_windows", "par_chunks", "par_chunks_mut", "char_indices", "into_values", "into_keys", "try_iter",
        "par_bridge",
    ], Iterates),
    Method(On::Types(&[Known::MessageReader]), &["read"], Iterates),
    Method(On::List, &["map"], MapsArray),
    Method(On::Iterator, &[
        "map", "filter", "filter_map", "flat_map", "inspect", "take_while", "skip_while", "map_while", "scan",
        "enumerate", "rev", "zip", "skip", "take", "chain", "peekable", "flatten", "cloned", "copied", "cycle",
        "step_by", "by_ref", "fuse", "with_min_len", "with_max_len",
    ], Adapts),
    Method(On::Iterator, &[
        "next", "last", "nth", "min", "max", "find", "find_map", "min_by", "max_by", "min_by_key", "max_by_key",
        "next_back", "peek",
    ], Yields),

    // Options and results.
    Method(On::OptionOrResult, &[
        "map", "and_then", "map_or", "map_or_else", "filter", "zip",
    ], MapsOption),
    Method(On::OptionOrResult, &[
        "unwrap", "expect", "unwrap_or_default", "unwrap_or", "unwrap_or_else", "ok_or", "ok_or_else", "map_err",
        "or_else", "unwrap_unchecked", "ok", "err", "or", "copied", "cloned", "as_ref", "as_mut", "as_deref",
        "as_deref_mut",
    ], OptionMethod),
    Method(On::Types(&[Known::Option]), &["take"], TakesOption),

    // Ways to a part.
    Method(On::Types(&[Known::Mutex, Known::AsyncMutex, Known::RwLock, Known::RefCell, Known::Lock]), &[
        "lock", "read", "write", "try_lock", "borrow", "borrow_mut", "get_mut", "try_read", "try_write", "try_borrow",
        "try_borrow_mut", "upgradable_read", "read_recursive",
    ], Locks),
    Method(On::Static, &["with", "with_borrow_mut", "with_borrow", "get_or_init"], WithStatic),
    Method(On::NotOfUser, &["as_ptr", "as_mut_ptr"], Address),
    Method(On::Types(&[Known::Cell]), &["get", "take", "into_inner"], CellValue),
    Method(On::HasElements, &[
        "first", "last", "get", "first_mut", "last_mut", "get_mut", "get_unchecked", "get_unchecked_mut", "front", "back",
        "front_mut", "back_mut",
    ], Element),
    Method(On::NotOfUser, &[
        "as_slice", "as_mut_slice", "as_str", "as_bytes", "as_ref", "as_mut", "deref", "deref_mut", "trim", "borrow",
    ], Borrows),
    Method(On::ContainerOrFrameVec, &[
        "pop", "remove", "swap_remove", "pop_front", "pop_back", "pop_first", "pop_last",
    ], Removes),
    Method(On::NotOfUser, &[
        "clear", "truncate", "sort_unstable", "sort_unstable_by", "sort_unstable_by_key", "par_sort_unstable",
        "par_sort_unstable_by", "par_sort_unstable_by_key", "retain", "dedup", "reverse", "swap", "fill", "shrink_to_fit", "rotate_left",
        "copy_from_slice", "retain_mut", "shrink_to",
    ], Rearranges),
    Method(On::Outliving, LEAD_IN, LeadsIn),
];

/// Methods that lead from a place to a part of it, whatever the type.
pub(super) const LEAD_IN: &[&str] = &[
    "borrow_mut",
    "lock",
    "write",
    "read",
    "borrow",
    "unwrap",
    "expect",
    "get_mut",
    "as_mut",
    "as_ref",
    "iter_mut",
    "entry",
    "or_default",
    "or_insert",
    "or_insert_with",
    "last_mut",
    "first_mut",
    "deref_mut",
    "get_or_insert_with",
    "as_deref_mut",
    "peek_mut",
    "back_mut",
    "front_mut",
    "into_inner",
    "get",
    "with",
    "values_mut",
    "as_mut_slice",
    "unwrap_or_else",
    "bypass_change_detection",
];

/// Methods that join what their closure spawns, before they return.
pub(super) const SCOPES: &[&str] =
    &["scope", "scope_fifo", "in_place_scope", "in_place_scope_fifo", "scope_with_executor", "scoped"];

/// Methods that run their closure where something went wrong: of results and options, and of crates for errors. What `ok_or` and
/// `expect` are given is made whether it is needed or not.
pub(super) const FAILS: &[&str] = &["map_err", "ok_or_else", "with_context", "wrap_err_with"];

/// Methods that run their closure where there is no value yet.
pub(super) const FILLS_GAPS: &[&str] = &["or_insert_with", "or_insert_with_key", "get_or_insert_with", "get_or_init"];

/// Methods that put an argument into the receiver, whatever the type.
pub(super) const STORES: &[&str] = &[
    "push",
    "push_back",
    "push_front",
    "insert",
    "extend",
    "extend_from_slice",
    "append",
    "set",
    "replace",
    "store",
    "get_or_insert",
    "entry",
    "send",
    "try_send",
    "add",
    "or_insert",
    "fill",
    "push_within_capacity",
    "write",
    "swap",
    "get_or_init",
    "init",
    "send_blocking",
];

/// Names that many types have, besides those that store and lead in: one workspace method of that name says nothing
/// about a receiver that is not known.
#[rustfmt::skip]
pub(super) const COMMON: &[&str] = &[
    "new", "len", "is_empty", "clear", "iter", "next", "clone", "into", "from", "map", "filter", "collect", "take",
    "pop", "remove", "contains", "update", "run", "start", "stop", "reset", "drain", "fold", "sum", "min", "max",
    "abs", "to_string", "eq", "cmp", "hash", "fmt", "drop", "index", "add_assign", "sub", "mul", "div", "spawn",
    "join", "recv", "poll", "open", "close", "flush", "count", "name", "id", "position", "length", "normalize",
    "dot", "cross", "apply", "build", "call", "process", "handle", "execute", "tick", "step", "draw", "render",
];

const BOXES: &[Known] = &[Known::Box, Known::Rc, Known::Arc];
const CELLS: &[Known] = &[
    Known::Cell,
    Known::RefCell,
    Known::Mutex,
    Known::AsyncMutex,
    Known::RwLock,
    Known::Lock,
    Known::OnceCell,
    Known::OnceLock,
    Known::LazyLock,
    Known::Pin,
    Known::Cow,
    Known::Option,
];

/// Functions of its types. The first row that fits decides.
#[rustfmt::skip]
pub(super) static ASSOCIATED: &[Associated] = &[
    Associated(On::Types(BOXES), &[
        "new", "pin", "from", "new_cyclic", "default", "new_uninit", "new_uninit_slice", "from_iter",
    ], Builds::Boxed),
    Associated(On::Types(&[Known::Rc, Known::Arc]), &["make_mut"], Builds::CopiesIfShared),
    Associated(On::Types(&[Known::Rc, Known::Arc]), &["unwrap_or_clone"], Builds::TakesOrCopies),
    Associated(On::Types(BOXES), &["clone", "downgrade", "as_ref"], Builds::SharesOwner),
    Associated(On::Types(BOXES), &["into_raw", "leak", "as_ptr"], Builds::Leaks),
    Associated(On::Container, &["new", "default"], Builds::Empty),
    Associated(On::Container, &["with_capacity"], Builds::Reserved),
    Associated(On::Container, &["from", "from_iter", "from_utf16", "from_utf16_lossy"], Builds::FromElements),
    Associated(On::Types(&[Known::CString]), &["new"], Builds::CText),
    Associated(On::Types(&[Known::Path]), &["new"], Builds::Seen),
    Associated(On::Types(&[Known::String]), &["from_utf8"], Builds::FromBytes),
    Associated(On::Types(&[Known::String]), &["from_utf8_lossy"], Builds::SharedText),
    Associated(On::Types(&[Known::NonNull]), &[
        "new", "new_unchecked", "from", "from_ref", "from_mut", "dangling",
    ], Builds::Pointer),
    Associated(On::Types(&[Known::ManuallyDrop]), &["new"], Builds::WithoutDrop),
    Associated(On::Types(CELLS), ANY, Builds::Wrapped),
];

const STD: Crates = Crates::These(&["std"]);

/// Functions of its modules.
#[rustfmt::skip]
pub(super) static FUNCTIONS: &[External] = &[
    External(STD, ANY, &["Some"], Makes::Variant(Known::Option)),
    External(STD, ANY, &["Ok"], Makes::Variant(Known::Result)),
    External(STD, ANY, &["Err"], Makes::Error),
    External(STD, ANY, &["drop"], Makes::Drops),
    External(STD, ANY, &["forget"], Makes::Forgets),
    External(STD, &["mem", "intrinsics"], &["transmute", "transmute_copy"], Makes::Transmutes),
    External(STD, &["mem"], &["take"], Makes::TakesOut),
    External(STD, &["mem"], &["replace", "swap"], Makes::Replaces),
    External(STD, &["ptr"], &[
        "from_ref", "from_mut", "addr_of", "addr_of_mut", "slice_from_raw_parts",
    ], Makes::PointsTo),
    External(STD, &["ptr"], &["null", "null_mut"], Makes::NullPointer),
    External(STD, &["ptr"], &["read"], Makes::ReadsPointer),
    External(STD, &["slice", "str"], ANY, Makes::Part),
    External(STD, &["iter"], &["repeat", "from_fn", "successors", "repeat_with"], Makes::EndlessIterator),
    External(STD, &["thread"], &["spawn"], Makes::SpawnsThread),
    External(STD, &["thread"], &["scope"], Makes::ThreadScope),
    External(STD, &["mpsc"], &["channel", "sync_channel"], Makes::Channel),
    External(STD, &["process"], &["exit", "abort"], Makes::NeverReturns),
    External(STD, &["panic"], &["panic_any", "resume_unwind"], Makes::NeverReturns),
    External(STD, &["env"], &["var", "current_dir", "current_exe"], Makes::OnHeap(Gives::TextOrError)),
    External(STD, &["env"], &["var_os", "args", "args_os", "vars", "vars_os"], Makes::OnHeap(Gives::Opaque)),
    External(STD, &["env"], &["temp_dir"], Makes::OnHeap(Gives::Text)),
    External(STD, &["fs"], &["read"], Makes::OnHeap(Gives::ListOrError)),
    External(STD, &["fs"], &["read_to_string", "canonicalize", "read_link"], Makes::OnHeap(Gives::TextOrError)),
    External(STD, &["fs"], &["read_dir"], Makes::OnHeap(Gives::OpaqueOrError)),
    External(STD, &["BufReader", "BufWriter", "LineWriter"], &["new", "with_capacity"], Makes::OnHeap(Gives::Opaque)),
    External(STD, &["Command"], &["new"], Makes::OnHeap(Gives::Opaque)),
    External(STD, &["alloc"], &["alloc", "alloc_zeroed", "realloc"], Makes::OnHeap(Gives::Opaque)),
    External(STD, &["fmt"], &["format"], Makes::FormatsText),
    External(STD, &["any"], &["type_name", "type_name_of_val"], Makes::StaticText),
    External(STD, &["hint"], &["black_box"], Makes::PassesOn),
    External(STD, &["convert"], &["identity"], Makes::PassesOn),
];
