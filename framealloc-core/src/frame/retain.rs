//! Retention: values that may outlive their frame, and where they go when it ends.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use super::Frame;
use crate::SmartAlloc;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::frames::promotions::Name;
use crate::raw::frames::promotions::RetentionPolicy;
use crate::raw::frames::retained::{RetainPlace, RetainedRef};

/// How much a value is worth keeping: a policy, and who goes first where promotions are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Importance {
    /// Not at all: dropped with the frame.
    Ephemeral,
    /// It saves work: to a pool.
    Reusable,
    /// It is needed: to the heap, before all others.
    Persistent,
    /// It belongs to the scratch region of this name.
    Scratch(&'static str),
}

impl Importance {
    /// Returns the policy that goes with it.
    #[must_use]
    pub const fn policy(self) -> RetentionPolicy {
        match self {
            Self::Ephemeral => RetentionPolicy::Discard,
            Self::Reusable => RetentionPolicy::PromoteToPool,
            Self::Persistent => RetentionPolicy::PromoteToHeap,
            Self::Scratch(name) => RetentionPolicy::PromoteToScratch(name),
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Ephemeral => 0,
            Self::Reusable | Self::Scratch(_) => RANK,
            Self::Persistent => RANK + 1,
        }
    }
}

/// The rank of values that were retained with a policy only.
const RANK: u8 = 1;

/// A place in frame memory for a value that may be retained. It is empty until [`write`](Self::write).
#[must_use = "nothing is retained before `write`"]
pub struct RetainedSlot<'f, T> {
    place: RetainPlace<'f, T>,
    policy: RetentionPolicy,
    rank: u8,
}

impl<'f, T: Send + 'static> RetainedSlot<'f, T> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn find<E: Failure>(frame: &'f Frame, policy: RetentionPolicy, rank: u8) -> Result<Self, E> {
        Ok(Self { place: RetainPlace::find(frame)?, policy, rank })
    }

    /// Moves the value in.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn write(self, value: T) -> FrameRetained<'f, T> {
        FrameRetained(self.place.write(value, self.policy, self.rank))
    }
}

impl<T> fmt::Debug for RetainedSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetainedSlot").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// A value in frame memory that is moved to its new home, or dropped, when the frame ends: by whichever thread ends it.
///
/// Dropping this changes nothing: what becomes of the value is decided at the end of the frame and only there.
/// [`key`](Self::key) names it for afterwards.
///
/// ```
/// use framealloc_core::{RetentionPolicy, SmartAlloc};
///
/// let mut alloc = SmartAlloc::default();
/// alloc.begin_frame();
/// let mut path = alloc.frame_retain(vec![1, 2], RetentionPolicy::PromoteToPool);
/// path.push(3);
/// let key = path.key();
///
/// let mut promotions = alloc.end_frame_with_promotions();
/// let path = promotions.take(key).unwrap();
/// assert_eq!(*path, [1, 2, 3]);
/// ```
///
/// Like all of frame memory it cannot be used after its frame:
/// ```compile_fail,E0502
/// # use framealloc_core::{RetentionPolicy, SmartAlloc};
/// # let mut alloc = SmartAlloc::default();
/// let path = alloc.frame_retain(vec![1], RetentionPolicy::PromoteToPool);
/// let promotions = alloc.end_frame_with_promotions();
/// assert_eq!(path.len(), 1);
/// ```
pub struct FrameRetained<'f, T>(RetainedRef<'f, T>);

impl<T> FrameRetained<'_, T> {
    /// Returns the name of the value, which the promotions of its frame know.
    #[must_use]
    pub fn key(&self) -> RetainKey<T> {
        RetainKey { name: self.0.name(), value: PhantomData }
    }

    /// Returns what happens to the value when the frame ends.
    #[must_use]
    pub fn policy(&self) -> RetentionPolicy {
        self.0.policy()
    }

    /// Changes what happens to the value when the frame ends.
    pub fn set_policy(&mut self, policy: RetentionPolicy) {
        self.0.set_policy(policy);
    }

    /// Lets the value be dropped with the frame after all.
    pub fn discard(mut self) {
        self.0.set_policy(RetentionPolicy::Discard);
    }
}

impl<T> Deref for FrameRetained<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.value()
    }
}

impl<T> DerefMut for FrameRetained<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.0.value_mut()
    }
}

impl<T: fmt::Debug> fmt::Debug for FrameRetained<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The name of a retained value: `Copy`, free of lifetimes, and good for the promotions of its frame only.
pub struct RetainKey<T> {
    name: Name,
    value: PhantomData<fn() -> T>,
}

impl<T> RetainKey<T> {
    pub(crate) fn name(self) -> Name {
        self.name
    }
}

impl<T> Clone for RetainKey<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RetainKey<T> {}

impl<T> PartialEq for RetainKey<T> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<T> Eq for RetainKey<T> {}

impl<T> core::hash::Hash for RetainKey<T> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl<T> fmt::Debug for RetainKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetainKey").field("type", &core::any::type_name::<T>()).finish_non_exhaustive()
    }
}

macro_rules! retain_methods {
    ($this:ident => $frame:expr) => {
        /// Makes a place for a value that may outlive the frame. It lives in whole-frame memory, also from a scope.
        ///
        /// ```
        /// # use framealloc_core::{RetentionPolicy, SmartAlloc};
        /// # let mut alloc = SmartAlloc::default();
        /// let navmesh = alloc.frame_retained::<Vec<u32>>(RetentionPolicy::PromoteToHeap).write(vec![1, 2, 3]);
        /// let key = navmesh.key();
        /// let mut promotions = alloc.end_frame_with_promotions();
        /// assert_eq!(promotions.take(key).map(|mesh| mesh.len()), Some(3));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_retained<T: Send + 'static>(&self, policy: RetentionPolicy) -> RetainedSlot<'_, T> {
            let $this = self;
            infallible(RetainedSlot::find($frame, policy, RANK))
        }

        /// Like [`Self::frame_retained`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_retained<T: Send + 'static>(
            &self,
            policy: RetentionPolicy,
        ) -> Result<RetainedSlot<'_, T>, AllocError> {
            let $this = self;
            RetainedSlot::find($frame, policy, RANK)
        }

        /// Like [`Self::frame_retained`], by how much the value is worth keeping.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_with_importance<T: Send + 'static>(&self, importance: Importance) -> RetainedSlot<'_, T> {
            let $this = self;
            infallible(RetainedSlot::find($frame, importance.policy(), importance.rank()))
        }

        /// Like [`Self::frame_with_importance`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_with_importance<T: Send + 'static>(
            &self,
            importance: Importance,
        ) -> Result<RetainedSlot<'_, T>, AllocError> {
            let $this = self;
            RetainedSlot::find($frame, importance.policy(), importance.rank())
        }

        /// Moves a value that may outlive the frame into it.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses; the value is dropped.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_retain<T: Send + 'static>(&self, value: T, policy: RetentionPolicy) -> FrameRetained<'_, T> {
            self.frame_retained(policy).write(value)
        }

        /// Like [`Self::frame_retain`]; the value is dropped where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_retain<T: Send + 'static>(
            &self,
            value: T,
            policy: RetentionPolicy,
        ) -> Result<FrameRetained<'_, T>, AllocError> {
            Ok(self.try_frame_retained(policy)?.write(value))
        }
    };
}

impl Frame {
    retain_methods!(this => this);
}

impl SmartAlloc {
    retain_methods!(this => this.frame());
}
