//! What makes its caller wait, or may: locks, channels, threads, files, sockets, the console.
//!
//! What only tries (`try_lock`, `try_recv`), atomics, and counted pointers have no row: they do not wait.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Known;

/// Whether a call is one that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sure {
    /// Whenever there is a reason.
    Always,
    /// It depends on how the value was made, or on whether it is the first call.
    Perhaps,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum WaitsFor {
    /// Somebody who holds a lock.
    Lock,
    /// A message in a channel.
    Message,
    /// Room in a channel.
    Room,
    /// Another thread: that it comes, ends or wakes this one.
    Thread,
    /// The system, to make a thread.
    NewThread,
    /// Work that other threads do, or a future.
    Work,
    /// A time.
    Time,
    /// Files, with all that is behind them.
    File,
    Network,
    /// Standard input and output: a lock, and whoever reads the other end.
    Console,
    Process,
    /// Whoever makes a value that is made once.
    Once,
    /// It is not said; `.fa.toml` declares it.
    Something,
}

use Sure::{Always, Perhaps};
use WaitsFor::{Console, File, Lock, Message, Network, NewThread, Once, Process, Room, Thread, Time, Work};

/// Methods of types whose meaning for memory is known.
pub(super) type OfKnown = (&'static [Known], &'static [&'static str], WaitsFor, Sure);
/// Methods of other types, and functions of them: by the name of the type, whatever crate it is of.
pub(super) type OfNamed = (&'static [&'static str], &'static [&'static str], WaitsFor, Sure);
/// Functions: crates, what stands before the name, names.
pub(super) type OfModule = (&'static [&'static str], &'static [&'static str], &'static [&'static str], WaitsFor);

const ANY: &[&str] = &[];

#[rustfmt::skip]
pub(super) static OF_KNOWN: &[OfKnown] = &[
    (&[Known::Mutex, Known::Lock], &["lock", "lock_arc"], Lock, Always),
    (&[Known::RwLock, Known::Lock], &[
        "read", "write", "read_arc", "write_arc", "read_recursive", "upgradable_read",
    ], Lock, Always),
    (&[Known::Mutex, Known::RwLock, Known::Lock], &[
        "try_lock_for", "try_lock_until", "try_read_for", "try_read_until", "try_write_for", "try_write_until",
    ], Lock, Always),
    (&[Known::Receiver], &["recv", "recv_timeout", "recv_deadline", "iter", "into_iter"], Message, Always),
    // A channel without a limit is never full; whether it has one, the type does not tell of most.
    (&[Known::SyncSender], &["send", "send_timeout", "send_deadline"], Room, Perhaps),
    (&[Known::JoinHandle], &["join"], Thread, Always),
    (&[Known::FrameBarrier], &["wait_all", "try_wait_all", "wait_all_timeout"], Thread, Always),
    (&[Known::SmartAlloc, Known::AllocResource], &["wait_for_flights"], Thread, Always),
    (&[Known::OnceLock], &["get_or_init", "get_or_try_init", "wait"], Once, Perhaps),
    (&[Known::LazyLock], ANY, Once, Perhaps),
    (&[Known::File], &[
        "read", "read_exact", "read_to_end", "read_to_string", "read_at", "read_buf", "read_vectored", "write", "write_all",
        "write_at", "write_fmt", "write_vectored", "flush", "seek", "rewind", "sync_all", "sync_data", "set_len",
        "metadata", "set_permissions", "try_clone", "lock", "lock_shared",
    ], File, Always),
    (&[Known::Path, Known::String], &[
        "exists", "try_exists", "is_file", "is_dir", "is_symlink", "metadata", "symlink_metadata", "canonicalize",
        "read_dir", "read_link",
    ], File, Always),
];

#[rustfmt::skip]
pub(super) static OF_NAMED: &[OfNamed] = &[
    (&["Condvar"], &[
        "wait", "wait_while", "wait_timeout", "wait_timeout_while", "wait_timeout_ms", "wait_for", "wait_until", "wait_while_for",
        "wait_while_until",
    ], Thread, Always),
    (&["Barrier", "WaitGroup"], &["wait"], Thread, Always),
    (&["Parker"], &["park", "park_timeout", "park_deadline"], Thread, Always),
    (&["Once"], &["call_once", "call_once_force", "wait"], Once, Perhaps),
    (&["LazyLock", "Lazy"], &["force"], Once, Perhaps),
    (&["File"], &["open", "create", "create_new"], File, Always),
    (&["OpenOptions"], &["open"], File, Always),
    (&["DirBuilder"], &["create"], File, Always),
    (&["BufReader", "BufWriter", "LineWriter"], &[
        "read", "read_exact", "read_to_end", "read_to_string", "read_line", "read_until", "fill_buf", "write_all", "write_fmt",
        "flush",
    ], File, Perhaps),
    (&["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "UnixListener", "UnixDatagram"], &[
        "connect", "connect_timeout", "bind", "accept", "incoming", "read", "read_exact", "read_to_end", "read_to_string",
        "read_vectored", "write", "write_all", "write_fmt", "write_vectored", "flush", "peek", "peek_from", "recv",
        "recv_from", "send", "send_to", "shutdown",
    ], Network, Always),
    (&["Stdin", "Stdout", "Stderr", "StdinLock", "StdoutLock", "StderrLock"], &[
        "lock", "lines", "read", "read_line", "read_exact", "read_to_end", "read_to_string", "write", "write_all", "write_fmt",
        "flush",
    ], Console, Always),
    (&["Command"], &["status", "output", "spawn"], Process, Always),
    (&["Child"], &["wait", "wait_with_output"], Process, Always),
    (&["Builder"], &["spawn_scoped"], NewThread, Always),
    (&["ThreadPool"], &[
        "install", "join", "scope", "scope_fifo", "in_place_scope", "in_place_scope_fifo", "broadcast",
    ], Work, Perhaps),
    (&["TaskPool", "ComputeTaskPool", "AsyncComputeTaskPool", "IoTaskPool"], &["scope", "scope_with_executor"], Work, Always),
    (&["DashMap", "DashSet"], &[
        "get", "get_mut", "insert", "remove", "remove_if", "entry", "iter", "iter_mut", "contains_key", "contains", "alter", "retain",
        "clear", "len", "is_empty",
    ], Lock, Always),
    (&["ShardedLock"], &["read", "write"], Lock, Always),
];

/// Methods whose names say it, whatever they are called on that is no type of the workspace.
#[rustfmt::skip]
pub(super) static BY_NAME: &[(&[&str], WaitsFor)] = &[
    (&["blocking_lock", "blocking_lock_owned", "blocking_read", "blocking_write", "lock_blocking"], Lock),
    (&["blocking_recv", "recv_blocking", "recv_timeout", "recv_deadline"], Message),
    (&["blocking_send", "send_blocking"], Room),
    (&["block_on"], Work),
    (&[
        "par_iter", "par_iter_mut", "into_par_iter", "par_chunks", "par_chunks_mut", "par_chunks_exact", "par_windows",
        "par_bridge", "par_sort", "par_sort_by", "par_sort_by_key", "par_sort_unstable", "par_sort_unstable_by",
        "par_sort_unstable_by_key", "par_extend", "par_drain", "par_splat_map",
    ], Work),
    (&["wait_with_output"], Process),
];

#[rustfmt::skip]
pub(super) static FUNCTIONS: &[OfModule] = &[
    (&["std"], &["thread"], &["sleep", "sleep_ms"], Time),
    (&["std"], &["thread"], &["park", "park_timeout", "park_timeout_ms", "scope"], Thread),
    (&["std"], &["thread"], &["spawn"], NewThread),
    (&["std"], &["fs"], ANY, File),
    (&["std"], &["io"], &["copy", "read_to_string"], File),
    (&["rayon", "rayon_core"], ANY, &[
        "join", "scope", "scope_fifo", "in_place_scope", "in_place_scope_fifo", "broadcast", "join_context",
    ], Work),
    (&["crossbeam", "crossbeam_utils"], ANY, &["scope"], Thread),
    (&["tokio", "futures", "futures_lite", "futures_executor", "pollster", "smol", "async_std", "async_io", "bevy", "bevy_tasks"], ANY, &[
        "block_on", "block_in_place",
    ], Work),
    (&["image"], ANY, &["open", "image_dimensions"], File),
    (&["ureq"], ANY, &["get", "post", "put", "delete", "head"], Network),
    (&["reqwest"], &["blocking"], &["get"], Network),
];

/// Macros that write to the console.
const PRINTS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

/// What a method of a known type waits for.
pub(crate) fn of_known(known: Known, name: &str) -> Option<(WaitsFor, Sure)> {
    type Rows = FxHashMap<Known, Vec<&'static OfKnown>>;
    static INDEX: LazyLock<Rows> = LazyLock::new(|| {
        let mut index = Rows::default();
        for row in OF_KNOWN {
            row.0.iter().for_each(|known| index.entry(*known).or_default().push(row));
        }
        index
    });
    let row = INDEX.get(&known)?.iter().find(|(_, names, ..)| super::names(names, name))?;
    Some((row.2, row.3))
}

/// What a method or a function of a type waits for that is known by its name.
pub(crate) fn of_named(ty: &str, name: &str) -> Option<(WaitsFor, Sure)> {
    let row = OF_NAMED.iter().find(|(types, names, ..)| types.contains(&ty) && names.contains(&name))?;
    Some((row.2, row.3))
}

/// What a method of this name waits for, of whatever it is that nobody in the workspace wrote.
pub(crate) fn by_name(name: &str) -> Option<WaitsFor> {
    BY_NAME.iter().find(|(names, _)| names.contains(&name)).map(|(_, waits)| *waits)
}

/// What a function of a module waits for.
pub(crate) fn of_function(krate: &str, module: &str, name: &str) -> Option<WaitsFor> {
    let fits = |(crates, modules, named, _): &&OfModule| {
        crates.contains(&krate) && super::names(modules, module) && super::names(named, name)
    };
    FUNCTIONS.iter().find(fits).map(|(.., waits)| *waits)
}

/// Whether a macro of std writes to the console.
pub(crate) fn is_print(name: &str) -> bool {
    PRINTS.contains(&name)
}

/// Whether a value that is written to makes the writer wait: what it is, by its name.
pub(crate) fn of_writer(known: Option<Known>, ty: Option<&str>) -> Option<(WaitsFor, Sure)> {
    known.and_then(|known| of_known(known, "write_fmt")).or_else(|| of_named(ty?, "write_fmt"))
}
