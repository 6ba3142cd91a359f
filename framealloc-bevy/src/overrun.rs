//! Warnings about budgets: one per overrun, not one per frame.

use framealloc_core::{BudgetEvent, BudgetOutcome, Limit};

/// An overrun is over when the budget has been kept for this many frames in a row.
const KEPT: u32 = 60;

/// The overruns that are under way.
#[derive(Debug, Default)]
pub(crate) struct Overruns(Vec<Overrun>);

#[derive(Debug)]
struct Overrun {
    limit: Limit,
    outcome: BudgetOutcome,
    /// Frames since the last event.
    kept: u32,
}

impl Overruns {
    /// Takes in the events of a frame. Logs those that begin an overrun.
    pub(crate) fn observe(&mut self, events: &[BudgetEvent]) {
        self.0.retain_mut(|overrun| {
            overrun.kept += 1;
            overrun.kept <= KEPT
        });
        // `Allow` says that nobody wants to hear of it; the figures are in the statistics.
        for event in events.iter().filter(|event| event.outcome != BudgetOutcome::Allowed) {
            let known = self.0.iter_mut().find(|known| known.limit == event.limit && known.outcome == event.outcome);
            if let Some(known) = known {
                known.kept = 0;
            } else {
                self.0.push(Overrun { limit: event.limit, outcome: event.outcome, kept: 0 });
                warn(event);
            }
        }
    }
}

fn warn(event: &BudgetEvent) {
    let BudgetEvent { limit, outcome, asked, left, count, .. } = event;
    let what = match outcome {
        BudgetOutcome::SoftLimit => "is nearly used up: a request was beyond its soft limit",
        BudgetOutcome::Refused => "refused a request",
        BudgetOutcome::Promoted => "sent a request to the heap",
        _ => "was exceeded",
    };
    tracing::warn!(target: "framealloc", "FA002: {limit} {what}: asked for {asked} bytes, {left} left, {count} times in the frame");
}
