//! An effect on a type instead of its fields.

use framealloc::no_heap;

#[no_heap]
struct Hooks {
    on_hit: fn(u32) -> u32,
}

fn main() {
    let hooks = Hooks { on_hit: |damage| damage };
    (hooks.on_hit)(1);
}
