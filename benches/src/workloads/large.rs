//! b: buffers of 4 KiB.

use super::{everyone, frames};
use crate::arena::{Arena, Program};
use crate::harness::{Contender, Workload};
use crate::peers::Fixed;

const COUNT: usize = 32;

/// An array built in place.
#[derive(Clone, Copy)]
struct Array;

impl Program for Array {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        for _ in 0..COUNT {
            arena.put([0_f32; 1024]);
        }
    }
}

/// A slice of zeroes whose length is known at run time only.
#[derive(Clone, Copy)]
struct Zeroes;

impl Program for Zeroes {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        for _ in 0..COUNT {
            arena.zeroes(std::hint::black_box(4096));
        }
    }
}

/// A slice that a closure fills.
#[derive(Clone, Copy)]
struct Filled;

impl Program for Filled {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        for seed in 0..COUNT as u32 {
            arena.filled(std::hint::black_box(1024), |index| (index as u32).wrapping_mul(seed));
        }
    }
}

fn with_floor(program: impl Program + Copy + 'static) -> Vec<Contender> {
    let mut contenders = everyone(program);
    contenders.push(frames(super::names::FIXED, Fixed::new(0), program));
    contenders
}

pub(super) fn workloads() -> Vec<Workload> {
    let workload = |name, about, contenders| Workload {
        name,
        about,
        operations: COUNT as f64,
        unit: "buffer",
        base: super::names::BUMPALO,
        contenders,
    };
    vec![
        workload("b1", "an array of 4 KiB by value", || with_floor(Array)),
        workload("b2", "4 KiB of zeroes", || with_floor(Zeroes)),
        workload("b3", "4 KiB made by a closure", || with_floor(Filled)),
    ]
}
