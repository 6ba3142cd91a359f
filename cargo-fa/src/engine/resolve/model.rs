//! The types of framealloc, std and Bevy that the analysis knows, by crate and name.

/// A type whose meaning for memory is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Known {
    // framealloc
    SmartAlloc,
    Frame,
    FrameScope,
    FrameGuard,
    Cursor,
    FrameBox,
    FrameSlot,
    FrameVec,
    FrameMap,
    FrameSet,
    FrameDeque,
    FrameHeap,
    FrameSortedMap,
    FrameString,
    FrameHandle,
    FrameRetained,
    RetainedSlot,
    RetainKey,
    Promotions,
    TransferHandle,
    FrameBarrier,
    PoolBox,
    PoolSlot,
    Pool,
    HeapBox,
    Scratch,
    Tag,
    TaggedAlloc,
    AllocConfig,
    AllocResource,
    FrameAlloc,
    // std
    Box,
    Rc,
    Arc,
    Weak,
    Vec,
    VecDeque,
    String,
    HashMap,
    HashSet,
    BTreeMap,
    BTreeSet,
    BinaryHeap,
    Option,
    Result,
    Cell,
    RefCell,
    Mutex,
    RwLock,
    Guard,
    OnceCell,
    Sender,
    Receiver,
    JoinHandle,
    Cow,
    NonNull,
    ManuallyDrop,
    MaybeUninit,
    PhantomData,
    Pin,
    Atomic,
    Iterator,
    ThreadScope,
    LocalKey,
    File,
    // Bevy
    Res,
    ResMut,
    Local,
    App,
    Commands,
    Query,
}

/// Crates of this project.
pub(crate) fn is_ours(krate: &str) -> bool {
    matches!(krate, "framealloc" | "framealloc_core" | "framealloc_bevy" | "framealloc_macros")
}

/// The type of this name in this crate.
pub(crate) fn known_type(krate: &str, name: &str) -> Option<Known> {
    if is_ours(krate) {
        return OURS.iter().find(|(known, _)| *known == name).map(|(_, known)| *known);
    }
    match krate {
        "std" => STD.iter().find(|(known, _)| *known == name).map(|(_, known)| *known),
        "bevy" => BEVY.iter().find(|(known, _)| *known == name).map(|(_, known)| *known),
        _ if krate.starts_with("bevy_") => BEVY.iter().find(|(known, _)| *known == name).map(|(_, known)| *known),
        _ => FOREIGN.iter().find(|(of, known, _)| *of == krate && *known == name).map(|(_, _, known)| *known),
    }
}

/// Whether a glob import of this crate brings this name into scope.
pub(crate) fn is_exported(krate: &str, name: &str) -> bool {
    known_type(krate, name).is_some()
        || (is_ours(krate) && OUR_OTHER_NAMES.contains(&name))
        || (krate == "std" && STD_FUNCTIONS.contains(&name))
        || (krate.starts_with("bevy") && BEVY_SCHEDULES.contains(&name))
}

/// The type of this name without any import.
pub(crate) fn prelude(name: &str) -> Option<&'static str> {
    const PRELUDE: &[&str] = &[
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
    PRELUDE.iter().find(|known| **known == name).copied()
}

const OURS: &[(&str, Known)] = &[
    ("SmartAlloc", Known::SmartAlloc),
    ("Frame", Known::Frame),
    ("FrameScope", Known::FrameScope),
    ("FrameGuard", Known::FrameGuard),
    ("Cursor", Known::Cursor),
    ("FrameBox", Known::FrameBox),
    ("FrameSlot", Known::FrameSlot),
    ("FrameVec", Known::FrameVec),
    ("FrameMap", Known::FrameMap),
    ("FrameSet", Known::FrameSet),
    ("FrameDeque", Known::FrameDeque),
    ("FrameHeap", Known::FrameHeap),
    ("FrameSortedMap", Known::FrameSortedMap),
    ("FrameString", Known::FrameString),
    ("FrameHandle", Known::FrameHandle),
    ("FrameRetained", Known::FrameRetained),
    ("RetainedSlot", Known::RetainedSlot),
    ("RetainKey", Known::RetainKey),
    ("Promotions", Known::Promotions),
    ("TransferHandle", Known::TransferHandle),
    ("FrameBarrier", Known::FrameBarrier),
    ("PoolBox", Known::PoolBox),
    ("PoolSlot", Known::PoolSlot),
    ("Pool", Known::Pool),
    ("HeapBox", Known::HeapBox),
    ("Scratch", Known::Scratch),
    ("Tag", Known::Tag),
    ("TaggedAlloc", Known::TaggedAlloc),
    ("AllocConfig", Known::AllocConfig),
    ("AllocResource", Known::AllocResource),
    ("FrameAlloc", Known::FrameAlloc),
];

const OUR_OTHER_NAMES: &[&str] = &[
    "frame_system",
    "alloc_tag",
    "Pooled",
    "pooled",
    "frame_format",
    "frame_vec",
    "kilobytes",
    "megabytes",
    "gigabytes",
    "RetentionPolicy",
    "Importance",
    "FrameBarrierBuilder",
    "BarrierError",
    "SmartAllocPlugin",
    "pool_unsize",
];

const STD: &[(&str, Known)] = &[
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
    ("CString", Known::String),
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
    ("OnceLock", Known::OnceCell),
    ("LazyLock", Known::OnceCell),
    ("LazyCell", Known::OnceCell),
    ("Sender", Known::Sender),
    ("SyncSender", Known::Sender),
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

const STD_FUNCTIONS: &[&str] =
    &["spawn", "scope", "forget", "transmute", "drop", "swap", "replace", "take", "channel", "sync_channel"];

const BEVY: &[(&str, Known)] = &[
    ("Res", Known::Res),
    ("ResMut", Known::ResMut),
    ("Local", Known::Local),
    ("App", Known::App),
    ("Commands", Known::Commands),
    ("Query", Known::Query),
];

const BEVY_SCHEDULES: &[&str] =
    &["Update", "FixedUpdate", "PreUpdate", "PostUpdate", "First", "Last", "Startup", "PostStartup", "PreStartup"];

const FOREIGN: &[(&str, &str, Known)] = &[
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

impl Known {
    pub(crate) fn is_ours(self) -> bool {
        OURS.iter().any(|(_, known)| *known == self)
    }

    /// A collection in frame memory.
    pub(crate) fn is_frame_collection(self) -> bool {
        matches!(
            self,
            Self::FrameVec
                | Self::FrameMap
                | Self::FrameSet
                | Self::FrameDeque
                | Self::FrameHeap
                | Self::FrameSortedMap
                | Self::FrameString
        )
    }

    /// A value that lives in frame memory or gives access to it, and must not outlive the frame.
    pub(crate) fn is_frame_data(self) -> bool {
        self.is_frame_collection()
            || matches!(
                self,
                Self::Frame
                    | Self::FrameScope
                    | Self::Cursor
                    | Self::FrameBox
                    | Self::FrameSlot
                    | Self::FrameRetained
                    | Self::RetainedSlot
            )
    }

    /// Something that frame memory is allocated from.
    pub(crate) fn is_allocator(self) -> bool {
        self.is_whole() || matches!(self, Self::Frame | Self::FrameScope | Self::FrameGuard | Self::TaggedAlloc)
    }

    /// An allocator that gives whole-frame memory.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self, Self::SmartAlloc | Self::AllocResource | Self::FrameAlloc | Self::TaggedAlloc | Self::FrameGuard)
    }

    /// A collection of frame memory that holds its arena: it has something to do when it is dropped.
    pub(crate) fn is_owner(self) -> bool {
        self.is_frame_collection()
            || matches!(self, Self::FrameScope | Self::FrameGuard | Self::Cursor | Self::FrameBox | Self::FrameRetained)
    }

    /// A container of std that lives on the general heap once it holds something.
    pub(crate) fn is_heap_container(self) -> bool {
        matches!(
            self,
            Self::Vec
                | Self::VecDeque
                | Self::String
                | Self::HashMap
                | Self::HashSet
                | Self::BTreeMap
                | Self::BTreeSet
                | Self::BinaryHeap
        )
    }

    /// `Deref` of this type gives its first argument.
    pub(crate) fn derefs_to_argument(self) -> bool {
        matches!(
            self,
            Self::Box
                | Self::Rc
                | Self::Arc
                | Self::Guard
                | Self::Res
                | Self::ResMut
                | Self::Local
                | Self::FrameBox
                | Self::FrameRetained
                | Self::PoolBox
                | Self::HeapBox
                | Self::ManuallyDrop
                | Self::Pin
                | Self::Cow
        )
    }

    /// The name of the type.
    pub(crate) fn name(self) -> &'static str {
        let named = OURS.iter().chain(STD).chain(BEVY).find(|(_, known)| *known == self);
        named.map_or("value", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// All Rust text below a folder of the workspace.
    fn sources(folder: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
        let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
        files
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"))
            .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
            .collect()
    }

    fn words(text: &str) -> impl Iterator<Item = &str> {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
    }

    #[test]
    fn every_name_that_is_taken_for_ours_exists() {
        let text = sources("framealloc-core/src") + &sources("framealloc-macros/src") + &sources("framealloc-bevy/src");
        let mut declared = BTreeSet::new();
        let mut before = "";
        for word in words(&text) {
            if matches!(before, "struct" | "enum" | "trait" | "fn" | "macro_rules") {
                declared.insert(word);
            }
            before = word;
        }
        let names = OURS.iter().map(|(name, _)| *name).chain(OUR_OTHER_NAMES.iter().copied());
        // The derive is a function of another name.
        let missing: Vec<_> = names.filter(|name| *name != "Pooled" && !declared.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_method_that_allocates_is_known_to_the_flow() {
        let known = sources("cargo-fa/src/engine/flow");
        let mut missing = BTreeSet::new();
        let mut rest = sources("framealloc-core/src");
        while let Some(at) = rest.find("pub fn ") {
            rest = rest.split_off(at + "pub fn ".len());
            let Some(name) = words(&rest).next() else { break };
            let signature = rest.split_once('{').map_or("", |(signature, _)| signature);
            let of_allocators = signature.contains("(&self") || signature.contains("( &self");
            let result = signature.rsplit_once("->").map_or("", |(_, result)| result);
            let memory = ["Frame", "Pool", "Heap", "Slot<", "Retained", "TransferHandle", "&mut", "Cursor"];
            // What has no memory to give out tells figures.
            let gives = memory.iter().any(|name| result.contains(name)) && !result.contains("Report");
            let name = name.strip_prefix("try_").unwrap_or(name);
            let allocates = ["frame_", "pool_", "heap_"].iter().any(|start| name.starts_with(start));
            if of_allocators && allocates && gives && !known.contains(&format!("\"{name}\"")) {
                missing.insert(name.to_owned());
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}
