//! Tables by index that are as long as the highest index in use: of tags, systems, phases, threads.

use crate::closed::{self, Owner};
use crate::raw::global::zone::HeapZone;

/// Returns the row with this index. A table that is too short grows by rows of nothing.
#[inline]
pub(crate) fn row_at<T: Clone + Default>(rows: &mut Vec<T>, index: usize) -> &mut T {
    // Looked at once: whether there is such a row, and not again to find it.
    if index < rows.len() {
        return &mut rows[index];
    }
    grow(rows, index)
}

#[cold]
#[inline(never)]
fn grow<T: Clone + Default>(rows: &mut Vec<T>, index: usize) -> &mut T {
    // It is our memory that grows, in whichever system that happens.
    let _growth = HeapZone::growth();
    if rows.capacity() <= index {
        closed::table_grows(Owner::Process, "figures", (index + 1 - rows.len()) * size_of::<T>());
    }
    rows.resize(index + 1, T::default());
    &mut rows[index]
}
