//! Common crates, whose types are as some of std's and whose methods have the names that std's have.

use super::effect::Makes;
use super::{ANY, Crates, External, Known};

/// By crate and name.
pub(super) const TYPES: &[(&str, &str, Known)] = &[
    ("hashbrown", "HashMap", Known::HashMap),
    ("hashbrown", "HashSet", Known::HashSet),
    ("rustc_hash", "FxHashMap", Known::HashMap),
    ("rustc_hash", "FxHashSet", Known::HashSet),
    ("indexmap", "IndexMap", Known::HashMap),
    ("indexmap", "IndexSet", Known::HashSet),
    ("parking_lot", "Mutex", Known::Mutex),
    ("parking_lot", "RwLock", Known::RwLock),
    ("once_cell", "OnceCell", Known::OnceCell),
    ("once_cell", "Lazy", Known::OnceCell),
    ("crossbeam_channel", "Sender", Known::Sender),
    ("crossbeam_channel", "Receiver", Known::Receiver),
    ("flume", "Sender", Known::Sender),
    ("flume", "Receiver", Known::Receiver),
    ("async_channel", "Sender", Known::Sender),
    ("async_channel", "Receiver", Known::Receiver),
    ("tokio", "Sender", Known::Sender),
    ("tokio", "UnboundedSender", Known::Sender),
    ("tokio", "Receiver", Known::Receiver),
    ("tokio", "UnboundedReceiver", Known::Receiver),
    ("tokio", "JoinHandle", Known::JoinHandle),
    ("tokio", "Mutex", Known::Mutex),
    ("rayon", "Scope", Known::ThreadScope),
];

/// Functions of their modules.
#[rustfmt::skip]
pub(super) static FUNCTIONS: &[External] = &[
    External(Crates::These(&["rayon", "crossbeam", "crossbeam_utils"]), ANY, &[
        "scope", "in_place_scope",
    ], Makes::ThreadScope),
    External(Crates::These(&["rayon"]), ANY, &["join"], Makes::JoinsClosures),
    External(Crates::These(&["rayon"]), ANY, &["spawn", "spawn_fifo"], Makes::SpawnsThread),
    External(Crates::AllButStd, ANY, &[
        "spawn", "spawn_blocking", "spawn_local", "spawn_pinned",
    ], Makes::SpawnsTask),
    External(Crates::All, ANY, &["unbounded", "bounded", "channel", "unbounded_channel"], Makes::Channel),
];
