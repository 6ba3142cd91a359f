//! An effect of what cannot be called.

use framealloc::effects;

#[effects]
struct Hooks {
    #[no_heap]
    score: u32,
    #[no_block]
    on_hit: fn(u32) -> u32,
}

fn main() {
    let hooks = Hooks { score: 1, on_hit: |damage| damage };
    (hooks.on_hit)(hooks.score);
}
