//! The attributes of framealloc: what a function or a type says about its memory.
//!
//! Use them through the crate `framealloc`, which re-exports them and which the expansions name.
//!
//! | attribute | on | says |
//! |---|---|---|
//! | [`#[frame_system]`](macro@frame_system) | a function with `alloc: &SmartAlloc` | it has a scope inside the frame, which closes when it returns |
//! | [`#[frame_system]`](macro@frame_system) | a function with `alloc: &mut SmartAlloc` | it is the whole frame, panics included |
//! | [`frame_closure!`] | a closure | as `#[frame_system]` says of a function |
//! | [`#[alloc_tag("ai")]`](macro@alloc_tag) | functions, methods, `async fn`, `impl` blocks | what it allocates is attributed to a tag |
//! | [`#[pooled]`](macro@pooled), [`#[derive(Pooled)]`](derive@Pooled) | a type | it has a pool of its own |
//! | [`#[no_heap]`](macro@no_heap), [`#[no_block]`](macro@no_block) | functions, methods of traits, fields | the code behind it does not use the heap, does not wait |
//! | [`#[effects]`](macro@effects) | a type | some of its fields declare an effect |
//! | [`#[frame_test]`](macro@frame_test) | a function | it is a test: what each of many frames takes is held against limits |
//!
//! ```
//! use framealloc::{Pooled, SmartAlloc, alloc_tag, frame_system};
//!
//! #[frame_system(tag = "physics", budget = "2MiB")]
//! fn broad_phase(alloc: &SmartAlloc, positions: &[f32]) -> usize {
//!     let mut pairs = alloc.frame_vec();
//!     pairs.extend(positions.windows(2).filter(|pair| pair[1] - pair[0] < 0.1));
//!     pairs.len() // `pairs` itself would be a compile error, at this very token
//! }
//!
//! #[alloc_tag("ai::pathfinding")]
//! fn plan(alloc: &SmartAlloc, goal: u32) -> u32 {
//!     *alloc.frame_box(goal)
//! }
//!
//! #[derive(Pooled)]
//! #[pooled(capacity = 4096, grow = fixed, tag = "weapons")]
//! struct Bullet {
//!     speed: f32,
//! }
//!
//! let alloc = SmartAlloc::default();
//! assert_eq!(broad_phase(&alloc, &[0.0, 0.05]), 1);
//! assert_eq!(plan(&alloc, 7), 7);
//! assert_eq!(Bullet { speed: 900.0 }.pooled().speed, 900.0);
//! ```
//!
//! Three rules hold for every attribute here:
//! - the item is always emitted, mistakes beside it: what vanishes while the user types breaks the editor and every caller;
//! - a body is never parsed, only moved, so that errors in it are the compiler's own, at the user's tokens;
//! - expansions hold no logic and no `unsafe`: they call functions of `framealloc::__private`.
//!
//! With the feature `check-tags`, tag strings are compared with the tags that `.fa.toml` declares; with `declared-budgets`,
//! `declared_budgets!` reads its budgets. Both happen while the program compiles.

#![forbid(unsafe_code)]

mod alloc_tag;
#[cfg(feature = "declared-budgets")]
mod budgets;
mod closure;
mod diagnostics;
mod editor;
mod effects;
#[cfg(any(feature = "check-tags", feature = "declared-budgets"))]
mod fa_toml;
mod frame_closure;
mod frame_system;
mod frame_test;
mod in_flight;
mod item;
mod pooled;
mod runtime;
mod tags;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Runs a function inside a scope of its own in the frame.
///
/// The function takes its allocator as `alloc: &SmartAlloc`, or as anything that derefs to it. Inside the body `alloc` is a
/// `&Frame`: what is allocated from it dies when the function returns, and the memory, still in the cache, serves the next
/// system. A value that would outlive the frame is a compile error at the expression that lets it out.
///
/// A function that takes `alloc: &mut SmartAlloc` is the whole frame: the frame begins with the body and ends with it, on
/// every way out.
///
/// ```
/// use framealloc::{SmartAlloc, frame_system};
///
/// #[frame_system(tag = "physics", budget = "64KiB")]
/// fn count_fast(alloc: &SmartAlloc, speeds: &[f32]) -> usize {
///     let mut fast = alloc.frame_vec();
///     fast.extend(speeds.iter().copied().filter(|speed| *speed > 10.0));
///     fast.len()
/// }
///
/// #[frame_system(out = frame)]
/// fn doubled<'f>(alloc: &'f SmartAlloc, values: &[u32]) -> &'f [u32] {
///     let scratch = alloc.frame_slice_fill_with(values.len(), |at| values[at] * 2);
///     frame.frame_slice_copy(&scratch) // `scratch` itself would not compile
/// }
///
/// #[frame_system]
/// fn tick(alloc: &mut SmartAlloc) -> usize {
///     let doubled = doubled(alloc, &[1, 2, 3]);
///     count_fast(alloc, &[4.0, 40.0]) + doubled.len()
/// }
///
/// assert_eq!(tick(&mut SmartAlloc::default()), 4);
/// ```
///
/// With `in_flight` what such a function shares is read while the next frame runs. It declares the flight beside its result, and
/// its body makes the result alone:
///
/// ```
/// use framealloc::{AllocConfig, FlightError, FrameHandle, FrameInFlight, SmartAlloc, frame_system};
///
/// #[frame_system(in_flight)]
/// fn simulate(alloc: &mut SmartAlloc) -> (FrameHandle<[u32]>, FrameInFlight) {
///     alloc.frame_share_slice_from_iter((0..100).filter(|id| id % 7 == 0))
/// }
///
/// /// Where the limit may be reached: the frame has ended then, without a flight.
/// #[frame_system(in_flight)]
/// fn try_simulate(alloc: &mut SmartAlloc) -> (FrameHandle<[u32]>, Result<FrameInFlight, FlightError>) {
///     alloc.frame_share_slice_copy(&[1, 2, 3])
/// }
///
/// let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
/// let (draws, flight) = simulate(&mut alloc);
/// let (_, full) = try_simulate(&mut alloc);
/// assert_eq!(full.err(), Some(FlightError::LimitReached { limit: 1 }));
/// assert_eq!(flight.get(draws).map(<[u32]>::len), Some(15));
/// ```
///
/// # Options
/// | option | meaning |
/// |---|---|
/// | `alloc = self.alloc`, `alloc = world.frame_alloc()` | where the allocator is, if no parameter is called `alloc`: a parameter, a field, or what a method without arguments returns, which the body knows as `alloc` |
/// | `tag = "physics"`, `tag = tags::PHYSICS` | the tag that the memory is attributed to |
/// | `budget = "64KiB"` | the most bytes that one call may hold: a size, or a `const` of type `usize` |
/// | `in_flight` | the frame ends in flight, and the function returns the flight beside its result |
/// | `name = "physics.step"` | the name in reports; otherwise the path of the function |
/// | `ambient` | what the system asks of the heap is bumped, where an `AmbientAlloc` is the program's global allocator |
/// | `no_heap` | the system must not use the heap |
/// | `no_block` | the system must not wait for anything, and must not use the heap |
/// | `out = frame` | a name for the whole frame, for results that later systems of this frame read |
/// | `crate = path::to::framealloc` | where framealloc is, if not a dependency of that name |
///
/// It goes on functions, methods, and methods of traits that have a body. An `async fn` is refused, since a frame must not stay
/// open across `.await`; so are `const fn` and `#[track_caller]`, whose effect would be lost: the body becomes a closure.
#[proc_macro_attribute]
pub fn frame_system(args: TokenStream, item: TokenStream) -> TokenStream {
    frame_system::expand(args.into(), item.into()).into()
}

/// Runs a closure inside a scope of its own in the frame: `#[frame_system]` for closures, with the same options before the closure.
///
/// ```
/// use framealloc::{SmartAlloc, frame_closure};
///
/// let mut calls = 0;
/// let mut count_fast = frame_closure!(tag = "physics", |alloc: &SmartAlloc, speeds: &[f32]| {
///     let mut fast = alloc.frame_vec();
///     fast.extend(speeds.iter().copied().filter(|speed| *speed > 10.0));
///     calls += 1;
///     fast.len()
/// });
/// assert_eq!(count_fast(&SmartAlloc::default(), &[4.0, 40.0]), 1);
/// ```
///
/// A closure is a Bevy system as it stands: `app.add_systems(Update, frame_closure!(|alloc: Res<AllocResource>| { … }))`. In reports it
/// is called after its module unless `name` says otherwise.
#[proc_macro]
pub fn frame_closure(input: TokenStream) -> TokenStream {
    frame_closure::expand(input.into()).into()
}

/// Accounts what a function allocates to a tag: `#[alloc_tag("physics")]` or `#[alloc_tag(tags::PHYSICS)]`.
///
/// ```
/// use framealloc::{Frame, SmartAlloc, Tag, alloc_tag};
///
/// static AI: Tag = Tag::new("ai");
///
/// #[alloc_tag("ai::pathfinding")]
/// fn path(alloc: &Frame) -> &[u32] {
///     alloc.frame_slice_copy(&[3, 1, 2])
/// }
///
/// #[alloc_tag(AI)]
/// fn think(alloc: &SmartAlloc) -> usize {
///     path(alloc).len()
/// }
///
/// let mut alloc = SmartAlloc::default();
/// alloc.whole_frame(|alloc| assert_eq!(think(alloc), 3));
/// assert!(alloc.stats().tag("ai::pathfinding").is_some_and(|tag| tag.bytes >= 12));
/// ```
///
/// Inside the body the allocator carries the tag, and so does whatever the body passes it to. The memory lives as long as
/// it would without the attribute. The tag is the whole path, whatever tag the caller passes in.
///
/// It goes on functions and methods, on `async fn` (the tag is in the handle, so that it holds in every poll and leaks into
/// no other task), and on `impl` blocks, where it reaches every method that has an allocator and no tag of its own.
///
/// Options after the tag: `alloc = self.alloc` (of an `impl` block: for the methods that have no parameter `alloc`) and `crate = path::to::framealloc`, as in [`macro@frame_system`].
#[proc_macro_attribute]
pub fn alloc_tag(args: TokenStream, item: TokenStream) -> TokenStream {
    alloc_tag::expand(args.into(), item.into()).into()
}

/// Makes a test of a frame: it is run many times, and what each run takes is held against limits.
///
/// A function with `alloc: &mut SmartAlloc` is one frame. A function without parameters prepares the test and returns what
/// runs a frame: a closure with `&mut SmartAlloc`, or anything that is [`Frames`](../framealloc/trait.Frames.html).
///
/// ```
/// use framealloc::{Frames, HeapGuard, SmartAlloc, frame_test};
///
/// #[global_allocator]
/// static GLOBAL: HeapGuard = HeapGuard::system();
///
/// #[frame_test(heap = 0, tag("physics") <= "64KiB")]
/// fn steps_take_nothing_from_the_heap() -> impl Frames {
///     let mut bodies = vec![0.0_f32; 1000];
///     move |alloc: &mut SmartAlloc| {
///         alloc.with_tag("physics", |physics| {
///             let forces = physics.frame_slice_copy(&bodies);
///             bodies.iter_mut().zip(&*forces).for_each(|(body, force)| *body += force);
///         });
///     }
/// }
/// # fn main() {}
/// ```
///
/// | option | meaning |
/// |---|---|
/// | `warmup = 100` | frames that run first, in which memory may grow; 100 without it |
/// | `frames = 600` | frames that count; 600 without it |
/// | `heap = 0` | how often a frame may ask the heap for memory; a `HeapGuard` or a `CountingAlloc` must be there to count |
/// | `tag("physics") <= "64KiB"` | frame memory of a tag, in any frame; a path of a `const` of type `usize` will do |
/// | `system("collide") <= "8KiB"` | frame memory of all calls of a system, in any frame |
/// | `crate = engine::framealloc` | where the expansion finds framealloc |
///
/// A tag that is never used and a system that never runs break their limits, and `heap` without anybody who counts is no
/// pass. The test fails with a table of the figures.
#[proc_macro_attribute]
pub fn frame_test(args: TokenStream, item: TokenStream) -> TokenStream {
    frame_test::expand(args.into(), item.into()).into()
}

/// Declares that a function does not use the heap.
///
/// For code that no system owns, and where code cannot be seen: on a method of a trait it holds for whoever implements it, on a
/// field (with [`macro@effects`] on the type) for every function that is put there. `cargo fa` believes it at the call and
/// holds the code behind it to it; `cargo fa prove` finds the function in the program.
///
/// ```
/// use framealloc::no_heap;
///
/// trait Behaviour {
///     #[no_heap]
///     fn think(&self, seen: &[u32]) -> usize;
/// }
///
/// struct Nearest;
///
/// impl Behaviour for Nearest {
///     fn think(&self, seen: &[u32]) -> usize {
///         closest(seen)
///     }
/// }
///
/// #[no_heap]
/// fn closest(seen: &[u32]) -> usize {
///     seen.iter().enumerate().min_by_key(|(_, distance)| **distance).map_or(0, |(at, _)| at)
/// }
///
/// let behaviours: [&dyn Behaviour; 1] = [&Nearest];
/// assert_eq!(behaviours[0].think(&[5, 2, 9]), 1);
/// ```
///
/// The compiler takes the function as it is, with two additions: a mark in its body, and `#[inline(never)]`, so that the mark is
/// in a function of its own. A function with an `#[inline]` of yours, or a `const fn`, gets neither: the program is judged where
/// it was inlined. An `async fn` is refused, since whoever polls it runs its body. A system declares it as an option:
/// `#[frame_system(no_heap)]`.
///
/// With the feature `rtsan` it also says `#[sanitize(realtime = "nonblocking")]`, for `RealtimeSanitizer`; the crate then needs
/// `#![feature(sanitize)]` and a nightly.
///
/// One option: `crate = path::to::framealloc`, as in [`macro@frame_system`].
#[proc_macro_attribute]
pub fn no_heap(args: TokenStream, item: TokenStream) -> TokenStream {
    effects::expand(framealloc_syntax::Effect::Heap, args.into(), item.into()).into()
}

/// Declares that a function does not wait, for a lock, a channel, a thread, a file, the console, and does not use the heap.
///
/// As [`macro@no_heap`], which it implies: an allocator may have to wait for a lock.
///
/// ```
/// use std::sync::Mutex;
///
/// use framealloc::no_block;
///
/// /// The newest level, if nobody is changing it.
/// #[no_block]
/// fn level(shared: &Mutex<f32>, last: f32) -> f32 {
///     shared.try_lock().map_or(last, |level| *level)
/// }
///
/// assert_eq!(level(&Mutex::new(0.5), 0.0), 0.5);
/// ```
#[proc_macro_attribute]
pub fn no_block(args: TokenStream, item: TokenStream) -> TokenStream {
    effects::expand(framealloc_syntax::Effect::Block, args.into(), item.into()).into()
}

/// Lets fields of a type declare what the functions in them do not do.
///
/// ```
/// use framealloc::effects;
///
/// #[effects]
/// struct Hooks {
///     #[no_heap]
///     on_hit: fn(u32) -> u32,
///     #[no_block]
///     mix: Box<dyn Fn(&mut [f32]) + Send>,
/// }
///
/// fn halved(damage: u32) -> u32 {
///     damage / 2
/// }
///
/// let hooks = Hooks { on_hit: halved, mix: Box::new(|samples| samples.fill(0.0)) };
/// assert_eq!((hooks.on_hit)(8), 4);
/// # (hooks.mix)(&mut [1.0]);
/// ```
///
/// The type is what it would be without: the attributes are for `cargo fa`, which believes them where such a function is called,
/// and holds every function that the program puts there to them.
#[proc_macro_attribute]
pub fn effects(args: TokenStream, item: TokenStream) -> TokenStream {
    effects::expand_type(&args.into(), &item.into()).into()
}

/// Gives a type a pool of its own. The attribute form of [`derive@Pooled`], for one line less.
///
/// ```
/// use framealloc::{Pooled, pooled};
///
/// #[pooled(capacity = 2, grow = fixed)]
/// struct Turret {
///     angle: f32,
/// }
///
/// let turrets = [0.0, 0.5].map(|angle| Turret { angle }.pooled());
/// assert_eq!(turrets[1].angle, 0.5);
/// assert!(Turret { angle: 1.0 }.try_pooled().is_err());
/// ```
///
/// With the derive, write the derive first: `#[derive(Pooled)] #[pooled(capacity = 1024)]`. The other way round the compiler
/// cannot tell which of the two `pooled` is meant.
#[proc_macro_attribute]
pub fn pooled(args: TokenStream, item: TokenStream) -> TokenStream {
    pooled::expand_attribute(&args.into(), item.into()).into()
}

/// Gives a type a pool of its own: `Type::pool()` and `value.pooled()`.
///
/// ```
/// use framealloc::Pooled;
///
/// #[derive(Pooled)]
/// #[pooled(capacity = 4096, tag = "weapons")]
/// struct Bullet {
///     speed: f32,
/// }
///
/// let bullet = Bullet { speed: 900.0 }.pooled();
/// assert_eq!(bullet.speed, 900.0);
/// assert_eq!(Bullet::pool().stats().live, 1);
/// ```
///
/// # Options of `#[pooled(…)]`
/// | option | meaning |
/// |---|---|
/// | `capacity = 1024` | the values that the pool is made for |
/// | `grow = double`, `grow = fixed` | when they are in use: take more memory (the default), or refuse the next value |
/// | `tag = "entities"` | the tag that the memory is attributed to |
/// | `prewarm` | take the memory for the whole capacity at the first use, at once |
/// | `name = "bullets"` | the name in reports; otherwise the name of the type |
/// | `crate = path::to::framealloc` | where framealloc is, if not a dependency of that name |
///
/// The type must be sized, own its data and have no parameters: a pool is one `static` for one type.
#[proc_macro_derive(Pooled, attributes(pooled))]
pub fn derive_pooled(item: TokenStream) -> TokenStream {
    pooled::expand_derive(item.into()).into()
}

/// The budgets that `.fa.toml` declares, as a `DeclaredBudgets` for `AllocConfig::with_budgets`: `budget` of each
/// `[tags.<name>]` and `thread` of `[budgets]`.
///
/// ```toml
/// [budgets]
/// thread = "8MiB"
/// [tags.physics]
/// budget = "2MiB"
/// ```
///
/// ```
/// use framealloc::{AllocConfig, BudgetPolicy, DeclaredBudgets, SmartAlloc, declared_budgets};
///
/// const BUDGETS: DeclaredBudgets = declared_budgets!().with_policy(BudgetPolicy::Warn);
///
/// let alloc = SmartAlloc::new(AllocConfig::default().with_budgets(BUDGETS));
/// assert_eq!(alloc.frame_remaining(), BUDGETS.thread().map(|budget| budget.bytes()));
/// ```
///
/// The file is looked for in the package and above it, up to the root of the workspace, while the program is compiled; a
/// change of it compiles the program anew. A mistake in it, or no file, is a compile error here. The program itself reads no file.
///
/// `declared_budgets!(crate = path::to::framealloc)` where framealloc is not a dependency of that name.
#[cfg(feature = "declared-budgets")]
#[proc_macro]
pub fn declared_budgets(args: TokenStream) -> TokenStream {
    budgets::expand(&args.into()).into()
}
