//! The tags of attributes are absolute: the bytes of a system are found under the tag that its attribute names, whoever calls it.

use framealloc::{Frame, SmartAlloc, alloc_tag, frame_system};

#[alloc_tag("contacts")]
fn contacts(alloc: &Frame) -> &mut [u64] {
    alloc.frame_slice_zeroed(16)
}

#[frame_system(tag = "physics")]
fn physics(alloc: &SmartAlloc) -> usize {
    contacts(alloc).len()
}

#[alloc_tag("ai")]
async fn plan(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_zeroed::<u64>(32).len()
}

#[test]
fn a_tag_is_the_same_whoever_calls() {
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| {
        assert_eq!(alloc.with_tag("game", |game| physics(game)), 16);
        let mut plan = Box::pin(plan(alloc));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(plan.as_mut().poll(&mut context).is_ready());
    });
    let stats = alloc.stats();
    let bytes = |path: &str| stats.tag(path).map_or(0, |tag| tag.bytes);
    // With `debug` a block has a red zone behind it.
    let zone = if cfg!(feature = "debug") { 8 } else { 0 };
    assert_eq!((bytes("contacts"), bytes("ai")), (128 + zone, 256 + zone));
    assert_eq!(stats.tags.iter().filter(|tag| tag.path.contains("::")).count(), 0);
}
