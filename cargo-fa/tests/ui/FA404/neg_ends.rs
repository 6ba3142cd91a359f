//! What is made in the zone ends with it, or is made outside of it.
use std::thread;

use framealloc::{SmartAlloc, frame_system};

pub struct Hud {
    title: String,
    width: usize,
    lines: Vec<String>,
}

/// A list that is a variable of the zone.
struct Layout {
    words: Vec<String>,
}

impl Layout {
    fn add(&mut self, word: &str) {
        self.words.push(word.to_owned());
    }
}

fn split(layout: &mut Layout, text: &str) {
    for word in text.split(' ') {
        layout.add(word);
    }
}

#[frame_system(ambient)]
pub fn measured(alloc: &SmartAlloc, hud: &mut Hud, text: &str) {
    let mut layout = Layout { words: Vec::new() };
    split(&mut layout, text);
    hud.width = layout.words.len();
}

#[frame_system(ambient)]
pub fn through_a_reference(alloc: &SmartAlloc, text: &str) -> usize {
    let mut layout = Layout { words: Vec::new() };
    let lent = &mut layout;
    lent.add(text);
    lent.words.len()
}

#[frame_system(ambient)]
pub fn copied_into_what_is_kept(alloc: &SmartAlloc, hud: &mut Hud, score: u32) {
    let text = format!("score {score}");
    hud.title.clear();
    hud.title.push_str(&text);
}

#[frame_system(ambient)]
pub fn returns_a_number(alloc: &SmartAlloc, score: u32) -> usize {
    format!("score {score}").len()
}

#[frame_system]
pub fn no_zone(alloc: &SmartAlloc, hud: &mut Hud, name: &'static str) -> usize {
    hud.width = alloc.frame_str(name).len();
    hud.width
}

pub fn made_outside(alloc: &SmartAlloc, hud: &mut Hud, score: u32) -> usize {
    hud.title = score.to_string();
    alloc.ambient(|| hud.title.to_uppercase().len())
}

pub fn a_number_is_given_out(alloc: &SmartAlloc, scores: &[u32]) -> usize {
    alloc.ambient(|| scores.iter().map(|score| score.to_string()).collect::<Vec<_>>().len())
}

pub fn taken_out_again(alloc: &SmartAlloc, hud: &mut Hud) -> Option<String> {
    alloc.ambient(|| hud.lines.pop())
}

pub fn made_after_the_zone(alloc: &SmartAlloc, hud: &mut Hud, text: &str) {
    let width = alloc.ambient(|| text.to_lowercase().len());
    hud.title = width.to_string();
}

#[frame_system(ambient)]
pub fn made_by_a_job(alloc: &SmartAlloc, score: u32) -> u32 {
    thread::spawn(move || LIST.with_borrow_mut(|list| list.push(score.to_string())));
    *alloc.frame_box(score)
}

thread_local! {
    static LIST: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}
