//! Accounts: what is held of each budget, and what is left.

use std::sync::Arc;

use crate::budget::{Budget, BudgetEvent, BudgetPolicy};
use crate::config::AllocConfig;
use crate::error::Limit;
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::window::MIN_ALIGN;
use crate::sync::{AtomicBool, AtomicUsize, Relaxed};
use crate::tag::TagId;

/// The most bytes that one arena opens at once against an account of its thread.
const OPEN_LOCAL: usize = 64 << 10;

/// The most bytes that one arena opens at once against an account that other threads share: what it may hold unused.
const OPEN_SHARED: usize = 16 << 10;

/// The bytes that are opened at once beyond a budget whose policy serves what exceeds it.
const OPEN_BEYOND: usize = 4 << 10;

/// Accounts that a frame can be charged to.
pub(super) const ACCOUNTS: usize = 5;

/// One budget and what is held of it. Counters only: nothing is published through them, so all orders are relaxed.
#[derive(Debug)]
pub(crate) struct Account {
    pub(super) limit: Limit,
    pub(super) budget: Budget,
    open_at_most: usize,
    pub(super) held: AtomicUsize,
    /// Whether the soft limit was recorded in this frame.
    soft: AtomicBool,
    /// Whether a request was served beyond the budget in this frame.
    pub(super) exceeded: AtomicBool,
}

impl Account {
    pub(crate) fn of_one_thread(limit: Limit, budget: Budget) -> Self {
        Self::new(limit, budget, OPEN_LOCAL)
    }

    pub(crate) fn shared(limit: Limit, budget: Budget) -> Self {
        Self::new(limit, budget, OPEN_SHARED)
    }

    fn new(limit: Limit, budget: Budget, open_at_most: usize) -> Self {
        let (held, soft, exceeded) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicBool::new(false));
        Self { limit, budget, open_at_most, held, soft, exceeded }
    }

    /// Bytes charged and not given back.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Relaxed)
    }

    pub(super) fn left(&self) -> usize {
        self.budget.bytes().saturating_sub(self.held())
    }

    pub(super) fn serves_beyond(&self) -> bool {
        matches!(self.budget.policy(), BudgetPolicy::Warn | BudgetPolicy::Allow)
    }

    /// How much of `prefer` bytes to open for a request of `need`: less towards the limits, so that they are met.
    pub(super) fn piece(&self, need: usize, prefer: usize) -> usize {
        let left = self.left();
        let piece = if left < need {
            if self.serves_beyond() { OPEN_BEYOND } else { need }
        } else {
            let soft = self.budget.soft_bytes().filter(|_| !self.soft.load(Relaxed));
            let to_soft = soft.map(|soft| soft.saturating_sub(self.held())).filter(|bytes| *bytes >= need);
            self.open_at_most.min(left / 8).min(to_soft.unwrap_or(left))
        };
        piece.min(prefer).max(need) & !(MIN_ALIGN - 1)
    }

    /// Charges `open` bytes, or as many as are left, but at least `need`; else returns what is left.
    pub(in crate::raw) fn charge(&self, need: usize, open: usize) -> Result<usize, usize> {
        let mut charged = 0;
        let result = self.held.fetch_update(Relaxed, Relaxed, |held| {
            charged = open.min(self.budget.bytes().saturating_sub(held) & !(MIN_ALIGN - 1));
            if charged < need { None } else { held.checked_add(charged) }
        });
        result.map(|_| charged).map_err(|held| self.budget.bytes().saturating_sub(held))
    }

    pub(super) fn force(&self, bytes: usize) {
        self.held.fetch_add(bytes, Relaxed);
        self.exceeded.store(true, Relaxed);
    }

    /// Charges what was served already, and goes on being held after its frame.
    pub(in crate::raw) fn carry(&self, bytes: usize) {
        self.held.fetch_add(bytes, Relaxed);
    }

    pub(in crate::raw) fn give_back(&self, bytes: usize) {
        let held = self.held.fetch_sub(bytes, Relaxed);
        debug_assert!(held >= bytes, "{} got back {bytes} bytes of {held}", self.limit);
    }

    /// Whether the soft limit is passed now and was not before in this frame.
    pub(super) fn passes_soft_limit(&self) -> bool {
        self.budget.soft_bytes().is_some_and(|soft| self.held() > soft) && !self.soft.swap(true, Relaxed)
    }

    /// A new frame: events are recorded anew.
    pub(super) fn end_frame(&self) {
        self.soft.store(false, Relaxed);
        self.exceeded.store(false, Relaxed);
    }
}

/// The accounts that all threads of an allocator share.
#[derive(Debug, Default)]
pub(crate) struct SharedAccounts {
    pub(super) global: Option<Arc<Account>>,
    tags: Vec<(TagId, Account)>,
    /// What every thread starts with.
    pub(super) thread: Option<Budget>,
}

impl SharedAccounts {
    /// Opens an account for each budget that threads share.
    pub(crate) fn of(config: &AllocConfig) -> Self {
        let of_tag = |&(tag, budget): &(TagId, Budget)| (tag, Account::shared(Limit::Tag(tag.path()), budget));
        Self {
            global: config.global_budget.map(|budget| Arc::new(Account::shared(Limit::Global, budget))),
            tags: config.tag_budgets.iter().map(of_tag).collect(),
            thread: config.thread_budget,
        }
    }

    /// The account of the whole allocator, which may be read when that is gone.
    pub(crate) fn global(&self) -> Option<Arc<Account>> {
        self.global.clone()
    }

    pub(super) fn tag(&self, tag: TagId) -> Option<&Account> {
        self.tags.iter().find(|(id, _)| *id == tag).map(|(_, account)| account)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.global.is_none() && self.tags.is_empty()
    }

    pub(crate) fn end_frame(&self) {
        self.global
            .as_deref()
            .into_iter()
            .chain(self.tags.iter().map(|(_, account)| account))
            .for_each(Account::end_frame);
    }
}

/// What a request does that a budget has no room for. Growth tries what it would like before what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverBudget {
    /// It is refused or served as the policy says, and recorded.
    Recorded,
    /// It is served where the policy serves it, and recorded; a refusal is not.
    WhereServed,
    /// It is refused whatever the policy, unless the budget is exceeded already. Nothing is recorded.
    Never,
}

/// The accounts of one thread.
#[derive(Debug)]
pub(crate) struct ThreadBudgets {
    pub(super) thread: Option<Account>,
    /// Set for the time of one attempt, in which no user code runs.
    pub(super) over_budget: OverBudget,
    /// That of the annotated function that brackets the frame on this thread.
    pub(super) call: Option<Account>,
    /// Whether every arena of the thread has a gate.
    pub(super) always: bool,
    /// Open systems with a budget.
    pub(super) systems: usize,
    /// Whether a region that opens may need a gate.
    pub(super) gating: bool,
    /// Of this frame.
    pub(super) events: Vec<BudgetEvent>,
}

impl ThreadBudgets {
    pub(crate) fn new(shared: &SharedAccounts) -> Self {
        let thread = shared.thread.map(|budget| Account::of_one_thread(Limit::Thread, budget));
        let always = thread.is_some() || !shared.is_empty();
        Self {
            thread,
            over_budget: OverBudget::Recorded,
            call: None,
            always,
            systems: 0,
            gating: always,
            events: Vec::new(),
        }
    }
}

/// Adds an event to a list that has one entry for each limit and outcome.
#[inline(never)]
pub(crate) fn record(events: &mut Vec<BudgetEvent>, event: BudgetEvent) {
    let _growth = HeapZone::growth();
    match events.iter_mut().find(|known| known.limit == event.limit && known.outcome == event.outcome) {
        Some(known) => known.count += event.count,
        None => events.push(event),
    }
}
