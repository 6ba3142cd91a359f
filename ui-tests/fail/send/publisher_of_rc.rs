//! What is published is read by any thread, and dropped by one.

use std::rc::Rc;

use framealloc::FramePublisher;

fn main() {
    let publisher = FramePublisher::<Rc<u32>>::new();
    println!("{publisher:?}");
}
