//! What functions make that are called in the zone.
use framealloc::{SmartAlloc, frame_system};

pub struct Quest {
    title: String,
    steps: Vec<String>,
}

fn label(number: u32) -> String {
    format!("quest {number}")
}

fn longer(number: u32) -> String {
    label(number + 1)
}

impl Quest {
    fn note(&mut self, step: &str) {
        self.steps.push(step.to_owned()); //~ FA404
    }
}

fn begun(quest: &mut Quest) {
    quest.note("begun");
}

#[frame_system(ambient)]
pub fn advance(alloc: &SmartAlloc, quest: &mut Quest, number: u32) {
    quest.title = label(number); //~ FA404
    begun(quest);
}

#[frame_system(ambient)]
pub fn two_calls_below(alloc: &SmartAlloc, quest: &mut Quest, number: u32) {
    let title = longer(number); //~ FA404
    quest.title = title;
}

pub fn in_a_closure(alloc: &SmartAlloc, quest: &mut Quest, number: u32) {
    alloc.ambient(|| {
        quest.steps.push(label(number)); //~ FA404
    });
}
