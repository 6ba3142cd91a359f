//! a: a thousand small values, then the end of the frame.

use std::hint::black_box;

use super::{everyone, frames};
use crate::arena::{Arena, Program};
use crate::harness::{Contender, Workload};
use crate::peers::{BumpaloAligned, Fixed};

const COUNT: usize = 1000;

#[derive(Clone, Copy)]
struct Small<const WORDS: usize>;

impl<const WORDS: usize> Program for Small<WORDS>
where
    [u64; WORDS]: bytemuck::Pod,
{
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        for index in 0..COUNT as u64 {
            arena.put([index; WORDS]);
        }
    }
}

/// The same stores to addresses that are known beforehand.
fn floor<const WORDS: usize>() -> Contender {
    let mut place = vec![[0_u64; WORDS]; COUNT];
    Contender::new("no allocator", move || {
        for (index, slot) in black_box(place.as_mut_slice()).iter_mut().enumerate() {
            *slot = [index as u64; WORDS];
        }
    })
}

fn contenders<const WORDS: usize>() -> Vec<Contender>
where
    [u64; WORDS]: bytemuck::Pod,
{
    let mut contenders = everyone(Small::<WORDS>);
    contenders.insert(1, frames("bumpalo <8>", BumpaloAligned::new(), Small::<WORDS>));
    contenders.push(frames(super::names::FIXED, Fixed::new(0), Small::<WORDS>));
    contenders.push(floor::<WORDS>());
    contenders
}

pub(super) fn workloads() -> Vec<Workload> {
    let workload = |name, about, contenders| Workload {
        name,
        about,
        operations: COUNT as f64,
        unit: "value",
        base: super::names::BUMPALO,
        contenders,
    };
    vec![
        workload("a16", "1000 values of 16 bytes, end of the frame", contenders::<2>),
        workload("a64", "1000 values of 64 bytes, end of the frame", contenders::<8>),
        workload("a256", "1000 values of 256 bytes, end of the frame", contenders::<32>),
    ]
}
