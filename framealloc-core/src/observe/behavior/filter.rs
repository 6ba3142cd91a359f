//! The filter of one allocator: what it adds up at every end of a frame.

use super::BehaviorThresholds;
use super::report::{BehaviorReport, ObjectBehavior, PoolBehavior, SystemBehavior, TagBehavior};
use super::rules::{self, Finding};
use crate::pool_settings::PoolSettings;
use crate::probes::filter::state::{FilterHandle, Maker, Row, Seen};
use crate::probes::filter::{PromotedValue, SettledValue};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::pools::heap_counters;
use crate::rows::row_at;
use crate::tag::TagId;
use crate::{site, tag};

/// A tag since the filter was enabled.
#[derive(Clone, Copy, Default)]
struct TagRow {
    /// Without path and frames, which the report adds.
    behavior: TagBehavior,
    /// The first frame in which it was active, counted from 1; 0 if it was not.
    first_frame: u64,
    /// The process-wide count of its values on the heap at the last end of a frame.
    heap_taken: u64,
    /// In the running frame: promotions to the heap, requests to it, and whether anything happened.
    promoted_to_heap: u64,
    heap_now: u64,
    is_active: bool,
    raised: Raised,
}

struct PoolRow {
    pool: &'static PoolSettings,
    objects: ObjectBehavior,
    raised: Raised,
}

impl PoolRow {
    fn behavior(&self) -> PoolBehavior {
        PoolBehavior { name: self.pool.name, tag: self.pool.tag, objects: self.objects }
    }
}

/// A system that declares `no_heap` since the filter was enabled.
#[derive(Clone, Copy, Default)]
struct SystemRow {
    first_frame: u64,
    heap_calls: u64,
    heap_frames: u64,
    raised: Raised,
}

impl SystemRow {
    /// What is known at the end of frame `now`.
    fn behavior(&self, index: usize, now: u64) -> SystemBehavior {
        let Self { first_frame, heap_calls, heap_frames, .. } = *self;
        SystemBehavior { name: site::name_of(index), frames: now + 1 - first_frame, heap_calls, heap_frames }
    }
}

/// What was found at the last end of a frame, and raised when it was new: a bit for each rule.
#[derive(Clone, Copy, Default)]
struct Raised(u8);

impl Raised {
    /// Notes what is found now. Calls `raise` with what was not found at the last end of a frame.
    fn change(&mut self, found: impl Iterator<Item = Finding>, mut raise: impl FnMut(Finding)) {
        let before = core::mem::take(&mut self.0);
        for finding in found {
            let bit = 1 << finding.rule as u8;
            self.0 |= bit;
            if before & bit == 0 {
                raise(finding);
            }
        }
    }
}

pub(crate) struct Filter {
    thresholds: BehaviorThresholds,
    frames: u64,
    /// By the index of the tag.
    tags: Vec<TagRow>,
    pools: Vec<PoolRow>,
    /// By the index of the site.
    systems: Vec<SystemRow>,
    handle: FilterHandle,
}

impl ObjectBehavior {
    fn add(&mut self, row: &Row) {
        self.made += row.objects;
        self.sampled += row.sampled;
        self.estimated += row.made;
        self.freed_in_frame += row.freed;
    }
}

impl TagRow {
    /// What is known at the end of frame `now`, without the path.
    fn behavior(&self, now: u64) -> TagBehavior {
        TagBehavior { frames: now + 1 - self.first_frame, ..self.behavior }
    }

    fn add(&mut self, row: &Row) {
        self.is_active = true;
        self.heap_now += row.oversized;
        self.behavior.objects.add(row);
        self.behavior.late_requests += row.late;
        self.behavior.latest_request = self.behavior.latest_request.max(row.latest);
    }
}

impl Filter {
    pub(super) fn new(alloc: &SmartAlloc, thresholds: BehaviorThresholds) -> Self {
        let mut tags = vec![TagRow::default(); tag::count()];
        for (index, row) in tags.iter_mut().enumerate() {
            row.heap_taken = heap_counters::taken(index);
        }
        let handle = FilterHandle::begin(alloc.id(), thresholds.frame_survival_frames);
        Self { thresholds, frames: 0, tags, pools: Vec::new(), systems: Vec::new(), handle }
    }

    /// Retained values have found their place, or have dropped; the frame is about to end.
    pub(super) fn settle(&mut self, values: &[SettledValue]) {
        for SettledValue { tag, promoted } in values {
            let row = row_at(&mut self.tags, tag.index());
            row.is_active = true;
            row.behavior.retained += 1;
            if let Some(PromotedValue { bytes, frame_bytes, to_heap }) = promoted {
                row.behavior.promoted += 1;
                row.behavior.promoted_bytes += *bytes as u64;
                row.behavior.promoted_frame_bytes += *frame_bytes as u64;
                row.promoted_to_heap += u64::from(*to_heap && *bytes > 0);
            }
        }
    }

    /// The frame has ended, and the figures of the allocator are those of this frame.
    pub(crate) fn end(&mut self, alloc: &SmartAlloc) {
        self.frames += 1;
        let Self { frames, tags, pools, systems, handle, .. } = self;
        for (index, figures) in alloc.raw_tags().filter(|(_, figures)| figures.bytes > 0 || figures.fallbacks.count > 0)
        {
            let row = row_at(tags, index);
            row.is_active = true;
            row.behavior.frame_bytes += figures.bytes as u64;
            row.heap_now += figures.fallbacks.count as u64;
        }
        for index in 0..tag::count() {
            let taken = heap_counters::taken(index);
            if taken > 0 {
                let row = row_at(tags, index);
                row.heap_now += (taken - row.heap_taken).saturating_sub(row.promoted_to_heap);
                row.heap_taken = taken;
            }
        }
        // Rows of pools keep their order, and none goes.
        let mut own = 0;
        handle.end_frame(|seen| match seen {
            Seen::Row(row) => match row.maker {
                Maker::Tag(tag) => {
                    if row.objects + row.oversized + row.late > 0 {
                        row_at(tags, tag.index()).add(row);
                    }
                }
                Maker::Pool(pool) => {
                    if pools.len() == own {
                        pools.push(PoolRow { pool, objects: ObjectBehavior::default(), raised: Raised::default() });
                    }
                    pools[own].objects.add(row);
                    own += 1;
                }
            },
            Seen::Lives { tag, followed, mean } => {
                let behavior = &mut row_at(tags, tag.index()).behavior;
                (behavior.followed, behavior.mean_lifetime) = (followed, mean);
            }
        });
        for row in tags.iter_mut() {
            row.promoted_to_heap = 0;
            let requests = core::mem::take(&mut row.heap_now);
            if core::mem::take(&mut row.is_active) || requests > 0 {
                row.first_frame = if row.first_frame == 0 { *frames } else { row.first_frame };
                row.behavior.active_frames += 1;
                row.behavior.heap_requests += requests;
                row.behavior.heap_frames += u64::from(requests > 0);
            }
        }
        for (index, figures) in
            alloc.raw_sites().filter(|(index, figures)| figures.heap.calls > 0 && site::is_no_heap(*index))
        {
            let row = row_at(systems, index);
            row.first_frame = if row.first_frame == 0 { *frames } else { row.first_frame };
            row.heap_calls += figures.heap.calls as u64;
            row.heap_frames += 1;
        }
        self.raise(alloc);
    }

    /// Raises what was not found at the last end of a frame. Where nobody would hear of it, it is as if it had not been found.
    fn raise(&mut self, alloc: &SmartAlloc) {
        if !alloc.watch().is_watched() {
            return;
        }
        let Self { thresholds, frames, tags, pools, systems, .. } = self;
        for (index, row) in tags.iter_mut().enumerate().filter(|(_, row)| row.first_frame > 0) {
            let mut behavior = row.behavior(*frames);
            row.raised.change(rules::of_tag(&behavior, thresholds), |finding| {
                behavior.path = TagId::from_index(index).path();
                alloc.raise(finding.in_tag(&behavior).into_diagnostic());
            });
        }
        for row in pools {
            let behavior = row.behavior();
            row.raised.change(rules::of_pool(&behavior, thresholds), |finding| {
                alloc.raise(finding.in_pool(&behavior).into_diagnostic());
            });
        }
        for (index, row) in systems.iter_mut().enumerate().filter(|(_, row)| row.first_frame > 0) {
            let behavior = row.behavior(index, *frames);
            row.raised.change(rules::of_system(&behavior, thresholds), |finding| {
                alloc.raise(finding.in_system(&behavior).into_diagnostic());
            });
        }
    }

    pub(super) fn report(&self) -> BehaviorReport {
        let seen = self.tags.iter().enumerate().filter(|(_, row)| row.first_frame > 0);
        let tags =
            seen.map(|(index, row)| TagBehavior { path: TagId::from_index(index).path(), ..row.behavior(self.frames) });
        let seen = self.systems.iter().enumerate().filter(|(_, row)| row.first_frame > 0);
        let systems = seen.map(|(index, row)| row.behavior(index, self.frames));
        let mut report = BehaviorReport {
            enabled: true,
            frames: self.frames,
            issues: Vec::new(),
            tags: tags.collect(),
            pools: self.pools.iter().map(PoolRow::behavior).collect(),
            systems: systems.collect(),
        };
        // The order of first use is that of the threads.
        report.pools.sort_by_key(|pool| pool.name);
        report.systems.sort_by_key(|system| system.name);
        report.issues = rules::issues(&report, &self.thresholds);
        report
    }
}
