//! Common crates, whose types are as some of std's and whose methods have the names that std's have.

use super::effect::{Gives, Makes};
use super::{ANY, Crates, External, Known};

/// By crate and name.
pub(super) const TYPES: &[(&str, &str, Known)] = &[
    ("hashbrown", "HashMap", Known::HashMap),
    ("hashbrown", "HashSet", Known::HashSet),
    ("rustc_hash", "FxHashMap", Known::HashMap),
    ("rustc_hash", "FxHashSet", Known::HashSet),
    ("indexmap", "IndexMap", Known::HashMap),
    ("indexmap", "IndexSet", Known::HashSet),
    ("fxhash", "FxHashMap", Known::HashMap),
    ("fxhash", "FxHashSet", Known::HashSet),
    ("fnv", "FnvHashMap", Known::HashMap),
    ("fnv", "FnvHashSet", Known::HashSet),
    ("nohash_hasher", "IntMap", Known::HashMap),
    ("nohash_hasher", "IntSet", Known::HashSet),
    ("ahash", "HashMap", Known::HashMap),
    ("ahash", "HashSet", Known::HashSet),
    ("ahash", "AHashMap", Known::HashMap),
    ("ahash", "AHashSet", Known::HashSet),
    ("slotmap", "SlotMap", Known::HashMap),
    ("slotmap", "HopSlotMap", Known::HashMap),
    ("slotmap", "DenseSlotMap", Known::HashMap),
    ("slotmap", "SecondaryMap", Known::HashMap),
    ("slotmap", "SparseSecondaryMap", Known::HashMap),
    ("smallvec", "SmallVec", Known::InlineVec),
    ("arrayvec", "ArrayVec", Known::InlineVec),
    ("parking_lot", "Mutex", Known::Lock),
    ("parking_lot", "FairMutex", Known::Lock),
    ("parking_lot", "ReentrantMutex", Known::Lock),
    ("parking_lot", "RwLock", Known::Lock),
    ("parking_lot", "MutexGuard", Known::Guard),
    ("parking_lot", "RwLockReadGuard", Known::Guard),
    ("parking_lot", "RwLockWriteGuard", Known::Guard),
    ("crossbeam", "Sender", Known::SyncSender),
    ("crossbeam", "Receiver", Known::Receiver),
    ("crossbeam", "SegQueue", Known::VecDeque),
    ("crossbeam_queue", "SegQueue", Known::VecDeque),
    ("crossbeam_deque", "Injector", Known::VecDeque),
    ("crossbeam_deque", "Worker", Known::VecDeque),
    ("crossbeam_utils", "Scope", Known::ThreadScope),
    ("once_cell", "OnceCell", Known::OnceCell),
    ("once_cell", "Lazy", Known::OnceCell),
    ("crossbeam_channel", "Sender", Known::SyncSender),
    ("crossbeam_channel", "Receiver", Known::Receiver),
    ("flume", "Sender", Known::SyncSender),
    ("flume", "Receiver", Known::Receiver),
    ("async_channel", "Sender", Known::AsyncSender),
    ("async_channel", "Receiver", Known::AsyncReceiver),
    ("tokio", "Sender", Known::AsyncSender),
    ("tokio", "UnboundedSender", Known::Sender),
    ("tokio", "Receiver", Known::AsyncReceiver),
    ("tokio", "UnboundedReceiver", Known::AsyncReceiver),
    ("tokio", "JoinHandle", Known::JoinHandle),
    ("tokio", "Mutex", Known::AsyncMutex),
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
        "spawn", "spawn_blocking", "spawn_local",
    ], Makes::SpawnsTask),
    External(Crates::These(&["serde_json"]), ANY, &["to_string", "to_string_pretty"], Makes::OnHeap(Gives::TextOrError)),
    External(Crates::These(&["serde_json"]), ANY, &["to_vec", "to_vec_pretty"], Makes::OnHeap(Gives::ListOrError)),
    External(Crates::These(&["serde_json"]), ANY, &["to_value"], Makes::OnHeap(Gives::OpaqueOrError)),
    External(Crates::These(&["serde_json"]), ANY, &["from_str", "from_slice", "from_reader", "from_value"], Makes::Parses),
    External(Crates::All, ANY, &["unbounded", "bounded", "channel", "unbounded_channel"], Makes::Channel),
];
