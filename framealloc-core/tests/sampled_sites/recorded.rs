//! Recordings have what was sampled, by frame, and the names of the calls.

use std::collections::BTreeMap;

use framealloc_core::{AllocConfig, Frame, RecordOptions, SiteSampling, SmartAlloc};
use framealloc_trace::{Decoder, Item, Kind, Site};

#[inline(never)]
fn takes_a_block(frame: &Frame, bytes: usize) -> usize {
    frame.frame_slice_zeroed::<u8>(bytes).len()
}

fn frames(alloc: &mut SmartAlloc) {
    for n in 1..=10 {
        alloc.whole_frame(|alloc| {
            takes_a_block(alloc.frame(), 1000 * n);
            takes_a_block(alloc.tagged("items").frame(), 500);
            std::thread::scope(|scope| {
                scope.spawn(|| takes_a_block(alloc.frame(), 2000));
            });
        });
    }
}

fn sampled() -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_sites(SiteSampling::every(8)))
}

/// What a recording says.
#[derive(Default)]
struct Read {
    tags: BTreeMap<u32, String>,
    calls: BTreeMap<u32, String>,
    stacks: BTreeMap<u32, Vec<u32>>,
    sites: BTreeMap<u32, Site>,
    /// Bytes by tag, of each frame.
    frames: Vec<BTreeMap<String, u64>>,
}

fn read(bytes: &[u8]) -> Read {
    let mut read = Read::default();
    for item in Decoder::new(bytes).unwrap() {
        match item.unwrap() {
            Item::Definition(named) if named.kind == Kind::Tag => {
                read.tags.insert(named.id, named.name);
            }
            Item::Call(call) => {
                read.calls.insert(call.id, call.function);
            }
            Item::Stack(stack) => {
                read.stacks.insert(stack.id, stack.calls);
            }
            Item::Site(site) => {
                read.sites.insert(site.id, site);
            }
            Item::Samples(samples) => {
                assert_eq!(samples.every, 8);
                let mut frame = BTreeMap::new();
                for figures in samples.sites {
                    assert!(figures.samples > 0 && figures.blocks > 0);
                    let tag = &read.tags[&read.sites[&figures.id].tag];
                    *frame.entry(tag.clone()).or_default() += figures.bytes;
                }
                read.frames.push(frame);
            }
            _ => {}
        }
    }
    read
}

fn check(bytes: &[u8]) {
    let read = read(bytes);
    let expected: Vec<_> = (1..=10)
        .map(|n| BTreeMap::from([("(untagged)".to_owned(), 1000 * n + 2000), ("items".to_owned(), 500)]))
        .collect();
    assert_eq!(read.frames, expected);
    for site in read.sites.values() {
        let has_stacks = cfg!(all(feature = "stacks", not(target_family = "wasm")));
        assert_eq!(site.stack.is_some(), has_stacks);
        let Some(stack) = site.stack else { continue };
        let names: Vec<&String> = read.stacks[&stack].iter().map(|call| &read.calls[call]).collect();
        assert!(names[0].ends_with("recorded::takes_a_block"), "{names:#?}");
    }
}

#[test]
fn a_recording_in_memory_has_the_samples_of_each_frame() {
    let mut alloc = sampled();
    alloc.record_in_memory(RecordOptions::default()).unwrap();
    frames(&mut alloc);
    let (_, bytes) = alloc.take_recording().unwrap();
    check(&bytes);
}

#[test]
fn a_file_has_them_whoever_writes_it() {
    let path = std::env::temp_dir().join(format!("framealloc-sites-{}.fa", std::process::id()));
    for options in [RecordOptions::default(), RecordOptions::default().on_this_thread()] {
        let mut alloc = sampled();
        alloc.record_with(&path, options).unwrap();
        frames(&mut alloc);
        alloc.stop_recording().unwrap();
        check(&std::fs::read(&path).unwrap());
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_recording_of_an_allocator_that_is_not_sampled_says_nothing_of_samples() {
    let mut alloc = SmartAlloc::default();
    alloc.record_in_memory(RecordOptions::default()).unwrap();
    frames(&mut alloc);
    let (_, bytes) = alloc.take_recording().unwrap();
    assert!(read(&bytes).frames.is_empty());
}
