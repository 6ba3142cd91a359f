//! `Frame`: an arena together with the thread's arena set and the tag it belongs to. Also the regions of scopes.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::NonNull;

use super::accounts::Account;
use super::allocator::SmartAlloc;
use super::arena::Arena;
use super::one_thread::Shielded;
use super::thread_arenas::ThreadArenas;
use crate::probes::debug::Trail;
use crate::tag::{IntoTag, TagId, TagNameError};

/// Frame memory of this thread: an arena, only ever lent as `&Frame`.
///
/// [`SmartAlloc::frame`] lends the whole-frame arena, [`SmartAlloc::scoped`] and `#[frame_system]` lend the arena of a
/// scope, [`SmartAlloc::tagged`] that of a tag. Values made from a `&Frame` borrow it, so that one that escapes is a
/// compile error. A helper takes `&Frame` and works with all of them:
///
/// ```
/// use framealloc_core::{Frame, FrameBox, SmartAlloc};
///
/// fn doubled<'f>(frame: &'f Frame, values: &[u32]) -> FrameBox<'f, [u32]> {
///     frame.frame_slice_fill_with(values.len(), |i| values[i] * 2)
/// }
///
/// let alloc = SmartAlloc::default();
/// let sum = alloc.scoped(|frame| doubled(frame, &[1, 2, 3]).iter().sum::<u32>());
/// assert_eq!(sum, 12);
/// ```
///
/// It derefs to [`SmartAlloc`], so pools, heap and statistics are at hand, and `&Frame` goes where a function wants
/// `&SmartAlloc`. Such a function allocates *whole-frame* memory, though: helpers should take `&Frame`.
#[repr(C)]
pub struct Frame {
    arena: Arena,
    /// Names the allocator and the tag. Changed only at checkout, when nobody else holds this frame (I8).
    handle: ManuallyDrop<SmartAlloc>,
    link: Shielded<Link>,
}

/// How long what a frame lends may live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// A whole-frame arena, until the frame ends.
    Whole,
    /// The region of a scope, until that closes.
    Region,
    /// An arena of shared values, of which nothing is lent (I24).
    Shared,
}

/// Where a frame hangs in its thread's arena set.
pub(crate) struct Link {
    pub(crate) arenas: NonNull<ThreadArenas>,
    /// Next in the list of spare regions, or of the tagged children of one scope.
    pub(crate) next: *mut Frame,
    /// Regions that scopes of this frame opened for tags; they close with it.
    pub(crate) children: *mut Frame,
    /// Bytes of scopes that closed in this region under its present tag since the last end of a frame.
    pub(crate) attributed: usize,
    pub(crate) kind: FrameKind,
    /// Bytes that the gate granted the arena and has not got back (I19).
    pub(crate) granted: usize,
    /// The region of the system with a budget that this one opened in, or is; null for none.
    pub(crate) system: *const Frame,
    /// The budget of the system whose region this is.
    pub(crate) account: Option<Account>,
    /// Who opened the scope of this region, while it is open.
    pub(crate) opened: Trail,
    /// How far an arena of shared values was bumped when that was last attributed.
    pub(crate) counted: usize,
    /// The arena for what is shared from here, once it was looked up under the present tag; null until then.
    pub(crate) sharing: *const Frame,
}

impl Frame {
    pub(crate) fn new(arena: Arena, handle: SmartAlloc, arenas: NonNull<ThreadArenas>, kind: FrameKind) -> Self {
        arena.belongs_to(handle.id(), handle.tag_id());
        let link = Link {
            arenas,
            next: core::ptr::null_mut(),
            children: core::ptr::null_mut(),
            attributed: 0,
            kind,
            granted: 0,
            system: core::ptr::null(),
            account: None,
            opened: Trail::default(),
            counted: 0,
            sharing: core::ptr::null(),
        };
        Self { arena, handle: ManuallyDrop::new(handle), link: Shielded::new(link) }
    }

    #[inline(always)]
    pub(crate) fn arena(&self) -> &Arena {
        &self.arena
    }

    #[inline(always)]
    pub(crate) fn link(&self) -> *mut Link {
        self.link.get()
    }

    #[inline(always)]
    pub(crate) fn arenas(&self) -> &ThreadArenas {
        // SAFETY: heaps outlive their frames (I3), and a `&Frame` exists only on the heap's thread (I2).
        unsafe { (*self.link()).arenas.as_ref() }
    }

    /// Writes the tag at checkout.
    ///
    /// # Safety
    /// Nobody holds a reference to the frame: it was just taken from the spare list (I6, I8).
    pub(crate) unsafe fn set_tag(frame: NonNull<Self>, tag: TagId) {
        // SAFETY: by the contract.
        unsafe {
            (*(&raw mut (*frame.as_ptr()).handle).cast::<SmartAlloc>()).set_tag(tag);
            frame.as_ref().arena.belongs_to(frame.as_ref().id(), tag);
            (*frame.as_ref().link()).sharing = core::ptr::null();
        }
    }

    /// Returns the whole-frame view: what is allocated through it lives until the frame ends, not until the scope does.
    ///
    /// ```
    /// use framealloc_core::{FrameBox, SmartAlloc};
    ///
    /// let alloc = SmartAlloc::default();
    /// let frame = alloc.frame_scope();
    /// let kept: FrameBox<'_, u32> = frame.whole().frame_box(7);
    /// assert_eq!(*kept, 7);
    /// ```
    #[must_use]
    #[inline]
    pub fn whole(&self) -> &SmartAlloc {
        &self.handle
    }

    /// Returns the bytes handed out from this frame's arena since it was last reset, padding included. Shared values
    /// ([`SmartAlloc::frame_share`]) have memory of their own and are not among them; reports and statistics count both.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// alloc.scoped(|frame| {
    ///     let _value = frame.frame_box(1_u64);
    ///     assert!(frame.used_bytes() >= 8);
    /// });
    /// ```
    #[must_use]
    pub fn used_bytes(&self) -> usize {
        self.arena.used()
    }

    /// Returns the bytes that this frame's arena holds from the global allocator: used, free, or kept by the last reset.
    ///
    /// ```
    /// # let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.frame_slice_copy(&[0_u64; 1000]);
    /// assert!(alloc.frame().capacity_bytes() >= 8000);
    /// alloc.end_frame();
    /// assert!(alloc.frame().capacity_bytes() >= 8000);
    /// ```
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.arena.capacity()
    }

    /// Lends the arena of `tag`: of the whole frame for a whole-frame arena, of this scope for a scope.
    #[inline]
    pub(crate) fn frame_of_tag<E: From<TagNameError>>(&self, tag: impl IntoTag) -> Result<&Self, E> {
        let own = self.handle.tag_id();
        let id = match tag.resolve() {
            Ok(id) => id,
            Err(name) => self.arenas().nested(own, name)?,
        };
        // SAFETY: heaps outlive their frames (I3), and a `&Frame` exists only on the heap's thread (I2); plain reads of
        // the link.
        let known =
            if unsafe { (*self.link()).kind } == FrameKind::Whole { self.arenas().known_frame_of(id) } else { None };
        // One load or one call, and `self` is not among what it may be: where several loads and calls come together,
        // the compiler no longer sees that a value on the stack is not in that frame, and builds large values there, to
        // copy them.
        let frame = match known {
            Some(frame) => frame,
            None => self.frame_of_tag_slow(id),
        };
        // SAFETY: all live as long as this frame: whole-frame arenas as long as the allocator that `self` borrows,
        // children until their scope closes (I6, I7).
        Ok(unsafe { frame.as_ref() })
    }

    /// The tag is that of this frame, is used for the first time, or is one of a scope.
    #[cold]
    #[inline(never)]
    fn frame_of_tag_slow(&self, tag: TagId) -> NonNull<Self> {
        // SAFETY: heaps outlive their frames (I3), and a `&Frame` exists only on the heap's thread (I2); plain reads of
        // the link.
        match unsafe { (*self.link()).kind } {
            _ if tag == self.handle.tag_id() => NonNull::from(self),
            FrameKind::Whole | FrameKind::Shared => self.arenas().frame_of(tag),
            FrameKind::Region => self.child_of(tag),
        }
    }

    fn child_of(&self, tag: TagId) -> NonNull<Self> {
        let link = self.link();
        // SAFETY: the list holds open regions of this scope, on this thread (I6).
        unsafe {
            let mut at = (*link).children;
            while let Some(child) = NonNull::new(at) {
                if child.as_ref().handle.tag_id() == tag {
                    return child;
                }
                at = (*child.as_ref().link()).next;
            }
            let child = self.arenas().open(tag);
            if self.arenas().is_gating() {
                self.arenas().adopt(child, self);
            }
            (*child.as_ref().link()).next = (*link).children;
            (*link).children = child.as_ptr();
            child
        }
    }
}

impl Deref for Frame {
    type Target = SmartAlloc;

    #[inline(always)]
    fn deref(&self) -> &SmartAlloc {
        &self.handle
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("tag", &self.handle.tag_id().path())
            .field("used_bytes", &self.used_bytes())
            .finish_non_exhaustive()
    }
}

/// A region checked out of the thread's arena set, returned when dropped.
///
/// Regions share no memory, so nesting, any order of drops and forgetting are all sound without a check.
pub(crate) struct Region<'a> {
    frame: NonNull<Frame>,
    owner: PhantomData<&'a Frame>,
}

impl<'a> Region<'a> {
    /// Opens a region of `parent`'s thread.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn open(parent: &'a Frame, tag: TagId) -> Self {
        let arenas = parent.arenas();
        let frame = arenas.open(tag);
        if arenas.is_gating() {
            arenas.adopt(frame, parent);
        }
        // SAFETY: the region was just checked out: nobody else has it (I6).
        unsafe { (*frame.as_ref().link()).opened = Trail::of_scope() };
        Self { frame, owner: PhantomData }
    }

    /// Opens a region that may hold `bytes` bytes, with what opens in it.
    #[cold]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn open_limited(parent: &'a Frame, tag: TagId, name: &'static str, bytes: usize) -> Self {
        let frame = parent.arenas().open(tag);
        parent.arenas().limit_system(frame, name, bytes);
        Self { frame, owner: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn frame(&self) -> &Frame {
        // SAFETY: the region is ours until we drop (I6); on its own thread, as `Region` is not `Send`.
        unsafe { self.frame.as_ref() }
    }

    /// The arena set of the thread, which is there when the region is closed, too.
    #[inline(always)]
    pub(super) fn arenas(&self) -> &'a ThreadArenas {
        // SAFETY: heaps outlive their frames, that of the parent which `'a` borrows as well (I3); on their thread (I2).
        unsafe { (*self.frame().link()).arenas.as_ref() }
    }

    /// Closes the region, and returns how far it and those of the tags opened under it were bumped.
    #[inline(always)]
    pub(super) fn close(self) -> usize {
        ManuallyDrop::new(self).close_once()
    }

    /// By [`close`](Self::close) or by the drop, and nothing is done with the region after it.
    #[inline(always)]
    fn close_once(&mut self) -> usize {
        let arenas = self.arenas();
        // SAFETY: `frame` borrows `self`, so nothing handed out is alive; the region was opened once (I5, I6).
        unsafe { arenas.close(self.frame) }
    }
}

impl Drop for Region<'_> {
    #[inline]
    fn drop(&mut self) {
        self.close_once();
    }
}
