//! R10: random programs on frame collections give what the standard library's give.
//!
//! Several collections share a frame, so that growth in place, moves and memory given back all happen. A failing case
//! prints the seed that repeats it.

use std::collections::{HashMap, HashSet};

use framealloc_core::{FrameMap, FrameString, FrameVec, SmartAlloc};
use proptest::prelude::*;

use crate::runner::runner;

#[derive(Clone, Debug)]
enum Step {
    Push(u8),
    Pop,
    Insert(usize, u8),
    Remove(usize),
    SwapRemove(usize),
    Truncate(usize),
    Extend(Vec<u8>),
    ExtendSlice(Vec<u8>),
    Within(usize, usize),
    Append(usize),
    SplitOff(usize),
    Drain(usize, usize, usize),
    Retain(u8),
    Dedup,
    Resize(usize, u8),
    Reserve(usize),
    Shrink,
    ExtractIf(usize, usize, u8),
    Splice(usize, usize, Vec<u8>, usize),
    PushMut(u8),
    InsertMut(usize, u8),
    Take,
    Array,
    Flattened(usize, u8),
    Collect(u8),
    Clone,
    IntoBoxed,
    OfBox(usize, u8),
    Neighbour(u8),
    EndFrame,
}

fn step() -> impl Strategy<Value = Step> {
    let index = 0..40_usize;
    let bytes = proptest::collection::vec(any::<u8>(), 0..50);
    prop_oneof![
        8 => any::<u8>().prop_map(Step::Push),
        2 => Just(Step::Pop),
        2 => (index.clone(), any::<u8>()).prop_map(|(at, value)| Step::Insert(at, value)),
        2 => index.clone().prop_map(Step::Remove),
        2 => index.clone().prop_map(Step::SwapRemove),
        1 => index.clone().prop_map(Step::Truncate),
        2 => bytes.clone().prop_map(Step::Extend),
        2 => bytes.clone().prop_map(Step::ExtendSlice),
        1 => (index.clone(), index.clone()).prop_map(|(a, b)| Step::Within(a, b)),
        1 => index.clone().prop_map(Step::Append),
        1 => index.clone().prop_map(Step::SplitOff),
        2 => (index.clone(), index.clone(), 0..5_usize).prop_map(|(a, b, taken)| Step::Drain(a, b, taken)),
        1 => (2..5_u8).prop_map(Step::Retain),
        1 => Just(Step::Dedup),
        1 => (0..60_usize, any::<u8>()).prop_map(|(len, value)| Step::Resize(len, value)),
        1 => (0..200_usize).prop_map(Step::Reserve),
        1 => Just(Step::Shrink),
        1 => (index.clone(), index.clone(), 2..5_u8).prop_map(|(a, b, n)| Step::ExtractIf(a, b, n)),
        3 => (index.clone(), index.clone(), bytes.clone(), 0..5_usize)
            .prop_map(|(a, b, values, taken)| Step::Splice(a, b, values, taken)),
        1 => any::<u8>().prop_map(Step::PushMut),
        1 => (index.clone(), any::<u8>()).prop_map(|(at, value)| Step::InsertMut(at, value)),
        1 => Just(Step::Take),
        1 => Just(Step::Array),
        1 => (0..20_usize, any::<u8>()).prop_map(|(count, value)| Step::Flattened(count, value)),
        1 => (2..5_u8).prop_map(Step::Collect),
        1 => Just(Step::Clone),
        1 => Just(Step::IntoBoxed),
        1 => (0..20_usize, any::<u8>()).prop_map(|(count, value)| Step::OfBox(count, value)),
        2 => any::<u8>().prop_map(Step::Neighbour),
        1 => Just(Step::EndFrame),
    ]
}

/// Values with a drop, so that a double one shows under a sanitizer.
type Value = Box<u8>;

fn apply(vec: &mut FrameVec<'_, Value>, model: &mut Vec<Value>, step: &Step) {
    let len = model.len();
    let range = |a: usize, b: usize| (a.min(b).min(len), a.max(b).min(len));
    match step.clone() {
        Step::Push(value) => {
            vec.push(Box::new(value));
            model.push(Box::new(value));
        }
        Step::Pop => assert_eq!(vec.pop(), model.pop()),
        Step::Insert(at, value) => {
            vec.insert(at.min(len), Box::new(value));
            model.insert(at.min(len), Box::new(value));
        }
        Step::Remove(at) if at < len => assert_eq!(vec.remove(at), model.remove(at)),
        Step::SwapRemove(at) if at < len => assert_eq!(vec.swap_remove(at), model.swap_remove(at)),
        Step::Truncate(to) => {
            vec.truncate(to);
            model.truncate(to);
        }
        Step::Extend(values) => {
            vec.extend(values.iter().copied().map(Box::new));
            model.extend(values.into_iter().map(Box::new));
        }
        Step::ExtendSlice(values) => {
            let values: Vec<Value> = values.into_iter().map(Box::new).collect();
            vec.extend_from_slice(&values);
            model.extend_from_slice(&values);
        }
        Step::Within(a, b) => {
            let (front, back) = range(a, b);
            vec.extend_from_within(front..back);
            model.extend_from_within(front..back);
        }
        Step::Append(at) => {
            let (mut tail, mut model_tail) = (vec.split_off(at.min(len)), model.split_off(at.min(len)));
            tail.append(vec);
            model_tail.append(model);
            *vec = tail;
            *model = model_tail;
        }
        Step::SplitOff(at) => assert_eq!(vec.split_off(at.min(len)), model.split_off(at.min(len))),
        Step::Drain(a, b, taken) => {
            let (front, back) = range(a, b);
            let ours: Vec<Value> = vec.drain(front..back).rev().take(taken).collect();
            let theirs: Vec<Value> = model.drain(front..back).rev().take(taken).collect();
            assert_eq!(ours, theirs);
        }
        Step::Retain(n) => {
            vec.retain(|value| **value % n != 0);
            model.retain(|value| **value % n != 0);
        }
        Step::Dedup => {
            vec.dedup_by_key(|value| **value / 16);
            model.dedup_by_key(|value| **value / 16);
        }
        Step::Resize(to, value) => {
            vec.resize(to, Box::new(value));
            model.resize(to, Box::new(value));
        }
        step => reshape(vec, model, step),
    }
}

/// The steps that take ranges out of the middle, and those that turn the vector into something else and back.
fn reshape(vec: &mut FrameVec<'_, Value>, model: &mut Vec<Value>, step: Step) {
    let len = model.len();
    let range = |a: usize, b: usize| (a.min(b).min(len), a.max(b).min(len));
    match step {
        Step::Reserve(more) => {
            vec.reserve(more);
            assert!(vec.capacity() >= len + more);
        }
        Step::Shrink => vec.shrink_to_fit(),
        Step::ExtractIf(a, b, n) => {
            let (front, mut back) = range(a, b);
            let picked = |value: &Value| matches!(**value % n, 0);
            let ours: Vec<Value> = vec.extract_if(front..back, |value| picked(value)).take(4).collect();
            let (mut theirs, mut at) = (Vec::new(), front);
            while at < back && theirs.len() < 4 {
                if picked(&model[at]) {
                    theirs.push(model.remove(at));
                    back -= 1;
                } else {
                    at += 1;
                }
            }
            assert_eq!(ours, theirs);
        }
        Step::Splice(a, b, values, taken) => {
            let (front, back) = range(a, b);
            let values = || values.iter().copied().map(Box::new);
            let ours: Vec<Value> = vec.splice(front..back, values()).take(taken).collect();
            let theirs: Vec<Value> = model.splice(front..back, values()).take(taken).collect();
            assert_eq!(ours, theirs);
        }
        Step::PushMut(value) => {
            **vec.push_mut(Box::new(value)) = !value;
            model.push(Box::new(!value));
        }
        Step::InsertMut(at, value) => {
            **vec.insert_mut(at.min(len), Box::new(value)) = !value;
            model.insert(at.min(len), Box::new(!value));
        }
        Step::Take => {
            let taken = vec.take();
            assert!(vec.is_empty() && std::ptr::eq(vec.frame(), taken.frame()));
            *vec = taken;
        }
        Step::Array => match <[Value; 8]>::try_from(vec.take()) {
            Ok(array) => {
                assert_eq!(model.len(), 8);
                *vec = vec.frame().frame_vec_from_array(array);
            }
            Err(whole) => {
                assert_ne!(model.len(), 8);
                *vec = whole;
            }
        },
        Step::Flattened(count, value) => {
            let pairs = vec.frame().frame_vec_from_elem([Box::new(value), Box::new(!value)], count);
            vec.append(&mut pairs.into_flattened());
            model.extend((0..count).flat_map(|_| [Box::new(value), Box::new(!value)]));
        }
        Step::Collect(n) => {
            let frame = vec.frame();
            *vec = frame.frame_collect::<FrameVec<'_, _>>(vec.take().into_iter().filter(|value| **value % n != 0));
            model.retain(|value| **value % n != 0);
        }
        Step::Clone => *vec = vec.clone(),
        Step::IntoBoxed => {
            let whole = vec.split_off(0);
            let frame = whole.frame();
            *vec = FrameVec::from_boxed_in(whole.into_boxed(), frame);
        }
        Step::OfBox(count, value) => {
            let frame = vec.frame();
            let boxed = frame.frame_slice_fill_with(count, |_| Box::new(value));
            *vec = FrameVec::from_boxed_in(boxed, frame);
            *model = vec![Box::new(value); count];
        }
        Step::Remove(_) | Step::SwapRemove(_) | Step::Neighbour(_) | Step::EndFrame => {}
        other => unreachable!("{other:?} is a step of `apply`"),
    }
}

#[test]
fn random_programs_on_vectors_give_what_vec_gives() {
    let (mut runner, seed) = runner(40);
    let programs = proptest::collection::vec((0..3_usize, step()), 1..200);
    runner
        .run(&programs, |program| {
            let mut alloc = SmartAlloc::default();
            let mut program = program.as_slice();
            while !program.is_empty() {
                let frame_length =
                    program.iter().position(|(_, step)| matches!(step, Step::EndFrame)).unwrap_or(program.len());
                alloc.begin_frame();
                alloc.scoped(|frame| {
                    let mut vecs = [frame.frame_vec(), frame.frame_vec(), alloc.frame_vec()];
                    let mut models = [const { Vec::new() }; 3];
                    let mut neighbours = Vec::new();
                    for (which, step) in &program[..frame_length] {
                        if let Step::Neighbour(value) = step {
                            neighbours.push((frame.frame_slice_copy(&[*value; 24]), *value));
                        }
                        apply(&mut vecs[*which], &mut models[*which], step);
                        for (vec, model) in vecs.iter().zip(&models) {
                            assert_eq!(vec.as_slice(), model.as_slice(), "after {step:?}");
                        }
                    }
                    assert!(neighbours.iter().all(|(bytes, value)| **bytes == [*value; 24]));
                });
                alloc.end_frame();
                program = program.get(frame_length + 1..).unwrap_or(&[]);
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("FRAMEALLOC_SEED={seed}: {failure}"));
}

#[derive(Clone, Debug)]
enum Entry {
    Insert(u8, u32),
    Remove(u8),
    Count(u8),
    Reserve(usize),
    Shrink,
    Retain(u32),
    Clear,
    Vector(u8),
}

#[test]
fn random_programs_on_maps_give_what_hash_map_gives() {
    let (mut runner, seed) = runner(60);
    let entry = prop_oneof![
        10 => (any::<u8>(), any::<u32>()).prop_map(|(key, value)| Entry::Insert(key, value)),
        4 => any::<u8>().prop_map(Entry::Remove),
        4 => any::<u8>().prop_map(Entry::Count),
        1 => (0..300_usize).prop_map(Entry::Reserve),
        1 => Just(Entry::Shrink),
        1 => (2..5_u32).prop_map(Entry::Retain),
        1 => Just(Entry::Clear),
        2 => any::<u8>().prop_map(Entry::Vector),
    ];
    runner
        .run(&proptest::collection::vec(entry, 1..300), |program| {
            let alloc = SmartAlloc::default();
            let mut map: FrameMap<'_, Box<u8>, String> = alloc.frame_map();
            let mut set = alloc.frame_set();
            let mut models: (HashMap<Box<u8>, String>, HashSet<u8>) = Default::default();
            let mut between = Vec::new();
            for step in program {
                match step {
                    Entry::Insert(key, value) => {
                        assert_eq!(
                            map.try_insert(Box::new(key), value.to_string()).unwrap(),
                            models.0.insert(Box::new(key), value.to_string())
                        );
                        assert_eq!(set.insert(key), models.1.insert(key));
                    }
                    Entry::Remove(key) => {
                        assert_eq!(map.remove(&key), models.0.remove(&key));
                        assert_eq!(set.remove(&key), models.1.remove(&key));
                    }
                    Entry::Count(key) => {
                        map.entry(Box::new(key)).or_default().push('x');
                        models.0.entry(Box::new(key)).or_default().push('x');
                    }
                    Entry::Reserve(more) => map.reserve(more),
                    Entry::Shrink => map.shrink_to_fit(),
                    Entry::Retain(n) => {
                        map.retain(|key, _| u32::from(**key) % n != 0);
                        models.0.retain(|key, _| u32::from(**key) % n != 0);
                    }
                    Entry::Clear => {
                        map = alloc.frame_map();
                        models.0.clear();
                    }
                    Entry::Vector(value) => {
                        let mut vec = alloc.frame_vec();
                        vec.resize(usize::from(value), value);
                        between.push(vec);
                    }
                }
                assert_eq!(map.len(), models.0.len());
                assert!(models.0.iter().all(|(key, value)| map.get(key) == Some(value)));
            }
            assert!(models.1.iter().all(|value| set.contains(value)) && set.len() == models.1.len());
            assert_eq!(map.clone(), map);
            assert!(between.iter().all(|vec| vec.iter().all(|value| usize::from(*value) == vec.len())));
            let taken: HashMap<Box<u8>, String> = map.into_iter().collect();
            assert_eq!(taken, models.0);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("FRAMEALLOC_SEED={seed}: {failure}"));
}

#[test]
fn random_programs_on_strings_give_what_string_gives() {
    let (mut runner, seed) = runner(60);
    let step = (0..13_u8, any::<char>(), "\\PC{0,12}", 0..60_usize, 0..60_usize);
    runner
        .run(&proptest::collection::vec(step, 1..100), |program| {
            let alloc = SmartAlloc::default();
            let mut string = alloc.frame_string();
            let mut model = String::new();
            for (kind, character, text, at, to) in program {
                let boundary =
                    |at: usize| (0..=at.min(model.len())).rev().find(|at| model.is_char_boundary(*at)).unwrap();
                let (at, to) = (boundary(at.min(to)), boundary(at.max(to)));
                match kind {
                    0 => {
                        string.push(character);
                        model.push(character);
                    }
                    1 => {
                        string.insert_str(at, &text);
                        model.insert_str(at, &text);
                    }
                    2 if at < model.len() => assert_eq!(string.remove(at), model.remove(at)),
                    3 => {
                        string.truncate(at);
                        model.truncate(at);
                    }
                    4 => {
                        let mut n = 0;
                        let mut m = 0;
                        string.retain(|_| (n += 1, n % 3 != 0).1);
                        model.retain(|_| (m += 1, m % 3 != 0).1);
                    }
                    5 => {
                        let mut ours = string.drain(at..to);
                        let mut theirs = model.drain(at..to);
                        assert_eq!((ours.next(), ours.next_back()), (theirs.next(), theirs.next_back()));
                        assert_eq!(ours.as_str(), theirs.as_str());
                    }
                    6 => {
                        string.replace_range(at..to, &text);
                        model.replace_range(at..to, &text);
                    }
                    7 => {
                        let (tail, model_tail) = (string.split_off(at), model.split_off(at));
                        assert_eq!(tail, model_tail);
                        let head = string.take();
                        string.extend([tail, head]);
                        model = model_tail + &model;
                    }
                    8 => {
                        string.extend_from_within(at..to);
                        let own = model[at..to].to_owned();
                        model += &own;
                    }
                    9 => {
                        string.extend(text.chars());
                        string.extend([&*text, "-"]);
                        model.extend([&*text, &*text, "-"]);
                    }
                    10 => {
                        string.insert(at, character);
                        model.insert(at, character);
                        string.shrink_to(to);
                    }
                    11 => {
                        string = FrameString::from_utf8(string.into_bytes()).unwrap();
                        string = string.try_clone().unwrap();
                    }
                    _ => {
                        string += &text;
                        model += &text;
                        assert_eq!(string.pop(), model.pop());
                    }
                }
                assert_eq!(string, model);
                assert!(std::str::from_utf8(string.as_bytes()).is_ok());
            }
            assert_eq!(&*string.into_boxed_str(), &*model);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("FRAMEALLOC_SEED={seed}: {failure}"));
}
