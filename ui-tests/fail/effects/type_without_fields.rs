//! A type of which no field declares anything.

use framealloc::effects;

#[effects]
struct Hooks {
    on_hit: fn(u32) -> u32,
}

fn main() {
    let hooks = Hooks { on_hit: |damage| damage };
    (hooks.on_hit)(1);
}
