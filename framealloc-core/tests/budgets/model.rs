//! Random programs against a model: budgets are never exceeded, figures add up, and a refusal changes nothing.

use framealloc_core::{AllocConfig, AllocError, Budget, BudgetPolicy, FrameScope, Limit, SmartAlloc};
use proptest::prelude::*;

const TAGS: [&str; 3] = ["model_a", "model_b", "model_c"];

#[derive(Clone, Debug)]
enum Op {
    Allocate { tag: usize, bytes: usize },
    AllocateInScope { scope: usize, bytes: usize },
    Open { tag: usize },
    Close(usize),
    Forget(usize),
    Cursor { tag: usize, values: usize },
    SetThreadBudget(usize),
    EndFrame,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (0..4_usize, 1..600_usize).prop_map(|(tag, bytes)| Op::Allocate { tag, bytes }),
        8 => (0..4_usize, 1..600_usize).prop_map(|(scope, bytes)| Op::AllocateInScope { scope, bytes }),
        3 => (0..4_usize).prop_map(|tag| Op::Open { tag }),
        3 => (0..4_usize).prop_map(Op::Close),
        1 => (0..4_usize).prop_map(Op::Forget),
        2 => (0..4_usize, 1..40_usize).prop_map(|(tag, values)| Op::Cursor { tag, values }),
        1 => (0..6000_usize).prop_map(Op::SetThreadBudget),
        1 => Just(Op::EndFrame),
    ]
}

fn program() -> impl Strategy<Value = Vec<Vec<Op>>> {
    // Scopes borrow the allocator, so a program is a list of frames.
    prop::collection::vec(prop::collection::vec(op(), 1..60), 1..4)
}

type Scopes<'a> = [(usize, FrameScope<'a>)];

/// Bytes of all arenas that are alive; forgotten scopes are kept by the caller's sum.
fn held(alloc: &SmartAlloc, scopes: &Scopes<'_>) -> usize {
    let whole: usize = TAGS.iter().map(|tag| alloc.tagged(*tag).used_bytes()).sum();
    whole + alloc.frame().used_bytes() + scopes.iter().map(|(_, scope)| scope.used_bytes()).sum::<usize>()
}

/// As `held`, of the first tag.
fn held_by_first(alloc: &SmartAlloc, scopes: &Scopes<'_>) -> usize {
    let of_scopes = scopes.iter().filter(|(tag, _)| *tag == 0).map(|(_, scope)| scope.used_bytes());
    alloc.tagged(TAGS[0]).used_bytes() + of_scopes.sum::<usize>()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn budgets_hold_in_every_program(frames in program(), thread in 0..8000_usize, tag in 0..4000_usize, promote: bool) {
        let policy = if promote { BudgetPolicy::Promote } else { BudgetPolicy::Fail };
        let config = AllocConfig::default()
            .with_thread_frame_budget(Budget::new(thread).with_policy(policy))
            .with_tag_budget(TAGS[0], Budget::new(tag));
        let mut alloc = SmartAlloc::new(config);
        for ops in &frames {
            alloc.begin_frame();
            let mut limit = alloc.thread_frame_budget().map_or(0, |budget| budget.bytes());
            let mut highest = 0;
            let (mut forgotten, mut forgotten_first) = (0, 0);
            {
                let mut scopes: Vec<(usize, FrameScope<'_>)> = Vec::new();
                for op in ops {
                    let before = held(&alloc, &scopes);
                    let mut refused = None;
                    match *op {
                        Op::Allocate { tag, bytes } => {
                            let frame = TAGS.get(tag).map_or(alloc.frame(), |tag| alloc.tagged(*tag));
                            refused = frame.try_frame_slice_zeroed::<u8>(bytes).err();
                        }
                        Op::AllocateInScope { scope, bytes } => {
                            if let Some((_, scope)) = scopes.get(scope) {
                                refused = scope.try_frame_slice_zeroed::<u8>(bytes).err();
                            }
                        }
                        Op::Open { tag } => {
                            let frame = TAGS.get(tag).map_or(alloc.frame(), |tag| alloc.tagged(*tag));
                            scopes.push((tag, frame.frame_scope()));
                        }
                        Op::Close(index) if index < scopes.len() => drop(scopes.swap_remove(index)),
                        Op::Forget(index) if index < scopes.len() => {
                            let (tag, scope) = scopes.swap_remove(index);
                            forgotten += scope.used_bytes();
                            forgotten_first += if tag == 0 { scope.used_bytes() } else { 0 };
                            std::mem::forget(scope);
                        }
                        Op::Cursor { tag, values } => {
                            let frame = TAGS.get(tag).map_or(alloc.frame(), |tag| alloc.tagged(*tag));
                            let mut cursor = frame.cursor();
                            for value in 0..values {
                                match cursor.try_alloc(value) {
                                    Ok(place) => prop_assert_eq!(*place, value),
                                    Err(_) => break,
                                }
                            }
                        }
                        Op::SetThreadBudget(bytes) => {
                            alloc.set_thread_frame_budget(Budget::new(bytes).with_policy(policy));
                            limit = bytes;
                            highest = 0;
                        }
                        Op::EndFrame => break,
                        _ => {}
                    }
                    let now = held(&alloc, &scopes);
                    if let Some(error) = refused {
                        prop_assert_eq!(now, before);
                        match error {
                            AllocError::BudgetExceeded { limit: Limit::Thread, .. } => prop_assert!(!promote),
                            AllocError::BudgetExceeded { limit: Limit::Tag(path), asked, left } => {
                                prop_assert_eq!(path, TAGS[0]);
                                prop_assert!(asked > left);
                            }
                            other => prop_assert!(false, "{}", other),
                        }
                    }
                    // What was held when the budget was lowered may stay.
                    if now > before {
                        highest = highest.max(now + forgotten);
                    }
                    prop_assert!(highest <= limit, "{} of {}", highest, limit);
                    let first = held_by_first(&alloc, &scopes) + forgotten_first;
                    prop_assert!(first <= tag);
                    let remaining = alloc.frame_remaining().unwrap();
                    prop_assert!(remaining <= limit);
                    prop_assert_eq!(remaining, limit.saturating_sub(now + forgotten));
                    prop_assert_eq!(alloc.tagged(TAGS[0]).frame_remaining(), Some(remaining.min(tag - first)));
                }
            }
            let report = alloc.end_frame();
            let stats = alloc.stats();
            prop_assert_eq!(stats.tags.iter().map(|tag| tag.bytes).sum::<usize>(), report.bytes);
            prop_assert_eq!(alloc.frame_remaining(), alloc.thread_frame_budget().map(|budget| budget.bytes()));
        }
    }
}
