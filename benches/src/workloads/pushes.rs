//! d: a list that grows from nothing.

use std::hint::black_box;

use super::{arenas, frames, heaps, names};
use crate::arena::{Arena, Program, Push};
use crate::harness::{Contender, Workload};
use crate::peers::{self, Fixed};

const COUNT: usize = 10_000;

#[derive(Clone, Copy)]
struct Pushes;

impl Program for Pushes {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        let mut list = arena.list();
        for index in 0..black_box(COUNT) as u32 {
            list.push(index);
        }
        list.done();
    }
}

fn contenders() -> Vec<Contender> {
    let mut contenders = arenas(Pushes);
    contenders.push(frames(names::ANY_THREAD, peers::AnyThread::new(), Pushes));
    contenders.push(frames(names::HOISTED, peers::Hoisted::new(), Pushes));
    contenders.push(frames(names::SCOPE, peers::Scoped::new(), Pushes));
    contenders.extend(heaps(Pushes));
    let mut reused = Vec::with_capacity(COUNT);
    contenders.push(Contender::new("std Vec, kept", move || {
        reused.clear();
        for index in 0..black_box(COUNT) as u32 {
            reused.push(index);
        }
        black_box(reused.as_ptr());
    }));
    contenders.push(frames(names::FIXED, Fixed::new(COUNT), Pushes));
    contenders
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![Workload {
        name: "d",
        about: "10 000 numbers pushed to an empty list",
        operations: COUNT as f64,
        unit: "push",
        base: names::BUMPALO,
        contenders,
    }]
}
