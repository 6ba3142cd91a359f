//! How the types and modules of the rows are written in a program.

/// The crates that rows are about, in the versions of this workspace where it has them.
pub(crate) const DEPENDENCIES: &str = r#"
ahash = "0.8"
arrayvec = "0.7"
async-channel = "2"
async-lock = "3"
bevy_app = { version = "0.20", default-features = false, features = ["std"] }
bevy_ecs = { version = "0.20", default-features = false, features = ["std"] }
bevy_tasks = { version = "0.20", default-features = false, features = ["multi_threaded"] }
bevy_platform = { version = "0.20", default-features = false, features = ["std"] }
crossbeam = "0.8"
crossbeam-channel = "0.5"
crossbeam-deque = "0.8"
crossbeam-queue = "0.3"
crossbeam-utils = "0.8"
dashmap = "6"
flume = "0.12"
fnv = "1"
futures-lite = "2"
fxhash = "0.2"
hashbrown = "0.16"
image = { version = "0.25", default-features = false }
indexmap = { version = "2", features = ["rayon"] }
itertools = "0.14"
nohash-hasher = "0.2"
once_cell = "1"
parking_lot = { version = "0.12", features = ["arc_lock"] }
pollster = "0.4"
rayon = "1"
reqwest = { version = "0.12", default-features = false, features = ["blocking"] }
rustc-hash = "2"
serde_json = "1"
slotmap = "1"
smallvec = "1"
tokio = { version = "1", features = ["rt-multi-thread", "sync"] }
ureq = { version = "3", default-features = false }
"#;

/// The head of the package that asks for methods.
pub(crate) const IMPORTS: &str = "#![allow(warnings)]
use std::fmt::Write as _;
use std::io::{BufRead as _, Read as _, Seek as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::ops::{Deref as _, DerefMut as _};
use itertools::Itertools as _;
use rayon::prelude::*;
use bevy_tasks::{ParallelSlice as _, ParallelSliceMut as _};
use bevy_ecs::change_detection::DetectChangesMut as _;";

/// A type of a row, with arguments.
pub(crate) fn instance(krate: &str, name: &str) -> Option<&'static str> {
    TYPES.iter().find(|(of, known, _)| *of == krate && *known == name).map(|(.., ty)| *ty)
}

/// What has further methods of a type: some are those of a counted pointer to it.
pub(crate) fn counted(krate: &str, name: &str) -> Option<&'static str> {
    match (krate, name) {
        ("parking_lot", "Mutex") => Some("std::sync::Arc<parking_lot::Mutex<u8>>"),
        ("parking_lot", "RwLock") => Some("std::sync::Arc<parking_lot::RwLock<u8>>"),
        _ => None,
    }
}

/// Types of a kind that rows speak of without a name.
pub(crate) fn kind(kind: &str) -> Vec<&'static str> {
    match kind {
        "text" => vec!["&'static str", "String"],
        "list" => LISTS.to_vec(),
        "iterator" => ITERATORS.to_vec(),
        "pointer" => vec!["*mut u8", "*const u8", "std::ptr::NonNull<u8>"],
        _ => TYPES
            .iter()
            .map(|(.., ty)| *ty)
            .chain(LISTS.iter().copied())
            .chain(ITERATORS.iter().copied())
            .chain(OTHERS.iter().copied())
            .collect(),
    }
}

/// Types that have this name, of which methods are known by it alone.
pub(crate) fn named(name: &str) -> &'static [&'static str] {
    match name {
        "Condvar" => &["std::sync::Condvar", "parking_lot::Condvar"],
        "Barrier" => &["std::sync::Barrier"],
        "WaitGroup" => &["crossbeam_utils::sync::WaitGroup"],
        "Parker" => &["crossbeam_utils::sync::Parker"],
        "Once" => &["std::sync::Once", "parking_lot::Once"],
        "LazyLock" => &["std::sync::LazyLock<u8>"],
        "Lazy" => &["once_cell::sync::Lazy<u8>"],
        "File" => &["std::fs::File"],
        "OpenOptions" => &["std::fs::OpenOptions"],
        "DirBuilder" => &["std::fs::DirBuilder"],
        "BufReader" => &["std::io::BufReader<std::fs::File>"],
        "BufWriter" => &["std::io::BufWriter<std::fs::File>"],
        "LineWriter" => &["std::io::LineWriter<std::fs::File>"],
        "TcpStream" => &["std::net::TcpStream"],
        "TcpListener" => &["std::net::TcpListener"],
        "UdpSocket" => &["std::net::UdpSocket"],
        "UnixStream" => &["std::os::unix::net::UnixStream"],
        "UnixListener" => &["std::os::unix::net::UnixListener"],
        "UnixDatagram" => &["std::os::unix::net::UnixDatagram"],
        "Stdin" => &["std::io::Stdin"],
        "Stdout" => &["std::io::Stdout"],
        "Stderr" => &["std::io::Stderr"],
        "StdinLock" => &["std::io::StdinLock<'static>"],
        "StdoutLock" => &["std::io::StdoutLock<'static>"],
        "StderrLock" => &["std::io::StderrLock<'static>"],
        "Command" => &["std::process::Command"],
        "Child" => &["std::process::Child"],
        "Builder" => &["std::thread::Builder"],
        "ThreadPool" => &["rayon::ThreadPool"],
        "TaskPool" => &["bevy_tasks::TaskPool"],
        "ComputeTaskPool" => &["bevy_tasks::ComputeTaskPool"],
        "AsyncComputeTaskPool" => &["bevy_tasks::AsyncComputeTaskPool"],
        "IoTaskPool" => &["bevy_tasks::IoTaskPool"],
        "DashMap" => &["dashmap::DashMap<u8, u8>"],
        "DashSet" => &["dashmap::DashSet<u8>"],
        "ShardedLock" => &["crossbeam_utils::sync::ShardedLock<u8>"],
        _ => &[],
    }
}

/// A type that stands where modules do, with arguments.
pub(crate) fn of_module(module: &str) -> Option<&'static str> {
    Some(match module {
        "BufReader" => "std::io::BufReader<std::fs::File>",
        "BufWriter" => "std::io::BufWriter<std::fs::File>",
        "LineWriter" => "std::io::LineWriter<std::fs::File>",
        "Command" => "std::process::Command",
        _ => return None,
    })
}

/// The paths of modules in which a function may be.
pub(crate) fn modules(crates: &[&str], modules: &[&str]) -> Vec<String> {
    let anywhere = ["tokio::task", "tokio::sync::mpsc", "std::sync::mpsc", "crossbeam_channel", "flume", "rayon"];
    if crates.is_empty() {
        return anywhere.map(str::to_owned).to_vec();
    }
    let mut paths = Vec::new();
    for krate in crates {
        if modules.is_empty() {
            paths.push((*krate).to_owned());
            paths.extend((*krate == "std").then(|| "std::prelude::v1".to_owned()));
            paths.extend((*krate == "std").then(|| "std::mem".to_owned()));
            paths.extend((*krate == "tokio").then(|| "tokio::task".to_owned()));
            paths.extend((*krate == "crossbeam").then(|| "crossbeam::thread".to_owned()));
            paths.extend((*krate == "crossbeam_utils").then(|| "crossbeam_utils::thread".to_owned()));
        }
        for module in modules.iter().filter(|module| of_module(module).is_none()) {
            let below = if *module == "mpsc" { "sync::mpsc" } else { module };
            paths.push(format!("{krate}::{below}"));
        }
    }
    paths
}

const LISTS: &[&str] = &["Vec<Vec<u8>>", "&'static mut [u8]", "[String; 4]", "&'static [String]"];

const ITERATORS: &[&str] = &[
    "std::vec::IntoIter<Vec<u8>>",
    "std::slice::Iter<'static, (u8, u8)>",
    "std::slice::Iter<'static, u8>",
    "std::iter::Peekable<std::slice::Iter<'static, u8>>",
    "std::iter::Flatten<std::vec::IntoIter<Vec<u8>>>",
    "rayon::vec::IntoIter<u8>",
    "bevy_ecs::query::QueryIter<'static, 'static, bevy_ecs::entity::Entity, ()>",
];

/// Parts of others, which have no row of their own.
const OTHERS: &[&str] = &[
    "std::collections::hash_map::Entry<'static, u8, u8>",
    "std::sync::mpsc::Receiver<u8>",
    "&'static str",
    "std::io::BufReader<std::fs::File>",
    "*const u8",
    "f32",
    "std::cmp::Ordering",
    // What waits by a name that says it.
    "tokio::sync::Mutex<u8>",
    "std::sync::Arc<tokio::sync::Mutex<u8>>",
    "tokio::sync::RwLock<u8>",
    "tokio::runtime::Runtime",
    "async_lock::Mutex<u8>",
    "std::process::Child",
];

const TYPES: &[(&str, &str, &str)] = &[
    ("std", "Box", "Box<[u8]>"),
    ("std", "Rc", "std::rc::Rc<u8>"),
    ("std", "Arc", "std::sync::Arc<u8>"),
    ("std", "Weak", "std::rc::Weak<u8>"),
    ("std", "Vec", "Vec<u8>"),
    ("std", "VecDeque", "std::collections::VecDeque<u8>"),
    ("std", "LinkedList", "std::collections::LinkedList<u8>"),
    ("std", "String", "String"),
    ("std", "OsString", "std::ffi::OsString"),
    ("std", "PathBuf", "std::path::PathBuf"),
    ("std", "Path", "&'static std::path::Path"),
    ("std", "CString", "std::ffi::CString"),
    ("std", "HashMap", "std::collections::HashMap<u8, u8>"),
    ("std", "HashSet", "std::collections::HashSet<u8>"),
    ("std", "BTreeMap", "std::collections::BTreeMap<u8, u8>"),
    ("std", "BTreeSet", "std::collections::BTreeSet<u8>"),
    ("std", "BinaryHeap", "std::collections::BinaryHeap<u8>"),
    ("std", "Option", "Option<&'static u8>"),
    ("std", "Result", "Result<u8, u8>"),
    ("std", "Cell", "std::cell::Cell<u8>"),
    ("std", "UnsafeCell", "std::cell::UnsafeCell<u8>"),
    ("std", "RefCell", "std::cell::RefCell<u8>"),
    ("std", "Mutex", "std::sync::Mutex<u8>"),
    ("std", "RwLock", "std::sync::RwLock<u8>"),
    ("std", "MutexGuard", "std::sync::MutexGuard<'static, u8>"),
    ("std", "RwLockReadGuard", "std::sync::RwLockReadGuard<'static, u8>"),
    ("std", "RwLockWriteGuard", "std::sync::RwLockWriteGuard<'static, u8>"),
    ("std", "Ref", "std::cell::Ref<'static, u8>"),
    ("std", "RefMut", "std::cell::RefMut<'static, u8>"),
    ("std", "OnceCell", "std::cell::OnceCell<u8>"),
    ("std", "OnceLock", "std::sync::OnceLock<u8>"),
    ("std", "LazyLock", "std::sync::LazyLock<u8>"),
    ("std", "LazyCell", "std::cell::LazyCell<u8>"),
    ("std", "Sender", "std::sync::mpsc::Sender<u8>"),
    ("std", "SyncSender", "std::sync::mpsc::SyncSender<u8>"),
    ("std", "Receiver", "std::sync::mpsc::Receiver<u8>"),
    ("std", "JoinHandle", "std::thread::JoinHandle<u8>"),
    ("std", "ScopedJoinHandle", "std::thread::ScopedJoinHandle<'static, u8>"),
    ("std", "Cow", "std::borrow::Cow<'static, str>"),
    ("std", "NonNull", "std::ptr::NonNull<u8>"),
    ("std", "ManuallyDrop", "std::mem::ManuallyDrop<u8>"),
    ("std", "MaybeUninit", "std::mem::MaybeUninit<u8>"),
    ("std", "PhantomData", "std::marker::PhantomData<u8>"),
    ("std", "Pin", "std::pin::Pin<Box<u8>>"),
    ("std", "AtomicPtr", "std::sync::atomic::AtomicPtr<u8>"),
    ("std", "AtomicUsize", "std::sync::atomic::AtomicUsize"),
    ("std", "AtomicBool", "std::sync::atomic::AtomicBool"),
    ("std", "AtomicU64", "std::sync::atomic::AtomicU64"),
    ("std", "AtomicU32", "std::sync::atomic::AtomicU32"),
    ("std", "Scope", "&'static std::thread::Scope<'static, 'static>"),
    ("std", "LocalKey", "std::thread::LocalKey<std::cell::RefCell<u8>>"),
    ("std", "File", "std::fs::File"),
    ("bevy_app", "App", "bevy_app::App"),
    ("bevy_platform", "HashMap", "bevy_platform::collections::HashMap<u8, u8>"),
    ("bevy_platform", "HashSet", "bevy_platform::collections::HashSet<u8>"),
    ("bevy_ecs", "Res", "bevy_ecs::change_detection::Res<'static, bevy_ecs::message::MessageRegistry>"),
    ("bevy_ecs", "ResMut", "bevy_ecs::change_detection::ResMut<'static, bevy_ecs::message::MessageRegistry>"),
    ("bevy_ecs", "Mut", "bevy_ecs::change_detection::Mut<'static, u8>"),
    ("bevy_ecs", "Local", "bevy_ecs::system::Local<'static, u8>"),
    ("bevy_ecs", "Commands", "bevy_ecs::system::Commands<'static, 'static>"),
    ("bevy_ecs", "Query", "bevy_ecs::system::Query<'static, 'static, bevy_ecs::entity::Entity>"),
    ("bevy_ecs", "MessageReader", "bevy_ecs::message::MessageReader<'static, 'static, bevy_app::AppExit>"),
    ("bevy_ecs", "World", "bevy_ecs::world::World"),
    ("bevy_ecs", "DeferredWorld", "bevy_ecs::world::DeferredWorld<'static>"),
    ("hashbrown", "HashMap", "hashbrown::HashMap<u8, u8>"),
    ("hashbrown", "HashSet", "hashbrown::HashSet<u8>"),
    ("rustc_hash", "FxHashMap", "rustc_hash::FxHashMap<u8, u8>"),
    ("rustc_hash", "FxHashSet", "rustc_hash::FxHashSet<u8>"),
    ("fxhash", "FxHashMap", "fxhash::FxHashMap<u8, u8>"),
    ("fxhash", "FxHashSet", "fxhash::FxHashSet<u8>"),
    ("fnv", "FnvHashMap", "fnv::FnvHashMap<u8, u8>"),
    ("fnv", "FnvHashSet", "fnv::FnvHashSet<u8>"),
    ("nohash_hasher", "IntMap", "nohash_hasher::IntMap<u8, u8>"),
    ("nohash_hasher", "IntSet", "nohash_hasher::IntSet<u8>"),
    ("ahash", "HashMap", "ahash::HashMap<u8, u8>"),
    ("ahash", "HashSet", "ahash::HashSet<u8>"),
    ("ahash", "AHashMap", "ahash::AHashMap<u8, u8>"),
    ("ahash", "AHashSet", "ahash::AHashSet<u8>"),
    ("indexmap", "IndexMap", "indexmap::IndexMap<u8, u8>"),
    ("indexmap", "IndexSet", "indexmap::IndexSet<u8>"),
    ("slotmap", "SlotMap", "slotmap::SlotMap<slotmap::DefaultKey, u8>"),
    ("slotmap", "HopSlotMap", "slotmap::HopSlotMap<slotmap::DefaultKey, u8>"),
    ("slotmap", "DenseSlotMap", "slotmap::DenseSlotMap<slotmap::DefaultKey, u8>"),
    ("slotmap", "SecondaryMap", "slotmap::SecondaryMap<slotmap::DefaultKey, u8>"),
    ("slotmap", "SparseSecondaryMap", "slotmap::SparseSecondaryMap<slotmap::DefaultKey, u8>"),
    ("smallvec", "SmallVec", "smallvec::SmallVec<[u8; 4]>"),
    ("arrayvec", "ArrayVec", "arrayvec::ArrayVec<u8, 4>"),
    ("parking_lot", "Mutex", "parking_lot::Mutex<u8>"),
    ("parking_lot", "FairMutex", "parking_lot::FairMutex<u8>"),
    ("parking_lot", "ReentrantMutex", "parking_lot::ReentrantMutex<u8>"),
    ("parking_lot", "RwLock", "parking_lot::RwLock<u8>"),
    ("parking_lot", "MutexGuard", "parking_lot::MutexGuard<'static, u8>"),
    ("parking_lot", "RwLockReadGuard", "parking_lot::RwLockReadGuard<'static, u8>"),
    ("parking_lot", "RwLockWriteGuard", "parking_lot::RwLockWriteGuard<'static, u8>"),
    ("once_cell", "OnceCell", "once_cell::sync::OnceCell<u8>"),
    ("once_cell", "Lazy", "once_cell::sync::Lazy<u8>"),
    ("crossbeam", "Sender", "crossbeam::channel::Sender<u8>"),
    ("crossbeam", "Receiver", "crossbeam::channel::Receiver<u8>"),
    ("crossbeam", "SegQueue", "crossbeam::queue::SegQueue<u8>"),
    ("crossbeam_queue", "SegQueue", "crossbeam_queue::SegQueue<u8>"),
    ("crossbeam_deque", "Injector", "crossbeam_deque::Injector<u8>"),
    ("crossbeam_deque", "Worker", "crossbeam_deque::Worker<u8>"),
    ("crossbeam_utils", "Scope", "&'static crossbeam_utils::thread::Scope<'static>"),
    ("crossbeam_channel", "Sender", "crossbeam_channel::Sender<u8>"),
    ("crossbeam_channel", "Receiver", "crossbeam_channel::Receiver<u8>"),
    ("flume", "Sender", "flume::Sender<u8>"),
    ("flume", "Receiver", "flume::Receiver<u8>"),
    ("async_channel", "Sender", "async_channel::Sender<u8>"),
    ("async_channel", "Receiver", "async_channel::Receiver<u8>"),
    ("tokio", "Sender", "tokio::sync::mpsc::Sender<u8>"),
    ("tokio", "UnboundedSender", "tokio::sync::mpsc::UnboundedSender<u8>"),
    ("tokio", "Receiver", "tokio::sync::mpsc::Receiver<u8>"),
    ("tokio", "UnboundedReceiver", "tokio::sync::mpsc::UnboundedReceiver<u8>"),
    ("tokio", "JoinHandle", "tokio::task::JoinHandle<u8>"),
    ("tokio", "Mutex", "tokio::sync::Mutex<u8>"),
    ("rayon", "Scope", "&'static rayon::Scope<'static>"),
];
