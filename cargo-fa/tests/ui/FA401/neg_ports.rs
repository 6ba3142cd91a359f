//! What ports of public code taught: conversions that only borrow, constants that switch code off, threads that a builder
//! starts.
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;

use framealloc::{SmartAlloc, frame_system};

const DEBUG: bool = false;
const ROOT: &str = "root";

pub type ClassName = Cow<'static, str>;

#[derive(Default)]
pub struct Style {
    class: ClassName,
}

impl Style {
    pub fn with_class(&mut self, name: impl Into<ClassName>) {
        self.class = name.into();
    }

    pub fn named<N: Into<Cow<'static, str>>>(&mut self, name: N) {
        self.class = name.into();
    }
}

#[frame_system]
pub fn borrowed_text(alloc: &SmartAlloc, style: &mut Style) -> usize {
    style.with_class("button");
    style.with_class(ROOT);
    style.named("label");
    style.class.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn switched_off(alloc: &SmartAlloc, value: u32) -> u32 {
    if DEBUG {
        println!("{}", format!("value {value}"));
    }
    value + *alloc.frame_box(1)
}

#[frame_system]
pub fn on_a_thread(alloc: &SmartAlloc, value: u32) -> u32 {
    if *alloc.frame_box(value) > 1000 {
        let spawned = std::thread::Builder::new().spawn({
            let value = value + 1;
            move || {
                let text = format!("value {value}");
                drop(text);
            }
        });
        drop(spawned);
    }
    value
}

pub struct Label {
    text: String,
}

#[derive(Default)]
pub struct WidgetText {
    text: String,
}

impl From<&str> for WidgetText {
    fn from(text: &str) -> Self {
        Self { text: text.to_string() }
    }
}

impl From<u32> for WidgetText {
    fn from(number: u32) -> Self {
        Self { text: format!("{number}") }
    }
}

pub struct Button {
    label: WidgetText,
}

impl Button {
    #[frame_system]
    pub fn show(self, alloc: &SmartAlloc) -> usize {
        let Self { label } = self;
        length(label.into()) + *alloc.frame_box(1_usize)
    }
}

fn length(text: WidgetText) -> usize {
    text.text.len()
}

pub struct Version;

impl Version {
    pub fn parse_version(text: &str) -> Self {
        drop(text.to_string());
        Self
    }
}

#[frame_system]
pub fn functions_are_no_methods(alloc: &SmartAlloc, labels: &[Label]) -> usize {
    let first = labels.first().and_then(|label| label.text.rsplit_once('-')).and_then(|(_, number)| {
        let number: Result<usize, _> = number.parse();
        number.ok()
    });
    first.unwrap_or(0) + *alloc.frame_box(1_usize)
}

/// Pictures by name, behind a lock.
pub struct Pictures {
    cache: Mutex<HashMap<String, Result<usize, String>>>,
}

impl Pictures {
    #[frame_system]
    pub fn found_under_a_lock(&self, alloc: &SmartAlloc, name: &str) -> usize {
        let mut cache = self.cache.lock().unwrap();
        if let Some(known) = cache.get(name).cloned() {
            known.unwrap_or(0)
        } else {
            let decoded = format!("{name}.png").into_bytes();
            cache.insert(name.to_owned(), Ok(decoded.len()));
            *alloc.frame_box(decoded.len())
        }
    }
}

/// Jobs that run after the frame.
pub type Later = Box<dyn FnMut(&mut u32)>;

#[frame_system]
pub fn a_job_that_captures_nothing(alloc: &SmartAlloc, count: &mut u32) -> u32 {
    later(Box::new(move |count: &mut u32| *count += 1), count);
    *alloc.frame_box(*count)
}

fn later(mut job: Later, count: &mut u32) {
    job(count);
}

/// Where a picture comes from: the bytes are no text.
pub enum Source<'a> {
    Uri(Cow<'a, str>),
    Bytes { uri: Cow<'static, str>, bytes: Bytes },
}

/// Bytes that are part of the program.
pub struct Bytes(&'static [u8]);

impl From<&'static [u8]> for Bytes {
    fn from(bytes: &'static [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> From<&'a str> for Source<'a> {
    fn from(uri: &'a str) -> Self {
        Self::Uri(uri.into())
    }
}

impl<T: Into<Bytes>> From<(&'static str, T)> for Source<'static> {
    fn from((uri, bytes): (&'static str, T)) -> Self {
        Self::Bytes { uri: uri.into(), bytes: bytes.into() }
    }
}

fn source_length<'a>(source: impl Into<Source<'a>>) -> usize {
    match source.into() {
        Source::Uri(uri) => uri.len(),
        Source::Bytes { uri, bytes } => uri.len() + bytes.0.len(),
    }
}

#[frame_system]
pub fn borrowed_through_conversions(alloc: &SmartAlloc, uri: &str) -> usize {
    source_length(uri) + *alloc.frame_box(1_usize)
}
