//! What a panel shows: figures of frames, taken at the end of each while the panel is shown.

use core::any::TypeId;
use core::marker::PhantomData;
use core::{fmt, mem};

use bevy_app::Main;
use bevy_ecs::resource::Resource;
use framealloc_core::{BudgetOutcome, FlightStats, Limit, SmartAlloc};

/// Frames of the timeline.
pub(super) const FRAMES: usize = 96;

/// What a budget said of a tag or a frame, the worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// There is no budget.
    #[default]
    Free,
    /// It holds.
    Within,
    /// It is beyond its soft limit.
    Near,
    /// It refused, warned, allowed or promoted.
    Over,
}

impl From<BudgetOutcome> for Verdict {
    fn from(outcome: BudgetOutcome) -> Self {
        if outcome == BudgetOutcome::SoftLimit { Self::Near } else { Self::Over }
    }
}

/// A frame of the timeline.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Column {
    pub(super) bytes: usize,
    pub(super) verdict: Verdict,
}

/// A tag, over the frames since the panel was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) path: &'static str,
    pub(super) budget: Option<usize>,
    /// The most of a frame since the panel was written.
    pub(super) bytes: usize,
    /// The most of any frame.
    pub(super) most: usize,
    pub(super) verdict: Verdict,
}

/// The figures of one allocator. What is in it is taken while the panel is shown.
#[derive(Resource)]
pub(super) struct Figures<M: Send + Sync + 'static> {
    /// Says how many calls there have been.
    calls: Option<fn() -> u64>,
    /// What it said last.
    calls_before: Option<u64>,
    pub(super) frame: u64,
    pub(super) bytes: usize,
    pub(super) high_water: usize,
    /// The timeline; the oldest frame is at `next`.
    columns: [Column; FRAMES],
    next: usize,
    /// The tags, in the order that the allocator has them in.
    pub(super) rows: Vec<Row>,
    /// The most calls of a frame since the panel was written; `None` where nobody counts.
    pub(super) heap_calls: Option<u64>,
    /// Requests of frame memory that went to the heap: the most of a frame.
    pub(super) heap_fallbacks: usize,
    pub(super) flights: FlightStats,
    /// What budgets that are of no tag said: of threads, systems and the whole.
    pub(super) other_budgets: Verdict,
    /// The panel shows these figures: the next frame begins new ones. Where none ends (a fixed timestep) they stay.
    shown: bool,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> Figures<M> {
    pub(super) fn new(calls: Option<fn() -> u64>) -> Self {
        Self {
            calls,
            calls_before: None,
            frame: 0,
            bytes: 0,
            high_water: 0,
            columns: [Column::default(); FRAMES],
            next: 0,
            rows: Vec::new(),
            heap_calls: None,
            heap_fallbacks: 0,
            flights: FlightStats::default(),
            other_budgets: Verdict::Free,
            shown: false,
            marker: PhantomData,
        }
    }

    /// What it was before anything was taken.
    pub(super) fn emptied(&self) -> Self {
        Self::new(self.calls)
    }

    /// The frames of the timeline, the oldest first.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column> + Clone {
        let (newer, older) = self.columns.split_at(self.next);
        older.iter().chain(newer).copied()
    }

    /// Takes the figures of the last frame.
    pub(super) fn sample(&mut self, alloc: &SmartAlloc) {
        let report = alloc.frame_report();
        if report.frame == self.frame {
            return; // A handle has kept the frame open.
        }
        if mem::take(&mut self.shown) {
            self.forget_window();
        }
        (self.frame, self.bytes, self.high_water) = (report.frame, report.bytes, report.high_water);
        self.flights = alloc.flight_stats();
        self.sample_tags(alloc);
        self.sample_heap(alloc);

        let mut worst = Verdict::Free;
        for event in alloc.budget_events() {
            let verdict = Verdict::from(event.outcome);
            worst = worst.max(verdict);
            let row = match event.limit {
                Limit::Tag(path) => self.rows.iter_mut().find(|row| row.path == path),
                _ => None,
            };
            let said = row.map_or(&mut self.other_budgets, |row| &mut row.verdict);
            *said = verdict.max(*said);
        }
        self.columns[self.next] = Column { bytes: report.bytes, verdict: worst };
        self.next = (self.next + 1) % FRAMES;
    }

    fn sample_tags(&mut self, alloc: &SmartAlloc) {
        let (mut position, mut fallbacks) = (0, 0);
        alloc.for_each_tag(|tag| {
            if self.rows.get(position).is_none_or(|row| row.path != tag.path) {
                let budget = alloc.config().tag_budgets().find(|(path, _)| *path == tag.path);
                let budget = budget.map(|(_, budget)| budget.bytes());
                let row = Row { path: tag.path, budget, bytes: 0, most: 0, verdict: at_rest(budget) };
                self.rows.insert(position, row);
            }
            let row = &mut self.rows[position];
            row.bytes = row.bytes.max(tag.bytes);
            row.most = tag.high_water;
            fallbacks += tag.heap_fallbacks;
            position += 1;
        });
        self.heap_fallbacks = self.heap_fallbacks.max(fallbacks);
    }

    fn sample_heap(&mut self, alloc: &SmartAlloc) {
        let calls = if let Some(calls) = self.calls {
            let now = calls();
            self.calls_before.replace(now).map(|before| now.saturating_sub(before))
        } else if Self::shows_pools() {
            let mut made = None;
            alloc.for_each_heap_tag(|tag| *made.get_or_insert(0) += tag.allocations + tag.frees);
            made
        } else {
            None // The heap is the whole process's: one panel is enough for it.
        };
        self.heap_calls = self.heap_calls.max(calls);
    }

    /// Whether pools are part of it: they are the whole process's, so that one panel is enough for them.
    pub(super) fn shows_pools() -> bool {
        TypeId::of::<M>() == TypeId::of::<Main>()
    }

    /// Has the next frame begin what is the most since the panel was written.
    pub(super) fn end_window(&mut self) {
        self.shown = true;
    }

    fn forget_window(&mut self) {
        for row in &mut self.rows {
            (row.bytes, row.verdict) = (0, at_rest(row.budget));
        }
        self.heap_calls = None;
        self.heap_fallbacks = 0;
        self.other_budgets = Verdict::Free;
    }
}

/// What is said of a budget that nothing has happened to.
fn at_rest(budget: Option<usize>) -> Verdict {
    if budget.is_some() { Verdict::Within } else { Verdict::Free }
}

/// A number of bytes, in the largest unit that it has one of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes(pub(super) usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
        let bytes = self.0 as f64;
        match self.0 {
            0..1024 => write!(f, "{} B", self.0),
            1024..0x10_0000 => write!(f, "{:.1} KiB", bytes / 1024.0),
            _ => write!(f, "{:.1} MiB", bytes / 1_048_576.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framealloc_core::{AllocConfig, Budget, BudgetPolicy};

    fn taken(alloc: &SmartAlloc) -> Figures<Main> {
        let mut figures = Figures::new(None);
        figures.sample(alloc);
        figures
    }

    #[test]
    fn a_tag_has_the_verdict_of_its_budget_and_forgets_it_with_the_window() {
        let warn = Budget::new(2048).with_policy(BudgetPolicy::Warn);
        let config = AllocConfig::default().with_tag_budget("over", warn).with_tag_budget("within", 1 << 20);
        let mut alloc = SmartAlloc::new(config);
        alloc.whole_frame(|alloc| {
            for tag in ["over", "within", "free"] {
                alloc.tagged(tag).frame_slice_fill_with(8192, |_| 1_u8);
            }
        });
        let mut figures = taken(&alloc);
        let of = |figures: &Figures<Main>, path: &str| {
            figures.rows.iter().find(|row| row.path == path).map(|row| (row.verdict, row.bytes >= 8192))
        };
        assert_eq!(of(&figures, "over"), Some((Verdict::Over, true)));
        assert_eq!(of(&figures, "within"), Some((Verdict::Within, true)));
        assert_eq!(of(&figures, "free"), Some((Verdict::Free, true)));
        assert_eq!(figures.columns().last().map(|column| column.verdict), Some(Verdict::Over));
        figures.end_window();
        figures.sample(&alloc);
        assert_eq!(of(&figures, "over"), Some((Verdict::Over, true)), "until another frame has ended");
        alloc.whole_frame(|_| {});
        figures.sample(&alloc);
        assert_eq!(of(&figures, "over"), Some((Verdict::Within, false)));
    }

    #[test]
    fn the_timeline_has_the_last_frames_the_oldest_first() {
        let mut alloc = SmartAlloc::default();
        let mut figures = Figures::<Main>::new(None);
        for frame in 0..FRAMES + 7 {
            alloc.whole_frame(|alloc| alloc.frame_slice_fill_with(64 * (frame + 1), |_| 1_u8).len());
            figures.sample(&alloc);
            figures.sample(&alloc); // the same frame counts once
        }
        let bytes: Vec<usize> = figures.columns().map(|column| column.bytes).collect();
        assert_eq!(bytes.len(), FRAMES);
        assert!(bytes.is_sorted());
        assert!((64 * 8..64 * 9).contains(&bytes[0]), "{}", bytes[0]);
    }

    #[test]
    fn calls_are_the_difference_of_two_frames() {
        use std::sync::atomic::{AtomicU64, Ordering};
        static CALLS: AtomicU64 = AtomicU64::new(100);
        let mut alloc = SmartAlloc::default();
        let mut figures = Figures::<Main>::new(Some(|| CALLS.load(Ordering::Relaxed)));
        let mut frame = |more| {
            CALLS.fetch_add(more, Ordering::Relaxed);
            alloc.whole_frame(|_| {});
            figures.sample(&alloc);
            figures.heap_calls
        };
        assert_eq!([frame(0), frame(3), frame(1)], [None, Some(3), Some(3)], "the most of a frame");
    }

    #[test]
    fn bytes_are_in_the_largest_unit() {
        let shown = [1023, 1536, 3 << 20].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(shown, ["1023 B", "1.5 KiB", "3.0 MiB"]);
    }
}
