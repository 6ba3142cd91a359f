//! A stable sort that needs no memory. The standard library's asks the global allocator for some, which frames do not.

use core::cmp::Ordering;

/// Up to so many elements are sorted by insertion.
const SHORT: usize = 16;

/// Sorts, equal elements in the order that they had. A comparison that panics loses none.
pub(super) fn sort<T>(values: &mut [T], compare: &mut impl FnMut(&T, &T) -> Ordering) {
    if values.len() <= SHORT {
        insert_each(values, compare);
        return;
    }
    let middle = values.len() / 2;
    sort(&mut values[..middle], compare);
    sort(&mut values[middle..], compare);
    merge(values, middle, compare);
}

fn insert_each<T>(values: &mut [T], compare: &mut impl FnMut(&T, &T) -> Ordering) {
    for next in 1..values.len() {
        let mut at = next;
        while at > 0 && compare(&values[at - 1], &values[at]) == Ordering::Greater {
            values.swap(at - 1, at);
            at -= 1;
        }
    }
}

/// Merges two sorted runs, of which the second begins at `middle`; among equal elements those of the first come first.
///
/// The longer run is halved, the other is cut where the half would go, and what is between the cuts changes places by a
/// rotation; that leaves two smaller merges. O(n log n) moves in all, and O(m log n) comparisons where one run has m elements.
pub(super) fn merge<T>(values: &mut [T], middle: usize, compare: &mut impl FnMut(&T, &T) -> Ordering) {
    let (left, right) = (middle, values.len() - middle);
    if left == 0 || right == 0 || compare(&values[middle - 1], &values[middle]) != Ordering::Greater {
        return;
    }
    if left + right == 2 {
        values.swap(0, 1);
        return;
    }
    let (first, second) = if left >= right {
        let first = left / 2;
        let pivot = &values[first];
        let second = middle + values[middle..].partition_point(|value| compare(value, pivot) == Ordering::Less);
        (first, second)
    } else {
        let second = middle + right / 2;
        let pivot = &values[second];
        (values[..middle].partition_point(|value| compare(value, pivot) != Ordering::Greater), second)
    };
    values[first..second].rotate_left(middle - first);
    let (before, behind) = values.split_at_mut(first + (second - middle));
    merge(before, first, compare);
    merge(behind, middle - first, compare);
}
