//! The workloads. Letters are those of docs/benchmarks.md.

mod channel;
mod copies;
#[cfg(feature = "memory_filter")]
mod filter;
pub(crate) mod flights;
mod game;
mod large;
mod layouts;
mod lookup;
pub(crate) mod pools;
pub(crate) mod publication;
mod pushes;
pub(crate) mod queues;
pub(crate) mod recorded;
pub(crate) mod scopes;
mod small;
mod tags;
pub(crate) mod threads;
mod turn;

use crate::arena::{Peer, Program};
use crate::harness::{Contender, Workload};
use crate::peers;

/// Names of the contenders that targets are about.
pub(crate) mod names {
    /// The base of most ratios.
    pub(crate) const BUMPALO: &str = "bumpalo";
    /// The arena that is best at layouts known at run time only.
    pub(crate) const OXC: &str = "oxc_allocator";
    /// No allocator, but a check of the bounds.
    pub(crate) const FIXED: &str = "fixed buffer";
    /// The cursor.
    pub(crate) const CURSOR: &str = "framealloc cursor";
    /// A `&Frame`, looked up once.
    pub(crate) const HOISTED: &str = "framealloc &Frame";
    /// `&SmartAlloc`, looked up at every call.
    pub(crate) const ANY_THREAD: &str = "framealloc &SmartAlloc";
    /// A scope.
    pub(crate) const SCOPE: &str = "framealloc scope";
    /// A tag, looked up once.
    pub(crate) const TAGGED: &str = "framealloc tagged";
    /// A tag, whose figures are read after every frame.
    pub(crate) const READ: &str = "framealloc tagged, figures read";
}

/// Every workload, in the order of the report.
pub(crate) fn all() -> Vec<Workload> {
    let mut workloads = Vec::new();
    workloads.extend(small::workloads());
    workloads.extend(large::workloads());
    workloads.extend(copies::workloads());
    workloads.extend(pushes::workloads());
    workloads.extend(queues::workloads());
    workloads.extend(game::workloads());
    workloads.extend(layouts::workloads());
    workloads.extend(lookup::workloads());
    workloads.extend(scopes::workloads());
    workloads.extend(tags::workloads());
    workloads.extend(turn::workloads());
    workloads.extend(recorded::workloads());
    workloads.extend(threads::workloads());
    workloads.extend(pools::workloads());
    workloads.extend(flights::workloads());
    workloads.extend(publication::workloads());
    #[cfg(feature = "memory_filter")]
    workloads.extend(filter::workloads());
    workloads.extend(channel::workloads());
    workloads
}

/// One frame, never inlined, so that contenders do not share code.
#[inline(never)]
fn one_frame<P: Peer>(peer: &mut P, program: &impl Program) {
    peer.frame(program);
}

/// A contender that runs a program in one frame of a peer.
fn frames(name: &'static str, mut peer: impl Peer, program: impl Program + 'static) -> Contender {
    Contender::new(name, move || one_frame(&mut peer, &program))
}

/// Our own ways.
fn ours(program: impl Program + Copy + 'static) -> Vec<Contender> {
    vec![
        frames(names::ANY_THREAD, peers::AnyThread::new(), program),
        frames(names::HOISTED, peers::Hoisted::new(), program),
        frames(names::TAGGED, peers::Tagged::new(), program),
        frames(names::SCOPE, peers::Scoped::new(), program),
        frames(names::CURSOR, peers::ByCursor::new(), program),
    ]
}

/// The published arenas.
fn arenas(program: impl Program + Copy + 'static) -> Vec<Contender> {
    vec![
        frames(names::BUMPALO, peers::Bumpalo::new(), program),
        frames("bump-scope", peers::ScopeUp::new(), program),
        frames("bump-scope <8, down>", peers::ScopeDown::new(), program),
        frames("blink-alloc", peers::Blink::new(), program),
        frames(names::OXC, peers::Oxc::new(), program),
    ]
}

/// What general allocators take for the same, everything kept to the end of the frame.
fn heaps(program: impl Program + Copy + 'static) -> Vec<Contender> {
    vec![
        frames(crate::global_name(), peers::Global::new(), program),
        frames("system allocator", peers::System::new(), program),
    ]
}

/// All contenders of a program.
fn everyone(program: impl Program + Copy + 'static) -> Vec<Contender> {
    let mut contenders = arenas(program);
    contenders.extend(ours(program));
    contenders.extend(heaps(program));
    contenders
}
