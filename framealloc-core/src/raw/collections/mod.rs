//! What grows in frame memory: vectors, and the strings, deques and tables that are made of them.
//!
//! A collection asks the frame that it borrows for memory and never another source. It never shows user code a place whose
//! value has been taken out, and never frees before the drops of its elements are over.
//!
//! - **V1** The first `len` places of a vector's block are initialised and owned by the vector; `len <= capacity`.
//! - **V2** The length never counts an element that user code could find missing: it falls before drops and closures
//!   run and rises after the element is written. What is behind a hole is moved down by the guard that opened it.
//! - **V3** A block is a growable of `frame`'s arena with `capacity * size_of::<T>()` bytes, at most `isize::MAX`, or
//!   one that a box was in, of any arena and side: such a one lives for `'f`, and never both ends at `lo` and starts
//!   inside the window, so it is left where it is (I13). Its pointer never comes from a reference, which would not
//!   reach beyond it. Without capacity, and for types without size (capacity `usize::MAX`), it dangles and never
//!   reaches the arena.
//! - **V4** A block gives its memory back in its own drop, after the elements' drops, panics included (I13).
//! - **V5** Growth takes place, length and capacity by value and returns the new ones; where it fails nothing has
//!   changed. A block that moved is dead. At most the initialised bytes are copied.
//! - **V6** Blocks handed out through `Allocator` are growables of the one arena that the allocator names, and live as
//!   long as it is borrowed.
//! - **V7** The bytes of a string are UTF-8 whenever user code can see them or a panic can leave them.
//! - **V8** What an allocator of tables has set aside is a block of V6 that nobody else has. It is handed out once, or
//!   given back by the allocator that has it: clones take it over.
//! - **V9** The vector under a deque counts its capacity as its length, of places that may hold anything. `len` is at
//!   most the capacity, `head` below it or both are 0. The `len` places from `head` on, round the end, are initialised
//!   and owned by the deque; what is elsewhere is not. V2 holds for deques as for vectors.
//! - **V10** Of a slice with a hole every place but one is initialised and owned by the slice. That one, `at`, is inside of
//!   it, and its value is in the guard alone, which lends other places only, puts the value back in its own drop, panics
//!   of comparisons included, and is never handed to code that could forget it.

pub(crate) mod allocator;
pub(crate) mod deque;
pub(crate) mod gap;
pub(crate) mod hole;
pub(crate) mod string;
pub(crate) mod table;
pub(crate) mod values;
pub(crate) mod vec;
