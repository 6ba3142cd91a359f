//! Hooks: whoever stands above the frames hears here when they begin and end. The frames do not know who it is.

use core::any::Any;
use std::sync::Arc;

use super::allocator::SmartAlloc;
use super::promotions::PromotionSummary;
use crate::panics::Payload;
use crate::raw::frames::report::FrameReport;
use crate::sync::{AtomicU32, Relaxed};

/// The bit of [`FrameHooks::interest`] that stays set while hooks want to hear of what is to be found in frames. Any other one is
/// set while they want to hear of every frame.
pub(crate) const FINDINGS: u32 = 1;

/// What had become of the frame before the one that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameBefore {
    /// It was ended, or there was none.
    Ended,
    /// Who begins this one has just ended it, and had the allocator exclusively all the while.
    JustEnded,
    /// It was left open, and ended by this begin.
    LeftOpen,
}

/// What hears of the frames of an allocator, and what it shares with those who may outlive the allocator.
///
/// Called with nothing locked and nothing borrowed, a few times a frame (I9).
pub(crate) trait FrameHooks: Any + Send + Sync {
    /// A word that is not 0 while the hooks want to hear of frames. It is asked before each call, so that a frame that
    /// nobody watches costs one load.
    fn interest(&self) -> Arc<AtomicU32>;

    /// A frame has begun. `before` says what had become of the one before. Notes the first panic.
    fn frame_began(alloc: &mut SmartAlloc, before: FrameBefore, panicked: &mut Option<Payload>);

    /// A frame has ended, and the figures are those of this frame. Notes the first panic.
    fn frame_ended(
        alloc: &mut SmartAlloc,
        report: FrameReport,
        promoted: Option<&PromotionSummary>,
        panicked: &mut Option<Payload>,
    );

    /// The allocator is about to drop what its last frame shares.
    fn allocator_ends(alloc: &mut SmartAlloc);

    /// The allocator has dropped all values. Notes the first panic.
    fn allocator_ended(alloc: &mut SmartAlloc, panicked: &mut Option<Payload>);
}

/// The hooks of one allocator. Functions and not a trait object: they take the allocator that holds them.
pub(super) struct Hooks {
    shared: Arc<dyn Any + Send + Sync>,
    interest: Arc<AtomicU32>,
    pub(super) frame_began: fn(&mut SmartAlloc, FrameBefore, &mut Option<Payload>),
    pub(super) frame_ended: fn(&mut SmartAlloc, FrameReport, Option<&PromotionSummary>, &mut Option<Payload>),
    pub(super) allocator_ends: fn(&mut SmartAlloc),
    pub(super) allocator_ended: fn(&mut SmartAlloc, &mut Option<Payload>),
}

impl Hooks {
    pub(super) fn new<H: FrameHooks>(shared: Arc<H>) -> Self {
        Self {
            interest: shared.interest(),
            shared,
            frame_began: H::frame_began,
            frame_ended: H::frame_ended,
            allocator_ends: H::allocator_ends,
            allocator_ended: H::allocator_ended,
        }
    }

    /// Whether the hooks want to hear of frames.
    #[inline]
    pub(super) fn are_interested(&self) -> bool {
        self.interest.load(Relaxed) != 0
    }

    /// Whether the hooks want to hear that a frame has begun. Where the one before has just ended nothing is to be found.
    #[inline]
    pub(super) fn hear_begin(&self, before: FrameBefore) -> bool {
        let of_no_interest = if before == FrameBefore::JustEnded { FINDINGS } else { 0 };
        self.interest.load(Relaxed) & !of_no_interest != 0
    }

    /// What the hooks share, if they are of this type.
    #[inline]
    pub(super) fn shared<H: FrameHooks>(&self) -> Option<&H> {
        self.shared.downcast_ref()
    }

    /// As [`shared`](Self::shared), for who may outlive the allocator.
    pub(super) fn share<H: FrameHooks>(&self) -> Option<Arc<H>> {
        Arc::clone(&self.shared).downcast().ok()
    }
}
