//! An effect on a module.

#[framealloc::no_heap]
mod physics {
    pub fn step() {}
}

fn main() {
    physics::step();
}
