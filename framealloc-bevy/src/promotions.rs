//! The values that outlived the last frame.

use core::fmt;
use core::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use bevy_app::Main;
use bevy_ecs::resource::Resource;
use framealloc_core::{Promoted, Promotions, RetainKey};

/// What was retained in the last frame and has found its new home: for systems of this frame to take.
///
/// What nobody takes is dropped when the frame ends.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use framealloc::bevy::prelude::*;
/// use framealloc::{RetainKey, RetentionPolicy};
///
/// #[derive(Resource, Default)]
/// struct Path(Option<RetainKey<Vec<u32>>>);
///
/// fn search(alloc: Res<AllocResource>, mut path: ResMut<Path>) {
///     let found = alloc.frame_retain(vec![1, 2, 3], RetentionPolicy::PromoteToPool);
///     path.0 = Some(found.key());
/// }
///
/// fn follow(mut kept: ResMut<FramePromotions>, path: Res<Path>) {
///     let Some(found) = path.0.and_then(|key| kept.take(key)) else { return };
///     assert_eq!(*found, [1, 2, 3]);
/// }
///
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugin::default()).init_resource::<Path>();
/// app.add_systems(PreUpdate, follow).add_systems(Update, search);
/// app.update();
/// app.update();
/// ```
#[derive(Resource)]
pub struct FramePromotions<M: Send + Sync + 'static = Main> {
    /// Never locked by way of `&self`: it is there because what is retained need not be `Sync`, as a resource must.
    promotions: Mutex<Option<Promotions>>,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> FramePromotions<M> {
    pub(crate) fn new() -> Self {
        Self { promotions: Mutex::new(None), marker: PhantomData }
    }

    fn inner(&mut self) -> &mut Option<Promotions> {
        self.promotions.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the values of the frame before.
    pub(crate) fn replace(&mut self, promotions: Promotions) {
        *self.inner() = Some(promotions);
    }

    /// Takes the value that `key` names, unless it was taken or was not promoted.
    #[must_use]
    pub fn take<T: 'static>(&mut self, key: RetainKey<T>) -> Option<Promoted<T>> {
        self.inner().as_mut()?.take(key)
    }

    /// Returns all values of the last frame with their figures; `None` before the second frame.
    pub fn all(&mut self) -> Option<&mut Promotions> {
        self.inner().as_mut()
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for FramePromotions<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FramePromotions").finish_non_exhaustive()
    }
}
