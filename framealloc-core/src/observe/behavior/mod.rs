//! The behaviour filter: which tags and pools are used for something else than they are good at.
//!
//! The figures of the frame are added up by tag. What they cannot tell (how long a promoted value lives, which pool
//! objects die in the frame that made them) is watched from [`probes::filter`](crate::probes::filter), of which there
//! is nothing left without the feature `memory_filter`.

#[cfg(feature = "memory_filter")]
pub(crate) mod filter;
#[cfg(feature = "memory_filter")]
pub(crate) mod report;
#[cfg(feature = "memory_filter")]
mod rules;
#[cfg(feature = "memory_filter")]
pub(crate) mod thresholds;

#[cfg(feature = "memory_filter")]
mod on_alloc;

#[cfg(feature = "memory_filter")]
use report::BehaviorReport;
#[cfg(feature = "memory_filter")]
use thresholds::BehaviorThresholds;

#[cfg(not(feature = "memory_filter"))]
impl crate::SmartAlloc {
    /// There is no filter to notify.
    #[expect(clippy::unused_self, reason = "there is no filter")]
    pub(crate) fn notify_filter(&mut self, _settled: &crate::probes::filter::Settled) {}
}
