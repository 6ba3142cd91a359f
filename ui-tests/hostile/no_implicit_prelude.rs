//! Expansions need no prelude.

#![no_implicit_prelude]
#![deny(warnings)]
#![forbid(unsafe_code)]

use ::framealloc::{Pooled, SmartAlloc, alloc_tag, effects, frame_system, no_block, no_heap, pooled};

#[frame_system(tag = "physics", budget = "64KiB", no_heap, out = frame)]
fn step(alloc: &SmartAlloc) -> u32 {
    *frame.frame_box(*alloc.frame_box(3))
}

#[frame_system]
fn tick(alloc: &mut SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[alloc_tag("ai")]
fn think(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[alloc_tag("ai")]
async fn plan(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[::core::prelude::v1::derive(Pooled)]
#[pooled(capacity = 8, tag = "entities")]
struct Foe(u32);

#[pooled]
struct Bullet(u32);

#[no_heap]
fn halved(value: u32) -> u32 {
    value / 2
}

trait Step {
    #[no_block]
    fn step(&self) -> u32;
}

impl Step for Foe {
    #[no_block]
    fn step(&self) -> u32 {
        self.0
    }
}

#[effects]
struct Hooks {
    #[no_heap]
    on_hit: fn(u32) -> u32,
}

fn main() {
    ::core::assert_eq!((Hooks { on_hit: halved }.on_hit)(4), Foe(2).step());
    let mut alloc = <SmartAlloc as ::core::default::Default>::default();
    ::core::assert_eq!(tick(&mut alloc), 1);
    ::core::assert_eq!(step(&alloc), 3);
    ::core::assert_eq!(think(&alloc), 1);
    ::core::assert_eq!(Foe(1).pooled().0 + Bullet(2).pooled().0, 3);
    let _plan = plan(&alloc);
}
