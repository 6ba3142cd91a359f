//! Expansions use no name that the user can take away.

#![deny(warnings)]
#![forbid(unsafe_code)]
#![allow(dead_code, non_camel_case_types, unused_macros)]

use ::framealloc::{Pooled, SmartAlloc, alloc_tag, frame_system, pooled};

mod core {}
mod std {}
mod alloc {}
mod framealloc {}
struct Option;
struct Some;
struct Result;
struct Ok;
struct Box;
struct FnOnce;
struct Frame;
struct Site;
struct Pool;
struct PoolSpec;
struct usize;
struct str;
const SITE: u32 = 1;
const __FRAMEALLOC_SITE: u32 = 2;
fn drop() {}
fn with_frame() {}
macro_rules! concat { () => {} }
macro_rules! line { () => {} }
macro_rules! file { () => {} }
macro_rules! module_path { () => {} }
macro_rules! compile_error { () => {} }

#[frame_system(tag = "physics", budget = "64KiB", name = "step", no_heap, out = frame)]
fn step(alloc: &SmartAlloc, tagged: u32, result: u32) -> u32 {
    *frame.frame_box(*alloc.frame_box(tagged + result + SITE + __FRAMEALLOC_SITE))
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
async fn plan(alloc: &SmartAlloc, tagged: u32, result: u32) -> u32 {
    *alloc.frame_box(tagged + result)
}

#[derive(Pooled)]
#[pooled(capacity = 8, tag = "entities", name = "foes", prewarm)]
struct Foe(u32);

#[pooled(capacity = 8, grow = fixed)]
struct Bullet(u32);

fn main() {
    let mut alloc = SmartAlloc::default();
    assert_eq!(tick(&mut alloc), 1);
    assert_eq!(step(&alloc, 1, 2), 6);
    assert_eq!(think(&alloc), 1);
    assert_eq!(Foe(1).pooled().0 + Bullet(2).pooled().0, 3);
    let _plan = plan(&alloc, 1, 2);
}
