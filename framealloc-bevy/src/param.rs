//! The allocator as a system parameter.

use core::fmt;
use core::ops::Deref;

use bevy_app::Main;
use bevy_ecs::change_detection::Res;
use bevy_ecs::system::SystemParam;
use framealloc_core::__private::Lends;
use framealloc_core::{Frame, SmartAlloc};

use crate::AllocResource;

/// A system parameter for frame memory. It derefs to [`SmartAlloc`].
///
/// It reads as [`Res<AllocResource>`](AllocResource) does, and two things come on top: an app without the plugin says so,
/// and [`frame`](Self::frame) and [`whole`](Self::whole) lend for `'w`, the whole run of the system, so that values
/// and the parameter may be moved around together.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::{FrameBox, prelude::*};
///
/// #[derive(Component)]
/// struct Health(u32);
///
/// fn alive<'w>(alloc: FrameAlloc<'w>, healths: &Query<&Health>) -> FrameBox<'w, [u32]> {
///     let mut left = healths.iter().map(|health| health.0).filter(|health| *health > 0);
///     let count = left.clone().count();
///     alloc.frame().frame_slice_fill_with(count, |_| left.next().unwrap_or(0))
/// }
///
/// fn count(alloc: FrameAlloc, healths: Query<&Health>) {
///     assert_eq!(*alive(alloc, &healths), [10, 20]);
/// }
///
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugin::default()).add_systems(Update, count);
/// app.world_mut().spawn_batch([Health(10), Health(0), Health(20)]);
/// app.update();
/// ```
#[derive(SystemParam)]
pub struct FrameAlloc<'w, M: Send + Sync + 'static = Main> {
    #[system_param(validation_message = "the app has no such allocator: add `SmartAllocPlugin` to it (FA101)")]
    resource: Res<'w, AllocResource<M>>,
}

impl<'w, M: Send + Sync + 'static> FrameAlloc<'w, M> {
    /// Lends this thread's frame memory for the run of the system. Hoist it out of loops.
    #[must_use]
    #[inline]
    pub fn frame(&self) -> &'w Frame {
        self.whole().frame()
    }

    /// Lends the allocator for the run of the system.
    #[must_use]
    #[inline]
    pub fn whole(&self) -> &'w SmartAlloc {
        Res::clone(&self.resource).into_inner()
    }
}

/// `#[frame_system(alloc = context.alloc)]` leaves all of `context` to the body.
impl<'w, M: Send + Sync + 'static> Lends<AllocResource<M>> for FrameAlloc<'w, M> {
    type Lent = &'w SmartAlloc;

    #[inline]
    fn __framealloc_lend(&self) -> &'w SmartAlloc {
        self.whole()
    }
}

impl<'w, M: Send + Sync + 'static> Lends<AllocResource<M>> for Res<'w, AllocResource<M>> {
    type Lent = &'w SmartAlloc;

    #[inline]
    fn __framealloc_lend(&self) -> &'w SmartAlloc {
        Res::clone(self).into_inner()
    }
}

impl<M: Send + Sync + 'static> Clone for FrameAlloc<'_, M> {
    fn clone(&self) -> Self {
        Self { resource: Res::clone(&self.resource) }
    }
}

impl<M: Send + Sync + 'static> Deref for FrameAlloc<'_, M> {
    type Target = SmartAlloc;

    #[inline(always)]
    fn deref(&self) -> &SmartAlloc {
        &self.resource
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for FrameAlloc<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FrameAlloc").field(&**self).finish()
    }
}
