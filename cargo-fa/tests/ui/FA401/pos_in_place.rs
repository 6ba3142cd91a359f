//! What `collect` makes where the memory of the vector cannot be used again.
use std::collections::{HashSet, VecDeque};

use framealloc::{SmartAlloc, frame_system};

pub struct Meters(f32);

#[frame_system]
pub fn larger_elements(alloc: &SmartAlloc, list: Vec<u16>) -> Vec<u64> {
    let other = *alloc.frame_box(2_u64);
    let more: Vec<u64> = list.into_iter().map(|number| u64::from(number) + other).collect(); //~ FA401
    more
}

#[frame_system]
pub fn borrowed(alloc: &SmartAlloc, list: &Vec<u32>) -> usize {
    let other = *alloc.frame_box(2_u32);
    let more: Vec<u32> = list.into_iter().map(|number| number + other).collect(); //~ FA401
    more.len()
}

#[frame_system]
pub fn drained(alloc: &SmartAlloc, list: &mut Vec<u32>) -> usize {
    let other = *alloc.frame_box(2_u32);
    let more: Vec<u32> = list.drain(..).map(|number| number + other).collect(); //~ FA401
    more.len()
}

#[frame_system]
pub fn into_another_container(alloc: &SmartAlloc, list: Vec<u32>) -> usize {
    let other = *alloc.frame_box(2_u32);
    let more: HashSet<u32> = list.into_iter().map(|number| number + other).collect(); //~ FA401
    more.len()
}

#[frame_system]
pub fn from_another_container(alloc: &SmartAlloc, list: VecDeque<u32>) -> Vec<u32> {
    let other = *alloc.frame_box(2_u32);
    let more: Vec<u32> = list.into_iter().map(|number| number + other).collect(); //~ FA401
    more
}

#[frame_system]
pub fn with_more_before_it(alloc: &SmartAlloc, list: Vec<u32>, more: Vec<u32>) -> Vec<u32> {
    let other = *alloc.frame_box(2_u32);
    let more: Vec<u32> = list.into_iter().chain(more).map(|number| number + other).collect(); //~ FA401
    more
}

#[frame_system]
pub fn backwards(alloc: &SmartAlloc, list: Vec<Meters>) -> Vec<Meters> {
    let least = *alloc.frame_box(2.0_f32);
    let more: Vec<Meters> = list.into_iter().filter(|length| length.0 > least).rev().collect(); //~ FA401
    more
}

#[frame_system]
pub fn second_of_a_pair(alloc: &SmartAlloc, names: &[u64], list: Vec<u64>) -> Vec<u64> {
    let other = *alloc.frame_box(2_u64);
    let more: Vec<u64> = names.iter().zip(list).map(|(name, number)| name + number + other).collect(); //~ FA401
    more
}
