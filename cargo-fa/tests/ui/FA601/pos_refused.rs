//! Forms that rustc refuses as well: here is said what its borrow is.
//@ compile-fail
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::*;

use framealloc::{FrameBox, FrameString, RetentionPolicy, SmartAlloc, frame_format, frame_system};

#[frame_system]
pub fn letters<'a>(alloc: &'a SmartAlloc, text: &str) -> std::str::Chars<'a> {
    alloc.frame_str(text).chars() //~ FA601
}

#[frame_system]
pub fn mapped<'a>(alloc: &'a SmartAlloc, numbers: &[u32]) -> impl Iterator<Item = u32> + 'a {
    alloc.frame_slice_copy(numbers).iter().map(|number| number * 2) //~ FA601
}

#[frame_system]
pub fn boxed<'a>(alloc: &'a SmartAlloc, numbers: &[u32]) -> Box<dyn Iterator<Item = u32> + 'a> {
    Box::new(alloc.frame_slice_copy(numbers).iter().copied()) //~ FA601 FA401
}

#[frame_system]
pub fn words<'a>(alloc: &'a SmartAlloc, text: &str, out: &mut Vec<&'a str>) {
    let text = alloc.frame_str(text);
    for word in text.split_whitespace() {
        out.push(word); //~ FA601 FA402
    }
    out.extend(text.lines()); //~ FA601 FA402
}

#[frame_system]
pub fn first_half<'a>(alloc: &'a SmartAlloc, numbers: &[u32]) -> &'a [u32] {
    let copy = alloc.frame_slice_copy(numbers);
    let (first, _) = copy.split_at(1);
    first //~ FA601
}

#[frame_system]
pub fn halves<'a>(alloc: &'a SmartAlloc, numbers: &[u32], out: &mut Vec<&'a mut [u32]>) {
    let (first, second) = alloc.frame_slice_copy(numbers).split_at_mut(1);
    out.push(first); //~ FA601 FA402
    out.push(second); //~ FA601 FA402
}

#[frame_system]
pub fn looked_up<'a>(alloc: &'a SmartAlloc, pairs: &[(u32, u32)]) -> Option<&'a u32> {
    let mut map = alloc.frame_map::<u32, u32>();
    map.extend(pairs.iter().copied());
    map.get(&1) //~ FA601
}

#[frame_system]
pub fn cow<'a>(alloc: &'a SmartAlloc) -> Cow<'a, str> {
    Cow::Borrowed(alloc.frame_str("x")) //~ FA601
}

pub struct Kept {
    names: Vec<&'static str>,
    counts: BTreeMap<&'static str, u32>,
    any: Vec<Box<dyn Any>>,
    shown: Vec<Box<dyn Display>>,
    text: Cow<'static, str>,
    best: Option<FrameBox<'static, u32>>,
}

impl Kept {
    #[frame_system]
    pub fn in_static_places(&mut self, alloc: &SmartAlloc) {
        self.names.push(alloc.frame_str("x")); //~ FA601 FA402
        *self.counts.entry(alloc.frame_str("x")).or_insert(0) += 1; //~ FA601
        self.text = alloc.frame_str("x").into(); //~ FA601
    }

    #[frame_system]
    pub fn in_trait_objects(&mut self, alloc: &SmartAlloc) {
        self.any.push(Box::new(alloc.frame_box(1_u32))); //~ FA601 FA401 FA402
        self.shown.push(Box::new(alloc.frame_str("x"))); //~ FA601 FA401 FA402
    }

    pub fn without_a_name(&mut self, value: FrameBox<'_, u32>) {
        self.best = Some(value); //~ FA601
    }
}

fn register(name: &'static str) {
    println!("{name}");
}

fn later<T: Send + 'static>(value: T) {
    drop(value);
}

fn run(job: impl FnOnce() + 'static) {
    job();
}

fn show(value: Box<dyn Display>) {
    println!("{value}");
}

fn show_now(value: Box<dyn Display + '_>) {
    println!("{value}");
}

#[frame_system]
pub fn in_a_box(alloc: &SmartAlloc) {
    show(Box::new(alloc.frame_str("x"))); //~ FA601 FA401
    show_now(Box::new(alloc.frame_str("x"))); //~ FA401
}

#[frame_system]
pub fn key_and_value<'a>(alloc: &'a SmartAlloc, text: &str) -> Option<(&'a str, &'a str)> {
    alloc.frame_str(text).split_once('=') //~ FA601
}

#[frame_system]
pub fn where_static_is_asked_for(alloc: &SmartAlloc) {
    register(alloc.frame_str("x")); //~ FA601
    later(alloc.frame_box(1_u32)); //~ FA601
    let name: &'static str = alloc.frame_str("x"); //~ FA601
    println!("{name}");
}

#[frame_system]
pub fn captured_where_static_is_asked_for(alloc: &SmartAlloc) {
    let value = alloc.frame_box(1_u32);
    run(move || println!("{value}")); //~ FA703
}

#[frame_system]
pub fn into_what_outlives_the_frame(alloc: &SmartAlloc, number: u32) {
    println!("{:?}", alloc.frame_share(alloc.frame_str("x")).get(alloc)); //~ FA601
    drop(alloc.frame_retain(alloc.frame_box(number), RetentionPolicy::Discard)); //~ FA601
    let _ = alloc.frame_box_for_transfer(alloc.frame_str("x")).receive(); //~ FA601
}

#[frame_system]
pub fn sent(alloc: &SmartAlloc, texts: &mpsc::Sender<FrameString<'static>>, slices: &mpsc::Sender<&'static [u32]>) {
    let _ = texts.send(frame_format!(alloc, "x")); //~ FA601 FA401
    let _ = slices.send(alloc.frame_slice_copy(&[1])); //~ FA601 FA401
}

pub fn after_its_guard(alloc: &mut SmartAlloc) -> usize {
    let frame = alloc.frame_guard();
    let text = frame.frame_str("x");
    drop(frame);
    text.len() //~ FA601
}

pub fn dropped_after_its_frame(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let value = alloc.frame_box(1_u32); //~ FA601
    let number = *value;
    alloc.end_frame();
    number
}

pub fn dropped_in_each_round(alloc: &mut SmartAlloc) -> u32 {
    let mut best = 0;
    for number in 0..3 {
        alloc.begin_frame();
        let list = alloc.frame_vec_from_array([number]); //~ FA601
        best = best.max(list[0]);
        alloc.end_frame();
    }
    best
}
