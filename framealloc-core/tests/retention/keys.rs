//! A key finds its value, whatever was asked for before it.
#![forbid(unsafe_code)]

use framealloc_core::{Promoted, RetainKey, RetentionPolicy, SmartAlloc};

type Any = for<'a> fn(&'a u8) -> u8;
type Static = fn(&'static u8) -> u8;

#[test]
fn a_weakened_key_takes_nothing_from_the_right_one() {
    // Values are found by looking at all of them where they are few, by a table where they are many.
    for others in [0, 100] {
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        let first: Any = |value| *value + 1;
        let key: RetainKey<Any> = alloc.frame_retain(first, RetentionPolicy::PromoteToPool).key();
        for other in 0..others {
            alloc.frame_retain(other, RetentionPolicy::PromoteToHeap);
        }
        let weaker: RetainKey<Static> = key;
        let mut promotions = alloc.end_frame_with_promotions();
        assert!(promotions.take(weaker).is_none());
        assert_eq!(promotions.len(), others + 1);
        let taken = promotions.take(key).map(Promoted::into_inner).expect("the right key finds it");
        assert_eq!(taken(&7), 8);
        assert!(promotions.take(key).is_none());
        assert_eq!(promotions.len(), others);
    }
}

#[test]
fn a_weakened_key_finds_nothing_in_a_scratch_region_and_changes_nothing() {
    let mut alloc = SmartAlloc::default();
    let mut level = alloc.scratch("level");
    let first: Any = |value| *value + 1;
    let key = alloc.frame_retain(first, RetentionPolicy::PromoteToScratch("level")).key();
    let weaker: RetainKey<Static> = key;
    assert!(alloc.end_frame_with_promotions().take(weaker).is_none());
    assert!(level.promoted(weaker).is_none() && level.promoted_mut(weaker).is_none());
    assert_eq!(level.promoted(key).map(|value| value(&7)), Some(8));
    assert_eq!(level.promoted_mut(key).map(|value| value(&7)), Some(8));
}
