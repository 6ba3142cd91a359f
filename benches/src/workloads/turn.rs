//! t: the turn of a frame in which hardly anything happened.

use super::{everyone, names};
use crate::arena::{Arena, Program};
use crate::harness::{Contender, Workload};

#[derive(Clone, Copy)]
struct One;

impl Program for One {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        arena.put([7_u64; 2]);
    }
}

fn contenders() -> Vec<Contender> {
    everyone(One)
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![Workload {
        name: "t",
        about: "a frame of one value of 16 bytes",
        operations: 1.0,
        unit: "frame",
        base: names::BUMPALO,
        contenders,
    }]
}
