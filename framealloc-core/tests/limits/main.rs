//! Limits, a guarantee of the README: every call that can be refused has a `try_` form, and every `try_` form tells every refusal by a typed error and changes
//! nothing. Both lists come from the source, so that a new call cannot be forgotten: a call that documents a panic when memory
//! is refused must have a `try_` form of the same arguments, and each of those must have a case here.

#![allow(clippy::result_large_err, reason = "pools give large values back, which no slot holds")]

mod frames;
mod pools;
mod queues;
mod refuse;
mod sizes;
mod source;

#[path = "../support/allocator.rs"]
mod allocator;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{AllocConfig, AllocError, SmartAlloc};
use refuse::Refusal;
use source::Call;

/// A `try_` form, and a program that makes it in a way that each of `refusals` hits.
struct Case {
    path: &'static str,
    refusals: &'static [Refusal],
    run: fn(&SmartAlloc, Refusal) -> Result<(), AllocError>,
}

/// Calls that panic on a refusal and have no `try_` form of the same arguments, each with the reason.
const WITHOUT_TRY_FORM: &[(&str, &str)] = &[];

/// Whether a call panics because memory is refused: by what it documents.
fn can_be_refused(call: &Call) -> bool {
    let Some(panics) = call.section("Panics") else { return false };
    let words = ["refuses", "is full", "isize::MAX", "larger than a Rust value", "no memory", "As [", "cannot grow"];
    words.iter().any(|word| panics.contains(word))
}

/// Whether a call returns a refusal as an error.
fn tells_refusals(call: &Call) -> bool {
    let errors = ["AllocError", "Refused", "FillError"];
    let returns_one = errors.iter().any(|error| call.returns.contains(error));
    call.name.starts_with("try_") && returns_one && !call.of_trait && !call.is_hidden
}

#[test]
fn every_call_that_can_be_refused_has_a_try_form_of_the_same_arguments() {
    let calls = source::calls();
    let has_try_form = |call: &Call| {
        let wanted = format!("try_{}", call.name);
        calls.iter().any(|other| other.on == call.on && other.name == wanted && other.arguments == call.arguments)
    };
    let refusable: Vec<&Call> =
        calls.iter().filter(|call| !call.name.starts_with("try_") && can_be_refused(call)).collect();
    assert!(refusable.len() > 60, "only {} calls were found in the source", refusable.len());
    let mut missing: Vec<&Call> = refusable.into_iter().filter(|call| !has_try_form(call)).collect();
    for (path, reason) in WITHOUT_TRY_FORM {
        let known = missing.len();
        missing.retain(|call| call.path() != *path);
        assert!(missing.len() < known && !reason.is_empty(), "`{path}` needs no exception");
    }
    let missing: Vec<_> =
        missing.iter().map(|call| format!("{}({})", call.path(), call.arguments.join(", "))).collect();
    assert!(missing.is_empty(), "without a `try_` form of the same arguments:\n{}", missing.join("\n"));
}

#[test]
fn every_try_form_has_a_case() {
    let calls = source::calls();
    let known: BTreeSet<String> = calls.iter().filter(|call| tells_refusals(call)).map(Call::path).collect();
    let mut cases = BTreeMap::new();
    for case in cases_of_all() {
        assert!(cases.insert(case.path.to_owned(), case.refusals.len()).is_none(), "`{}` has two cases", case.path);
    }
    let missing: Vec<_> = known.iter().filter(|path| !cases.contains_key(*path)).collect();
    assert!(missing.is_empty(), "`try_` forms without a case in `tests/limits`: {missing:#?}");
    // Implementations of a trait may have a case of their own.
    let there: BTreeSet<String> = calls.iter().map(Call::path).collect();
    let gone: Vec<_> = cases.keys().filter(|path| !there.contains(*path)).collect();
    assert!(gone.is_empty(), "cases of calls that are not in the source: {gone:#?}");
    assert!(cases.values().all(|refusals| *refusals > 0), "a case without a refusal shows nothing");
}

#[test]
fn a_refusal_is_a_typed_error_that_changes_nothing() {
    for case in cases_of_all() {
        for refusal in [Refusal::Nobody].iter().chain(case.refusals) {
            let alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(4096));
            // Nothing of the thread's own is made by the call any more.
            drop((alloc.frame_box(1_u8), alloc.pool_box(1_u8), framealloc_core::Tag::intern("refused")));
            let _ = alloc.frame_share(1_u8);
            let outcome = catch_unwind(AssertUnwindSafe(|| (case.run)(&alloc, *refusal)));
            let outcome = outcome.unwrap_or_else(|_| panic!("`{}` panics for {refusal:?}", case.path));
            match (refusal, outcome) {
                (Refusal::Nobody, outcome) => assert_eq!(outcome, Ok(()), "`{}` without a refusal", case.path),
                (refusal, Err(error)) => assert!(refusal.is_told_by(&error), "`{}`, {refusal:?}: {error}", case.path),
                (refusal, Ok(())) => panic!("`{}` was not refused: {refusal:?}", case.path),
            }
        }
    }
}

fn cases_of_all() -> Vec<Case> {
    let mut cases = frames::cases();
    cases.extend(pools::cases());
    cases.extend(queues::cases());
    cases
}

/// Cases, each a call and a program that makes it: `a` is the allocator, `r` the refusal.
macro_rules! cases {
    ($($path:literal $refusals:ident |$a:ident, $r:ident| $body:expr;)*) => {
        vec![$(crate::Case { path: $path, refusals: $refusals, run: |$a: &framealloc_core::SmartAlloc, $r| $body }),*]
    };
}
pub(crate) use cases;
