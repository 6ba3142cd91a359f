//! What is made in a zone is kept beyond it.
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::mpsc::Sender;

use framealloc::{SmartAlloc, frame_system};

static LAST: Mutex<String> = Mutex::new(String::new());

pub struct Hud {
    title: String,
    lines: Vec<String>,
    by_id: HashMap<u32, String>,
}

#[frame_system(ambient)]
pub fn titled(alloc: &SmartAlloc, hud: &mut Hud, score: u32) {
    hud.title = format!("score {score}"); //~ FA404
}

#[frame_system(ambient)]
pub fn logged(alloc: &SmartAlloc, hud: &mut Hud, score: u32) {
    hud.lines.push(score.to_string()); //~ FA404
}

#[frame_system(ambient)]
pub fn mapped(alloc: &SmartAlloc, hud: &mut Hud, id: u32, name: &str) {
    hud.by_id.insert(id, name.to_owned()); //~ FA404
}

#[frame_system(ambient)]
pub fn returned(alloc: &SmartAlloc, score: u32) -> String {
    format!("score {score}") //~ FA404
}

#[frame_system(ambient)]
pub fn sent(alloc: &SmartAlloc, to: &Sender<Vec<u32>>, ids: &[u32]) {
    to.send(ids.to_vec()).ok(); //~ FA404
}

#[frame_system(ambient)]
pub fn in_a_static(alloc: &SmartAlloc, score: u32) {
    *LAST.lock().unwrap() = format!("score {score}"); //~ FA404
}

#[frame_system(ambient)]
pub fn filled(alloc: &SmartAlloc, hud: &mut Hud, names: &[&str]) {
    let mut lines = Vec::new();
    for name in names {
        lines.push(name.to_uppercase()); //~ FA404
    }
    hud.lines = lines;
}

pub fn given_out(alloc: &SmartAlloc, score: u32) -> usize {
    let title = alloc.ambient(|| format!("score {score}")); //~ FA404
    title.len()
}

pub fn in_a_variable_of_before(alloc: &SmartAlloc, scores: &[u32]) -> usize {
    let mut longest = String::new();
    alloc.ambient(|| {
        for score in scores {
            let text = score.to_string(); //~ FA404
            if text.len() > longest.len() {
                longest = text;
            }
        }
    });
    longest.len()
}
