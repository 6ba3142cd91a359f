//! Apps in tests of frames.

use bevy_app::App;
use framealloc_core::{Frames, SmartAlloc};

use crate::resource::AllocResource;

/// An app whose updates are the frames of a [`FrameTest`](framealloc_core::FrameTest), or of `#[frame_test]`.
///
/// The figures are those of the app's allocator. An update ends the frame of the one before, so that each is looked at one
/// update late; at least one of warm-up is needed. Of the heap, what is asked for on the thread of the test is counted, and on
/// all threads what functions with `#[frame_system]` ask for.
///
/// ```
/// use bevy_app::prelude::*; // in a game: bevy::prelude::*
/// use bevy_ecs::prelude::*;
/// use framealloc::bevy::prelude::*;
/// use framealloc::bevy::TestedApp;
/// use framealloc::{FrameTest, Frames, frame_system, frame_test};
///
/// #[frame_system(tag = "physics")]
/// fn collide(alloc: Res<AllocResource>) {
///     alloc.frame_slice_copy(&[0_u64; 128]);
/// }
///
/// fn game() -> App {
///     let mut app = App::new();
///     app.add_plugins(SmartAllocPlugins).add_systems(Update, collide);
///     app
/// }
///
/// #[frame_test(tag("physics") <= "2KiB", system("collide") <= "2KiB")]
/// fn physics_needs_little() -> impl Frames {
///     TestedApp::new(game())
/// }
///
/// // What the attribute makes a test of:
/// FrameTest::new("physics").with_frames(10).with_tag("physics", 2048).run(TestedApp::new(game()));
/// ```
#[derive(Debug)]
pub struct TestedApp(App);

impl TestedApp {
    /// Takes an app that has been built.
    ///
    /// # Panics
    /// If it has no [`SmartAllocPlugin`](crate::SmartAllocPlugin).
    #[must_use]
    #[track_caller]
    pub fn new(mut app: App) -> Self {
        assert!(app.world().contains_resource::<AllocResource>(), "the app has no `SmartAllocPlugin`");
        app.finish();
        app.cleanup();
        Self(app)
    }
}

impl Frames for TestedApp {
    fn run_frame(&mut self, _alloc: &mut SmartAlloc) {
        self.0.update();
    }

    fn allocator<'a>(&'a self, _alloc: &'a SmartAlloc) -> &'a SmartAlloc {
        self.0.world().resource::<AllocResource>()
    }
}
