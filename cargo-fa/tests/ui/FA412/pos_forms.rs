//! Further ways to code that nobody sees.
use framealloc::{SmartAlloc, effects, frame_system, no_block, no_heap};

pub enum Hook {
    Plain(fn(u32) -> u32),
    Named { run: fn(u32) -> u32 },
}

#[frame_system(no_heap)]
pub fn matched(alloc: &SmartAlloc, hook: &Hook) -> u32 { //~ FA412
    let hooked = match hook {
        Hook::Plain(run) | Hook::Named { run } => run(3),
    };
    hooked + *alloc.frame_box(1)
}

static HOOK: fn(u32) -> u32 = halved;

fn halved(value: u32) -> u32 {
    value / 2
}

/// The program may have put another one there.
static mut CHANGED: Option<fn(u32) -> u32> = None;

#[frame_system(no_heap)]
pub fn changed(alloc: &SmartAlloc) -> u32 { //~ FA412
    // SAFETY: one thread runs.
    let hook = unsafe { CHANGED };
    hook.map_or(HOOK(3), |hook| hook(3)) + *alloc.frame_box(1)
}

#[no_heap]
pub fn handed_on(values: &[u32], work: impl Fn(&u32) -> u32) -> u32 { //~ FA412
    values.iter().map(work).sum()
}

/// Less is declared than the system promises.
#[effects]
pub struct Hooks {
    #[no_heap]
    pub on_hit: fn(u32) -> u32,
}

#[frame_system(no_block)]
pub fn less(alloc: &SmartAlloc, hooks: &Hooks) -> u32 { //~ FA412
    (hooks.on_hit)(3) + *alloc.frame_box(1)
}

pub trait Script {
    #[no_heap]
    fn run(&self) -> u32;
}

#[no_block]
pub fn less_by_trait(script: &dyn Script) -> u32 { //~ FA412
    script.run()
}
