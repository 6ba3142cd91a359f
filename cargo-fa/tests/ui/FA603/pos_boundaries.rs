//! Frames that are begun and not ended, ended and not begun, or never ended.
use framealloc::SmartAlloc;

fn load() -> Result<u32, String> {
    Ok(1)
}

fn done() -> bool {
    true
}

pub fn early_return(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    if done() {
        return 0; //~ FA603
    }
    alloc.end_frame();
    1
}

pub fn question(alloc: &mut SmartAlloc) -> Result<u32, String> {
    alloc.begin_frame();
    let value = load()?; //~ FA603
    alloc.end_frame();
    Ok(value)
}

pub fn continued(alloc: &mut SmartAlloc) {
    for round in 0..10 {
        alloc.begin_frame();
        if round == 3 {
            continue; //~ FA603
        }
        alloc.end_frame();
    }
}

pub fn begun_twice(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    alloc.begin_frame(); //~ FA603
    alloc.end_frame();
}

pub fn ended_twice(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    alloc.end_frame();
    alloc.end_frame(); //~ FA603
}

pub fn never_ended() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame(); //~ FA603
    println!("{}", *alloc.frame_box(1_u32));
}

pub fn never_begun() {
    let mut alloc = SmartAlloc::default();
    alloc.end_frame(); //~ FA603
}

pub fn loops_without_frames() {
    let alloc = SmartAlloc::default();
    loop { //~ FA603
        println!("{}", *alloc.frame_box(1_u32));
        if done() {
            break;
        }
    }
}

pub fn only_begun() {
    let mut alloc = SmartAlloc::default();
    while done() {
        alloc.begin_frame(); //~ FA603
        println!("{}", *alloc.frame_box(1_u32));
    }
}

fn start(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
}

pub fn by_helper() {
    let mut alloc = SmartAlloc::default();
    start(&mut alloc); //~ FA603
    println!("{}", *alloc.frame_box(1_u32));
}

pub struct Game {
    alloc: SmartAlloc,
}

impl Game {
    pub fn tick(&mut self) -> Result<(), String> {
        self.alloc.begin_frame();
        load()?; //~ FA603
        self.alloc.end_frame();
        Ok(())
    }
}

pub fn moved_and_left() {
    let mut made = SmartAlloc::default();
    made.begin_frame(); //~ FA603
    let alloc = made;
    println!("{}", *alloc.frame_box(1_u32));
}

pub fn a_closure_that_begins() {
    let mut alloc = SmartAlloc::default();
    let mut begin = || alloc.begin_frame(); //~ FA603
    begin();
    println!("{}", *alloc.frame_box(1_u32));
}

pub fn handed_on_too_late(done: bool) -> Option<SmartAlloc> {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    alloc.begin_frame(); //~ FA603
    done.then_some(alloc)
}
