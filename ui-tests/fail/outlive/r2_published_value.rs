//! What a published frame shows is used as long as the frame is held.

use framealloc::{FrameHandle, FramePublisher};

struct Scene {
    name: FrameHandle<str>,
}

fn main() {
    let publisher = FramePublisher::<Scene>::new();
    let mut reader = publisher.reader();
    if let Some(scene) = reader.latest() {
        let name = scene.get(scene.name);
        drop(scene);
        println!("{name:?}");
    }
}
