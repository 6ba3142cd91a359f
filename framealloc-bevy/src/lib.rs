//! framealloc for Bevy.
#![forbid(unsafe_code)]
#![allow(elided_lifetimes_in_paths, reason = "systems are written as in every Bevy program")]
#![allow(clippy::needless_pass_by_value, reason = "Bevy hands parameters and labels over by value")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod diagnostics;
mod overrun;
mod param;
mod plugin;
mod prewarm;
mod promotions;
mod resource;
mod schedule;

pub use diagnostics::SmartAllocDiagnosticsPlugin;
pub use param::FrameAlloc;
pub use plugin::{SmartAllocPlugin, SmartAllocPlugins};
pub use promotions::FramePromotions;
pub use resource::AllocResource;
pub use schedule::{FixedFrameBegin, FrameBegin, SmartAllocSystems};

#[doc(no_inline)]
pub use framealloc_core::{AllocConfig, Frame, FrameBox, FrameHandle, FrameReport, SmartAlloc, Tag};

/// What most games import.
pub mod prelude {
    #[doc(no_inline)]
    pub use crate::{
        AllocResource, FixedFrameBegin, FrameAlloc, FrameBegin, FramePromotions, SmartAllocDiagnosticsPlugin,
        SmartAllocPlugin, SmartAllocPlugins, SmartAllocSystems,
    };
    #[doc(no_inline)]
    pub use bevy_app::FixedMain;
    #[doc(no_inline)]
    pub use framealloc_core::{AllocConfig, Frame, FrameHandle, SmartAlloc, Tag, gigabytes, kilobytes, megabytes};
}
