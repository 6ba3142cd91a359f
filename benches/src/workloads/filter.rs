//! w: what the behaviour filter costs while it is on.
//!
//! What it costs while it is off is the difference between f1 in a build with the feature `memory_filter` and one without it. While any
//! filter is on, the pools of the whole process are watched, so those contenders are a workload of their own.

use std::hint::black_box;

use framealloc::{SmartAlloc, Tag};

use super::pools::{self, names};
use crate::harness::{Contender, Workload};
use crate::peers::allocator;

const TAGS: usize = 20;
const VALUES: u64 = 50;

/// The contender without a filter.
const OFF: &str = "filter off";

fn watched() -> SmartAlloc {
    let mut alloc = allocator();
    alloc.enable_behavior_filter();
    alloc
}

/// One function for both.
#[inline(never)]
fn frame(alloc: &mut SmartAlloc, tags: &[framealloc::TagId]) {
    for tag in tags {
        let frame = black_box(&*alloc).tagged(*tag);
        for value in 0..VALUES {
            frame.frame_box([value; 2]);
        }
    }
    alloc.end_frame();
}

fn frames() -> Vec<Contender> {
    let tags: Vec<_> = (0..TAGS).map(|tag| Tag::intern(&format!("filter_{tag}"))).collect();
    let contender = |name, mut alloc: SmartAlloc| {
        let tags = tags.clone();
        Contender::new(name, move || frame(&mut alloc, &tags))
    };
    vec![contender(OFF, allocator()), contender("filter on", watched())]
}

/// The filter turns its frame once in 1000 objects.
fn objects() -> Vec<Contender> {
    vec![pools::pairs_in_slab(), pools::pairs_in_frames("framealloc pool_box, filter on", watched())]
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![
        Workload {
            name: "w1",
            about: "an object of 64 bytes made and freed while the filter is on",
            operations: pools::PAIRS as f64,
            unit: "object",
            base: names::SLAB,
            contenders: objects,
        },
        Workload {
            name: "w2",
            about: "a frame of 20 tags with 50 values each",
            operations: 1.0,
            unit: "frame",
            base: OFF,
            contenders: frames,
        },
    ]
}
