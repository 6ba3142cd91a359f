//! Not a type.

use framealloc::pooled;

#[pooled(capacity = 8)]
fn bullet() {}

fn main() {
    bullet();
}
