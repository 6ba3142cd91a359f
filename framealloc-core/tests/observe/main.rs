//! What the runtime tells of itself: events, phases, recordings, snapshots, figures, Tracy.

mod events;
mod figures_agree;
mod frame_figures;
mod panics;
mod phases;
mod recording;
#[cfg(not(target_family = "wasm"))]
mod recording_live;
mod requests;
mod snapshots;
#[cfg(feature = "tracy")]
mod tracy;

#[cfg(feature = "tracy")]
#[path = "../support/again.rs"]
mod again;
#[path = "../support/random.rs"]
mod random;

#[global_allocator]
static GLOBAL: framealloc_core::AmbientAlloc<framealloc_core::CountingAlloc> =
    framealloc_core::AmbientAlloc::new(framealloc_core::CountingAlloc::system());
