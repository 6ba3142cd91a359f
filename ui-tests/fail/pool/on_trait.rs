//! Not a type: a trait.

use framealloc::pooled;

#[pooled]
trait Weapon {}

fn main() {}
