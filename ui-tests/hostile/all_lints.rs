//! Expansions set off no lint of rustc, however strict the user is.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    refining_impl_trait,
    rust_2018_compatibility,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    closure_returning_async_block,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use framealloc::{FlightError, FrameInFlight, Pooled, SmartAlloc, alloc_tag, frame_system, pooled};

/// Documented.
#[frame_system(tag = "physics", budget = "64KiB", name = "step", no_heap, out = frame)]
pub fn step(alloc: &SmartAlloc) -> u32 {
    *frame.frame_box(*alloc.frame_box(3))
}

#[frame_system]
fn tick(alloc: &mut SmartAlloc) {
    let _ = *alloc.frame_box(1);
}

#[frame_system(in_flight)]
fn fly(alloc: &mut SmartAlloc) -> (u32, FrameInFlight) {
    *alloc.frame_box(1)
}

#[frame_system(in_flight)]
fn fly_alone(alloc: &mut SmartAlloc) -> Result<FrameInFlight, FlightError> {
    let _ = alloc.frame_share(1);
}

#[frame_system(in_flight)]
fn fly_unfinished(alloc: &mut SmartAlloc) -> (u32, FrameInFlight) {
    todo!("{}", *alloc.frame_box(1))
}

#[frame_system]
fn never(alloc: &SmartAlloc) -> ! {
    panic!("{}", *alloc.frame_box(1))
}

#[frame_system]
fn unfinished(alloc: &SmartAlloc) -> u32 {
    todo!("{}", *alloc.frame_box(1))
}

#[alloc_tag("ai")]
fn think(alloc: &SmartAlloc) {}

#[alloc_tag("ai")]
async fn plan(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[alloc_tag("ai")]
async fn plan_nothing(alloc: &SmartAlloc) {}

#[alloc_tag("ai")]
async fn plan_unfinished(alloc: &SmartAlloc) -> u32 {
    todo!("{}", *alloc.frame_box(1))
}

/// Documented.
#[derive(Debug, Pooled)]
#[pooled(capacity = 8, tag = "entities", name = "foes", prewarm)]
pub struct Foe(u32);

/// Documented.
#[pooled(capacity = 8, grow = fixed)]
#[derive(Debug)]
pub struct Bullet(u32);

fn main() {
    let mut alloc = SmartAlloc::default();
    tick(&mut alloc);
    assert_eq!(step(&alloc), 3);
    think(&alloc);
    assert_eq!(alloc.frame_number(), 1);
    assert!(fly_alone(&mut alloc).is_err());
    if alloc.frame_number() == u64::MAX {
        drop(fly(&mut alloc));
        drop(fly_unfinished(&mut alloc));
        let _ = unfinished(&alloc);
        never(&alloc);
    }
    assert_eq!(Foe(1).pooled().0 + Bullet(2).pooled().0, 3);
    drop(plan(&alloc));
    drop(plan_nothing(&alloc));
    drop(plan_unfinished(&alloc));
}
