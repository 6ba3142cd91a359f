//! Which fields of a type are containers that somebody empties, sizes or makes with room: the functions of a package are
//! looked through once, by what is written there.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Context;
use super::field_places::Place;
use super::place_types::{Local, Part};
use crate::engine::flow::steady::{Reach, keeps_steady};
use crate::engine::flow::types::{Ty, TypeScope, Types};
use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind, ItemKind, MacroKind, Pat, PatId, Receiver, Statement};
use crate::engine::hir::offset;
use crate::engine::resolve::{FnDef, FnId, Program, UserType};

/// By type: its containers that functions empty that were analysed.
pub(super) type EmptiedByFlow = FxHashMap<UserType, Vec<(Arc<str>, Reach)>>;

/// The fields of a type that are containers whose memory is used again, and how far that reaches.
pub(super) type SteadyFields = FxHashSet<(String, Reach)>;

/// What a function empties, sizes or makes with room, and what changes places in it.
pub(super) struct Emptied<'l> {
    by: FnId,
    places: Box<[Place<'l>]>,
    swapped: Box<[(Place<'l>, Place<'l>)]>,
    locals: Box<[Local<'l>]>,
}

impl<'l> Emptied<'l> {
    fn all_places(&self) -> impl Iterator<Item = &Place<'l>> {
        self.places.iter().chain(self.swapped.iter().flat_map(|(left, right)| [left, right]))
    }
}

/// What the functions of a package empty.
pub(super) struct EmptiedIn<'l> {
    functions: Box<[Emptied<'l>]>,
    /// Which of these name a field or method: types ask for theirs one by one, and a package has many of both.
    by_name: FxHashMap<&'l str, Vec<usize>>,
}

impl<'l> EmptiedIn<'l> {
    fn new(functions: Vec<Emptied<'l>>) -> Self {
        let mut by_name: FxHashMap<&'l str, Vec<usize>> = FxHashMap::default();
        for (at, emptied) in functions.iter().enumerate() {
            for place in emptied.all_places() {
                let named = by_name.entry(place.name).or_default();
                if named.last() != Some(&at) {
                    named.push(at);
                }
            }
        }
        Self { functions: functions.into(), by_name }
    }

    /// Which functions empty something of one of these names, in their order.
    fn naming<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<usize> {
        let mut at: Vec<usize> = names.filter_map(|name| self.by_name.get(name)).flatten().copied().collect();
        at.sort_unstable();
        at.dedup();
        at
    }
}

impl<'l> Context<'_, 'l> {
    /// The fields of a type that its methods, functions beside it or others of its package empty, size or make with room.
    pub(super) fn emptied_fields(&self, owner: UserType) -> SteadyFields {
        let program = self.program;
        let def = program.type_def(owner);
        let methods = program.methods_of_types(&[owner].into_iter().collect());
        let given_out: Vec<(&str, &str)> = methods.iter().filter_map(|id| self.given_out(*id)).collect();
        let field_of = |place: &Place<'l>| {
            let method = given_out.iter().find(|(method, _)| *method == place.name);
            if place.by_method { method.map(|(_, field)| *field) } else { Some(place.name) }
        };
        let mut found = SteadyFields::default();
        let mut swapped = Vec::new();
        // The name alone rules out most of what a package empties, and types are dear to find.
        let has_field: FxHashSet<&str> = match &def.item.kind {
            ItemKind::Struct { fields, .. } => {
                fields.iter().map(|(name, _)| program.facts(def.file).name(*name)).collect()
            }
            _ => FxHashSet::default(),
        };
        let may_be_mine =
            |place: &Place<'l>| field_of(place).is_some_and(|field| has_field.contains(field) || has_field.is_empty());
        let package = self.emptied_in(program.loaded.files[def.file].member);
        let asked = if has_field.is_empty() {
            (0..package.functions.len()).collect()
        } else {
            package.naming(has_field.iter().copied().chain(given_out.iter().map(|(method, _)| *method)))
        };
        for emptied in asked.into_iter().map(|at| &package.functions[at]) {
            if !emptied.all_places().any(may_be_mine) {
                continue;
            }
            let function = program.fn_def(emptied.by);
            let near = methods.contains(&emptied.by) || function.module == def.module && function.owner.is_none();
            let mut look = Look::new(program, function);
            look.locals.extend(&emptied.locals);
            let mine = |place: &Place<'l>| {
                let field = field_of(place).filter(|_| may_be_mine(place))?;
                look.is_field_of(*place, field, owner, near).then_some(field)
            };
            let both = |(left, right): &(Place<'l>, Place<'l>)| mine(left).zip(mine(right));
            found.extend(emptied.places.iter().filter_map(|place| Some((mine(place)?.to_owned(), place.reach))));
            swapped.extend(emptied.swapped.iter().filter_map(both));
        }
        let by_flow = self.emptied_by_flow().get(&owner).into_iter().flatten();
        found.extend(by_flow.map(|(field, reach)| (field.as_ref().to_owned(), *reach)));
        for (left, right) in swapped {
            for reach in Reach::all_of(false).iter().copied() {
                let both = [left, right].map(|field| (field.to_owned(), reach));
                if both.iter().any(|one| found.contains(one)) {
                    found.extend(both);
                }
            }
        }
        found
    }

    /// What the functions empty that were analysed: there the types of places are known.
    fn emptied_by_flow(&self) -> &EmptiedByFlow {
        self.emptied_by_flow.get_or_init(|| {
            let mut found = EmptiedByFlow::default();
            let all = self.analysed.iter().flat_map(|(_, analysed)| &analysed.emptied);
            all.for_each(|(owner, field, reach)| found.entry(*owner).or_default().push((Arc::clone(field), *reach)));
            // What is lent to a function that empties it.
            for lent in self.analysed.iter().flat_map(|(_, analysed)| &analysed.lent).filter(|lent| !lent.guessed) {
                if let (Some(owner), Some(field)) = (lent.container.owner, &lent.container.field)
                    && self.analysed.of(lent.callee).emptied_params.contains(&lent.param)
                {
                    found.entry(owner).or_default().push((Arc::clone(field), Reach::All));
                }
            }
            found
        })
    }

    /// What the functions of a package empty; found once.
    fn emptied_in(&self, package: usize) -> Rc<EmptiedIn<'l>> {
        if let Some(known) = self.emptied.borrow().get(&package) {
            return Rc::clone(known);
        }
        let program = self.program;
        let is_of_package = |id: &FnId| program.loaded.files[program.fn_def(*id).file].member == package;
        let functions: Vec<FnId> = program.all_fns().filter(is_of_package).collect();
        let look_at = |id: &FnId| {
            let def = program.fn_def(*id);
            let mut look = Look::new(program, def);
            walk::visit(look.facts, def.function.body?, &mut |expr| look.expression(expr));
            look.settle();
            let emptied = Emptied {
                by: *id,
                places: look.emptied.into(),
                swapped: look.swapped.into(),
                locals: look.locals.into(),
            };
            Some(emptied).filter(|emptied| !emptied.places.is_empty() || !emptied.swapped.is_empty())
        };
        let found: Vec<Emptied<'l>> = functions.par_iter().filter_map(look_at).collect();
        let found = Rc::new(EmptiedIn::new(found));
        self.emptied.borrow_mut().insert(package, Rc::clone(&found));
        found
    }

    /// The name of a method that does nothing but give out a field, and that field.
    fn given_out(&self, id: FnId) -> Option<(&'l str, &'l str)> {
        let def = self.program.fn_def(id);
        let facts = self.program.facts(def.file);
        let ExprKind::Block(block) = &facts.expr(def.function.body?).kind else { return None };
        let tail = block.tail.filter(|_| block.statements.is_empty() && def.function.params.is_empty())?;
        let ExprKind::Ref { mutable: true, inner, .. } = &facts.expr(tail).kind else { return None };
        match &facts.expr(*inner).kind {
            ExprKind::Field { name, .. } => Some((self.program.fn_name(id), facts.name(*name))),
            _ => None,
        }
    }
}

/// A look at one function.
pub(super) struct Look<'c, 'l> {
    pub(super) types: Types<'c, 'l>,
    pub(super) def: &'c FnDef<'l>,
    pub(super) facts: &'l FileFacts,
    /// What its type parameters are, and the types of its parameters; found when a place asks for them.
    pub(super) scope: OnceCell<TypeScope<'l>>,
    pub(super) params: OnceCell<Vec<Ty>>,
    /// Variables that stand for a field or for its elements.
    pub(super) names: Vec<(&'l str, Place<'l>)>,
    pub(super) locals: Vec<Local<'l>>,
    /// Variables that hold what was taken out of a field.
    taken: Vec<(&'l str, Place<'l>)>,
    /// Variables that are emptied, or that others may empty.
    drained: Vec<&'l str>,
    /// Variables that hold what was taken out of a field and that come back into it.
    put_back: Vec<(&'l str, Place<'l>)>,
    /// Variables that hold a container with room.
    roomy: Vec<&'l str>,
    emptied: Vec<Place<'l>>,
    swapped: Vec<(Place<'l>, Place<'l>)>,
}

impl<'c, 'l> Look<'c, 'l> {
    fn new(program: &'c Program<'l>, def: &'c FnDef<'l>) -> Self {
        Self {
            types: Types { program },
            def,
            facts: program.facts(def.file),
            scope: OnceCell::new(),
            params: OnceCell::new(),
            names: Vec::new(),
            locals: Vec::new(),
            taken: Vec::new(),
            drained: Vec::new(),
            put_back: Vec::new(),
            roomy: Vec::new(),
            emptied: Vec::new(),
            swapped: Vec::new(),
        }
    }

    fn expression(&mut self, expr: ExprId) {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Method(call) => {
                let name = facts.name(call.name);
                if name == "for_each"
                    && let Some(place) = self.place(call.receiver)
                    && let Some(arg) = call.args.first()
                    && self.empties_each(*arg)
                {
                    self.emptied.push(place);
                }
                let emptied = if keeps_steady(name) {
                    Some(call.receiver)
                } else {
                    call.args.first().copied().filter(|_| name == "append")
                };
                let place = emptied.and_then(|of| self.place(of));
                self.emptied.extend(place.map(|place| place.done_by(name)));
                let to_others = call.args.iter().copied();
                emptied.into_iter().chain(to_others).for_each(|expr| self.may_empty(expr));
            }
            ExprKind::For(looped) => {
                self.binds(looped.pat, looped.iter, Part::Element);
                let known = self.names.len();
                self.stands_for(looped.pat, looped.iter);
                for (_, place) in self.names.iter_mut().skip(known) {
                    *place = place.element();
                }
            }
            ExprKind::Let { pat, value } => {
                self.binds(*pat, *value, Part::All);
                self.stands_for(*pat, *value);
            }
            ExprKind::Match { value, arms } => arms.iter().for_each(|(pat, _)| {
                self.binds(*pat, *value, Part::All);
                self.stands_for(*pat, *value);
            }),
            ExprKind::Call { callee, args } => {
                let ExprKind::Path(path) = &facts.expr(*callee).kind else {
                    args.iter().for_each(|arg| self.may_empty(*arg));
                    return;
                };
                let last = facts.path(*path).segments.last().map(|last| facts.name(last.name));
                args.iter().for_each(|arg| self.may_empty(*arg));
                match (last, &**args) {
                    (Some("swap"), [left, right]) => self.swapped.extend(self.place(*left).zip(self.place(*right))),
                    // `Vec::clear(&mut self.list)`.
                    (Some(name), [first, ..]) if keeps_steady(name) => {
                        self.emptied.extend(self.place(*first).map(|place| place.done_by(name)));
                    }
                    _ => {}
                }
            }
            ExprKind::Assign { left, right } => {
                let Some(place) = self.place(*left) else { return };
                let mut put_back = None;
                walk::visit(facts, *right, &mut |expr| {
                    if let ExprKind::Name(name) = &facts.expr(expr).kind {
                        let name = facts.name(*name);
                        let is_taken = |(taken, from): &&(&str, Place<'l>)| *taken == name && from.name == place.name;
                        put_back = self.taken.iter().find(is_taken).map(|(taken, _)| *taken).or(put_back);
                    }
                });
                self.put_back.extend(put_back.map(|taken| (taken, place)));
            }
            ExprKind::Block(block) => {
                for statement in &block.statements {
                    let Statement::Let { pat, init: Some(init), .. } = statement.bare() else { continue };
                    if let Pat::Bind { name, .. } = facts.pat(*pat)
                        && self.has_room(*init)
                    {
                        self.roomy.push(facts.name(*name));
                    }
                    self.binds(*pat, *init, Part::All);
                    self.stands_for(*pat, *init);
                }
            }
            ExprKind::Struct(literal) => {
                for (field, value) in &literal.fields {
                    let named = matches!(&facts.expr(*value).kind, ExprKind::Name(name) if self.roomy.contains(&facts.name(*name)));
                    if named || self.has_room(*value) {
                        // Whoever makes it, the path says what it is.
                        let place = Place::of_self(facts.name(*field));
                        self.emptied.push(Place { pattern: Some(literal.path), reach: Reach::Room, ..place });
                    }
                }
            }
            _ => {}
        }
    }

    /// A variable is emptied, or handed to somebody who may do that.
    fn may_empty(&mut self, expr: ExprId) {
        match &self.facts.expr(expr).kind {
            ExprKind::Name(name) => self.drained.push(self.facts.name(*name)),
            ExprKind::Ref { mutable: true, inner, .. } => self.may_empty(*inner),
            _ => {}
        }
    }

    /// What was taken out of a field, emptied and put back is used again.
    fn settle(&mut self) {
        let put_back = std::mem::take(&mut self.put_back);
        self.emptied.extend(put_back.iter().filter(|(taken, _)| self.drained.contains(taken)).map(|(_, place)| *place));
    }

    /// Names of a pattern stand for what they are taken from: a reference to a field, or the fields of a struct.
    fn stands_for(&mut self, pat: PatId, from: ExprId) {
        let facts = self.facts;
        match facts.pat(pat) {
            Pat::Bind { name, by_ref, .. } => {
                let name = facts.name(*name);
                let mut taken = None;
                walk::visit(facts, from, &mut |expr| {
                    if let ExprKind::Call { callee, args } = &facts.expr(expr).kind
                        && let ExprKind::Path(path) = &facts.expr(*callee).kind
                        && let Some(last) = facts.path(*path).segments.last()
                        && matches!(facts.name(last.name), "take" | "replace")
                    {
                        taken = args.first().and_then(|arg| self.place(*arg)).or(taken);
                    }
                });
                self.taken.extend(taken.map(|place| (name, place)));
                // What hides another name stands for nothing, or for something else.
                self.names.retain(|(known, _)| *known != name);
                let place = if *by_ref || self.is_reference(from) { self.place(from) } else { None };
                self.names.extend(place.map(|place| (name, place)));
            }
            // What is taken apart and not given back ends here, with its memory.
            Pat::Struct(..) if self.is_used_up(from) => {}
            Pat::Struct(path, fields) => {
                for (field, part) in fields {
                    if let Pat::Bind { name, .. } = facts.pat(*part) {
                        let place = Place { pattern: Some(*path), ..Place::of_self(facts.name(*field)) };
                        self.names.push((facts.name(*name), place));
                    }
                }
            }
            Pat::TupleStruct(_, parts) | Pat::Tuple(parts) => {
                for part in parts {
                    if let (Pat::Bind { name, .. }, Some(place)) = (facts.pat(*part), self.place(from)) {
                        self.names.push((facts.name(*name), place));
                    }
                }
            }
            Pat::Ref(inner) | Pat::Guard(inner, _) | Pat::Typed(inner, _) => self.stands_for(*inner, from),
            _ => {}
        }
    }

    /// A parameter that is given by value.
    fn is_used_up(&self, expr: ExprId) -> bool {
        let ExprKind::Name(name) = &self.facts.expr(expr).kind else { return false };
        match self.facts.name(*name) {
            "self" => self.def.function.receiver == Some(Receiver::Value),
            _ => matches!(self.param_named(self.facts.name(*name)), Some(Ty::User(..))),
        }
    }

    /// `Vec::clear` or `|list| list.clear()`, as what is done with each element.
    fn empties_each(&self, arg: ExprId) -> bool {
        let facts = self.facts;
        match &facts.expr(arg).kind {
            ExprKind::Path(path) => {
                facts.path(*path).segments.last().is_some_and(|last| keeps_steady(facts.name(last.name)))
            }
            ExprKind::Closure(closure) => {
                let mut names: Vec<&str> = Vec::new();
                closure.params.iter().for_each(|(pat, _)| walk::bound_names(facts, *pat, &mut |name| names.push(name)));
                let mut empties = false;
                walk::visit(facts, closure.body, &mut |expr| {
                    if let ExprKind::Method(call) = &facts.expr(expr).kind
                        && let ExprKind::Name(name) = &facts.expr(call.receiver).kind
                    {
                        empties |= names.contains(&facts.name(*name)) && keeps_steady(facts.name(call.name));
                    }
                });
                empties
            }
            _ => false,
        }
    }

    /// `Vec::with_capacity(n)`, `vec![0; n]`, also in a `Mutex` or the like, or made by a closure for each place of an array.
    fn has_room(&self, expr: ExprId) -> bool {
        let facts = self.facts;
        match &facts.expr(expr).kind {
            ExprKind::Call { callee, args } => {
                let last = match &facts.expr(*callee).kind {
                    ExprKind::Path(path) => facts.path(*path).segments.last().map(|last| facts.name(last.name)),
                    ExprKind::Name(name) => Some(facts.name(*name)),
                    _ => None,
                };
                match last {
                    Some(name) if name.starts_with("with_capacity") => true,
                    Some("new" | "Some" | "from_fn") => args.first().is_some_and(|inner| self.has_room(*inner)),
                    // What a closure of this function makes.
                    Some(name) if args.is_empty() => {
                        let closure = self.locals.iter().rev().find(|local| local.name == name);
                        closure.is_some_and(|local| {
                            matches!(facts.expr(local.from).kind, ExprKind::Closure(_)) && self.has_room(local.from)
                        })
                    }
                    _ => false,
                }
            }
            ExprKind::Closure(closure) => self.has_room(closure.body),
            // Room for the elements is none for what they hold: `vec![Vec::new(); 6]`.
            ExprKind::Macro(call) => {
                let makes = |expr: &ExprId| matches!(facts.expr(*expr).kind, ExprKind::Call { .. });
                call.kind == MacroKind::VecRepeat && !call.args.first().is_some_and(makes)
            }
            _ => false,
        }
    }

    /// Whether this is a field of that type, which the function is a method of or stands beside, or not.
    fn is_field_of(&self, place: Place<'l>, field: &str, owner: UserType, is_near: bool) -> bool {
        let program = self.types.program;
        if let Some(path) = place.pattern {
            let mut names = self.facts.path(path).segments.iter().map(|segment| self.facts.name(segment.name));
            return names.any(|name| name == program.type_name(owner) || is_near && name == "Self");
        }
        // `self` of a function that is not near is of another type, which may borrow the container under its name.
        let Some(of) = place.of else { return is_near || self.is_lent_to(field) };
        match Types::owner(&self.type_of(of)) {
            Some(user) => user == owner,
            None => is_near || self.is_alone(field, owner),
        }
    }

    /// Whether the type that the function is a method of borrows a container by this name.
    fn is_lent_to(&self, field: &str) -> bool {
        let own = &self.scope().self_type;
        own.as_ref().is_some_and(|own| matches!(self.types.field(own, field), Ty::Ref { mutable: true, .. }))
    }

    /// Whether no other type has a container of this name: then it is meant where nothing tells the type.
    fn is_alone(&self, field: &str, owner: UserType) -> bool {
        let program = self.types.program;
        let is_tuple = field.starts_with(|first: char| first.is_ascii_digit());
        let has = |user: UserType| match &program.type_def(user).item.kind {
            ItemKind::Struct { fields, .. } => {
                let facts = program.facts(program.type_def(user).file);
                fields.iter().any(|(name, _)| facts.name(*name) == field)
                    && self.types.field(&Ty::User(user, [].into()), field).collection().is_some()
            }
            _ => false,
        };
        let mut others = (0..program.types.len()).map(|at| UserType(offset(at))).filter(|user| *user != owner);
        !is_tuple && !others.any(has)
    }
}
