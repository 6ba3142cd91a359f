//! The chapters of the guide as documentation tests: every Rust block compiles and runs as it stands.
//!
//! A chapter that needs a feature is tested with it (`ci/features.sh`). The chapter on Bevy and the README are tested in
//! framealloc-bevy. `framealloc/tests/guide.rs` sees to it that no chapter is forgotten here.

macro_rules! chapters {
    ($($(#[$condition:meta])* $name:ident $path:literal)*) => {$(
        $(#[$condition])*
        #[doc = include_str!(concat!("../../docs/guide/src/", $path))]
        struct $name;
    )*};
}

chapters! {
    Introduction "introduction.md"
    GettingStarted "getting-started.md"
    Lifetimes "lifetimes.md"
    Attributes "attributes.md"
    Collections "collections.md"
    Pools "pools.md"
    Threads "threads.md"
    FramesInFlight "frames-in-flight.md"
    Budgets "budgets.md"
    ClosedMemory "closed-memory.md"
    Retention "retention.md"
    Statistics "statistics.md"
    Events "events.md"
    Recordings "recordings.md"
    WhoAsks "who-asks.md"
    PredictedMeasured "predicted-measured.md"
    FrameTests "frame-tests.md"
    NoHeap "no-heap.md"
    NeverWaits "never-waits.md"
    WhoseMemory "whose-memory.md"
    #[cfg(feature = "memory_filter")]
    BehaviourFilter "behaviour-filter.md"
    #[cfg(feature = "debug")]
    Debug "debug.md"
    #[cfg(feature = "tracy")]
    Tracy "tracy.md"
    CargoFa "cargo-fa.md"
    CargoFaCi "cargo-fa-ci.md"
    #[cfg(feature = "declared-budgets")]
    FaToml "fa-toml.md"
    #[cfg(all(feature = "allocator-api2", feature = "rayon", feature = "snapshot-json", not(feature = "nightly")))]
    Interop "interop.md"
    WinitLoop "recipes/winit-loop.md"
    FixedTimestep "recipes/fixed-timestep.md"
    JobSystem "recipes/job-system.md"
    AudioThread "recipes/audio-thread.md"
    AssetStreaming "recipes/asset-streaming.md"
    Wasm "recipes/wasm.md"
    ComingFromBumpalo "coming-from/bumpalo.md"
    ComingFromStd "coming-from/std.md"
    ComingFromDocuments "coming-from/documents-0-6.md"
    Performance "performance.md"
    Limits "limits.md"
}
