//! Lists that are walked while others change them, without a lock on either side: those of what observers look at.
//!
//! Memory is given back by `crossbeam-epoch`, through a collector of our own: the default one is rayon's too, and whoever
//! holds a pin of that would keep our memory back. No user code runs while this room pins, and what it defers frees memory
//! and does nothing else.
//!
//! - **E1** What is reached by way of a list is used only under a pin that was taken before the head was loaded. A node is
//!   freed by what was deferred, under a pin, by the one whose exchange unlinked it: nobody can come to it any more, and
//!   who may still be there is pinned.
//! - **E2** The next pointer of a node gets a mark when the node is taken out, and never changes after that. A node without a mark is linked. What unlinks is an exchange of a pointer without a mark: so a node is
//!   unlinked only from one that is itself linked, and only by one.
//! - **E3** Nodes come in at the head only and never move: a walk meets a node at most once, and one that is in the list
//!   from its begin to its end exactly once.

pub(crate) mod list;
mod pins;

pub(crate) use pins::{Pin, pin};
