//! s: a scope that opens, takes some values and closes.

use std::hint::black_box;

use crate::harness::{Contender, Workload};
use crate::peers::{ScopeDown, ScopeUp, allocator};

const COUNT: u64 = 1000;

/// The contender whose guard others are compared with.
pub(crate) const GUARD: &str = "bump-scope guard";

/// A scope through `&SmartAlloc`.
pub(crate) const SCOPED: &str = "framealloc alloc.scoped()";
/// A scope through `&Frame`.
pub(crate) const SCOPED_IN_FRAME: &str = "framealloc frame.scoped()";
/// A scope, and a cursor in it.
pub(crate) const WITH_CURSOR: &str = "framealloc scope with cursor";

fn ours<const VALUES: u64>() -> Vec<Contender> {
    let (any, hoisted, guard, cursor) = (allocator(), allocator(), allocator(), allocator());
    vec![
        Contender::new(SCOPED, move || {
            for _ in 0..COUNT {
                black_box(&any).scoped(|frame| {
                    for value in 0..VALUES {
                        frame.frame_box([value; 2]);
                    }
                });
            }
        }),
        Contender::new(SCOPED_IN_FRAME, move || {
            let frame = black_box(&hoisted).frame();
            for _ in 0..COUNT {
                frame.scoped(|frame| {
                    for value in 0..VALUES {
                        frame.frame_box([value; 2]);
                    }
                });
            }
        }),
        Contender::new("framealloc frame_scope()", move || {
            let frame = black_box(&guard).frame();
            for _ in 0..COUNT {
                let scope = frame.frame_scope();
                for value in 0..VALUES {
                    scope.frame_box([value; 2]);
                }
            }
        }),
        Contender::new(WITH_CURSOR, move || {
            let frame = black_box(&cursor).frame();
            for _ in 0..COUNT {
                frame.scoped(|frame| {
                    let mut cursor = frame.cursor();
                    for value in 0..VALUES {
                        cursor.alloc([value; 2]);
                    }
                });
            }
        }),
    ]
}

fn contenders<const VALUES: u64>() -> Vec<Contender> {
    let (mut up, mut down) = (ScopeUp::new(), ScopeDown::new());
    let mut contenders = vec![
        Contender::new(GUARD, move || {
            let bump = black_box(up.bump());
            for _ in 0..COUNT {
                let mut guard = bump.scope_guard();
                let scope = guard.scope();
                for value in 0..VALUES {
                    scope.alloc([value; 2]);
                }
            }
        }),
        Contender::new("bump-scope <8, down> scoped()", move || {
            let bump = black_box(down.bump());
            for _ in 0..COUNT {
                bump.scoped(|scope| {
                    for value in 0..VALUES {
                        scope.alloc([value; 2]);
                    }
                });
            }
        }),
    ];
    contenders.extend(ours::<VALUES>());
    contenders
}

pub(super) fn workloads() -> Vec<Workload> {
    let workload = |name, about, contenders| Workload {
        name,
        about,
        operations: COUNT as f64,
        unit: "scope",
        base: GUARD,
        contenders,
    };
    vec![
        workload("s0", "a scope opened and closed", contenders::<0> as fn() -> _),
        workload("s1", "a scope of one value of 16 bytes", contenders::<1>),
        workload("s10", "a scope of ten values of 16 bytes", contenders::<10>),
    ]
}
