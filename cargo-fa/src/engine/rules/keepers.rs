//! Whether what a function puts into one of its parameters outlives the zone that the function is called in.

use super::{Context, Occurrence};
use crate::engine::flow::event::{EventKind, Fate};
use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, Pat, PatId, Span, Statement};
use crate::engine::resolve::FnId;
use crate::engine::schedule::reach::Step;

/// Who has what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeper {
    /// It was there before the zone.
    Outlives,
    /// It is a variable of the zone, and ends with it.
    Ends,
    Unknown,
}

/// Variables that are borrowed from variables are followed this far.
const BORROWED_FROM: u32 = 4;

impl Context<'_, '_> {
    /// Where what is made there (and is kept) is put, seen from the zone that the way leads through.
    pub(super) fn keeper(&self, occurrence: &Occurrence<'_>, made: Span) -> Keeper {
        let function = occurrence.function;
        if function.leaves_zone.contains(&made) {
            return Keeper::Outlives;
        }
        let Some((_, param)) = function.kept_in.iter().find(|(kept, _)| *kept == made) else {
            // In a static, or in something that was taken out of what outlives it.
            return match &occurrence.event.kind {
                EventKind::HeapGrowth { fate: Fate::Kept, .. } => Keeper::Unknown,
                _ => Keeper::Outlives,
            };
        };
        if function.ambient || function.is_ambient_at(occurrence.event.span) {
            return Keeper::Outlives;
        }
        match occurrence.reached {
            Some(reached) => self.lent_by(reached.root, &reached.path, *param),
            None => Keeper::Unknown,
        }
    }

    /// The last call of the way: where the argument for this parameter is.
    fn lent_by(&self, root: FnId, path: &[Step], param: u16) -> Keeper {
        let [before @ .., Step { site, .. }] = path else { return Keeper::Unknown };
        let caller = before.last().map_or(root, |step| step.callee);
        let def = self.program.fn_def(caller);
        let facts = self.program.facts(def.file);
        let (Some(body), true) = (def.function.body, def.file == site.file) else { return Keeper::Unknown };
        let Some(lent) = argument(facts, body, site.span, param) else { return Keeper::Unknown };
        let analysed = self.analysed.of(caller);
        let zone = analysed.ambient_in.iter().find(|zone| zone.lo <= site.span.lo && site.span.hi <= zone.hi);
        let mut lent = lent;
        for _ in 0..BORROWED_FROM {
            let Some(name) = base(facts, lent) else { return Keeper::Unknown };
            if let Some((declared, init)) = declared(facts, body, name, site.span) {
                if zone.is_some_and(|zone| declared.lo < zone.lo) {
                    return Keeper::Outlives;
                }
                match init.filter(|init| is_borrowed(facts, *init)) {
                    Some(from) => lent = from,
                    None => return Keeper::Ends,
                }
                continue;
            }
            let shift = u16::from(def.function.receiver.is_some());
            let mut named =
                def.function.params.iter().zip(shift..).filter(|((pat, _), _)| binds(facts, *pat, name).is_some());
            let param = if name == "self" { Some(0) } else { named.next().map(|(_, at)| at) };
            let Some(param) = param else { return Keeper::Unknown };
            // What the zone, or the system that is one, was lent.
            return if zone.is_some() || analysed.ambient {
                Keeper::Outlives
            } else {
                self.lent_by(root, before, param)
            };
        }
        Keeper::Unknown
    }
}

/// The argument of the call at this place.
fn argument(facts: &FileFacts, body: ExprId, at: Span, param: u16) -> Option<ExprId> {
    let mut found = None;
    walk::visit(facts, body, &mut |expr| {
        let here = facts.expr(expr);
        let args = match &here.kind {
            ExprKind::Method(call) if here.span == at || call.name_span == at => {
                std::iter::once(call.receiver).chain(call.args.iter().copied()).nth(usize::from(param))
            }
            ExprKind::Call { args, .. } if here.span == at => args.get(usize::from(param)).copied(),
            _ => None,
        };
        found = found.or(args);
    });
    found
}

/// The variable that a place is a part of.
fn base(facts: &FileFacts, mut expr: ExprId) -> Option<&str> {
    loop {
        expr = match &facts.expr(expr).kind {
            ExprKind::Name(name) => return Some(facts.name(*name)),
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => *base,
            ExprKind::Deref(inner) | ExprKind::Ref { inner, .. } | ExprKind::Try(inner) => *inner,
            ExprKind::Method(call) => call.receiver,
            _ => return None,
        };
    }
}

/// Whether a variable that is initialised like this may be a part of another one.
fn is_borrowed(facts: &FileFacts, init: ExprId) -> bool {
    matches!(facts.expr(init).kind, ExprKind::Ref { mutable: true, .. } | ExprKind::Method(_) | ExprKind::Try(_))
        && base(facts, init).is_some_and(|name| name.starts_with(|first: char| first.is_lowercase() || first == '_'))
}

/// The last `let` of this name before a place, and what it is initialised with.
fn declared(facts: &FileFacts, body: ExprId, name: &str, before: Span) -> Option<(Span, Option<ExprId>)> {
    let mut found: Option<(Span, Option<ExprId>)> = None;
    walk::visit(facts, body, &mut |expr| {
        let ExprKind::Block(block) = &facts.expr(expr).kind else { return };
        for statement in &block.statements {
            if let Statement::Let { pat, init, .. } = statement
                && let Some(at) = binds(facts, *pat, name)
                && at.hi <= before.lo
                && found.is_none_or(|(known, _)| known.lo < at.lo)
            {
                found = Some((at, *init));
            }
        }
    });
    found
}

/// Where a pattern binds this name.
fn binds(facts: &FileFacts, pat: PatId, name: &str) -> Option<Span> {
    match facts.pat(pat) {
        Pat::Bind { name: bound, span, .. } => (facts.name(*bound) == name).then_some(*span),
        Pat::Ref(inner) | Pat::Typed(inner, _) => binds(facts, *inner, name),
        Pat::Tuple(parts) | Pat::TupleStruct(_, parts) => parts.iter().find_map(|part| binds(facts, *part, name)),
        _ => None,
    }
}
