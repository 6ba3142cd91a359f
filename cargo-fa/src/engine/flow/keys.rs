//! Keys of maps that are kept: those that no frame has asked for before, under which a map grows for ever.

use rustc_hash::FxHashMap;

use super::Interpreter;
use super::changes::{Change, bare, is_self, last_of};
use super::types::Ty;
use super::walk;
use crate::engine::hir::ir::{ExprId, ExprKind, ItemKind, Literal, Pat, PatId, Statement, Type};
use crate::engine::resolve::Res;
use crate::engine::resolve::paths::Space;

/// How many variables lead from a key to what it is made of.
const STEPS: u32 = 3;

/// When what a value is made of is another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum New {
    InEachFrame,
    /// Sooner or later, so that a map has ever more keys.
    InTheEnd,
}

impl<'l> Interpreter<'_, 'l> {
    /// Whether a key is made of what no frame has had before it: a count of frames, the time, a number that only rises, chance,
    /// a place in the world.
    pub(super) fn is_ever_new(&self, key: ExprId) -> bool {
        self.is_made_of_new(key, New::InTheEnd, 0)
    }

    /// Whether a value is made of what is another in each frame. In which part of the world something is changes seldom.
    pub(super) fn is_new_in_each_frame(&self, value: ExprId) -> bool {
        self.is_made_of_new(value, New::InEachFrame, 0)
    }

    fn is_made_of_new(&self, key: ExprId, how: New, steps: u32) -> bool {
        let mut new = false;
        walk::visit(self.facts, key, &mut |part| new = new || self.is_new_part(part, how, steps));
        new
    }

    fn is_new_part(&self, part: ExprId, how: New, steps: u32) -> bool {
        let facts = self.facts;
        match &facts.expr(part).kind {
            ExprKind::Name(name) => {
                let name = facts.name(*name);
                if self.lookup_var(name).is_none() {
                    return self.is_counted_static(name);
                }
                let made_of = || self.init_of(name).filter(|_| steps < STEPS);
                says_when(name) || made_of().is_some_and(|init| self.is_made_of_new(init, how, steps + 1))
            }
            ExprKind::Path(path) => {
                facts.path(*path).segments.last().is_some_and(|last| self.is_counted_static(facts.name(last.name)))
            }
            ExprKind::Field { base, name } => {
                let name = facts.name(*name);
                let owner = self.around.program.owner_of(self.def).filter(|_| is_self(facts, *base));
                says_when(name) || self.only_rises(owner, name)
            }
            ExprKind::Method(call) => {
                GIVES_NEW.contains(&facts.name(call.name))
                    || how == New::InTheEnd && call.args.iter().any(|arg| self.is_place_in_world(*arg))
            }
            ExprKind::Call { callee, args } => {
                matches!(last_of(facts, *callee), Some("now" | "random"))
                    || how == New::InTheEnd && args.iter().any(|arg| self.is_place_in_world(*arg))
            }
            ExprKind::Cast { inner, .. } => how == New::InTheEnd && self.has_fraction(*inner),
            _ => false,
        }
    }

    fn is_counted_static(&self, name: &'l str) -> bool {
        let res = self.around.program.resolve_name(self.module, name, Space::Values);
        matches!(res, Some(Res::Static(_))) && self.only_rises(None, name)
    }

    /// Somebody adds to it, and nobody sets it; or it is the next number to give out, which a new game may set back.
    fn only_rises(&self, owner: Option<&'l str>, name: &'l str) -> bool {
        self.has_change(owner, name, Change::Counted)
            && (name.starts_with("next_") || !self.has_change(owner, name, Change::True))
    }

    /// What a variable is first made of. All of them are looked up at once: calls ask for their receivers.
    pub(super) fn init_of(&self, wanted: &str) -> Option<ExprId> {
        self.inits.get_or_init(|| self.find_inits()).get(wanted).copied()
    }

    fn find_inits(&self) -> FxHashMap<&'l str, ExprId> {
        let facts = self.facts;
        let mut inits = FxHashMap::default();
        let Some(body) = self.def.function.body else { return inits };
        walk::visit(facts, body, &mut |expr| {
            let ExprKind::Block(block) = &facts.expr(expr).kind else { return };
            for statement in &block.statements {
                if let Statement::Let { pat, init: Some(init), .. } = statement
                    && let Some(name) = self.bound_name(*pat)
                {
                    inits.entry(name).or_insert(*init);
                }
            }
        });
        inits
    }

    pub(super) fn bound_name(&self, pat: PatId) -> Option<&'l str> {
        match self.facts.pat(pat) {
            Pat::Bind { name, .. } => Some(self.facts.name(*name)),
            Pat::Typed(inner, _) => self.bound_name(*inner),
            _ => None,
        }
    }

    /// A number of which only the whole part is wanted: `at.x as i32`, `(x / SIZE).floor() as i64`.
    fn has_fraction(&self, number: ExprId) -> bool {
        let facts = self.facts;
        let mut fraction = false;
        walk::visit(facts, number, &mut |part| {
            fraction = fraction
                || match &facts.expr(part).kind {
                    ExprKind::Literal(Literal::Float(_)) => true,
                    ExprKind::Method(call) => {
                        matches!(facts.name(call.name), "floor" | "round" | "ceil" | "trunc" | "to_bits")
                    }
                    ExprKind::Field { base, name } => self.is_float_field(*base, facts.name(*name)),
                    _ => false,
                };
        });
        fraction
    }

    /// A field that is written `f32` or `f64`. What is not written here and named as a coordinate is one.
    fn is_float_field(&self, base: ExprId, name: &str) -> bool {
        match self.written_type(bare(self.facts, base)) {
            Some(Ty::User(user, _)) => self.has_float_field(user, |field| field == name),
            Some(Ty::Opaque { .. }) => matches!(name, "x" | "y" | "z"),
            _ => false,
        }
    }

    fn has_float_field(&self, user: crate::engine::resolve::UserType, wanted: impl Fn(&str) -> bool) -> bool {
        let def = self.around.program.type_def(user);
        let facts = self.around.program.facts(def.file);
        let ItemKind::Struct { fields, .. } = &def.item.kind else { return false };
        fields.iter().any(|(field, ty)| {
            let Type::Path(path) = facts.ty(*ty) else { return false };
            let last = facts.path(*path).segments.last().map(|last| facts.name(last.name));
            wanted(facts.name(*field)) && matches!(last, Some("f32" | "f64"))
        })
    }

    /// The type of a variable, or of a field of one.
    pub(super) fn written_type(&self, place: ExprId) -> Option<Ty> {
        let facts = self.facts;
        match &facts.expr(place).kind {
            ExprKind::Name(name) => {
                let var = self.lookup_var(facts.name(*name))?;
                Some(self.state.values.get(var)?.ty.peeled().clone())
            }
            ExprKind::Field { base, name } => {
                let name = facts.name(*name);
                let Ty::User(user, args) = self.written_type(bare(facts, *base))? else { return None };
                let mut fields = self.types.fields(user, &args, None).into_iter();
                fields.find(|(field, _)| *field == name).map(|(_, ty)| ty.peeled().clone())
            }
            _ => None,
        }
    }

    /// A position that a function makes a key of: `self.cell_of(unit.at)`.
    fn is_place_in_world(&self, arg: ExprId) -> bool {
        match self.written_type(bare(self.facts, arg)) {
            Some(Ty::User(user, _)) => self.has_float_field(user, |field| matches!(field, "x" | "y" | "z")),
            _ => false,
        }
    }
}

/// Methods that give another value each time.
const GIVES_NEW: &[&str] = &[
    "as_micros",
    "as_millis",
    "as_nanos",
    "elapsed",
    "elapsed_secs",
    "elapsed_seconds",
    "fetch_add",
    "next_u32",
    "next_u64",
    "random",
    "random_range",
    "gen_range",
    "to_bits",
];

/// Whether a name is of a count of frames, or of a time.
fn says_when(name: &str) -> bool {
    let word = |word: &str| {
        matches!(word, "tick" | "ticks" | "now" | "timestamp" | "elapsed" | "sequence" | "seq" | "instant")
    };
    matches!(name, "frame_number" | "frame_count" | "frame_no" | "time" | "game_time") || name.split('_').any(word)
}
