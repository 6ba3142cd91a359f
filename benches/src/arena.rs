//! What every contender can do, so that one program runs on all of them.

use std::alloc::Layout;

use bytemuck::Pod;

/// A list that grows in frame memory.
pub(crate) trait Push<T> {
    /// Appends a value.
    fn push(&mut self, value: T);
    /// Uses the list once it is complete.
    fn done(&self);
}

/// A handle to frame memory, as a system of a game holds it; `'f` is how long the memory lives.
///
/// Results are dropped at once: they are references or boxes without drop glue, and the memory they name may be read
/// by code that the optimiser cannot see, so every byte is written.
pub(crate) trait Arena<'f> {
    /// The growable list.
    type List<T: Pod>: Push<T>;

    /// Puts a value in.
    fn put<T: Pod>(&mut self, value: T);
    /// Copies a slice in.
    fn copy<T: Pod>(&mut self, source: &[T]);
    /// Copies a string in.
    fn text(&mut self, source: &str);
    /// Makes a slice of zeroes.
    fn zeroes(&mut self, bytes: usize);
    /// Makes a slice of what `make` returns for each index.
    fn filled<T: Pod>(&mut self, len: usize, make: impl FnMut(usize) -> T);
    /// Reserves memory of a layout that is not known before run time, and returns its address.
    fn raw(&mut self, layout: Layout) -> usize;
    /// Begins a list.
    fn list<T: Pod>(&mut self) -> Self::List<T>;
}

/// What is done in one frame.
pub(crate) trait Program {
    /// Does it.
    fn run<'f, A: Arena<'f>>(&self, arena: A);
}

/// An allocator that can run frames.
pub(crate) trait Peer: 'static {
    /// Runs one frame and takes its memory back.
    fn frame(&mut self, program: &impl Program);
}
