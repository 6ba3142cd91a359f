//! A field that says the same twice, and one with an option.

use framealloc::effects;

#[effects]
enum Hook {
    Plain(
        #[no_heap]
        #[no_heap]
        fn(),
    ),
    Boxed {
        #[no_block(crate = engine)]
        run: Box<dyn Fn()>,
    },
}

fn main() {
    match Hook::Plain(|| {}) {
        Hook::Plain(run) => run(),
        Hook::Boxed { run } => run(),
    }
}
