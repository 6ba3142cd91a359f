//! Programs of the runtime: each byte says what to do next, and plain `std` collections say what must come of it.
//!
//! Frames, scopes, tags, speculation; boxes, slices, vectors, strings, maps, sets, cursors, shared values; pools and the heap.
//! Elements are boxes, so that the sanitizer sees one that is dropped twice or not at all. Some programs have a budget, and
//! whatever is refused must leave everything as it was.
#![no_main]

use std::collections::{HashMap, HashSet};

use framealloc_core::{
    AllocConfig, Budget, Cursor, Frame, FrameBox, FrameMap, FrameSet, FrameString, FrameVec, HeapBox, Pool, PoolBox,
    PoolSpec, SmartAlloc, kilobytes, pool,
};
use libfuzzer_sys::fuzz_target;

static OWN: Pool<[u64; 5]> = Pool::new(PoolSpec::new("fuzzed"));
const TAGS: [&str; 3] = ["physics", "ai", "render"];

/// The bytes that are left; zeros when there are none.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { usize::from(self.byte()) % limit }
    }

    /// Mostly small, at times large.
    fn length(&mut self) -> usize {
        let byte = usize::from(self.byte());
        if byte < 240 { byte % 40 } else { (byte - 239) * 400 }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What outlives frames.
#[derive(Default)]
struct Kept {
    own: Vec<(PoolBox<[u64; 5]>, u64)>,
    sized: Vec<(PoolBox<[u8; 100]>, u8)>,
    slices: Vec<(PoolBox<[Box<u32>]>, usize)>,
    heap: Vec<(HeapBox<[u16; 30]>, u16)>,
}

impl Kept {
    fn step(&mut self, input: &mut Input<'_>, alloc: &SmartAlloc) {
        let value = input.byte();
        match input.below(8) {
            0 => self.own.push((OWN.boxed([value.into(); 5]), value.into())),
            1 => self.sized.push((alloc.pool_box([value; 100]), value)),
            2 => {
                let length = input.length();
                self.slices.push((pool::slice_fill_with(length, |i| Box::new(i as u32)), length));
            }
            3 => self.heap.push((alloc.heap_box([value.into(); 30]), value.into())),
            4 if !self.own.is_empty() => drop(self.own.swap_remove(input.below(self.own.len()))),
            5 if !self.sized.is_empty() => drop(self.sized.swap_remove(input.below(self.sized.len()))),
            6 if !self.slices.is_empty() => drop(self.slices.swap_remove(input.below(self.slices.len()))),
            _ => {
                self.heap.pop();
                if value > 250 {
                    pool::flush_thread();
                    pool::trim();
                }
            }
        }
    }

    fn check(&self) {
        assert!(self.own.iter().all(|(own, value)| **own == [*value; 5]));
        assert!(self.sized.iter().all(|(sized, value)| **sized == [*value; 100]));
        assert!(self.heap.iter().all(|(heap, value)| **heap == [*value; 30]));
        for (slice, length) in &self.slices {
            assert!(slice.len() == *length && slice.iter().enumerate().all(|(i, value)| **value as usize == i));
        }
    }
}

/// What one region lends.
struct Loans<'f> {
    boxes: Vec<(FrameBox<'f, [u64]>, u64)>,
    words: Vec<(&'f mut u64, u64)>,
    bytes: FrameVec<'f, u8>,
    bytes_model: Vec<u8>,
    vector: FrameVec<'f, Box<u32>>,
    // Boxes, as in the vector that it stands for: they have a destructor.
    #[allow(clippy::vec_box)]
    vector_model: Vec<Box<u32>>,
    string: FrameString<'f>,
    string_model: String,
    map: FrameMap<'f, u8, Box<u32>>,
    map_model: HashMap<u8, Box<u32>>,
    set: FrameSet<'f, u16>,
    set_model: HashSet<u16>,
}

impl<'f> Loans<'f> {
    fn new(frame: &'f Frame) -> Self {
        Self {
            boxes: Vec::new(),
            words: Vec::new(),
            bytes: frame.frame_vec(),
            bytes_model: Vec::new(),
            vector: frame.frame_vec(),
            vector_model: Vec::new(),
            string: frame.frame_string(),
            string_model: String::new(),
            map: frame.frame_map(),
            map_model: HashMap::new(),
            set: frame.frame_set(),
            set_model: HashSet::new(),
        }
    }

    fn check(&self) {
        assert!(self.boxes.iter().all(|(boxed, value)| boxed.iter().all(|word| word == value)));
        assert!(self.words.iter().all(|(word, value)| **word == *value));
        assert_eq!(self.bytes.as_slice(), self.bytes_model);
        assert_eq!(self.vector.as_slice(), self.vector_model);
        assert!(self.bytes.capacity() >= self.bytes.len() && self.vector.capacity() >= self.vector.len());
        assert_eq!(self.string.as_str(), self.string_model);
        assert_eq!((self.map.len(), self.set.len()), (self.map_model.len(), self.set_model.len()));
        assert!(self.map_model.iter().all(|(key, value)| self.map.get(key) == Some(value)));
        assert!(self.set_model.iter().all(|value| self.set.contains(value)));
    }

    fn bytes(&mut self, input: &mut Input<'_>) {
        let (vector, model) = (&mut self.bytes, &mut self.bytes_model);
        let (value, more) = (input.byte(), input.length());
        match input.below(6) {
            0 if vector.try_resize(more, value).is_ok() => model.resize(more, value),
            1 if vector.try_extend_from_slice(&vec![value; more]).is_ok() => model.extend(vec![value; more]),
            2 if vector.try_reserve(more).is_ok() => assert!(vector.capacity() >= vector.len() + more),
            3 => {
                let from = more.min(model.len());
                if vector.try_extend_from_within(from..).is_ok() {
                    model.extend_from_within(from..);
                }
            }
            4 => {
                vector.dedup();
                model.dedup();
            }
            _ => {
                vector.truncate(more);
                vector.shrink_to_fit();
                model.truncate(more);
            }
        }
    }

    fn vector(&mut self, input: &mut Input<'_>) {
        let (vector, model) = (&mut self.vector, &mut self.vector_model);
        let value = u32::from(input.byte());
        let at = input.below(model.len() + 1);
        match input.below(12) {
            0..3 if vector.try_push(Box::new(value)).is_ok() => model.push(Box::new(value)),
            3 if vector.try_insert(at, Box::new(value)).is_ok() => model.insert(at, Box::new(value)),
            4 if at < model.len() => assert_eq!(vector.remove(at), model.remove(at)),
            5 if at < model.len() => assert_eq!(vector.swap_remove(at), model.swap_remove(at)),
            6 => assert_eq!(vector.pop(), model.pop()),
            7 => {
                let taken = input.below(8);
                assert!(vector.drain(at..).take(taken).eq(model.drain(at..).take(taken)));
            }
            8 => {
                vector.retain(|element| (**element + value) % 3 != 0);
                model.retain(|element| (**element + value) % 3 != 0);
            }
            9 => {
                if let Ok(mut tail) = vector.try_split_off(at) {
                    let mut other = model.split_off(at);
                    assert_eq!(tail.as_slice(), other);
                    if value % 2 == 0 && vector.try_append(&mut tail).is_ok() {
                        model.append(&mut other);
                    }
                }
            }
            10 => {
                vector.dedup_by_key(|element| **element % 4);
                model.dedup_by_key(|element| **element % 4);
            }
            _ => {
                let more = input.length();
                let new = || (0..more as u32).map(Box::new);
                let before = vector.len();
                if vector.try_extend(new()).is_ok() {
                    model.extend(new());
                } else {
                    // What came before the refusal may have been taken.
                    vector.truncate(before);
                }
            }
        }
    }

    fn string(&mut self, input: &mut Input<'_>) {
        let (string, model) = (&mut self.string, &mut self.string_model);
        let character = char::from_u32(u32::from(input.byte()) * 300).unwrap_or('x');
        let at = input.below(model.len() + 1);
        let at = (0..=at).rev().find(|at| model.is_char_boundary(*at)).unwrap_or(0);
        match input.below(7) {
            0 if string.try_push(character).is_ok() => model.push(character),
            1 if string.try_insert_str(at, "añ").is_ok() => model.insert_str(at, "añ"),
            2 if at < model.len() => assert_eq!(string.remove(at), model.remove(at)),
            3 => {
                string.truncate(at);
                model.truncate(at);
            }
            4 => {
                string.retain(|other| other != character);
                model.retain(|other| other != character);
            }
            5 => assert_eq!(string.pop(), model.pop()),
            _ if string.try_push_str("some text").is_ok() => *model += "some text",
            _ => {}
        }
    }

    fn table(&mut self, input: &mut Input<'_>) {
        let (key, value) = (input.byte(), u32::from(input.byte()));
        match input.below(6) {
            0..2 => {
                if let Ok(before) = self.map.try_insert(key, Box::new(value)) {
                    assert_eq!(before, self.map_model.insert(key, Box::new(value)));
                }
            }
            2 => assert_eq!(self.map.remove(&key), self.map_model.remove(&key)),
            3 => {
                let value = u16::from(key) * 7;
                if let Ok(new) = self.set.try_insert(value) {
                    assert_eq!(new, self.set_model.insert(value));
                }
            }
            4 => {
                self.map.retain(|key, _| key % 3 != 0);
                self.map_model.retain(|key, _| key % 3 != 0);
                self.map.shrink_to_fit();
            }
            _ => {
                self.set.retain(|element| element % 2 == 0);
                self.set_model.retain(|element| element % 2 == 0);
            }
        }
    }
}

/// The steps of one frame or scope, until its bytes say that it ends.
fn region(input: &mut Input<'_>, alloc: &SmartAlloc, frame: &Frame, kept: &mut Kept, depth: u32) {
    let mut loans = Loans::new(frame);
    let mut cursor: Cursor<'_> = frame.cursor();
    let mut shared = Vec::new();
    while !input.is_empty() {
        match input.below(20) {
            0 => break,
            1 | 2 if depth < 6 => frame.scoped(|inner| region(input, alloc, inner, kept, depth + 1)),
            3 if depth < 6 => {
                let tag = TAGS[input.below(TAGS.len())];
                frame.with_tag(tag, |tagged| region(input, alloc, tagged, kept, depth + 1));
            }
            4 if depth < 6 => {
                let fails = input.byte() & 1 == 0;
                let attempt = frame.speculative(|inner| {
                    region(input, alloc, inner, kept, depth + 1);
                    if fails { Err(()) } else { Ok(()) }
                });
                assert_eq!(attempt.is_err(), fails);
            }
            5 | 6 => {
                let (length, value) = (input.length(), u64::from(input.byte()));
                if let Ok(boxed) = frame.try_frame_slice_fill_with(length, |_| value) {
                    loans.boxes.push((boxed, value));
                }
            }
            7 if !loans.boxes.is_empty() => drop(loans.boxes.swap_remove(input.below(loans.boxes.len()))),
            8 => {
                for value in 0..input.length() as u64 {
                    if let Ok(word) = cursor.try_alloc(value) {
                        loans.words.push((word, value));
                    }
                }
            }
            9 => cursor = frame.cursor(),
            10 => {
                let value = input.byte();
                if let Ok(handle) = frame.try_frame_share(Box::new(value)) {
                    shared.push((handle, value));
                }
            }
            11 | 12 => kept.step(input, alloc),
            13 => loans.bytes(input),
            14 | 15 => loans.vector(input),
            16 => loans.string(input),
            17 => loans.table(input),
            18 => {
                // Growing collections start again, and their old memory stays lent.
                let fresh = Loans::new(frame);
                let old = std::mem::replace(&mut loans, fresh);
                old.check();
                assert_eq!(*old.vector.into_boxed(), *old.vector_model);
                assert_eq!(*old.string.into_boxed_str(), *old.string_model);
                assert!(old.map.into_iter().all(|(key, value)| old.map_model.get(&key) == Some(&value)));
            }
            _ => {
                let value = u64::from(input.byte());
                if let Ok(word) = frame.try_frame_ref(value) {
                    loans.words.push((word, value));
                }
            }
        }
        loans.check();
        assert!(shared.iter().all(|(handle, value)| handle.get(alloc).map(|boxed| **boxed) == Some(*value)));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input(bytes);
    let config = AllocConfig::default();
    let config = match input.byte() % 4 {
        0 => config.with_thread_frame_budget(kilobytes(4)),
        1 => config.with_tag_budget("ai", Budget::new(2000)).with_global_frame_budget(kilobytes(64)),
        2 => config.with_heap_threshold(1000),
        _ => config,
    };
    let mut alloc = SmartAlloc::new(config);
    let mut kept = Kept::default();
    while !input.is_empty() {
        alloc.begin_frame();
        region(&mut input, &alloc, alloc.frame(), &mut kept, 0);
        alloc.end_frame();
        kept.check();
    }
});
