//! `frame_collect`: what can be made of an iterator in frame memory.

use core::hash::{BuildHasher, Hash};

use super::string::text::Text;
use super::{Frame, FrameDeque, FrameHeap, FrameMap, FrameSet, FrameSortedMap, FrameString, FrameVec};
use crate::error::AllocError;
use crate::raw::frames::boxes::FrameBox;

/// What [`SmartAlloc::frame_collect`](crate::SmartAlloc::frame_collect) makes of an iterator over `T`: `FromIterator` with a frame.
///
/// Implement it for collections of your own that live in frame memory:
/// ```
/// use framealloc_core::collections::FromFrameIterator;
/// use framealloc_core::{AllocError, Frame, FrameVec, SmartAlloc};
///
/// /// Sorted, without doubles.
/// struct Ids<'f>(FrameVec<'f, u32>);
///
/// impl<'f> FromFrameIterator<'f, u32> for Ids<'f> {
///     fn try_from_frame_iter(values: impl IntoIterator<Item = u32>, frame: &'f Frame) -> Result<Self, AllocError> {
///         let mut ids = FrameVec::try_from_frame_iter(values, frame)?;
///         ids.sort_unstable();
///         ids.dedup();
///         Ok(Self(ids))
///     }
/// }
///
/// let alloc = SmartAlloc::default();
/// let ids: Ids = alloc.frame_collect([3, 1, 3]);
/// assert_eq!(ids.0, [1, 3]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` in frame memory cannot be made of an iterator over `{T}`",
    label = "not what this is made of"
)]
pub trait FromFrameIterator<'f, T>: Sized {
    /// Makes one of what the iterator yields. `frame_collect` panics with the error, `try_frame_collect` returns it.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; what was made of the values until then is dropped.
    fn try_from_frame_iter(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError>;
}

/// The other side of [`FromFrameIterator`], as [`Into`] is that of [`From`]: so that `frame_collect::<FrameVec<_>>(iter)` names
/// what is made, and only that.
#[diagnostic::on_unimplemented(
    message = "`{C}` in frame memory cannot be made of an iterator over `{Self}`",
    label = "not what a `{C}` is made of"
)]
pub trait CollectInto<'f, C>: Sized {
    /// Calls [`FromFrameIterator::try_from_frame_iter`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    fn try_collect_into(values: impl IntoIterator<Item = Self>, frame: &'f Frame) -> Result<C, AllocError>;
}

impl<'f, T, C: FromFrameIterator<'f, T>> CollectInto<'f, C> for T {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_collect_into(values: impl IntoIterator<Item = Self>, frame: &'f Frame) -> Result<C, AllocError> {
        C::try_from_frame_iter(values, frame)
    }
}

/// `collect_in` on every iterator: `frame_collect` at the end of a chain of adapters.
///
/// ```
/// use framealloc_core::collections::CollectIn;
/// use framealloc_core::{FrameString, FrameVec, SmartAlloc};
///
/// let alloc = SmartAlloc::default();
/// let odd = [1, 2, 3].into_iter().filter(|n| n % 2 == 1).collect_in::<FrameVec<_>>(alloc.frame());
/// assert_eq!(odd, [1, 3]);
/// let initials: FrameString = "north gate".split(' ').map(|word| &word[..1]).collect_in(alloc.frame());
/// assert_eq!(initials, "ng");
/// ```
pub trait CollectIn: Iterator + Sized {
    /// Makes a collection in `frame` of what the iterator yields: see
    /// [`frame_collect`](crate::SmartAlloc::frame_collect).
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn collect_in<'f, C: FromFrameIterator<'f, Self::Item>>(self, frame: &'f Frame) -> C {
        frame.frame_collect(self)
    }

    /// Like [`Self::collect_in`]; what was made of the values until then is dropped.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_collect_in<'f, C: FromFrameIterator<'f, Self::Item>>(self, frame: &'f Frame) -> Result<C, AllocError> {
        frame.try_frame_collect(self)
    }
}

impl<I: Iterator> CollectIn for I {}

impl<'f, T> FromFrameIterator<'f, T> for FrameVec<'f, T> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError> {
        Self::collect_from(frame, values)
    }
}

impl<'f, T> FromFrameIterator<'f, T> for FrameBox<'f, [T]> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError> {
        Ok(FrameVec::collect_from::<AllocError>(frame, values)?.into_boxed())
    }
}

impl<'f, P: Text> FromFrameIterator<'f, P> for FrameString<'f> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(pieces: impl IntoIterator<Item = P>, frame: &'f Frame) -> Result<Self, AllocError> {
        let mut string = Self::new_in(frame);
        string.try_extend(pieces)?;
        Ok(string)
    }
}

impl<'f, P: Text> FromFrameIterator<'f, P> for FrameBox<'f, str> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(pieces: impl IntoIterator<Item = P>, frame: &'f Frame) -> Result<Self, AllocError> {
        Ok(FrameString::try_from_frame_iter(pieces, frame)?.into_boxed_str())
    }
}

/// Of two values with the same key the later one stays.
impl<'f, K: Eq + Hash, V, S: BuildHasher + Default> FromFrameIterator<'f, (K, V)> for FrameMap<'f, K, V, S> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(entries: impl IntoIterator<Item = (K, V)>, frame: &'f Frame) -> Result<Self, AllocError> {
        let entries = entries.into_iter();
        let mut map = Self::with_hasher(frame, S::default());
        map.try_reserve(entries.size_hint().0)?;
        map.try_extend(entries)?;
        Ok(map)
    }
}

impl<'f, T: Eq + Hash, S: BuildHasher + Default> FromFrameIterator<'f, T> for FrameSet<'f, T, S> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError> {
        let values = values.into_iter();
        let mut set = Self::with_hasher(frame, S::default());
        set.try_reserve(values.size_hint().0)?;
        set.try_extend(values)?;
        Ok(set)
    }
}

impl<'f, T> FromFrameIterator<'f, T> for FrameDeque<'f, T> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError> {
        Ok(FrameVec::collect_from::<AllocError>(frame, values)?.into())
    }
}

impl<'f, T: Ord> FromFrameIterator<'f, T> for FrameHeap<'f, T> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError> {
        Ok(FrameVec::collect_from::<AllocError>(frame, values)?.into())
    }
}

/// Of two values with the same key the later one stays.
impl<'f, K: Ord, V> FromFrameIterator<'f, (K, V)> for FrameSortedMap<'f, K, V> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(entries: impl IntoIterator<Item = (K, V)>, frame: &'f Frame) -> Result<Self, AllocError> {
        Ok(FrameVec::collect_from::<AllocError>(frame, entries)?.into())
    }
}

/// The collection if every value is `Ok`, else the first error; nothing is asked of the iterator after that.
impl<'f, T, E, C: FromFrameIterator<'f, T>> FromFrameIterator<'f, Result<T, E>> for Result<C, E> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(
        values: impl IntoIterator<Item = Result<T, E>>,
        frame: &'f Frame,
    ) -> Result<Self, AllocError> {
        let mut first_error = None;
        let values = values.into_iter().map_while(|value| value.map_err(|error| first_error = Some(error)).ok());
        let collected = C::try_from_frame_iter(values.fuse(), frame)?;
        Ok(match first_error {
            None => Ok(collected),
            Some(error) => {
                // First, while the error is a local: a value on its way out is lost where a drop panics after it.
                drop(collected);
                Err(error)
            }
        })
    }
}

/// The collection if every value is `Some`; nothing is asked of the iterator after the first `None`.
impl<'f, T, C: FromFrameIterator<'f, T>> FromFrameIterator<'f, Option<T>> for Option<C> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_from_frame_iter(values: impl IntoIterator<Item = Option<T>>, frame: &'f Frame) -> Result<Self, AllocError> {
        let mut complete = true;
        let values = values.into_iter().map_while(|value| {
            complete = value.is_some();
            value
        });
        let collected = C::try_from_frame_iter(values.fuse(), frame)?;
        Ok(complete.then_some(collected))
    }
}
