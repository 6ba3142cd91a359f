//! A field that declares an effect in a type that does not say so.

use framealloc::no_heap;

struct Hooks {
    #[no_heap]
    on_hit: fn(u32) -> u32,
}

fn main() {}
