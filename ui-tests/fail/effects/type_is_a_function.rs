//! The attribute of types on a function.

use framealloc::effects;

#[effects]
fn step() {}

fn main() {
    step();
}
