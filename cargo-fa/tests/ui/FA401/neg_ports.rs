//! What ports of public code taught: conversions that only borrow, constants that switch code off, threads that a builder
//! starts.
use std::borrow::Cow;

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
