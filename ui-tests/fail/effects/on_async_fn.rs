//! An effect of what is polled by somebody else.

use framealloc::no_block;

#[no_block]
async fn load() -> u32 {
    7
}

fn main() {
    let _ = load();
}
