//! The types whose meaning for memory is known.

use serde::{Deserialize, Serialize};

use super::{bevy, framealloc, std};

/// A type whose meaning for memory is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
    FrameInFlight,
    LastFlight,
    FramePublisher,
    FrameReader,
    Published,
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
    /// A lock whose `lock` is a future.
    AsyncMutex,
    RwLock,
    Guard,
    OnceCell,
    /// As `OnceCell`, for threads: who comes while it is made waits.
    OnceLock,
    LazyLock,
    Sender,
    /// A sender that may wait until there is room.
    SyncSender,
    Receiver,
    /// A receiver whose `recv` is a future.
    AsyncReceiver,
    /// Of a channel whose room may be fixed, or that is no list: sending need not take memory, and never blocks the thread.
    AsyncSender,
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
    Path,
    CString,
    // Other crates
    /// A lock that cannot be poisoned: locking gives the guard.
    Lock,
    /// Elements in place, on the heap only where there are too many of them, or never.
    InlineVec,
    // Bevy
    Res,
    ResMut,
    Local,
    App,
    Commands,
    Query,
    MessageReader,
    World,
}

impl Known {
    /// A type of framealloc.
    pub(crate) fn is_framealloc(self) -> bool {
        framealloc::TYPES.iter().any(|(_, known)| *known == self)
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

    /// It holds one value, which a method replaces.
    pub(crate) fn is_cell(self) -> bool {
        matches!(
            self,
            Self::Cell
                | Self::RefCell
                | Self::OnceCell
                | Self::OnceLock
                | Self::LazyLock
                | Self::Option
                | Self::Atomic
                | Self::LocalKey
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
        let named = framealloc::TYPES.iter().chain(std::TYPES).chain(bevy::TYPES).find(|(_, known)| *known == self);
        named.map_or("value", |(name, _)| name)
    }
}
