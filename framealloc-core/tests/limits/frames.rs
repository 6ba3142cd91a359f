//! The cases of frame memory, its collections, and what outlives frames by it.

use std::alloc::Layout;

use framealloc_core::collections::{CollectIn, CollectInto, FromFrameIterator};
use framealloc_core::{
    AllocConfig, AllocError, Frame, FrameBox, FrameMap, FrameSet, FrameString, FrameVec, Importance, RetentionPolicy,
    SmartAlloc,
};

use crate::refuse::Refusal::{self, Budget, Memory, Size};
use crate::refuse::Typed;
use crate::{Case, cases};

/// What frames can be refused by.
const FRAME: &[Refusal] = &[Budget, Memory];
/// The same, of calls that take a length.
const SIZED: &[Refusal] = &[Budget, Memory, Size];
/// A length alone.
const LENGTH: &[Refusal] = &[Size];
/// Regions have no budget of a thread.
const MEMORY: &[Refusal] = &[Memory];

/// More than a chunk holds.
const BIG: [u64; 2048] = [7; 2048];
const MANY: usize = 5000;

/// Cases of calls that `Frame` and `SmartAlloc` both have.
macro_rules! of_both {
    ($($call:literal $refusals:ident |$a:ident, $r:ident| $body:expr;)*) => {
        vec![$(
            Case { path: concat!("Frame::", $call), refusals: $refusals, run: |alloc, $r| alloc.scoped(|$a: &Frame| $body) },
            Case { path: concat!("SmartAlloc::", $call), refusals: $refusals, run: |$a: &SmartAlloc, $r| $body },
        )*]
    };
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = of_both! {
        "try_frame_alloc" FRAME |a, r| r.during(a.frame(), || a.try_frame_alloc::<[u64; 2048]>());
        "try_frame_box" FRAME |a, r| r.during(a.frame(), || a.try_frame_box(BIG));
        "try_frame_ref" FRAME |a, r| r.during(a.frame(), || a.try_frame_ref(BIG));
        "try_frame_leak" FRAME |a, r| r.during(a.frame(), || a.try_frame_leak(BIG));
        "try_frame_leak_from_iter" FRAME |a, r| r.during(a.frame(), || a.try_frame_leak_from_iter(BIG));
        "try_frame_bytes" FRAME |a, r| r.during(a.frame(), || a.try_frame_bytes(Layout::new::<[u64; 2048]>()));
        "try_frame_slice_copy" FRAME |a, r| r.during(a.frame(), || a.try_frame_slice_copy(&BIG));
        "try_frame_slice_clone" FRAME |a, r| r.during(a.frame(), || a.try_frame_slice_clone(&BIG));
        "try_frame_slice_fill_with" SIZED |a, r| r.during(a.frame(), || a.try_frame_slice_fill_with(r.length(MANY), |n| n));
        "try_frame_slice_fill_copy" SIZED |a, r| r.during(a.frame(), || a.try_frame_slice_fill_copy(r.length(MANY), 7_u64));
        "try_frame_slice_zeroed" SIZED |a, r| r.during(a.frame(), || a.try_frame_slice_zeroed::<u64>(r.length(MANY)));
        "try_frame_str" FRAME |a, r| { let text = text(); r.during(a.frame(), || a.try_frame_str(&text)) };
        "try_frame_box_with" FRAME |a, r| r.during(a.frame(), || a.try_frame_box_with(|| BIG));
        "try_frame_box_try_with" FRAME |a, r| r.during(a.frame(), || a.try_frame_box_try_with(|| Ok::<_, ()>(BIG)));
        "try_frame_slice_try_fill_with" SIZED |a, r|
            r.during(a.frame(), || a.try_frame_slice_try_fill_with(r.length(MANY), Ok::<_, ()>));
        "try_frame_slice_fill_default" SIZED |a, r|
            r.during(a.frame(), || a.try_frame_slice_fill_default::<u64>(r.length(MANY)));
        "try_frame_slice_uninit" SIZED |a, r| r.during(a.frame(), || a.try_frame_slice_uninit::<u64>(r.length(MANY)));
        "try_frame_slice_concat" FRAME |a, r| r.during(a.frame(), || a.try_frame_slice_concat(&[&BIG[..], &BIG[..]]));
        "try_frame_str_concat" FRAME |a, r| { let text = text(); r.during(a.frame(), || a.try_frame_str_concat(&[&text, &text])) };
        "try_frame_str_join" FRAME |a, r| { let text = text(); r.during(a.frame(), || a.try_frame_str_join(&[&text, &text], ", ")) };
        "try_frame_cstr" FRAME |a, r| { let text = text(); r.during(a.frame(), || a.try_frame_cstr(&text)) };
        "try_frame_share" FRAME |a, r| r.during(a.frame(), || a.try_frame_share(BIG));
        "try_frame_share_slice_copy" FRAME |a, r| r.during(a.frame(), || a.try_frame_share_slice_copy(&BIG));
        "try_frame_share_slice_clone" FRAME |a, r| r.during(a.frame(), || a.try_frame_share_slice_clone(&BIG));
        "try_frame_share_slice_fill_with" SIZED |a, r|
            r.during(a.frame(), || a.try_frame_share_slice_fill_with(r.length(MANY), |n| n));
        "try_frame_share_slice_from_iter" FRAME |a, r| r.during(a.frame(), || a.try_frame_share_slice_from_iter(BIG));
        "try_frame_share_str" FRAME |a, r| { let text = text(); r.during(a.frame(), || a.try_frame_share_str(&text)) };
        "try_frame_retained" FRAME |a, r| r.during(a.frame(), || a.try_frame_retained::<[u64; 2048]>(RetentionPolicy::Discard));
        "try_frame_with_importance" FRAME |a, r|
            r.during(a.frame(), || a.try_frame_with_importance::<[u64; 2048]>(Importance::Reusable));
        "try_frame_retain" FRAME |a, r| r.during(a.frame(), || a.try_frame_retain(BIG, RetentionPolicy::Discard));
        "try_frame_vec_with_capacity" SIZED |a, r| r.during(a.frame(), || a.try_frame_vec_with_capacity::<u64>(r.length(MANY)));
        "try_frame_slice_from_iter" FRAME |a, r| r.during(a.frame(), || a.try_frame_slice_from_iter(BIG));
        "try_frame_vec_from_array" FRAME |a, r| r.during(a.frame(), || a.try_frame_vec_from_array(BIG));
        "try_frame_vec_from_elem" SIZED |a, r| r.during(a.frame(), || a.try_frame_vec_from_elem(1_u64, r.length(MANY)));
        "try_frame_collect" FRAME |a, r| r.during(a.frame(), || a.try_frame_collect::<FrameVec<'_, u64>>(BIG));
        "try_frame_map_with_capacity" SIZED |a, r|
            r.during(a.frame(), || a.try_frame_map_with_capacity::<u64, u64>(r.length(MANY)));
        "try_frame_set_with_capacity" SIZED |a, r| r.during(a.frame(), || a.try_frame_set_with_capacity::<u64>(r.length(MANY)));
        "try_frame_deque_with_capacity" SIZED |a, r|
            r.during(a.frame(), || a.try_frame_deque_with_capacity::<u64>(r.length(MANY)));
        "try_frame_heap_with_capacity" SIZED |a, r| r.during(a.frame(), || a.try_frame_heap_with_capacity::<u64>(r.length(MANY)));
        "try_frame_sorted_map_with_capacity" SIZED |a, r|
            r.during(a.frame(), || a.try_frame_sorted_map_with_capacity::<u64, u64>(r.length(MANY)));
        "try_frame_string_with_capacity" FRAME |a, r| r.during(a.frame(), || a.try_frame_string_with_capacity(4 * MANY));
        "try_frame_format" FRAME |a, r| { let text = text(); r.during(a.frame(), || a.try_frame_format(format_args!("{text}"))) };
    };
    cases.extend(cases! {
        "Cursor::try_alloc" FRAME |a, r| { let mut cursor = a.cursor(); r.during(a.frame(), || cursor.try_alloc(BIG)) };
        "Cursor::try_boxed" FRAME |a, r| { let mut cursor = a.cursor(); r.during(a.frame(), || cursor.try_boxed(BIG)) };
        "Cursor::try_copy" FRAME |a, r| { let mut cursor = a.cursor(); r.during(a.frame(), || cursor.try_copy(&BIG)) };
        "Cursor::try_bytes" FRAME |a, r| {
            let mut cursor = a.cursor();
            r.during(a.frame(), || cursor.try_bytes(Layout::new::<[u64; 2048]>()))
        };
        "FrameBox::try_new_in" FRAME |a, r| r.during(a.frame(), || FrameBox::try_new_in(BIG, a.frame()));
        "FrameBox::try_from_iter_in" FRAME |a, r| r.during(a.frame(), || FrameBox::try_from_iter_in(BIG, a.frame()));
        "FrameBox::try_clone_in" FRAME |a, r| {
            let one = a.frame_box(BIG);
            r.during(a.frame(), || FrameBox::try_clone_in(&one, a.frame()))
        };
        // The allocator itself is made as `Box::new` makes: who refuses its few bytes ends the program.
        "SmartAlloc::try_new" LENGTH |a, r| {
            // The region stays: a second one as large would need no memory.
            let bytes = if r == Memory { 2 * MANY } else { r.length(MANY) };
            r.during(a.frame(), || SmartAlloc::try_new(AllocConfig::default().with_region(bytes)))
        };
        "SmartAlloc::try_with_frame_capacity" LENGTH |a, r|
            r.during(a.frame(), || SmartAlloc::try_with_frame_capacity(2 * r.length(MANY)));
        "Scratch::try_keep" MEMORY |a, r| {
            let region = a.scratch("refused");
            drop(region.frame_box(1_u8));
            let list = vec![1_u8; 3];
            r.during(region.frame(), || region.try_keep(list))?;
            r.during(region.frame(), || region.try_keep(BIG))
        };
    });
    cases.extend(of_vectors());
    cases.extend(of_strings());
    cases.extend(of_tables());
    cases
}

fn text() -> String {
    "x".repeat(3 * MANY)
}

/// A call on a vector without room for another element. A refused one leaves the elements as they are.
fn on_full<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut FrameVec<'_, u64>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut vec = alloc.frame_vec_with_capacity(2048);
    vec.extend(0..2048);
    let outcome = refusal.during(alloc.frame(), || call(&mut vec));
    if outcome.is_err() {
        assert!(vec.iter().copied().eq(0..2048) && vec.capacity() == 2048, "a refused call leaves the elements alone");
    }
    outcome
}

fn of_vectors() -> Vec<Case> {
    cases! {
        "FrameVec::try_push" FRAME |a, r| on_full(a, r, |vec| vec.try_push(1));
        "FrameVec::try_insert" FRAME |a, r| on_full(a, r, |vec| vec.try_insert(1000, 1));
        "FrameVec::try_reserve" SIZED |a, r| on_full(a, r, |vec| vec.try_reserve(r.length(1)));
        "FrameVec::try_reserve_exact" SIZED |a, r| on_full(a, r, |vec| vec.try_reserve_exact(r.length(MANY)));
        "FrameVec::try_extend_from_slice" FRAME |a, r| on_full(a, r, |vec| vec.try_extend_from_slice(&BIG));
        "FrameVec::try_extend_from_slice_copy" FRAME |a, r| on_full(a, r, |vec| vec.try_extend_from_slice_copy(&BIG));
        "FrameVec::try_extend" FRAME |a, r| on_full(a, r, |vec| vec.try_extend(BIG));
        "FrameVec::try_extend_from_within" FRAME |a, r| on_full(a, r, |vec| vec.try_extend_from_within(..));
        "FrameVec::try_append" FRAME |a, r| {
            let mut other = a.frame_vec_with_capacity(3);
            other.extend([1, 2, 3]);
            let outcome = on_full(a, r, |vec| vec.try_append(&mut other));
            assert_eq!(other.len(), if outcome.is_ok() { 0 } else { 3 });
            outcome
        };
        "FrameVec::try_split_off" FRAME |a, r| on_full(a, r, |vec| vec.try_split_off(10).map(drop));
        "FrameVec::try_push_mut" FRAME |a, r| on_full(a, r, |vec| vec.try_push_mut(1).map(|last| *last));
        "FrameVec::try_insert_mut" FRAME |a, r| on_full(a, r, |vec| vec.try_insert_mut(1000, 1).map(|made| *made));
        "FrameVec::try_splice" FRAME |a, r| on_full(a, r, |vec| vec.try_splice(5..9, BIG).map(drop));
        "FrameVec::try_extend_from_slices_copy" FRAME |a, r|
            on_full(a, r, |vec| vec.try_extend_from_slices_copy(&[&[1], &BIG]));
        "FrameVec::try_clone" FRAME |a, r| on_full(a, r, |vec| vec.try_clone().map(drop));
        "FrameVec::try_with_capacity_in" SIZED |a, r|
            r.during(a.frame(), || FrameVec::<u64>::try_with_capacity_in(r.length(MANY), a.frame()));
        "FrameVec::try_from_iter_in" FRAME |a, r| r.during(a.frame(), || FrameVec::try_from_iter_in(BIG, a.frame()));
        "ParCollect::try_local" FRAME |a, r| {
            let all = a.par_collect::<u64>();
            r.during(a.frame(), || all.try_local().map(drop))
        };
        "ParCollect::try_into_vec" FRAME |a, r| {
            let all = a.par_collect();
            all.local().extend(BIG);
            r.during(a.frame(), || all.try_into_vec().map(drop))
        };
        "CollectIn::try_collect_in" FRAME |a, r|
            r.during(a.frame(), || BIG.into_iter().try_collect_in::<FrameVec<'_, u64>>(a.frame()));
        "FromFrameIterator::try_from_frame_iter" FRAME |a, r|
            r.during(a.frame(), || FrameVec::<u64>::try_from_frame_iter(BIG, a.frame()));
        "CollectInto::try_collect_into" FRAME |a, r|
            r.during(a.frame(), || CollectInto::<FrameVec<'_, u64>>::try_collect_into(BIG, a.frame()));
        "FrameVec::try_resize" SIZED |a, r| on_full(a, r, |vec| vec.try_resize(r.length(MANY), 1));
        "FrameVec::try_resize_with" SIZED |a, r| on_full(a, r, |vec| vec.try_resize_with(r.length(MANY), || 1));
    }
}

/// A call on a text without room for another byte.
fn on_full_text<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut FrameString<'_>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut string = alloc.frame_string_with_capacity(3 * MANY);
    string.push_str(&text());
    let outcome = refusal.during(alloc.frame(), || call(&mut string));
    if outcome.is_err() {
        assert_eq!(string, *text(), "a refused call leaves the text alone");
    }
    outcome
}

fn of_strings() -> Vec<Case> {
    cases! {
        "FrameString::try_push" FRAME |a, r| on_full_text(a, r, |text| text.try_push('y'));
        "FrameString::try_push_str" FRAME |a, r| on_full_text(a, r, |text| text.try_push_str("yy"));
        "FrameString::try_insert_str" FRAME |a, r| on_full_text(a, r, |text| text.try_insert_str(5, "yy"));
        "FrameString::try_insert" FRAME |a, r| on_full_text(a, r, |text| text.try_insert(5, 'y'));
        "FrameString::try_extend" FRAME |a, r| on_full_text(a, r, |text| text.try_extend(["yy"]));
        "FrameString::try_extend_from_within" FRAME |a, r| on_full_text(a, r, |text| text.try_extend_from_within(..9));
        "FrameString::try_replace_range" FRAME |a, r| on_full_text(a, r, |text| text.try_replace_range(5..6, "yy"));
        "FrameString::try_split_off" FRAME |a, r| on_full_text(a, r, |text| text.try_split_off(10).map(drop));
        "FrameString::try_clone" FRAME |a, r| on_full_text(a, r, |text| text.try_clone().map(drop));
        "FrameString::try_with_capacity_in" SIZED |a, r|
            r.during(a.frame(), || FrameString::try_with_capacity_in(2 * r.length(2 * MANY), a.frame()));
        "FrameString::try_from_iter_in" FRAME |a, r| {
            let text = text();
            r.during(a.frame(), || FrameString::try_from_iter_in(text.chars(), a.frame()))
        };
        "FrameString::try_from_str_in" FRAME |a, r| {
            let text = text();
            r.during(a.frame(), || FrameString::try_from_str_in(&text, a.frame()))
        };
        "FrameString::try_from_utf8_lossy_in" FRAME |a, r| {
            let bytes = vec![0xff; MANY];
            r.during(a.frame(), || FrameString::try_from_utf8_lossy_in(&bytes, a.frame()))
        };
        "FrameString::try_from_utf16_in" FRAME |a, r| {
            let units: Vec<u16> = text().encode_utf16().collect();
            r.during(a.frame(), || FrameString::try_from_utf16_in(&units, a.frame()))
        };
        "FrameString::try_from_utf16_lossy_in" FRAME |a, r| {
            let units: Vec<u16> = text().encode_utf16().collect();
            r.during(a.frame(), || FrameString::try_from_utf16_lossy_in(&units, a.frame()))
        };
        "FrameString::try_reserve_exact" SIZED |a, r| on_full_text(a, r, |text| text.try_reserve_exact(r.length(1)));
        "FrameString::try_reserve" SIZED |a, r| on_full_text(a, r, |text| text.try_reserve(r.length(1)));
    }
}

/// A call on a map without room for another entry.
pub(crate) fn on_full_map<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut FrameMap<'_, usize, [u64; 64]>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut map = alloc.frame_map_with_capacity(100);
    (0..map.capacity()).for_each(|n| assert!(map.insert(n, [n as u64; 64]).is_none()));
    let full = map.len();
    let outcome = refusal.during(alloc.frame(), || call(&mut map));
    if outcome.is_err() {
        assert!(
            map.len() == full && (0..full).all(|n| map[&n] == [n as u64; 64]),
            "a refused call leaves the entries alone"
        );
    }
    outcome
}

/// A call on a set without room for another value.
pub(crate) fn on_full_set<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut FrameSet<'_, [usize; 64]>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut set = alloc.frame_set_with_capacity(100);
    (0..set.capacity()).for_each(|n| assert!(set.insert([n; 64])));
    let full = set.len();
    let outcome = refusal.during(alloc.frame(), || call(&mut set));
    if outcome.is_err() {
        assert!(
            set.len() == full && (0..full).all(|n| set.contains(&[n; 64])),
            "a refused call leaves the values alone"
        );
    }
    outcome
}

/// What is in none of them.
pub(crate) const NEW: usize = 1 << 20;

fn of_tables() -> Vec<Case> {
    cases! {
        "FrameMap::try_insert" FRAME |a, r| on_full_map(a, r, |map| map.try_insert(NEW, [1; 64]));
        "FrameMap::try_extend" FRAME |a, r| on_full_map(a, r, |map| map.try_extend([(NEW, [1; 64])]));
        "FrameMap::try_reserve" SIZED |a, r| on_full_map(a, r, |map| map.try_reserve(r.length(1)));
        "FrameSet::try_insert" FRAME |a, r| on_full_set(a, r, |set| set.try_insert([NEW; 64]));
        "FrameSet::try_extend" FRAME |a, r| on_full_set(a, r, |set| set.try_extend([[NEW; 64]]));
        "FrameSet::try_reserve" SIZED |a, r| on_full_set(a, r, |set| set.try_reserve(r.length(1)));
    }
}
