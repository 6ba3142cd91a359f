//! What an end of a frame finds by itself: FA001 to FA011, from figures that are there anyway.
//!
//! Messages are made only for what is reported: a finding that is left out as a repetition costs no allocation.

use std::sync::Arc;

use super::events::Watcher;
use crate::budget::{BudgetEvent, BudgetOutcome};
use crate::error::Limit;
use crate::frame::FlightStats;
use crate::observe::diagnostic::{Diagnostic, subject_of};
use crate::probes;
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::growth::Growth;
use crate::raw::frames::heap_frames::{HeapFrame, row_of};
use crate::raw::frames::held::HeldBytes;
use crate::raw::frames::report::FrameReport;
use crate::raw::frames::transfers::UnreceivedTransfer;
use crate::raw::global::ambient::figures;
use crate::strict::Level;
use crate::tag::TagId;

impl Diagnostic {
    /// Names the thread, if it has a name.
    fn on_thread(self, thread: Option<&Arc<str>>) -> Self {
        match thread {
            Some(name) => self.with_thread(Arc::clone(name)),
            None => self,
        }
    }
}

impl Watcher {
    /// FA001: `held` was taken while no frame was open. What subscribers took at the end of the last frame is theirs.
    pub(super) fn find_outside(&mut self, alloc: &SmartAlloc, held: &[HeldBytes]) {
        for HeldBytes { index, thread, tag, bytes } in held {
            let known =
                self.taken_by_subscribers(alloc).iter().find(|known| (known.index, known.tag) == (*index, *tag));
            let bytes = bytes.saturating_sub(known.map_or(0, |known| known.bytes));
            if bytes == 0 {
                continue;
            }
            self.find(alloc, ("FA001", Level::Warning), subject_of((index, tag)), |found| {
                let message = format!("{bytes} bytes of frame memory were taken while no frame was open");
                let found = found.saying(message).with_tag(tag.path()).on_thread(thread.as_ref());
                found.with_help(
                    "they are held until this frame ends: begin it earlier, or use a pool or a scratch region",
                )
            });
        }
    }

    /// FA004: the frame before this one was ended by the begin of this one.
    pub(super) fn find_left_open(&mut self, alloc: &SmartAlloc) {
        self.find(alloc, ("FA004", Level::Warning), subject_of("frame"), |found| {
            let left_open = alloc.frame_number() - 1;
            found
                .saying(format!("frame {left_open} was still open when the next one began, and ended then"))
                .with_help("`whole_frame`, `frame_guard` and `#[frame_system]` end a frame on every way out")
        });
    }

    /// FA002 to FA011, from the figures of the frame that has ended.
    pub(super) fn find_in_frame(&mut self, alloc: &SmartAlloc, report: FrameReport) {
        for (index, event) in alloc.budget_events().iter().enumerate() {
            self.find_budget(alloc, event, alloc.thread_of_budget_event(index));
        }
        self.find_refused_memory(alloc);
        self.find_forgotten(alloc, report);
        for UnreceivedTransfer { type_name, count } in &alloc.transfer_stats().unreceived {
            self.find(alloc, ("FA005", Level::Warning), subject_of(type_name), |found| {
                let message = format!("transfers of `{type_name}` were dropped before anybody received them: {count}");
                found
                    .saying(message)
                    .with_help("the values are gone: `TransferHandle::receive` takes them, on any thread")
            });
        }
        self.find_full_pools(alloc);
        self.find_merged_tags(alloc);
        self.find_refused_flights(alloc);
        self.find_heap_budgets(alloc);
        self.find_pinned(alloc);
        for (index, figures) in
            alloc.raw_sites().filter(|(index, figures)| figures.heap.calls > 0 && crate::site::is_no_heap(*index))
        {
            self.find(alloc, ("FA007", Level::Error), subject_of(("system", index)), |found| {
                let (system, used) = (crate::site::name_of(index), figures.heap);
                let message = format!(
                    "system `{system}`, which is `no_heap`, took {} bytes from the heap in {} calls",
                    used.bytes, used.calls
                );
                found
                    .saying(message)
                    .with_help("`HeapGuard::sites` tells where; the growth of frame memory and pools is not counted")
            });
        }
    }

    fn find_budget(&mut self, alloc: &SmartAlloc, event: &BudgetEvent, thread: Option<&Arc<str>>) {
        let &BudgetEvent { limit, outcome, asked, left, count } = event;
        let (level, what) = match outcome {
            BudgetOutcome::SoftLimit => (Level::Hint, "is nearly used up: a request was beyond its soft limit"),
            BudgetOutcome::Refused => (Level::Error, "refused a request"),
            BudgetOutcome::Promoted => (Level::Warning, "sent a request to the heap"),
            BudgetOutcome::Warned => (Level::Warning, "was exceeded"),
            // The policy says that nobody wants to hear of it; the figures are in the statistics.
            BudgetOutcome::Allowed => return,
        };
        let (kind, name) = match limit {
            Limit::Thread => (0, ""),
            Limit::Tag(path) => (1, path),
            Limit::System(name) => (2, name),
            Limit::Global => (3, ""),
        };
        self.find(alloc, ("FA002", level), subject_of((kind, name, outcome)), |found| {
            let message = format!("{limit} {what}: asked for {asked} bytes, {left} left, {count} times in the frame");
            let diagnostic = found.saying(message).on_thread(thread);
            match limit {
                Limit::Tag(path) => diagnostic.with_tag(path),
                _ => diagnostic,
            }
        });
    }

    fn find_refused_memory(&mut self, alloc: &SmartAlloc) {
        const HELP: &str = "the `try_` form of a call returns this as an error";
        let refused = |found: Diagnostic, what: &str, times: usize, asked: usize| {
            let message = format!("the global allocator refused {what} {times} times, {asked} bytes at last");
            found.saying(message).with_help(HELP)
        };
        alloc.each_grown(|thread, tag, Growth { refused: times, asked, .. }| {
            if times > 0 {
                self.find(alloc, ("FA003", Level::Error), subject_of((thread, tag)), |found| {
                    refused(found, "frame memory", times, asked).with_tag(tag.path()).on_thread(thread)
                });
            }
        });
        if let Some((times, asked)) = self.refusals.more_memory() {
            self.find(alloc, ("FA003", Level::Error), subject_of("process"), |found| {
                refused(found, "a pool or the heap", times, asked)
            });
        }
    }

    fn find_forgotten(&mut self, alloc: &SmartAlloc, report: FrameReport) {
        for (count, what) in [(report.scopes_left_open, "scopes"), (report.phases_left_open, "phases")] {
            if count > 0 {
                self.find(alloc, ("FA004", Level::Warning), subject_of(what), |found| {
                    let first =
                        if what == "scopes" { probes::debug::first_open_scope(alloc.id()) } else { String::new() };
                    let message =
                        format!("{what} were still open when the frame ended, and ended with it: {count}{first}");
                    found.saying(message).with_help("a guard that is forgotten or leaked never ends what it began")
                });
            }
        }
    }

    fn find_merged_tags(&mut self, alloc: &SmartAlloc) {
        for (tag, times) in alloc.merged_tags() {
            self.find(alloc, ("FA008", Level::Warning), subject_of(("tag", tag)), |found| {
                let path = tag.path();
                let (message, help) = if tag == TagId::OTHER {
                    let message =
                        format!("no more names of tags: others were opened {times} times and count for `{path}`");
                    (message, "names are for systems, not for entities or frames: they stay as long as the program")
                } else {
                    let message = format!("tags were opened too deep inside `{path}` and count for it: {times} times");
                    (message, "functions that call each other and open a tag each: a `Tag` names its path absolutely")
                };
                found.saying(message).with_tag(path).with_help(help)
            });
        }
    }

    /// FA010: a tag had more of the heap than it should, as the frame ended or at a peak since the one before.
    fn find_heap_budgets(&mut self, alloc: &SmartAlloc) {
        for &(tag, budget) in alloc.config().heap_budgets() {
            let Some(HeapFrame { now, peak_rise, .. }) = alloc.raw_heap_tags().find(|frame| frame.row == row_of(tag))
            else {
                continue;
            };
            let most = if *peak_rise > 0 { now.peak } else { now.bytes };
            if most <= budget {
                continue;
            }
            self.find(alloc, ("FA010", Level::Warning), subject_of(tag), |found| {
                let message = format!(
                    "tag `{}` had {most} bytes of the heap, and should have {budget} at most: {} live in {} blocks",
                    tag.path(),
                    now.bytes,
                    now.blocks
                );
                found.saying(message).with_tag(tag.path()).with_help(
                    "the budget is `heap_budget` in `.fa.toml` or `with_heap_budget`; `stats().heap_tag` has the figures",
                )
            });
        }
    }

    /// What every end in flight finds in vain is worth knowing, also where the program has an answer to it.
    fn find_refused_flights(&mut self, alloc: &SmartAlloc) {
        let FlightStats { limit, refused, .. } = alloc.flight_stats();
        if refused == 0 {
            return;
        }
        self.find(alloc, ("FA009", Level::Warning), subject_of("flights"), |found| {
            let message =
                format!("the frame was to end in flight while {limit} of {limit} were: {refused} times refused");
            found.saying(message).with_help(
                "somebody holds flights for too long, or a reader stalls: `wait_for_flights` waits for one, and \
                 `with_frames_in_flight` lets more be held",
            )
        });
    }

    /// FA011: a tag keeps so little of what its zones make that they are of no use.
    fn find_pinned(&mut self, alloc: &SmartAlloc) {
        let mut refusals = core::mem::take(&mut self.refusals);
        refusals.more_zones(|row, pinned| {
            let tag = TagId::from_index(row);
            self.find(alloc, ("FA011", Level::Warning), subject_of(tag), |found| {
                let (path, live) = (tag.path(), figures::live_in_pinned(row));
                let message = format!(
                    "tag `{path}` pins {pinned} bytes of chunks in which {live} bytes live: its zones are served by the \
                     allocator inside"
                );
                found.saying(message).with_tag(path).with_help(
                    "what outlives its zone is learned, and has chunks of its own once enough is freed; what is to be kept \
                     is better made outside of `ambient`, and `AmbientAlloc::stats` shows how much that is",
                )
            });
        });
        self.refusals = refusals;
    }

    fn find_full_pools(&mut self, alloc: &SmartAlloc) {
        let mut refusals = core::mem::take(&mut self.refusals);
        refusals.more_pools(|pool, times| {
            let settings = pool.settings();
            self.find(alloc, ("FA006", Level::Error), subject_of(settings.name), |found| {
                let message = format!(
                    "pool `{}` was full and refused {times} requests: {} objects may live in it",
                    settings.name, settings.capacity
                );
                let diagnostic = found
                    .saying(message)
                    .with_help("more objects live than the game was planned for, or some are not given back");
                match settings.tag {
                    Some(tag) => diagnostic.with_tag(tag),
                    None => diagnostic,
                }
            });
        });
        self.refusals = refusals;
    }
}
