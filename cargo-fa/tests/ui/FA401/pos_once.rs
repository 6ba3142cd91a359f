//! Branches that look like those that run once.
use std::collections::HashMap;
use std::sync::Mutex;

use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct Mesh {
    dirty: bool,
    target: Option<Vec<u32>>,
    label: Option<String>,
    list: Vec<u32>,
    visible: bool,
    stale: bool,
}

impl Mesh {
    pub fn set(&mut self) {
        self.dirty = true;
    }

    #[frame_system]
    pub fn moves(&mut self, alloc: &SmartAlloc) -> u32 {
        self.set();
        *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn whenever_it_changed(&mut self, alloc: &SmartAlloc) -> u32 {
        if self.dirty {
            self.dirty = false;
            self.list = vec![1, 2, *alloc.frame_box(3)]; //~ FA401
        }
        self.list[0]
    }

    #[frame_system]
    pub fn set_by_others(&mut self, alloc: &SmartAlloc) -> u32 {
        if self.stale {
            self.list = vec![1, 2, *alloc.frame_box(3)]; //~ FA401
            self.stale = false;
        }
        self.list[0]
    }

    #[frame_system]
    pub fn taken_again(&mut self, alloc: &SmartAlloc) -> usize {
        if self.target.is_none() {
            self.target = Some(vec![*alloc.frame_box(3)]); //~ FA401
        }
        self.target.take().map_or(0, |target| target.len())
    }

    #[frame_system]
    pub fn another_is_filled(&mut self, alloc: &SmartAlloc) {
        if self.label.is_none() {
            self.list = vec![*alloc.frame_box(3)]; //~ FA401
        }
    }

    #[frame_system]
    pub fn of_this_frame(&mut self, alloc: &SmartAlloc, names: &[u32]) -> usize {
        let mut found: Option<String> = None;
        for name in names {
            if found.is_none() {
                found = Some(format!("{name} {}", *alloc.frame_box(1))); //~ FA401 FA602
            }
        }
        found.map_or(0, |found| found.len())
    }

    #[frame_system]
    pub fn while_it_is_seen(&mut self, alloc: &SmartAlloc) -> usize {
        if self.visible {
            return 0;
        }
        let text = format!("{}", *alloc.frame_box(1)); //~ FA401
        text.len()
    }
}

/// What looks as if it were made once for each key, or before the first frame of a stage.
pub struct Atlas {
    glyphs: std::collections::HashMap<char, Vec<u8>>,
    stage: Stage,
    list: Vec<u32>,
}

pub enum Stage {
    Wave,
    Rest,
}

fn draw(glyph: char) -> Vec<u8> {
    vec![glyph as u8; 64] //~ FA401
}

impl Atlas {
    #[frame_system]
    pub fn emptied(&mut self, alloc: &SmartAlloc, glyph: char) -> usize {
        self.glyphs.clear();
        self.glyphs.entry(glyph).or_insert_with(|| draw(glyph)).len() + *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn waves(&mut self, alloc: &SmartAlloc) -> usize {
        match self.stage {
            Stage::Wave => {
                self.list = vec![1, 2, 3]; //~ FA401
                self.stage = Stage::Rest;
            }
            Stage::Rest => self.stage = Stage::Wave,
        }
        *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn of_the_frame(&mut self, alloc: &SmartAlloc, glyph: char) -> usize {
        let mut glyphs = std::collections::HashMap::new();
        let drawn: &mut Vec<u8> = glyphs.entry(glyph).or_insert_with(|| vec![1, 2]); //~ FA401 FA402
        drawn.len() + *alloc.frame_box(1)
    }

    #[frame_system]
    pub fn a_message_of_what_never_happens(&mut self, alloc: &SmartAlloc) -> u32 {
        let left = self.list.len().checked_sub(*alloc.frame_box(0));
        left.expect(&format!("fewer than {}", 1)) as u32 //~ FA401
    }

    #[frame_system]
    pub fn halves(&mut self, alloc: &SmartAlloc) -> usize {
        let all = alloc.frame_slice_copy(&[1_u32, 2, 3]);
        all.iter().copied().partition::<Vec<u32>, _>(|number| number % 2 == 0).0.len() //~ FA401
    }

    #[frame_system]
    pub fn sends(&mut self, alloc: &SmartAlloc, messages: &std::sync::mpsc::Sender<u32>) {
        let _ = messages.send(*alloc.frame_box(1)); //~ FA401
    }
}

pub struct Chunk {
    changed: bool,
    faces: Vec<u32>,
}

impl Chunk {
    pub fn new() -> Self {
        Self { changed: true, faces: Vec::new() }
    }

    pub fn touch(&mut self) {
        self.changed = true;
    }
}

#[frame_system]
pub fn touches(alloc: &SmartAlloc, chunk: &mut Chunk) -> u32 {
    chunk.touch();
    *alloc.frame_box(1)
}

#[frame_system]
pub fn set_back_by_a_method(alloc: &SmartAlloc, chunk: &mut Chunk) -> usize {
    if chunk.changed {
        chunk.faces = vec![*alloc.frame_box(1)]; //~ FA401
        chunk.changed = false;
    }
    chunk.faces.len()
}

/// Pictures by name, behind a lock, which are let go in each frame.
pub struct Thumbnails {
    thumbnails: Mutex<HashMap<String, usize>>,
}

impl Thumbnails {
    pub fn trim(&mut self) {
        self.thumbnails.get_mut().unwrap().clear();
    }

    pub fn begin(&self) {
        self.forget();
    }

    fn forget(&self) {
        let mut thumbnails = self.thumbnails.lock().unwrap();
        thumbnails.clear();
    }

    pub fn each_frame(&self, alloc: &SmartAlloc, names: &[&str]) {
        self.begin();
        for name in names {
            self.found_under_a_lock(alloc, name);
        }
    }

    #[frame_system]
    pub fn found_under_a_lock(&self, alloc: &SmartAlloc, name: &str) -> usize {
        let mut cache = self.thumbnails.lock().unwrap();
        if let Some(known) = cache.get(name).copied() {
            known
        } else {
            let decoded = format!("{name}.png").into_bytes(); //~ FA401
            cache.insert(name.to_owned(), decoded.len()); //~ FA401
            *alloc.frame_box(decoded.len())
        }
    }
}

/// Bolts that end by themselves, of which there are a few at any time.
pub struct Turret {
    bolts: Vec<Box<u32>>,
}

#[frame_system]
pub fn shoots(alloc: &SmartAlloc, turret: &mut Turret) -> usize {
    turret.bolts.retain_mut(|left| {
        **left -= 1;
        **left > 0
    });
    if turret.bolts.len() < 12 {
        turret.bolts.push(Box::new(6)); //~ FA401
    }
    turret.bolts.len() + *alloc.frame_box(1_usize)
}

pub struct Rune {
    drawn: bool,
    lines: Vec<u32>,
}

#[derive(Default)]
pub struct Wall {
    runes: Vec<Rune>,
}

impl Wall {
    pub fn carve(&mut self) {
        self.runes.push(Rune { drawn: false, lines: Vec::new() });
    }

    /// Each is drawn once, and there are ever more.
    #[frame_system]
    pub fn draw(&mut self, alloc: &SmartAlloc) -> u32 {
        for rune in &mut self.runes {
            if rune.drawn {
                continue;
            }
            rune.drawn = true;
            rune.lines = (0..9).collect(); //~ FA401
        }
        *alloc.frame_box(1)
    }
}

#[frame_system]
pub fn one_of_two_reasons_stays(alloc: &SmartAlloc, night: bool, chosen: usize, current: &mut usize) -> u32 {
    if night || chosen != *current {
        *current = chosen;
        return vec![1, *alloc.frame_box(2)].len() as u32; //~ FA401
    }
    0
}

/// A closure that ends early ends nothing else.
#[frame_system]
pub fn asked_in_a_closure(alloc: &SmartAlloc, order: &mut Option<u32>) -> usize {
    let taken: u32 = (0..3).filter_map(|more| Some(order.take()? + more + *alloc.frame_box(1))).sum();
    vec![taken, 2].len() //~ FA401
}
