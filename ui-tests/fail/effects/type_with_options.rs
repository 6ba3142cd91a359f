//! What a type cannot say of all of its fields.

use framealloc::effects;

#[effects(no_heap)]
struct Hooks {
    #[no_heap]
    on_hit: fn(u32) -> u32,
}

fn main() {
    let hooks = Hooks { on_hit: |damage| damage };
    (hooks.on_hit)(1);
}
