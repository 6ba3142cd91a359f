//! The memory of the behaviour filter is bounded by the tags, not by frames, objects or values; steady frames take none.

use std::collections::VecDeque;

use framealloc_core::{BehaviorThresholds, CountingAlloc, PoolBox, Promotion, RetentionPolicy, SmartAlloc, Tag, TagId};

#[path = "support/allocator.rs"]
mod allocator;

#[global_allocator]
static GLOBAL: CountingAlloc<allocator::Watching> = CountingAlloc::new(allocator::Watching::new());

const TAGS: usize = 500;

/// What a tag may take, in bytes: 64 promoted values that live are followed, with their addresses in a table.
const PER_TAG: usize = 5 << 10;

/// What a tag that promotes nothing may take.
const PER_QUIET_TAG: usize = 512;

/// What a filter takes before it sees anything: the sample of pool objects.
const FIXED: usize = 160 << 10;

/// A program whose own memory is steady.
struct Program {
    alloc: SmartAlloc,
    tags: Vec<TagId>,
    kept: VecDeque<PoolBox<usize>>,
    promotions: VecDeque<Vec<Promotion>>,
}

impl Program {
    /// A frame in which every tag takes and frees, and keeps a value for half a frame.
    fn frame(&mut self) {
        self.alloc.begin_frame();
        for (index, tag) in self.tags.iter().enumerate() {
            let alloc = self.alloc.tagged(*tag);
            drop((alloc.pool_box(index), alloc.heap_box(index)));
            self.kept.push_back(alloc.pool_box(index));
            self.kept.drain(..self.kept.len().saturating_sub(TAGS / 2));
        }
        self.alloc.end_frame();
    }

    /// A frame in which every tag promotes two values, which live for 40 frames: more than are followed.
    fn promoting_frame(&mut self) {
        self.alloc.begin_frame();
        for (index, tag) in self.tags.iter().enumerate() {
            for _ in 0..2 {
                self.alloc.tagged(*tag).frame_retain(index, RetentionPolicy::PromoteToPool);
            }
        }
        self.promotions.push_back(self.alloc.end_frame_with_promotions().into_iter().collect());
        if self.promotions.len() > 40 {
            self.promotions.pop_front();
        }
    }
}

/// Promotes 20 000 values of one tag in one frame.
fn promote_many(alloc: &mut SmartAlloc) -> Vec<Promotion> {
    alloc.begin_frame();
    for value in 0..20_000_u64 {
        alloc.tagged("memory::many").frame_retain(value, RetentionPolicy::PromoteToPool);
    }
    alloc.end_frame_with_promotions().into_iter().collect()
}

/// What that takes where everything it needs is there, while the values live.
fn taken_by_many_promotions(alloc: &mut SmartAlloc) -> isize {
    for _ in 0..3 {
        drop(promote_many(alloc));
    }
    let mut values = Vec::new();
    taken_by(|| values = promote_many(alloc))
}

fn calls_of(work: impl FnOnce()) -> usize {
    let before = CountingAlloc::thread_calls();
    work();
    usize::try_from((CountingAlloc::thread_calls() - before).allocations).expect("few")
}

fn signed(bytes: usize) -> isize {
    isize::try_from(bytes).expect("less than half of the memory")
}

fn taken_by(work: impl FnOnce()) -> isize {
    let before = allocator::held();
    work();
    allocator::held() - before
}

// One test: the pools, whose memory counts, are those of the whole process.
#[test]
fn memory_follows_the_tags() {
    let mut program = Program {
        alloc: SmartAlloc::default(),
        tags: (0..TAGS).map(|index| Tag::intern(&format!("memory::{index}"))).collect(),
        kept: VecDeque::with_capacity(2 * TAGS),
        promotions: VecDeque::with_capacity(64),
    };
    for _ in 0..100 {
        program.frame();
        program.promoting_frame();
    }
    let plain = calls_of(|| program.frame());
    let (objects, rest) = (TAGS, plain - TAGS);
    assert_eq!((objects, rest), (TAGS, 0), "a heap box takes one call, and nothing else any");

    let fixed = taken_by(|| program.alloc.enable_behavior_filter_with(BehaviorThresholds::strict()));
    assert!(fixed < signed(FIXED + PER_QUIET_TAG * TAGS), "{fixed} bytes when enabled");
    let quiet = fixed + taken_by(|| program.frame());
    assert!(quiet < signed(FIXED + PER_QUIET_TAG * TAGS), "{quiet} bytes with tags that promote nothing");
    if cfg!(feature = "diagnostics") {
        // Here somebody listens from the start: what comes up in the first frames is raised, which takes its texts.
        (0..50).for_each(|_| program.frame());
    }
    for _ in 0..50 {
        assert_eq!(calls_of(|| program.frame()), plain, "a steady frame takes nothing for the filter");
    }
    // The program's own memory is the same before and after 41 such frames.
    let busy = quiet + taken_by(|| (0..100).for_each(|_| program.promoting_frame()));
    assert!(busy < signed(FIXED + PER_TAG * TAGS), "{busy} bytes with tags that promote");
    for _ in 0..3 {
        let grown = taken_by(|| (0..100).for_each(|_| program.promoting_frame()));
        assert!(grown.abs() < (64 << 10), "{grown} bytes more after 100 frames");
    }
    let report = program.alloc.behavior_report();
    assert_eq!(report.tags.len(), TAGS);
    assert!(report.tags.iter().all(|tag| tag.followed > 40 && tag.promoted == 800), "{:?}", report.tags[0]);
    drop(report);
    let given_back = -taken_by(|| drop(program.alloc.disable_behavior_filter()));
    println!("{fixed} bytes when enabled, {quiet} quiet, {busy} busy, {given_back} given back");
    assert!((given_back - busy).abs() < (256 << 10), "{given_back} of {busy} bytes given back");

    let mut alloc = SmartAlloc::default();
    let own = taken_by_many_promotions(&mut alloc);
    let filter = taken_by(|| {
        alloc.enable_behavior_filter();
        drop(promote_many(&mut alloc));
    });
    let watched = taken_by_many_promotions(&mut alloc);
    assert!(
        filter + watched - own < signed(FIXED + PER_QUIET_TAG * TAGS),
        "{own} bytes for 20 000 promotions, {watched} + {filter} watched"
    );
}
