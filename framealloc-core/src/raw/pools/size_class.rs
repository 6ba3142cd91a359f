//! Size classes: the pools that serve every type without one of its own.

use super::pool::RawPool;
use super::slab::{MAX_ALIGN, MAX_SLOT};
use crate::pool_settings::{PoolGrowth, PoolSettings};
use crate::sync::{const_unless_loom, static_unless_loom};

/// Classes: 16 to 128 bytes by 16, then four per doubling to 8 KiB.
pub(crate) const CLASSES: usize = 32;

/// The class that holds `size` bytes, counted from 1. Arithmetic, because a table in another crate is not folded.
///
/// A class fits every alignment of a Rust value of its size: sizes are multiples of the alignment, and rounding one up to the
/// next class keeps it one.
#[inline(always)]
pub(crate) const fn class_of(size: usize) -> usize {
    debug_assert!(size > 0 && size <= MAX_SLOT);
    if size <= 128 {
        return size.div_ceil(16);
    }
    let last = size - 1;
    let doubling = last.ilog2() as usize;
    9 + (doubling - 7) * 4 + ((last >> (doubling - 2)) & 3)
}

/// Whether a value of this layout is served by a class; otherwise it goes to the heap.
#[inline(always)]
pub(crate) const fn is_served(size: usize, align: usize) -> bool {
    size <= MAX_SLOT && align <= MAX_ALIGN
}

static_unless_loom! {
    /// The class pools, in the order of their indices less one.
    pub(crate) static POOLS: [RawPool; CLASSES] = pools();
}

macro_rules! classes {
    ($($size:literal)*) => {
        #[allow(dead_code, reason = "the oldest compiler does not count the use by the check below")]
        const SIZES: [usize; CLASSES] = [$($size),*];

        const_unless_loom! {
            fn pools() -> [RawPool; CLASSES] {
                [$(
                    RawPool::with_index(
                        $size,
                        align_of::<usize>(),
                        PoolSettings {
                            name: concat!("class of ", $size, " bytes"),
                            tag: None,
                            capacity: 0,
                            growth: PoolGrowth::Single,
                            prewarm: false,
                        },
                        class_of($size),
                    )
                ),*]
            }
        }
    };
}

classes! {
    16 32 48 64 80 96 112 128
    160 192 224 256 320 384 448 512
    640 768 896 1024 1280 1536 1792 2048
    2560 3072 3584 4096 5120 6144 7168 8192
}

// The arithmetic and the table say the same, for every size.
const _: () = {
    let (mut size, mut class) = (1, 0);
    while size <= MAX_SLOT {
        if size > SIZES[class] {
            class += 1;
        }
        assert!(class_of(size) == class + 1, "the arithmetic and the table of size classes differ");
        size += 1;
    }
};
