//! `collect` of a vector that is used up keeps its memory where the elements have the same size and alignment.
use framealloc::{SmartAlloc, frame_system};

pub struct Meters(f32);
pub struct Seconds(f32);

pub struct Draw<'a> {
    name: &'a str,
    depth: u32,
}

pub struct Batch {
    spare: Vec<Draw<'static>>,
    lengths: Vec<Meters>,
}

/// The room of a list, for elements with another lifetime.
fn recycled<'a>(list: Vec<Draw<'static>>) -> Vec<Draw<'a>> {
    list.into_iter().map(|_| unreachable!()).collect()
}

fn recycled_as<A, B>(mut list: Vec<A>) -> Vec<B> {
    list.clear();
    list.into_iter().map(|_| unreachable!("it is empty")).collect()
}

#[frame_system]
pub fn with_another_lifetime(alloc: &SmartAlloc, batch: &mut Batch) -> usize {
    let draws = recycled(std::mem::take(&mut batch.spare));
    let others: Vec<u64> = recycled_as::<Meters, u64>(std::mem::take(&mut batch.lengths));
    draws.len() + others.len() + usize::from(*alloc.frame_box(1_u8))
}

#[frame_system]
pub fn same_elements(alloc: &SmartAlloc, batch: &mut Batch) -> usize {
    let lengths = std::mem::take(&mut batch.lengths);
    let long: Vec<Meters> = lengths.into_iter().filter(|length| length.0 > 1.0).collect();
    batch.lengths = long;
    batch.lengths.len() + usize::from(*alloc.frame_box(1_u8))
}

#[frame_system]
pub fn same_layout(alloc: &SmartAlloc, lengths: Vec<Meters>) -> Vec<Seconds> {
    let speed = *alloc.frame_box(2.0_f32);
    lengths.into_iter().skip(1).map(|length| Seconds(length.0 / speed)).take(100).collect()
}

#[frame_system]
pub fn same_numbers(alloc: &SmartAlloc, list: Vec<u32>) -> Option<Vec<u32>> {
    let other = *alloc.frame_box(2_u32);
    list.into_iter().map(|number| number.checked_add(other)).collect::<Option<Vec<u32>>>()
}

#[frame_system]
pub fn unchanged(alloc: &SmartAlloc, draws: Vec<Draw<'static>>) -> u32 {
    let draws: Vec<_> = draws.into_iter().inspect(|draw| assert!(!draw.name.is_empty())).collect();
    draws.iter().map(|draw| draw.depth).sum::<u32>() + *alloc.frame_box(1)
}
