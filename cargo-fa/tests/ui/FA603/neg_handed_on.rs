//! Open frames whose allocator somebody else gets: whoever has it ends them.
use std::sync::{Arc, RwLock};

use framealloc::SmartAlloc;

fn ready() -> bool {
    true
}

pub fn returned() -> SmartAlloc {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    alloc
}

pub fn returned_early() -> SmartAlloc {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    if ready() {
        return alloc;
    }
    println!("{}", *alloc.frame_box(1_u32));
    alloc
}

pub fn in_an_option() -> Option<SmartAlloc> {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    Some(alloc)
}

pub struct Game {
    alloc: SmartAlloc,
    round: u32,
}

impl Game {
    pub fn new() -> Self {
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        Self { alloc, round: 0 }
    }

    pub fn begun() -> Self {
        let mut game = Self { alloc: SmartAlloc::default(), round: 0 };
        game.alloc.begin_frame();
        game
    }

    pub fn replaced(&mut self) {
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        self.alloc = alloc;
        self.round = 0;
    }
}

pub fn in_a_list(games: &mut Vec<SmartAlloc>) {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    games.push(alloc);
}

pub fn behind_a_lock() -> Arc<RwLock<SmartAlloc>> {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    Arc::new(RwLock::new(alloc))
}

fn play(mut alloc: SmartAlloc) {
    alloc.end_frame();
}

pub fn given_away() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    play(alloc);
}

pub fn to_a_thread() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    std::thread::spawn(move || {
        println!("{}", *alloc.frame_box(1_u32));
        alloc.end_frame();
    });
}

pub fn to_a_task() -> impl Future<Output = ()> {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    async move {
        alloc.end_frame();
    }
}

pub struct Later {
    end: Option<Box<dyn FnOnce()>>,
}

pub fn ended_by_a_stored_closure(later: &mut Later) {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    later.end = Some(Box::new(move || {
        alloc.end_frame();
    }));
}

pub fn ended_by_a_returned_closure(mut alloc: SmartAlloc) -> impl FnOnce() {
    alloc.begin_frame();
    move || {
        alloc.end_frame();
    }
}

struct Deferred<F: FnMut()>(F);

impl<F: FnMut()> Drop for Deferred<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

pub fn ended_by_a_guard(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    let _end = Deferred(|| {
        alloc.end_frame();
    });
    println!("working");
}

pub fn either_way() -> impl FnMut(bool) {
    let mut alloc = SmartAlloc::default();
    move |begin: bool| {
        if begin {
            alloc.begin_frame();
        } else {
            alloc.end_frame();
        }
    }
}

pub fn named_closure(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    let end = || {
        alloc.end_frame();
    };
    println!("working");
    end_with(end);
}

fn end_with(end: impl FnOnce()) {
    end();
}
