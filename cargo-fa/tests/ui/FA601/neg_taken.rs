//! Look-alikes: what is taken out of an iterator, a key or a text is a copy, or the world's.
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;

use framealloc::{FrameBox, SmartAlloc, frame_format, frame_system};

pub struct Kept {
    names: Vec<&'static str>,
    counts: BTreeMap<&'static str, u32>,
    any: Vec<Box<dyn Any>>,
    text: Cow<'static, str>,
    best: Option<u32>,
    letters: Vec<char>,
}

const NAMES: [&str; 2] = ["one", "two"];

impl Kept {
    #[frame_system]
    pub fn letters(&mut self, alloc: &SmartAlloc) {
        let text = frame_format!(alloc, "{}", 1);
        self.letters.clear();
        self.letters.extend(text.chars());
        self.letters.extend(text.split('1').filter_map(|part| part.chars().next()));
        self.best = text.bytes().map(u32::from).max();
        self.best = text.char_indices().map(|(at, _)| at as u32).last();
    }

    #[frame_system]
    pub fn names(&mut self, alloc: &SmartAlloc) {
        let mut sorted = alloc.frame_vec::<&'static str>();
        sorted.extend(NAMES);
        self.names.clear();
        self.names.extend(sorted.iter());
        self.names.push(sorted[0]);
        *self.counts.entry(sorted[1]).or_insert(0) += 1;
        self.text = Cow::Owned(sorted[0].to_string()); //~ FA401
        self.text = Cow::Borrowed(sorted[0]);
    }

    #[frame_system]
    pub fn objects(&mut self, alloc: &SmartAlloc) {
        let value = alloc.frame_box(1_u32);
        self.any.clear();
        self.any.push(Box::new(*value)); //~ FA401
        self.any.push(Box::new(FrameBox::into_inner(value))); //~ FA401
    }

    pub fn counted(&mut self, value: FrameBox<'_, u32>) {
        self.best = Some(*value);
    }
}

fn register(name: &'static str) {
    println!("{name}");
}

fn later<T: Send + 'static>(value: T) {
    drop(value);
}

#[frame_system]
pub fn where_static_is_asked_for(alloc: &SmartAlloc) {
    let names = alloc.frame_slice_copy(&NAMES);
    register(names[0]);
    let name: &'static str = names[1];
    later(name.len());
    later(*alloc.frame_box(1_u32));
    println!("{:?}", alloc.frame_share(names.len()).get(alloc));
}

#[frame_system]
pub fn lengths<'w>(alloc: &SmartAlloc, texts: &'w [String]) -> impl Iterator<Item = usize> + use<'w> {
    let limit = *alloc.frame_box(3_usize);
    texts.iter().map(String::len).filter(move |length| *length < limit)
}

#[frame_system]
pub fn looked_up<'w>(alloc: &SmartAlloc, texts: &'w [String]) -> Option<&'w String> {
    let mut map = alloc.frame_map::<usize, &'w String>();
    map.extend(texts.iter().map(|text| (text.len(), text)));
    map.get(&1).copied()
}

#[frame_system]
pub fn words<'s>(alloc: &SmartAlloc, text: &'s str) -> (&'s str, Option<&'s str>) {
    let words = alloc.frame_slice_from_iter(text.splitn(2, '='));
    (words[0], words.get(1).copied())
}

pub fn of_an_unknown_type<'s>(alloc: &SmartAlloc, words: impl Words<'s>) -> Option<&'s str> {
    alloc.scoped(|frame| {
        let mut list = frame.frame_vec();
        words.each(|word| list.push(word));
        list.pop()
    })
}

pub trait Words<'s> {
    fn each(self, visit: impl FnMut(&'s str));
}

fn consumed(list: framealloc::FrameVec<'_, u32>) -> u32 {
    list.len() as u32
}

pub fn gone_before_the_frame_ends(alloc: &mut SmartAlloc, on: bool) -> u32 {
    alloc.begin_frame();
    let value = alloc.frame_box(1_u32);
    let number = *value;
    drop(value);
    let list = alloc.frame_vec_from_array([1_u32]);
    let length = if on { consumed(list) } else { list.into_iter().sum() };
    {
        let boxed = alloc.frame_box(2_u32);
        println!("{boxed}");
    }
    let slice = alloc.frame_slice_copy(&[1_u32]);
    println!("{}", slice[0]);
    let returned = FrameBox::into_inner(alloc.frame_box(3_u32));
    alloc.end_frame();
    number + length + returned
}
