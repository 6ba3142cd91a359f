//! What a call does, as far as memory is concerned: what it allocates, where its arguments go, what its result refers
//! to.

use super::Known;

/// What a method does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing to memory: it is what std has by that name, or what a method that nobody knows is.
    Plain,

    // ---- allocators: what they lead to ----
    /// `&Frame` of the same arena.
    View,
    /// As `View`, under the tag that is the first argument.
    TaggedView,
    /// Runs the second argument with a `View`, under the tag that is the first.
    UnderTag,
    /// The whole-frame memory behind a frame.
    Whole,
    /// Runs the argument in an arena of its own.
    Scoped,
    /// Runs the argument, and has what that asks of the heap bumped.
    Ambient,
    /// Runs the second argument for each item of the first, and has what that asks of the heap bumped.
    AmbientForEach,
    /// Runs the argument in a frame.
    WholeFrame,
    /// An arena of its own until the result is dropped.
    OpensScope,
    BeginsFrame,
    EndsFrame,
    /// Ends the frame and gives out what holds on to what it shared.
    EndsFrameInFlight,
    /// Ends the frame of the first argument, for readers.
    PublishesFrame,
    /// Ends the frame and gives out what was retained in it.
    EndsFrameWithPromotions,
    /// The frame is open until the result is dropped.
    GuardsFrame,
    /// Sets a budget for the thread that calls.
    SetsThreadBudget,
    /// Gives the configuration back, changed.
    Configures,
    /// As `Configures`: the tag of the first argument has a budget of the heap, the second.
    SetsHeapBudget,

    // ---- allocators: memory of the frame ----
    /// Room for a value of the type that is named.
    FrameSlot,
    /// A value in a box of the frame.
    FrameBox(Make),
    /// A value behind a plain reference, which is never dropped.
    FrameRef(&'static str),
    FrameBytes,
    /// A slice made of the elements of the argument.
    FrameSlice(Elements),
    /// A slice of as many elements as the first argument says.
    FrameSliceFilled(Fill),
    FrameText(Failure),
    FrameFormat,
    /// An empty collection, with room for as many elements as the argument says.
    FrameCollection(Known, &'static str),
    /// A vector of the elements of an array.
    FrameVecOfArray,
    /// A vector of one element again and again.
    FrameVecOfElement,
    /// The collection that is named, of what an iterator yields.
    FrameCollect,
    /// A handle that is checked when it is read.
    FrameShare,
    FrameCursor,
    /// Room for a value that may outlive the frame, as the first argument says.
    RetainedSlot(&'static str),
    /// A value that may outlive the frame, as the second argument says.
    Retained,

    // ---- allocators: other memory ----
    /// A value that another thread may receive.
    Transfer,
    /// As `Transfer`, of what is in a pool already.
    TransferOfPooled,
    PoolBox,
    PoolSlot,
    PoolSliceFilled,
    PoolSliceCopied,
    PoolText,
    HeapBox,
    HeapSlot,
    HeapSliceFilled,
    Scratch,

    // ---- values in frames, pools and transfers ----
    /// The value behind a handle, if its frame is still open.
    HandleGet,
    /// The value behind the handle that is the argument, if the flight holds its frame.
    FlightGet,
    /// Writes the argument into the room; a box of it.
    SlotWrite,
    /// Writes the argument into the room; a plain reference to it.
    SlotWriteRef,
    RetainedSlotWrite,
    RetainKey,
    /// The value is not promoted after all.
    RetainDiscard,
    TakesPromoted,
    ReceivesTransfer,
    CursorAlloc(CursorMake),
    /// The address of what lies in the frame.
    FrameAddress,
    /// A box of the elements.
    FrameIntoBox,
    /// A reference that lives as long as the frame; nothing is dropped any more.
    FrameLeak,
    FrameIntoShared,
    /// Arguments are kept in the collection.
    FrameStores(Stored),
    /// The collection is moved out and leaves an empty one.
    FrameTakes,
    FrameClone,

    // ---- options ----
    /// The value inside; of a handle that was resolved, as if it must be there.
    Unwraps,
    /// Runs a closure with the value inside.
    MapsOption,
    /// One of `unwrap_or`, `ok_or`, `as_ref` and their kin.
    OptionMethod,
    TakesOption,

    // ---- threads, channels, Bevy ----
    /// Runs the argument on a thread that is joined before the scope ends.
    SpawnsScoped,
    Sends,
    /// Commands run later; what they are given is theirs.
    Commands,
    /// The resource of the type that is named.
    Resource,
    /// As `Resource`, where there is one.
    ResourceIfAny,
    /// Runs a closure with the world and a resource.
    ResourceScope,
    /// The allocator of a world, by a handle.
    WorldAlloc,
    /// What a query gives for one entity, if it does.
    QueryItem,

    // ---- the heap ----
    /// Arguments are kept in a container of the heap, which may grow.
    Grows,
    /// Arguments are kept in a cell.
    KeptInCell,
    /// Text on the heap.
    MakesText,
    /// What a borrowed value is when it is owned.
    MakesOwned,
    /// The elements, in memory of their own.
    MakesVec,
    MakesBox,
    /// The receiver becomes a clone of the argument.
    ClonesInto,
    /// The elements in a box, in the memory that they have; what is spare of it goes back.
    BoxesInPlace,
    /// A container like the receiver.
    MakesSame,
    /// Something on the heap.
    OnHeap(Gives),
    /// Two containers, with the elements of an iterator.
    Partitions,
    /// A list of all elements is made and sorted; an iterator over it.
    SortsIterator,
    /// A stable sort: long slices need a buffer on the heap.
    SortsIfLong,
    /// A sort that keeps the keys of all elements on the heap.
    SortsByKeys,
    /// What is borrowed or shared is copied to the heap first.
    CopiesIfShared,
    /// The container that is an argument may grow.
    GrowsArgument,
    /// Arguments are kept in place, on the heap only where there are too many.
    Keeps,
    Clones,
    Collects,
    Converts,

    // ---- what is read ----
    /// A number, or nothing that refers to the receiver; closures run for each element.
    Reads,
    Folds,
    /// An iterator over the elements.
    Iterates,
    /// An iterator made of an iterator.
    Adapts,
    /// `map` of an array, which gives one.
    MapsArray,
    /// One element of an iterator.
    Yields,
    /// A guard of what is inside.
    Locks,
    /// Runs a closure with what a static holds.
    WithStatic,
    /// The address of the receiver.
    Address,
    /// The address that a pointer is, as a number.
    AddressAsNumber,
    /// A pointer near a pointer, or to another type.
    MovesPointer,
    /// The value in a cell, copied or moved out.
    CellValue,
    /// A reference to an element.
    Element,
    /// References to the two parts of a list or text.
    Halves,
    /// As `Halves`, where there are two.
    HalvesIfAny,
    /// A reference to all of it.
    Borrows,
    /// An element is moved out.
    Removes,
    /// Elements change their places or go.
    Rearranges,
    /// The way to a part of something that outlives the call.
    LeadsIn,
}

/// How a value is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    Value,
    /// By a closure.
    With,
    /// By a closure that may fail.
    TryWith,
}

/// What becomes of the elements of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elements {
    Copied,
    Moved,
    /// Moved, and never dropped.
    Leaked,
    /// Slices of slices, one after the other.
    Concatenated,
}

/// What a slice is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// By a closure; the elements may need a drop.
    With,
    /// By a closure that may fail.
    TryWith,
    /// Copies of a value.
    Copy,
    Default,
    /// Zeros, or nothing yet.
    Nothing,
}

/// Whether the call fails for other reasons than memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Memory,
    Also,
}

/// What a cursor makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CursorMake {
    /// A plain reference.
    Ref,
    Box,
    Copy,
    Bytes,
}

/// What of an argument a collection keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// The arguments; the result refers to none of them.
    Each,
    /// As `Each`; the result is a reference to what was put in.
    EachAndRef,
    /// The elements of a slice.
    ElementsOfSlice,
    /// What the argument yields.
    Yielded,
}

/// What a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Makes {
    // ---- framealloc ----
    Allocator,
    /// A collection or box in the frame that is the last argument.
    InFrame,
    /// As many bytes as the argument, shifted.
    Size(u32),
    LeaksFrameBox,
    FrameAddress,
    /// The value itself leaves the frame.
    IntoInner,
    Barrier,
    Tag,
    /// The closure runs under the tag of the heap that is the first argument.
    HeapTag,
    /// A value of the type, if the function is `new` or `default`; the rest is not known.
    Other,

    // ---- std and its kin ----
    Variant(Known),
    /// `Err`: on a path that only runs when something went wrong.
    Error,
    Drops,
    Forgets,
    Transmutes,
    TakesOut,
    Replaces,
    PointsTo,
    NullPointer,
    ReadsPointer,
    /// Parts of a slice or text.
    Part,
    EndlessIterator,
    SpawnsThread,
    SpawnsTask,
    ThreadScope,
    JoinsClosures,
    Channel,
    NeverReturns,
    FormatsText,
    /// Text of the program.
    StaticText,
    PassesOn,
    /// Something on the heap.
    OnHeap(Gives),
    /// A value of the type that is asked for, with whatever that needs of the heap.
    Parses,
}

/// What a function of a type does: `Vec::new`, `Box::new`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builds {
    /// A value on the heap.
    Boxed,
    /// Another owner of the same.
    SharesOwner,
    Leaks,
    Empty,
    Reserved,
    /// The elements of the argument, unless it is what is built.
    FromElements,
    FromBytes,
    /// Text that is borrowed, or owned where it had to be changed.
    SharedText,
    Pointer,
    WithoutDrop,
    /// The argument, wrapped.
    Wrapped,
    /// What is shared is copied to the heap first.
    CopiesIfShared,
    /// The value inside, or a copy of it.
    TakesOrCopies,
    /// Text with a zero at its end, or an error.
    CText,
    /// The argument, seen as another type.
    Seen,
    /// What is not known of the type's functions: `new` and `default` give a value of it.
    Other,
}

/// What of the heap a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    Text,
    /// The elements of the receiver, or bytes.
    List,
    /// Something that is not followed further.
    Opaque,
    TextOrError,
    ListOrError,
    OpaqueOrError,
}
