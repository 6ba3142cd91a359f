//! Whose a sample is: the tag of the memory, the system that was open, the calls that led there.

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::{AllocConfig, Frame, SiteSampling, SmartAlloc};

static OUTER: Site = Site::new("outer", file!(), line!()).with_tag("world");
static INNER: Site = Site::new("inner", file!(), line!());

fn sampled() -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_sites(SiteSampling::every(8)))
}

#[inline(never)]
fn takes_a_block(frame: &Frame, bytes: usize) -> usize {
    frame.frame_slice_zeroed::<u8>(bytes).len()
}

#[test]
fn a_sample_is_of_the_system_that_is_open_and_of_the_tag_of_its_memory() {
    let mut alloc = sampled();
    alloc.whole_frame(|alloc| {
        with_frame(alloc, &OUTER, |frame| {
            takes_a_block(frame, 1000);
            with_frame(frame, &INNER, |frame| takes_a_block(frame, 3000));
            takes_a_block(frame.tagged("items"), 5000);
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                with_frame(frame, &INNER, |_| std::panic::resume_unwind(Box::new(())));
            }));
            assert!(caught.is_err());
            takes_a_block(frame, 1000);
        });
        takes_a_block(alloc.frame(), 7000);
    });
    let mut by = std::collections::BTreeMap::new();
    for site in alloc.sampled_sites() {
        *by.entry((site.tag, site.system)).or_insert(0) += site.bytes;
    }
    // Blocks that are many gaps long are met for certain, and stand for themselves.
    let expected = [
        (("(untagged)", None), 7000),
        (("world", Some("inner")), 3000),
        (("world", Some("outer")), 2000),
        (("world::items", Some("outer")), 5000),
    ];
    assert_eq!(by.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn what_other_threads_ask_for_is_sampled() {
    let mut alloc = sampled();
    alloc.whole_frame(|alloc| {
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| takes_a_block(alloc.frame(), 4000));
            }
        });
    });
    assert_eq!(alloc.sampled_sites().iter().map(|site| (site.samples, site.bytes)).fold((0, 0), sum), (3, 12000));
    alloc.whole_frame(|_| ());
    assert_eq!(alloc.sampled_sites().iter().map(|site| (site.samples, site.bytes)).fold((0, 0), sum), (3, 12000));
}

fn sum(left: (u64, u64), right: (u64, u64)) -> (u64, u64) {
    (left.0 + right.0, left.1 + right.1)
}

#[cfg(all(feature = "stacks", not(target_family = "wasm")))]
#[test]
fn a_sample_has_the_calls_that_led_there() {
    let mut alloc = sampled();
    alloc.whole_frame(|alloc| takes_a_block(alloc.frame(), 1000));
    let sites = alloc.sampled_sites();
    assert_eq!(sites.len(), 1);
    let calls: Vec<&str> = sites[0].calls.iter().map(|call| call.function.as_str()).collect();
    assert!(calls[0].ends_with("whose::takes_a_block"), "the innermost call that is not ours: {calls:#?}");
    assert!(
        calls.iter().any(|call| call.contains("a_sample_has_the_calls_that_led_there")),
        "the calls around it: {calls:#?}"
    );
    // Within a system, up to that.
    let mut alloc = sampled();
    alloc.whole_frame(around_a_system);
    let inner = alloc.sampled_sites();
    let calls: Vec<&str> = inner[0].calls.iter().map(|call| call.function.as_str()).collect();
    assert!(calls.iter().any(|call| call.contains("around_a_system")), "the system itself: {calls:#?}");
    assert!(!calls.iter().any(|call| call.contains("a_sample_has")), "and not who called it: {calls:#?}");
    let place = &sites[0].calls[0];
    assert!(place.file.as_ref().is_some_and(|file| file.ends_with("whose.rs")), "{place:?}");
    assert!(place.line.is_some_and(|line| line > 0));
}

#[cfg(all(feature = "stacks", not(target_family = "wasm")))]
#[inline(never)]
fn around_a_system(alloc: &SmartAlloc) -> usize {
    let taken = with_frame(alloc, &INNER, |frame| takes_a_block(frame, 1000) + 1);
    std::hint::black_box(taken)
}

#[cfg(not(feature = "stacks"))]
#[test]
fn without_the_feature_there_are_no_calls() {
    let mut alloc = sampled();
    alloc.whole_frame(|alloc| takes_a_block(alloc.frame(), 1000));
    assert!(alloc.sampled_sites().iter().all(|site| site.calls.is_empty()));
}
