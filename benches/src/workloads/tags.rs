//! k: what tags cost.

use std::hint::black_box;

use framealloc::{Frame, Tag};

use super::names;
use crate::harness::{Contender, Workload};
use crate::peers::allocator;

/// The contender without tags.
pub(crate) const OFF: &str = "frame(), no tag";

const SCOPES: u64 = 100;
const VALUES: u64 = 10;

static PHYSICS: Tag = Tag::new("physics");

/// One function for both, never inlined: what differs is the arena, not where the compiler placed a loop.
#[inline(never)]
fn thousand(frame: &Frame) {
    for index in 0..SCOPES * VALUES {
        frame.frame_box([index; 2]);
    }
}

fn hoisted() -> Vec<Contender> {
    let frames = |name, frame: fn(&framealloc::SmartAlloc) -> &Frame| {
        let mut alloc = allocator();
        Contender::new(name, move || {
            thousand(frame(black_box(&alloc)));
            alloc.end_frame();
        })
    };
    vec![frames(names::HOISTED, framealloc::SmartAlloc::frame), frames(names::TAGGED, |alloc| alloc.tagged(&PHYSICS))]
}

#[inline(always)]
fn ten(frame: &Frame) {
    for index in 0..VALUES {
        frame.frame_box([index; 2]);
    }
}

fn per_scope() -> Vec<Contender> {
    let scopes = |name, body: fn(&framealloc::SmartAlloc)| {
        let mut alloc = allocator();
        Contender::new(name, move || {
            for _ in 0..SCOPES {
                body(black_box(&alloc));
            }
            alloc.end_frame();
        })
    };
    vec![
        scopes(OFF, |alloc| ten(alloc.frame())),
        scopes("tagged(&TAG)", |alloc| ten(alloc.tagged(&PHYSICS))),
        scopes("with_tag(\"name\")", |alloc| alloc.with_tag("ai", ten)),
        scopes("with_tag, nested", |alloc| alloc.with_tag("ai", |frame| frame.with_tag("pathfinding", ten))),
        scopes("scoped, then tagged", |alloc| alloc.scoped(|frame| ten(frame.tagged(&PHYSICS)))),
    ]
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![
        Workload {
            name: "k1",
            about: "1000 values of 16 bytes, the tag looked up once",
            operations: (SCOPES * VALUES) as f64,
            unit: "value",
            base: names::HOISTED,
            contenders: hoisted,
        },
        Workload {
            name: "k10",
            about: "10 values of 16 bytes for each lookup of the tag",
            operations: SCOPES as f64,
            unit: "lookup",
            base: OFF,
            contenders: per_scope,
        },
    ]
}
