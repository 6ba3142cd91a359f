//! Figures agree: by tag, thread, system and phase they add up to the frame, and to what the program itself counted, in 10,000
//! random frames; statistics, snapshots and recordings say the same.

use std::collections::BTreeMap;

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::{Frame, SmartAlloc};
use framealloc_trace::{Decoder, Definition, Item, Kind};

use crate::random::Random;

const FRAMES: usize = 10_000;
const TAGS: [&str; 4] = ["agree_physics", "agree_ai", "agree_render", "agree_audio"];

static SYSTEMS: [Site; 3] = [
    Site::new("agree::step", "figures_agree.rs", 1).with_tag("agree_physics"),
    Site::new("agree::think", "figures_agree.rs", 2).with_tag("agree_ai"),
    Site::new("agree::draw", "figures_agree.rs", 3),
];

/// What the program asked for, by itself.
#[derive(Default)]
struct Counted {
    tags: BTreeMap<String, usize>,
    systems: BTreeMap<&'static str, (usize, usize)>,
    bytes: usize,
}

impl Counted {
    /// A block takes its size, up to the next multiple of 8, and with the feature `debug` a red zone.
    fn add(&mut self, tag: &str, size: usize) {
        let redzone = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };
        let bytes = if size == 0 { 0 } else { size.next_multiple_of(8) + redzone };
        *self.tags.entry(tag.to_owned()).or_default() += bytes;
        self.bytes += bytes;
    }

    fn merge(&mut self, other: Self) {
        for (tag, bytes) in other.tags {
            *self.tags.entry(tag).or_default() += bytes;
        }
        for (system, (calls, bytes)) in other.systems {
            let known = self.systems.entry(system).or_default();
            *known = (known.0 + calls, known.1 + bytes);
        }
        self.bytes += other.bytes;
    }
}

/// Asks for memory in a random way, in `frame`, whose tag is `tag`.
fn ask(frame: &Frame, tag: &str, random: &mut Random, counted: &mut Counted, depth: usize) {
    let size = random.below(200);
    match random.below(if depth > 3 { 6 } else { 9 }) {
        0 => {
            frame.frame_slice_zeroed::<u8>(size);
            counted.add(tag, size);
        }
        1 => {
            frame.frame_box(1_u16);
            counted.add(tag, 2);
        }
        2 => {
            frame.frame_bytes(std::alloc::Layout::from_size_align(1 + size, 4).unwrap());
            counted.add(tag, 1 + size);
        }
        3 => {
            frame.frame_str("some text");
            counted.add(tag, 9);
        }
        4 => {
            let mut cursor = frame.cursor();
            for number in 0..size {
                cursor.alloc(number);
                counted.add(tag, 8);
            }
        }
        5 => {
            frame.frame_box(());
        }
        6 => frame.scoped(|inner| (0..3).for_each(|_| ask(inner, tag, random, counted, depth + 1))),
        7 => {
            let other = TAGS[random.below(TAGS.len())];
            let under = framealloc_core::Tag::intern(other);
            ask(frame.tagged(under), other, random, counted, depth + 1);
        }
        _ => {
            let system = &SYSTEMS[random.below(SYSTEMS.len())];
            let tag = system.tag().map_or_else(|| tag.to_owned(), |tag| tag.path().to_owned());
            let mut own = Counted::default();
            with_frame(frame, system, |frame| {
                // Systems do not book what systems under them take.
                (0..3).for_each(|_| ask(frame, &tag, random, &mut own, 4));
            });
            let bytes = own.bytes;
            own.systems.insert(system.name(), (1, bytes));
            counted.merge(own);
        }
    }
}

fn work(alloc: &SmartAlloc, seed: u64, requests: usize) -> Counted {
    let (mut random, mut counted) = (Random::new(seed), Counted::default());
    let _work = alloc.phase_scope("work");
    for _ in 0..requests {
        ask(alloc.frame(), "(untagged)", &mut random, &mut counted, 0);
    }
    counted
}

#[test]
fn sums_over_everything_are_the_frame_and_what_the_program_counted() {
    let mut random = Random::seeded(0x0A9_4EE5);
    let path = std::env::temp_dir().join(format!("framealloc-agree-{}.fa", std::process::id()));
    let mut alloc = SmartAlloc::default();
    alloc.record(&path).unwrap();
    let mut frames = Vec::new();
    for number in 0..FRAMES {
        alloc.begin_frame();
        let (requests, others) = (random.below(12), if number % 10 == 0 { random.below(4) } else { 0 });
        let seeds: Vec<u64> = (0..=others).map(|_| random.next()).collect();
        let mut counted = work(&alloc, seeds[0], requests);
        std::thread::scope(|scope| {
            let alloc = &alloc;
            let threads: Vec<_> =
                seeds[1..].iter().map(|seed| scope.spawn(move || work(alloc, *seed, requests))).collect();
            for thread in threads {
                counted.merge(thread.join().unwrap());
            }
        });
        assert_eq!(alloc.end_frame().bytes, counted.bytes, "frame {number}");
        let stats = alloc.stats();
        counted.tags.retain(|_, bytes| *bytes > 0);
        let tags: BTreeMap<String, usize> =
            stats.tags.iter().filter(|tag| tag.bytes > 0).map(|tag| (tag.path.to_owned(), tag.bytes)).collect();
        assert_eq!(tags, counted.tags, "frame {number}");
        let systems: BTreeMap<_, _> = stats.systems.iter().map(|s| (s.name, (s.calls, s.bytes))).collect();
        assert_eq!(systems, counted.systems, "frame {number}");
        let by_thread: usize = stats.threads.iter().map(|thread| thread.bytes).sum();
        let by_thread_and_tag: usize = stats.threads.iter().flat_map(|thread| &thread.tags).map(|tag| tag.bytes).sum();
        assert_eq!((stats.bytes, by_thread, by_thread_and_tag), (counted.bytes, counted.bytes, counted.bytes));
        let phase = stats.phase("work").unwrap();
        assert_eq!((phase.calls, phase.bytes), (1 + others, counted.bytes));
        if number % 100 == 0 {
            let snapshot = alloc.snapshot();
            assert_eq!(snapshot.frame.bytes, counted.bytes as u64);
            assert_eq!(snapshot.tags.iter().map(|tag| tag.bytes).sum::<u64>(), counted.bytes as u64);
        }
        frames.push(counted);
    }
    assert_eq!(alloc.stop_recording().unwrap().left_out, 0);
    compare_with_recording(&std::fs::read(&path).unwrap(), &frames);
    std::fs::remove_file(path).unwrap();
}

fn compare_with_recording(bytes: &[u8], frames: &[Counted]) {
    let mut names = BTreeMap::new();
    let mut frames = frames.iter();
    for item in Decoder::new(bytes).unwrap() {
        match item.unwrap() {
            Item::Definition(Definition { kind, id, name, .. }) => {
                names.insert((kind, id), name);
            }
            Item::Frame(frame) => {
                let counted = frames.next().unwrap();
                let whole = counted.bytes as u64;
                let by_thread: u64 = frame.threads.iter().map(|(_, bytes)| bytes).sum();
                assert_eq!((frame.bytes, by_thread), (whole, whole));
                let tags = frame.tags.iter().filter(|(_, bytes)| *bytes > 0);
                let tags: BTreeMap<_, _> = tags.map(|(id, bytes)| (&*names[&(Kind::Tag, *id)], *bytes)).collect();
                let expected = counted.tags.iter().map(|(tag, bytes)| (tag.as_str(), *bytes as u64)).collect();
                assert_eq!(tags, expected);
                let systems = frame.systems.iter().map(|s| (&*names[&(Kind::System, s.id)], (s.calls, s.bytes)));
                let expected =
                    counted.systems.iter().map(|(name, (calls, bytes))| (*name, (*calls as u64, *bytes as u64)));
                assert_eq!(systems.collect::<BTreeMap<_, _>>(), expected.collect());
                assert_eq!(frame.phases.iter().map(|phase| phase.bytes).sum::<u64>(), whole);
            }
            other => panic!("unknown item {other:?}"),
        }
    }
    assert!(frames.next().is_none());
}
