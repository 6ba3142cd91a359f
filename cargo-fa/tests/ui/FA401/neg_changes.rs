//! What is done where something has changed, was asked for, or is there for the first time: frames in which nothing has
//! happened ask the heap for nothing.
use std::collections::HashMap;
use std::sync::Mutex;

use framealloc::{SmartAlloc, frame_system};

pub enum Command {
    Rename(String),
    Zoom(u32),
}

/// A title that is made anew where a command has changed it.
pub struct Window {
    title: String,
    title_dirty: bool,
    zoom: u32,
}

impl Window {
    pub fn new() -> Self {
        Self { title: String::new(), title_dirty: true, zoom: 1 }
    }

    fn run(&mut self, command: Command) {
        match command {
            Command::Rename(title) => {
                self.title = title;
                self.title_dirty = true;
            }
            Command::Zoom(zoom) => self.zoom = zoom,
        }
    }

    #[frame_system]
    pub fn update(&mut self, alloc: &SmartAlloc, commands: &mut Vec<Command>) -> u32 {
        for command in commands.drain(..) {
            self.run(command);
        }
        *alloc.frame_box(self.zoom)
    }

    #[frame_system]
    pub fn sync_title(&mut self, alloc: &SmartAlloc, mut set: impl FnMut(&str)) -> u32 {
        if self.title_dirty {
            self.title_dirty = false;
            set(&format!("{} ({})", self.title, self.zoom));
        }
        *alloc.frame_box(1)
    }
}

/// A label that is made anew where the score has changed.
#[derive(Default)]
pub struct Score {
    shown: Option<u32>,
    coins: u32,
    label: String,
    purse: String,
}

impl Score {
    fn set(&mut self, value: u32) {
        if self.shown == Some(value) {
            return;
        }
        self.shown = Some(value);
        self.label = format!("Score {value}");
    }

    #[frame_system]
    pub fn draw(&mut self, alloc: &SmartAlloc, value: u32, coins: u32) -> usize {
        self.set(value);
        if self.coins != coins {
            self.coins = coins;
            self.purse = coins.to_string();
        }
        self.label.len() + self.purse.len() + *alloc.frame_box(1_usize)
    }
}

/// Levels are loaded where one is asked for.
pub struct Loader {
    tiles: Vec<u8>,
    wanted: Option<String>,
    reload: bool,
}

impl Loader {
    pub fn ask(&mut self, name: &str) {
        self.wanted = Some(name.to_owned());
        self.reload = true;
    }

    #[frame_system]
    pub fn step(&mut self, alloc: &SmartAlloc) -> usize {
        if let Some(name) = self.wanted.take() {
            self.tiles = name.bytes().cycle().take(4096).collect();
        }
        if std::mem::take(&mut self.reload) {
            self.tiles = vec![0; 64];
        }
        self.tiles.len() + *alloc.frame_box(1_usize)
    }
}

/// Calls of a renderer, whose slots are used again.
#[derive(Default)]
pub struct Batch {
    calls: Vec<Vec<u32>>,
    used: usize,
    lights: Vec<Box<u32>>,
}

impl Batch {
    #[frame_system]
    pub fn call(&mut self, alloc: &SmartAlloc, texture: u32, lights: usize) -> usize {
        if self.used >= self.calls.len() {
            self.calls.push(vec![0; 64]);
        }
        self.calls[self.used][0] = texture;
        self.used += *alloc.frame_box(1_usize);
        while self.lights.len() < lights {
            self.lights.push(Box::new(0));
        }
        self.used
    }

    #[frame_system]
    pub fn end(&mut self, alloc: &SmartAlloc) -> usize {
        self.used = 0;
        *alloc.frame_box(1_usize)
    }
}

/// A cache with a limit.
#[derive(Default)]
pub struct Glyphs {
    glyphs: HashMap<u32, Vec<u8>>,
}

impl Glyphs {
    #[frame_system]
    pub fn draw(&mut self, alloc: &SmartAlloc, glyph: u32) -> usize {
        if self.glyphs.len() > 4096 {
            self.glyphs.clear();
        }
        self.glyphs.entry(glyph).or_insert_with(|| vec![0; 64]).len() + *alloc.frame_box(1_usize)
    }
}

/// A queue for the end of the frame.
static SOUNDS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

#[frame_system]
pub fn play(alloc: &SmartAlloc, sound: u32) {
    SOUNDS.lock().unwrap().push(sound + *alloc.frame_box(1));
}

#[frame_system]
pub fn mix(alloc: &SmartAlloc) -> u32 {
    let mut waiting = SOUNDS.lock().unwrap();
    let sum = waiting.iter().sum::<u32>() + *alloc.frame_box(0);
    waiting.clear();
    sum
}

/// What is asked for is taken first, or nothing is done.
#[derive(Default)]
pub struct Deck {
    asked: Option<String>,
    memory: Vec<u8>,
    title: String,
}

impl Deck {
    pub fn ask(&mut self, path: &str) {
        self.asked = Some(path.to_owned());
    }

    #[frame_system]
    pub fn load(&mut self, alloc: &SmartAlloc) -> u32 {
        let bytes = *alloc.frame_box(2048);
        let Some(path) = self.asked.take() else { return bytes };
        self.title = path.to_uppercase();
        self.memory = vec![0; bytes as usize];
        bytes
    }
}

/// A flag that whoever uses this sets.
pub struct Hand {
    pub cards: Vec<u32>,
    pub changed: bool,
    labels: Vec<String>,
}

impl Hand {
    #[frame_system]
    pub fn refresh(&mut self, alloc: &SmartAlloc) -> u32 {
        if self.changed {
            self.changed = false;
            self.labels = self.cards.iter().map(|card| format!("{card}")).collect();
        }
        *alloc.frame_box(1)
    }
}

/// In which part of the world the player is.
#[derive(Default)]
pub struct Around {
    centre: Option<[i32; 2]>,
    wanted: Vec<[i32; 2]>,
}

impl Around {
    #[frame_system]
    pub fn follow(&mut self, alloc: &SmartAlloc, eye: [f32; 2]) -> u32 {
        let size = *alloc.frame_box(16.0);
        let centre = eye.map(|axis| (axis / size).floor() as i32);
        if self.centre == Some(centre) {
            return 0;
        }
        self.centre = Some(centre);
        self.wanted = (-2..=2).map(|x| [centre[0] + x, centre[1]]).collect();
        1
    }
}

/// What went wrong is shown.
#[frame_system]
pub fn clashes_are_shown(alloc: &SmartAlloc, seen: &mut Vec<u32>, id: u32, mut show: impl FnMut(&str)) -> u32 {
    let mut show_error = |text: String| show(&format!("error: {text}"));
    if seen.contains(&id) {
        show_error(format!("{id} is used twice"));
    }
    seen.clear();
    *alloc.frame_box(id)
}

/// What is asked for is lent, and taken first; what is remembered is lent.
#[frame_system]
pub fn a_card_is_played(alloc: &SmartAlloc, clicked: &mut Option<usize>, hand: &mut Vec<u32>, undo: &mut Vec<Box<u32>>) -> Option<u32> {
    let worth = *alloc.frame_box(1);
    let card = hand.remove(clicked.take()?);
    undo.push(Box::new(card));
    Some(worth)
}

#[frame_system]
pub fn a_patch_is_chosen(alloc: &SmartAlloc, chosen: usize, current: &mut usize, names: &[String], title: &mut String) -> u32 {
    if chosen != *current {
        *current = chosen;
        *title = names[chosen].to_uppercase();
    }
    *alloc.frame_box(1)
}

/// There are several reasons.
pub struct Shown {
    rebuild: bool,
    by_value: bool,
    sorted_by_value: bool,
    order: Vec<usize>,
    text: String,
    last_text: String,
}

impl Shown {
    pub fn new() -> Self {
        Self {
            rebuild: true,
            by_value: false,
            sorted_by_value: false,
            order: Vec::new(),
            text: String::new(),
            last_text: String::new(),
        }
    }

    fn needs_text(&self) -> bool {
        self.rebuild || self.text != self.last_text
    }

    #[frame_system]
    pub fn sorted(&mut self, alloc: &SmartAlloc, items: &[u32]) -> u32 {
        if self.by_value != self.sorted_by_value || self.order.len() != items.len() {
            self.sorted_by_value = self.by_value;
            self.order = (0..items.len()).collect();
        }
        *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn said_by_a_method(&mut self, alloc: &SmartAlloc) -> u32 {
        if self.needs_text() {
            self.last_text = self.text.clone();
            self.rebuild = false;
        }
        *alloc.frame_box(1)
    }
}

/// What was is told from what is by its name.
pub struct Columns {
    curr_widths: Vec<f32>,
    prev_widths: Vec<f32>,
    is_first_frame: bool,
}

impl Columns {
    #[frame_system]
    pub fn save(&self, alloc: &SmartAlloc, mut store: impl FnMut(Vec<f32>)) -> u32 {
        if self.curr_widths != self.prev_widths || self.is_first_frame {
            store(self.curr_widths.clone());
        }
        *alloc.frame_box(1)
    }
}
