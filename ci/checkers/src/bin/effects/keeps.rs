//! Systems that never take from the heap.

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use framealloc::{SmartAlloc, frame_system};

use crate::world::{Calm, Quiet, Stamp, Think, World};

thread_local! {
    static SEEN: Cell<u32> = const { Cell::new(0) };
}

macro_rules! clamped {
    ($value:expr, $low:expr, $high:expr) => {
        $value.max($low).min($high)
    };
}

#[frame_system(no_heap)]
fn keeps_integrate(alloc: &SmartAlloc, world: &mut World) -> u32 {
    let mut moved = alloc.frame_vec();
    for (index, body) in world.bodies.iter_mut().enumerate() {
        for axis in 0..3 {
            body.position[axis] += body.velocity[axis] / 60.0;
        }
        if body.position[0] > 5.0 {
            moved.push(index as u32);
        }
    }
    moved.iter().sum()
}

#[frame_system(no_heap)]
fn keeps_pairs(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut pairs = alloc.frame_vec();
    for (a, body) in world.bodies.iter().enumerate() {
        for (b, other) in world.bodies.iter().enumerate().skip(a + 1) {
            if (body.position[0] - other.position[0]).abs() < 1.5 {
                pairs.push((a as u32, b as u32));
            }
        }
    }
    pairs.len() as u32
}

#[frame_system(no_heap)]
fn keeps_collect(alloc: &SmartAlloc, world: &World) -> u32 {
    let kept: framealloc::FrameVec<'_, u32> = alloc.frame_collect(world.ids.iter().copied().filter(|id| id % 3 == 0));
    kept.len() as u32
}

#[frame_system(no_heap)]
fn keeps_slice(alloc: &SmartAlloc, world: &World) -> u32 {
    let copy = alloc.frame_slice_copy(&world.ids);
    copy.sort_unstable();
    copy[copy.len() / 2]
}

#[frame_system(no_heap)]
fn keeps_box(alloc: &SmartAlloc, seed: u32) -> u32 {
    *alloc.frame_box(seed + 1)
}

#[frame_system(no_heap)]
fn keeps_lock(alloc: &SmartAlloc, world: &World) -> u32 {
    world.lock.try_lock().map_or(0, |guard| *guard)
}

#[frame_system(no_heap)]
fn keeps_waiting_lock(alloc: &SmartAlloc, world: &World) -> u32 {
    match (world.lock.lock(), world.many.read()) {
        (Ok(one), Ok(two)) => *one + *two,
        _ => 0,
    }
}

#[frame_system(no_heap)]
fn keeps_atomic(alloc: &SmartAlloc, world: &World) -> u32 {
    world.counter.fetch_add(1, Ordering::Relaxed)
}

#[frame_system(no_heap)]
fn keeps_shared(alloc: &SmartAlloc, world: &World) -> u32 {
    let shared = Arc::clone(&world.shared);
    *shared
}

#[frame_system(no_heap)]
fn keeps_cell(alloc: &SmartAlloc, world: &World) -> u32 {
    let Ok(mut counted) = world.counted.try_borrow_mut() else { return 0 };
    *counted += 1;
    *counted
}

#[frame_system(no_heap)]
fn keeps_lookup(alloc: &SmartAlloc, world: &World) -> u32 {
    world.map.get(&7).copied().unwrap_or(0) + world.tree.range(3..9).map(|(_, value)| value).sum::<u32>()
}

#[frame_system(no_heap)]
fn keeps_removes(alloc: &SmartAlloc, world: &mut World) -> u32 {
    // Gives nothing to the heap and takes nothing from it: numbers, in room that is there.
    world.map.remove(&3).unwrap_or(1)
}

#[frame_system(no_heap)]
fn keeps_words(alloc: &SmartAlloc, world: &World) -> u32 {
    world.text.split(',').map(str::len).sum::<usize>() as u32
}

#[frame_system(no_heap)]
fn keeps_parse(alloc: &SmartAlloc) -> u32 {
    std::hint::black_box("1984").parse().unwrap_or(0)
}

#[frame_system(no_heap)]
fn keeps_generic_call(alloc: &SmartAlloc, world: &World) -> u32 {
    fn think<T: Think>(thinker: &T, seed: u32) -> u32 {
        thinker.think(seed)
    }
    think(&Calm(world.ids.len() as u32), 9)
}

#[frame_system(no_heap)]
fn keeps_macro(alloc: &SmartAlloc, seed: u32) -> u32 {
    clamped!(seed, 3, 300)
}

#[frame_system(no_heap)]
fn keeps_thread_local(alloc: &SmartAlloc) -> u32 {
    SEEN.set(SEEN.get() + 1);
    SEEN.get()
}

#[frame_system(no_heap)]
fn keeps_match(alloc: &SmartAlloc, seed: u32) -> u32 {
    match seed % 9 {
        0 => 17,
        1 => seed.count_ones(),
        2 => seed.leading_zeros(),
        3 => seed.rotate_left(5),
        4 => seed ^ 0xFF,
        5 => seed.wrapping_mul(31),
        6 => seed / 3,
        7 => seed.swap_bytes(),
        _ => !seed,
    }
}

#[frame_system(no_heap)]
fn keeps_table(alloc: &SmartAlloc, seed: u32) -> u32 {
    const STEPS: [fn(u32) -> u32; 3] = [u32::count_ones, u32::swap_bytes, u32::reverse_bits];
    STEPS[seed as usize % 3](seed)
}

#[frame_system(no_heap)]
fn keeps_math(alloc: &SmartAlloc, world: &World) -> u32 {
    world.points.iter().map(|[x, y, z]| (x.sin() + y.sqrt() + z.exp()).abs() as u32).sum()
}

#[frame_system(no_heap)]
fn keeps_sorted(alloc: &SmartAlloc, world: &mut World) -> u32 {
    world.ids.sort_unstable_by_key(|id| id ^ 0x55);
    world.ids[0]
}

#[frame_system(no_heap)]
fn keeps_scope(alloc: &SmartAlloc, world: &World) -> u32 {
    let scope = alloc.frame_scope();
    let inner = scope.frame_slice_fill_with(world.ids.len(), |index| world.ids[index] + 1);
    inner.iter().max().copied().unwrap_or(0)
}

#[frame_system(no_heap)]
fn keeps_string(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut line = alloc.frame_string();
    for word in world.text.split(',') {
        line.push_str(word);
        line.push(';');
    }
    line.len() as u32
}

#[frame_system(no_heap)]
fn keeps_number(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut line = alloc.frame_string();
    let _ = write!(line, "{} of {:>8}", world.ids.len(), world.ids[0]);
    line.len() as u32
}

#[frame_system(no_heap)]
fn keeps_display(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut line = alloc.frame_string();
    let _ = write!(line, "at {}", Quiet(world.ids[0]));
    line.len() as u32
}

#[frame_system(no_heap)]
fn keeps_debug(alloc: &SmartAlloc, world: &World) -> u32 {
    let mut line = alloc.frame_string();
    let _ = write!(line, "{:?}", Stamp { id: world.ids[0], at: Some(world.points.len()) });
    line.len() as u32
}

#[frame_system(no_heap)]
fn keeps_each<T: Copy + Into<u32>>(alloc: &SmartAlloc, values: &[T]) -> u32 {
    let mut sum = 0;
    for value in alloc.frame_slice_copy(values).iter() {
        sum += (*value).into();
    }
    sum
}

/// Runs each of them once.
pub fn run(alloc: &SmartAlloc, world: &mut World) {
    let seed = world.sum as u32;
    let mut sum = keeps_integrate(alloc, world) + keeps_removes(alloc, world) + keeps_sorted(alloc, world);
    let world_now = &*world;
    for system in [
        keeps_pairs,
        keeps_collect,
        keeps_slice,
        keeps_lock,
        keeps_waiting_lock,
        keeps_atomic,
        keeps_shared,
        keeps_cell,
        keeps_lookup,
        keeps_words,
        keeps_generic_call,
        keeps_math,
        keeps_scope,
        keeps_string,
        keeps_number,
        keeps_display,
        keeps_debug,
    ] {
        sum = sum.wrapping_add(system(alloc, world_now));
    }
    for system in [keeps_box, keeps_macro, keeps_match, keeps_table] {
        sum = sum.wrapping_add(system(alloc, seed % 1000));
    }
    sum = sum.wrapping_add(keeps_parse(alloc)).wrapping_add(keeps_thread_local(alloc));
    sum = sum.wrapping_add(keeps_each(alloc, &[1_u8, 2])).wrapping_add(keeps_each(alloc, &[3_u16, 4]));
    world.sum = world.sum.wrapping_add(u64::from(sum));
}
