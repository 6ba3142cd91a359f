//! What tasks on several threads make, in frame memory: each writes to its own thread's, and one list has all of it.

use core::fmt;
use core::mem;
use core::ops::{Deref, DerefMut};

use super::{FrameBox, FrameVec};
use crate::SmartAlloc;
use crate::error::{AllocError, Failure, infallible};
use crate::frame::vec::SliceIntoIter;
use crate::raw::frames::owned;
use crate::sync::Mutex;

/// Values that tasks on several threads make, in frame memory. [`SmartAlloc::par_collect`] makes it.
///
/// A task takes a vector of its own by [`local`](Self::local), in the memory of the thread that it runs on: pushing locks nothing.
/// Where the task lets go of it, its part joins the others, in the order in which tasks end, which differs from run to run: sort
/// where it matters. What all of them made is read by [`into_vec`](Self::into_vec) or as an iterator.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let primes = alloc.par_collect();
/// std::thread::scope(|threads| {
///     for start in [0, 100, 200, 300] {
///         let primes = &primes;
///         threads.spawn(move || {
///             let mut found = primes.local();
///             found.extend((start..start + 100).filter(|n| *n > 1 && (2..*n).all(|m| n % m != 0)));
///         });
///     }
/// });
/// let mut primes = primes.into_vec();
/// primes.sort_unstable();
/// assert_eq!((primes.len(), primes[0], primes[77]), (78, 2, 397));
/// ```
///
/// With Bevy: `query.par_iter().for_each_init(|| found.local(), |found, item| found.push(item))`; with rayon the same.
pub struct ParCollect<'a, T> {
    alloc: &'a SmartAlloc,
    /// No code of the user's runs under the lock.
    parts: Mutex<Parts<'a, T>>,
}

/// A list of what tasks made, the newest first.
struct Parts<'a, T> {
    last: Link<'a, T>,
    len: usize,
}

type Link<'a, T> = Option<FrameBox<'a, Part<'a, T>>>;

struct Part<'a, T> {
    values: Option<FrameBox<'a, [T]>>,
    before: Link<'a, T>,
}

impl<'a, T> ParCollect<'a, T> {
    pub(crate) fn new(alloc: &'a SmartAlloc) -> Self {
        Self { alloc, parts: Mutex::new(Parts { last: None, len: 0 }) }
    }

    /// Makes a vector in the memory of the calling thread, whose elements join the others when it is dropped.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn local(&self) -> ParLocal<'_, 'a, T> {
        infallible(self.local_part())
    }

    /// Like [`local`](Self::local).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_local(&self) -> Result<ParLocal<'_, 'a, T>, AllocError> {
        self.local_part()
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn local_part<E: Failure>(&self) -> Result<ParLocal<'_, 'a, T>, E> {
        let frame = self.alloc.frame();
        // Taken now, so that nothing can fail where the vector is dropped.
        let part = FrameBox::from_owned(owned::boxed(frame, Part { values: None, before: None })?);
        Ok(ParLocal { all: self, part: Some(part), values: FrameVec::new(frame) })
    }

    /// Returns how many values have joined.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.lock().len
    }

    /// Returns whether no value has joined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves all values into a vector in the memory of the calling thread.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn into_vec(self) -> FrameVec<'a, T> {
        infallible(self.gather())
    }

    /// Like [`into_vec`](Self::into_vec). The values are dropped where it fails.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_into_vec(self) -> Result<FrameVec<'a, T>, AllocError> {
        self.gather()
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn gather<E: Failure>(self) -> Result<FrameVec<'a, T>, E> {
        let mut all = FrameVec::with_capacity(self.alloc.frame(), self.len())?;
        // There is room.
        all.extend(self);
        Ok(all)
    }
}

impl<'a, T> IntoIterator for ParCollect<'a, T> {
    type Item = T;
    type IntoIter = ParIntoIter<'a, T>;

    fn into_iter(self) -> ParIntoIter<'a, T> {
        let parts = mem::replace(&mut *self.parts.lock(), Parts { last: None, len: 0 });
        ParIntoIter { current: None, parts }
    }
}

impl<T> fmt::Debug for ParCollect<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParCollect").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<'a, T> Parts<'a, T> {
    /// Takes the newest part.
    fn pop(&mut self) -> Option<FrameBox<'a, [T]>> {
        let mut part = self.last.take()?;
        self.last = part.before.take();
        let values = part.values.take()?;
        self.len -= values.len();
        Some(values)
    }
}

impl<T> Drop for Parts<'_, T> {
    /// One after the other: as many parts as tasks would be as many calls deep.
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}

/// A vector of one task, whose elements join the others when this is dropped. It derefs to [`FrameVec`].
pub struct ParLocal<'c, 'a, T> {
    all: &'c ParCollect<'a, T>,
    part: Link<'a, T>,
    values: FrameVec<'a, T>,
}

impl<'a, T> Deref for ParLocal<'_, 'a, T> {
    type Target = FrameVec<'a, T>;

    #[inline]
    fn deref(&self) -> &FrameVec<'a, T> {
        &self.values
    }
}

impl<'a, T> DerefMut for ParLocal<'_, 'a, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut FrameVec<'a, T> {
        &mut self.values
    }
}

impl<T> Drop for ParLocal<'_, '_, T> {
    fn drop(&mut self) {
        let Some(mut part) = self.part.take().filter(|_| !self.values.is_empty()) else { return };
        // `take` leaves an empty vector of the same frame.
        let values = self.values.take().into_boxed();
        let added = values.len();
        part.values = Some(values);
        let mut parts = self.all.parts.lock();
        part.before = parts.last.take();
        parts.last = Some(part);
        parts.len += added;
    }
}

impl<T: fmt::Debug> fmt::Debug for ParLocal<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.values.fmt(f)
    }
}

/// The values of a [`ParCollect`].
pub struct ParIntoIter<'a, T> {
    current: Option<SliceIntoIter<'a, T>>,
    parts: Parts<'a, T>,
}

impl<T> Iterator for ParIntoIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(value) = self.current.as_mut().and_then(Iterator::next) {
                return Some(value);
            }
            self.current = Some(self.parts.pop()?.into_iter());
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.parts.len + self.current.as_ref().map_or(0, ExactSizeIterator::len);
        (left, Some(left))
    }
}

impl<T> ExactSizeIterator for ParIntoIter<'_, T> {}
impl<T> core::iter::FusedIterator for ParIntoIter<'_, T> {}

impl<T> fmt::Debug for ParIntoIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParIntoIter").field("left", &self.len()).finish()
    }
}

impl SmartAlloc {
    /// Collects what tasks on several threads make, each in the memory of its own thread: [`ParCollect`] has an example.
    ///
    /// The memory is that of the frame, under the tag of this handle, in a scope, too: a scope's own belongs to one thread.
    #[must_use]
    pub fn par_collect<T>(&self) -> ParCollect<'_, T> {
        ParCollect::new(self)
    }
}
