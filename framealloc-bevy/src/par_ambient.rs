//! Zones around parallel iteration: what the heap is asked for on Bevy's task threads is bumped there.

use bevy_ecs::query::{IterQueryData, QueryFilter, QueryItem, QueryParIter};
use framealloc_core::__private::ZoneGuard;
use framealloc_core::SmartAlloc;

/// Parallel iteration in zones of [`SmartAlloc::ambient`].
///
/// A zone is that of its thread, so one around `par_iter` does not hold for what its tasks do.
pub trait AmbientQueries: sealed::Sealed {
    /// Calls `body` for each item, in parallel, and has what it asks of the heap bumped: as [`SmartAlloc::ambient`] around each call,
    /// but with one zone for each batch of items.
    ///
    /// ```
    /// use bevy_app::prelude::*;
    /// use bevy_ecs::prelude::*;
    /// use framealloc_bevy::prelude::*;
    /// use framealloc_core::AmbientAlloc;
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc = AmbientAlloc::system();
    ///
    /// #[derive(Component)]
    /// struct Path(usize);
    ///
    /// fn plan(alloc: FrameAlloc, mut paths: Query<&mut Path>) {
    ///     alloc.ambient_for_each(paths.par_iter_mut(), |mut path| {
    ///         let open: Vec<usize> = (0..path.0).collect(); // as a library does that knows nothing of frames
    ///         path.0 = open.len() + 1;
    ///     });
    /// }
    ///
    /// let mut app = App::new();
    /// app.add_plugins((SmartAllocPlugin::default(), bevy_app::TaskPoolPlugin::default())).add_systems(Update, plan);
    /// app.world_mut().spawn_batch([Path(1), Path(20)]);
    /// app.update();
    /// let mut paths = app.world_mut().query::<&Path>();
    /// assert_eq!(paths.iter(app.world()).map(|path| path.0).sum::<usize>(), 23);
    /// ```
    ///
    /// # Panics
    /// Where [`QueryParIter::for_each`] does.
    fn ambient_for_each<'w, 's, D: IterQueryData, F: QueryFilter>(
        &self,
        items: QueryParIter<'w, 's, D, F>,
        body: impl Fn(QueryItem<'w, 's, D>) + Send + Sync + Clone,
    );
}

impl AmbientQueries for SmartAlloc {
    fn ambient_for_each<'w, 's, D: IterQueryData, F: QueryFilter>(
        &self,
        items: QueryParIter<'w, 's, D, F>,
        body: impl Fn(QueryItem<'w, 's, D>) + Send + Sync + Clone,
    ) {
        items.for_each_init(|| ZoneGuard::new(self), |_, item| body(item));
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::SmartAlloc {}
}
