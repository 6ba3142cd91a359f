//! Pools of one type: `Pool`, its `PoolSpec`, and the `Pooled` types that have one.

use super::granted;
use super::refused::Refused;
use super::stats::PoolStats;
use crate::error::AllocError;
use crate::pool_settings::{PoolGrowth, PoolSettings};
use crate::raw::pools::boxes::{PoolBox, PoolSlot};
use crate::raw::pools::hot;
use crate::raw::pools::refusals::refusal;
use crate::raw::pools::request::TypedPool;
use crate::sync::const_unless_loom;

/// What a [`Pool`] is made with.
///
/// ```
/// use framealloc_core::pool::{Pool, PoolSpec};
///
/// static BULLETS: Pool<[f32; 6]> = Pool::new(PoolSpec::new("Bullet").capacity(4096).tag("weapons").prewarm());
/// # assert_eq!(BULLETS.stats().tag, Some("weapons"));
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct PoolSpec(PoolSettings);

impl PoolSpec {
    /// A pool named `name` that grows as needed.
    pub const fn new(name: &'static str) -> Self {
        Self(PoolSettings { name, tag: None, capacity: 0, growth: PoolGrowth::Double, prewarm: false })
    }

    /// How many objects the pool is meant for: what [`prewarm`](Self::prewarm) makes room for and [`fixed`](Self::fixed) enforces.
    pub const fn capacity(mut self, objects: usize) -> Self {
        self.0.capacity = objects;
        self
    }

    /// Never more live objects than the capacity, exactly: one more is refused, one less never. This takes two atomic operations
    /// per object on a count that all threads share: several times the cost of the rest, and more when threads contend for it.
    pub const fn fixed(mut self) -> Self {
        self.0.growth = PoolGrowth::Fixed;
        self
    }

    /// Twice as many slabs whenever there are too few, by at most 1 MiB at once. The default.
    pub const fn double(mut self) -> Self {
        self.0.growth = PoolGrowth::Double;
        self
    }

    /// The tag that the pool is reported under.
    pub const fn tag(mut self, tag: &'static str) -> Self {
        self.0.tag = Some(tag);
        self
    }

    /// Makes room for the whole capacity when the pool is first used.
    pub const fn prewarm(mut self) -> Self {
        self.0.prewarm = true;
        self
    }
}

/// A pool of values of one type: a `static`, shared by all threads.
///
/// ```
/// use framealloc_core::pool::{Pool, PoolSpec};
///
/// static ENEMIES: Pool<String> = Pool::new(PoolSpec::new("Enemy"));
///
/// let enemy = ENEMIES.boxed("orc".to_owned());
/// assert_eq!(ENEMIES.stats().live, 1);
/// drop(enemy);
/// assert_eq!(ENEMIES.stats().live, 0);
/// ```
///
/// A type that no slot can hold is refused when the static is compiled:
/// ```compile_fail
/// # use framealloc_core::pool::{Pool, PoolSpec};
/// static NOTHING: Pool<()> = Pool::new(PoolSpec::new("Nothing"));
/// ```
/// ```compile_fail
/// # use framealloc_core::pool::{Pool, PoolSpec};
/// static MAPS: Pool<[u8; 10_000]> = Pool::new(PoolSpec::new("Map"));
/// ```
#[derive(Debug)]
pub struct Pool<T>(TypedPool<T>);

impl<T> Pool<T> {
    const_unless_loom! {
        /// A pool without any memory yet.
        ///
        /// # Panics
        /// When a fixed pool has no capacity, or a `T` has no bytes, more than 8 KiB, or an alignment of more than 4096 bytes: in a
        /// static, all of these are compile errors.
        #[must_use]
        pub fn new(spec: PoolSpec) -> Self {
            assert!(
                spec.0.capacity > 0 || !matches!(spec.0.growth, PoolGrowth::Fixed),
                "a fixed pool needs room for at least one value"
            );
            Self(TypedPool::new(spec.0))
        }
    }

    /// Moves `value` into the pool.
    ///
    /// # Panics
    /// When a fixed pool is full, or the global allocator refuses a slab. The value is dropped.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn boxed(&'static self, value: T) -> PoolBox<T> {
        self.slot().write(value)
    }

    /// Moves `value` into the pool.
    ///
    /// # Errors
    /// When a fixed pool is full, or the global allocator refuses a slab. The error has the value.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_boxed(&'static self, value: T) -> Result<PoolBox<T>, Refused<T>> {
        match self.try_slot() {
            Ok(slot) => Ok(slot.write(value)),
            Err(error) => Err(Refused::new(value, error)),
        }
    }

    /// A place in the pool, without a value.
    ///
    /// # Panics
    /// When a fixed pool is full, or the global allocator refuses a slab.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn slot(&'static self) -> PoolSlot<T> {
        PoolSlot(granted(self.0.slot(), || self.0.raw()))
    }

    /// A place in the pool, without a value.
    ///
    /// # Errors
    /// When a fixed pool is full, or the global allocator refuses a slab.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_slot(&'static self) -> Result<PoolSlot<T>, AllocError> {
        match self.0.slot() {
            Ok(slot) => Ok(PoolSlot(slot)),
            Err(denied) => Err(refusal(denied, self.0.raw())),
        }
    }

    /// What the pool holds.
    #[must_use]
    pub fn stats(&'static self) -> PoolStats {
        PoolStats::of(self.0.raw())
    }

    /// Makes room for the pool's capacity, touching every page. `false` if the global allocator refused.
    pub fn prewarm(&'static self) -> bool {
        let pool = self.0.raw();
        hot::index_of(pool);
        pool.depot().reserve(&pool.origin(), pool.settings().capacity)
    }

    /// Gives slabs without a live object back to the global allocator, and returns their bytes.
    ///
    /// Slots in the magazines of other threads keep their slabs: see [`flush_thread`](super::flush_thread).
    pub fn trim(&'static self) -> usize {
        hot::trim(self.0.raw())
    }
}

/// A type with a pool of its own. `#[derive(Pooled)]` implements it.
///
/// ```
/// use framealloc_core::pool::{Pool, PoolSpec, Pooled};
///
/// struct Bullet { speed: f32 }
///
/// impl Pooled for Bullet {
///     fn pool() -> &'static Pool<Self> {
///         static POOL: Pool<Bullet> = Pool::new(PoolSpec::new("Bullet"));
///         &POOL
///     }
/// }
///
/// let bullet = Bullet { speed: 900.0 }.pooled();
/// assert_eq!(bullet.speed, 900.0);
/// assert_eq!(Bullet::pool().stats().live, 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a pooled type",
    label = "no pool is registered for `{Self}`",
    note = "add `#[derive(Pooled)]` to `{Self}`, or use `pool_box`, which serves every type"
)]
pub trait Pooled: Sized + 'static {
    /// The pool of this type.
    fn pool() -> &'static Pool<Self>;

    /// Moves the value into the pool of its type.
    ///
    /// # Panics
    /// As [`Pool::boxed`].
    #[inline]
    #[must_use = "dropping the box drops the value"]
    #[cfg_attr(feature = "debug", track_caller)]
    fn pooled(self) -> PoolBox<Self> {
        Self::pool().boxed(self)
    }

    /// Moves the value into the pool of its type.
    ///
    /// # Errors
    /// As [`Pool::try_boxed`].
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_pooled(self) -> Result<PoolBox<Self>, Refused<Self>> {
        Self::pool().try_boxed(self)
    }
}
