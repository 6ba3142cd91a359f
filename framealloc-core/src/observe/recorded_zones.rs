//! What zones did, as recordings have it: from one end of a frame to the next.

use framealloc_trace::ZoneFigures;

use crate::raw::global::ambient::figures::{RowCounts, counts};
use crate::tag;

/// What zones had done when the last frame ended, by the index of their tag.
#[derive(Debug)]
pub(super) struct RecordedZones(Vec<RowCounts>);

impl RecordedZones {
    /// Everything until now is before the recording.
    pub(super) fn begin() -> Self {
        Self(counts(tag::count()).collect())
    }

    /// Fills the list of the frame that ends: tags that pin something, or of which something escaped since the last one.
    pub(super) fn end_frame(&mut self, zones: &mut Vec<ZoneFigures>, mut define: impl FnMut(usize)) {
        zones.clear();
        for (index, now) in counts(tag::count()).enumerate() {
            if self.0.len() <= index {
                self.0.push(RowCounts::default());
            }
            let before = core::mem::replace(&mut self.0[index], now);
            let since = RowCounts {
                escaped: now.escaped.wrapping_sub(before.escaped),
                refused: now.refused.wrapping_sub(before.refused),
                exhausted: now.exhausted.wrapping_sub(before.exhausted),
                ..now
            };
            if since != RowCounts::default() {
                define(index);
                zones.push(figures(index, since));
            }
        }
    }
}

fn figures(index: usize, since: RowCounts) -> ZoneFigures {
    let RowCounts { pinned_bytes, escaped, refused, exhausted } = since;
    ZoneFigures {
        id: u32::try_from(index).unwrap_or(u32::MAX),
        pinned: pinned_bytes as u64,
        escaped: escaped as u64,
        refused: refused as u64,
        exhausted: exhausted as u64,
    }
}
