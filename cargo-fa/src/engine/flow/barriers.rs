//! Barriers: how many signal one, against the number that it was made for, and frames that end while nobody waited for it.

use super::Interpreter;
use super::event::EventKind;
use super::signals::Signals;
use super::walk;
use crate::engine::api::Known;
use crate::engine::hir::ir::{BinaryOp, ExprId, ExprKind, Literal, MacroKind, MethodCall, Pat, PatId, Span, Statement};
use crate::engine::resolve::paths::Space;
use crate::engine::resolve::{FnId, Res};
use crate::model::finding::Confidence;

/// What the function does with `FrameBarrier`s and budgets of threads.
#[derive(Debug, Default)]
pub(super) struct Barriers {
    /// The thread that is analysed has set a budget.
    pub(super) budget_set: bool,
    /// Where frames end: the place to report, and where it happens.
    pub(super) frame_ends: Vec<(Span, u32)>,
}

/// How many a builder is made for, where that is known.
struct Participants(Option<u64>);

/// What a call does with the closures among its arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closures {
    /// Runs each of them once, before it returns.
    Run,
    /// Nobody knows.
    Kept,
}

/// Until when a thread runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    /// It is joined before the frame ends.
    Joined,
    Detached,
}

/// A barrier that a function makes and gives a name.
struct Made<'l> {
    name: &'l str,
    count: Option<u64>,
    span: Span,
}

impl<'l> Interpreter<'_, 'l> {
    /// Compares the number that a barrier was made for with those who signal it, where both can be counted.
    pub(super) fn barrier_events(&mut self) {
        let Some(body) = self.def.function.body else { return };
        let facts = self.facts;
        self.end_before_wait(body);
        self.summarise_signals(body);
        let mut made: Vec<Made<'l>> = Vec::new();
        walk::visit(facts, body, &mut |expr| {
            let ExprKind::Block(block) = &facts.expr(expr).kind else { return };
            for statement in &block.statements {
                let Statement::Let { pat, init: Some(init), .. } = statement.bare() else { continue };
                if let Pat::Bind { name, .. } = facts.pat(*pat)
                    && let Some((count, span)) = self.barrier_made(*init)
                {
                    made.push(Made { name: facts.name(*name), count, span });
                }
            }
        });
        for barrier in &made {
            // Two of one name are not told apart.
            if made.iter().filter(|other| other.name == barrier.name).count() > 1 {
                continue;
            }
            let signals = self.signals_of(barrier.name, body);
            if signals.unknown {
                continue;
            }
            self.state.dead = false;
            let participants = signals.threads + u64::from(signals.own);
            if let Some(declared) = barrier.count
                && participants != declared
                && (participants > 0 || signals.waits)
            {
                self.record(EventKind::BarrierCount { declared, participants }, barrier.span, Confidence::High);
            }
            if signals.detached && !signals.waits && !signals.joins {
                for (at, _) in self.barriers.frame_ends.clone() {
                    if at.lo > barrier.span.lo {
                        self.record(EventKind::FrameEndsWithoutBarrier { barrier: barrier.span }, at, Confidence::High);
                    }
                }
            }
        }
    }

    /// What callers need to know about the barriers that the function is given.
    fn summarise_signals(&mut self, body: ExprId) {
        let receiver = self.def.function.receiver.is_some();
        let own = self.def.function.params.iter().enumerate();
        let given: Vec<(u16, &'l str)> = own
            .filter_map(|(at, (pat, _))| {
                let at = u16::try_from(at).ok()? + u16::from(receiver);
                let Pat::Bind { name, .. } = self.facts.pat(*pat) else { return None };
                is_barrier_type(&self.param_type(at)).then_some((at, self.facts.name(*name)))
            })
            .collect();
        for (param, name) in given {
            let signals = self.signals_of(name, body);
            self.recorder.out.summary.signals.push((param, signals));
        }
    }

    fn signals_of(&self, name: &'l str, body: ExprId) -> Signals {
        let mut tally = Tally { flow: self, names: vec![name], closures: Vec::new(), out: Signals::default() };
        tally.scan(body, Some(1));
        tally.out
    }

    /// The number and the place of the barrier that an expression makes.
    fn barrier_made(&self, expr: ExprId) -> Option<(Option<u64>, Span)> {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Call { callee, args } => {
                let ExprKind::Path(path) = &facts.expr(*callee).kind else { return None };
                let path = facts.path(*path);
                // Most of what is bound to a name is no such call: no need to look it up.
                let last = facts.name(path.segments.last()?.name);
                if args.len() != 1 || !matches!(last, "new" | "try_new" | "from") {
                    return None;
                }
                let Res::External(external) =
                    self.around.program.resolve(self.module, self.file, path, Space::Values)?
                else {
                    return None;
                };
                if external.is_framealloc()
                    && external.before == "FrameBarrier"
                    && matches!(external.last, "new" | "try_new")
                {
                    return Some((args.first().and_then(|arg| self.count(*arg)), facts.expr(expr).span));
                }
                let wraps = external.krate == "std" && matches!(external.last, "new" | "from");
                if wraps { self.barrier_made(*args.first()?) } else { None }
            }
            ExprKind::Method(call) => match facts.name(call.name) {
                "unwrap" | "expect" | "into" => self.barrier_made(call.receiver),
                "build" | "try_build" => Some((self.built(call.receiver)?.0, facts.expr(expr).span)),
                _ => None,
            },
            ExprKind::Try(inner) => self.barrier_made(*inner),
            _ => None,
        }
    }

    /// What a builder was told; named participants are not counted, since they join and leave.
    fn built(&self, expr: ExprId) -> Option<Participants> {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Method(call) => {
                let before = self.built(call.receiver)?;
                Some(match facts.name(call.name) {
                    "with_count" => Participants(call.args.first().and_then(|arg| self.count(*arg))),
                    "name" => before,
                    _ => Participants(None),
                })
            }
            ExprKind::Call { callee, .. } => {
                let ExprKind::Path(path) = &facts.expr(*callee).kind else { return None };
                match self.around.program.resolve(self.module, self.file, facts.path(*path), Space::Values)? {
                    Res::External(external) if external.is_framealloc() && external.before == "FrameBarrier" => {
                        Some(Participants(None))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Signalled, ended, and only then waited for.
    fn end_before_wait(&mut self, body: ExprId) {
        if self.barriers.frame_ends.is_empty() {
            return;
        }
        let facts = self.facts;
        let (mut signals, mut waits) = (Vec::new(), Vec::new());
        walk::visit(facts, body, &mut |expr| {
            if let ExprKind::Method(call) = &facts.expr(expr).kind {
                match facts.name(call.name) {
                    "signal_frame_complete" => signals.push(call.name_span),
                    "wait_all" | "wait_all_timeout" => waits.push(call.name_span),
                    _ => {}
                }
            }
        });
        for (at, end) in self.barriers.frame_ends.clone() {
            let signal = signals.iter().filter(|signal| signal.lo < end).max();
            let after = waits.iter().any(|wait| wait.lo > end);
            if let Some(signal) = signal
                && after
                && !waits.iter().any(|wait| wait.lo > signal.lo && wait.lo < end)
            {
                self.state.dead = false;
                self.record(EventKind::FrameEndsWithoutBarrier { barrier: *signal }, at, Confidence::High);
            }
        }
    }

    fn count(&self, expr: ExprId) -> Option<u64> {
        match &self.facts.expr(expr).kind {
            ExprKind::Literal(Literal::Int(number, _)) => number.map(u64::from),
            ExprKind::Name(name) => {
                let name = self.facts.name(*name);
                let shadowed = self.def.function.params.iter().any(|(pat, _)| self.binds(*pat, name));
                if shadowed { None } else { self.types.constant(self.module, name) }
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => Some(self.count(*left)? + self.count(*right)?),
            _ => None,
        }
    }

    fn binds(&self, pat: PatId, name: &str) -> bool {
        matches!(self.facts.pat(pat), Pat::Bind { name: bound, .. } if self.facts.name(*bound) == name)
    }

    fn len_of(&self, iter: ExprId) -> Option<u64> {
        match &self.facts.expr(iter).kind {
            ExprKind::Range { start: Some(start), end: Some(end), inclusive } => {
                Some(self.count(*end)?.saturating_sub(self.count(*start)?) + u64::from(*inclusive))
            }
            ExprKind::Array(parts) => u64::try_from(parts.len()).ok(),
            _ => None,
        }
    }
}

/// Adds up who signals the barrier of these names.
struct Tally<'a, 'p, 'l> {
    flow: &'a Interpreter<'p, 'l>,
    names: Vec<&'l str>,
    /// Closures that have a name.
    closures: Vec<(&'l str, ExprId)>,
    out: Signals,
}

impl<'l> Tally<'_, '_, 'l> {
    /// The barrier itself, or another handle of it.
    fn is_barrier(&self, expr: ExprId) -> bool {
        let facts = self.flow.facts;
        match &facts.expr(expr).kind {
            ExprKind::Name(name) => self.names.contains(&facts.name(*name)),
            ExprKind::Ref { inner, .. } | ExprKind::Deref(inner) => self.is_barrier(*inner),
            ExprKind::Method(call) => {
                matches!(facts.name(call.name), "clone" | "as_ref" | "unwrap" | "expect")
                    && self.is_barrier(call.receiver)
            }
            ExprKind::Call { callee, args } => {
                let [arg] = &**args else { return false };
                let ExprKind::Path(path) = &facts.expr(*callee).kind else { return false };
                let path = facts.path(*path);
                let last = path.segments.last().map_or("", |last| facts.name(last.name));
                matches!(last, "clone" | "new" | "from") && path.segments.len() > 1 && self.is_barrier(*arg)
            }
            _ => false,
        }
    }

    /// `times`: how often it runs, where that is known.
    fn scan(&mut self, expr: ExprId, times: Option<u64>) {
        if self.is_barrier(expr) {
            // A value of its own: whoever gets it is not known.
            self.out.unknown = true;
            return;
        }
        let flow = self.flow;
        let facts = flow.facts;
        match &facts.expr(expr).kind {
            ExprKind::Block(block) => {
                for statement in &block.statements {
                    match statement.bare() {
                        Statement::Let { pat, init: Some(init), otherwise, .. } => {
                            self.named(*pat, *init, times);
                            if let Some(otherwise) = otherwise {
                                self.scan(*otherwise, times);
                            }
                        }
                        Statement::Expr { expr } => self.scan(*expr, times),
                        _ => {}
                    }
                }
                block.tail.iter().for_each(|tail| self.scan(*tail, times));
            }
            ExprKind::Method(call) => self.method(call, facts.expr(expr).span, times),
            ExprKind::Call { callee, args } => self.call(*callee, args, facts.expr(expr).span, times),
            ExprKind::If { cond, then, otherwise } => {
                self.scan(*cond, times);
                match otherwise {
                    Some(otherwise) => self.arms(&[Some(*then), Some(*otherwise)], times),
                    None => self.arms(&[None, Some(*then)], times),
                }
            }
            ExprKind::Match { value, arms } => {
                if !self.is_barrier(*value) {
                    self.scan(*value, times);
                }
                let bodies: Vec<Option<ExprId>> = arms.iter().map(|(_, body)| Some(*body)).collect();
                self.arms(&bodies, times);
            }
            ExprKind::For(looped) => {
                self.scan(looped.iter, times);
                let len = flow.len_of(looped.iter);
                self.rounds(&[looped.body], times.zip(len).map(|(times, len)| times.saturating_mul(len)));
            }
            ExprKind::Loop { body, .. } => self.rounds(&[*body], None),
            ExprKind::While { cond, body, .. } => self.rounds(&[*cond, *body], None),
            ExprKind::Closure(closure) => self.somewhere(closure.body),
            ExprKind::Async(block) => self.somewhere(block.body),
            ExprKind::Macro(call) if call.kind != MacroKind::Unknown && call.kind != MacroKind::Transparent => {
                for arg in call.args.iter().filter(|arg| !self.is_barrier(**arg)).copied().collect::<Vec<_>>() {
                    self.scan(arg, times);
                }
            }
            _ => {
                let mut children = Vec::new();
                walk::children(facts, expr, &mut |child| children.push(child));
                for child in children {
                    self.scan(child, times);
                }
            }
        }
    }

    fn call(&mut self, callee: ExprId, args: &[ExprId], span: Span, times: Option<u64>) {
        let facts = self.flow.facts;
        // `(|| …)()`
        if let ExprKind::Closure(closure) = &facts.expr(callee).kind {
            self.scan(closure.body, times);
        }
        let last = match &facts.expr(callee).kind {
            ExprKind::Name(name) => facts.name(*name),
            ExprKind::Path(path) => facts.path(*path).segments.last().map_or("", |last| facts.name(last.name)),
            _ => "",
        };
        match (last, args) {
            ("spawn", [body, ..]) => self.spawned(*body, times, Thread::Detached),
            ("drop", [arg]) if self.is_barrier(*arg) => {}
            ("scope", _) => {
                let before = self.out.threads;
                self.arguments(span, args, Closures::Run, times);
                self.out.joins |= self.out.threads > before;
            }
            _ => self.arguments(span, args, Closures::Kept, times),
        }
    }

    fn named(&mut self, pat: PatId, init: ExprId, times: Option<u64>) {
        let facts = self.flow.facts;
        let name = match facts.pat(pat) {
            Pat::Bind { name, .. } => Some(facts.name(*name)),
            _ => None,
        };
        match (name, &facts.expr(init).kind) {
            (Some(name), _) if self.is_barrier(init) => self.names.push(name),
            (Some(name), ExprKind::Closure(_)) => self.closures.push((name, init)),
            _ => self.scan(init, times),
        }
    }

    fn method(&mut self, call: &'l MethodCall, span: Span, times: Option<u64>) {
        let facts = self.flow.facts;
        let name = facts.name(call.name);
        if self.is_barrier(call.receiver) {
            match name {
                "signal_frame_complete" => self.out.own = true,
                "wait_all" | "wait_all_timeout" => self.out.waits = true,
                "name" | "participants" | "completed_frames" => {}
                // Who joins is counted down when it leaves.
                _ => self.out.unknown = true,
            }
            call.args.iter().for_each(|arg| self.scan(*arg, times));
            return;
        }
        match (name, &*call.args) {
            ("spawn" | "spawn_scoped", [.., body]) => {
                self.scan(call.receiver, times);
                self.spawned(*body, times, Thread::Joined);
            }
            ("join", []) => {
                self.scan(call.receiver, times);
                self.out.joins = true;
            }
            ("map" | "for_each", [each]) if self.flow.len_of(call.receiver).is_some() => {
                let len = self.flow.len_of(call.receiver);
                match &facts.expr(*each).kind {
                    ExprKind::Closure(closure) => {
                        self.rounds(&[closure.body], times.zip(len).map(|(times, len)| times.saturating_mul(len)));
                    }
                    _ => self.scan(*each, times),
                }
            }
            _ => {
                let mut all = vec![call.receiver];
                all.extend(&call.args);
                let closures = match name {
                    "whole_frame" | "scoped" | "with_tag" | "speculative" => Closures::Run,
                    _ => Closures::Kept,
                };
                self.arguments(span, &all, closures, times);
            }
        }
    }

    /// The arguments of a call, the receiver first: a function of the workspace tells what it does with a barrier.
    fn arguments(&mut self, span: Span, args: &[ExprId], closures: Closures, times: Option<u64>) {
        let facts = self.flow.facts;
        let callee: Option<FnId> =
            self.flow.recorder.out.calls.iter().find(|call| call.span == span).map(|call| call.callee);
        for (at, arg) in args.iter().enumerate() {
            if self.is_barrier(*arg) {
                let signals = callee.and_then(|callee| {
                    let signals = &self.flow.summary_of(callee).signals;
                    signals.iter().find(|(param, _)| usize::from(*param) == at).map(|(_, signals)| *signals)
                });
                match signals {
                    Some(signals) => self.add(signals, times),
                    None => self.out.unknown = true,
                }
            } else if let (Closures::Run, ExprKind::Closure(closure)) = (closures, &facts.expr(*arg).kind) {
                self.scan(closure.body, times);
            } else {
                self.scan(*arg, times);
            }
        }
    }

    fn add(&mut self, signals: Signals, times: Option<u64>) {
        self.out.own |= signals.own;
        self.out.waits |= signals.waits;
        self.out.detached |= signals.detached;
        self.out.joins |= signals.joins;
        self.out.threads += signals.threads.saturating_mul(times.unwrap_or(0));
        self.out.unknown |= signals.unknown || (times.is_none() && signals.threads > 0);
    }

    /// What runs again and again: in each round others signal, or the same for another frame.
    fn rounds(&mut self, bodies: &[ExprId], times: Option<u64>) {
        let outer = std::mem::take(&mut self.out);
        for body in bodies {
            self.scan(*body, Some(1));
        }
        let inner = std::mem::replace(&mut self.out, outer);
        // Who waits in each round takes part in one frame a round.
        self.add(inner, if inner.waits { Some(1) } else { times });
        // Threads that are joined in the round may be those of the frame.
        self.out.unknown |= inner.threads > 0 && inner.joins && !inner.waits;
    }

    /// What runs on a thread of its own.
    fn spawned(&mut self, body: ExprId, times: Option<u64>, thread: Thread) {
        let facts = self.flow.facts;
        let body = match &facts.expr(body).kind {
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                self.closures.iter().rev().find(|(known, _)| *known == name).map_or(body, |(_, closure)| *closure)
            }
            _ => body,
        };
        let ExprKind::Closure(closure) = &facts.expr(body).kind else { return self.scan(body, times) };
        let outer = std::mem::take(&mut self.out);
        self.scan(closure.body, Some(1));
        let inner = std::mem::replace(&mut self.out, outer);
        let threads = inner.threads + u64::from(inner.own);
        let detached = inner.detached || (thread == Thread::Detached && inner.own);
        let unknown = inner.unknown;
        self.add(Signals { own: false, threads, detached, joins: inner.joins, waits: false, unknown }, times);
    }

    /// A body that runs nobody knows where.
    fn somewhere(&mut self, body: ExprId) {
        let outer = std::mem::take(&mut self.out);
        self.scan(body, None);
        let inner = std::mem::replace(&mut self.out, outer);
        self.out.unknown |= inner.unknown || inner.own || inner.threads > 0;
        self.out.waits |= inner.waits;
    }

    /// Of these, one runs, and `None` does nothing: only what they agree on is known. Arms that fail do not count.
    fn arms(&mut self, arms: &[Option<ExprId>], times: Option<u64>) {
        let before = self.out;
        let mut results: Vec<Signals> = Vec::new();
        for arm in arms {
            self.out = before;
            if let Some(arm) = *arm {
                if self.fails(arm) {
                    continue;
                }
                self.scan(arm, times);
            }
            results.push(self.out);
        }
        let Some(first) = results.first().copied() else { return self.out = before };
        self.out = first;
        for other in results {
            self.out.unknown |= other.unknown || other.own != first.own || other.threads != first.threads;
            self.out.waits |= other.waits;
            self.out.detached &= other.detached;
        }
    }

    fn fails(&self, expr: ExprId) -> bool {
        let facts = self.flow.facts;
        match &facts.expr(expr).kind {
            ExprKind::Block(block) => {
                let last = block.tail.or_else(|| match block.statements.last() {
                    Some(Statement::Expr { expr }) => Some(*expr),
                    _ => None,
                });
                last.is_some_and(|last| self.fails(last))
            }
            _ => self.flow.is_failure(expr),
        }
    }
}

fn is_barrier_type(ty: &super::types::Ty) -> bool {
    let mut ty = ty.clone();
    loop {
        if ty.head() == Some(Known::FrameBarrier) {
            return true;
        }
        match ty.deref() {
            Some(next) => ty = next,
            None => return false,
        }
    }
}
