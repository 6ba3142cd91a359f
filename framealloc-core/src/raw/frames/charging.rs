//! Charging: the gate of a frame, which asks the accounts before an arena opens memory.
//!
//! A frame is charged to up to five accounts: its system, its tag, the annotated function that brackets the frame, the
//! thread, the allocator. Those of a tag and of the allocator are shared by threads, and memory is opened against them
//! in smaller pieces.

use core::ptr::NonNull;

use super::accounts::{ACCOUNTS, Account, OverBudget, record};
use super::frame::Frame;
use super::gate::{Attempt, Gate, Grant};
use super::thread_arenas::ThreadArenas;
use crate::budget::{Budget, BudgetEvent, BudgetOutcome, BudgetPolicy};
use crate::error::{AllocError, Limit};
use crate::sync::Relaxed;

fn gate_of(frame: NonNull<Frame>) -> NonNull<dyn Gate> {
    frame
}

impl ThreadArenas {
    /// The accounts of a frame, the most particular first.
    fn accounts<'a>(&'a self, frame: &'a Frame) -> [Option<&'a Account>; ACCOUNTS] {
        let shared = &self.inner().accounts;
        // SAFETY: the references end before an account is set or taken away, which cold paths never do (I9). A system's
        // root is a frame of this arena set (I6).
        unsafe {
            let system = (*frame.link()).system;
            let system = if system.is_null() { None } else { (&(*(*system).link()).account).as_ref() };
            let budgets = &raw const (*self.state()).budgets;
            let (call, thread) = ((&(*budgets).call).as_ref(), (&(*budgets).thread).as_ref());
            [system, shared.tag(frame.tag_id()), call, thread, shared.global.as_deref()]
        }
    }

    /// Charges a request to all accounts of the frame, or to none.
    fn charge(&self, frame: &Frame, need: usize, prefer: usize, attempt: Attempt) -> Result<Grant, AllocError> {
        let mut charge = Charge::new(self.accounts(frame), need, prefer);
        if charge.is_refused() {
            if attempt == Attempt::First {
                charge.keep(0);
                return if self.withdraw_all() > 0 {
                    Ok(Grant::Again)
                } else {
                    self.charge(frame, need, prefer, Attempt::Last)
                };
            }
            if let Some(answer) = self.refuse(&charge) {
                charge.keep(0);
                return answer;
            }
            charge.force_the_rest();
        }
        charge.keep(charge.open);
        for (account, left) in charge.accounts.iter().zip(charge.left_in) {
            let Some(account) = account else { continue };
            if let Some(left) = left {
                let warned = account.budget.policy() == BudgetPolicy::Warn;
                let outcome = if warned { BudgetOutcome::Warned } else { BudgetOutcome::Allowed };
                self.record_event(account.limit, outcome, need, left);
            }
            if account.passes_soft_limit() {
                self.record_event(account.limit, BudgetOutcome::SoftLimit, need, account.left());
            }
        }
        // SAFETY: no account is set or taken away in a cold path (I9); the link is this thread's (I2).
        unsafe { (*frame.link()).granted += charge.open };
        Ok(Grant::Open(charge.open))
    }

    /// The answer to a request that an account refused, by the strictest policy among them; `None` where all serve it.
    fn refuse(&self, charge: &Charge<'_>) -> Option<Result<Grant, AllocError>> {
        // SAFETY: a plain value of this thread (I2).
        let over_budget = unsafe { (*self.state()).budgets.over_budget };
        let asked = charge.need;
        if over_budget == OverBudget::Never {
            if let Some((limit, left)) = charge.refusing(|_| true) {
                return Some(Err(AllocError::BudgetExceeded { limit, asked, left }));
            }
        }
        if let Some((limit, left)) = charge.refusing(|policy| policy == BudgetPolicy::Fail) {
            if over_budget == OverBudget::Recorded {
                self.record_event(limit, BudgetOutcome::Refused, asked, left);
            }
            return Some(Err(AllocError::BudgetExceeded { limit, asked, left }));
        }
        let (limit, left) = charge.refusing(|policy| policy == BudgetPolicy::Promote)?;
        self.record_event(limit, BudgetOutcome::Promoted, asked, left);
        Some(Ok(Grant::Dedicated))
    }

    /// Sets what the next requests do that a budget has no room for.
    pub(in crate::raw) fn set_over_budget(&self, over_budget: OverBudget) {
        // SAFETY: a plain value of this thread (I2).
        unsafe { (*self.state()).budgets.over_budget = over_budget };
    }

    fn record_event(&self, limit: Limit, outcome: BudgetOutcome, asked: usize, left: usize) {
        // SAFETY: the list is this thread's (I2), and the reference ends with this function.
        let events = unsafe { &mut (*self.state()).budgets.events };
        record(events, BudgetEvent { limit, outcome, asked, left, count: 1 });
    }

    /// Closes what all arenas of the thread have open and unused. Returns its bytes.
    pub(crate) fn withdraw_all(&self) -> usize {
        let mut bytes = 0;
        // SAFETY: the arena set is this thread's (I2), and withdrawing adds no frame.
        unsafe {
            self.for_each_frame(|frame| {
                let arena = frame.as_ref().arena();
                if arena.is_gated() {
                    bytes += arena.withdraw();
                }
            });
        }
        bytes
    }

    /// The bytes that `frame` can still hand out before one of its budgets is exhausted.
    pub(crate) fn remaining(&self, frame: &Frame) -> Option<usize> {
        let accounts = self.accounts(frame);
        let left = accounts.iter().enumerate().filter_map(|(index, account)| {
            let account = account.filter(|account| account.budget.bytes() != usize::MAX)?;
            let mut left = account.left();
            // What is open in arenas of the same account would be withdrawn before it refuses.
            // SAFETY: the arena set is this thread's, and nothing here adds a frame (I2).
            unsafe {
                self.for_each_frame(|other| {
                    let other = other.as_ref();
                    let shares = match index {
                        0 => (*other.link()).system == (*frame.link()).system,
                        1 => other.tag_id() == frame.tag_id(),
                        _ => true,
                    };
                    if shares && other.arena().is_gated() {
                        left += other.arena().unused();
                    }
                });
            }
            Some(left)
        });
        left.min()
    }

    pub(crate) fn thread_budget(&self) -> Option<Budget> {
        // SAFETY: the arena set is this thread's (I2); the reference ends with this function.
        unsafe { &(*self.state()).budgets.thread }.as_ref().map(|account| account.budget)
    }

    pub(crate) fn set_thread_budget(&self, budget: Option<Budget>) {
        let account = budget.map(|budget| Account::of_one_thread(Limit::Thread, budget));
        // SAFETY: the arena set is this thread's (I2), and no account of it is referenced outside the cold paths.
        unsafe { (*self.state()).budgets.thread = account };
        self.regate();
    }

    /// Gives the arena set the budget that threads start with: another thread will take it over.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    pub(crate) unsafe fn forget_budgets(&self) {
        self.set_thread_budget(self.inner().accounts.thread);
    }

    /// Limits what the thread may hold during one call of an annotated function, or ends that.
    pub(crate) fn limit_call(&self, limited: Option<(&'static str, usize)>) {
        let account = limited.map(|(name, bytes)| Account::of_one_thread(Limit::System(name), Budget::new(bytes)));
        // SAFETY: the arena set is this thread's, and no account of it is referenced outside the cold paths (I2, I9).
        unsafe { (*self.state()).budgets.call = account };
        self.regate();
    }

    /// Brings gates and accounts up to date with the budgets of the thread: what it holds counts from now on.
    fn regate(&self) {
        let budgets = unsafe {
            // SAFETY: the arena set is this thread's (I2); raw, as withdrawing reads the accounts.
            &raw mut (*self.state()).budgets
        };
        // SAFETY: the arena set is this thread's (I2). Accounts of the thread that are new hold nothing yet, so what is
        // given back to them while windows are withdrawn is first put in.
        unsafe {
            (*budgets).always =
                (*budgets).thread.is_some() || (*budgets).call.is_some() || !self.inner().accounts.is_empty();
            let always = (*budgets).always;
            (*budgets).gating = always || (*budgets).systems > 0;
            let mut held = 0;
            self.for_each_frame(|frame| {
                let link = frame.as_ref().link();
                if always && !frame.as_ref().arena().is_gated() {
                    (*link).granted = frame.as_ref().arena().set_gate_in_use(gate_of(frame));
                }
                held += (*link).granted;
            });
            for account in [&(*budgets).thread, &(*budgets).call].into_iter().flatten() {
                account.held.store(held, Relaxed);
            }
        }
        // So that the next request of every arena asks.
        self.withdraw_all();
    }

    /// Whether a region that opens must be adopted.
    #[inline(always)]
    pub(crate) fn is_gating(&self) -> bool {
        // SAFETY: the arena set is this thread's (I2); a plain read.
        unsafe { (*self.state()).budgets.gating }
    }

    /// Gives a region that was just checked out the system of its parent, and a gate if it needs one.
    pub(crate) fn adopt(&self, frame: NonNull<Frame>, parent: &Frame) {
        // SAFETY: nothing is handed out from the region yet; it lives as long as its arena (I6, I19).
        unsafe {
            let system = (*parent.link()).system;
            if !system.is_null() {
                Self::take_back(frame);
                (*frame.as_ref().link()).system = system;
            }
            Self::set_gate_of(frame, !system.is_null() || (*self.state()).budgets.always);
        }
    }

    /// Takes back what a closed region kept open, before it is charged to other accounts.
    ///
    /// # Safety
    /// Nothing is handed out from the region.
    pub(crate) unsafe fn take_back(frame: NonNull<Frame>) {
        // SAFETY: by the contract.
        unsafe {
            if (*frame.as_ref().link()).granted > 0 {
                frame.as_ref().arena().end();
            }
        }
    }

    /// Limits a region that was just checked out, and what opens in it, to `bytes`.
    pub(crate) fn limit_system(&self, frame: NonNull<Frame>, name: &'static str, bytes: usize) {
        // SAFETY: nothing is handed out from the region yet; it lives as long as its arena (I6, I19).
        unsafe {
            Self::take_back(frame);
            let link = frame.as_ref().link();
            (*link).account = Some(Account::of_one_thread(Limit::System(name), Budget::new(bytes)));
            (*link).system = frame.as_ptr();
            (*self.state()).budgets.systems += 1;
            (*self.state()).budgets.gating = true;
            Self::set_gate_of(frame, true);
        }
    }

    /// # Safety
    /// Nothing is handed out from the frame.
    pub(crate) unsafe fn set_gate_of(frame: NonNull<Frame>, gated: bool) {
        // SAFETY: by the contract; a frame outlives its arena (I19).
        unsafe {
            let arena = frame.as_ref().arena();
            if gated != arena.is_gated() {
                arena.set_gate(gated.then(|| gate_of(frame)));
            }
        }
    }

    /// Whether every arena of the thread has a gate.
    pub(crate) fn gates_all(&self) -> bool {
        // SAFETY: the arena set is this thread's (I2); a plain read.
        unsafe { (*self.state()).budgets.always }
    }

    /// The system that `root` was limited for is over.
    fn end_system(&self, root: &Frame) {
        // SAFETY: the arena set is this thread's, or held exclusively (I2); the account is not referenced here.
        unsafe {
            (*root.link()).account = None;
            let budgets = &raw mut (*self.state()).budgets;
            (*budgets).systems -= 1;
            (*budgets).gating = (*budgets).always || (*budgets).systems > 0;
            // Scopes of it that were forgotten.
            self.for_each_frame(|frame| {
                let link = frame.as_ref().link();
                if core::ptr::eq((*link).system, root) {
                    (*link).system = core::ptr::null();
                }
            });
        }
    }

    /// A new frame for the accounts of the thread.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    pub(crate) unsafe fn end_frame_of_budgets(&self) {
        // SAFETY: by the contract; the references end with this function.
        let budgets = unsafe { &(*self.state()).budgets };
        budgets.thread.iter().chain(&budgets.call).for_each(Account::end_frame);
    }
}

/// One request, as it is charged to the accounts of a frame.
struct Charge<'a> {
    accounts: [Option<&'a Account>; ACCOUNTS],
    need: usize,
    /// The bytes to open: no account has been charged less.
    open: usize,
    charged: [usize; ACCOUNTS],
    /// What was left in the accounts that have no room.
    left_in: [Option<usize>; ACCOUNTS],
}

impl<'a> Charge<'a> {
    fn new(accounts: [Option<&'a Account>; ACCOUNTS], need: usize, prefer: usize) -> Self {
        let open = accounts.iter().flatten().fold(prefer, |open, account| open.min(account.piece(need, prefer)));
        Self { accounts, need, open, charged: [0; ACCOUNTS], left_in: [None; ACCOUNTS] }
    }

    /// Charges every account that has room. Returns whether another might have, once the arenas of the thread gave theirs back.
    fn is_refused(&mut self) -> bool {
        let mut is_refused = false;
        for (index, account) in self.accounts.iter().enumerate() {
            let Some(account) = account else { continue };
            match account.charge(self.need, self.open) {
                Ok(bytes) => {
                    self.open = bytes;
                    self.charged[index] = bytes;
                }
                // Known to be exceeded in this frame: what siblings have open would not change it.
                Err(_) if account.serves_beyond() && account.exceeded.load(Relaxed) => {
                    account.force(self.open);
                    self.charged[index] = self.open;
                    self.left_in[index] = Some(0);
                }
                Err(left) => {
                    is_refused = true;
                    self.left_in[index] = Some(left);
                }
            }
        }
        is_refused
    }

    /// The first account without room whose policy is wanted, and what is left in it.
    fn refusing(&self, is_wanted: impl Fn(BudgetPolicy) -> bool) -> Option<(Limit, usize)> {
        let mut accounts = self.accounts.iter().zip(self.left_in);
        accounts.find_map(|(account, left)| {
            let account = account.filter(|account| is_wanted(account.budget.policy()))?;
            Some((account.limit, left?))
        })
    }

    /// Charges the accounts that have no room all the same: their policies serve what exceeds them.
    fn force_the_rest(&mut self) {
        for index in 0..ACCOUNTS {
            if let (Some(account), Some(_), 0) = (self.accounts[index], self.left_in[index], self.charged[index]) {
                account.force(self.open);
                self.charged[index] = self.open;
            }
        }
    }

    /// Gives back what was charged beyond `bytes`.
    fn keep(&self, bytes: usize) {
        for (account, charged) in self.accounts.iter().zip(self.charged) {
            if let Some(account) = account {
                if charged > bytes {
                    account.give_back(charged - bytes);
                }
            }
        }
    }
}

impl Gate for Frame {
    fn grant(&self, need: usize, prefer: usize, attempt: Attempt) -> Result<Grant, AllocError> {
        self.arenas().charge(self, need, prefer, attempt)
    }

    fn give_back(&self, bytes: usize) {
        let arenas = self.arenas();
        arenas.accounts(self).into_iter().flatten().for_each(|account| account.give_back(bytes));
        // SAFETY: the link is this thread's, or the allocator is held exclusively (I2).
        unsafe { (*self.link()).granted -= bytes };
    }

    fn promotes(&self, asked: usize) -> bool {
        let accounts = self.arenas().accounts(self);
        let Some(account) = accounts.into_iter().flatten().next() else { return false };
        let promotes = account.budget.policy() == BudgetPolicy::Promote;
        if promotes {
            self.arenas().record_event(account.limit, BudgetOutcome::Promoted, asked, account.left());
        }
        promotes
    }

    fn keeps(&self) -> bool {
        // The account of a system ends with it.
        // SAFETY: the link is this thread's, or the allocator is held exclusively (I2).
        self.arenas().gates_all() && unsafe { (*self.link()).system.is_null() }
    }

    fn reset(&self) -> bool {
        let arenas = self.arenas();
        // SAFETY: the link is this thread's, or the allocator is held exclusively (I2).
        unsafe {
            let granted = (*self.link()).granted;
            self.give_back(granted);
            if core::ptr::eq((*self.link()).system, self) {
                arenas.end_system(self);
            }
            (*self.link()).system = core::ptr::null();
        }
        arenas.gates_all()
    }
}
