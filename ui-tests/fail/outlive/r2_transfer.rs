//! What goes to another thread must not look into a frame.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let value = alloc.frame_box(1);
    let transfer = alloc.frame_box_for_transfer(value);
    std::thread::spawn(move || println!("{}", transfer.receive()));
}
