//! A pool box is sent only if its value may be.

use std::rc::Rc;

use framealloc::SmartAlloc;

fn main() {
    let value = SmartAlloc::default().pool_box(Rc::new(1));
    std::thread::spawn(move || println!("{}", **value));
}

