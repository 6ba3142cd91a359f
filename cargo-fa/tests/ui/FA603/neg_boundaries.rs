//! Frames that are balanced, whoever begins and ends them.
use framealloc::{AllocConfig, SmartAlloc, frame_system};

fn load() -> Result<u32, String> {
    Ok(1)
}

fn done() -> bool {
    true
}

pub fn main_loop() {
    let mut alloc = SmartAlloc::new(AllocConfig::default());
    loop {
        alloc.begin_frame();
        println!("{}", *alloc.frame_box(1_u32));
        alloc.end_frame();
        if done() {
            break;
        }
    }
}

pub fn guard(alloc: &mut SmartAlloc) -> Result<u32, String> {
    let frame = alloc.frame_guard();
    let value = load()?;
    Ok(*frame.frame_box(value))
}

pub fn closure(alloc: &mut SmartAlloc) -> Result<u32, String> {
    alloc.whole_frame(|alloc| Ok(*alloc.frame_box(load()?)))
}

#[frame_system]
pub fn attribute(alloc: &mut SmartAlloc) -> Result<u32, String> {
    let value = load()?;
    Ok(*alloc.frame_box(value))
}

pub fn both_branches(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    if done() {
        println!("{}", *alloc.frame_box(1_u32));
        alloc.end_frame();
    } else {
        alloc.end_frame();
    }
}

pub fn ended_first(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    if done() {
        alloc.end_frame();
        return 1;
    }
    alloc.end_frame();
    for round in 0..10 {
        alloc.begin_frame();
        if round == 3 {
            alloc.end_frame();
            continue;
        }
        alloc.end_frame();
    }
    0
}

fn start(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
}

fn finish(alloc: &mut SmartAlloc) {
    alloc.end_frame();
}

pub fn by_helpers() {
    let mut alloc = SmartAlloc::default();
    while done() {
        start(&mut alloc);
        println!("{}", *alloc.frame_box(1_u32));
        finish(&mut alloc);
    }
}

pub struct Game {
    alloc: SmartAlloc,
}

impl Game {
    pub fn begin(&mut self) {
        self.alloc.begin_frame();
    }

    pub fn update(&mut self) -> u32 {
        *self.alloc.frame_box(1_u32)
    }

    pub fn end(&mut self) {
        self.alloc.end_frame();
    }
}

pub fn by_methods(mut game: Game) {
    while done() {
        game.begin();
        game.update();
        game.end();
    }
}

pub fn no_frames_at_all() {
    let mut numbers = Vec::new();
    loop {
        numbers.push(1);
        if done() {
            break;
        }
    }
}

pub struct Other;

impl Other {
    pub fn begin_frame(&mut self) {}
}

pub fn of_another_type(other: &mut Other) {
    other.begin_frame();
    other.begin_frame();
}
