//! The allocator without a borrow of the world, and who may end its frame meanwhile: nobody.

use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::panic::Location;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use bevy_app::Main;
use bevy_ecs::world::World;
use framealloc_core::SmartAlloc;

use crate::AllocResource;

/// What the resource and its handles share.
pub(crate) struct Shared {
    alloc: SmartAlloc,
    /// Where each handle that is alive was made. No code of the user's runs under the lock.
    holders: Mutex<Vec<&'static Location<'static>>>,
}

impl Shared {
    pub(crate) fn new(alloc: SmartAlloc) -> Arc<Self> {
        Arc::new(Self { alloc, holders: Mutex::new(Vec::new()) })
    }

    #[inline(always)]
    pub(crate) fn alloc(&self) -> &SmartAlloc {
        &self.alloc
    }

    /// The allocator exclusively: the proof that no handle is alive, and so no value of the frame that was made through one.
    pub(crate) fn exclusive(this: &mut Arc<Self>) -> Result<&mut SmartAlloc, FrameHeldError> {
        // Asked first: the borrow of `get_mut` would last in the other arm, too.
        if Arc::get_mut(this).is_none() {
            return Err(Self::held(this));
        }
        match Arc::get_mut(this) {
            Some(shared) => Ok(&mut shared.alloc),
            None => unreachable!("nobody but `this` could have made a handle meanwhile"),
        }
    }

    #[cold]
    #[inline(never)]
    fn held(this: &Arc<Self>) -> FrameHeldError {
        let holders = this.holders.lock().unwrap_or_else(PoisonError::into_inner);
        // A handle that another thread is dropping has left the list already.
        let handles = holders.len().max(1);
        FrameHeldError { frame: this.alloc.frame_number(), handles, place: holders.first().copied() }
    }
}

/// The allocator of a world without a borrow of the world; the frame does not end while one is alive. It derefs to [`SmartAlloc`].
///
/// Code that has the world exclusively (`fn system(world: &mut World)`, a command, a hook with `DeferredWorld`) takes one by
/// [`frame_alloc`](WorldFrameAlloc::frame_alloc), and has the world and frame memory side by side. The resource stays in the world, so
/// that observers, hooks and systems that run meanwhile find it.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use framealloc_bevy::prelude::*;
///
/// #[derive(Component)]
/// struct Health(u32);
///
/// fn duplicate(world: &mut World) {
///     let alloc = world.frame_alloc();
///     let mut wounded = alloc.frame_vec();
///     wounded.extend(world.query::<&Health>().iter(world).map(|health| health.0).filter(|health| *health < 50));
///     for health in wounded {
///         world.spawn(Health(health)); // an observer of this may take `Res<AllocResource>`
///     }
/// }
///
/// let mut app = App::new();
/// app.add_plugins(SmartAllocPlugin::default()).add_systems(Update, duplicate);
/// app.world_mut().spawn(Health(10));
/// app.update();
/// assert_eq!(app.world_mut().query::<&Health>().iter(app.world()).count(), 2);
/// ```
///
/// Values are borrowed from the handle, so that it outlives them. Keep it as long as they are needed and no longer: while it is alive
/// the frame cannot end, whoever tries. The plugin then leaves the frame open, tries again in the next update, and says where the
/// handle was made (FA104); [`AllocResource::try_exclusive`] and what rests on it say so by a [`FrameHeldError`].
///
/// ```compile_fail
/// # use bevy_ecs::prelude::*;
/// # use framealloc_bevy::prelude::*;
/// fn outlive(world: &mut World) -> &mut u32 {
///     let alloc = world.frame_alloc();
///     alloc.frame_ref(1)
/// }
/// ```
pub struct AllocHandle<M: Send + Sync + 'static = Main> {
    shared: Arc<Shared>,
    place: &'static Location<'static>,
    marker: PhantomData<fn() -> M>,
}

impl<M: Send + Sync + 'static> AllocHandle<M> {
    pub(crate) fn new(shared: &Arc<Shared>, place: &'static Location<'static>) -> Self {
        shared.holders.lock().unwrap_or_else(PoisonError::into_inner).push(place);
        Self { shared: Arc::clone(shared), place, marker: PhantomData }
    }
}

impl<M: Send + Sync + 'static> Clone for AllocHandle<M> {
    #[track_caller]
    fn clone(&self) -> Self {
        Self::new(&self.shared, Location::caller())
    }
}

impl<M: Send + Sync + 'static> Drop for AllocHandle<M> {
    fn drop(&mut self) {
        let mut holders = self.shared.holders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = holders.iter().position(|place| *place == self.place) {
            holders.swap_remove(index);
        }
    }
}

impl<M: Send + Sync + 'static> Deref for AllocHandle<M> {
    type Target = SmartAlloc;

    #[inline(always)]
    fn deref(&self) -> &SmartAlloc {
        self.shared.alloc()
    }
}

impl<M: Send + Sync + 'static> fmt::Debug for AllocHandle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllocHandle").field("alloc", &**self).field("place", &self.place).finish_non_exhaustive()
    }
}

/// The frame cannot end: handles of its allocator are alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameHeldError {
    /// The number of the frame.
    pub frame: u64,
    /// How many handles are alive; at least 1.
    pub handles: usize,
    /// Where one of them was made; `None` if another thread is dropping it just now.
    pub place: Option<&'static Location<'static>>,
}

impl fmt::Display for FrameHeldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { frame, handles, place } = self;
        let (plural, are) = if *handles == 1 { ("", "is") } else { ("s", "are") };
        write!(f, "frame {frame} cannot end: {handles} `AllocHandle{plural}` {are} alive")?;
        match place {
            Some(place) if *handles == 1 => write!(f, ", made at {place}"),
            Some(place) => write!(f, ", one made at {place}"),
            None => Ok(()),
        }
    }
}

impl Error for FrameHeldError {}

/// The world has no such allocator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingAllocatorError;

impl fmt::Display for MissingAllocatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the app has no such allocator: add `SmartAllocPlugin` to it (FA101)")
    }
}

impl Error for MissingAllocatorError {}

/// Takes the allocator out of a world, or of what derefs to one (`DeferredWorld`), and leaves it there: [`AllocHandle`].
///
/// An exclusive system with a tag names the call as its allocator:
///
/// ```
/// use bevy_ecs::prelude::*;
/// use framealloc::bevy::prelude::*;
/// use framealloc::frame_system;
///
/// #[frame_system(alloc = world.frame_alloc(), tag = "census")]
/// fn census(world: &mut World) {
///     let mut names = alloc.frame_vec();
///     names.extend(world.query::<&Name>().iter(world).map(|name| alloc.frame_str(name)));
///     world.spawn(Name::new(format!("one of {}", names.len())));
/// }
/// # let mut world = World::new();
/// # world.init_resource::<AllocResource>();
/// # census(&mut world);
/// ```
pub trait WorldFrameAlloc {
    /// Takes the allocator whose frame is the app's frame.
    ///
    /// # Panics
    /// If the world has none.
    #[track_caller]
    fn frame_alloc(&self) -> AllocHandle {
        self.frame_alloc_of::<Main>()
    }

    /// Takes the allocator that `M` names: `FixedMain`, or a marker of yours.
    ///
    /// # Panics
    /// If the world has no such allocator.
    #[track_caller]
    fn frame_alloc_of<M: Send + Sync + 'static>(&self) -> AllocHandle<M>;

    /// Like [`frame_alloc_of`](Self::frame_alloc_of).
    ///
    /// # Errors
    /// If the world has no such allocator.
    #[track_caller]
    fn try_frame_alloc_of<M: Send + Sync + 'static>(&self) -> Result<AllocHandle<M>, MissingAllocatorError>;
}

impl WorldFrameAlloc for World {
    #[track_caller]
    fn frame_alloc_of<M: Send + Sync + 'static>(&self) -> AllocHandle<M> {
        match self.try_frame_alloc_of() {
            Ok(handle) => handle,
            Err(missing) => panic!("{missing}"),
        }
    }

    #[track_caller]
    fn try_frame_alloc_of<M: Send + Sync + 'static>(&self) -> Result<AllocHandle<M>, MissingAllocatorError> {
        Ok(self.get_resource::<AllocResource<M>>().ok_or(MissingAllocatorError)?.handle())
    }
}
