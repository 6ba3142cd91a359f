//! Where values wait: chunks that the values of one thread are written into one behind the other.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use crate::raw::mem::extents::End;
use crate::raw::mem::region::{self, Seal, Source};
use crate::sync::Witness;

/// What chunks are measured in: as aligned as most values are.
pub(super) type Word = MaybeUninit<u64>;

pub(super) const WORD: usize = size_of::<Word>();

/// Words of a chunk: 2 KiB with its link, and in models room for one value, so that they come to the end of it.
const WORDS: usize = if cfg!(framealloc_loom) { 2 * HEAD + LARGEST } else { 255 };

/// Words of the largest value that waits in a chunk. Who takes one out moves it, so it is not too large.
pub(super) const LARGEST: usize = if cfg!(framealloc_loom) { 4 } else { 32 };

// It has room in an empty chunk, with a head behind it.
const _: () = assert!(HEAD + LARGEST + HEAD <= WORDS);

/// Words of a head.
pub(super) const HEAD: usize = size_of::<Head>().div_ceil(WORD);

/// What is known of the type of a value that waits.
pub(super) struct Kind {
    /// Of the head and the value.
    pub(super) words: usize,
    /// Drops the value at this place.
    pub(super) drop: unsafe fn(*mut Word),
}

impl Kind {
    pub(super) const fn of<T>() -> &'static Self {
        /// # Safety
        /// `at` is a `T` that is not used again.
        unsafe fn drop_value<T>(at: *mut Word) {
            // SAFETY: by the contract.
            unsafe { at.cast::<T>().drop_in_place() };
        }
        const { &Self { words: words_of::<T>(), drop: drop_value::<T> } }
    }
}

/// What stands before each value.
pub(super) struct Head {
    /// Null: the values go on in the next chunk.
    pub(super) kind: *const Kind,
    pub(super) access: Witness,
}

impl Head {
    #[inline(always)]
    pub(super) fn of(kind: *const Kind) -> Self {
        Self { kind, access: Witness::new() }
    }
}

/// Words of a value and its head.
pub(super) const fn words_of<T>() -> usize {
    HEAD + size_of::<T>().div_ceil(WORD)
}

/// Whether values of this type wait in a chunk.
pub(super) const fn fits<T>() -> bool {
    align_of::<T>() <= align_of::<Word>() && size_of::<T>() <= LARGEST * WORD
}

/// A chunk, without a value when it is made.
#[repr(C)]
pub(super) struct Chunk {
    pub(super) next: *mut Chunk,
    pub(super) access: Witness,
    words: [Word; WORDS],
}

impl Chunk {
    /// `None` if that is refused.
    pub(super) fn make() -> Option<NonNull<Self>> {
        let memory = region::take(Layout::new::<Self>(), Source::PROCESS, End::Low, Seal::Holds);
        let chunk = memory.ok()?.cast::<Self>();
        // SAFETY: the memory is new and fits; the words need no value.
        unsafe {
            (&raw mut (*chunk.as_ptr()).next).write(ptr::null_mut());
            (&raw mut (*chunk.as_ptr()).access).write(Witness::new());
        }
        Some(chunk)
    }

    /// The first word, and the one behind the last one that a value may take: a head fits in there.
    ///
    /// # Safety
    /// `chunk` is a chunk.
    pub(super) unsafe fn bounds(chunk: NonNull<Self>) -> (*mut Word, *mut Word) {
        // SAFETY: by the contract; inside the chunk.
        unsafe {
            let first = (&raw mut (*chunk.as_ptr()).words).cast::<Word>();
            (first, first.add(WORDS - HEAD))
        }
    }

    /// Gives a list of chunks back. The values in them are gone.
    ///
    /// # Safety
    /// All of them were [made](Self::make), and nobody else has them.
    pub(super) unsafe fn free_all(mut list: *mut Self) {
        while let Some(chunk) = NonNull::new(list) {
            // SAFETY: by the contract.
            unsafe {
                (*chunk.as_ptr()).access.exclusive();
                list = (*chunk.as_ptr()).next;
                region::give(chunk.cast(), Layout::new::<Self>());
            }
        }
    }
}

/// A value that was taken out. It is dropped with this.
pub(crate) struct Retired {
    kind: &'static Kind,
    value: [Word; LARGEST],
}

impl Retired {
    /// Moves the value out of its chunk.
    ///
    /// # Safety
    /// `head` is that of a value that was written as its kind says, and that is not used there again.
    pub(super) unsafe fn take(head: *const Head, kind: &'static Kind) -> Self {
        let mut value = [Word::uninit(); LARGEST];
        // SAFETY: by the contract; values that wait in chunks have room here.
        unsafe { value.as_mut_ptr().copy_from_nonoverlapping(head.cast::<Word>().add(HEAD), kind.words - HEAD) };
        Self { kind, value }
    }
}

impl Drop for Retired {
    fn drop(&mut self) {
        // SAFETY: it was moved here (P14), and is dropped once.
        unsafe { (self.kind.drop)(self.value.as_mut_ptr()) };
    }
}
