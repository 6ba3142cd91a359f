//! What can be seen into, or has been declared; and code that declares nothing.
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use framealloc::{SmartAlloc, effects, frame_system, no_block, no_heap};

#[effects]
pub struct Hooks {
    #[no_heap]
    pub on_hit: fn(u32) -> u32,
    #[no_block]
    pub on_heal: Box<dyn Fn(u32) -> u32>,
}

#[frame_system(no_heap)]
pub fn pointer(alloc: &SmartAlloc, hooks: &Hooks) -> u32 {
    (hooks.on_hit)(7) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn boxed(alloc: &SmartAlloc, hooks: &Hooks) -> u32 {
    (hooks.on_heal)(7) + *alloc.frame_box(1)
}

/// Functions that the program puts there are followed.
pub struct Known {
    on_hit: fn(u32) -> u32,
}

fn halved(damage: u32) -> u32 {
    damage / 2
}

pub fn known() -> Known {
    Known { on_hit: halved }
}

#[frame_system(no_heap)]
pub fn followed(alloc: &SmartAlloc, known: &Known) -> u32 {
    (known.on_hit)(7) + *alloc.frame_box(1)
}

/// Whoever implements it is held to it.
pub trait Script {
    #[no_block]
    fn run(&self, value: u32) -> u32;
}

#[frame_system(no_block)]
pub fn scripted(alloc: &SmartAlloc, script: &dyn Script) -> u32 {
    script.run(7) + *alloc.frame_box(1)
}

#[no_heap]
pub fn by_bound<S: Script>(script: &S) -> u32 {
    script.run(7)
}

pub trait Think {
    fn think(&self) -> u32;
}

pub struct Orc;

impl Think for Orc {
    fn think(&self) -> u32 {
        4
    }
}

#[frame_system(no_heap)]
pub fn implemented(alloc: &SmartAlloc, mind: &dyn Think) -> u32 {
    mind.think() + *alloc.frame_box(1)
}

fn twice(work: impl Fn(u32) -> u32) -> u32 {
    work(work(3))
}

#[frame_system(no_heap)]
pub fn closures(alloc: &SmartAlloc) -> u32 {
    let added = |value: u32| value + 1;
    twice(|value| value * 2) + twice(halved) + added(1) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn of_std(alloc: &SmartAlloc, begun: Instant, count: &Arc<AtomicU32>, map: &HashMap<u32, u32>) -> f32 {
    let seconds = begun.elapsed().as_secs_f32().powi(2).clamp(0.0, 1.0);
    let sum: u32 = map.values().filter(|value| value.is_power_of_two()).sum();
    let most = map.values().copied().max().unwrap_or_default().saturating_sub(3);
    count.fetch_add(sum.wrapping_add(most), Ordering::Relaxed);
    seconds.sqrt().max(0.5).mul_add(2.0, *alloc.frame_box(1.0))
}

#[frame_system(no_heap)]
pub fn lists(alloc: &SmartAlloc, values: &mut [u32]) -> usize {
    values.sort_unstable_by_key(|value| std::cmp::Reverse(*value));
    let (left, right) = values.split_at(values.len() / 2);
    let same = left.iter().zip(right).filter(|(left, right)| left == right).count();
    same + left.chunks(4).map(|chunk| chunk.iter().sum::<u32>() as usize).sum::<usize>() + *alloc.frame_box(1)
}

pub struct Plain {
    pub on_hit: fn(u32) -> u32,
}

#[frame_system]
pub fn declares_nothing(alloc: &SmartAlloc, hooks: &Plain) -> u32 {
    (hooks.on_hit)(7) + *alloc.frame_box(1)
}

/// What runs when something went wrong is no part of it.
#[frame_system(no_heap)]
pub fn fails(alloc: &SmartAlloc, hooks: &Plain, value: Option<u32>) -> u32 {
    let Some(value) = value else { panic!("{}", (hooks.on_hit)(1)) };
    value + *alloc.frame_box(1)
}

#[effects]
pub enum Hook {
    Plain(#[no_heap] fn(u32) -> u32),
    Named {
        #[no_block]
        run: fn(u32) -> u32,
    },
}

#[frame_system(no_heap)]
pub fn matched(alloc: &SmartAlloc, hook: &Hook) -> u32 {
    let hooked = match hook {
        Hook::Plain(hit) => hit(3),
        Hook::Named { run } => run(3),
    };
    hooked + *alloc.frame_box(1)
}

static HOOK: fn(u32) -> u32 = halved;

#[frame_system(no_heap)]
pub fn of_a_static(alloc: &SmartAlloc) -> u32 {
    HOOK(3) + *alloc.frame_box(1)
}
