//! A recording says what each system asked of the heap. Whether systems are counted is the whole process's, so that this
//! has one of its own.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::path::PathBuf;

use framealloc_core::__private::{Site, whole_frame, with_frame};
use framealloc_core::{HeapGuard, SmartAlloc};
use framealloc_trace::{Decoder, Item, Kind, SystemHeap};

#[global_allocator]
static GLOBAL: HeapGuard = HeapGuard::system();

static FRAME: Site = Site::new("frame", file!(), 1);
static ASKS: Site = Site::new("asks", file!(), 2);
static INSIDE: Site = Site::new("inside", file!(), 3);
static ASKS_NOT: Site = Site::new("asks_not", file!(), 4);
static MUST_NOT: Site = Site::new("must_not", file!(), 5).no_heap();

fn take(bytes: usize) {
    drop(black_box(Vec::<u8>::with_capacity(bytes)));
}

fn frame(alloc: &mut SmartAlloc) {
    whole_frame(alloc, &FRAME, |alloc| {
        take(1000);
        with_frame(alloc, &ASKS, |frame| {
            take(100);
            // A system that runs on the stack of another one, as Bevy's do: what it asks for is its own.
            with_frame(alloc, &INSIDE, |_| take(10));
            take(200);
            black_box(frame.frame_box(1_u8));
        });
        with_frame(alloc, &ASKS_NOT, |frame| {
            // Frame memory grows by the heap, which is not the system's doing.
            black_box(frame.frame_slice_zeroed::<u8>(1 << 20));
        });
        with_frame(alloc, &MUST_NOT, |_| take(7));
    });
}

fn heap_in_stats(alloc: &SmartAlloc) -> Vec<(&'static str, usize)> {
    let mut systems: Vec<_> = alloc.stats().systems.iter().map(|system| (system.name, system.heap.calls)).collect();
    systems.sort_unstable();
    systems
}

#[test]
fn a_recording_says_what_each_system_asked_of_the_heap_and_nobody_pays_when_it_has_ended() {
    let file = std::env::temp_dir().join(format!("framealloc-heap-by-system-{}.fa", std::process::id()));
    let mut alloc = SmartAlloc::default();
    frame(&mut alloc);
    let unrecorded = [("asks", 0), ("asks_not", 0), ("frame", 0), ("inside", 0), ("must_not", 1)];
    assert_eq!(heap_in_stats(&alloc), unrecorded);

    alloc.record(&file).expect("the file can be made");
    for _ in 0..3 {
        frame(&mut alloc);
    }
    let counted = [("asks", 2), ("asks_not", 0), ("frame", 1), ("inside", 1), ("must_not", 1)];
    assert_eq!(heap_in_stats(&alloc), counted);
    let told: Vec<_> = HeapGuard::sites().iter().map(|site| site.system).collect();
    assert!(!told.is_empty() && told.iter().all(|system| *system == "must_not"), "who may is only counted: {told:?}");
    alloc.stop_recording().expect("the file can be written");
    frame(&mut alloc);
    assert_eq!(heap_in_stats(&alloc), unrecorded, "the last recording has ended");

    let heap = |calls, bytes| Some(SystemHeap { calls, bytes });
    let expected = [
        ("asks", heap(2, 300)),
        ("asks_not", heap(0, 0)),
        ("frame", heap(1, 1000)),
        ("inside", heap(1, 10)),
        ("must_not", heap(1, 7)),
    ];
    assert_eq!(read(&file), vec![expected.map(|(name, heap)| (name.to_owned(), heap)).to_vec(); 3]);
}

/// The heap by system in each frame, sorted by name.
fn read(file: &PathBuf) -> Vec<Vec<(String, Option<SystemHeap>)>> {
    let bytes = std::fs::read(file).expect("it was written");
    std::fs::remove_file(file).expect("it is there");
    let mut names = std::collections::BTreeMap::new();
    let mut frames = Vec::new();
    for item in Decoder::new(&bytes).expect("it is a recording") {
        match item.expect("it is whole") {
            Item::Definition(definition) if definition.kind == Kind::System => {
                names.insert(definition.id, definition.name);
            }
            Item::Frame(frame) => {
                let mut systems: Vec<_> =
                    frame.systems.iter().map(|system| (names[&system.id].clone(), system.heap)).collect();
                systems.sort_unstable_by(|a, b| a.0.cmp(&b.0));
                frames.push(systems);
            }
            _ => {}
        }
    }
    frames
}
